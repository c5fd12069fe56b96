"""Words for ways of sending that nobody knows are asked about on the page, and kept for next time."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from analytics.costs.volume import volume_of
from analytics.external_logs.channel_words import channel_words
from analytics.external_logs.importing import Reading, read_log
from analytics.imports.meanings import MEANINGS, check_words, words_of
from analytics.imports.page import how_read
from analytics.imports.runs import HEAD
from analytics.metrics.compute import compute
from analytics.metrics.selection import Selection
from analytics.mirror.fold import fold
from analytics.models import ImportRun, SavedMapping, UploadedLog
from analytics.tasks import run_imports
from audit.models import AuditEntry
from requests_app.vocabulary import Channel

pytestmark = pytest.mark.django_db
HEADERS = "Req No,Date Rcvd,Date Out,How sent"
WAYS = ["Desk"] * 40 + ["CD"] * 19
ON_DISC = "physical_media_share_out"


def log_of(ways: list[str], headers: str = HEADERS) -> bytes:
    rows = [f"{at},2025-01-13,2025-01-20,{way}" for at, way in enumerate(ways)]
    return "\n".join([headers, *rows, ""]).encode()


def read(ways: list[str], **given: Any) -> Reading:
    return read_log(log_of(ways), name="log", given=given)


def send(client: Client, content: bytes, name: str = "desk.csv") -> str:
    answer = client.post("/logs/new/", {"log": SimpleUploadedFile(name, content)})
    return str(answer["Location"])


def test_words_that_are_ignored_are_told_with_those_that_are_known() -> None:
    grades = read(WAYS).grades
    assert grades[ON_DISC]["why"] == (
        "19 of 59 rows say a way of sending that we know (CD), too few to read the column by: "
        "say what “Desk” means"
    )
    assert not grades[ON_DISC]["computable"]
    many = read([*WAYS, "Window", "Counter", "Runner", "x" * 500]).grades[ON_DISC]["why"]
    assert many.endswith("say what “Desk”, “Counter”, “Runner” and 2 more mean")
    assert "give its words a meaning" in read(["Desk"] * 3).grades[ON_DISC]["why"]


def test_figures_of_ignored_words_do_not_say_that_nothing_was_said() -> None:
    """19 rows say CD: that is known, though too few to read the column by."""
    log = read(WAYS).log
    assert log is not None
    mirror = fold(log)
    share = compute(mirror, Selection(), [ON_DISC])[ON_DISC]
    assert (share.value, share.unknown) == (None, share.n)
    for why in (share.why or "", volume_of(mirror, Selection()).why):
        assert why.endswith("is blank, or stands in words that were not read")


def test_of_an_event_log_cases_are_told() -> None:
    rows = [f"{at},sent,2025-01-13T10:00,{way}\n" * 2 for at, way in enumerate(WAYS)]
    content = ("Case,Activity,Timestamp,Channel\n" + "".join(rows)).encode()
    why = read_log(content, name="log").grades[ON_DISC]["why"]
    assert why.startswith("19 of 59 cases say a way of sending that we know (CD)")


def test_a_meaning_makes_the_column_known() -> None:
    reading = read(WAYS, values={"channel": {"Desk": "physical_cd"}})
    assert (reading.grades[ON_DISC]["share"], reading.ignored) == (1.0, "")
    assert reading.answer("log")["unknown_words"] == []


def test_words_are_counted_the_most_frequent_first() -> None:
    reading = read(["Desk", "portal", "Desk", "", "CD + Desk", "Runner", "CD + Van"])
    found = [(one.text, one.rows, one.means) for one in channel_words(reading.raw, reading.mapping)]
    assert found == [
        ("Desk", 3, ()),
        ("CD + Desk", 1, ("physical_cd", "Desk")),
        ("CD + Van", 1, ("physical_cd", "Van")),
        ("Runner", 1, ()),
        ("Van", 1, ()),
        ("portal", 1, ("portal_patient",)),
    ]
    unknown = reading.answer("log")["unknown_words"]
    assert [(one["word"], one["rows"]) for one in unknown] == [
        ("Desk", 3),
        ("Runner", 1),
        ("Van", 1),
    ]
    own = {"Desk": "portal_patient", "Van": "unknown"}
    told = read(["CD + Desk", "CD + Van"], values={"channel": own})
    assert [(one.means, one.is_given) for one in channel_words(told.raw, told.mapping)] == [
        (("physical_cd", "portal_patient"), False),
        (("physical_cd", "unknown"), False),
        (("portal_patient",), True),
        ((), True),
    ]


def test_at_most_thirty_words_are_asked_and_remarks_are_not() -> None:
    ways = [f"Way {at:02}" for at in range(40)] + ["CD"] * 40 + ["a remark " * 20, "two\vlines"]
    words = words_of(read(ways))
    assert words is not None
    asked = [one["text"] for one in (*words["open"], *words["folded"])]
    assert asked == [f"Way {at:02}" for at in range(30)]
    assert (words["more"], words["unread"], words["filled"]) == (12, 42, 82)


@pytest.mark.parametrize(
    ("own", "all_said", "unread"),
    [({}, False, 1), ({"Van": "physical_cd"}, True, 0), ({"Van": "unknown"}, True, 0)],
)
def test_a_word_beside_a_known_one_is_unread_until_somebody_says_what_it_means(
    own: dict[str, str], all_said: bool, unread: int
) -> None:
    reading = read(["CD", "CD + Van", "portal", "CD"], values={"channel": own})
    words = words_of(reading)
    check_words(reading, {"word:Van": "physical_cd"})
    assert words is not None
    assert [(one["text"], one["meaning"]) for one in words["open"]] == [("Van", own.get("Van", ""))]
    assert (words["all_said"], words["unread"], words["filled"]) == (all_said, unread, 4)


def test_a_row_of_several_unknown_words_is_unread_once() -> None:
    words = words_of(read(["CD + Van + Desk", "Van", "CD"]))
    assert words is not None
    assert (words["unread"], words["filled"]) == (2, 3)


def test_where_every_word_is_known_nothing_is_asked(analyst: Client) -> None:
    assert words_of(read(["CD", "portal"])) is None
    assert "What the words mean" not in analyst.get(send(analyst, log_of(["CD"]))).content.decode()


def test_every_channel_can_be_meant_but_none_that_is_not_known() -> None:
    assert sorted(MEANINGS) == sorted(one for one in Channel if one is not Channel.UNKNOWN)


def test_a_meaning_that_a_mapping_gave_otherwise_can_stay() -> None:
    words = words_of(read(WAYS, values={"channel": {"Desk": "counter service"}}))
    assert words is not None
    assert words["open"][0]["meaning"] == "counter service"
    assert words["open"][0]["choices"][-1] == ("counter service", "counter service")


def test_a_guess_is_not_called_settled() -> None:
    assert how_read(["sure", "ignored"]) == "1 of 2 columns are read; 1 is ignored"
    assert how_read(["sure", "guess"]) == "2 of 2 columns are read, 1 of them by a guess: check it"
    assert how_read(["guess", "guess", "asks"]) == (
        "2 of 3 columns are read, 2 of them by a guess: check them; 1 asks you"
    )


def test_words_get_their_meaning_on_the_page_and_keep_it(analyst: Client) -> None:
    address = send(analyst, log_of(WAYS))
    page = analyst.get(address).content.decode()
    assert "What the words mean" in page
    assert "19 of 59 rows say a way of sending that we know (CD)" in page
    assert "“CD” is CD (19 rows)" in page
    assert 'name="word:Desk"' in page
    assert '<option value="" selected>Leave as written</option>' in page
    said = analyst.post(address, {"word:Desk": "physical_cd", "words": "yes"})
    assert (said.status_code, said["Location"]) == (302, address), "a reload sends nothing again"
    again = analyst.get(address).content.decode()
    assert '<option value="physical_cd" selected>CD</option>' in again
    assert "that we know (CD)" not in again
    fields = {"field:Req No": "request_id", "field:Date Rcvd": "received_at"}
    fields |= {"field:Date Out": "completed_at", "field:How sent": "channel"}
    checked = analyst.post(address, fields, follow=True).content.decode()
    assert '<option value="physical_cd" selected>CD</option>' in checked
    analyst.post(address, {"confirm": "yes", "word:Desk": "physical_cd"})
    log = UploadedLog.objects.get()
    assert log.mapping["values"] == {"channel": {"Desk": "physical_cd"}}
    assert log.answer["grades"][ON_DISC]["share"] == 1.0


def test_meanings_chosen_and_confirmed_at_once_are_used(analyst: Client) -> None:
    analyst.post(send(analyst, log_of(WAYS)), {"confirm": "yes", "word:Desk": "link_secure"})
    assert UploadedLog.objects.get().answer["grades"][ON_DISC]["share"] == 1.0


def test_the_next_file_of_the_source_is_read_by_the_same_meanings(analyst: Client) -> None:
    analyst.post(send(analyst, log_of(WAYS)), {"confirm": "yes", "word:Desk": "physical_dvd"})
    address = send(analyst, log_of(["Desk", "Runner", "Runner"]), "next.csv")
    page = analyst.get(address).content.decode()
    assert "Read as last time." in page
    assert '<option value="physical_dvd" selected>DVD</option>' in page
    last = str(SavedMapping.objects.get().pk)
    assert f'name="last_time" value="{last}"' in page.rpartition('id="import"')[2]
    form = {"last_time": last, "word:Desk": "physical_dvd", "word:Runner": "physical_cd"}
    analyst.post(address, {**form, "confirm": "yes"})
    means = {"channel": {"Desk": "physical_dvd", "Runner": "physical_cd"}}
    assert UploadedLog.objects.get(name="next").mapping["values"] == means
    assert SavedMapping.objects.get().mapping["values"] == means


def test_a_meaning_can_be_taken_back(analyst: Client) -> None:
    address = send(analyst, log_of(WAYS))
    analyst.post(address, {"word:Desk": "physical_cd"})
    page = analyst.post(address, {"word:Desk": ""}, follow=True).content.decode()
    assert "say what “Desk” means" in page


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"word:Desk": "carrier pigeon"}, "no way of sending"),
        ({"word:Desk": "unknown"}, "no way of sending"),
        ({"word:Desk": "\x00"}, "no way of sending"),
        ({"word:Canary": "physical_cd"}, "does not hold it"),
        ({"word:": "physical_cd"}, "does not hold it"),
        ({"word:\x00": "physical_cd"}, "Values are given by field"),
        ({"word:Desk": "physical_cd", "field:How sent": ""}, "does not hold it"),
    ],
)
@pytest.mark.parametrize("confirm", [{}, {"confirm": "yes"}])
def test_what_does_not_fit_is_refused_in_a_sentence_without_the_word(
    analyst: Client, form: dict[str, str], sentence: str, confirm: dict[str, str]
) -> None:
    address = send(analyst, log_of(WAYS))
    answer = analyst.post(address, {**form, **confirm})
    assert answer.status_code == 302
    (said,) = [str(one) for one in get_messages(answer.wsgi_request)]
    assert sentence in said
    assert "Canary" not in said
    assert not UploadedLog.objects.exists()
    assert analyst.get(address).status_code == 200


def test_a_word_is_shown_as_text(analyst: Client) -> None:
    way = "<b>Desk</b> “&quot;"
    address = send(analyst, log_of([way]))
    page = analyst.get(address).content.decode()
    assert "<b>Desk" not in page
    assert 'name="word:&lt;b&gt;Desk&lt;/b&gt; “&amp;quot;"' in page
    assert analyst.post(address, {f"word:{way}": "physical_cd"}).status_code == 302


def test_no_word_reaches_the_audit_log_or_the_log_of_the_server(
    analyst: Client, caplog: pytest.LogCaptureFixture
) -> None:
    address = send(analyst, log_of(["Canary"] * 3 + ["CD"]))
    for form in ({}, {"word:Canary": "no"}, {"word:Canary": "physical_cd"}):
        analyst.post(address, form)
    analyst.post(address, {"confirm": "yes", "word:Canary": "physical_cd"})
    assert UploadedLog.objects.exists()
    assert not any(b"Canary" in bytes(entry.body) for entry in AuditEntry.objects.all())
    assert "Canary" not in caplog.text


def test_the_worker_reads_a_large_file_by_the_meanings(analyst: Client) -> None:
    content = log_of(["a desk of the film library with a long name"] * 16_000 + ["CD"] * 4_000)
    address = send(analyst, content + b"y,2025-01-13,2025-01-20,below the fold\n")
    assert len(content) > 1024**2
    word = "word:a desk of the film library with a long name"
    assert f'name="{word}"' in analyst.get(address).content.decode()
    assert "below the fold" not in analyst.get(address).content.decode()
    refused = analyst.post(address, {"word:below the fold": "physical_cd", "confirm": "yes"})
    assert refused["Location"] == address
    assert not ImportRun.objects.exists()
    analyst.post(address, {word: "physical_cd", "confirm": "yes"})
    assert run_imports()
    answer = UploadedLog.objects.get().answer
    assert answer["rows_imported"] == HEAD + 1
    assert answer["grades"][ON_DISC]["share"] == 1.0
    assert answer["unknown_words"] == [{"word": "below the fold", "rows": 1}]


def test_linked_tables_that_are_large_are_refused_a_word_that_they_do_not_hold(
    analyst: Client,
) -> None:
    history = "Req No,Step,At\n" + "".join(f"{at},sent,2025-01-14 10:00\n" for at in range(20))
    files = {
        "log": SimpleUploadedFile("large.csv", log_of(["Desk " + "x" * 40] * 20_000)),
        "steps": SimpleUploadedFile("history.csv", history.encode()),
    }
    address = str(analyst.post("/logs/new/", files)["Location"])
    said = {"confirm": "yes", "zone": "UTC"}
    assert analyst.post(address, {**said, "word:Desk": "physical_cd"})["Location"] == address
    assert not ImportRun.objects.exists()
    analyst.post(address, {**said, "word:Desk " + "x" * 40: "physical_cd"})
    assert run_imports()
    assert UploadedLog.objects.get().answer["grades"][ON_DISC]["share"] == 1.0


def test_a_file_without_a_request_number_is_warned_about(analyst: Client) -> None:
    warning = "Without a request number a later file cannot be matched to these rows"
    assert warning not in analyst.get(send(analyst, log_of(["CD"]))).content.decode()
    other = log_of(["CD"], HEADERS.replace("Req No", "Our mark"))
    assert warning in analyst.get(send(analyst, other, "other.csv")).content.decode()


def test_what_cannot_be_computed_is_folded_by_its_reason(analyst: Client) -> None:
    page = analyst.get(send(analyst, log_of(WAYS))).content.decode()
    folded = page.partition('<details class="data"><summary>')[2].partition("</details>")[0]
    assert "Not computable" in folded
    assert folded.count("<dt>No column holds a deadline</dt>") == 1
    assert "No column holds a deadline" not in page.replace(folded, "")
