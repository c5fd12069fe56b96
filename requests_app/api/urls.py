"""Addresses of the API."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from requests_app.api import views

app_name = "api"
urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("requests/", views.RequestList.as_view(), name="requests"),
    path("requests/<slug:number>/", views.RequestDetail.as_view(), name="request"),
    path(
        "requests/<slug:number>/transition/", views.RequestTransition.as_view(), name="transition"
    ),
]
