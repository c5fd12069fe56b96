"""Addresses of the API."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import IsAuthenticated

from requests_app.api import verbs, views
from requests_app.api.docs import docs

app_name = "api"
urlpatterns = [
    path(
        "schema/", SpectacularAPIView.as_view(permission_classes=[IsAuthenticated]), name="schema"
    ),
    path("", docs, name="docs"),
    path("requests/", views.RequestList.as_view(), name="requests"),
    path("requests/<slug:number>/events/", views.RequestEvents.as_view(), name="events"),
    path(
        "requests/<slug:number>/deliveries/", views.RequestDeliveries.as_view(), name="deliveries"
    ),
    path("requests/<slug:number>/", views.RequestDetail.as_view(), name="request"),
    path("requests/<slug:number>/link/", verbs.SendLink.as_view(), name="link"),
    path("requests/<slug:number>/hand-over/", verbs.HandOver.as_view(), name="hand_over"),
    path("requests/<slug:number>/arrived/", verbs.Arrived.as_view(), name="arrived"),
    path("requests/<slug:number>/failed/", verbs.Failed.as_view(), name="failed"),
    path("requests/<slug:number>/hold/", verbs.Hold.as_view(), name="hold"),
    path("requests/<slug:number>/release/", verbs.Release.as_view(), name="release"),
    path("requests/<slug:number>/extend/", verbs.Extend.as_view(), name="extend"),
    path("requests/<slug:number>/deny/", verbs.Deny.as_view(), name="deny"),
    path("requests/<slug:number>/noted/", verbs.Noted.as_view(), name="noted"),
    path("requests/<slug:number>/mended/", verbs.Mended.as_view(), name="mended"),
    path("requests/<slug:number>/transition/", verbs.Move.as_view(), name="transition"),
]
