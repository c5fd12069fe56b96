"""What columns say of steps and cases is what windows of SQL say of them, type by type and cell by cell."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.eventlog import EVENTS, LIVE, REQUESTER, REQUESTS, EventLog, table_of
from analytics.mirror import fold as folding
from analytics.mirror.fold import fold
from project.bench_world import world
from requests_app.vocabulary import EventKind
from tests.analytics.mirror.windows import by_windows, plain
from tests.depth import examples

KINDS = (*(kind.value for kind in EventKind), "log: 🤦🏼 own", "log: own")
EVENT = st.fixed_dictionaries(
    {"activity": st.sampled_from(KINDS), "occurred": st.integers(0, 2000)},
    optional={
        "by_person": st.booleans(),
        "actor": st.sampled_from(["a", "b", REQUESTER]),
        "staff_group": st.none() | st.sampled_from(["release_staff", "supervisor"]),
        "reason": st.sampled_from(["AU03", "LO05"]),
        "channel": st.sampled_from(["link", "physical_cd", "physical_paper"]),
        "medium": st.sampled_from(["link", "physical", "unknown"]),
        "touch": st.sampled_from(["call", "fax"]),
        "state_to": st.sampled_from(["received", "draft", "approved"]),
    },
)
BROKEN = st.sampled_from(
    ["hold_started", "hold_ended", "delivery_failed", "available", "available", "images_unusable"]
    + ["images_usable", "located", "failure_noted", "failure_recovered", "manual_touch"]
)
FAILING = st.fixed_dictionaries(
    {"activity": BROKEN, "occurred": st.integers(0, 2000)},
    optional={
        "reason": st.sampled_from(["AU03", "LO05"]),
        "actor": st.sampled_from(["a", "b"]),
        "touch": st.sampled_from(["call", "fax"]),
    },
)
STORIES = st.lists(
    st.tuples(
        st.sampled_from(["north", "south"]),
        st.none() | st.integers(0, 3),
        st.lists(EVENT | FAILING, max_size=12),
    ),
    max_size=8,
)


def log_of(drawn: list[tuple[str, int | None, list[dict[str, Any]]]], order: Any) -> EventLog:
    requests, events = [], []
    for number, (facility, received, story) in enumerate(drawn):
        row = {"request_id": str(number), "facility": facility, "direction": "outbound"}
        said = {"modality": ("CT", None)[number % 2], "attempts": (None, 0, 2)[number % 3]}
        requests.append({**row, **said, "received": received})
        events += [{**row, **one, "seq": 2 * seq} for seq, one in enumerate(story)]
    order.shuffle(events)
    return EventLog(
        name=("drawn", LIVE)[len(drawn) % 2],
        as_of=9,
        requests=table_of(requests, REQUESTS),
        events=table_of(events, EVENTS),
    )


def assert_as_windows_say(log: EventLog) -> None:
    mirror = fold(log)
    cases, steps = by_windows(log)
    assert plain(mirror.steps.drop_columns(["business"])).equals(steps)
    assert plain(mirror.cases).equals(cases)


@pytest.mark.parametrize("at_once", [2, 1 << 16])
@settings(max_examples=examples(15), deadline=None)
@given(drawn=STORIES, order=st.randoms(use_true_random=False))
def test_columns_say_what_windows_say(at_once: int, drawn: list[Any], order: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folding, "AT_ONCE", at_once)
        assert_as_windows_say(log_of(drawn, order))


def test_a_made_up_world_is_folded_as_windows_say() -> None:
    assert_as_windows_say(world(2000, facilities=4))


def test_events_of_no_request_are_passed_over() -> None:
    log = world(50)
    kept = log.requests.slice(10)
    fewer = EventLog(**{**log.__dict__, "requests": kept})
    assert set(fold(fewer).steps["request_id"].to_pylist()) <= set(kept["request_id"].to_pylist())
    assert_as_windows_say(fewer)
