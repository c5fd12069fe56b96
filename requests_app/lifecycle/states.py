"""The state machine as tables: where a request may go, who moves it, what the move is called."""

from requests_app.vocabulary import EventKind, Role, State

_ENDS_EARLY = frozenset({State.DENIED, State.WITHDRAWN, State.DUPLICATE})

TRANSITIONS: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.RECEIVED, State.WITHDRAWN}),
    State.RECEIVED: _ENDS_EARLY | {State.CLARIFYING, State.APPROVED, State.NOT_FOUND},
    State.CLARIFYING: _ENDS_EARLY | {State.RECEIVED},
    State.APPROVED: _ENDS_EARLY | {State.LOCATING, State.RETRIEVED, State.NOT_FOUND},
    State.LOCATING: _ENDS_EARLY | {State.RETRIEVED, State.NOT_FOUND},
    State.RETRIEVED: _ENDS_EARLY | {State.UNUSABLE, State.READY, State.LOCATING},
    State.UNUSABLE: _ENDS_EARLY | {State.LOCATING, State.RETRIEVED, State.NOT_FOUND},
    State.READY: _ENDS_EARLY | {State.DELIVERING, State.RETRIEVED},
    State.DELIVERING: frozenset({State.DELIVERED, State.DELIVERY_FAILED, State.WITHDRAWN}),
    State.DELIVERY_FAILED: _ENDS_EARLY | {State.READY},
    State.DELIVERED: frozenset({State.CLOSED, State.DELIVERY_FAILED}),
    State.CLOSED: frozenset(),
    State.DENIED: frozenset(),
    State.WITHDRAWN: frozenset(),
    State.NOT_FOUND: frozenset(),
    State.DUPLICATE: frozenset(),
}

_WORKERS = frozenset({Role.RELEASE_STAFF, Role.SUPERVISOR, Role.ADMINISTRATOR})
_DECIDERS = frozenset({Role.SUPERVISOR, Role.HIM_DIRECTOR, Role.ADMINISTRATOR})

OWNERS: dict[State, frozenset[Role]] = {
    State.DRAFT: _WORKERS | {Role.REQUESTER},
    State.RECEIVED: _WORKERS,
    State.CLARIFYING: _WORKERS,
    State.APPROVED: _WORKERS,
    State.LOCATING: _WORKERS,
    State.RETRIEVED: _WORKERS,
    State.UNUSABLE: _WORKERS,
    State.READY: _WORKERS,
    State.DELIVERING: _WORKERS,
    State.DELIVERY_FAILED: _WORKERS,
    State.DELIVERED: _WORKERS,
    State.CLOSED: frozenset(),
    State.DENIED: frozenset(),
    State.WITHDRAWN: frozenset(),
    State.NOT_FOUND: frozenset(),
    State.DUPLICATE: frozenset(),
}
"""Who may move a request out of each state."""

DECISIONS: dict[State, frozenset[Role]] = {State.DENIED: _DECIDERS}
"""States that only these roles may decide on, whatever state the request is in."""

EVENT_FOR: dict[State, EventKind] = {
    State.DRAFT: EventKind.DRAFTED,
    State.RECEIVED: EventKind.RECEIVED,
    State.CLARIFYING: EventKind.HOLD_STARTED,
    State.APPROVED: EventKind.APPROVED,
    State.LOCATING: EventKind.SEARCH_STARTED,
    State.RETRIEVED: EventKind.LOCATED,
    State.UNUSABLE: EventKind.IMAGES_UNUSABLE,
    State.READY: EventKind.PREPARED,
    State.DELIVERING: EventKind.SENT,
    State.DELIVERY_FAILED: EventKind.DELIVERY_FAILED,
    State.DELIVERED: EventKind.AVAILABLE,
    State.CLOSED: EventKind.CLOSED,
    State.DENIED: EventKind.DENIED,
    State.WITHDRAWN: EventKind.WITHDRAWN,
    State.NOT_FOUND: EventKind.NOT_FOUND,
    State.DUPLICATE: EventKind.DUPLICATE,
}
"""The event that a move into each state writes."""

SPECIAL_EVENTS: dict[tuple[State, State], EventKind] = {
    (State.CLARIFYING, State.RECEIVED): EventKind.HOLD_ENDED,
    (State.DELIVERY_FAILED, State.READY): EventKind.REDELIVERY_READY,
}
"""Moves whose event differs from the usual one of their target."""


def event_of(origin: State, target: State) -> EventKind:
    """Return the kind of event that this move writes."""
    return SPECIAL_EVENTS.get((origin, target), EVENT_FOR[target])


def mermaid() -> str:
    """Return the state diagram as Mermaid text, for the generated page in docs/reference."""
    lines = ["stateDiagram-v2", "    [*] --> draft"]
    for origin, targets in TRANSITIONS.items():
        lines += [
            f"    {origin} --> {target}: {event_of(origin, target)}"
            for target in State
            if target in targets
        ]
        if not targets:
            lines.append(f"    {origin} --> [*]")
    return "\n".join(lines)
