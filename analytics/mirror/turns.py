"""Requests as they come and go: a row when one was received, a row when it ended.

In `turns` the columns `received` and `day` are of the turn itself, so that a period takes what
ended in it, whenever it was received.
"""

_WORDS = (
    "request_id, facility, direction, requester_type, legal_basis, modality, partner, channel, "
    "medium, priority"
)
TURNS = f"""
SELECT {_WORDS}, received, day, 1 AS turn FROM cases WHERE received IS NOT NULL
UNION ALL SELECT {_WORDS}, ended AS received, ended_day AS day, -1 AS turn FROM cases
    WHERE outcome IS NOT NULL AND ended IS NOT NULL
UNION ALL SELECT {_WORDS}, received, day, 0 AS turn FROM cases
    WHERE outcome IS NOT NULL AND ended IS NULL AND received IS NOT NULL
"""
"""`turn` is 1 for a receipt and -1 for an end; 0, at its receipt, for an end that has no moment."""
