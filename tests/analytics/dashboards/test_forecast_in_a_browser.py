"""The forecast in Chromium: it fits the window in light and dark, and its console is silent."""

import pytest

from tests.analytics.dashboards.test_forecast_page import WHERE, snapshot

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("search", ["", "?facility=riverside"])
def test_it_never_scrolls_sideways_and_says_nothing_in_the_console(
    pages, monkeypatch: pytest.MonkeyPatch, search: str
) -> None:
    shot = snapshot("browser")
    monkeypatch.setattr("analytics.readers.view.open_source", lambda *_, **__: shot)
    make, said, address = pages
    for width, scheme in ((1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")):
        page = make(width, scheme)
        page.goto(address + WHERE + search)
        assert page.get_by_role("heading", name="Beside plain guesses").is_visible() or search
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.get_by_role("link", name="Overview").first.wait_for(state="attached")
    assert said == []
