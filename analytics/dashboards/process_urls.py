"""The address of the process view."""

from django.urls import URLPattern, path

from analytics.dashboards.process import show

app_name = "process"
urlpatterns: list[URLPattern] = [path("", show, name="view")]
