"""Every command answers bad options with status 2 and a sentence, and never with a traceback."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db
FAR = ("0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00")
NONE = (" ", "x", "2026-02-30", "2026-3-2", "٢٠٢٦-١١-٢٤x", "x" * 400)
HERE = str(Path(__file__))
CALLS: dict[str, tuple[str, ...]] = {
    "due from": ("due", "--rule=contract", "--from={}"),
    "due hold": ("due", "--rule=contract", "--from=2026-03-02", "--hold={}..{}"),
    "due holiday": ("due", "--rule=contract", "--from=2026-03-02", "--holiday={}"),
    "demonstrate as-of": ("demonstrate", "--requests=1", "--as-of={}"),
    "metrics as-of": ("metrics", "--as-of={}"),
    "metrics from": ("metrics", "--from={}"),
    "metrics to": ("metrics", "--to={}"),
    "forecast as-of": ("forecast", "--as-of={}"),
    "forecast from": ("forecast", "--evaluate", "--from={}"),
    "report from": ("report", "sla_compliance", "--format=csv", "--out=/dev/null", "--from={}"),
    "report as-of": ("report", "sla_compliance", "--format=csv", "--out=/dev/null", "--as-of={}"),
    "import_log as-of": ("import_log", HERE, "--as-of={}"),
}
BAD: tuple[tuple[str, ...], ...] = (
    ("due", "--rule=nothing", "--from=2026-03-02"),
    ("due", "--rule=contract", "--from=2026-03-02", "--zone=Mars"),
    ("due", "--rule=contract", "--from=2026-03-02", "--zone=../../etc/passwd"),
    ("due", "--rule=contract", "--from=2026-03-02", "--zone=" + "x" * 5000),
    ("due", "--rule=contract", "--from=2026-03-02", "--zone=America"),
    ("due", "--rule=contract", "--from=2026-03-02", "--through=9999999"),
    ("due", "--rule=contract", "--from=2026-03-02", "--hold=2026-03-05..2026-03-04"),
    ("demonstrate", "--requests=0"),
    ("metrics", "--source=nothing"),
    ("metrics", "--source=../x"),
    ("metrics", "--key=nothing"),
    ("metrics", "--facility=nothing"),
    ("metrics", "--zone=Mars"),
    ("metrics", "--organization=nothing"),
    ("metrics", "--zone=America"),
    ("metrics", "--without=nothing"),
    ("what_if", "--assume=luck=1"),
    ("what_if", "--assume=postage=-1"),
    ("what_if", "--move=x"),
    ("what_if", "--swing=" + "9" * 5000),
    ("forecast", "--source=nothing"),
    ("forecast", "--facility=nothing"),
    ("forecast", "--zone=Mars"),
    ("report", "sla_compliance", "--format=csv", "--out=/nowhere/at/all.csv"),
    ("report", "sla_compliance", "--format=csv", "--out=/"),
    ("report", "sla_compliance", "--format=csv", "--out=" + "x" * 5000),
    ("import_log", "/nowhere"),
    ("import_log", "/"),
    ("import_log", "x" * 5000),
    ("import_log", HERE, "--mapping=/"),
    ("import_log", HERE, f"--mapping={HERE}"),
    ("inspect", "/nowhere"),
    ("inspect", "x" * 5000),
    ("export_audit_log", "--out=/nowhere/at/all.zip"),
    ("export_audit_log", "--out=/"),
    ("export_audit_log", "--out=/dev/null"),
    ("export_audit_log", "--out=/tmp/" + "x" * 5000),
    ("bench", "nothing"),
    ("up", "--port=0"),
    ("up", "--port=99999"),
    ("up", "--workers=0"),
    ("up", "--workers=-1"),
    ("up", "--host=no such host"),
)


def status_of(*words: str) -> object:
    """Run a command and return its status; whatever else than an end with one is raised fails."""
    said, status = "", 0
    try:
        call_command(*words)
    except CommandError as error:
        said, status = str(error), error.returncode
    except SystemExit as ended:
        status = ended.code
    assert "\n" not in said
    assert said.endswith(".") or not said or "argument" in said, said
    return status


@pytest.mark.parametrize("words", BAD, ids=lambda words: " ".join(words)[:60])
def test_misuse_ends_with_status_2(words: tuple[str, ...]) -> None:
    assert status_of(*words) == 2


def test_a_report_that_could_not_be_written_is_refused_before_anything_is_counted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def counted(*_: object) -> None:
        raise AssertionError("counted first")

    monkeypatch.setattr("analytics.management.commands.report.snapshot_for", counted)
    for target in ("/nowhere/at/all.csv", str(tmp_path)):
        words = ("report", "sla_compliance", "--format=csv", f"--out={target}")
        assert status_of(*words) == 2, target


def test_json_nested_without_end_ends_with_status_2(tmp_path: Path) -> None:
    deep = tmp_path / "deep.json"
    deep.write_text('{"a":' * 100_000)
    for words in (("import_log", HERE, f"--mapping={deep}"), ("reproduce", str(deep))):
        with pytest.raises(CommandError) as refused:
            call_command(*words)
        assert refused.value.returncode == 2, words


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_what_is_no_time_ends_with_status_2(call: tuple[str, ...]) -> None:
    for moment in NONE:
        words = [word.replace("{}", moment) for word in call]
        assert status_of(*words) == 2, moment


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_far_time_is_counted_or_refused_with_a_sentence(call: tuple[str, ...]) -> None:
    for moment in FAR:
        words = [word.replace("{}", moment) for word in call]
        assert status_of(*words) in (0, 1, 2), moment


def test_a_word_that_is_no_number_is_refused_by_the_parser() -> None:
    for words in (("up", "--port=x"), ("demonstrate", "--requests=x"), ("due", "--through=x")):
        assert status_of(*words) in (1, 2)
