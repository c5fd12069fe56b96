"""Addresses of the overview: Dash answers everything below it."""

from django.urls import URLPattern, path

from analytics.dashboards.views import show

app_name = "dashboards"
urlpatterns: list[URLPattern] = [
    path("", show, name="overview"),
    path("<path:path>", show, name="part"),
]
