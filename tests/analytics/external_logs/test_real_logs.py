"""Logs of other houses are imported whole, and give the figures that are known of them."""

import time
from pathlib import Path

import pytest

from analytics.external_logs.importing import read_log
from tests.analytics.external_logs.measured import measured

FACTS = {
    "permit_receipt.csv": (8577, 1434, 8577),
    "hospital_patients.csv": (5442, 500, 5442),
    "interval_event_log.csv": (8109, 1266, 8109),
    "foia_requests_2017.csv": (244, 244, 488),
    "running-example.csv": (42, 6, 42),
}


@pytest.mark.parametrize(("name", "facts"), FACTS.items())
def test_real_logs_are_imported_whole(
    shared_data: Path, name: str, facts: tuple[int, int, int]
) -> None:
    answer = read_log((shared_data / "logs" / name).read_bytes(), name="log").answer("log")
    assert (answer["rows_imported"], answer["cases"], answer["events"]) == facts
    assert answer["rejected"] == []


def test_thousands_of_events_are_read_in_seconds(shared_data: Path) -> None:
    content = (shared_data / "logs" / "permit_receipt.csv").read_bytes()
    began = time.process_time()
    read_log(content, name="log")
    assert time.process_time() - began < 5


def test_the_figures_of_the_real_logs(shared_data: Path) -> None:
    given = {"received": "first_event", "completed": "last_event"}
    content = (shared_data / "logs" / "permit_receipt.csv").read_bytes()
    found = measured(read_log(content, name="log", given=given))
    assert found["turnaround_mean"].value == pytest.approx(5.4081, abs=1e-3)
    assert found["turnaround_p90"].value == pytest.approx(14.0952, abs=1e-3)
    assert [one.n for one in found["deliveries_by_channel"].by] == [1250, 109, 53, 21, 1]
    dated = {"received": "first_event", "completed": {"column": "case:enddate"}}
    ended = measured(read_log(content, name="log", given=dated))
    assert ended["open_requests"].n == 105
    # 113 cases ended a second or more before their first event: told, not counted, not mended.
    assert ended["turnaround_mean"].excluded == {
        "completed before it was received": 113,
        "open": 105,
    }
    foia = read_log((shared_data / "logs" / "foia_requests_2017.csv").read_bytes(), name="log")
    figures = measured(foia)
    assert figures["turnaround_mean"].value == pytest.approx(317.10, abs=0.005)
    assert figures["turnaround_median"].value == 48
    assert figures["turnaround_p90"].value == pytest.approx(1121.6)
    assert figures["physical_media_share_out"].why == "no column says how the images were sent"
