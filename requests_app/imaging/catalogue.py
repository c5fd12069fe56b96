"""Write what was received into the rows of studies, series and instances."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from requests_app.imaging.findings import FileVerdict, Finding, verdict_of_severities, warning
from requests_app.imaging.scan import MOST_FRAMES
from requests_app.imaging.store import Blob
from requests_app.models import ImagingRequest, Instance, Series, Study
from requests_app.vocabulary import Severity, Usability

FIRST_KEPT = warning("U3", "An image came again with other content; the first was kept.")
WHOSE = ("patient_id", "patient_name", "patient_birth_date")


def add_instance(
    request: ImagingRequest, verdict: FileVerdict, blob: Blob, *, at: datetime
) -> tuple[Study, Finding | None]:
    """Add one instance. The same one again changes nothing; with other content it is not taken."""
    facts = verdict.facts
    study, _ = Study.objects.get_or_create(
        request=request,
        study_instance_uid=facts["StudyInstanceUID"][:64],
        defaults={
            "accession_number": facts["AccessionNumber"][:64],
            "study_date": _date(facts["StudyDate"]),
            "description": facts["StudyDescription"][:200],
            "modality": facts["Modality"][:16],
            "patient_name": facts["PatientName"][:324],
            "patient_id": facts["PatientID"][:64],
            "verdict": Usability.UNTESTED,
            "first_received_at": at,
        },
    )
    series, _ = Series.objects.get_or_create(
        study=study,
        series_instance_uid=facts["SeriesInstanceUID"][:64],
        defaults={
            "number": _small(facts["SeriesNumber"]),
            "modality": facts["Modality"][:16],
            "description": facts["SeriesDescription"][:200],
        },
    )
    said = _instance(facts, blob)
    kept, is_new = Instance.objects.get_or_create(
        series=series,
        sop_instance_uid=facts["SOPInstanceUID"][:64],
        defaults=said,
    )
    if kept.sha256 == blob.sha256:
        if not is_new:  # rows older than these columns do not say whose images they are
            Instance.objects.filter(pk=kept.pk).update(**{word: said[word] for word in WHOSE})
        return study, None
    return study, FIRST_KEPT


def _instance(facts: dict[str, Any], blob: Blob) -> dict[str, Any]:
    return {
        "sop_class_uid": facts["SOPClassUID"][:64],
        "transfer_syntax_uid": facts["TransferSyntaxUID"][:64],
        "number": _small(facts["InstanceNumber"]),
        "rows": _count(facts["Rows"]),
        "columns": _count(facts["Columns"]),
        "frames": max(1, min(facts["NumberOfFrames"] or 1, MOST_FRAMES)),
        "sha256": blob.sha256,
        "size": blob.size,
        "position": facts["Position"],
        "patient_id": facts["PatientID"][:64],
        "patient_name": facts["PatientName"][:324],
        "patient_birth_date": facts["PatientBirthDate"][:16],
        "header": {"body_part": facts["BodyPart"][:16], "side": facts["Side"]},
    }


def judge_study(study: Study, new: list[Finding]) -> None:
    """Add what was found in newly come files to what is known of a study's files."""
    found = _unique([*study.findings, *(finding.as_json() for finding in new)])
    study.verdict = verdict_of_severities(one["severity"] for one in found)
    study.findings = found
    study.save(update_fields=("verdict", "findings"))


def _unique(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return each sentence once, the failures first, so that a cap hides no failure."""
    seen: dict[tuple[str, str], dict[str, Any]] = {}
    for finding in findings:
        seen.setdefault((finding["check"], finding["sentence"]), finding)
    return sorted(seen.values(), key=lambda one: one["severity"] != Severity.FAILURE)[:50]


def _date(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007
    except ValueError:
        return None


def _count(number: int | None) -> int:
    return number if number is not None and 0 < number < 2**31 else 0


def _small(number: int | None) -> int | None:
    return number if number is not None and abs(number) < 2**31 else None
