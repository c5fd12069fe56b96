"""How open requests stand: icon, word and colour of each band."""

STATES = {
    "late": ("is-late", "circle-alert", "late"),
    "very_late": ("is-late", "circle-alert", "very late"),
    "at_risk": ("is-risk", "clock", "at risk"),
    "held": ("is-held", "circle-pause", "on hold"),
    "on_track": ("is-ok", "circle-check", "on track"),
    "unknown": ("is-none", "circle-dashed", "cannot tell"),
}

STEPS = {
    "received": "to be checked",
    "complete": "to be approved",
    "clarifying": "waits for the requester",
    "approved": "images to be found",
    "locating": "images being looked for",
    "retrieved": "to be checked and made ready",
    "unusable": "images unusable, asked again",
    "ready": "ready to send",
    "delivering": "on its way",
    "delivery_failed": "delivery failed, to be made ready again",
}
"""What an open request in a state waits for, as a director reads it."""
