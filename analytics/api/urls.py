"""Addresses of the analyst's API."""

from django.urls import path

from analytics.api import views
from analytics.api.cost import Cost
from analytics.api.forecast import Forecasts
from analytics.api.without import WithoutCodes

app_name = "figures"
urlpatterns = [
    path("definitions/", views.Definitions.as_view(), name="definitions"),
    path("metrics/", views.Metrics.as_view(), name="metrics"),
    path("graph/", views.Graph.as_view(), name="graph"),
    path("cases/", views.Cases.as_view(), name="cases"),
    path("cost/", Cost.as_view(), name="cost"),
    path("without/", WithoutCodes.as_view(), name="without"),
    path("forecast/", Forecasts.as_view(), name="forecast"),
]
