"""Pages of figures are cut by every word that occurs for their reader, and say by which."""

import csv
import html as entities
import io
import re
from dataclasses import replace

import pyarrow as pa
import pytest
import synthetic
from django.test import Client
from test_overview_page import html
from test_requests_behind_a_number import doors

from analytics.charts.marks import reading
from analytics.metrics.compute import compute
from analytics.metrics.selection import Selection
from analytics.mirror.fold import fold
from analytics.mirror.refresh import Snapshot
from analytics.readers.query import read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_source")]
CHEST, KNEE = "slice=modality%3DCT+chest", "slice=modality%3DMR+knee"
PAGES = {
    "measures": "/work/analytics/measures/",
    "process": "/work/analytics/process/",
    "forecast": "/work/analytics/forecast/",
    "behind": "/overview/behind/?key=sla_compliance",
    "reports": "/reports/",
}


@pytest.fixture
def director(person, client: Client) -> Client:
    client.force_login(person("him_director", everything=True))
    return client


def page(client: Client, name: str, search: str = "") -> str:
    """Return a page of figures with a search."""
    if name == "overview":
        return html(client, "head", f"?{search}")
    address = PAGES[name]
    answer = client.get(f"{address}{'&' if '?' in address else '?'}{search}")
    assert answer.status_code == 200
    return answer.content.decode()


def told(monkeypatch: pytest.MonkeyPatch, shot: Snapshot) -> None:
    monkeypatch.setattr("analytics.readers.view.open_source", lambda *_, **__: shot)


def with_partners(monkeypatch: pytest.MonkeyPatch, many: int = 2) -> None:
    """Give each facility so many partners of its own."""
    log = synthetic.log()
    places = log.requests["facility"].to_pylist()
    words = [f"Beside {place} {at % many}" for at, place in enumerate(places)]
    column = log.requests.column_names.index("partner")
    requests = log.requests.set_column(column, "partner", pa.array(words, pa.string()))
    shot = synthetic.same_snapshot()
    mirror = fold(replace(log, requests=requests))
    told(monkeypatch, replace(shot, mirror=mirror, content=f"{many:x}" * 8))


@pytest.mark.parametrize("name", ["overview", *PAGES])
def test_every_page_offers_the_words_that_occur_and_shows_those_chosen(
    director: Client, name: str
) -> None:
    text = page(director, name, f"{CHEST}&slice=direction%3Doutbound")
    assert re.search(r'value="modality=CT chest" checked>', text)
    assert 'value="modality=MR knee">' in text
    assert "Remove the filter Modality: CT chest" in text
    assert "Remove the filter Direction: Sent out" in text
    # One word alone cuts nothing, and these requests have no partner, priority or legal basis.
    assert not re.search(r'value="(partner|priority|legal_basis)=', text)


def test_figures_are_those_of_the_slice_and_so_are_those_before(director: Client) -> None:
    chosen = Selection(slices=(("modality", ("CT chest",)),), zone="America/Chicago")
    days = {"since": read("from=2026-08-24").since, "until": read("to=2026-11-22").until}
    now = replace(chosen, **days)
    found = compute(synthetic.mirror(), now, ["sla_compliance"])["sla_compliance"]
    before = compute(synthetic.mirror(), now.before(), ["sla_compliance"])["sla_compliance"]
    text = page(director, "overview", CHEST)
    assert f"n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{found.n}<" in text
    assert f"was {before.value:.1f}% · target 95%" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert found.n < 384


def test_two_words_of_a_slice_are_either_and_two_slices_both(director: Client) -> None:
    def n(search: str) -> int:
        text = page(director, "behind", search)
        (words,) = re.findall(r"All <b>([\d,]+)</b>", text) or ["0"]
        return int(words.replace(",", ""))

    both = n(f"{CHEST}&{KNEE}")
    assert both == n(CHEST) + n(KNEE) > n(CHEST) > 0
    out, into = (n(f"{CHEST}&slice=direction%3D{way}") for way in ("outbound", "inbound"))
    assert out + into == n(CHEST)
    assert min(out, into) > 0


@pytest.mark.parametrize("part", ["head", "weekly", "needs", "charts"])
def test_every_door_carries_the_slices(director: Client, part: str) -> None:
    found = doors(director, part, f"?{CHEST}")
    assert found
    assert all(CHEST in door for door in found)
    assert director.get(found[0]).status_code == 200


def test_a_chip_takes_one_word_away_and_leaves_the_rest_of_the_address(director: Client) -> None:
    text = page(director, "behind", f"part=rest&facility=northfield&asked=patient&{CHEST}&{KNEE}")
    chips = {
        label: entities.unescape(href)
        for href, label in re.findall(
            r'<a href="([^"]+)" aria-label="Remove the filter ([^"]+)"', text
        )
    }
    assert set(chips) == {
        "Facility: Northfield General",
        "Asked by: Patient",
        "Modality: CT chest",
        "Modality: MR knee",
    }
    kept = "?key=sla_compliance&part=rest&"
    assert chips["Modality: CT chest"] == f"{kept}facility=northfield&asked=patient&{KNEE}"
    assert chips["Asked by: Patient"] == f"{kept}facility=northfield&{CHEST}&{KNEE}"


def test_forms_of_other_filters_keep_the_slices(director: Client) -> None:
    for name, kept in (("overview", 2), ("measures", 2), ("reports", 1)):
        text = page(director, name, CHEST)
        assert text.count('type="hidden" name="slice" value="modality=CT chest"') == kept
    assert CHEST in entities.unescape(page(director, "overview", f"{CHEST}&facility=northfield"))


