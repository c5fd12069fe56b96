"""The analyst's API: one answer in four forms, within the reader's scope, recorded."""

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from django.test import Client
from pyarrow import parquet

from analytics.metrics.catalogue import METRICS
from analytics.metrics.compute import compute
from analytics.metrics.selection import Selection
from analytics.mirror.fold import fold
from analytics.mirror.refresh import Snapshot
from analytics.sources.opening import open_source
from audit.models import AuditEntry
from requests_app.vocabulary import Role
from tests.analytics import synthetic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_source")]
WHOLE = "from=2026-01-01&to=2026-12-31"
ZONE = "zone=America%2FChicago"


@pytest.fixture
def analyst(client: Client, person: Any) -> Client:
    client.force_login(person(Role.ANALYST, "northfield", "riverside", everything=True))
    return client


def test_the_four_forms_hold_the_same_figures(analyst: Client) -> None:
    said = {}
    for form in ("json", "csv", "arrow", "parquet"):
        answer = analyst.get(f"/api/analytics/metrics/?{WHOLE}&by=facility&format={form}")
        assert answer.status_code == 200, form
        said[form] = answer.content
    body = json.loads(said["json"])
    rows = [row for row in csv.DictReader(io.StringIO(said["csv"].decode())) if not row["group"]]
    arrow = pa.ipc.open_stream(said["arrow"]).read_all()
    stored = parquet.read_table(io.BytesIO(said["parquet"]))
    assert arrow.equals(stored)
    assert [one["key"] for one in body["metrics"]] == [metric.key for metric in METRICS]
    whole = arrow.filter(pa.compute.is_null(arrow["group"])).to_pylist()
    for one, plain, exact in zip(body["metrics"], rows, whole, strict=True):
        assert one["value"] == exact["value"]
        assert one["excluded"] == json.loads(exact["excluded"])
        assert plain["value"] == ("" if one["value"] is None else str(one["value"]))
    facts = json.loads(arrow.schema.metadata[b"discless"])
    assert facts["snapshot"]["content"] == body["snapshot"]["content"] == "c" * 64


def test_groups_within_groups_are_rows_that_name_both(analyst: Client) -> None:
    asked = f"/api/analytics/metrics/?{WHOLE}&key=failures_by_code&key=deliveries_by_channel"
    body = analyst.get(f"{asked}&by=channel").json()
    table = pa.ipc.open_stream(analyst.get(f"{asked}&by=channel&format=arrow").content).read_all()
    failures, sent = body["metrics"]
    inner = [row for row in table.to_pylist() if row["within"] is not None]
    assert [(row["group"], row["within"], row["n"]) for row in inner] == [
        (one["group"], one["within"], one["n"]) for one in failures["within"]
    ]
    assert sum(row["n"] for row in inner) == failures["n"] > 0
    whole = {row["key"]: row for row in table.to_pylist() if row["group"] is None}
    why = whole["deliveries_by_channel"]["why_not_by"]
    assert why == sent["why_not_by"] == "its own groups are those by channel"


