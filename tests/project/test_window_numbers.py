"""The viewer names its windows by the numbers with which they are drawn."""

from project.templatetags.frame import WINDOW_NUMBERS, window_numbers
from requests_app.imaging.picture import PRESETS


def test_each_window_is_named_by_the_numbers_that_draw_it() -> None:
    assert {key: numbers for key, numbers in PRESETS.items() if numbers} == WINDOW_NUMBERS


def test_the_window_of_the_file_itself_has_no_numbers() -> None:
    assert window_numbers("file") == ""
    assert window_numbers("lung") == "W 1500 L −600"
