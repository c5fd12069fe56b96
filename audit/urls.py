"""Addresses of the access log."""

from django.urls import path

from audit import takeaway, views

app_name = "audit"
urlpatterns = [
    path("", views.access_log, name="access_log"),
    path("access-log.csv", takeaway.access_log_csv, name="access_log_csv"),
    path("bundle.zip", takeaway.bundle, name="bundle"),
    path("check/", views.check, name="check"),
    path("review/", views.review, name="review"),
    path("entries/<uuid:entry_id>/", views.entry, name="entry"),
    path("entries/<uuid:entry_id>/proof.json", takeaway.entry_proof, name="entry_proof"),
]
