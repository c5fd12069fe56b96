"""The process view in Chromium: a graph for each width, no message in the console, no side scroll."""

import pytest

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("small_source"),
]


@pytest.mark.parametrize(("width", "shown"), [(1440, "wide"), (390, "narrow")])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_one_graph_is_seen_and_the_page_never_scrolls_sideways(
    pages,  # noqa: F811
    width: int,
    shown: str,
    scheme: str,
) -> None:
    make, said, address = pages
    page = make(width, scheme)
    page.goto(f"{address}/work/analytics/process/")
    drawn = page.locator("svg.flow")
    assert [drawn.nth(place).is_visible() for place in (0, 1)] == [shown == "wide", shown != "wide"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    region = page.get_by_role("region", name="Graph of steps")
    assert region.evaluate("one => one.scrollWidth <= one.clientWidth")
    title, others = (
        page.locator(f"#p1 .flow-{name}") for name in (shown, {"wide": "narrow"}.get(shown, "wide"))
    )
    assert (title.is_visible(), others.is_visible()) == (True, False)
    page.get_by_role("button", name="How this is counted: Rework rate").click()
    assert page.get_by_role("dialog", name="Rework rate").is_visible()
    assert said == []
