"""Addresses of the analyst's API."""

from django.urls import path

from analytics.api import views

app_name = "figures"
urlpatterns = [
    path("definitions/", views.Definitions.as_view(), name="definitions"),
    path("metrics/", views.Metrics.as_view(), name="metrics"),
    path("graph/", views.Graph.as_view(), name="graph"),
    path("cases/", views.Cases.as_view(), name="cases"),
]
