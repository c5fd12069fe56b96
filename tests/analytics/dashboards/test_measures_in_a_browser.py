"""The page of measures in Chromium: an opened definition."""

import pytest

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.usefixtures("small_source"),
]


@pytest.mark.parametrize("width", [390, 1000, 1440])
def test_an_opened_definition_has_the_whole_row_and_its_word_stays(pages, width: int) -> None:
    make, said, address = pages
    page = make(width, "light")
    page.goto(f"{address}/work/analytics/measures/")
    row = page.locator(".measures tbody tr").nth(1)
    word = row.get_by_text("Definition", exact=False).first
    # Of a word laid out as a cell the box holds its padding too: its letters are what stays.
    middle = """one => {
        const letters = new Range();
        letters.selectNodeContents(one);
        const box = letters.getBoundingClientRect();
        return [box.x, box.y + box.height / 2];
    }"""
    before = word.evaluate(middle)
    word.click()
    after = word.evaluate(middle)
    assert after == pytest.approx(before, abs=3)
    facts = row.locator("dl").bounding_box()
    assert facts["width"] > 0.85 * row.bounding_box()["width"]
    assert page.get_by_role("row").count() > 70  # the table is still one to who hears it
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert said == []
