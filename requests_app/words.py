"""How people say the words of the vocabulary: one table a word list, free of Django."""

import re
from collections.abc import Collection
from enum import StrEnum

from requests_app.vocabulary import (
    Channel,
    DeliveryState,
    Intake,
    LegalBasis,
    Medium,
    RequesterType,
    Role,
    Touch,
)

WORDS: dict[type[StrEnum], dict[StrEnum, str]] = {
    Channel: {
        Channel.NETWORK_STANDARD: "Exchange network",
        Channel.NETWORK_VENDOR: "Vendor network",
        Channel.PORTAL_PATIENT: "Patient portal",
        Channel.LINK_SECURE: "Secure link",
        Channel.P2P_VPN_DICOM: "DICOM over VPN",
        Channel.P2P_SFTP: "SFTP",
        Channel.P2P_EMAIL: "Email",
        Channel.P2P_PORTAL_ONEOFF: "Other site's portal",
        Channel.PHYSICAL_CD: "CD",
        Channel.PHYSICAL_DVD: "DVD",
        Channel.PHYSICAL_USB: "USB stick",
        Channel.PHYSICAL_FILM: "Film",
        Channel.PHYSICAL_PAPER: "Paper",
        Channel.UNKNOWN: "Not known",
    },
    Medium: {
        Medium.PHYSICAL: "Disc",
        Medium.LINK: "Link",
        Medium.PUSH: "Push",
        Medium.UNKNOWN: "Not known",
    },
    DeliveryState: {
        DeliveryState.QUEUED: "Waiting to leave",
        DeliveryState.SENT: "On its way",
        DeliveryState.AVAILABLE: "Delivered",
        DeliveryState.FAILED: "Failed",
        DeliveryState.REVOKED: "Closed",
    },
    Intake: {
        Intake.PORTAL: "Web form",
        Intake.STAFF: "Staff",
        Intake.API: "API",
        Intake.FAX: "Fax",
        Intake.MAIL: "Mail",
        Intake.PHONE: "Phone",
        Intake.WALK_IN: "Walk-in",
    },
    LegalBasis: {
        LegalBasis.PATIENT_ACCESS: "Patient's own access",
        LegalBasis.REPRESENTATIVE_ACCESS: "Access by a representative",
        LegalBasis.THIRD_PARTY_DIRECTIVE: "Sent elsewhere at the patient's direction",
        LegalBasis.AUTHORIZATION: "Authorization by the patient",
        LegalBasis.TREATMENT: "Treatment",
        LegalBasis.PAYMENT: "Payment",
        LegalBasis.OPERATIONS: "Health care operations",
        LegalBasis.REQUIRED_BY_LAW: "Required by law",
    },
    RequesterType: {
        RequesterType.PATIENT: "Patient",
        RequesterType.REPRESENTATIVE: "Patient's representative",
        RequesterType.PROVIDER: "Doctor or hospital",
        RequesterType.ATTORNEY: "Attorney",
        RequesterType.INSURER: "Insurer",
        RequesterType.EMPLOYER: "Employer",
        RequesterType.GOVERNMENT: "Government office",
        RequesterType.RESEARCH: "Researcher",
        RequesterType.OTHER: "Somebody else",
    },
    Role: {
        Role.REQUESTER: "Requester",
        Role.RELEASE_STAFF: "Release staff",
        Role.SUPERVISOR: "Supervisor",
        Role.HIM_DIRECTOR: "HIM director",
        Role.AUDITOR: "Auditor",
        Role.ANALYST: "Analyst",
        Role.ADMINISTRATOR: "Administrator",
    },
    Touch: {
        Touch.CALL: "Called",
        Touch.FAX: "Faxed",
        Touch.REKEY: "Typed it in again",
        Touch.SEARCH: "Searched",
        Touch.EXPORT: "Exported",
        Touch.BURN: "Burned a disc",
        Touch.LABEL: "Labelled a disc",
        Touch.MAIL: "Mailed",
        Touch.WALK: "Carried it",
        Touch.IMPORT: "Imported",
        Touch.RECONCILE: "Reconciled",
        Touch.CHASE: "Chased",
        Touch.RESEND: "Sent it again",
    },
}
"""The words of every list that people read; a list that is not here is said as it is written."""

MODALITIES: dict[str, str] = {
    "CR": "Radiograph",
    "CT": "CT",
    "DX": "Radiograph",
    "IO": "Dental radiograph",
    "MG": "Mammogram",
    "MR": "MR",
    "NM": "Nuclear medicine",
    "PT": "PET",
    "RF": "Fluoroscopy",
    "US": "Ultrasound",
    "XA": "Angiogram",
}
"""What the codes of DICOM PS3.3 C.7.3.1.1.1 are called; an unknown code stands as it is."""


def say(word: StrEnum) -> str:
    """Say one word of the vocabulary."""
    return WORDS.get(type(word), {}).get(word) or plain(word)


def plain(value: object) -> str:
    """Say a value as it is written: walk_in becomes Walk in."""
    return str(value).replace("_", " ").capitalize()


def say_roles(roles: Collection[Role]) -> str:
    """Say several roles as people, in the vocabulary's order: supervisors, HIM directors and analysts."""
    said = [_people(WORDS[Role][role]) for role in Role if role in roles]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"


def _people(role: str) -> str:
    word = role if role.startswith("HIM") else role.lower()
    return word if word.endswith("staff") else f"{word}s"


def choices(words: type[StrEnum], *leave_out: StrEnum) -> list[tuple[str, str]]:
    """Return (value, words) pairs for a form."""
    return [(word.value, say(word)) for word in words if word not in leave_out]


def say_modality(codes: str) -> str:
    """Say one or several modality codes: MG becomes Mammogram; other words stay as written."""
    parts = [part for part in re.split(r"[\\/,;\s]+", codes) if part]
    # The backslash parts codes in DICOM; elsewhere a word that is no code makes it a name (CT CHEST).
    is_coded = "\\" in codes and all(re.fullmatch(r"[A-Z]{2,16}", part) for part in parts)
    if not is_coded and not MODALITIES.keys() >= {*parts}:
        return codes
    return ", ".join(dict.fromkeys(MODALITIES.get(part, part) for part in parts))
