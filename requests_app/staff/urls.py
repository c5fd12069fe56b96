"""Addresses of the staff's door."""

from django.urls import path

from requests_app.staff import viewer, views

app_name = "staff"
urlpatterns = [
    path("queue/", views.queue, name="queue"),
    path("new/", views.new, name="new"),
    path("requests/<slug:number>/", views.detail, name="request"),
    path("requests/<slug:number>/do/<slug:verb>/", views.act, name="act"),
    path("requests/<slug:number>/images/", views.attach, name="attach"),
    path("requests/<slug:number>/view/", viewer.view, name="view"),
    path(
        "requests/<slug:number>/frames/<int:instance>/<int:frame>/<slug:window>.jpg",
        viewer.frame,
        name="frame",
    ),
    path("requests/<slug:number>/originals.zip", viewer.originals, name="originals"),
]
