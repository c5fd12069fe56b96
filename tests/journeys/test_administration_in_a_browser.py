"""An administrator sets the house up in Chromium, wide and narrow, light and dark."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from journey_cast import facility, somebody
from test_release_in_a_browser import Visitor

from requests_app.models import Facility, Holiday, Policy, User
from requests_app.vocabulary import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ROOMS = ("people", "facilities", "holidays", "rules")


def administrator(chromium: Any, address: str, client: Client, width: int, scheme: str) -> Visitor:
    """Return the window of a signed-in administrator."""
    client.force_login(somebody(Role.ADMINISTRATOR, facility()))
    visitor = Visitor(chromium, address, width, scheme)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}
    visitor.context.add_cookies([cookie])
    return visitor


def test_a_house_is_set_up_in_the_browser(
    chromium: Any, live_server: Any, client: Client, tmp_path: Path
) -> None:
    visitor = administrator(chromium, live_server.url, client, 390, "dark")
    page = visitor.page

    visitor.open("/administration/people/new/")
    page.get_by_role("button", name="Send the invitation").click()
    page.get_by_text("Choose at least one role.").wait_for()
    visitor.look("a refused invitation")
    page.get_by_label("Email").fill("colleague@example.org")
    page.get_by_label("Auditor: reads").check()
    page.get_by_role("button", name="Send the invitation").click()
    page.get_by_text("a link is on its way").wait_for()
    visitor.look("people")
    assert [one.to for one in mail.outbox] == [["colleague@example.org"]]
    visitor.open(f"/administration/people/{User.objects.get(username='colleague').pk}/")

    visitor.open("/administration/facilities/new/")
    page.get_by_label("Name", exact=True).fill("Eastbrook Clinic")
    page.get_by_label("Short name").fill("Eastbrook")
    page.get_by_label("Time zone").fill("America/Denver")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Eastbrook Clinic is saved.").wait_for()
    visitor.look("facilities")

    visitor.open("/administration/holidays/?year=2027")
    page.get_by_role("button", name="Load the year").click()
    page.get_by_text("federal holidays of 2027 were added").wait_for()
    visitor.look("holidays")

    visitor.open("/administration/rules/")
    page.get_by_role("link", name="New York").click()
    page.get_by_label("This rule counts").check()
    page.get_by_role("button", name="Put it in force").click()
    page.get_by_text("somebody signs").wait_for()
    visitor.look("a refused version")
    page.get_by_label("Text verified by").fill("Counsel")
    page.get_by_label("Verified on").fill((timezone.now() - timedelta(days=2)).date().isoformat())
    page.get_by_role("button", name="Put it in force").click()
    page.get_by_text("New York counts from").wait_for()
    visitor.look("a rule")

    for room in ROOMS:
        visitor.open(f"/administration/{room}/")
        page.screenshot(path=str(tmp_path / f"{room}.png"), full_page=True)
    visitor.context.close()
    # Two forms were refused on purpose; the browser's console says so.
    assert [one for one in visitor.found if "status of 422" not in one] == []
    assert Facility.objects.filter(slug="eastbrook", zone="America/Denver").exists()
    assert Holiday.objects.filter(date__year=2027).exists()
    assert Policy.objects.filter(key="ny_access", enabled=True, verified_by="Counsel").exists()
