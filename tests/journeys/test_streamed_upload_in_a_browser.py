"""Images go through the real server from a real browser: streamed by script, by the form without."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from requests_app.models import ImagingRequest, Instance
from requests_app.vocabulary import Role
from tests.requests_app.imaging.dicom_made import bytes_of, ct_slice
from tests.requests_app.upload.test_real_server import Server, server
from tests.requests_app.upload.test_sink import approved, cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["approved", "cast", "server"]


def window(
    chromium: Any, server: Server, request: ImagingRequest, width: int, scheme: str, script: bool
) -> Any:
    """Return a page of a browser in which a release clerk is signed in."""
    staff = Client()
    staff.force_login(request.facility.people.get(groups__name=Role.RELEASE_STAFF))
    context = chromium.new_context(
        viewport={"width": width, "height": 1000},
        color_scheme=scheme,
        java_script_enabled=script,
        reduced_motion="reduce",
    )
    cookie = {"name": "sessionid", "value": staff.cookies["sessionid"].value}
    context.add_cookies([cookie | {"url": f"http://127.0.0.1:{server.port}"}])
    return context.new_page()


@pytest.mark.parametrize(
    ("width", "scheme", "script"),
    [(390, "dark", True), (1440, "light", False)],
)
def test_a_folder_of_slices_is_attached_and_looked_at(
    chromium: Any,
    server: Server,
    approved: ImagingRequest,
    tmp_path: Path,
    width: int,
    scheme: str,
    script: bool,
) -> None:
    page = window(chromium, server, approved, width, scheme, script)
    posted, broken = [], []
    page.on("request", lambda one: posted.append(one.url) if one.method == "POST" else None)
    page.on("console", lambda one: broken.append(one.text) if one.type == "error" else None)
    home = f"http://127.0.0.1:{server.port}/work/requests/{approved.number}/"
    page.goto(home)
    for number in (1, 2):
        (tmp_path / f"{number}.dcm").write_bytes(bytes_of(ct_slice(number)))
    page.locator("#files").set_input_files([str(tmp_path / f"{n}.dcm") for n in (1, 2)])
    page.get_by_role("button", name="Attach images").click()
    page.get_by_text("2 files received and checked.").wait_for()
    assert posted == [f"{home}images/{'stream/' if script else ''}"]
    assert page.get_by_text("of 7").is_visible()
    keep(page, f"request-{width}-{scheme}")
    if script:
        page.get_by_role("link", name="View", exact=True).click()
        page.wait_for_load_state("networkidle")
        drawn = "document.querySelector('#frame').decode().then(() => document.querySelector('#frame').naturalWidth)"
        assert page.evaluate(drawn) == 64
        keep(page, f"viewer-{width}-{scheme}")
    assert Instance.objects.count() == 2
    assert broken == []
    page.context.close()


def keep(page: Any, name: str) -> None:
    """Take a picture where SCREENS names a folder for them."""
    if os.environ.get("SCREENS"):
        page.screenshot(path=f"{os.environ['SCREENS']}/{name}.png", full_page=True)
