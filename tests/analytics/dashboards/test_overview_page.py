"""The overview through Django's test client: page, layout, callbacks, scope, refusals."""

import html as entities
import json
import re
from datetime import date

import duckdb
import pytest
import synthetic
from django.test import Client

from analytics.eventlog import EVENTS, REQUESTS, table_of
from analytics.readers.query import usual_period
from analytics.sources.opening import open_source

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_source")]
UPDATE = "/overview/_dash-update-component"


def ask(client: Client, part: str, search: str = "", **headers: str):
    body = {
        "output": f"{part}-answer.data",
        "outputs": {"id": f"{part}-answer", "property": "data"},
        "inputs": [{"id": "address", "property": "search", "value": search}],
        "changedPropIds": ["address.search"],
        "parsedChangedPropsIds": ["address.search"],
    }
    return client.post(UPDATE, json.dumps(body), content_type="application/json", headers=headers)


def html(client: Client, part: str, search: str = "") -> str:
    answer = ask(client, part, search)
    assert answer.status_code == 200, answer.content
    return answer.json()["response"][f"{part}-answer"]["data"]["html"]


@pytest.fixture
def director(person, client: Client) -> Client:
    client.force_login(person("him_director", everything=True))
    return client


def test_page_holds_the_frame_and_a_strict_policy(director: Client) -> None:
    answer = director.get("/overview/")
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "react-entry-point" in text
    assert "<title>Overview · Discless</title>" in text
    assert 'class="side"' in text
    policy = answer["Content-Security-Policy"]
    assert "style-src 'self' 'sha256-" in policy
    assert "unsafe" not in policy
    assert "script-src 'self' 'sha256-" in policy


def test_layout_and_dependencies_answer(director: Client) -> None:
    assert director.get("/overview/_dash-layout").status_code == 200
    assert len(director.get("/overview/_dash-dependencies").json()) == 8


@pytest.mark.parametrize(
    ("part", "word"),
    [
        ("head", "Contract SLA met"),
        ("weekly", "below target"),
        ("needs", "someone today"),
        ("charts", "of the hours lost"),
    ],
)
def test_every_part_answers(director: Client, part: str, word: str) -> None:
    assert word in html(director, part)


def test_cards_say_value_interval_and_n(director: Client) -> None:
    words = html(director, "head")
    assert "Contract SLA met" in words
    assert "n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}384" in words
    assert "88.5" in words


def test_the_number_of_those_in_need_says_how_many_are_outside_images(director: Client) -> None:
    text = html(director, "needs")
    assert "· Radiograph</a>" in text
    (outside,) = re.findall(r"including (\d+) outside image", text)
    (all_of_them,) = re.findall(r"(\d+) requests need someone today", text)
    assert f"See {int(all_of_them) - int(outside)} in the queue" in text
    assert "/work/outside-images/?tab=needs" in text
    (still_open,) = re.findall(r"including (\d+) outside image", html(director, "charts"))
    assert int(still_open) >= int(outside)


def test_charts_carry_their_figures(director: Client) -> None:
    figures = ask(director, "charts").json()["response"]["charts-answer"]["data"]["figures"]
    assert set(figures) == {"curve", "curve_narrow", "media", "pareto", "pareto_narrow"}


def test_callback_without_token_is_refused(person) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person("him_director", everything=True))
    assert ask(strict, "head").status_code == 403
    strict.get("/overview/")
    token = strict.cookies["csrftoken"].value
    assert ask(strict, "head", **{"X-CSRFToken": token}).status_code == 200


def test_another_facility_never_appears(person, client: Client) -> None:
    client.force_login(person("supervisor", "riverside"))
    for part in ("head", "weekly", "needs", "charts"):
        for search in ("", "?facility=northfield", "?facility=northfield&facility=riverside"):
            words = json.dumps(ask(client, part, search).json())
            assert "Northfield" not in words
            assert "R-N0" not in words
    assert "n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}192" in html(client, "head")


def test_an_empty_scope_sees_nothing(person, client: Client) -> None:
    client.force_login(person("supervisor"))
    assert "No requests in this view" in html(client, "head")
    for part in ("weekly", "needs", "charts"):
        assert "Northfield" not in html(client, part)


