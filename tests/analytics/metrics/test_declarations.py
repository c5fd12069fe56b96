"""Every measure and failure code is declared whole: what it counts, what to mind, whose it is."""

from analytics.metrics.catalogue import BY_KEY, METRICS
from analytics.metrics.rfi import prompts_of
from requests_app.failure_codes import FAILURES
from requests_app.rfi import ASKS


def test_every_measure_is_declared_whole() -> None:
    assert len(BY_KEY) == len(METRICS)
    for metric in METRICS:
        assert metric.question.endswith("?")
        assert metric.why_it_matters.endswith(".")
        assert metric.numerator
        assert metric.denominator
        assert metric.unit
        assert metric.caveat.endswith(".")
        assert metric.owner in ("HIM", "Radiology", "Privacy")
        assert prompts_of(metric)


def test_measures_of_the_contract_clock_name_the_settings_that_they_hang_on() -> None:
    counted = [one for one in METRICS if one.key.startswith("contract_turnaround")]
    assert len(counted) == 4
    for metric in (*counted, BY_KEY["sla_compliance"]):
        assert "policy settings" in metric.caveat
        assert "stop" in metric.caveat


def test_who_reads_outside_images_owns_how_usable_they_are() -> None:
    owners = {one.key: one.owner for one in METRICS if one.theme == "Usability"}
    judged = ("immediately", "usable_after", "not_usable", "technically", "clinically")
    inbound = (*judged, "time_to_usable_median", "time_to_usable_p90", "appointment")
    assert {who for key, who in owners.items() if key.startswith(inbound)} == {"Radiology"}
    assert owners["first_view_median"] == "HIM"


def test_every_failure_code_says_what_it_is_evidence_for() -> None:
    assert all(failure.rfi for failure in FAILURES.values())
    assert {one for failure in FAILURES.values() for one in failure.rfi} <= set(ASKS)
