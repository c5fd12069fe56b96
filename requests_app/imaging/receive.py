"""Receive files for a request: store, judge in the sandbox, catalogue, journal."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from requests_app.failure_codes import FailureCode
from requests_app.imaging.catalogue import add_instance, judge_study
from requests_app.imaging.context import Checked, check_studies
from requests_app.imaging.deadline import Deadline
from requests_app.imaging.findings import (
    UIDS,
    FileVerdict,
    Finding,
    failure,
    plain,
    verdict_of,
    verdict_of_all,
)
from requests_app.imaging.media import unpack
from requests_app.imaging.sandbox import Inspector
from requests_app.imaging.store import Blob, StoredFile, path_of, put, put_file
from requests_app.lifecycle.journal import Particulars, record
from requests_app.lifecycle.permissions import check_work
from requests_app.lifecycle.transition import lock, transition
from requests_app.models import ImagingRequest, Receipt, Study, User
from requests_app.refusals import Incomplete, TransitionRefused
from requests_app.vocabulary import Channel, EventKind, Severity, State, Usability

TAKES_IMAGES = (State.APPROVED, State.LOCATING, State.RETRIEVED, State.UNUSABLE)
ONLY_AN_INDEX = failure(
    "U3", FailureCode.US05, "Only a disc's index came, and no image. Send the files that it lists."
)
MOST_FINDINGS = 200  # of one receipt
DIRECTORY = "1.2.840.10008.1.3.10"


@dataclass(frozen=True, kw_only=True)
class NamedFile:
    """A file as it was sent; the name is shown, never used as a path."""

    name: str
    chunks: Iterable[bytes]


@dataclass(frozen=True, kw_only=True)
class _Judged:
    name: str
    verdict: FileVerdict
    blob: Blob


def receive_files(
    request: ImagingRequest,
    files: Iterable[NamedFile | StoredFile],
    *,
    by: User | None,
    at: datetime,
    channel: Channel = Channel.UNKNOWN,
) -> Receipt:
    """Store and judge files; what can be shown is catalogued, the rest is listed with reasons.

    A request that waited for images becomes RETRIEVED, or UNUSABLE where nothing can be used.
    Raises TooLarge, Incomplete and TransitionRefused; nothing is catalogued then.
    """
    check_takes_images(request, by=by)
    folder = Path(tempfile.mkdtemp(prefix="receive-", dir=_work_folder()))
    try:
        container, judged = _judge(files, folder)
        with transaction.atomic():
            return _write(request, container, judged, by=by, at=at, channel=channel)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def check_takes_images(request: ImagingRequest, *, by: User | None) -> None:
    """Raise NotAllowed or TransitionRefused unless this person may attach images now."""
    check_work(by, request)
    if State(request.state) not in TAKES_IMAGES:
        raise TransitionRefused(
            "Images can be attached once the request is approved, until it is ready."
        )


def _work_folder() -> Path:
    folder = Path(settings.BLOB_ROOT) / "work"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _judge(
    files: Iterable[NamedFile | StoredFile], folder: Path
) -> tuple[list[dict[str, Any]], list[_Judged]]:
    findings: list[dict[str, Any]] = []
    judged: list[_Judged] = []
    seen_any, left = False, settings.UPLOAD_LIMIT
    with Inspector(deadline=Deadline()) as inspector:
        for number, file in enumerate(files):
            seen_any = True
            blob = file.blob if isinstance(file, StoredFile) else put(file.chunks, most=left)
            left -= blob.size
            place = folder / str(number)
            place.mkdir()
            unpacked = unpack(path_of(blob.sha256), file.name, place, inspector)
            if verdict_of(unpacked.findings) is Usability.NOT_USABLE:
                judged.append(_refused(file.name, blob, unpacked.findings))
            else:
                findings += [_named(one, file.name) for one in unpacked.findings]
                judged += [_judged(*one, blob, inspector) for one in unpacked.files]
            shutil.rmtree(place, ignore_errors=True)
    if not seen_any:
        raise Incomplete("No file was chosen. Choose the images, a folder or a zip.")
    return findings, judged


def _judged(name: str, path: Path, blob: Blob, inspector: Inspector) -> _Judged:
    """Judge one file of an upload: the upload's own bytes, or a member that is stored too."""
    verdict = inspector.judge(path)
    kept = blob if path == path_of(blob.sha256) else put_file(path)
    return _Judged(name=name, verdict=verdict, blob=kept)


def _refused(name: str, blob: Blob, findings: list[Finding]) -> _Judged:
    """Return a container that was not opened, as one file that cannot be used."""
    verdict = FileVerdict(path="", verdict=Usability.NOT_USABLE, findings=tuple(findings))
    return _Judged(name=name, verdict=verdict, blob=blob)


def _named(finding: Finding, name: str) -> dict[str, Any]:
    """Return a row of a receipt's findings: what was found, in which file."""
    return finding.as_json() | {"file": plain(name)[:200]}