def test_a_house_without_any_request_is_told_so_and_offered_no_filter_to_clear(
    director: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    shot = synthetic.snapshot(facilities=())
    monkeypatch.setattr("analytics.readers.view.open_source", lambda *_, **__: shot)
    for words in (
        html(director, "head"),
        director.get("/work/analytics/process/").content.decode(),
    ):
        assert "No requests yet" in words
        assert "Clear the filters" not in words
    assert "Clear the filters" in html(director, "head", "?facility=northfield")


def test_a_house_is_not_new_because_one_kind_of_requester_never_asked(director: Client) -> None:
    words = html(director, "head", "?asked=employer")
    assert "No requests in this view" in words
    assert "No requests yet" not in words
    assert "Clear the filters" in words


def test_a_time_without_requests_offers_to_clear_the_filters(director: Client) -> None:
    words = html(director, "head", "?from=2020-01-01&to=2020-02-01")
    assert "No requests in this view" in words
    assert "Clear the filters" in words
    assert re.search(r'The first request came on \w+ \d+, 2026: <a href="\?from=2026-', words)


def test_a_first_week_is_shown_until_today(
    director: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = min(synthetic.same_snapshot().mirror.cases["received"].to_pylist())
    shot = synthetic.snapshot(as_of=first + 86400)
    monkeypatch.setattr("analytics.readers.view.open_source", lambda *_, **__: shot)
    words = html(director, "head")
    assert "No requests in this view" not in words
    assert "From the first day on" in words
    assert "by week of receipt · target" in html(director, "weekly")


def test_usual_days_are_whole_weeks_once_one_of_them_holds_a_request() -> None:
    thanksgiving, sunday = date(2026, 11, 26), date(2026, 11, 22)
    assert usual_period(thanksgiving) == (date(2026, 8, 24), sunday)
    assert usual_period(thanksgiving, sunday) == (date(2026, 8, 24), sunday)
    tuesday = date(2026, 11, 24)
    assert usual_period(thanksgiving, tuesday) == (tuesday, thanksgiving)
    assert usual_period(thanksgiving, date(2026, 11, 27)) == (thanksgiving, thanksgiving)


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("supervisor", 200),
        ("him_director", 200),
        ("analyst", 200),
        ("auditor", 200),
        ("administrator", 200),
        ("release_staff", 403),
        ("requester", 403),
    ],
)
def test_roles(person, client: Client, role: str, status: int) -> None:
    client.force_login(person(role, everything=True))
    assert client.get("/overview/").status_code == status
    assert client.get("/overview/_dash-layout").status_code == status
    assert ask(client, "head").status_code == status
    assert client.get("/reports/").status_code == status


def test_strangers_are_sent_to_sign_in(client: Client) -> None:
    assert client.get("/overview/").status_code == 302
    assert ask(client, "head").status_code == 302


@pytest.mark.parametrize(
    ("search", "sentence"),
    [
        ("?from=yesterday", "is not a day such as"),
        ("?from=2026-11-30&to=2026-01-01", "The period ends before it begins"),
        ("?from=0001-01-01", "0001-01-01 is out of reach"),
        ("?to=9999-12-31", "9999-12-31 is out of reach"),
        ("?clock=moon", "is not one of contract, legal"),
        ("?facility=%00", "There is no facility"),
        ("?nonsense=1", "is not a filter of this page"),
        ("?asked=%F0%9F%98%80", "is not one of patient"),
        ("?" + "&".join(["facility=a"] * 300), "The address holds too many filters"),
        ("?facility=a&from=" + "2" * 8000, "The address is too long"),
    ],
)
def test_bad_values_get_a_sentence(director: Client, search: str, sentence: str) -> None:
    for part in ("weekly", "needs", "charts"):
        assert ask(director, part, search).status_code == 200
    assert sentence in html(director, "head", search)
    assert sentence not in html(director, "head")
    assert director.get("/overview/" + search).status_code == 200


