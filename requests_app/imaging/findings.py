"""What a check found, and how findings add up to a verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from requests_app.failure_codes import FailureCode
from requests_app.vocabulary import Severity, Usability

CHECKS: dict[str, str] = {
    "U1": "The container opens and is not encrypted",
    "U2": "DICOM Part 10, parseable, displayable, transfer syntax supported",
    "U3": "Complete: nothing cut off, nothing missing",
    "U4": "One patient, and the one asked for",
    "U5": "Imports without a vendor's viewer or a conversion",
    "U6": "Context: identifiers, report, laterality, date",
    "U7": "There before it is needed",
}
"""The seven checks (DOMAIN: immediately usable)."""
UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
"""What gives an image its place."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was found, in a sentence that a colleague understands."""

    check: str
    severity: Severity
    sentence: str
    code: FailureCode | None = None
    evidence: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self) | {"sentence": plain(self.sentence), "evidence": plain(self.evidence)}


def plain(text: str) -> str:
    """Return text that any database and any JSON takes: no NUL, no half of a surrogate pair."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()


@dataclass(frozen=True, kw_only=True)
class FileVerdict:
    """The verdict on one file, with the header facts of an instance where it is one."""

    path: str
    verdict: Usability
    findings: tuple[Finding, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)


def failure(check: str, code: FailureCode, sentence: str, evidence: str = "") -> Finding:
    """Return a finding that makes a file unusable."""
    return Finding(
        check=check, code=code, severity=Severity.FAILURE, sentence=sentence, evidence=evidence
    )


def warning(check: str, sentence: str, evidence: str = "") -> Finding:
    """Return a finding that a reader should know."""
    return Finding(check=check, severity=Severity.WARNING, sentence=sentence, evidence=evidence)


def verdict_of(findings: Iterable[Finding]) -> Usability:
    """Return the verdict that the worst finding makes."""
    return verdict_of_severities(finding.severity for finding in findings)


def verdict_of_severities(severities: Iterable[str]) -> Usability:
    """Return the verdict that the worst severity makes."""
    found = set(severities)
    if Severity.FAILURE in found:
        return Usability.NOT_USABLE
    return Usability.USABLE_WITH_WARNING if Severity.WARNING in found else Usability.USABLE


def verdict_of_all(verdicts: Iterable[Usability]) -> Usability:
    """Return the verdict on a set of files: partly usable is usable with a warning."""
    found = set(verdicts)
    if not found:
        return Usability.NOT_USABLE
    return found.pop() if len(found) == 1 else Usability.USABLE_WITH_WARNING
