"""Clock rules are versions by day of receipt, changed by administrators of their house."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from audit.access import SYSTEM
from audit.models import AuditEntry
from requests_app.house.ledger import Keeper
from requests_app.house.rules import withdraw
from requests_app.models import Facility, ImagingRequest, Policy
from requests_app.refusals import Incomplete
from requests_app.sla.policy import rules_for
from requests_app.vocabulary import LegalBasis, Until
from tests.requests_app.administration.house_made import House, make_house, version
from tests.requests_app.cast import file_request

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contexts_of_pages")]


def came(facility: Facility, at: datetime) -> ImagingRequest:
    return ImagingRequest(facility=facility, received_at=at, legal_basis=LegalBasis.PATIENT_ACCESS)


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
