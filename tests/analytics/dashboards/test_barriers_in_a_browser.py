"""Pages of figures in Chromium: no barrier that axe finds, every table named, every wide one reached."""

from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("small_source"),
]
AXE = Path(__file__).resolve().parents[3] / "node_modules" / "axe-core" / "axe.min.js"
BARRIERS = "axe.run().then(r => r.violations.map(v => v.id + ': ' + v.nodes[0].html))"
NAMELESS = """[...document.querySelectorAll('main table')].filter(
    one => !one.caption && !one.ariaLabel && !document.getElementById(one.getAttribute('aria-labelledby'))
).length"""
UNREACHED = """[...document.querySelectorAll('main .scroll')].filter(
    one => one.scrollWidth > one.clientWidth && !(one.tabIndex === 0 && one.ariaLabel)
).length"""
PAGES = (
    "/overview/",
    "/overview/behind/?key=sla_compliance",
    "/work/analytics/process/",
    "/work/analytics/measures/",
    "/work/analytics/forecast/",
    "/work/analytics/cost/",
    "/logs/",
    "/reports/",
)


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_no_page_of_figures_holds_anybody_up(pages, width: int, scheme: str) -> None:
    make, said, address = pages
    page = make(width, scheme)
    for path in PAGES:
        page.goto(f"{address}{path}")
        page.wait_for_load_state("networkidle")
        page.evaluate(
            "document.querySelectorAll('main details').forEach(one => { one.open = true })"
        )
        if AXE.exists():
            page.evaluate(AXE.read_text(encoding="utf-8"))
            assert page.evaluate(BARRIERS) == [], path
        assert page.evaluate(NAMELESS) == 0, path
        assert page.evaluate(UNREACHED) == 0, path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert said == []
