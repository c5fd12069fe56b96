"""How and where an open request stands at the as-of moment, as SQL expressions over `cases`."""

BAND = (
    "CASE WHEN very_late_from <= $as_of THEN 'very_late' WHEN late_from <= $as_of THEN 'late' "
    "WHEN is_held THEN 'held' WHEN at_risk_from <= $as_of THEN 'at_risk' "
    "WHEN NOT is_held THEN 'on_track' END"
)
"""on_track, at_risk, late, very_late or held; null for what ended or has no known deadline."""

STATE = "CASE WHEN state = 'received' AND complete <= $as_of THEN 'complete' ELSE state END"
"""Where an open request stands: one that is complete stays `received` until it is approved."""
