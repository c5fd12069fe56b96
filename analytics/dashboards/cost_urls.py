"""The address of the page of what discs cost."""

from django.urls import URLPattern, path

from analytics.dashboards.cost_page import page

app_name = "cost"
urlpatterns: list[URLPattern] = [path("", page, name="page")]
