"""Attach images: files, a folder or a zip, as one upload; by a plain form or by the streaming door.

The streaming door asks twice: first, without a file, whether this person may attach images now;
then with what it stored meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from requests_app.imaging.catalogue import FIRST_KEPT
from requests_app.imaging.receive import NamedFile, check_takes_images, receive_files
from requests_app.imaging.store import HANDED_OVER, StoredFile, Upload
from requests_app.refusals import DisclessError, TooLarge
from requests_app.staff.doors import find, person, workers
from requests_app.vocabulary import Channel, Severity, Usability

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from requests_app.models import Receipt


@workers
@require_POST
def attach_images(http_request: HttpRequest, number: str) -> HttpResponse:
    """Receive an upload; a script gets JSON with the next address, a plain form a redirect."""
    by_script = http_request.headers.get("Accept", "").startswith("application/json")
    request = find(http_request, number)
    upload: Upload | None = getattr(http_request, "scope", {}).get(HANDED_OVER)
    try:
        if upload is not None and upload.files is None:
            check_takes_images(request, by=person(http_request))
            return HttpResponse(status=204)
        channel = upload.channel if upload else http_request.POST.get("channel", "")
        receipt = receive_files(
            request,
            _files_of(http_request, upload),
            by=person(http_request),
            at=timezone.now(),
            channel=Channel(channel) if channel in set(Channel) else Channel.UNKNOWN,
        )
    except DisclessError as refusal:
        if by_script:
            error = {"code": refusal.code, "sentence": refusal.sentence}
            return JsonResponse({"error": error}, status=refusal.status)
        raise
    say = messages.error if receipt.verdict == Usability.NOT_USABLE else messages.success
    say(http_request, _sentence(receipt))
    next_page = reverse("staff:request", args=[number])
    return JsonResponse({"next": next_page}) if by_script else redirect(next_page)


def _files_of(http_request: HttpRequest, upload: Upload | None) -> Sequence[NamedFile | StoredFile]:
    """Return what the streaming door stored, or else the files of a plain form."""
    if upload is not None:
        return upload.files or []
    length = int(http_request.META.get("CONTENT_LENGTH") or 0)
    if length > settings.UPLOAD_LIMIT:
        raise TooLarge("This is more than one upload may hold. Send it in parts.")
    files = http_request.FILES.getlist("files")
    return [NamedFile(name=one.name or "file", chunks=one.chunks()) for one in files]


def _sentence(receipt: Receipt) -> str:
    files = f"{receipt.file_count} file{'' if receipt.file_count == 1 else 's'}"
    failed = {one["check"] for one in receipt.findings if one["severity"] == Severity.FAILURE}
    if failed <= {"U4"} and FIRST_KEPT.sentence in {one["sentence"] for one in receipt.findings}:
        whose = " The images kept do not name the patient of this request." if failed else ""
        return (
            f"{files} read. An image that was here already came with other content: the first was "
            f"kept and the new one was not taken.{whose} To take the new one, remove the study "
            "and attach all of it again."
        )
    if receipt.verdict == Usability.NOT_USABLE and failed == {"U4"}:
        return (
            f"{files} read, and none can be used: they do not name the patient of this request. "
            "Compare name, record number and birth date. Then remove the study and attach the "
            "right one, or withdraw the request and file it for that patient."
        )
    if receipt.verdict == Usability.NOT_USABLE:
        return f"{files} read, and none can be used. The reasons stand below; ask for a new export."
    if failed:
        return f"{files} read; not all of them can be used. The reasons stand below."
    return f"{files} received and checked."
