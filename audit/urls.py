"""Addresses of the access log."""

from django.urls import path

from audit import views

app_name = "audit"
urlpatterns = [
    path("", views.access_log, name="access_log"),
    path("access-log.csv", views.access_log_csv, name="access_log_csv"),
    path("bundle.zip", views.bundle, name="bundle"),
    path("check/", views.check, name="check"),
    path("review/", views.review, name="review"),
    path("entries/<uuid:entry_id>/", views.entry, name="entry"),
]
