"""The made-up facilities, and how each of them works. Pure."""

from dataclasses import dataclass

from requests_app.vocabulary import Channel, Intake, LegalBasis, RequesterType


@dataclass(frozen=True, kw_only=True)
class Place:
    """One facility; hours are working hours, shares are between 0 and 1."""

    slug: str
    name: str
    short_name: str
    zone: str
    share: float
    approval_hours: float
    search_hours: float
    prepare_hours: float
    disc_first: float
    disc_last: float


PLACES: tuple[Place, ...] = (
    Place(
        slug="northfield",
        name="Northfield General",
        short_name="Northfield",
        zone="America/Chicago",
        share=0.5,
        approval_hours=7.0,
        search_hours=8.0,
        prepare_hours=6.0,
        disc_first=0.52,
        disc_last=0.16,
    ),
    Place(
        slug="lakeside",
        name="Lakeside Clinic",
        short_name="Lakeside",
        zone="America/Chicago",
        share=0.27,
        approval_hours=11.0,
        search_hours=9.0,
        prepare_hours=7.0,
        disc_first=0.66,
        disc_last=0.38,
    ),
    Place(
        slug="riverside",
        name="Riverside Campus",
        short_name="Riverside",
        zone="America/Denver",
        share=0.23,
        approval_hours=3.5,
        search_hours=4.0,
        prepare_hours=3.5,
        disc_first=0.36,
        disc_last=0.05,
    ),
)

ASKERS: tuple[tuple[RequesterType, LegalBasis, float, str], ...] = (
    (RequesterType.PATIENT, LegalBasis.PATIENT_ACCESS, 40, ""),
    (RequesterType.REPRESENTATIVE, LegalBasis.REPRESENTATIVE_ACCESS, 6, ""),
    (RequesterType.PROVIDER, LegalBasis.TREATMENT, 27, "Example Practice"),
    (RequesterType.ATTORNEY, LegalBasis.AUTHORIZATION, 13, "Example Law Office"),
    (RequesterType.INSURER, LegalBasis.PAYMENT, 8, "Example Insurance"),
    (RequesterType.EMPLOYER, LegalBasis.AUTHORIZATION, 2, "Example Works"),
    (RequesterType.GOVERNMENT, LegalBasis.REQUIRED_BY_LAW, 3, "Example Agency"),
    (RequesterType.RESEARCH, LegalBasis.AUTHORIZATION, 1, "Example Study Center"),
)
"""Who asks for our images, by what right, how often, and from which made-up office."""

DOORS: dict[Intake, float] = {
    Intake.PORTAL: 46,
    Intake.STAFF: 6,
    Intake.FAX: 26,
    Intake.MAIL: 8,
    Intake.PHONE: 7,
    Intake.WALK_IN: 7,
}
DISCS: dict[Channel, float] = {
    Channel.PHYSICAL_CD: 72,
    Channel.PHYSICAL_DVD: 13,
    Channel.PHYSICAL_USB: 10,
    Channel.PHYSICAL_FILM: 3,
    Channel.PHYSICAL_PAPER: 2,
}
TO_PEOPLE: dict[Channel, float] = {
    Channel.LINK_SECURE: 66,
    Channel.PORTAL_PATIENT: 29,
    Channel.P2P_EMAIL: 3,
    Channel.UNKNOWN: 2,
}
TO_CLINICIANS: dict[Channel, float] = {
    Channel.LINK_SECURE: 34,
    Channel.NETWORK_STANDARD: 26,
    Channel.NETWORK_VENDOR: 20,
    Channel.P2P_VPN_DICOM: 11,
    Channel.P2P_SFTP: 5,
    Channel.UNKNOWN: 4,
}
TO_OFFICES: dict[Channel, float] = {
    Channel.LINK_SECURE: 58,
    Channel.P2P_PORTAL_ONEOFF: 24,
    Channel.P2P_SFTP: 7,
    Channel.P2P_EMAIL: 7,
    Channel.UNKNOWN: 4,
}
EXAMS: dict[str, tuple[float, tuple[str, ...]]] = {
    "CT": (34, ("abdomen", "chest", "head", "sinuses")),
    "MR": (26, ("knee", "brain", "lumbar spine", "shoulder")),
    "CR": (19, ("chest", "wrist", "ankle", "hip")),
    "US": (13, ("abdomen", "thyroid", "kidneys")),
    "MG": (8, ("both breasts",)),
}
