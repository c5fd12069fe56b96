"""The checks that need the request or all images at once: missing ones (U3), U4, U6 and U7.

Derived when asked, never stored: the request's patient, wishes and need-by day may change after
the images came.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import BigIntegerField, Count, F, Max, Min
from django.db.models.functions import Cast

from requests_app.failure_codes import FailureCode
from requests_app.imaging.findings import CHECKS, Finding, failure, verdict_of, warning
from requests_app.imaging.gaps import find_gap
from requests_app.lifecycle.subjects import Subjects, subjects_of
from requests_app.models import Delivery, ImagingRequest, Instance, Series, Study
from requests_app.vocabulary import Direction, Severity, Usability

PAIRED = frozenset(
    {"ANKLE", "ARM", "BREAST", "CALCANEUS", "CLAVICLE", "ELBOW", "EYE", "FEMUR", "FINGER", "FOOT"}
    | {"FOREARM", "HAND", "HIP", "HUMERUS", "KNEE", "LEG", "RADIUS", "SCAPULA", "SHOULDER"}
    | {"THUMB", "TIBIA", "TOE", "ULNA", "WRIST", "ZYGOMA"}
)
"""Defined terms of paired body parts (PS3.16 annex L)."""
REPORTS = frozenset(
    {f"1.2.840.10008.5.1.4.1.1.88.{leaf}" for leaf in ("11", "22", "33", "34")}
    | {f"1.2.840.10008.5.1.4.1.1.104.{leaf}" for leaf in ("1", "2")}
)
"""SOP classes of reports: structured text, PDF, CDA; not dose reports or key images."""

_WIDE = Cast("instances__number", BigIntegerField())  # hostile numbers lie 2**32 apart


@dataclass(frozen=True, kw_only=True)
class Checked:
    """How a study stands: its verdict, how many of the seven checks it passed, and why not all."""

    study: Study
    verdict: Usability
    passed: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True)
class _Inside:
    """What the images of one study say of themselves."""

    kinds: frozenset[str] = frozenset()
    unsided: frozenset[str] = frozenset()
    subjects: Subjects = field(default_factory=Subjects)
    gaps: tuple[Finding, ...] = ()


def lacks_report(request: ImagingRequest, deliveries: Iterable[Delivery]) -> bool:
    """Say whether a report was asked for and is not among what some deliveries released.

    False where no images passed through here: then nobody knows what went along.
    """
    went = Instance.objects.filter(deliveries__in=list(deliveries))
    return (
        request.wants_reports
        and went.exists()
        and not went.filter(sop_class_uid__in=REPORTS).exists()
    )


def check_studies(request: ImagingRequest, studies: list[Study]) -> list[Checked]:
    """Return how each of the request's studies stands now."""
    inside = _look_inside(request)
    return [_check(request, study, inside.get(study.pk, _Inside())) for study in studies]


def is_late_without_images(request: ImagingRequest, at: datetime) -> Finding | None:
    """Return U7's finding on a request whose need-by day passed before anything came."""
    zone = ZoneInfo(request.facility.zone)
    if request.need_by is None or at.astimezone(zone).date() <= request.need_by:
        return None
    return _late("The images are not here, and the day they were needed has passed.")


def _check(request: ImagingRequest, study: Study, inside: _Inside) -> Checked:
    stored = [_finding(one) for one in study.findings]
    found = stored + [one for one in _context(request, study, inside) if one not in stored]
    weighty = {one.check for one in found if one.severity is not Severity.NOTE}
    return Checked(
        study=study,
        verdict=verdict_of(found),
        passed=len(CHECKS) - len(weighty & set(CHECKS)),
        findings=tuple(found),
    )


def _finding(said: dict[str, Any]) -> Finding:
    code = FailureCode(said["code"]) if said.get("code") else None
    return Finding(**said | {"code": code, "severity": Severity(said["severity"])})


def _context(request: ImagingRequest, study: Study, inside: _Inside) -> list[Finding]:
    found = [*inside.gaps, *_patient(inside.subjects)]
    if study.study_date is None:
        found.append(warning("U6", "The study carries no date."))
    # Studies from elsewhere get our number when they are imported.
    if request.direction == Direction.OUTBOUND and not study.accession_number:
        found.append(warning("U6", "The accession number is missing."))
    found += [
        warning("U6", f"The images do not say which side: {part.lower()}.")
        for part in sorted(inside.unsided)
    ]
    if request.wants_reports and not inside.kinds & REPORTS:
        outbound = request.direction == Direction.OUTBOUND
        code = FailureCode.PR06 if outbound else FailureCode.US09
        found.append(_coded("U6", code, "The report was asked for and is not here."))
    zone = ZoneInfo(request.facility.zone)
    if request.need_by and study.first_received_at.astimezone(zone).date() > request.need_by:
        found.append(_late("The images came after the day they were needed."))
    return found


def _patient(subjects: Subjects) -> list[Finding]:
    found = []
    if subjects.refusal:
        found.append(failure("U4", FailureCode.US06, subjects.refusal))
    elif subjects.renamed:
        some = subjects.some(subjects.renamed, "spell")
        found.append(warning("U4", f"{some} the name differently; two identifiers match."))
    if not subjects.is_compared:
        unknown = "The patient is not confirmed yet, so nothing can be compared."
        found.append(warning("U4", unknown))
    return found


def _late(sentence: str) -> Finding:
    return _coded("U7", FailureCode.US08, sentence)


def _coded(check: str, code: FailureCode, sentence: str) -> Finding:
    """Return a warning with a code: late or without a report, the images can still be used."""
    return Finding(check=check, code=code, severity=Severity.WARNING, sentence=sentence)


def _look_inside(request: ImagingRequest) -> dict[int, _Inside]:
    rows = (
        Instance.objects.filter(series__study__request=request)
        .order_by()
        .values_list("series__study", "sop_class_uid", "header")
        .distinct()
    )
    kinds: dict[int, set[str]] = {}
    unsided: dict[int, set[str]] = {}
    for study, kind, header in rows:
        kinds.setdefault(study, set()).add(kind)
        part = str(header.get("body_part", ""))
        if part in PAIRED and not header.get("side"):
            unsided.setdefault(study, set()).add(part)
    subjects, gaps = subjects_of(request), _gaps(request)
    return {
        study: _Inside(
            kinds=frozenset(kinds[study]),
            unsided=frozenset(unsided.get(study, ())),
            subjects=subjects[study],
            gaps=tuple(gaps.get(study, ())),
        )
        for study in kinds
    }


def _gaps(request: ImagingRequest) -> dict[int, list[Finding]]:
    """Look at the numbers of those series only whose first, last and count do not agree."""
    series = (
        Series.objects.filter(study__request=request, instances__rows__gt=0)
        .annotate(
            span=Max(_WIDE) - Min(_WIDE) + 1,
            numbers=Count("instances__number", distinct=True),
        )
        .filter(span__gt=F("numbers"))
    )
    found: dict[int, list[Finding]] = {}
    for one in series:
        shown = one.instances.filter(rows__gt=0).values_list("number", flat=True)
        name = "a series" if one.number is None else f"series {one.number}"
        gap = find_gap((number for number in shown if number is not None), name)
        if gap is not None:
            found.setdefault(one.study_id, []).append(gap)
    return found
