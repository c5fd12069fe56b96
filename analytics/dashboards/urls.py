"""Addresses of the overview: Dash answers everything below it."""

from django.urls import URLPattern, path

from analytics.dashboards.behind import behind, behind_csv
from analytics.dashboards.views import show

app_name = "dashboards"
urlpatterns: list[URLPattern] = [
    path("", show, name="overview"),
    path("behind/", behind, name="behind"),
    path("behind.csv", behind_csv, name="behind_csv"),
    path("<path:path>", show, name="part"),
]
