"""Addresses of one's own access keys."""

from django.urls import path

from requests_app.api import keys

app_name = "keys"
urlpatterns = [
    path("", keys.keys, name="list"),
    path("<int:key_id>/end/", keys.end, name="end"),
]
