"""The words of an imaging request: every closed set of values, in one place, free of Django."""

from enum import StrEnum


class Role(StrEnum):
    """Who a person is in Discless; each role is a Django group of the same name."""

    REQUESTER = "requester"
    RELEASE_STAFF = "release_staff"
    SUPERVISOR = "supervisor"
    HIM_DIRECTOR = "him_director"
    AUDITOR = "auditor"
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"


class Direction(StrEnum):
    """Which way the images travel, seen from our hospital."""

    OUTBOUND = "outbound"
    INBOUND = "inbound"


class State(StrEnum):
    """Where a request stands; the moves between states are `lifecycle.states.TRANSITIONS`."""

    DRAFT = "draft"
    RECEIVED = "received"
    CLARIFYING = "clarifying"
    APPROVED = "approved"
    LOCATING = "locating"
    RETRIEVED = "retrieved"
    UNUSABLE = "unusable"
    READY = "ready"
    DELIVERING = "delivering"
    DELIVERY_FAILED = "delivery_failed"
    DELIVERED = "delivered"
    CLOSED = "closed"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    NOT_FOUND = "not_found"
    DUPLICATE = "duplicate"


class EventKind(StrEnum):
    """What can happen to a request; the journal is a list of these."""

    DRAFTED = "drafted"
    RECEIVED = "received"
    LOGGED = "logged"
    HOLD_STARTED = "hold_started"
    HOLD_ENDED = "hold_ended"
    COMPLETE = "complete"
    APPROVED = "approved"
    SEARCH_STARTED = "search_started"
    LOCATED = "located"
    IMAGES_RECEIVED = "images_received"
    IMAGES_UNUSABLE = "images_unusable"
    IMAGES_USABLE = "images_usable"
    IMAGES_REMOVED = "images_removed"
    PREPARED = "prepared"
    SENT = "sent"
    AVAILABLE = "available"
    FIRST_OPENED = "first_opened"
    DOWNLOADED = "downloaded"
    CONFIRMED_USABLE = "confirmed_usable"
    DELIVERY_FAILED = "delivery_failed"
    REDELIVERY_READY = "redelivery_ready"
    LINK_REVOKED = "link_revoked"
    FAILURE_NOTED = "failure_noted"
    FAILURE_RECOVERED = "failure_recovered"
    MANUAL_TOUCH = "manual_touch"
    ASSIGNED = "assigned"
    EXTENDED = "extended"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    NOT_FOUND = "not_found"
    DUPLICATE = "duplicate"
    CLOSED = "closed"


class RequesterType(StrEnum):
    """Who asks."""

    PATIENT = "patient"
    REPRESENTATIVE = "representative"
    PROVIDER = "provider"
    ATTORNEY = "attorney"
    INSURER = "insurer"
    EMPLOYER = "employer"
    GOVERNMENT = "government"
    RESEARCH = "research"
    OTHER = "other"


class LegalBasis(StrEnum):
    """By what right they ask (45 CFR 164.502, 164.506, 164.508, 164.512, 164.524)."""

    PATIENT_ACCESS = "patient_access"
    REPRESENTATIVE_ACCESS = "representative_access"
    THIRD_PARTY_DIRECTIVE = "third_party_directive"
    AUTHORIZATION = "authorization"
    TREATMENT = "treatment"
    PAYMENT = "payment"
    OPERATIONS = "operations"
    REQUIRED_BY_LAW = "required_by_law"


TAKES_A_FORM = frozenset({LegalBasis.AUTHORIZATION, LegalBasis.THIRD_PARTY_DIRECTIVE})
"""Bases under which a form of the patient may be asked for; under others that is a barrier."""


class AuthorityKind(StrEnum):
    """A paper that shows by what right somebody asks."""

    POWER_OF_ATTORNEY = "power_of_attorney"
    GUARDIANSHIP = "guardianship"
    PARENT_OF_A_MINOR = "parent_of_a_minor"
    EXECUTOR = "executor"
    COURT_ORDER = "court_order"
    SUBPOENA = "subpoena"
    STATUTE = "statute"
    SIGNED_DIRECTIVE = "signed_directive"


