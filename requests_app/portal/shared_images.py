"""The recipient's door: a link is exchanged for a session, then images are seen and taken away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from requests_app.delivery.link import UNKNOWN, downloaded, live_link, opened, resolve
from requests_app.imaging.context import lacks_report
from requests_app.imaging.presentation import WINDOWS, instance_of, released_by, series_list, zip_of
from requests_app.imaging.render import frame_answer, warm_up
from requests_app.lifecycle.looks import frame_seen, looked_at, viewed
from requests_app.models import ShareLink
from requests_app.portal.secret_addresses import private, refused
from requests_app.refusals import LinkUnknown
from requests_app.throttle import Limit, neighbourhood

GUESSES = Limit(name="link-guesses", times=60, within=timedelta(minutes=1))
SLOWER = "Too many links that do not open were tried from here. Try again in a minute."


def _refused_in_private(
    view: Callable[..., HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Answer a refusal as privately as the images: kept nowhere, and telling nobody the address."""

    @wraps(view)
    def answer(request: HttpRequest, **asked: object) -> HttpResponseBase:
        try:
            return view(request, **asked)
        except LinkUnknown as refusal:
            return _unknown(request, refusal.sentence)

    return answer


@csrf_exempt
@require_http_methods(["GET", "POST"])
def share(request: HttpRequest, token: str) -> HttpResponse:
    """Show a door; open it only on POST, so that mail scanners do not open it by looking.

    Unknown, expired and revoked links get the same page and status. The token itself is the
    proof that a POST is meant: under no-referrer browsers send no origin to check it by.
    """
    link = resolve(token, timezone.now())
    if link is None:
        return _unknown(request)
    if request.method == "POST":
        request.session[_key(link.pk)] = True
        opened(link, at=timezone.now())
        return redirect("portal:shared", link_id=link.pk)
    asked = link.delivery.request
    lacks = lacks_report(asked, [link.delivery])
    context = {"link": link, "asked": asked, "token": token, "lacks_report": lacks}
    return _own(private(render(request, "requests_app/share.html", context)))


@require_GET
@_refused_in_private
def shared(request: HttpRequest, link_id: int) -> HttpResponse:
    """Show the viewer of a link that this session opened."""
    link = _open_link(request, link_id)
    warm_up()
    asked = link.delivery.request
    viewed(request, asked, at=timezone.now(), holder=_holder(link))
    context = {
        "series": series_list(released_by(link.delivery)),
        "windows": WINDOWS,
        "frames": reverse("portal:shared_frame", args=[link_id, 0, 0, "soft"]).rsplit("/", 3)[0],
        "back": "",
        "originals": reverse("portal:shared_originals", args=[link_id]),
        "title": f"Images from {asked.facility.name}",
        "asked": asked,
    }
    return _own(private(render(request, "requests_app/viewer.html", context)))


@require_GET
@_refused_in_private
def shared_frame(
    request: HttpRequest, link_id: int, instance: int, frame: int, window: str
) -> HttpResponse:
    """Answer one frame as a JPEG."""
    link = _open_link(request, link_id)
    image = instance_of(released_by(link.delivery), instance)
    if image is None:
        raise LinkUnknown(UNKNOWN)
    frame_seen(request, link.delivery.request, at=timezone.now(), holder=_holder(link))
    return frame_answer(request, image, frame, window)


@require_GET
@_refused_in_private
def shared_originals(request: HttpRequest, link_id: int) -> StreamingHttpResponse:
    """Answer the originals as a zip, counted and recorded."""
    link = _open_link(request, link_id)
    downloaded(link, at=timezone.now())
    asked = link.delivery.request
    looked_at(request, asked, at=timezone.now(), verb="study.downloaded", holder=_holder(link))
    originals = zip_of(released_by(link.delivery))
    response = StreamingHttpResponse(originals, content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="images.zip"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


def _key(link_id: int) -> str:
    return f"opened-link-{link_id}"


def _open_link(request: HttpRequest, link_id: int) -> ShareLink:
    """Return the link if this session opened it and it has not ended meanwhile."""
    if not request.session.get(_key(link_id)):
        raise LinkUnknown(UNKNOWN)
    return live_link(link_id, timezone.now())


def _unknown(request: HttpRequest, sentence: str = UNKNOWN) -> HttpResponse:
    """Answer as for a link that never was.

    Only these answers are limited: a token has 256 bits, so a right one is never a guess, and
    nobody may shut out the recipients who share an address with him.
    """
    caller = neighbourhood(request.META.get("REMOTE_ADDR", "") or "")
    if not GUESSES.take(timezone.now(), caller):
        slowed = refused(request, status=429, title="Too many tries", sentence=SLOWER)
        slowed["Retry-After"] = "60"
        return _own(slowed)
    return _own(refused(request, status=404, title="This link does not open", sentence=sentence))


def _holder(link: ShareLink) -> str:
    return f"link:{link.pk}"


def _own(response: HttpResponse) -> HttpResponse:
    """Let the page load nothing but its own script, style and images."""
    response["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return response
