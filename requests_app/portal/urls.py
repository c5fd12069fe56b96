"""Addresses of the public door."""

from django.urls import path

from requests_app.portal import shared_images, views

app_name = "portal"
urlpatterns = [
    path("", views.start, name="start"),
    path("ask/", views.ask, name="ask"),
    path("track/<str:token>/", views.tracking, name="tracking"),
    path("mine/", views.mine, name="mine"),
    path("mine/<slug:number>/withdraw/", views.withdraw, name="withdraw"),
    path("s/<str:token>/", shared_images.share, name="share"),
    path("shared/<int:link_id>/", shared_images.shared, name="shared"),
    path(
        "shared/<int:link_id>/frames/<int:instance>/<int:frame>/<slug:window>.jpg",
        shared_images.shared_frame,
        name="shared_frame",
    ),
    path(
        "shared/<int:link_id>/originals.zip",
        shared_images.shared_originals,
        name="shared_originals",
    ),
]
