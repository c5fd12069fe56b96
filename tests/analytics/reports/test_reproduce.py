"""An exported file can be counted again, as long as its data is kept, and says when it cannot."""

import io
import json
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.eventlog import LIVE
from analytics.metrics.definition import METHOD_VERSION
from analytics.metrics.selection import Selection
from analytics.mirror import kept, published
from analytics.mirror.cut import is_amendment
from analytics.mirror.refresh import _SHOWN, forget
from analytics.reports.orders import make
from analytics.reports.reproduced import NOT_TOLD
from analytics.reports.stamp import Stamp, Unstamped, read_stamp, written
from analytics.reports.writers import WRITERS
from analytics.sources.mirrored import live_snapshot
from requests_app.models import Event
from tests.analytics.mirror.world import DAY, HOUR, World
from tests.depth import examples
from tests.requests_app.cast import make_cast

CHOSEN = Selection(since=date(2026, 11, 1), until=date(2026, 11, 30), zone="America/Chicago")


@pytest.fixture
def world(transactional_db: None) -> World:
    world = World(make_cast())
    world.happen(0, "complete", "", HOUR)
    world.happen(0, "available", "", timedelta(0))
    return world


def report(world: World, kind: str, folder: Path) -> Path:
    """Export the report of live work."""
    made = make(
        "sla_compliance",
        kind,
        snapshot=live_snapshot(world.at),
        selection=CHOSEN,
        names={"northfield": "Northfield General"},
        source=LIVE,
        at=world.at,
    )
    path = folder / f"report.{kind}"
    path.write_bytes(made.content)
    return path


def reproduced(path: Path) -> tuple[int, dict[str, Any]]:
    """Return the exit status and the answer of the command."""
    out = io.StringIO()
    try:
        call_command("reproduce", str(path), "--json", stdout=out)
    except SystemExit as end:
        return int(str(end.code)), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


@pytest.mark.parametrize("kind", list(WRITERS))
def test_a_report_of_any_format_is_counted_again_though_work_went_on(
    world: World, kind: str, tmp_path: Path
) -> None:
    path = report(world, kind, tmp_path)
    for _ in range(kept.KEPT + 1):  # the snapshot would be gone, but for the report
        world.happen(1, "complete", "", HOUR)
        world.at += DAY
        live_snapshot(world.at)
    _SHOWN.clear()
    status, answer = reproduced(path)
    assert (status, answer["verdict"], answer["differing"]) == (0, "equal", [])
    assert answer["figures"] > 20


@pytest.mark.parametrize("is_kept", [True, False])
def test_a_report_names_its_rows_wherever_they_lay(
    is_kept: bool, world: World, tmp_path: Path
) -> None:
    before = live_snapshot(world.at)
    world.happen(1, "complete", "", HOUR)
    path = report(world, "csv", tmp_path)
    shown = _SHOWN[LIVE]
    assert any(map(is_amendment, shown.pieces))
    content = read_stamp(path.read_bytes()).content
    assert content not in (shown.content, before.content)
    if is_kept:
        for _ in range(kept.KEPT + 1):
            world.happen(2, "complete", "", HOUR)
            world.at += HOUR
            live_snapshot(world.at)
    else:
        forget(LIVE)
    _SHOWN.clear()
    status, answer = reproduced(path)
    assert (status, answer["verdict"], answer["differing"]) == (0, "equal", [])
    assert answer["snapshot"]["content"] == content


def test_other_figures_than_those_of_the_data_are_named(world: World, tmp_path: Path) -> None:
    path = report(world, "csv", tmp_path)
    stamp = read_stamp(path.read_bytes())
    wrong = {**stamp.figures, "requests_received.n": 99}
    path.write_text(written(Stamp(**{**stamp.__dict__, "figures": wrong})))
    status, answer = reproduced(path)
    assert (status, answer["verdict"]) == (1, "different")
    assert answer["differing"] == [{"figure": "requests_received.n", "reported": 99, "now": 4}]
    assert answer["why"] is None
    path.write_text(written(Stamp(**{**stamp.__dict__, "figures": wrong, "method": "1"})))
    status, answer = reproduced(path)
    assert (status, answer["verdict"]) == (1, "different")
    assert (
        f"counted by method version 1, and this Discless counts by version {METHOD_VERSION}"
        in answer["why"]
    )


def test_data_that_is_no_longer_kept_is_said_to_be_gone(
    world: World, tmp_path: Path, settings: Any
) -> None:
    settings.REPORTED_SNAPSHOTS_KEPT_DAYS = 3
    path = report(world, "pdf", tmp_path)
    for _ in range(kept.KEPT + 3):
        world.happen(1, "complete", "", HOUR)
        world.at += DAY
        live_snapshot(world.at)
    Event.objects.order_by("pk").first().delete()  # so that reading anew gives other rows too
    status, answer = reproduced(path)
    assert (status, answer["verdict"]) == (1, "not_kept")
    assert "no longer kept" in answer["why"]


