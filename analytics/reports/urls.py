"""Addresses of reports."""

from django.urls import URLPattern, path

from analytics.reports.views import download, index

app_name = "reports"
urlpatterns: list[URLPattern] = [
    path("", index, name="index"),
    path("<slug:name>.<slug:kind>", download, name="download"),
]
