"""Journey 4 in Chromium: wide and narrow, light and dark, no fault of access or policy."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from journey_cast import PASSWORD, facility, somebody, zipped_study
from released import ask, do

from requests_app.models import ImagingRequest
from requests_app.vocabulary import Role, State

BASE = Path(__file__).resolve().parents[2]
AXE = BASE / "node_modules" / "axe-core" / "axe.min.js"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Visitor:
    """One window that keeps every complaint."""

    def __init__(self, chromium: Any, address: str, width: int, scheme: str) -> None:
        self.context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        self.page = self.context.new_page()
        self.address, self.way = address, (width, scheme)
        self.found: list[str] = []
        self.page.on("console", self._hear)

    def _hear(self, message: Any) -> None:
        if message.type == "error":
            self.found.append(message.text)

    def open(self, path: str) -> None:
        """Open a page and look at it."""
        self.page.goto(self.address + path)
        self.look(path)

    def look(self, where: str) -> None:
        """Note sideways scroll and faults of access, as the page stands and the other way."""
        width, scheme = self.way
        self._look(where)
        self._turn(1440 if width == 390 else 390, "dark" if scheme == "light" else "light")
        self._look(f"{where}, the other way,")
        self._turn(width, scheme)

    def _turn(self, width: int, scheme: str) -> None:
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")

    def _look(self, where: str) -> None:
        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            self.found.append(f"{where} scrolls sideways by {wide} px")
        if AXE.exists():
            # Evaluated by the debugger, which the page's policy does not bind.
            if self.page.evaluate("typeof axe === 'undefined'"):
                self.page.evaluate(AXE.read_text())
            faults = self.page.evaluate(
                "axe.run().then(r => r.violations.map(v => v.id + ': ' + v.nodes[0].html))"
            )
            self.found += [f"{where}: {fault}" for fault in faults]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_images_travel_from_the_form_to_a_recipients_browser(
    chromium: Any, live_server: Any, client: Client, tmp_path: Path, width: int, scheme: str
) -> None:
    staff = somebody(Role.SUPERVISOR, facility())
    client.force_login(staff)
    visitor = Visitor(chromium, live_server.url, width, scheme)
    page = visitor.page
    visitor.open("/ask/")
    page.get_by_label("Your name").fill("Sample Patient 0417")
    page.get_by_label("Your email").fill("patient0417@example.org")
    page.get_by_label("Patient's first name").fill("Sample Patient")
    page.get_by_label("Patient's last name").fill("0417")
    page.get_by_label("Patient's date of birth").fill("04 27 1958")
    page.get_by_label("Which images?").fill("CT abdomen, October 2026")
    page.get_by_role("button", name="Send the request").click()
    page.get_by_role("heading", name="We have your request").wait_for()
    visitor.look("tracking")
    request = ImagingRequest.objects.get()
    do(client, request, "identity", record_number="MRN-0417")
    for key in ("complete", "approve"):
        do(client, request, key)
    visitor.open("/account/login/")
    page.get_by_label("Email").fill(staff.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Queue").wait_for()
    visitor.look("queue")
    visitor.open(f"/work/requests/{request.number}/")
    upload = tmp_path / "images.zip"
    upload.write_bytes(zipped_study())
    page.locator("#files").set_input_files(str(upload))
    page.get_by_role("button", name="Attach images").click()
    page.get_by_text("3 files received and checked.").wait_for()
    page.get_by_role("button", name="Mark ready").click()
    page.get_by_text("The images are ready to send.").wait_for()
    page.get_by_role("button", name="Send by link").click()
    link = page.locator(".secret").inner_text()
    visitor.look("request")
    recipient = Visitor(chromium, live_server.url, width, scheme)
    recipient.open(link.removeprefix(live_server.url))
    recipient.page.get_by_role("button", name="Open my images").click()
    recipient.page.wait_for_load_state("networkidle")
    drawn = "document.querySelector('#frame').decode().then(() => document.querySelector('#frame').naturalWidth)"
    assert recipient.page.evaluate(drawn) == 32
    recipient.look("viewer")
    request.refresh_from_db()
    assert request.state == State.DELIVERED
    assert request.events.filter(kind="first_opened").exists()
    visitor.context.close()
    recipient.context.close()
    assert visitor.found + recipient.found == []


def test_staff_pages_stand_on_a_phone(chromium: Any, live_server: Any, client: Client) -> None:
    staff = somebody(Role.SUPERVISOR, facility())
    client.force_login(staff)
    request = ask(Client())
    do(client, request, "hold", reason="LO05", note="Which scans?")
    visitor = Visitor(chromium, live_server.url, 390, "light")
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    visitor.context.add_cookies([cookie | {"url": live_server.url}])
    for path in ("queue/", "outside-images/", "deliveries/", "new/", f"requests/{request.number}/"):
        visitor.open(f"/work/{path}")
    visitor.open("/mine/")
    visitor.open("/api/")
    visitor.context.close()
    assert visitor.found == []
