"""Facilities and holidays are rows, changed by administrators of their house."""

import json
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import AuditEntry
from requests_app.models import Facility, Holiday, Policy
from requests_app.sla.calendar import us_federal_holidays
from requests_app.sla.policy import calendar_for
from requests_app.vocabulary import Until
from tests.requests_app.administration.house_made import House, make_house, version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contexts_of_pages")]

PLACE = {
    "name": "Eastbrook",
    "short_name": "Eastbrook",
    "zone": "America/Denver",
    "accepts_requests": "on",
}


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
