"""Inspect a file, folder, zip or disc image and sum the findings up. No database."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from requests_app.failure_codes import FailureCode
from requests_app.imaging.findings import FileVerdict, Finding, failure, verdict_of, verdict_of_all
from requests_app.imaging.gaps import find_gap
from requests_app.imaging.media import unpack
from requests_app.imaging.sandbox import Inspector
from requests_app.lifecycle.subjects import Subjects, identity_of
from requests_app.vocabulary import Severity, Usability


def inspect(path: Path, inspector: Inspector) -> dict[str, Any]:
    """Return verdict, findings, studies and the number of files under a path."""
    folder = Path(tempfile.mkdtemp(prefix="discless-"))
    try:
        unpacked = unpack(path, path.name, folder, inspector)
        names = {str(place): name for name, place in unpacked.files}
        verdicts = []
        if not any(one.severity is Severity.FAILURE for one in unpacked.findings):
            verdicts = [inspector.judge(place) for _, place in unpacked.files]
        found = [one.as_json() for one in unpacked.findings]
        for verdict in verdicts:
            name = names[verdict.path]
            found += [one.as_json() | {"file": name} for one in verdict.findings]
        whole = [*_mixed(verdicts), *_gaps(verdicts)]
        found += [one.as_json() for one in whole]
        container = verdict_of([*unpacked.findings, *whole])
        return {
            "verdict": _sum_up(container, verdicts).value,
            "findings": found,
            "studies": _studies(verdicts),
            "files": len(verdicts),
        }
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sum_up(container: Usability, verdicts: list[FileVerdict]) -> Usability:
    if container is Usability.NOT_USABLE:
        return container
    files = verdict_of_all(one.verdict for one in verdicts)
    return container if files is Usability.USABLE else files


def _mixed(verdicts: list[FileVerdict]) -> Iterator[Finding]:
    """Yield U4 for each study whose images name several patients."""
    named: dict[str, Subjects] = {}
    for facts in (one.facts for one in verdicts):
        if facts.get("StudyInstanceUID"):
            whose = identity_of(facts["PatientID"], facts["PatientName"], facts["PatientBirthDate"])
            named.setdefault(facts["StudyInstanceUID"], Subjects()).add(whose)
    for subjects in named.values():
        if subjects.refusal:
            yield failure("U4", FailureCode.US06, subjects.refusal)


def _gaps(verdicts: list[FileVerdict]) -> Iterator[Finding]:
    """Yield U3 for each series whose numbers leave gaps."""
    numbers: dict[str, list[int]] = {}
    for facts in (one.facts for one in verdicts):
        if facts.get("SeriesInstanceUID") and facts["Rows"] and facts["InstanceNumber"] is not None:
            numbers.setdefault(facts["SeriesInstanceUID"], []).append(facts["InstanceNumber"])
    gaps = (find_gap(one, "a series") for one in numbers.values())
    yield from (gap for gap in gaps if gap is not None)


def _studies(verdicts: list[FileVerdict]) -> list[dict[str, Any]]:
    studies: dict[str, dict[str, Any]] = {}
    for verdict in verdicts:
        uid = verdict.facts.get("StudyInstanceUID")
        if uid:
            study = studies.setdefault(
                uid,
                {"study_instance_uid": uid, "modality": verdict.facts["Modality"], "instances": 0},
            )
            study["instances"] += 1
    return list(studies.values())