@pytest.mark.parametrize("name", ["overview", *PAGES])
@pytest.mark.parametrize(
    ("search", "said"),
    [
        (
            "slice=modality%3Dct+CHEST",
            "No request that you may see has “ct CHEST” under Modality. Did you mean “CT chest”?",
        ),
        ("slice=modality%3DXX", "No request that you may see has “XX” under Modality."),
        ("slice=partner%3D%3Cb%3E", "No request that you may see has “&lt;b&gt;” under Partner."),
        ("slice=colour%3Dred", "&#x27;colour=red&#x27; is no slice such as modality=CT."),
        ("slice=modality%3D%00", "is no slice such as modality=CT."),
        ("slice=modality", "&#x27;modality&#x27; is no slice such as modality=CT."),
    ],
)
def test_unknown_words_get_a_sentence(director: Client, name: str, search: str, said: str) -> None:
    assert said in page(director, name, search)


def test_a_field_left_alone_chooses_nothing(director: Client) -> None:
    text = page(director, "overview", "slice=&slice=")
    assert "is no slice" not in text
    assert "n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}384" in text


def test_words_of_another_facility_are_not_offered(
    person, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_partners(monkeypatch)
    client.force_login(person("supervisor", "riverside"))
    text = page(client, "overview")
    assert 'value="partner=Beside riverside 0"' in text
    assert "Beside northfield" not in text
    asked = page(client, "overview", "slice=partner%3DBeside+northfield+0")
    assert "No request that you may see has “Beside northfield 0” under Partner." in asked
    assert "No requests in this view" in asked


def test_of_many_words_the_chosen_are_boxes_and_the_rest_a_list(
    director: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_partners(monkeypatch, many=11)
    text = page(director, "measures", "slice=partner%3DBeside+riverside+3")
    boxes = re.findall(r'type="checkbox"[^>]* name="slice" value="partner=([^"]+)" checked', text)
    options = re.findall(r'<option value="partner=([^"]+)"', text)
    assert boxes == ["Beside riverside 3"]
    assert len(options) == 21
    assert options == sorted(options)


def test_what_a_source_lacks_is_not_offered_and_is_named(
    director: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    shot = synthetic.same_snapshot()
    missing = {"modality": "no column names the exam"}
    mirror = replace(shot.mirror, log=replace(shot.mirror.log, missing=missing))
    told(monkeypatch, replace(shot, mirror=mirror, content="b" * 64))
    text = page(director, "measures", CHEST)
    said = "Cannot be cut by “Modality”: no column names the exam, so this filter is left out."
    assert said in text
    assert 'value="modality=' not in text
    assert "Remove the filter" not in text


def test_the_file_behind_a_number_says_by_what_it_is_cut(director: Client) -> None:
    search = f"key=sla_compliance&part=rest&asked=patient&{CHEST}&{KNEE}"
    answer = director.get(f"/overview/behind.csv?{search}")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert ["Asked by", "Patient"] in rows
    assert ["Filters", "Modality: CT chest or MR knee"] in rows
    names = rows.index(next(row for row in rows if row[:1] == ["number"]))
    at = rows[names].index("modality")
    assert {row[at] for row in rows[names + 1 :]} == {"CT chest", "MR knee"}


def test_a_report_says_by_what_it_is_cut_and_how_to_make_it_again(director: Client) -> None:
    search = f"asked=patient&{CHEST}&slice=direction%3Doutbound"
    (door,) = re.findall(
        r'href="(/reports/sla_compliance.csv[^"]+)"', page(director, "reports", search)
    )
    answer = director.get(entities.unescape(door))
    text = answer.content.decode("utf-8-sig")
    said = {row[0]: row[1] for row in csv.reader(io.StringIO(text)) if len(row) == 2}
    assert said["Asked by"] == "Patient"
    assert said["Filters"] == "Modality: CT chest; Direction: Sent out"
    assert "only asked by: Patient · only Modality: CT chest · only Direction: Sent out" in text
    assert "--slice 'modality=CT chest' --slice direction=outbound" in text
    chosen = Selection(
        requester_type="patient",
        slices=(("modality", ("CT chest",)), ("direction", ("outbound",))),
        since=read("from=2026-08-24").since,
        until=read("to=2026-11-22").until,
        zone="America/Chicago",
    )
    found = compute(synthetic.mirror(), chosen, ["sla_compliance"])["sla_compliance"]
    assert float(said["sla_compliance.n"]) == found.n


def test_lists_of_work_take_who_asked_and_say_that_they_take_no_slice(director: Client) -> None:
    asked, cut = (html(director, "needs", f"?{search}") for search in ("asked=patient", CHEST))
    assert '/work/queue/?tab=needs&amp;asked=patient">See' in asked
    assert "See the queue, without these filters" in cut
    charts = html(director, "charts", f"?{CHEST}")
    (door,) = re.findall(r'href="(/overview/behind/[^"]+direction%3Dinbound)"', charts)
    (n,) = re.findall(r"including (\d+) outside image", charts)
    listed = director.get(entities.unescape(door)).content.decode()
    assert listed.count("· outside images</small>") == int(n) > 0


def test_of_few_requests_nothing_is_clearly_below() -> None:
    assert reading(2, 3, 95) == "unsure"
    assert reading(5, 11, 95) == "below"
    assert reading(2, 3, 100) == "below"
