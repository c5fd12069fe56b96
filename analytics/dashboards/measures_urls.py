"""The address of the page of all measures."""

from django.urls import URLPattern, path

from analytics.dashboards.measures import show

app_name = "measures"
urlpatterns: list[URLPattern] = [path("", show, name="all")]
