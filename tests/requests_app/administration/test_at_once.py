"""Two administrators who do the same at the same moment get one result and a sentence."""

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from audit.models import AuditEntry
from requests_app.house import places
from requests_app.house.holidays import remove_holiday
from requests_app.house.ledger import Keeper
from requests_app.models import Facility, Holiday
from tests.requests_app.administration.house_made import make_house

pytestmark = pytest.mark.django_db


def test_a_facility_whose_short_name_another_house_just_took_gets_a_sentence(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, other = make_house("Northfield"), make_house("Lakeside")
    client.force_login(house.administrator)
    # The other house's row is not committed yet when ours looks for a free word.
    monkeypatch.setattr(places, "free_slug", lambda *_: other.facility.slug)
    said = {"name": "Lakeside East", "short_name": "Lakeside", "zone": "America/Denver"}
    answer = client.post("/administration/facilities/new/", said)
    assert answer.status_code == 422
    assert "at the same moment" in answer.content.decode()
    assert Facility.objects.count() == 2


def test_a_holiday_that_two_remove_is_removed_once() -> None:
    house = make_house("Northfield")
    keeper = Keeper(organization=house.organization, at=timezone.now())
    day = Holiday.objects.create(facility=house.facility, date=date(2027, 3, 1), name="Founders")
    found_by_both = [Holiday.objects.get(pk=day.pk) for _ in range(2)]
    for found in found_by_both:
        remove_holiday(keeper, found)
    assert not Holiday.objects.exists()
    assert AuditEntry.objects.filter(verb="holiday.removed").count() == 1
