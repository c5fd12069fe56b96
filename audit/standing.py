"""How the log stands: its newest signed state, what came since, and what the witness holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from audit.models import Pending, Sequenced, SignedState
from audit.seal import log_key
from audit.witness import WitnessRefused, last_seen


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a page says about the log without checking it."""

    entries: str
    size: str
    since: str
    root: str
    signed_at: datetime | None
    signer: str
    key_id: str
    key: str
    witnessed: str


def standing_of() -> Standing:
    """Return how the log stands now."""
    state = SignedState.objects.order_by("-size").first()
    last = Sequenced.objects.order_by("-seq").values_list("seq", flat=True).first()
    entries = (0 if last is None else last + 1) + Pending.objects.count()
    key = log_key()
    size = state.size if state else 0
    return Standing(
        entries=f"{entries:,}",
        size=f"{size:,}",
        since=f"{max(0, entries - size):,}",
        root=_grouped(bytes(state.root).hex()) if state else "",
        signed_at=state.signed_at if state else None,
        signer=key.name,
        key_id=key.key_id.hex(),
        key=key.text,
        witnessed=_witnessed(state),
    )


def _grouped(text: str) -> str:
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


def _witnessed(state: SignedState | None) -> str:
    try:
        seen = last_seen()
    except WitnessRefused as error:
        return f"Nobody can say: {error}"
    if seen is None:
        return "Nobody yet: the witness file is made with the first signature"
    size, root = seen
    known = SignedState.objects.filter(size=size).first()
    if known is None or bytes(known.root).hex() != root:
        return f"The witness holds a log of {size:,} entries that is not this one"
    lag = state.size - size if state else 0
    words = "the newest checkpoint" if lag == 0 else f"a checkpoint {lag:,} entries older"
    return f"A file outside the database holds {words}"
