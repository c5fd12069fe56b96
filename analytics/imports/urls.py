"""Addresses of imported logs."""

from django.urls import path

from analytics.imports import runs, views

app_name = "logs"
urlpatterns = [
    path("", views.logs, name="list"),
    path("new/", views.new, name="new"),
    path("draft/<slug:draft>/", views.draft, name="draft"),
    path("draft/<slug:draft>/template.csv", views.template, name="template"),
    path("draft/<slug:draft>/rejected.csv", views.draft_rejected, name="draft_rejected"),
    path("runs/<int:run>/", runs.run, name="run"),
    path("runs/<int:run>/state.json", runs.state, name="run_state"),
    path("runs/<int:run>/cancel/", runs.cancel, name="run_cancel"),
    path("runs/<int:run>/resume/", runs.resume, name="run_resume"),
    path("<slug:name>/rejected.csv", views.rejected, name="rejected"),
    path("<slug:name>/delete/", views.delete, name="delete"),
]
