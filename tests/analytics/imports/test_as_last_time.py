"""A file with headers that are known is read as last time, within one organization."""

import pytest
from django.test import Client

from analytics.models import UploadedLog
from requests_app.vocabulary import Role
from tests.analytics.imports.sent import LOG, send

pytestmark = pytest.mark.django_db


def test_a_file_with_the_same_headers_is_read_as_last_time(analyst: Client) -> None:
    content = b"When,Gone,How\n3/4/25,3/5/25,Desk\n"
    first = send(analyst, content, "a.csv")
    fields = {"field:When": "received_at", "field:Gone": "completed_at", "field:How": "partner"}
    analyst.post(first, fields)
    analyst.post(first, {"date_order": "DMY", "confirm": "yes"})
    second = send(analyst, b"How,Gone,When\nDesk,6/7/25,5/7/25\n", "b.csv")
    page = analyst.get(second).content.decode()
    assert "Read as last time." in page
    assert "One question first." not in page
    afresh = analyst.post(second, {"afresh": "yes"}, follow=True)
    assert "One question first." in afresh.content.decode()
    assert "Read as last time." not in analyst.get(second).content.decode()


def test_another_organization_is_offered_no_mapping_of_ours(analyst: Client) -> None:
    analyst.post(send(analyst, LOG), {"confirm": "yes"})
    from requests_app.models import Facility, Organization
    from tests.requests_app.cast import person

    house = Organization.objects.create(name="Elsewhere", slug="elsewhere")
    place = Facility.objects.create(
        organization=house, name="Elsewhere", short_name="Else", slug="elsewhere"
    )
    other = Client()
    other.force_login(person("elsewhere", Role.ANALYST, place))
    page = other.get(send(other, LOG)).content.decode()
    assert "Read as last time." not in page
    assert "are here already" not in page


def test_a_column_that_was_ignored_last_time_is_ignored_again(analyst: Client) -> None:
    first = send(analyst, LOG, "a.csv")
    fields = {"field:Date Rcvd": "received_at", "field:Date Out": "completed_at"}
    analyst.post(first, {**fields, "confirm": "yes"})
    second = send(analyst, LOG, "b.csv")
    analyst.post(second, {"confirm": "yes"})
    mapping = UploadedLog.objects.get(name="b").mapping
    assert set(mapping["columns"]) == {"received_at", "completed_at"}