def test_a_log_that_is_not_there_is_one_page_with_a_sentence(
    director: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analytics.readers.view.open_source", open_source)
    search = "?source=" + "x" * 500
    for part in ("head", "weekly", "needs", "charts"):
        assert "There is no imported log" in html(director, part, search)
    answer = director.get("/overview/" + search)
    assert answer.status_code == 404
    assert answer.content.decode().count("There is no imported log") == 1
    assert answer.content.decode().count("<h1") == 1


def test_looking_and_being_refused_are_recorded(person, director: Client, client: Client) -> None:
    from audit.models import AuditEntry

    director.get("/overview/?clock=legal")
    client.force_login(person("requester"))
    client.get("/overview/")
    verbs = list(AuditEntry.objects.values_list("verb", flat=True))
    assert "dashboard.viewed" in verbs
    assert "door.refused" in verbs


@pytest.mark.parametrize(
    ("search", "filters", "ignored"),
    [
        ("?from=2026-01-01&to=2026-12-31&clock=legal", "&clock=legal&compare=before", None),
        ("?compare=none&facility=Zebulon", "&clock=contract&compare=none", "facility"),
        ("?clock=Zebulon&compare=Zebulon", "&clock=contract&compare=before", "clock,compare"),
        (f"?facility={'x' * 9000}", "&clock=contract&compare=before", "address"),
    ],
)
def test_an_entry_holds_what_counted_of_the_address(
    director: Client, search: str, filters: str, ignored: str | None
) -> None:
    from audit.models import AuditEntry

    director.get(f"/overview/{search}")
    entry = AuditEntry.objects.get(verb="dashboard.viewed")
    detail = json.loads(bytes(entry.body))["detail"]
    assert detail["filters"].endswith(filters)
    assert re.search(r"from=\d{4}-\d\d-\d\d&to=\d{4}-\d\d-\d\d&zone=", detail["filters"])
    assert detail.get("ignored") == ignored
    assert b"Zebulon" not in bytes(entry.body)


def test_a_source_that_is_not_there_is_recorded_as_refused(
    director: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from analytics.sources.opening import open_source
    from audit.models import AuditEntry

    monkeypatch.setattr("analytics.readers.view.open_source", open_source)
    pages = ("/overview/", "/work/analytics/cost/", "/work/analytics/measures/")
    for page in (*pages, "/work/analytics/process/", "/work/analytics/forecast/"):
        director.get(page, {"source": "Zebulon"})
    entries = AuditEntry.objects.filter(verb="dashboard.viewed")
    bodies = [json.loads(bytes(entry.body)) for entry in entries]
    subjects = ["cost", "forecast", "measures", "overview", "process"]
    assert sorted(body["subject"] for body in bodies) == subjects
    assert {(body["outcome"], body["detail"]["refused"]) for body in bodies} == {("4", "source")}
    assert not any(b"Zebulon" in bytes(entry.body) for entry in entries)


@pytest.mark.parametrize(
    "error", [OSError("the disk is gone"), duckdb.OutOfMemoryException("no room")]
)
def test_a_source_that_cannot_be_read_leaves_the_page_and_its_entry(
    director: Client, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    from audit.models import AuditEntry

    def broken(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("analytics.readers.view.open_source", broken)
    assert director.get("/overview/").status_code == 200
    assert "We recorded it as problem" in html(director, "head")
    entry = AuditEntry.objects.get(verb="dashboard.viewed")
    assert json.loads(bytes(entry.body))["detail"] == {"refused": "source"}


def test_a_log_without_channels_says_so(director: Client, monkeypatch) -> None:
    import synthetic

    shot = synthetic.snapshot(missing={"channel": "no column for how it was sent"})
    monkeypatch.setattr("analytics.readers.view.open_source", lambda *_, **__: shot)
    assert "no column for how it was sent" in html(director, "head", "?source=old")
    assert "No column for how it was sent" in html(director, "charts", "?source=old")


def test_what_nobody_tested_makes_usable_on_arrival_a_range(director: Client, monkeypatch) -> None:
    rows = synthetic.log().requests.to_pylist()
    for row in rows:
        row["usable"] = "untested" if row["usable"] == "not_usable" else row["usable"]
    shot = synthetic.snapshot(requests=table_of(rows, REQUESTS))
    for place in ("view", "arguments"):
        monkeypatch.setattr(f"analytics.readers.{place}.open_source", lambda *_, **__: shot)
    card = html(director, "head").split("Usable on arrival", 1)[1]
    assert re.search(r"6\d–100", card), card
    assert re.search(r"range from \d\d unknown · n\s=\s\d\d", card), card


@pytest.mark.usefixtures("contexts_of_pages")
def test_prints_are_named_apart_from_discs_and_only_where_there_are_any(
    director: Client, monkeypatch
) -> None:
    assert "Paper" not in html(director, "charts", "?source=old")
    rows = synthetic.log().events.to_pylist()
    sent = [row for row in rows if (row["activity"], row["medium"]) == ("available", "physical")]
    for row in sent[::2]:
        row["channel"] = "physical_paper"
    shot = synthetic.snapshot(events=table_of(rows, EVENTS))
    for place in ("view", "arguments"):
        monkeypatch.setattr(f"analytics.readers.{place}.open_source", lambda *_, **__: shot)
    marks = html(director, "charts", "?source=old").split("panel-foot")
    doors = {
        words: entities.unescape(door)
        for part in marks
        for door, words in re.findall(
            r'class="medium[^"]*" href="([^"]*)">.*?</svg>(\w+) \d+%', part
        )
    }
    assert [*doors] == ["Link", "Push", "Disc", "Paper", "Unknown"]
    ids = {row["request_id"] for row in sent[::2]}
    requests = synthetic.log().requests.to_pylist()
    paper = {row["number"] or row["request_id"] for row in requests if row["request_id"] in ids}
    for word, is_of_paper in (("Paper", True), ("Disc", False)):
        listed = {row["number"] for row in director.get(doors[word]).context["rows"]}
        assert listed
        assert (listed <= paper, listed.isdisjoint(paper)) == (is_of_paper, not is_of_paper)


def test_an_auditor_reads_in_words_what_somebody_looked_at(
    director: Client, person, client: Client
) -> None:
    from audit.models import AuditEntry

    director.get(
        "/overview/", {"slice": "direction=outbound", "from": "2026-09-07", "to": "2026-09-13"}
    )
    entry = AuditEntry.objects.get(verb="dashboard.viewed")
    client.force_login(person("auditor", everything=True))
    words = client.get(f"/proof/entries/{entry.pk}/").content.decode()
    assert '<span class="muted">Only</span> direction=outbound' in words
    assert '<span class="muted">From</span> 2026-09-07' in words


def test_the_bar_is_short_where_nothing_is_chosen(director: Client) -> None:
    plain = html(director, "head")
    assert "<span>Facility</span> All " in plain
    assert "· all facilities" in plain
    assert ">Clear</a>" not in plain
    for search in ("?asked=patient", "?from=2026-09-01", "?nonsense=1", "?facility=northfield"):
        assert ">Clear</a>" in html(director, "head", search), search
