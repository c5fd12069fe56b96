"""A wrong study is removed on the page, in Chromium: wide and narrow, light and dark."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from journey_cast import facility, somebody
from released import ready
from test_release_in_a_browser import Visitor

from requests_app.vocabulary import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_release_staff_remove_a_study_with_a_reason(
    chromium: Any, live_server: Any, client: Client, tmp_path: Path
) -> None:
    client.force_login(somebody(Role.RELEASE_STAFF, facility()))
    request = ready(client)
    visitor = Visitor(chromium, live_server.url, 390, "dark")
    page = visitor.page
    page.set_default_timeout(10_000)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    visitor.context.add_cookies([cookie | {"url": live_server.url}])
    visitor.open(f"/work/requests/{request.number}/")
    page.click("summary:has-text('Remove this study')")
    visitor.look("the form of removal")
    page.screenshot(path=tmp_path / "open.png", full_page=True)
    page.click("button:has-text('Remove this study')")
    assert request.studies.exists()  # the browser asks for the reason first
    page.fill("input[name=note]", "Another exam")
    page.click("button:has-text('Remove this study')")
    page.wait_for_selector("text=The study is removed")
    visitor.look("the page after it")
    page.screenshot(path=tmp_path / "after.png", full_page=True)
    assert not request.studies.exists()
    visitor.context.close()
    assert visitor.found == []
