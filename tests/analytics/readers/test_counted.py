"""What an entry of the access log says of a choice: known words alone, and never cut."""

from datetime import date
from urllib.parse import parse_qsl

from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.metrics.selection import Selection
from analytics.readers.counted import (
    LONGEST,
    NAMES,
    NOTHING,
    SHOWN,
    Own,
    filters_of,
    listed,
    names_of,
)
from analytics.readers.query import read
from tests.analytics import synthetic
from tests.depth import examples

WHOLE = Selection(facilities=("northfield", "riverside"), zone="America/Chicago")
ALL_DAYS = (("days", "all"), ("zone", "UTC"))
DAYS = {"since": date(2026, 1, 1), "until": date(2026, 12, 31), "zone": "America/Chicago"}


def said(selection: Selection, own: Own = NOTHING) -> list[tuple[str, str]]:
    return parse_qsl(filters_of(synthetic.mirror(), selection, whole=WHOLE, own=own))


def test_a_choice_is_said_in_one_order_whatever_the_address_left_out() -> None:
    chosen = Selection(
        facilities=("riverside", "northfield"),
        requester_type="patient",
        slices=(("partner", ("unknown",)), ("modality", ("MR knee", "CT chest"))),
        **DAYS,
    )
    assert said(chosen, Own(said=(("clock", "legal"),))) == [
        *(("facility", "northfield"), ("facility", "riverside")),
        *(("from", "2026-01-01"), ("to", "2026-12-31"), ("zone", "America/Chicago")),
        ("asked", "patient"),
        *(("modality_own", "2"), ("slice", "partner=unknown"), ("clock", "legal")),
    ]


def test_a_word_that_no_request_has_is_counted_and_not_told() -> None:
    words = ("CT chest", "Zebulon", "Ezra")
    assert said(Selection(facilities=("northfield",), slices=(("modality", words),))) == [
        *(("facility", "northfield"), *ALL_DAYS),
        ("modality_own", "1"),
        ("modality_unheard", "2"),
    ]


def test_who_may_see_nothing_chose_no_facility() -> None:
    assert said(Selection(facilities=())) == [("facility_count", "0"), *ALL_DAYS]


def test_a_choice_of_nothing_names_all_that_counted() -> None:
    places = (("facility", "northfield"), ("facility", "riverside"))
    assert said(Selection()) == [*places, *ALL_DAYS]
    opened = Selection(facilities=("riverside",), since=date(2026, 3, 1))
    assert said(opened) == [places[1], ("from", "2026-03-01"), ("zone", "UTC")]


def test_of_many_words_an_entry_holds_some_their_number_and_a_digest_of_all() -> None:
    names = [f"house-{number:03}" for number in range(60)]
    found = list(listed("facility", names))
    assert found[:SHOWN] == [("facility", name) for name in names[:SHOWN]]
    assert found[SHOWN] == ("facility_count", "60")
    assert found[SHOWN + 1][0] == "facility_sha256"
    other = list(listed("facility", [*names[:-1], "house-999"]))
    assert found[:-1] == other[:-1]
    assert found[-1] != other[-1]


def test_long_words_of_a_log_stay_apart() -> None:
    first, second = (dict(listed("slice", ["x" * 200 + end]))["slice"] for end in "ab")
    assert first[: LONGEST + 1] == second[: LONGEST + 1] == "x" * LONGEST + "…"
    assert first != second


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.one_of(st.sampled_from(sorted(NAMES)), st.text(max_size=20)), max_size=8))
def test_of_names_only_those_that_are_known_are_told(words: list[str]) -> None:
    told = names_of(words).split(",") if names_of(words) else []
    assert set(told) - NAMES <= {f"{len(set(words) - NAMES)} others", "1 other"}
    assert NAMES.intersection(words) == NAMES.intersection(told)


def test_what_was_not_understood_is_known_by_its_name() -> None:
    search = "?from=Zebulon&asked=Zebulon&slice=Zebulon&Zebulon=1&clock=Zebulon&facility=x"
    assert names_of(read(search).unread) == "asked,clock,from,slice,1 other"
    assert names_of(read("?from=2026-02-01&to=2026-01-01").unread) == "from,to"
    assert names_of(read(f"?facility={'x' * 9000}").unread) == "address"
    assert read("?facility=northfield").unread == ()
