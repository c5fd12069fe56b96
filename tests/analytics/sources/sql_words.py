"""Conditions that several statements over the tables of `measures.sql` share."""

SENT = "FROM told WHERE kind = 'available'"
HELD = (
    "channel IN ('physical_cd', 'physical_dvd', 'physical_usb', 'physical_film', 'physical_paper')"
)
DISC = "channel IN ('physical_cd', 'physical_dvd', 'physical_usb', 'physical_film')"
UNSURE = "channel IN ('', 'unknown')"
LINE = "channel IN ('p2p_vpn_dicom', 'p2p_sftp', 'p2p_email', 'p2p_portal_oneoff')"
LINKED = "went_by IN ('link_secure', 'portal_patient', 'p2p_email', 'p2p_portal_oneoff')"
MOVED = "(direction, kind) IN (('outbound', 'available'), ('inbound', 'images_received'))"
GONE = "state IN ('withdrawn', 'duplicate', 'not_our_patient')"
DELIVERED = "FROM story WHERE available IS NOT NULL"
THEIRS = "requester_type IN ('patient', 'representative')"
OF = "WHERE request_id = story.id"
SENT_OF = f"(SELECT count(*) FROM told {OF} AND kind = 'available'"


def failed_by(*codes: str) -> str:
    """Return whether any of these failures befell a request."""
    listed = ", ".join(f"'{code}'" for code in codes)
    return f"EXISTS (SELECT FROM failure {OF} AND reason IN ({listed}))"
