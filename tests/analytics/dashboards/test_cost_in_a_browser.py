"""The cost page in Chromium: it fits the window, the form is a link, the console is silent."""

import pytest

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("small_source"),
]
WHERE = "/work/analytics/cost/?from=2026-01-01"


@pytest.mark.parametrize("width", [1440, 390, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_assumption_is_changed_and_the_address_keeps_it(pages, width: int, scheme: str) -> None:
    make, said, address = pages
    page = make(width, scheme)
    page.goto(address + WHERE)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("svg.swing").first.is_visible()
    before = page.locator(".kpi-value").first.inner_text()
    page.get_by_label("Postage of one parcel").fill("$20")
    page.get_by_label("Discs that fail").fill("much")
    page.get_by_role("button", name="Compute").click()
    page.get_by_text("“much” is not a share").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_label("Discs that fail").fill("10%")
    page.get_by_role("button", name="Compute").click()
    page.get_by_role("heading", name="It hangs most on").wait_for()
    assert "postage=20" in page.url
    assert "from=2026-01-01" in page.url
    assert page.locator(".kpi-value").first.inner_text() != before
    page.get_by_role("link", name="Back to the usual assumptions").click()
    page.wait_for_url("**/cost/?from=2026-01-01")
    assert page.locator(".kpi-value").first.inner_text() == before
    assert said == []