class Until(StrEnum):
    """What stops a clock."""

    SENT = "sent"
    AVAILABLE = "available"
    REASON = "written reason sent"


class Priority(StrEnum):
    """How soon the images are needed."""

    ROUTINE = "routine"
    URGENT = "urgent"
    STAT = "stat"


class Medium(StrEnum):
    """What the images ride on; the four marks that a chart may colour."""

    PHYSICAL = "physical"
    LINK = "link"
    PUSH = "push"
    UNKNOWN = "unknown"


class Channel(StrEnum):
    """How images leave or arrive (DOMAIN: channel classes)."""

    NETWORK_STANDARD = "network_standard"
    NETWORK_VENDOR = "network_vendor"
    PORTAL_PATIENT = "portal_patient"
    LINK_SECURE = "link_secure"
    P2P_VPN_DICOM = "p2p_vpn_dicom"
    P2P_SFTP = "p2p_sftp"
    P2P_EMAIL = "p2p_email"
    P2P_PORTAL_ONEOFF = "p2p_portal_oneoff"
    PHYSICAL_CD = "physical_cd"
    PHYSICAL_DVD = "physical_dvd"
    PHYSICAL_USB = "physical_usb"
    PHYSICAL_FILM = "physical_film"
    PHYSICAL_PAPER = "physical_paper"
    UNKNOWN = "unknown"


MEDIUM_OF: dict[Channel, Medium] = {
    Channel.NETWORK_STANDARD: Medium.PUSH,
    Channel.NETWORK_VENDOR: Medium.PUSH,
    Channel.PORTAL_PATIENT: Medium.LINK,
    Channel.LINK_SECURE: Medium.LINK,
    Channel.P2P_VPN_DICOM: Medium.PUSH,
    Channel.P2P_SFTP: Medium.PUSH,
    Channel.P2P_EMAIL: Medium.LINK,
    Channel.P2P_PORTAL_ONEOFF: Medium.LINK,
    Channel.PHYSICAL_CD: Medium.PHYSICAL,
    Channel.PHYSICAL_DVD: Medium.PHYSICAL,
    Channel.PHYSICAL_USB: Medium.PHYSICAL,
    Channel.PHYSICAL_FILM: Medium.PHYSICAL,
    Channel.PHYSICAL_PAPER: Medium.PHYSICAL,
    Channel.UNKNOWN: Medium.UNKNOWN,
}


class Intake(StrEnum):
    """The door through which a request arrived."""

    PORTAL = "portal"
    STAFF = "staff"
    API = "api"
    FAX = "fax"
    MAIL = "mail"
    PHONE = "phone"
    WALK_IN = "walk_in"


class Usability(StrEnum):
    """The verdict on a study, a file or an upload."""

    USABLE = "usable"
    USABLE_WITH_WARNING = "usable_with_warning"
    NOT_USABLE = "not_usable"
    UNTESTED = "untested"


class Severity(StrEnum):
    """How much one finding weighs in a verdict."""

    NOTE = "note"
    WARNING = "warning"
    FAILURE = "failure"


class DeliveryState(StrEnum):
    """Where one delivery of a request stands."""

    QUEUED = "queued"
    SENT = "sent"
    AVAILABLE = "available"
    FAILED = "failed"
    REVOKED = "revoked"


class LetterKind(StrEnum):
    """What a letter to the requester says."""

    EXTENSION = "extension"
    DENIAL = "denial"


class NoticeState(StrEnum):
    """Where one message to a person stands."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class Touch(StrEnum):
    """A human handling event (DOMAIN: manual touches)."""

    CALL = "call"
    FAX = "fax"
    REKEY = "rekey"
    SEARCH = "search"
    EXPORT = "export"
    BURN = "burn"
    LABEL = "label"
    MAIL = "mail"
    WALK = "walk"
    IMPORT = "import"
    RECONCILE = "reconcile"
    CHASE = "chase"
    RESEND = "resend"
