"""Any setting may stand in a file of its own, and example settings are values as they stand."""

import re
from pathlib import Path

import pytest

from project import environment

EXAMPLE = Path(__file__).parents[2] / ".env.example"
SETTING = re.compile(r"^# ([A-Z_]+)=(.*)$", re.MULTILINE)


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that SOME_FILE names."""
    path = tmp_path / "value"
    monkeypatch.setenv("SOME_FILE", str(path))
    return path


def test_a_yes_or_no_may_stand_in_a_file(written: Path) -> None:
    written.write_text("false\n")
    assert environment.flag("SOME", default=True) is False


def test_a_number_may_stand_in_a_file(written: Path) -> None:
    written.write_text("17\n")
    assert environment.number("SOME", 5) == 17


def test_a_folder_may_stand_in_a_file(written: Path, tmp_path: Path) -> None:
    written.write_text(f"{tmp_path}/elsewhere\n")
    assert environment.folder("SOME", Path("usual")) == tmp_path / "elsewhere"
    written.write_text("")
    assert environment.folder("SOME", tmp_path / "usual") == tmp_path / "usual"


def test_no_example_setting_carries_a_remark_in_its_value() -> None:
    examples = dict(SETTING.findall(EXAMPLE.read_text()))
    assert examples["SSL_REDIRECT"] == "true"
    assert [name for name, value in examples.items() if " " in value] == []
