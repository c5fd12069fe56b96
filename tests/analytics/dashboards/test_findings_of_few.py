"""What the overview says where few requests, one facility or unknown hours lie behind a number."""

import re

import pytest
import synthetic
from django.test import Client
from test_overview_page import ask, html

from analytics.dashboards.drawn import _net
from analytics.eventlog import EVENTS, table_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_source")]
TWO_DAYS, TEN_DAYS = "?from=2026-09-07&to=2026-09-08", "?from=2026-09-07&to=2026-09-16"


@pytest.fixture
def director(person, client: Client) -> Client:
    client.force_login(person("him_director", everything=True))
    return client


def rows_of(words: str) -> dict[str, str]:
    """Return the rows of the table of facilities by their names."""
    body = words.split("<tbody>")[1].split("</tbody>")[0]
    rows = body.split("<tr>")[1:]
    return {re.search(r"<a [^>]*>([^<]+)</a>", row)[1]: row for row in rows}


def test_the_sentence_states_no_figure_that_the_cards_refuse(director: Client) -> None:
    words = html(director, "head", TWO_DAYS)
    assert words.count(">too few<") == 3
    lede = re.search(r'<p class="lede">(.*?)</p>', words)[1]
    assert "Little can be said of this time" in lede
    assert "fewer than 11 releases" in lede
    assert "%" not in lede
    assert "cost the most hours" not in lede


def test_no_part_states_a_finding_of_few(director: Client) -> None:
    words = html(director, "charts", TWO_DAYS)
    assert "Turnaround cannot be drawn" in words
    assert "Half of requests are out" not in words
    assert "Fewer than 11 requests: choose a longer period" in words
    assert 'data-chart="curve"' not in words
    assert "Too few failures to say which cost the most" in words
    assert 'data-chart="pareto"' not in words
    assert 'aria-label="Failures"' not in words


def test_a_line_and_a_table_show_no_few_that_is_left_out_beside_them(director: Client) -> None:
    row = rows_of(html(director, "weekly", "?facility=riverside"))["Riverside Campus"]
    shown = len(re.findall(r'title="\d+ of \d+"', row))
    assert 'title="7 of 7: fewer than 11 requests"' in row
    card = html(director, "head", "?facility=riverside").split('id="k-sla_compliance"')[1]
    curve = re.search(r'class="curve" d="([^"]+)"', card)[1]
    assert curve.count(",") == shown == 12
    months = html(director, "charts").split('aria-label="Discs by month"')[1].split("</table>")[0]
    for row in months.split("<tr>")[2:]:
        n = int(re.findall(r">([\d,]+)</td>", row)[-1].replace(",", ""))
        assert ("%</td>" in row) is (n >= 11), row


def test_a_facility_with_few_releases_has_no_share(director: Client) -> None:
    words = html(director, "weekly", TWO_DAYS)
    assert "Too few releases to judge this clock" in words
    assert all("%" not in row and "too few" in row for row in rows_of(words).values())
    enough = html(director, "weekly", TEN_DAYS)
    assert all("%" in row and "too few" not in row for row in rows_of(enough).values())


def test_the_sum_over_facilities_is_one_of_several(director: Client) -> None:
    assert list(rows_of(html(director, "weekly"))) == [
        "Northfield General",
        "Riverside Campus",
        "All facilities",
    ]
    assert list(rows_of(html(director, "weekly", "?facility=riverside"))) == ["Riverside Campus"]


def test_some_of_the_facilities_together_are_not_called_all(
    person, place, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from requests_app.models import Facility

    Facility.objects.create(
        organization=place, slug="lakeside", name="Lakeside Clinic", zone="America/Chicago"
    )
    shot = synthetic.snapshot(facilities=("lakeside", "northfield", "riverside"))
    monkeypatch.setattr("analytics.readers.view.open_source", lambda *_, **__: shot)
    client.force_login(person("him_director", everything=True))
    rows = rows_of(html(client, "weekly", "?facility=riverside&facility=northfield"))
    assert list(rows)[-1] == "These together"
    assert list(rows_of(html(client, "weekly")))[-1] == "All facilities"


def test_unknown_hours_are_no_bar_of_nought(
    director: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = [
        event
        for event in synthetic.log().events.to_pylist()
        if (event["activity"], event["reason"]) != ("failure_recovered", "LO01")
    ]
    shot = synthetic.snapshot(events=table_of(events, EVENTS))
    monkeypatch.setattr("analytics.readers.view.open_source", lambda *_, **__: shot)
    found = ask(director, "charts").json()["response"]["charts-answer"]["data"]
    for name in ("pareto", "pareto_narrow"):
        assert len(found["figures"][name]["data"][0]["y"]) == 3
        assert "Study not found" not in str(found["figures"][name])
    assert "Study not found" in found["html"]
    assert re.search(r"\d+ failures have no hours: not mended, or nobody said when", found["html"])


def test_a_running_share_is_named_wherever_it_stands(director: Client) -> None:
    found = ask(director, "charts").json()["response"]["charts-answer"]["data"]
    narrow = [one["text"] for one in found["figures"]["pareto_narrow"]["layout"]["annotations"]]
    assert all(re.fullmatch(r".+ · [\d,]+ h · \d+ req\.", text) for text in narrow), narrow
    table = found["html"].split('aria-label="Failures"')[1]
    assert '<th scope="col" class="num">Running share</th>' in table
    assert '<td class="num">100%</td>' in table


def test_numbers_stand_with_their_units(director: Client) -> None:
    space = "\N{NO-BREAK SPACE}"
    words = html(director, "head").replace(space, " ")
    assert re.search(r"was \d+\.\d% · target 95%", words)
    assert re.search(r"was \d+\.\d days · target 3 days", words)
    months = html(director, "charts").split('aria-label="Discs by month"')[1].split("</table>")[0]
    assert re.search(r'<td class="num">\d+\.\d%</td><td class="num">\d+\.\d%</td>', months)


def test_a_flow_of_nothing_has_no_sign() -> None:
    assert [_net(n) for n in (-1200, 0, 3)] == ["−1,200", "0", "+3"]