def _write(
    request: ImagingRequest,
    container: list[dict[str, Any]],
    judged: list[_Judged],
    *,
    by: User | None,
    at: datetime,
    channel: Channel,
) -> Receipt:
    locked = lock(request)
    if State(locked.state) not in TAKES_IMAGES:
        raise TransitionRefused("Someone moved this request meanwhile. Look at it again.")
    found = list(container)
    for one in judged:
        found += [_named(finding, one.name) for finding in one.verdict.findings]
    if all(_is_directory(one) for one in judged):
        found.append(ONLY_AN_INDEX.as_json())
    images = [one for one in judged if _has_a_place(one)]
    checked = check_studies(locked, _catalogue(locked, images, at))
    said = {finding for one in judged for finding in one.verdict.findings}
    found += [
        finding.as_json() for one in checked for finding in one.findings if finding not in said
    ]
    receipt = Receipt.objects.create(
        request=locked,
        received_at=at,
        received_by=by,
        channel=channel,
        file_count=len(judged),
        size=sum(one.blob.size for one in judged),
        verdict=_sum_up(container, judged, checked),
        findings=_worst_first(found)[:MOST_FINDINGS],
    )
    note = _partly(judged, checked)
    _journal(request, locked, receipt, by=by, at=at, channel=channel, note=note)
    return receipt


def _sum_up(
    container: list[dict[str, Any]], judged: list[_Judged], checked: list[Checked]
) -> Usability:
    """Return the verdict on an upload: that of its studies, and of the files left out of them."""
    if all(one.verdict is Usability.NOT_USABLE for one in checked):
        return Usability.NOT_USABLE
    left_out = [one for one in judged if not _has_a_place(one) and not _is_directory(one)]
    verdicts = {one.verdict for one in checked} | {one.verdict.verdict for one in left_out}
    if container and Usability.USABLE in verdicts:
        verdicts = verdicts - {Usability.USABLE} | {Usability.USABLE_WITH_WARNING}
    return verdict_of_all(verdicts)


def _partly(judged: list[_Judged], checked: list[Checked]) -> str:
    """Say how much of an upload can be used where that is not all of it."""
    files = [one for one in judged if not _is_directory(one)]
    good = {
        one.study.study_instance_uid for one in checked if one.verdict is not Usability.NOT_USABLE
    }
    used = [
        one
        for one in files
        if _has_a_place(one) and one.verdict.facts["StudyInstanceUID"][:64] in good
    ]
    if len(used) == len(files):
        return ""
    return f"Partly usable: {len(used):,} of {len(files):,} files."


def _has_a_place(one: _Judged) -> bool:
    """Say whether a file can be shown, and says which study, series and image it is."""
    facts = one.verdict.facts
    is_usable = one.verdict.verdict is not Usability.NOT_USABLE
    return is_usable and all(facts.get(word) for word in UIDS)


def _is_directory(one: _Judged) -> bool:
    return one.verdict.facts.get("SOPClassUID") in ("", DIRECTORY) and not one.verdict.facts.get(
        "SOPInstanceUID"
    )


def _worst_first(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Order so that a cap hides no failure."""
    return sorted(found, key=lambda one: bool(one["severity"] != Severity.FAILURE))


def _catalogue(request: ImagingRequest, images: list[_Judged], at: datetime) -> list[Study]:
    """Write the images' rows; return the studies that they belong to."""
    by_study: dict[int, tuple[Study, list[Finding]]] = {}
    for one in images:
        study, odd = add_instance(request, one.verdict, one.blob, at=at)
        found = by_study.setdefault(study.pk, (study, []))[1]
        found += [*one.verdict.findings, *([odd] if odd else [])]
    for study, found in by_study.values():
        judge_study(study, found)
    return [study for study, _ in by_study.values()]


def _journal(
    request: ImagingRequest,
    locked: ImagingRequest,
    receipt: Receipt,
    *,
    by: User | None,
    at: datetime,
    channel: Channel,
    note: str,
) -> None:
    what = Particulars(channel=channel)
    record(locked, EventKind.IMAGES_RECEIVED, by=by, at=at, particulars=what)
    if receipt.verdict == Usability.NOT_USABLE:
        reason = _first_code(receipt)
        if locked.state == State.RETRIEVED:
            transition(
                request, to=State.UNUSABLE, by=by, at=at, particulars=Particulars(reason=reason)
            )
        elif locked.state != State.UNUSABLE:
            unusable = Particulars(reason=reason)
            record(locked, EventKind.IMAGES_UNUSABLE, by=by, at=at, particulars=unusable)
        return
    record(locked, EventKind.IMAGES_USABLE, by=by, at=at, particulars=Particulars(note=note))
    if locked.state != State.RETRIEVED:
        transition(request, to=State.RETRIEVED, by=by, at=at)


def _first_code(receipt: Receipt) -> FailureCode:
    codes = [finding["code"] for finding in receipt.findings if finding["code"]]
    return FailureCode(codes[0]) if codes else FailureCode.US03
