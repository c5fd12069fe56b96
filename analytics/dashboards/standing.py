"""How open requests stand: icon, word and colour of each band."""

STATES = {
    "late": ("is-late", "circle-alert", "late"),
    "very_late": ("is-late", "circle-alert", "very late"),
    "at_risk": ("is-risk", "clock", "at risk"),
    "held": ("is-held", "circle-pause", "on hold"),
    "on_track": ("is-ok", "circle-check", "on track"),
    "unknown": ("is-none", "circle-dashed", "cannot tell"),
}
