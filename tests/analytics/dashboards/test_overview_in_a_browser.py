"""The overview in Chromium: charts, filters, definitions, no message in the console, no side scroll."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("small_source"),
]
SCHEMES = ("light", "dark")
READY = "html[data-charts=ready]"
PAPER = 673  # px: A4 less its margins, the narrower of the two papers


@pytest.mark.parametrize(("width", "first", "then"), [(1440, *SCHEMES), (390, *SCHEMES[::-1])])
def test_charts_appear_and_the_page_never_scrolls_sideways(
    pages, width: int, first: str, then: str
) -> None:
    make, said, address = pages
    page = make(width, first)
    for run, scheme in (("cold", first), ("warm", then)):
        page.emulate_media(color_scheme=scheme)
        page.goto(f"{address}/overview/")
        page.wait_for_selector(READY, timeout=20_000)
        took = page.evaluate("performance.getEntriesByName('first-chart')[0].startTime")
        print(f"first chart, {width} {scheme}, {run}: {took} ms")
        assert run == "cold" or took < 10_000, "promised are 2 s on a quiet machine"
        assert page.locator(".js-plotly-plot").count() == 3
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        foot, table = (
            page.locator(f"#weekly {part}").bounding_box() for part in (".panel-foot", "table")
        )
        assert foot["y"] - table["y"] - table["height"] < 40, "px: a hole in the card"
    assert said == []


def test_on_a_phone_the_newest_week_is_seen_first_and_time_runs_to_the_right(pages) -> None:
    make, said, address = pages
    page = make(390, "light")
    page.goto(f"{address}/overview/")
    page.wait_for_selector(READY, timeout=20_000)
    region = page.get_by_role("region", name="Table by facility and week")
    region.focus()
    heads = page.locator("#weekly thead th.text-center")
    assert len(_seen(region)) >= 5
    assert _seen(region)[-1] == heads.last.text_content()
    assert _halved(region) == []
    assert heads.first.text_content() not in _seen(region)
    for _ in range(20):
        page.keyboard.press("ArrowLeft")
    page.wait_for_function(
        """() => {
            const head = document.querySelector('#weekly thead th.text-center');
            const name = document.querySelector('#weekly tbody th');
            return head.getBoundingClientRect().left >= name.getBoundingClientRect().right - 1;
        }"""
    )
    name, box = (
        page.locator(f"#weekly {part}").first.bounding_box() for part in ("tbody th", ".scroll")
    )
    assert name["x"] >= box["x"], "the facility stays in sight"
    page.goto(f"{address}/overview/?clock=legal")  # its longer numbers widen the first column
    page.wait_for_selector(READY, timeout=20_000)
    assert _halved(page.get_by_role("region", name="Table by facility and week")) == []
    assert said == []


def _halved(region) -> list[str]:
    """Return the weeks that the facilities hide a part of: half of 100 reads as another number."""
    return region.evaluate(
        """one => {
            const name = one.querySelector('tbody th').getBoundingClientRect().right;
            return [...one.querySelectorAll('thead th.text-center')].filter(head => {
                const place = head.getBoundingClientRect();
                return place.left < name - 1 && place.right > name + 1;
            }).map(head => head.textContent);
        }"""
    )


def _seen(region) -> list[str]:
    """Return the heads of the weeks that stand wholly in sight, beside the facilities."""
    return region.evaluate(
        """one => {
            const edge = one.getBoundingClientRect().right;
            const name = one.querySelector('tbody th').getBoundingClientRect().right;
            return [...one.querySelectorAll('thead th.text-center')].filter(head => {
                const place = head.getBoundingClientRect();
                return place.left >= name - 1 && place.right <= edge + 1;
            }).map(head => head.textContent);
        }"""
    )


def test_filters_and_definitions(pages) -> None:
    make, said, address = pages
    page = make(1440, "light")
    page.goto(f"{address}/overview/")
    page.wait_for_selector(READY, timeout=20_000)
    expect(page.locator(".kpi-range").first).to_contain_text("n = 384")
    page.get_by_role("button", name="How this is counted: Contract SLA met").click()
    assert page.get_by_role("dialog", name="Contract SLA met").is_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Facility All").click()
    page.get_by_role("checkbox", name="Northfield General").uncheck()
    page.locator("#f-facility").get_by_role("button", name="Show").click()
    page.wait_for_url("**facility=riverside**")
    page.wait_for_selector(READY, timeout=20_000)
    expect(page.locator(".kpi-range").first).to_contain_text("n = 192")
    page.get_by_role("button", name="Clock").click()
    page.get_by_role("link", name="Patient access, 30 days").click()
    page.wait_for_url("**clock=legal**")
    page.wait_for_selector(READY, timeout=20_000)
    assert "facility=riverside" in page.url
    assert "Patient access on time" in page.locator(".kpi-label").first.inner_text()
    page.go_back()
    page.wait_for_selector(READY, timeout=20_000)
    assert "Contract SLA met" in page.locator(".kpi-label").first.inner_text()
    assert said == []


def test_what_is_printed_fits_the_paper_and_the_screen_is_as_before(pages) -> None:
    make, said, address = pages
    page = make(1440, "dark")
    page.goto(f"{address}/overview/")
    page.wait_for_selector(READY, timeout=20_000)
    widths = "[...document.querySelectorAll('.chart .main-svg')].map(one => one.clientWidth)"
    on_screen = page.evaluate(widths)
    printed = page.pdf(prefer_css_page_size=True)  # fires beforeprint and afterprint by itself
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) <= 3
    page.wait_for_function(f"String({widths}) === '{','.join(map(str, on_screen))}'")
    page.set_viewport_size({"width": PAPER, "height": 900})
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert set(page.evaluate(widths)) == {620}
    over = page.evaluate(
        """[...document.querySelectorAll('.panel, .panel table, .chart .main-svg')].filter(
            one => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth
        ).map(one => one.className.baseVal ?? one.className)"""
    )
    assert over == []
    assert page.locator(".on-paper").inner_text() == page.url
    assert not page.get_by_role("button", name="Facility All").is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert said == []


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_a_number_is_cut_by_modality_and_followed_to_its_requests(
    pages, width: int, scheme: str
) -> None:
    make, said, address = pages
    page = make(width, scheme)
    page.goto(f"{address}/overview/?facility=northfield")
    page.wait_for_selector(READY, timeout=20_000)
    whole = page.locator(".kpi-range").first.inner_text()
    page.get_by_role("button", name="More filters").click()
    page.locator("#f-more summary").filter(has_text="Modality").click()
    page.get_by_role("checkbox", name="CT chest").check()
    page.locator("#f-more").get_by_role("button", name="Show").click()
    page.wait_for_url("**slice=modality*")
    page.wait_for_selector(READY, timeout=20_000)
    cut = page.locator(".kpi-range").first.inner_text()
    assert cut != whole
    chips = page.get_by_role("list", name="Filters in use")
    expect(chips).to_have_text(re.compile("Modality CT chest"))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator(".kpi-value a").first.click()
    page.wait_for_url("**/behind/**")
    n = re.search(r"n\s=\s(\d+)", cut)
    assert n is not None
    expect(page.locator(".tabs a").first).to_have_text(f"All {n[1]}")
    expect(page.locator("tbody th").first).to_contain_text("CT chest")
    page.get_by_role("link", name="Remove the filter Modality: CT chest").click()
    page.wait_for_url(lambda url: "slice" not in url and "facility=northfield" in url)
    expect(page.locator(".tabs a").first).not_to_have_text(f"All {n[1]}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert said == []


@pytest.mark.parametrize(
    "chosen",
    [
        "?slice=modality=CT&slice=channel=physical_cd&slice=medium=physical",
        "?from=2026-09-21&to=2026-11-25",
        "?facility=riverside",
    ],
)
def test_the_bar_of_filters_is_one_line_whatever_is_chosen(pages, chosen: str) -> None:
    make, said, address = pages
    page = make(1440, "light")
    page.goto(f"{address}/overview/{chosen}")
    page.wait_for_selector(".filterbar", timeout=20_000)
    tops = page.locator(".filterbar > .btn").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().top)"
    )
    assert len(tops) >= 5
    assert max(tops) - min(tops) < 2
    assert page.get_by_role("link", name="Clear", exact=True).is_visible()
    assert said == []


def test_an_opened_table_leaves_the_card_beside_it_as_it_was(pages) -> None:
    make, said, address = pages
    page = make(1440, "light")
    page.goto(f"{address}/overview/")
    page.wait_for_selector(READY, timeout=20_000)
    ages = page.locator("[aria-labelledby=c6].panel")
    before = ages.bounding_box()["height"]
    page.locator("[aria-labelledby=c5] summary").click()
    opened = page.locator("[aria-labelledby=c5].panel").bounding_box()["height"]
    assert ages.bounding_box()["height"] <= before < opened
    assert said == []


def test_a_phone_names_the_month_of_every_week(pages) -> None:
    make, said, address = pages
    page = make(390, "dark")
    page.goto(f"{address}/overview/")
    page.wait_for_selector(READY, timeout=20_000)
    heads = page.locator("#weekly thead th.text-center").all_inner_texts()
    assert all(re.fullmatch(r"[A-Z][a-z]{2}\s+\d+", head) for head in heads), heads
    wide = page.locator("#weekly thead th.text-center .again").first
    assert wide.bounding_box()["width"] > 10
    page.set_viewport_size({"width": 1440, "height": 900})
    assert wide.bounding_box()["width"] <= 1
    assert said == []


def test_a_long_tab_wraps_on_a_phone(pages) -> None:
    make, said, address = pages
    page = make(390, "light")
    page.goto(f"{address}/overview/behind/?key=sla_compliance&facility=northfield")
    page.locator(".tabs a").first.evaluate(
        "one => one.textContent = 'Left out: withdrawn, duplicate or not our patient before due'"
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert said == []
