"""What the contract's clock counts is printed with every figure that it makes."""

from datetime import UTC, date, datetime, time

import pytest

from analytics.charts.results import in_words
from analytics.eventlog import Setting, Source
from analytics.metrics.catalogue import BY_KEY, METRICS
from analytics.metrics.compute import compute
from analytics.metrics.selection import Selection
from analytics.metrics.settings import settings_of
from analytics.sources.live import settings_now
from analytics.sources.mirrored import live_snapshot
from requests_app.models import Policy
from requests_app.sla.rules import CONTRACT
from tests.requests_app.cast import Cast, make_cast

AT = datetime(2026, 3, 2, 18, tzinfo=UTC)
MET = BY_KEY["sla_compliance"]


def told(*settings: Setting, **chosen: object) -> tuple[str, ...]:
    log = Source(name="live", as_of=int(AT.timestamp()), settings=settings)
    return settings_of(log, Selection(**chosen), MET)  # type: ignore[arg-type]


def test_one_setting_of_all_needs_no_place_and_no_day() -> None:
    assert told(Setting("contract", ("a", "b"), "", "", "5 days")) == ("5 days",)
    assert told(Setting("hipaa_access", ("a",), "", "", "30 days")) == ()


def test_only_what_counts_for_the_chosen_facilities_and_days_is_told() -> None:
    before = Setting("contract", ("a", "b"), "", "2026-02-28", "5 days")
    after = Setting("contract", ("a",), "2026-03-01", "", "3 days")
    own = Setting("contract", ("b",), "2026-03-01", "", "4 days")
    assert told(before, after, own) == (
        "5 days (received to 2026-02-28)",
        "3 days (a; received from 2026-03-01)",
        "4 days (b; received from 2026-03-01)",
    )
    march = {"since": date(2026, 3, 1), "until": date(2026, 3, 31)}
    assert told(before, after, own, facilities=("b",), **march) == ("4 days",)
    assert told(before, after, own, since=date(2026, 1, 1), until=date(2026, 2, 28)) == ("5 days",)
    assert told(before, after, own, facilities=()) == ()
    assert len(told(before, after, own, clock="occurred", **march)) == 3


def test_a_version_under_which_no_request_can_have_come_yet_is_not_told() -> None:
    now = Setting("contract", ("a",), "", "2026-03-02", "5 days")
    assert told(now, Setting("contract", ("a",), "2026-03-03", "", "3 days")) == ("5 days",)


def test_many_facilities_are_counted() -> None:
    many = Setting("contract", tuple("abcd"), "", "", "5 days")
    assert told(many, Setting("contract", ("e",), "", "", "3 days")) == (
        "5 days (4 facilities)",
        "3 days (e)",
    )


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def test_a_house_prints_the_versions_of_its_contract_with_its_figures(cast: Cast) -> None:
    shipped = settings_now()
    assert len(shipped) == 1
    assert shipped[0].says == CONTRACT.policy
    Policy.objects.create(
        key=CONTRACT.key,
        facility=cast.northfield,
        organization=cast.northfield.organization,
        label="Contract",
        days=3,
        unit="business",
        starts="complete",
        stop="sent",
        pauses=True,
        cutoff=time(15),
        enabled=True,
        effective_from=date(2026, 2, 1),
        verified_on=date(2026, 1, 5),
        verified_by="Counsel",
    )
    mirror = live_snapshot(AT).mirror
    here = (cast.northfield.slug,)
    found = compute(mirror, Selection(facilities=here))
    for metric in METRICS:
        wants = any(name.startswith("contract_") for name in metric.needs)
        assert bool(found[metric.key].settings) == wants, metric.key
    old, new = found["sla_compliance"].settings
    assert old == f"{CONTRACT.policy} (received to 2026-01-31)"
    assert new.startswith("3 business days from complete; day 0 is the day it became complete")
    assert "after 15:00 the next business day" in new
    assert new.endswith("stops when the images are sent (received from 2026-02-01)")
    assert f"The clock: {new}" in in_words(found["sla_compliance"])


def test_a_version_that_changes_nothing_is_not_told_twice_and_one_that_is_off_not_at_all(
    cast: Cast,
) -> None:
    row = Policy.objects.get(key=CONTRACT.key, facility=None, organization=None)
    row.pk, row.effective_from = None, date(2026, 2, 1)
    row.save()
    assert [one.says for one in settings_now()] == [CONTRACT.policy]
    row.pk, row.effective_from, row.enabled = None, date(2026, 3, 1), False
    row.save()
    assert [(one.since, one.until) for one in settings_now()] == [("", "2026-02-28")]
