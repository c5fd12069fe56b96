"""An import says how far it is, and stops without a trace when it is told to."""

import json
import os
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from analytics.external_logs.importing import read_log
from analytics.external_logs.progress import Stopped
from analytics.models import UploadedLog
from audit.models import AuditEntry

LOG = b"Req #,Date Rcvd,Date Out\n" + b"".join(
    b"%d,1/13/25,1/20/25\n" % number for number in range(25_000)
)


def test_the_share_that_is_done_only_grows() -> None:
    told: list[tuple[str, float]] = []
    read_log(LOG, name="log", progress=lambda stage, share: told.append((stage, share)))
    assert [stage for stage, _ in told] == ["reading"] * 4 + ["checking", "building"]
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert 0 <= min(shares) <= max(shares) < 1


def test_what_is_told_may_stop_the_import() -> None:
    def stops(stage: str, share: float) -> None:
        if share > 0.3:
            raise Stopped(stage)

    with pytest.raises(Stopped, match="reading"):
        read_log(LOG, name="log", progress=stops)


@pytest.mark.django_db
def test_the_command_tells_beside_its_answer_how_far_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(LOG)
    call_command("import_log", str(path), "--json", "--progress")
    said = capsys.readouterr()
    assert json.loads(said.out)["rows_imported"] == 25_000
    assert "55 % checking" in said.err


@pytest.mark.django_db
def test_that_nobody_reads_how_far_it_is_undoes_no_import(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(b"".join(LOG.splitlines(keepends=True)[:4]))
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w", buffering=1) as nobody:
        call_command("import_log", str(path), "--json", "--progress", stderr=nobody)
    assert UploadedLog.objects.get().answer["rows_imported"] == 3


@pytest.mark.django_db
def test_a_command_that_is_interrupted_stores_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(LOG)

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("analytics.external_logs.store.write_tables", interrupted)
        with pytest.raises(CommandError, match="Cancelled; nothing was stored") as refused:
            call_command("import_log", str(path))
    assert refused.value.returncode == 130
    assert not UploadedLog.objects.exists()
    assert not AuditEntry.objects.filter(verb="log.imported").exists()
    assert not (Path(settings.MIRROR_ROOT) / "logs").exists()
    call_command("import_log", str(path), "--json")
    assert UploadedLog.objects.get().answer["rows_imported"] == 25_000
