"""A file without a row of column names is refused at every door, and no cell of it is repeated."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from analytics.imports.runs import HEAD
from analytics.models import ImportRun, SavedMapping, UploadedLog
from analytics.tasks import run_imports

pytestmark = pytest.mark.django_db
ROWS = "".join(
    f'{n:05},2025-03-{1 + n % 28:02},2025-04-{1 + n % 28:02},CD,"Zqsmith, Jo",MRN 887766, at the desk\n'
    for n in range(40)
)
SAID = "this file has no row of column names"


@pytest.mark.parametrize("times", [1, HEAD // 40 + 1])
def test_the_page_and_the_worker_refuse_it(analyst: Client, times: int) -> None:
    file = SimpleUploadedFile("log.csv", (ROWS * times).encode())
    page = analyst.post("/logs/new/", {"log": file})
    said = page.content.decode()
    if page.status_code == 302:
        said = analyst.get(page["Location"]).content.decode()
        analyst.post(page["Location"], {"confirm": "yes"})
        run_imports()
    assert SAID in said
    assert "Zqsmith" not in said
    assert "Zqsmith" not in "".join(ImportRun.objects.values_list("sentence", flat=True))
    assert not UploadedLog.objects.exists()
    assert not SavedMapping.objects.exists()


def test_the_command_refuses_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "log.csv"
    path.write_text(ROWS)
    with pytest.raises(SystemExit) as status:
        call_command("import_log", str(path))
    assert status.value.code == 1
    told = capsys.readouterr().out
    assert SAID in told
    assert "Zqsmith" not in told
    assert not UploadedLog.objects.exists()
