"""Judge a DICOMDIR: a claim about other files, never followed as a path. No Django."""

from collections.abc import Iterator

from pydicom.dataset import Dataset

from requests_app.failure_codes import FailureCode
from requests_app.imaging.findings import Finding, failure, warning

_FIRST = "OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity"
_LINKS = ("OffsetOfTheNextDirectoryRecord", "OffsetOfReferencedLowerLevelDirectoryEntity")


def check_directory(dataset: Dataset) -> Iterator[Finding]:
    """Yield what is wrong with the records of a media directory (PS3.3 annex F)."""
    records = list(dataset.get("DirectoryRecordSequence") or [])
    for record in records:
        parts = record.get("ReferencedFileID") or []
        names = [parts] if isinstance(parts, str) else [str(part) for part in parts]
        joined = "/".join(names)
        if ".." in joined or joined.startswith(("/", "\\")) or "\\" in joined or ":" in joined:
            yield failure(
                "U1", FailureCode.US01, "The disc's index points outside the disc.", joined[:80]
            )
            return
        if joined.upper() == "DICOMDIR":
            yield warning("U1", "The disc's index lists itself; the files are read instead.")
    if _runs_in_a_circle(dataset, records):
        yield failure("U1", FailureCode.US01, "The disc's index runs in a circle.")


def _runs_in_a_circle(dataset: Dataset, records: list[Dataset]) -> bool:
    """Follow the offsets from the root; records may lie in any order, but none is met twice."""
    at = {getattr(record, "seq_item_tell", None): record for record in records}
    waiting, met = [dataset.get(_FIRST) or 0], set()
    while waiting:
        place = waiting.pop()
        if place not in at:
            continue
        if place in met:
            return True
        met.add(place)
        waiting += [at[place].get(link) or 0 for link in _LINKS]
    return False
