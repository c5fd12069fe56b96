"""Judge a DICOMDIR: a claim about other files, never followed as a path. No Django."""

from collections.abc import Iterator

from pydicom.dataset import Dataset

from requests_app.failure_codes import FailureCode
from requests_app.imaging.findings import Finding, failure, warning


def check_directory(dataset: Dataset) -> Iterator[Finding]:
    """Yield what is wrong with the records of a media directory (PS3.3 annex F)."""
    for record in dataset.get("DirectoryRecordSequence") or []:
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
        lower = record.get("OffsetOfReferencedLowerLevelDirectoryEntity") or 0
        here = getattr(record, "seq_item_tell", None) or 0
        if lower and lower <= here:
            yield failure("U1", FailureCode.US01, "The disc's index runs in a circle.")
            return
