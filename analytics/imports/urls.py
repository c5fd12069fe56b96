"""Addresses of imported logs."""

from django.urls import path

from analytics.imports import views

app_name = "logs"
urlpatterns = [
    path("", views.logs, name="list"),
    path("new/", views.new, name="new"),
    path("draft/<slug:draft>/", views.draft, name="draft"),
    path("<slug:name>/rejected.csv", views.rejected, name="rejected"),
    path("<slug:name>/delete/", views.delete, name="delete"),
]
