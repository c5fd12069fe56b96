"""Pages in Chromium: what must stand inside the window, and what must fit on paper."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from journey_cast import facility, somebody
from released import ask, attach, do
from test_release_in_a_browser import Visitor

from requests_app.models import ImagingRequest, User
from requests_app.vocabulary import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = [(1440, "light"), (390, "dark")]


@pytest.fixture
def staff(client: Client) -> User:
    """A supervisor of Northfield, signed in."""
    person = somebody(Role.SUPERVISOR, facility())
    client.force_login(person)
    return person


def visitor_of(client: Client, chromium: Any, live_server: Any, width: int, scheme: str) -> Visitor:
    """Return a window in which the person of `client` is signed in."""
    visitor = Visitor(chromium, live_server.url, width, scheme)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    visitor.context.add_cookies([cookie | {"url": live_server.url}])
    return visitor


def with_images(client: Client) -> ImagingRequest:
    """Return an approved request with one small study."""
    request = ask(Client())
    do(client, request, "identity", record_number="MRN-0417")
    for key in ("complete", "approve"):
        do(client, request, key)
    attach(client, request)
    return request


@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_the_viewer_stands_whole_in_the_window_with_its_words(
    chromium: Any, live_server: Any, client: Client, staff: User, width: int, scheme: str
) -> None:
    request = with_images(client)
    visitor = visitor_of(client, chromium, live_server, width, scheme)
    visitor.open(f"/work/requests/{request.number}/view/")
    page = visitor.page
    page.wait_for_function("document.querySelector('#frame').naturalWidth > 0")
    assert page.evaluate("document.documentElement.scrollHeight") <= 900
    for part in ("#slice", "#windows", ".corner.br"):
        box = page.locator(part).bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 900
    assert not page.locator("#series").is_visible()
    words = page.inner_text("#canvas")
    for said in ("Slice 2 of 3", "W 400 L 40", "Axial", "Not for diagnosis"):
        assert said in words
    assert "October 14, 2026" in page.inner_text("header")
    page.hover("#canvas")
    page.mouse.wheel(0, 120)
    page.get_by_text("Slice 3 of 3").wait_for()
    assert page.evaluate("scrollY") == 0
    visitor.context.close()
    assert visitor.found == []


@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_the_fields_for_files_stay_inside_their_dashed_frame(
    chromium: Any, live_server: Any, client: Client, staff: User, width: int, scheme: str
) -> None:
    request = with_images(client)
    visitor = visitor_of(client, chromium, live_server, width, scheme)
    visitor.open(f"/work/requests/{request.number}/")
    outer = visitor.page.locator(".drop").bounding_box()
    for field in ("#files", "#folder"):
        inner = visitor.page.locator(field).bounding_box()
        assert inner["x"] >= outer["x"]
        assert inner["x"] + inner["width"] <= outer["x"] + outer["width"]
    visitor.context.close()
    assert visitor.found == []


def test_the_meanings_of_columns_have_room_for_their_words(
    chromium: Any, live_server: Any, client: Client, staff: User
) -> None:
    log = SimpleUploadedFile("log.csv", b"Req #,Date Rcvd,Date Out\n1,1/13/25,1/20/25\n")
    address = client.post("/logs/new/", {"log": log})["Location"]
    visitor = visitor_of(client, chromium, live_server, 1440, "light")
    visitor.open(address)
    widths = visitor.page.eval_on_selector_all(
        "td > select", "all => all.map(one => one.getBoundingClientRect().width)"
    )
    assert len(widths) == 3
    assert min(widths) >= 190
    visitor.context.close()
    assert visitor.found == []


def test_on_a_phone_filters_stand_within_their_card_and_the_chosen_tab_is_seen(
    client: Client, chromium: Any, live_server: Any
) -> None:
    client.force_login(somebody(Role.AUDITOR, facility()))
    visitor = visitor_of(client, chromium, live_server, 390, "light")
    visitor.open("/proof/")
    head, pill = (
        visitor.page.locator(one).first.bounding_box()
        for one in ("section:has(.filterbar) h2", ".filterbar .btn")
    )
    visitor.open("/work/queue/?tab=ended")
    tab = visitor.page.locator(".tabs [aria-current]").bounding_box()
    visitor.context.close()
    assert pill["x"] == head["x"]
    assert 0 <= tab["x"] < tab["x"] + tab["width"] <= 390
    assert visitor.found == []


def test_a_list_that_was_left_open_keeps_its_arrow(chromium: Any, live_server: Any) -> None:
    visitor = Visitor(chromium, live_server.url, 390, "light")
    visitor.open("/ask/")
    visitor.page.evaluate("document.querySelector('select').classList.add('is-invalid')")
    arrow = "getComputedStyle(document.querySelector('select')).backgroundImage"
    assert visitor.page.evaluate(arrow) != "none"
    visitor.context.close()
