"""What is counted by columns is what the rules say of each request."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from django.db import DataError, ProgrammingError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.eventlog import REQUESTS
from analytics.sources.copied import copied
from analytics.sources.live import live_log
from requests_app.models import Facility, ImagingRequest, Policy
from requests_app.sla.rules import ACCESS
from tests.analytics.mirror.world import DAY, HOUR, KINDS, OPERATIONS, REASONS, World
from tests.analytics.sources.one_by_one import rows_one_by_one
from tests.depth import examples
from tests.requests_app.cast import make_cast

MOMENT = timedelta(microseconds=1)
AGO = st.sampled_from([0, 1, 8, 15, 20, 39, 49, 96, 800, 1100, -3, -30]).map(
    lambda hours: hours * HOUR
) | st.sampled_from([-MOMENT, MOMENT, timedelta(seconds=0.5), timedelta(days=30_000)])
HAPPEN = st.tuples(
    st.integers(0, 9),
    st.sampled_from((*KINDS, "images_received", "images_unusable", "images_usable")),
    st.sampled_from((*REASONS, "IN03")),
    AGO,
)
OPERATE = st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 9))
RULES = st.fixed_dictionaries(
    {},
    optional={
        "days": st.integers(1, 40),
        "unit": st.sampled_from(["business", "calendar"]),
        "starts": st.sampled_from(["received", "complete"]),
        "stop": st.sampled_from(["available", "sent"]),
        "pauses": st.booleans(),
        "day_zero": st.sampled_from(["receipt", "next_business_day"]),
        "cutoff": st.sampled_from([None, time(9), time(15, 30)]),
        "extension_days": st.sampled_from([0, 30]),
        "enabled": st.booleans(),
    },
)


def assert_equal_one_by_one(world: World) -> None:
    for later in (timedelta(), DAY, 9 * DAY):
        rows = live_log(world.at + later).requests.to_pylist()
        assert rows == [
            {name: row.get(name) for name in REQUESTS.names}
            for row in rows_one_by_one(world.at + later)
        ]


@pytest.mark.django_db
@settings(
    max_examples=examples(12),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    done=st.lists(HAPPEN | OPERATE, max_size=30),
    rules=st.lists(st.tuples(st.integers(0, 8), RULES), max_size=3),
    hour=st.sampled_from([0, 6, 5, 15]),
)
def test_columns_say_what_the_rules_say_of_each(
    done: list[tuple], rules: list[tuple[int, dict]], hour: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("requests_app.sla.history.FEWEST", 1)
    with transaction.atomic():
        world = World(make_cast())
        world.at = world.at.replace(hour=hour, minute=0, second=0)
        for number, changed in rules:
            key = Policy.objects.order_by("key", "pk")[number].key
            signed = {"verified_on": date(2026, 1, 1), "verified_by": "a test"}
            Policy.objects.filter(key=key).update(**changed, **signed)
        for one in done:
            if len(one) == 2:
                getattr(world, one[0])(one[1])
            else:
                world.happen(*one)
        assert_equal_one_by_one(world)
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "partner", ['a "quoted", listed name', "two\nlines", "", "\\N", "null", " "]
)
def test_free_words_come_as_they_were_written(partner: str) -> None:
    world = World(make_cast())
    ImagingRequest.objects.filter(pk=world.pick(1).pk).update(partner=partner)
    found = [row["partner"] for row in live_log(world.at).requests.to_pylist()]
    assert sorted(word or "" for word in found) == sorted(["", "", "", partner])
    assert (partner in found) == bool(partner)


@pytest.mark.django_db
def test_a_reading_that_fails_leaves_a_usable_connection() -> None:
    make_cast()
    with pytest.raises(ProgrammingError, match="nowhere"), transaction.atomic():
        copied("SELECT 1 FROM nowhere", {}, {"one": pa.int64()})
    with pytest.raises(DataError, match="division by zero"), transaction.atomic():
        copied("SELECT 1 / (n - 9) FROM generate_series(1, 10) n", {}, {"one": pa.int64()})
    with pytest.raises(pa.ArrowInvalid):
        copied("SELECT 'word' FROM generate_series(1, 10)", {}, {"one": pa.int64()})
    many = copied("SELECT n FROM generate_series(1, %(most)s) n", {"most": 9}, {"n": pa.int64()})
    assert many["n"].to_pylist() == list(range(1, 10))


@pytest.mark.django_db
def test_a_day_of_need_lasts_to_its_end_where_the_facility_is() -> None:
    world = World(make_cast())
    first, second, *_ = ImagingRequest.objects.order_by("pk")
    ImagingRequest.objects.filter(pk=first.pk).update(need_by=date(2026, 3, 10))
    ImagingRequest.objects.filter(pk=second.pk).update(need_by=date(9999, 12, 31))
    rows = {row["request_id"]: row for row in live_log(world.at).requests.to_pylist()}
    end = datetime(2026, 3, 11, tzinfo=ZoneInfo(first.facility.zone))
    assert rows[str(first.pk)]["need_by"] == int(end.timestamp())
    assert rows[str(second.pk)]["need_by"] is None


@pytest.mark.django_db
def test_of_several_rules_of_states_the_earliest_is_carried() -> None:
    world = World(make_cast())
    signed = {"enabled": True, "verified_on": date(2026, 1, 1), "verified_by": "a test"}
    Policy.objects.filter(key__in=("ca_copies", "ny_access")).update(**signed)
    rows = live_log(world.at).requests.to_pylist()
    assert {row["mammography_due"] for row in rows} == {None}
    bound = [row for row in rows if row["legal_basis"] in ACCESS and row["direction"] == "outbound"]
    assert {row["state_due"] for row in rows if row not in bound} == {None}
    for row in bound:
        zone = ZoneInfo(Facility.objects.get(slug=row["facility"]).zone)
        day = datetime.fromtimestamp(row["received"], zone).date() + 11 * DAY
        assert datetime.fromtimestamp(row["state_due"], zone).date() == day
        assert row["state_stop"] == row["available"]


@pytest.mark.django_db
def test_an_end_that_is_said_twice_leaves_the_next_hold_open() -> None:
    world = World(make_cast())
    world.happen(0, "hold_started", "RV01", 4 * HOUR)
    world.happen(0, "hold_ended", "RV01", 3 * HOUR)
    world.happen(0, "hold_started", "LO05", 2 * HOUR)
    world.happen(0, "hold_ended", "RV01", HOUR)
    rows = live_log(world.at).requests.to_pylist()
    first = str(ImagingRequest.objects.order_by("pk")[0].pk)
    assert [row["held_for"] for row in rows if row["request_id"] == first] == ["LO05"]


@pytest.mark.django_db
def test_a_delivery_ends_the_hold_so_that_no_later_day_moves_its_date() -> None:
    world = World(make_cast())
    world.happen(0, "hold_started", "AU03", DAY)
    world.happen(0, "available", "", HOUR)
    world.happen(0, "delivery_failed", "TR06", timedelta())
    pk = str(ImagingRequest.objects.order_by("pk")[0].pk)
    found = [
        row
        for later in (timedelta(), 30 * DAY)
        for row in live_log(world.at + later).requests.to_pylist()
        if row["request_id"] == pk
    ]
    assert [row["held_since"] for row in found] == [None, None]
    assert found[0]["contract_due"] == found[1]["contract_due"]
    assert_equal_one_by_one(world)


@pytest.mark.django_db
def test_a_hold_that_lasts_says_since_when_and_for_what() -> None:
    world = World(make_cast())
    world.happen(0, "hold_started", "RV01", DAY)
    world.happen(3, "hold_started", "LO05", DAY)
    world.happen(3, "hold_ended", "LO05", HOUR)
    rows = live_log(world.at).requests.to_pylist()
    found = {row["request_id"]: (row["held_since"], row["held_for"]) for row in rows}
    ordered = [found[str(one.pk)] for one in ImagingRequest.objects.order_by("pk")]
    since = int((world.at - DAY).timestamp())
    assert [reason for _, reason in ordered] == ["RV01", "AU03", None, None]
    assert ordered[0][0] == since
    assert ordered[3][0] is None
