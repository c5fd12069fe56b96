"""Addresses of the staff pages."""

from django.urls import path

from requests_app.staff import viewer
from requests_app.staff.attach import attach_images
from requests_app.staff.new_request import new_request
from requests_app.staff.queue import deliveries, outside_images, queue
from requests_app.staff.request_page import request_page, take_step

app_name = "staff"
urlpatterns = [
    path("queue/", queue, name="queue"),
    path("outside-images/", outside_images, name="outside_images"),
    path("deliveries/", deliveries, name="deliveries"),
    path("new/", new_request, name="new"),
    path("requests/<slug:number>/", request_page, name="request"),
    path("requests/<slug:number>/do/<slug:key>/", take_step, name="step"),
    path("requests/<slug:number>/images/", attach_images, name="attach"),
    path("requests/<slug:number>/images/stream/", attach_images, name="attach_stream"),
    path("requests/<slug:number>/view/", viewer.view, name="view"),
    path(
        "requests/<slug:number>/frames/<int:instance>/<int:frame>/<slug:window>.jpg",
        viewer.frame,
        name="frame",
    ),
    path("requests/<slug:number>/originals.zip", viewer.originals, name="originals"),
]
