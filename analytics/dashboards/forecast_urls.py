"""The address of the forecast."""

from django.urls import URLPattern, path

from analytics.dashboards.forecast_page import page

app_name = "forecast"
urlpatterns: list[URLPattern] = [path("", page, name="page")]
