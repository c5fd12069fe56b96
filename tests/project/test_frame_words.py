"""Words of the frame: windows by the numbers that draw them, headers by their own words."""

from project.templatetags.frame import WINDOW_NUMBERS, window_numbers, word_breaks
from requests_app.imaging.picture import PRESETS


def test_each_window_is_named_by_the_numbers_that_draw_it() -> None:
    assert {key: numbers for key, numbers in PRESETS.items() if numbers} == WINDOW_NUMBERS


def test_the_window_of_the_file_itself_has_no_numbers() -> None:
    assert window_numbers("file") == ""
    assert window_numbers("lung") == "W 1500 L −600"


def test_a_header_breaks_between_its_words_and_stays_text() -> None:
    assert word_breaks("Request_Id/<b>") == "Request_<wbr>Id/<wbr>&lt;b&gt;"
    assert word_breaks("DateTimeReceived") == "Date<wbr>Time<wbr>Received"
    assert word_breaks("MRN") == "MRN"
