"""The staff's viewer: page, frames, originals."""

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from requests_app.imaging.presentation import WINDOWS, images_of, instance_of, series_list, zip_of
from requests_app.imaging.render import frame_answer, warm_up
from requests_app.lifecycle.looks import frame_seen, looked_at, viewed
from requests_app.lifecycle.permissions import WORKERS
from requests_app.staff.doors import find, for_roles
from requests_app.vocabulary import Role

LOOKERS = (*WORKERS, Role.HIM_DIRECTOR)


@for_roles(*LOOKERS)
@require_GET
def view(request: HttpRequest, number: str) -> HttpResponse:
    """Show the viewer."""
    asked = find(request, number)
    viewed(request, asked, at=timezone.now())
    warm_up()
    context = {
        "series": series_list(images_of(asked)),
        "windows": WINDOWS,
        "frames": reverse("staff:frame", args=[number, 0, 0, "soft"]).rsplit("/", 3)[0],
        "back": reverse("staff:request", args=[number]),
        "originals": reverse("staff:originals", args=[number]),
        "title": f"Images of {number}",
        "asked": asked,
    }
    return render(request, "requests_app/viewer.html", context)


@for_roles(*LOOKERS)
@require_GET
def frame(
    request: HttpRequest, number: str, instance: int, frame: int, window: str
) -> HttpResponse:
    """Answer one frame as a JPEG."""
    asked = find(request, number)
    image = instance_of(images_of(asked), instance)
    if image is None:
        raise Http404
    frame_seen(request, asked, at=timezone.now())
    return frame_answer(request, image, frame, window)


@for_roles(*LOOKERS)
@require_GET
def originals(request: HttpRequest, number: str) -> StreamingHttpResponse:
    """Answer the originals as a zip."""
    asked = find(request, number)
    looked_at(request, asked, at=timezone.now(), verb="study.downloaded")
    response = StreamingHttpResponse(zip_of(images_of(asked)), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{number}.zip"'
    return response
