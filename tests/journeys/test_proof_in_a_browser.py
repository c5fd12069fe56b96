"""Journeys 7 and 10 in Chromium: a log is imported, a report exported, the log itself checked."""

from pathlib import Path
from typing import Any

import pytest
from journey_cast import PASSWORD, facility, somebody
from test_release_in_a_browser import Visitor

from audit.proof.inclusion import verify_entry_file
from audit.proof.verify import verify_file
from requests_app.models import Organization
from requests_app.vocabulary import Role
from tests.audit.looked import look
from tests.requests_app.cast import file_request

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WAY = (390, "light")
LOG = "Req #,Date Rcvd,Date Out,Method\n1,3/4/25,3/9/25,CD\n2,3/5/25,3/6/25,portal\n"


def sign_in(visitor: Visitor, email: str) -> None:
    """Sign in and wait for the first page."""
    visitor.page.goto(visitor.address + "/account/login/")
    visitor.page.get_by_label("Email").fill(email)
    visitor.page.get_by_label("Password").fill(PASSWORD)
    visitor.page.get_by_role("button", name="Sign in").click()
    visitor.page.wait_for_url(lambda url: "login" not in url)


def test_a_log_is_imported_after_its_question_is_answered(
    chromium: Any, live_server: Any, tmp_path: Path
) -> None:
    analyst = somebody(Role.ANALYST, facility())
    visitor = Visitor(chromium, live_server.url, *WAY)
    page = visitor.page
    sign_in(visitor, analyst.email)
    visitor.open("/logs/new/")
    path = tmp_path / "cd_log.csv"
    path.write_text(LOG)
    page.get_by_label("CSV file").set_input_files(path)
    page.get_by_role("button", name="Read it").click()
    page.get_by_text("One question first.").wait_for()
    visitor.look("question")
    page.get_by_role("button", name="Month first").click()
    page.get_by_role("button", name="Import as cd-log").click()
    page.get_by_text("2 of 2 rows imported").wait_for()
    visitor.look("logs")
    assert visitor.found == []


def test_a_report_is_exported_and_the_log_vouches_for_it(
    chromium: Any, live_server: Any, tmp_path: Path
) -> None:
    place = facility()
    file_request(place)
    assert Organization.objects.count() == 1
    director, auditor = somebody(Role.HIM_DIRECTOR, place), somebody(Role.AUDITOR, place)
    visitor = Visitor(chromium, live_server.url, *WAY)
    sign_in(visitor, director.email)
    visitor.open("/reports/")
    with visitor.page.expect_download() as kept:
        visitor.page.get_by_role("link", name="PDF").click()
    report = tmp_path / "report.pdf"
    kept.value.save_as(report)
    assert report.read_bytes().startswith(b"%PDF")
    second = Visitor(chromium, live_server.url, *WAY)
    sign_in(second, auditor.email)
    second.open("/proof/")
    second.page.get_by_role("button", name="Check now").click()
    second.page.get_by_text("No alteration found in").wait_for()
    second.look("checked")
    assert "report" in second.page.inner_text("tbody")
    with second.page.expect_download() as kept:
        second.page.get_by_role("button", name="Proof bundle").click()
    bundle = tmp_path / "bundle.zip"
    kept.value.save_as(bundle)
    assert verify_file(bundle).is_sound
    assert visitor.found + second.found == []


def test_an_auditor_filters_reviews_a_week_and_takes_an_entrys_proof(
    chromium: Any, live_server: Any, tmp_path: Path
) -> None:
    place = facility()
    asked = file_request(place)
    auditor = somebody(Role.AUDITOR, place)
    visitor = Visitor(chromium, live_server.url, *WAY)
    page = visitor.page
    sign_in(visitor, auditor.email)
    visitor.open("/proof/")
    for chip in ("f-about", "f-when", "f-who", "f-did", "f-outcome", "review"):
        page.locator(f"[popovertarget={chip}]").click()
        visitor.look(chip)
        page.keyboard.press("Escape")
    page.locator("[popovertarget=f-about]").click()
    page.get_by_label("Request number").fill(asked.number)
    page.locator("#f-about").get_by_role("button", name="Show").click()
    page.get_by_role("heading", name=f"entries about {asked.number}").wait_for()
    assert page.locator("tbody tr").count() == asked.events.count()
    page.locator("[popovertarget=review]").click()
    page.get_by_label("Finding, if any").fill("none of note")
    page.get_by_role("button", name="Record", exact=True).click()
    page.get_by_text("is recorded.").wait_for()
    visitor.look("reviewed")
    page.get_by_label("Proof of entry 0", exact=True).click()
    page.get_by_role("heading", name="This entry is number 0 of the signed log").wait_for()
    visitor.look("entry")
    with page.expect_download() as kept:
        page.get_by_role("button", name="Proof of this entry").click()
    proof = tmp_path / "entry.json"
    kept.value.save_as(proof)
    assert verify_entry_file(proof).is_sound
    assert visitor.found == []


def test_nothing_of_an_entry_lies_beyond_an_edge(chromium: Any, live_server: Any) -> None:
    auditor = somebody(Role.AUDITOR, facility())
    days = "from=2026-08-24&to=2026-11-22&zone=America%2FChicago"
    detail = {"source": "live", "filters": f"facility=northfield&facility=riverside&{days}"}
    for _ in range(9):
        entry = look(verb="dashboard.viewed", subject="cost", facility="", detail=detail)
    visitor = Visitor(chromium, live_server.url, *WAY)
    sign_in(visitor, auditor.email)
    visitor.open(f"/proof/entries/{entry.pk}/")
    assert "Cost of discs, live work" in visitor.page.inner_text(".page-head")
    for width in (390, 1440):
        visitor.page.set_viewport_size({"width": width, "height": 900})
        beyond = (
            "[...document.querySelectorAll('pre')].map(one => one.scrollWidth - one.clientWidth)"
        )
        assert visitor.page.evaluate(beyond) == [0, 0, 0]
    lines = (
        "one => one.getBoundingClientRect().height / parseFloat(getComputedStyle(one).lineHeight)"
    )
    hashes = visitor.page.evaluate(f"[...document.querySelectorAll('.hashes li')].map({lines})")
    assert len(hashes) > 2
    assert max(hashes) < 2
    assert visitor.found == []
