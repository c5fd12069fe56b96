"""Failure codes: what went wrong, at which stage, who owns it, and whether the contract clock pauses."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from requests_app.rfi import Prompt


class FailureCode(StrEnum):
    """A code of the failure table (DOMAIN section 3).

    A new code goes to the end: mirrors on disk hold the place of each code as a bit.
    """

    IN01 = "IN01"
    IN02 = "IN02"
    IN03 = "IN03"
    IN04 = "IN04"
    IN05 = "IN05"
    AU01 = "AU01"
    AU02 = "AU02"
    AU03 = "AU03"
    AU04 = "AU04"
    AU05 = "AU05"
    AU06 = "AU06"
    LO01 = "LO01"
    LO02 = "LO02"
    LO03 = "LO03"
    LO04 = "LO04"
    LO05 = "LO05"
    RV01 = "RV01"
    RV02 = "RV02"
    RV03 = "RV03"
    RV04 = "RV04"
    PR01 = "PR01"
    PR02 = "PR02"
    PR03 = "PR03"
    PR04 = "PR04"
    PR05 = "PR05"
    PR06 = "PR06"
    PR07 = "PR07"
    TR01 = "TR01"
    TR02 = "TR02"
    TR03 = "TR03"
    TR04 = "TR04"
    TR05 = "TR05"
    TR06 = "TR06"
    TR07 = "TR07"
    TR08 = "TR08"
    TR09 = "TR09"
    US01 = "US01"
    US02 = "US02"
    US03 = "US03"
    US04 = "US04"
    US05 = "US05"
    US06 = "US06"
    US07 = "US07"
    US08 = "US08"
    US09 = "US09"
    US10 = "US10"
    FU01 = "FU01"
    FU02 = "FU02"
    FU03 = "FU03"
    FU04 = "FU04"
    TR10 = "TR10"


@dataclass(frozen=True, kw_only=True)
class Failure:
    """What a failure code means.

    `pauses_contract_clock` is true only for a wait on the requester; a vendor, an
    archive, an approval queue or a courier never stops the clock.
    """

    stage: str
    label: str
    owner: str
    pauses_contract_clock: bool
    enabled: bool

    @property
    def rfi(self) -> tuple[Prompt, ...]:
        """What of the docket such failures are evidence for."""
        return EVIDENCE[self.stage]


EVIDENCE: Mapping[str, tuple[Prompt, ...]] = {
    "Intake": (Prompt.PM_1, Prompt.BREAKS_DOWN),
    "Identity and authority": (Prompt.PM_1, Prompt.PM_2),
    "Locate": (Prompt.BREAKS_DOWN,),
    "Review and fee": (Prompt.PM_1, Prompt.PM_2),
    "Prepare": (Prompt.PM_2A, Prompt.BREAKS_DOWN),
    "Deliver": (Prompt.PM_1, Prompt.PM_2A),
    "Receive and use": (Prompt.PM_2A, Prompt.OUTCOMES),
    "Follow-up": (Prompt.OUTCOMES, Prompt.UNINTENDED),
}
"""What of the docket the failures of a stage are evidence for."""


def _failure(
    stage: str, label: str, owner: str, *, pauses: bool = False, ships: bool = False
) -> Failure:
    return Failure(
        stage=stage, label=label, owner=owner, pauses_contract_clock=pauses, enabled=ships
    )


FAILURES: dict[FailureCode, Failure] = {
    FailureCode.IN01: _failure("Intake", "Form incomplete", "requester", pauses=True, ships=True),
    FailureCode.IN02: _failure("Intake", "Illegible or lost in fax", "either"),
    FailureCode.IN03: _failure("Intake", "Not our patient", "either"),
    FailureCode.IN04: _failure("Intake", "Duplicate request", "either", ships=True),
    FailureCode.IN05: _failure(
        "Intake", "Logged more than one business day after receipt", "us", ships=True
    ),
    FailureCode.AU01: _failure(
        "Identity and authority",
        "No authorization, or an expired one",
        "requester",
        pauses=True,
        ships=True,
    ),
    FailureCode.AU02: _failure(
        "Identity and authority",
        "Authorization element missing",
        "requester",
        pauses=True,
        ships=True,
    ),
    FailureCode.AU03: _failure(
        "Identity and authority", "Identity not verified", "requester", pauses=True, ships=True
    ),
    FailureCode.AU04: _failure(
        "Identity and authority", "Representative unproven", "requester", pauses=True, ships=True
    ),
    FailureCode.AU05: _failure(
        "Identity and authority",
        "Consent for a sensitive category missing",
        "requester",
        pauses=True,
    ),
    FailureCode.AU06: _failure(
        "Identity and authority", "Authorization revoked, or legal hold", "either"
    ),
    FailureCode.LO01: _failure("Locate", "Study not found", "us", ships=True),
    FailureCode.LO02: _failure("Locate", "Patient mismatch or merge", "us", ships=True),
    FailureCode.LO03: _failure("Locate", "Archive offline", "us"),
    FailureCode.LO04: _failure("Locate", "Exam not final", "us"),
    FailureCode.LO05: _failure("Locate", "Scope unclear", "requester", pauses=True, ships=True),
    FailureCode.RV01: _failure("Review and fee", "Waiting for approval", "us", ships=True),
    FailureCode.RV02: _failure("Review and fee", "Denial", "us"),
    FailureCode.RV03: _failure(
        "Review and fee", "Fee unpaid", "requester", pauses=True, ships=True
    ),
    FailureCode.RV04: _failure(
        "Review and fee", "Authorization demanded where none is needed", "us"
    ),
    FailureCode.PR01: _failure("Prepare", "PACS export error", "us"),
    FailureCode.PR02: _failure("Prepare", "Burner or media fault", "us", ships=True),
    FailureCode.PR03: _failure("Prepare", "Too large for the channel", "us"),
    FailureCode.PR04: _failure("Prepare", "Incomplete or wrong study", "us", ships=True),
    FailureCode.PR05: _failure("Prepare", "Not DICOM, or lossy only", "us", ships=True),
    FailureCode.PR06: _failure("Prepare", "Report or prior missing", "us", ships=True),
    FailureCode.PR07: _failure("Prepare", "Redaction needed", "us"),
    FailureCode.TR01: _failure(
        "Deliver", "Recipient not on the network, so a disc", "recipient", ships=True
    ),
    FailureCode.TR02: _failure("Deliver", "Bad address", "either"),
    FailureCode.TR03: _failure("Deliver", "Link expired unopened", "recipient", ships=True),
    FailureCode.TR04: _failure("Deliver", "Sign-in failure", "recipient"),
    FailureCode.TR05: _failure("Deliver", "Timeout or firewall", "either"),
    FailureCode.TR06: _failure("Deliver", "Courier lost or late", "courier", ships=True),
    FailureCode.TR07: _failure("Deliver", "Disc damaged", "courier"),
    FailureCode.TR08: _failure("Deliver", "Not picked up", "requester", pauses=True),
    FailureCode.TR09: _failure("Deliver", "Misdirected release", "us", ships=True),
    FailureCode.TR10: _failure("Deliver", "More released than was asked for", "us", ships=True),
    FailureCode.US01: _failure(
        "Receive and use", "Media unreadable, or no drive", "recipient", ships=True
    ),
    FailureCode.US02: _failure("Receive and use", "Viewer blocked", "recipient"),
    FailureCode.US03: _failure("Receive and use", "Not DICOM", "sender", ships=True),
    FailureCode.US04: _failure("Receive and use", "Transfer syntax not supported", "sender"),
    FailureCode.US05: _failure("Receive and use", "Images missing", "sender", ships=True),
    FailureCode.US06: _failure(
        "Receive and use", "Wrong patient, or several", "sender", ships=True
    ),
    FailureCode.US07: _failure("Receive and use", "Import rejected", "us"),
    FailureCode.US08: _failure(
        "Receive and use", "Arrived after the appointment", "sender", ships=True
    ),
    FailureCode.US09: _failure("Receive and use", "No report", "sender"),
    FailureCode.US10: _failure("Receive and use", "Encrypted without a key", "sender"),
    FailureCode.FU01: _failure("Follow-up", "Repeat imaging", "us"),
    FailureCode.FU02: _failure("Follow-up", "Requested again", "us"),
    FailureCode.FU03: _failure("Follow-up", "Complaint", "us"),
    FailureCode.FU04: _failure("Follow-up", "Abandoned", "requester"),
}

PAUSING: frozenset[FailureCode] = frozenset(
    code for code, failure in FAILURES.items() if failure.pauses_contract_clock
)
BARRING: frozenset[FailureCode] = frozenset(
    code for code in PAUSING if FAILURES[code].stage != "Deliver"
)
"""What the requester must settle before images may leave: identity, authority, scope, fee.

Images that nobody picked up (TR08) have left already; that wait ends when they are handed out.
"""
