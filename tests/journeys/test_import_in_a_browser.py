"""A large log in Chromium: the bar moves, the import is cancelled, begun again, and done."""

from pathlib import Path
from typing import Any

import pytest
from journey_cast import facility, somebody
from test_proof_in_a_browser import sign_in
from test_release_in_a_browser import Visitor

from analytics.models import ImportRun, UploadedLog
from analytics.tasks import run_imports
from requests_app.vocabulary import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOG = "Req #,Date Rcvd,Date Out,Method\n" + "".join(
    f"{number},1/13/25,1/20/25,portal\n" for number in range(45_000)
)


def test_a_large_log_is_watched_cancelled_and_begun_again(
    chromium: Any, live_server: Any, tmp_path: Path
) -> None:
    analyst = somebody(Role.ANALYST, facility())
    visitor = Visitor(chromium, live_server.url, 1440, "light")
    page = visitor.page
    sign_in(visitor, analyst.email)
    page.goto(live_server.url + "/logs/new/")
    path = tmp_path / "large.csv"
    path.write_text(LOG)
    page.get_by_label("CSV file").set_input_files(path)
    page.get_by_role("button", name="Read it").click()
    page.get_by_role("button", name="Import as large").click()
    page.get_by_role("heading", name="Waiting for its turn").wait_for()
    ImportRun.objects.update(stage="checking", percent=62)
    page.get_by_role("heading", name="Checking every row").wait_for()
    assert page.locator("progress").evaluate("bar => bar.value") == 62
    visitor.look("running")
    page.get_by_role("button", name="Cancel the import").click()
    page.get_by_role("heading", name="Cancelled. Nothing of the file was stored.").wait_for()
    assert not page.get_by_text("you can leave this page").count()
    visitor.look("cancelled")
    page.get_by_role("button", name="Import it again").click()
    page.get_by_role("heading", name="Waiting for its turn").wait_for()
    assert run_imports()
    page.get_by_role("heading", name="Imported").wait_for()
    visitor.look("done")
    assert UploadedLog.objects.get().answer["rows_imported"] == 45_000
    visitor.open("/logs/")
    visitor.context.close()
    assert visitor.found == []
