"""The overview of a log that ended long ago and says little: no steps, no known way of sending."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pyarrow as pa
import pytest
import synthetic
from django.core.management import CommandError, call_command
from django.test import Client
from pyarrow import compute as pc
from test_overview_page import html

from analytics.eventlog import EventLog
from analytics.metrics.media import NOTHING_KNOWN
from analytics.mirror.fold import fold
from analytics.mirror.refresh import Snapshot

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_source")]
TWO_YEARS = 730 * synthetic.DAY
OLD = "?source=old"


def with_column(table: pa.Table, name: str, values: object) -> pa.Table:
    """Return a table with other values in one column, of the same type."""
    place = table.schema.get_field_index(name)
    return table.set_column(place, table.schema.field(name), pc.cast(values, table[name].type))


def told_little() -> EventLog:
    """Return a log whose open requests were due two years ago, of two facilities."""
    log = synthetic.log()
    asked = with_column(log.requests, "due", pc.subtract(log.requests["due"], TWO_YEARS))
    asked = with_column(asked, "state", pa.nulls(asked.num_rows, pa.string()))
    seldom = pc.and_(
        pc.equal(asked["facility"], "riverside"),
        pc.greater(asked["received"], synthetic.AS_OF - 100 * synthetic.DAY),
    )
    asked = asked.filter(pc.invert(seldom))
    known = pc.is_null(log.events["medium"])
    media = pc.if_else(known, log.events["medium"], "unknown")
    return replace(log, name="old", requests=asked, events=with_column(log.events, "medium", media))


@pytest.fixture
def director(person, client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    shot = Snapshot(mirror=fold(told_little()), watermark="1", content="c" * 64)
    monkeypatch.setattr("analytics.readers.view.open_source", lambda *_, **__: shot)
    client.force_login(person("him_director", everything=True))
    return client


def test_discs_are_not_called_none_where_nothing_is_known(director: Client) -> None:
    words = html(director, "charts", OLD)
    assert "Discs cannot be counted" in words
    assert f"I{NOTHING_KNOWN[1:]}" in words
    assert "Discs carry" not in words


def test_the_cost_page_says_as_much_of_discs_as_the_overview(
    director: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    shot = Snapshot(mirror=fold(told_little()), watermark="1", content="c" * 64)
    monkeypatch.setattr("analytics.readers.arguments.open_source", lambda *_, **__: shot)
    words = director.get("/work/analytics/cost/", {"source": "old"}).content.decode()
    assert "Discs cannot be counted" in words
    assert f"I{NOTHING_KNOWN[1:]}" in words
    assert "What counts as a disc" not in words
    answer = director.get("/api/analytics/cost/", {"source": "old"}).json()
    assert (answer["discs"], answer["why"]) == (None, NOTHING_KNOWN)
    with pytest.raises(CommandError, match="it is known of no delivery how it went") as refused:
        call_command("what_if", "--source", "old")
    assert refused.value.returncode == 1


def test_the_table_says_which_weeks_of_a_long_period_stand_in_it(director: Client) -> None:
    words = html(director, "weekly", OLD)
    assert re.search(r"the last 13 weeks from \w+ \d+, \d{4}, totals of the whole period", words)


def test_a_due_date_of_another_year_says_the_year(director: Client) -> None:
    words = html(director, "needs", OLD)
    dues = re.findall(r'<span class="due">([^<]*)</span>', words)
    assert dues
    assert all(re.fullmatch(r"due \w+ \d+, 2024", due) for due in dues)


def test_a_place_without_a_step_stands_alone(director: Client) -> None:
    places = re.findall(r"<small>([^<]*)</small>", html(director, "needs", OLD))
    assert places
    assert not [place for place in places if "·" in place]


def test_weeks_stand_in_order_and_each_head_reads_its_month(director: Client) -> None:
    words = html(director, "weekly", OLD)
    heads = re.findall(r"<span( class=\"again\")?>(\w+)<br></span>(\d+)</th>", words)
    year = datetime(2024, 1, 1, tzinfo=UTC)  # a leap year: 366 days are all of it
    names = [f"{year.replace(month=i):%b}" for i in range(1, 13)]
    days = [year.replace(month=names.index(month) + 1, day=int(day)) for _, month, day in heads]
    assert len(days) == 13
    assert {(two - one).days % 366 for one, two in pairwise(days)} == {7}
    months = [month for _, month, _ in heads]
    seen = [month for hidden, month, _ in heads if not hidden]
    assert seen == list(dict.fromkeys(months))


def test_a_log_that_names_no_facility_is_one_row_and_offers_none(
    director: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = told_little()
    asked = with_column(log.requests, "facility", pa.array(["all"] * log.requests.num_rows))
    steps = with_column(log.events, "facility", pa.array(["all"] * log.events.num_rows))
    nameless = fold(replace(log, requests=asked, events=steps))
    shot = Snapshot(mirror=nameless, watermark="1", content="d" * 64)
    monkeypatch.setattr("analytics.readers.view.open_source", lambda *_, **__: shot)
    weekly, head = (html(director, part, OLD) for part in ("weekly", "head"))
    assert weekly.count('<th scope="row">') == 1
    assert "All requests" in weekly
    assert "The log is" in weekly
    assert "acility" not in head.split('class="lede"')[0]


def test_a_facility_has_a_cell_for_every_week(director: Client) -> None:
    found = re.findall(r"<tr>(.*?)</tr>", html(director, "weekly", OLD), re.DOTALL)
    counts = {row.count('<td class="cell">') for row in found if '<th scope="row">' in row}
    assert len(counts) == 1
    assert counts != {0}


def test_a_log_needed_someone_when_it_ended_and_not_today(director: Client) -> None:
    words = html(director, "needs", OLD)
    assert re.search(r"[1-9]\d* requests needed someone when the log ended", words)
    assert "today" not in words


def test_a_log_has_its_own_deadline_and_no_clock_of_ours(director: Client) -> None:
    words = html(director, "head", OLD)
    assert "the log&#x27;s own deadline" in words
    assert "business days" not in words
    assert "30 days" not in words
    assert "is not one of contract" in html(director, "head", f"{OLD}&clock=legal")
    pages = [html(director, part, OLD) for part in ("head", "weekly")]
    for page in ("/work/analytics/measures/", "/overview/behind/", "/overview/behind.csv"):
        answer = director.get(page, {"source": "old", "key": "sla_compliance"})
        pages.append(answer.content.decode())
    asked = {"source": "old", "key": "sla_compliance"}
    pages += [
        director.get("/api/analytics/metrics/", asked | {"format": form}).content.decode()
        for form in ("json", "csv")
    ]
    assert all("own deadline met" in page for page in pages)
    assert not any("Contract SLA met" in page for page in pages)


def test_a_log_is_compared_only_with_days_that_it_holds(director: Client) -> None:
    assert "f-compare" not in html(director, "head", OLD)
    first = re.search(r'name="from" value="([\d-]+)"', html(director, "head", OLD))
    assert first is not None
    later = (date.fromisoformat(first[1]) + timedelta(days=60)).isoformat()
    assert "f-compare" in html(director, "head", f"{OLD}&from={later}")


def test_who_asked_is_no_filter_of_a_log_that_does_not_say(
    director: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = replace(told_little(), missing={"requester_type": "no column says who asked"})
    shot = Snapshot(mirror=fold(log), watermark="1", content="c" * 64)
    monkeypatch.setattr("analytics.readers.view.open_source", lambda *_, **__: shot)
    plain, asked = (html(director, "head", f"{OLD}{more}") for more in ("", "&asked=employer"))
    why = "Cannot be cut by “Asked by”: no column says who asked"
    assert f"{why}, so anyone&#x27;s requests are shown." in asked
    assert why not in plain
    assert re.findall(r"n = [\d,]+", asked) == re.findall(r"n = [\d,]+", plain)
    assert "asked=employer" not in asked