def test_data_that_other_code_folded_is_said_to_be_of_no_use(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = report(world, "csv", tmp_path)
    Event.objects.order_by("pk").first().delete()
    assert reproduced(path)[1]["verdict"] == "equal"
    more = SimpleNamespace(rows=SimpleNamespace(names=lambda _: ["a column of tomorrow"]))
    monkeypatch.setattr("analytics.mirror.kept.nothing", lambda: more)
    status, answer = reproduced(path)
    assert (status, answer["verdict"]) == (1, "not_kept")
    assert "with the version that made the report" in answer["why"]


def test_measures_printed_as_json_are_counted_again(world: World, tmp_path: Path) -> None:
    out = io.StringIO()
    call_command("metrics", "--json", "--by", "facility", "--from", "2026-11-01", stdout=out)
    path = tmp_path / "metrics.json"
    path.write_text(out.getvalue())
    said = json.loads(out.getvalue())
    root = published.root_of(LIVE)
    shown = published.read(root, str(published.current(root)))
    assert shown is not None and shown.content == said["snapshot"]["content"]
    assert reproduced(path)[0] == 0
    said["metrics"][0]["numerator"] = -1
    path.write_text(json.dumps(said))
    status, answer = reproduced(path)
    assert status == 1
    assert [one["reported"] for one in answer["differing"]] == [-1]


def test_a_published_pack_is_compared_by_what_it_shows_and_tells_nothing_else(
    world: World, tmp_path: Path
) -> None:
    out, path = io.StringIO(), tmp_path / "pack.json"
    call_command("metrics", "--json", "--publish", "--by", "facility", stdout=out)
    pack = json.loads(out.getvalue())
    hidden = [one for one in pack["metrics"] if one["value"] is None and "hidden" in one["why"]]
    assert hidden
    path.write_text(out.getvalue())
    status, answer = reproduced(path)
    assert (status, answer["verdict"], answer["differing"]) == (0, "equal", [])
    hidden[0] |= {"n": 99, "why": None}
    path.write_text(json.dumps(pack))
    status, answer = reproduced(path)
    assert status == 1
    told = {one["figure"]: (one["reported"], one["now"]) for one in answer["differing"]}
    assert told[f"{hidden[0]['key']}.n"] == (99, NOT_TOLD)
    assert {now for _, now in told.values()} == {NOT_TOLD}


def test_live_work_as_of_an_earlier_moment_is_read_again(world: World, tmp_path: Path) -> None:
    out = io.StringIO()
    call_command("metrics", "--json", "--as-of", world.at.isoformat(), stdout=out)
    path = tmp_path / "metrics.json"
    path.write_text(out.getvalue())
    assert reproduced(path)[0] == 0
    world.happen(1, "complete", "", HOUR)
    status, answer = reproduced(path)
    assert (status, answer["verdict"]) == (1, "not_kept")
    assert "reads otherwise" in answer["why"]


@pytest.mark.django_db
@pytest.mark.parametrize("content", [b"", b"{}", b"PK\x03\x04", b"%PDF-1.7", b'{"metrics": 3}'])
def test_what_carries_no_stamp_is_misuse(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    with pytest.raises(CommandError) as refused:
        call_command("reproduce", str(path))
    assert refused.value.returncode == 2
    with pytest.raises(CommandError) as absent:
        call_command("reproduce", str(tmp_path / "not there"))
    assert absent.value.returncode == 2


FORGED = {
    "source": "live",
    "as_of": "2026-11-24T14:00:00+00:00",
    "method": "1",
    "snapshot": {"watermark": "1", "content": "0"},
    "metrics": [],
    "filters": {"facility": None, "direction": None, "asked": None, "slice": [], "by": None},
    "period": {"from": None, "to": None, "zone": "UTC"},
}


@pytest.mark.parametrize(
    ("part", "name", "forged"),
    [
        ("filters", "facility", [{}]),
        ("filters", "direction", ["inbound"]),
        ("filters", "asked", 3),
        ("filters", "slice", ["nothing=CT"]),
        ("filters", "slice", ["CT"]),
        ("period", "zone", "Nowhere/At_All"),
        ("period", "from", "yesterday"),
    ],
)
def test_a_forged_filter_is_no_stamp(part: str, name: str, forged: object) -> None:
    assert read_stamp(json.dumps(FORGED).encode()).selection.zone == "UTC"
    said = FORGED | {part: FORGED[part] | {name: forged}}  # type: ignore[operator]
    with pytest.raises(Unstamped):
        read_stamp(json.dumps(said).encode())


@settings(max_examples=examples(60), deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_no_bytes_confuse_the_reading_of_a_stamp(content: bytes, has_head: bool) -> None:
    head = b"discless-stamp-1:" if has_head else b""
    with pytest.raises(Unstamped):
        read_stamp(head + content)