def test_rows_that_a_source_cannot_choose_are_refused_and_figures_say_why(
    analyst: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    shot = synthetic.same_snapshot()
    mirror = replace(shot.mirror, log=replace(shot.mirror.log, missing={"partner": "no column"}))
    lacking = replace(shot, mirror=mirror)
    monkeypatch.setattr("analytics.readers.view.open_source", lambda *_, **__: lacking)
    for door in ("cases", "graph", "cost", "without", "forecast"):
        answer = analyst.get(f"/api/analytics/{door}/?{WHOLE}&slice=partner=Lake")
        assert answer.status_code == 422
        assert "The source cannot be cut by “Partner”: no column." in answer.content.decode()
    asked = f"/api/analytics/metrics/?{WHOLE}&slice=partner=Lake&key=requests_received"
    [found] = analyst.get(asked).json()["metrics"]
    assert (found["value"], found["why"]) == (None, "cannot be cut by “Partner”: no column")


def test_a_figure_is_what_the_page_computes(analyst: Client) -> None:
    answer = analyst.get(
        f"/api/analytics/metrics/?{WHOLE}&key=sla_compliance&slice=modality=CT chest"
    )
    (found,) = answer.json()["metrics"]
    chosen = Selection(slices=(("modality", ("CT chest",)),))
    expected = compute(synthetic.mirror(), chosen, ["sla_compliance"])["sla_compliance"]
    assert (found["value"], found["n"]) == (expected.value, expected.n)


def test_rows_come_in_pages_under_stable_names(analyst: Client) -> None:
    first = analyst.get(f"/api/analytics/cases/?{WHOLE}&limit=3").json()["cases"]
    more = analyst.get(f"/api/analytics/cases/?{WHOLE}&limit=2&offset=2").json()["cases"]
    assert [len(first), len(more)] == [3, 2]
    assert first[2] == more[0]
    assert {"number", "received", "available", "channel", "touches"} <= set(first[0])
    assert not {"patient", "name", "mrn"} & {name.lower() for name in first[0]}


def test_the_graph_counts_every_step_after_another(analyst: Client) -> None:
    body = analyst.get(f"/api/analytics/graph/?{WHOLE}").json()
    steps = analyst.get(f"/api/analytics/graph/?{WHOLE}&format=arrow").content
    assert pa.ipc.open_stream(steps).read_all().to_pylist() == body["edges"]
    nodes = {node["activity"]: node for node in body["nodes"]}
    into = sum(edge["n"] for edge in body["edges"])
    assert into == sum(node["n"] - node["starts"] for node in nodes.values())
    assert nodes["received"]["starts"] == body["requests"]


def test_a_reader_sees_the_rows_of_own_facilities_alone(client: Client, person: Any) -> None:
    client.force_login(person(Role.SUPERVISOR, "riverside"))
    rows = client.get(f"/api/analytics/cases/?{WHOLE}").json()["cases"]
    assert {row["facility"] for row in rows} == {"riverside"}
    other = client.get(f"/api/analytics/metrics/?{WHOLE}&facility=northfield")
    assert other.status_code == 422
    assert "not yours to see" in other.json()["error"]["sentence"]


def test_every_declaration_is_told(analyst: Client) -> None:
    body = analyst.get("/api/analytics/definitions/?format=json").json()
    assert [one["key"] for one in body["metrics"]] == [metric.key for metric in METRICS]
    assert all(one["question"] and one["numerator"] for one in body["metrics"])


@pytest.mark.parametrize(
    "words",
    [
        "key=luck", "by=colour", "slice=modality", "slice=a=b", "slice=modality=%00", "from=soon",
        "colour=red", "to=2026-02-30", "facility=", "by=week&by=month", "slice=modality=", "limit=1",
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["json", "csv", "parquet"])
def test_what_is_not_understood_is_a_sentence_in_any_form(
    analyst: Client, words: str, form: str
) -> None:
    answer = analyst.get(f"/api/analytics/metrics/?{words}&format={form}")
    assert answer.status_code == 422
    assert answer["Content-Type"].startswith("application/json")
    assert answer.json()["error"]["sentence"]


def test_a_word_that_is_not_known_is_told_where_to_look(analyst: Client) -> None:
    for words, told in (
        ("key=nope", "There is no measure 'nope'. /api/analytics/definitions/ lists them."),
        ("colour=red", "'colour' is not a filter of this address."),
    ):
        error = analyst.get(f"/api/analytics/metrics/?{words}").json()["error"]
        assert error["sentence"] == told
    assert analyst.get("/api/analytics/definitions/").status_code == 200


@pytest.mark.parametrize(
    "words", ["limit=-1", "limit=x", "limit=100001", "offset=1e9", "limit=٣٣٣٣٣٣٣"]
)
def test_odd_pages_are_refused(analyst: Client, words: str) -> None:
    answer = analyst.get(f"/api/analytics/cases/?{words}")
    assert answer.status_code == 422
    assert "whole number" in answer.json()["error"]["sentence"]


@pytest.mark.parametrize(
    "address",
    [
        *("definitions/?key=", "definitions/?colour=red", "definitions/?format=csv"),
        *("definitions/?format=json&format=json", "graph/?limit=-1", "graph/?by=week"),
        *("graph/?offset=999999999999", "cases/?key=sla_compliance"),
    ],
)
def test_a_word_of_another_door_is_refused(analyst: Client, address: str) -> None:
    answer = analyst.get(f"/api/analytics/{address}")
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "not_understood"


def test_a_form_nobody_knows_is_refused(analyst: Client) -> None:
    for door in ("metrics", "cases", "graph"):
        answer = analyst.get(f"/api/analytics/{door}/?format=xml")
        assert answer.status_code == 422
        assert "no form 'xml'" in answer.json()["error"]["sentence"]


@pytest.mark.parametrize("source", ["%00", "li%00ve", "a" * 61])
def test_a_source_that_cannot_be_one_is_not_taken_for_another(source: str, analyst: Client) -> None:
    answer = analyst.get(f"/api/analytics/metrics/?source={source}")
    assert answer.status_code in (404, 422)


def test_a_refusal_does_not_say_that_it_went_on(analyst: Client) -> None:
    answer = analyst.get("/api/analytics/metrics/?from=2026-13-01")
    assert answer.status_code == 422
    assert answer.json()["error"]["sentence"] == "'2026-13-01' is not a day such as 2026-11-24."


def test_the_address_of_a_form_of_filters_may_hold_its_blank_choice(analyst: Client) -> None:
    asked = f"/api/analytics/metrics/?{WHOLE}&key=requests_received&slice=modality%3DCT"
    assert analyst.get(f"{asked}&slice=").json() == analyst.get(asked).json()


def test_a_forecast_names_no_days_since_it_looks_at_all_that_is_open(analyst: Client) -> None:
    period = analyst.get(f"/api/analytics/forecast/?{WHOLE}").json()["period"]
    assert (period["from"], period["to"]) == (None, None)
    assert "whenever it came" in period["why"]


def test_each_look_says_what_was_taken(analyst: Client) -> None:
    analyst.get(f"/api/analytics/metrics/?{WHOLE}&key=open_requests")
    analyst.get(f"/api/analytics/cases/?{WHOLE}&format=parquet&limit=7")
    read, taken = AuditEntry.objects.filter(verb__startswith="api.figures").order_by("at")
    assert (read.verb, read.subject) == ("api.figures_read", "figures:live")
    assert (taken.verb, taken.subject) == ("api.figures_exported", "cases:live")


@pytest.mark.parametrize(
    ("door", "own"),
    [
        ("metrics", "key=open_requests&by=week"),
        ("cases", "limit=7"),
        ("graph", ""),
        ("cost", "postage=8"),
        ("without", "without=AU02"),
        ("forecast", ""),
    ],
)
def test_the_log_says_which_selection_was_read(analyst: Client, door: str, own: str) -> None:
    chosen = f"slice=modality%3DCT+chest&asked=patient&facility=riverside&{WHOLE}"
    asked = "&".join(filter(None, (own, chosen)))
    assert analyst.get(f"/api/analytics/{door}/?{asked}").status_code == 200
    detail = _detail_of_last_read()
    days = "days=all" if door == "forecast" else WHOLE  # of all that is open, whenever it came
    counted = f"facility=riverside&{days}&{ZONE}&asked=patient&modality_own=1"
    assert detail["source"] == "live"
    assert detail["filters"] == "&".join(filter(None, (counted, own)))


def test_the_log_says_the_facilities_and_days_that_nobody_named(analyst: Client) -> None:
    period = analyst.get("/api/analytics/metrics/?key=open_requests").json()["period"]
    assert _detail_of_last_read()["filters"] == (
        f"facility=northfield&facility=riverside&from={period['from']}&to={period['to']}&{ZONE}"
        "&key=open_requests"
    )


@pytest.mark.parametrize("door", ["metrics", "cases", "graph", "cost", "without", "forecast"])
@pytest.mark.parametrize(
    ("said", "names", "mistyped"),
    [
        ("facility=Zebulon", "facility", False),
        ("slice=modality%3DZebulon", "slice", False),
        ("slice=Zebulon&from=Zebulon", "from,slice", True),
        ("source=Zebulon", "source", False),
        ("source=", "source", True),
        ("source=Zebulon&source=Zebulon", "source", True),
        (f"source={'x' * 600}", "source", True),
        ("Zebulon=1&asked=Zebulon", "asked,1 other", True),
        ("asked=", "asked", True),
        ("format=Zebulon", "format", False),
        (f"asked=patient&facility=Zebulon&facility={'x' * 600}", "facility", False),
    ],
)
def test_a_refused_question_is_recorded_by_the_names_of_its_words(
    analyst: Client,
    door: str,
    said: str,
    names: str,
    mistyped: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if names == "source" and not mistyped:
        monkeypatch.setattr("analytics.readers.view.open_source", open_source)
    assert analyst.get(f"/api/analytics/{door}/?{said}").status_code in (404, 422)
    entry = AuditEntry.objects.get(verb="api.figures_read")
    body = json.loads(bytes(entry.body))
    assert (entry.subject, body["outcome"]) == (door, "4")
    assert body["detail"] == {"refused": names, **({"mistyped": True} if mistyped else {})}
    assert b"Zebulon" not in bytes(entry.body)


def test_a_stranger_with_a_form_that_is_none_leaves_no_entry(client: Client) -> None:
    assert client.get("/api/analytics/metrics/?format=Zebulon").status_code == 422
    assert not AuditEntry.objects.filter(verb="api.figures_read").exists()


def _detail_of_last_read() -> dict[str, Any]:
    entry = AuditEntry.objects.get(verb="api.figures_read")
    found: dict[str, Any] = json.loads(bytes(entry.body))["detail"]
    return found


def test_what_changed_stands_beside_a_figure_where_it_is_asked_for(analyst: Client) -> None:
    where = "/api/analytics/metrics/?from=2026-09-01&to=2026-10-31&key=sla_compliance"
    assert "changes" not in analyst.get(where).json()
    body = analyst.get(f"{where}&compare=before").json()
    (now,), changed = body["metrics"], body["changes"]["sla_compliance"]
    assert changed["before"]["n"] > 0
    assert changed["difference"] == pytest.approx(now["value"] - changed["before"]["value"])
    assert changed["low"] < changed["difference"] < changed["high"]
    (row,) = csv.DictReader(
        io.StringIO(analyst.get(f"{where}&compare=before&format=csv").content.decode())
    )
    assert float(row["difference_low"]) == changed["low"]
    assert analyst.get(f"{where}&compare=sideways").status_code == 422


@pytest.mark.parametrize(
    ("asked", "period"),
    [
        ("to=2025-03-31", ("2024-12-31", "2025-03-31")),  # as many days as usual, ending there
        ("from=2099-12-31", ("2099-12-31", "2099-12-31")),
        ("from=2025-03-31", ("2025-03-31", None)),
        ("to=2025-03-31&from=2025-03-30", ("2025-03-30", "2025-03-31")),
    ],
)
def test_a_lone_end_of_a_period_is_never_taken_for_its_beginning(
    analyst: Client, asked: str, period: tuple[str, str | None]
) -> None:
    answer = analyst.get(f"/api/analytics/metrics/?{asked}&key=requests_received").json()
    since, until = answer["period"]["from"], answer["period"]["to"]
    assert since == period[0]
    assert until == (period[1] or until) and since <= until


def test_no_part_of_a_long_address_is_left_out(analyst: Client) -> None:
    long = "&".join(["slice=modality=CT"] * 400) + "x" * 3000 + "&facility=elsewhere"
    answer = analyst.get(f"/api/analytics/metrics/?{long}")
    assert answer.status_code == 422
    assert "The address is too long" in answer.json()["error"]["sentence"]


@pytest.mark.parametrize(
    "where",
    [
        "metrics/?clock=legal",
        "cases/?compare=none",
        "graph/?clock=contract",
        "forecast/?compare=before",
    ],
)
def test_a_word_of_the_screens_that_changes_nothing_is_refused(where: str, analyst: Client) -> None:
    answer = analyst.get(f"/api/analytics/{where}")
    assert answer.status_code == 422
    assert "means nothing here" in answer.content.decode()


@pytest.mark.parametrize("door", ["metrics", "cases", "graph", "cost", "without", "forecast"])
def test_a_word_of_a_slice_that_no_request_has_is_refused_in_a_sentence(
    analyst: Client, door: str
) -> None:
    answer = analyst.get(f"/api/analytics/{door}/?slice=modality%3Dct+Chest")
    assert answer.status_code == 422
    sentence = answer.json()["error"]["sentence"]
    assert sentence.startswith("No request here has 'ct Chest' under modality. Did you mean")
    assert "CT chest" in sentence
    honest = analyst.get(f"/api/analytics/{door}/?slice=channel%3Dphysical_film")
    assert honest.status_code == 200


def test_words_of_others_facilities_are_no_hint(client: Client, person: Any) -> None:
    client.force_login(person(Role.ANALYST, "riverside"))
    answer = client.get("/api/analytics/metrics/?slice=facility%3Dnorthfield")
    assert answer.status_code == 422
    assert answer.json()["error"]["sentence"].endswith("Known: riverside.")


@pytest.mark.parametrize(
    ("days", "why"),
    [
        (WHOLE, None),
        ("", "No days were named: these are the 13 whole weeks before this one."),
        (
            "from=2026-09-07",
            "No last day was named: it is the usual one, or one that fits the first.",
        ),
        (
            "to=2026-09-06",
            "No first day was named: it is the usual one, or one that fits the last.",
        ),
    ],
)
def test_the_answer_says_which_days_it_is_of_and_why(
    analyst: Client, days: str, why: str | None
) -> None:
    for door in ("metrics", "cost"):
        assert analyst.get(f"/api/analytics/{door}/?{days}").json()["period"]["why"] == why


def test_the_days_of_a_log_are_all_of_it_where_none_is_named(
    analyst: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    shot = Snapshot(
        mirror=fold(replace(synthetic.log(), name="old")), watermark="1", content="c" * 64
    )
    monkeypatch.setattr("analytics.readers.view.open_source", lambda *_, **__: shot)
    period = analyst.get("/api/analytics/metrics/?source=old&key=open_requests").json()["period"]
    assert period["why"] == "No days were named: these are all of the log."
