"""Facilities, holidays and clock rules are rows, changed by administrators of their house."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.access import SYSTEM
from audit.models import AuditEntry
from requests_app.house.ledger import Keeper
from requests_app.house.rules import withdraw
from requests_app.models import Facility, Holiday, ImagingRequest, Policy
from requests_app.refusals import Incomplete
from requests_app.sla.calendar import us_federal_holidays
from requests_app.sla.policy import calendar_for, rules_for
from requests_app.vocabulary import LegalBasis, Until
from tests.requests_app.administration.house_made import House, make_house
from tests.requests_app.cast import file_request

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contexts_of_pages")]
PLACE = {
    "name": "Eastbrook",
    "short_name": "Eastbrook",
    "zone": "America/Denver",
    "accepts_requests": "on",
}


@pytest.fixture
def house(client: Client) -> House:
    """A house whose administrator is signed in."""
    found = make_house("Northfield")
    client.force_login(found.administrator)
    return found


def version(**other: Any) -> dict[str, Any]:
    begins = timezone.now().date() + timedelta(days=3)
    return {
        "effective_from": begins.isoformat(),
        "days": "7",
        "stop": "available",
        "day_zero": "receipt",
        "enabled": "on",
        "signed_by": "Counsel",
        "signed_on": "2026-01-02",
    } | other


def came(facility: Facility, at: datetime) -> ImagingRequest:
    return ImagingRequest(facility=facility, received_at=at, legal_basis=LegalBasis.PATIENT_ACCESS)


@pytest.mark.parametrize(("said", "kept"), [("7", 7), ("", None)])
def test_a_facility_says_after_how_many_days_a_delivered_request_closes(
    client: Client, house: House, said: str, kept: int | None
) -> None:
    path = "/administration/facilities/northfield/"
    assert 'name="closes_after_days" value="30"' in client.get(path).content.decode()
    place = PLACE | {"name": "Northfield General", "closes_after_days": said}
    assert client.post(path, place).status_code == 302
    house.facility.refresh_from_db()
    assert house.facility.closes_after_days == kept
    entry = AuditEntry.objects.get(verb="facility.changed")
    assert json.loads(bytes(entry.body))["detail"]["closes_after_days"] == kept
    assert client.post(path, place | {"closes_after_days": "0"}).status_code == 422


def test_a_facility_is_added_and_changed(client: Client, house: House) -> None:
    assert client.post("/administration/facilities/new/", PLACE).status_code == 302
    added = Facility.objects.get(name="Eastbrook")
    assert (added.organization, added.slug) == (house.organization, "eastbrook")
    said = PLACE | {"zone": "America/Phoenix"}
    client.post("/administration/facilities/eastbrook/", said)
    added.refresh_from_db()
    assert added.zone == "America/Phoenix"
    verbs = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {"facility.added", "facility.changed"} <= verbs


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"zone": "America"}, "no time zone"),
        ({"zone": "../../etc/passwd"}, "no time zone"),
        ({"name": "Northfield General"}, "of that name already"),
        ({"short_name": ""}, "required"),
    ],
)
def test_bad_facilities_are_answered(
    client: Client, house: House, other: dict[str, str], sentence: str
) -> None:
    answer = client.post("/administration/facilities/new/", PLACE | other)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert Facility.objects.count() == 1


def test_another_organizations_facility_and_holidays_are_not_there(
    client: Client, house: House
) -> None:
    other = make_house("Lakeside")
    day = Holiday.objects.create(facility=other.facility, date=date(2027, 1, 1), name="New Year")
    assert client.get("/administration/facilities/lakeside/").status_code == 404
    assert client.post(f"/administration/holidays/{day.pk}/remove/").status_code == 404
    said = {"day": "2027-03-01", "name": "X", "facility": other.facility.pk}
    assert client.post("/administration/holidays/add/", said).status_code == 422
    client.post("/administration/holidays/load/", {"year": "2027"})
    assert other.facility.holidays.count() == 1


def test_a_year_of_federal_holidays_is_loaded_once(client: Client, house: House) -> None:
    for _ in range(2):
        client.post("/administration/holidays/load/", {"year": "2027"})
    found = set(house.facility.holidays.values_list("date", flat=True))
    assert found == set(us_federal_holidays(2027, 2027))
    shown = client.get("/administration/holidays/?year=2027").content.decode()
    assert "Thanksgiving" in shown


def test_a_holiday_moves_the_calendar_and_back(client: Client, house: House) -> None:
    day = date(2027, 3, 1)
    client.post("/administration/holidays/load/", {"year": "2027"})
    client.post("/administration/holidays/add/", {"day": str(day), "name": "Founders' Day"})
    assert not calendar_for(Facility.objects.get()).is_business_day(day)
    again = client.post("/administration/holidays/add/", {"day": str(day), "name": "Twice"})
    assert again.status_code == 422
    assert "already" in again.content.decode()
    row = Holiday.objects.get(date=day)
    client.post(f"/administration/holidays/{row.pk}/remove/")
    assert calendar_for(Facility.objects.get()).is_business_day(day)


@pytest.mark.parametrize("value", ["", "\x00", "0001-01-01", "9999-12-31", "x" * 3000, "-1"])
def test_weird_days_and_years_are_answered(client: Client, house: House, value: str) -> None:
    for path, field in (("add", "day"), ("load", "year")):
        answer = client.post(f"/administration/holidays/{path}/", {field: value, "name": "X"})
        assert answer.status_code == 422
    assert client.get("/administration/holidays/", {"year": value}).status_code == 200
    said = version(effective_from=value, days=value, cutoff=value)
    assert client.post("/administration/rules/contract/", said).status_code == 422


def test_a_rule_that_ships_disabled_counts_only_when_somebody_signs(
    client: Client, house: House
) -> None:
    unsigned = version(signed_by="", signed_on="")
    answer = client.post("/administration/rules/ny_access/", unsigned)
    assert answer.status_code == 422
    assert "somebody signs" in answer.content.decode()
    assert client.post("/administration/rules/ny_access/", version()).status_code == 302
    row = Policy.objects.get(key="ny_access", organization=house.organization)
    assert (row.enabled, row.verified_by, row.verified_on) == (True, "Counsel", date(2026, 1, 2))
    assert AuditEntry.objects.filter(verb="rule.published", subject="rule:ny_access").exists()


def test_a_rule_that_a_written_reason_stops_keeps_that_stop(client: Client, house: House) -> None:
    page = client.get("/administration/rules/information_blocking/")
    assert page.context["form"]["stop"].value() == Until.REASON
    assert {value for value, _ in page.context["form"].fields["stop"].choices} == set(Until)
    said = version(stop=page.context["form"]["stop"].value())
    assert client.post("/administration/rules/information_blocking/", said).status_code == 302
    row = Policy.objects.get(key="information_blocking", organization=house.organization)
    assert row.stop == Until.REASON


def test_lists_ask_once_however_many_rows_they_have(client: Client, house: House) -> None:
    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        return len(asked)

    pages = ("/administration/rules/", "/administration/holidays/")
    before = [queries(path) for path in pages]
    for number in range(3):
        place = PLACE | {"name": f"Eastbrook {number}"}
        client.post("/administration/facilities/new/", place)
    Policy.objects.bulk_create(
        Policy(
            key=f"own_{n}", label="Own", days=5, unit="business", starts="received", stop=Until.SENT
        )
        for n in range(3)
    )
    assert [queries(path) for path in pages] == before
    assert "Eastbrook 2" in client.get(pages[1]).content.decode()


def test_a_request_keeps_the_rule_under_which_it_came(client: Client, house: House) -> None:
    client.post("/administration/rules/contract/", version())
    days = {}
    for offset in (0, 5):
        request = came(house.facility, timezone.now() + timedelta(days=offset))
        days[offset] = {rule.key: rule.days for rule in rules_for(request)}["contract"]
    assert days == {0: 5, 5: 7}


def test_another_organization_keeps_its_rule(client: Client, house: House) -> None:
    other = make_house("Lakeside")
    client.post("/administration/rules/contract/", version())
    request = came(other.facility, timezone.now() + timedelta(days=5))
    assert {rule.key: rule.days for rule in rules_for(request)}["contract"] == 5


def test_a_facilitys_own_version_wins(client: Client, house: House) -> None:
    client.post("/administration/rules/contract/", version(facility=house.facility.pk, days="3"))
    client.post("/administration/rules/contract/", version())
    request = came(house.facility, timezone.now() + timedelta(days=5))
    assert {rule.key: rule.days for rule in rules_for(request)}["contract"] == 3


def test_a_rule_can_be_switched_off_from_a_day_on(client: Client, house: House) -> None:
    client.post("/administration/rules/contract/", version(enabled=""))
    keys = {
        offset: {rule.key for rule in rules_for(came(house.facility, timezone.now() + offset))}
        for offset in (timedelta(), timedelta(days=5))
    }
    assert [("contract" in found) for found in keys.values()] == [True, False]


def test_after_its_last_day_a_version_gives_way_to_the_rule_before_it(
    client: Client, house: House
) -> None:
    begins = timezone.now().date() + timedelta(days=3)
    last = (begins + timedelta(days=2)).isoformat()
    client.post("/administration/rules/contract/", version(effective_to=last))
    days = [
        {rule.key: rule.days for rule in rules_for(came(house.facility, timezone.now() + offset))}
        for offset in (timedelta(days=4), timedelta(days=7))
    ]
    assert [found["contract"] for found in days] == [7, 5]
    backwards = version(effective_to=(begins - timedelta(days=1)).isoformat())
    answer = client.post("/administration/rules/contract/", backwards)
    assert answer.status_code == 422
    assert "ends before it begins" in answer.content.decode()


def test_the_list_shows_what_holds_today_and_no_version_that_has_ended(
    client: Client, house: House
) -> None:
    today = timezone.now().date()
    ended = version(
        effective_from=(today - timedelta(days=9)).isoformat(),
        effective_to=(today - timedelta(days=1)).isoformat(),
        days="123",
    )
    assert client.post("/administration/rules/contract/", ended).status_code == 302
    assert "123 business days" not in client.get("/administration/rules/").content.decode()
    lasting = version(effective_from=(today - timedelta(days=20)).isoformat(), days="45")
    assert client.post("/administration/rules/contract/", lasting).status_code == 302
    assert "45 business days" in client.get("/administration/rules/").content.decode()


def test_a_version_cannot_begin_before_requests_that_have_come(
    client: Client, house: House
) -> None:
    file_request(house.facility, at=datetime(2026, 11, 9, 15, tzinfo=UTC))
    answer = client.post("/administration/rules/contract/", version(effective_from="2026-11-01"))
    assert answer.status_code == 422
    assert "Choose a later day" in answer.content.decode()
    assert not Policy.objects.filter(organization=house.organization).exists()


def test_a_version_that_has_not_begun_may_go_and_one_in_force_may_not(
    client: Client, house: House
) -> None:
    client.post("/administration/rules/contract/", version())
    client.post("/administration/rules/contract/", version(effective_from="2026-01-01"))
    later, begun = Policy.objects.filter(organization=house.organization).order_by(
        "-effective_from"
    )
    for row in (later, begun):
        client.post(f"/administration/rules/versions/{row.pk}/remove/")
    assert list(Policy.objects.filter(organization=house.organization)) == [begun]
    shipped = Policy.objects.get(key="contract", organization=None)
    assert client.post(f"/administration/rules/versions/{shipped.pk}/remove/").status_code == 404


def test_a_version_that_somebody_removed_first_is_removed_once(
    client: Client, house: House
) -> None:
    client.post("/administration/rules/contract/", version())
    seen, seen_too = (Policy.objects.get(organization=house.organization) for _ in range(2))
    keeper = Keeper(organization=house.organization, at=timezone.now(), agent=SYSTEM)
    withdraw(keeper, seen)
    with pytest.raises(Incomplete, match="removed this version first"):
        withdraw(keeper, seen_too)
    assert AuditEntry.objects.filter(verb="rule.withdrawn").count() == 1


def test_two_versions_cannot_begin_on_one_day(client: Client, house: House) -> None:
    client.post("/administration/rules/contract/", version())
    answer = client.post("/administration/rules/contract/", version(days="9"))
    assert answer.status_code == 422
    assert "begins on that day already" in answer.content.decode()
    assert client.get("/administration/rules/no-such-rule/").status_code == 404


def test_every_rule_shows_its_citation_and_who_verified_it(client: Client, house: House) -> None:
    shown = client.get("/administration/rules/").content.decode()
    assert "45 CFR 164.524" in shown
    assert "RCW 70.02.080" in shown
    assert shown.count("By nobody yet") == 7
    assert client.get("/administration/rules/contract/").status_code == 200
