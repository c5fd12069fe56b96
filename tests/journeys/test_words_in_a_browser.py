"""In Chromium a hospital gives its own words a meaning, and sees what its log can prove with it."""

from pathlib import Path
from typing import Any

import pytest
from journey_cast import facility, somebody
from test_proof_in_a_browser import sign_in
from test_release_in_a_browser import Visitor

from analytics.models import UploadedLog
from requests_app.vocabulary import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RARE = [f"Runner {at}" for at in range(10)]
LOG = "Our mark,Date Rcvd,Date Out,How sent,Pt Name\n" + "".join(
    f"{at},1/13/25,1/20/25,{way},Sample Patient\n"
    for at, way in enumerate(["Desk"] * 40 + ["CD"] * 19 + RARE)
)


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_words_are_given_a_meaning_and_the_grades_follow(
    chromium: Any, live_server: Any, tmp_path: Path, width: int, scheme: str
) -> None:
    analyst = somebody(Role.ANALYST, facility())
    visitor = Visitor(chromium, live_server.url, width, scheme)
    page = visitor.page
    sign_in(visitor, analyst.email)
    page.goto(live_server.url + "/logs/new/")
    path = tmp_path / "desk.csv"
    path.write_text(LOG)
    page.get_by_label("CSV file").set_input_files(path)
    page.get_by_role("button", name="Read it").click()
    page.locator("#words").get_by_text("19 of 69 rows say a way of sending").wait_for()
    visitor.look("words-asked")
    assert not page.get_by_label("Runner 9 means").is_visible()
    page.get_by_text("6 more words").click()
    page.get_by_label("Runner 9 means").select_option("Secure link")
    page.get_by_label("Desk means", exact=True).select_option("CD")
    page.get_by_role("button", name="Use these meanings").click()
    page.get_by_text("9 of 69 rows say in").wait_for()
    visitor.look("words-given")
    assert page.get_by_label("Desk means", exact=True).input_value() == "physical_cd"
    page.get_by_label("Our mark means").select_option("Request number")
    page.get_by_role("button", name="Read again").click()
    page.get_by_text("No column is the request number.").wait_for(state="detached")
    assert page.get_by_label("Desk means", exact=True).input_value() == "physical_cd"
    page.get_by_role("button", name="Import as desk").click()
    page.get_by_text("69 of 69 rows imported").wait_for()
    means = {"channel": {"Desk": "physical_cd", "Runner 9": "link_secure"}}
    assert UploadedLog.objects.get().mapping["values"] == means
    visitor.context.close()
    assert visitor.found == []
