"""The audit log vouches for a report, by the command and by the page."""

import hashlib
import json
import zipfile

import pytest
from django.core.management import CommandError, call_command

from analytics.reports.writers import WRITERS
from requests_app.models import Facility, Organization


@pytest.mark.django_db
@pytest.mark.usefixtures("small_source")
class TestVouchedFor:
    """The command and the page record what they wrote, under a checkpoint that verifies."""

    def test_command_writes_and_the_checkpoint_verifies(self, tmp_path, capsys) -> None:
        from audit.models import AuditEntry
        from audit.proof.checkpoint import Checkpoint
        from audit.seal import log_key

        out = tmp_path / "sla.pdf"
        for _ in range(2):  # the first entry of an empty log is this report's own
            capsys.readouterr()
            call_command("report", "sla_compliance", format="pdf", out=str(out), json=True)
        answer = json.loads(capsys.readouterr().out)
        assert answer["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
        checkpoint = Checkpoint.from_note(answer["checkpoint"]["note"], log_key())
        assert checkpoint.size == answer["checkpoint"]["size"] >= 1
        assert checkpoint.root.hex() == answer["checkpoint"]["root"]
        last = AuditEntry.objects.filter(verb="report.exported").order_by("-at").first()
        assert answer["sha256"] in bytes(last.body).decode()

    @pytest.mark.usefixtures("place")
    def test_the_command_calls_facilities_by_their_names(self, tmp_path) -> None:
        out = tmp_path / "sla.csv"
        call_command("report", "sla_compliance", format="csv", out=str(out), facility=["riverside"])
        text = out.read_text(encoding="utf-8-sig")
        assert "Facilities,Riverside Campus" in text
        owner = Facility.objects.get(slug="riverside").organization.name
        assert f"Organization,{owner}" in text
        assert text.splitlines()[1].startswith(f'"{owner} · 1 facility · as of')

    @pytest.mark.parametrize("kind", ["csv", "xlsx", "docx"])
    @pytest.mark.parametrize("made_up", [True, False])
    def test_made_up_work_is_called_so_in_every_form(
        self, tmp_path, monkeypatch, kind: str, made_up: bool
    ) -> None:
        monkeypatch.setattr("analytics.reports.orders.has_made_up_work", lambda: made_up)
        out = tmp_path / f"sla.{kind}"
        call_command("report", "sla_compliance", format=kind, out=str(out))
        parts = [out.read_bytes()]
        if kind != "csv":
            with zipfile.ZipFile(out) as packed:
                parts = [packed.read(name) for name in packed.namelist()]
        assert any(b"made up, for demonstration" in part for part in parts) == made_up

    @pytest.mark.parametrize(
        "wrong",
        [{"facility": ["nowhere"]}, {"since": "yesterday"}, {"out": "/nowhere/at/all.pdf"}],
    )
    def test_misuse_is_two(self, tmp_path, wrong) -> None:
        options = {"format": "csv", "out": str(tmp_path / "x.csv")} | wrong
        with pytest.raises(CommandError) as refusal:
            call_command("report", "sla_compliance", **options)
        assert refusal.value.returncode == 2

    @pytest.mark.usefixtures("place")
    def test_an_organization_without_requests_is_named_on_paper_and_in_the_log(
        self, tmp_path
    ) -> None:
        from audit.models import AuditEntry

        new, out = Organization.objects.create(name="New Health", slug="new"), tmp_path / "x.csv"
        options = {"format": "csv", "out": str(out), "organization": "new"}
        with pytest.raises(SystemExit):
            call_command("report", "sla_compliance", **options)
        assert "Organization,New Health" in out.read_text(encoding="utf-8-sig")
        entry = AuditEntry.objects.get(verb="report.exported")
        assert entry.agent == f"system:{new.pk}"
        assert b'"organization":"new"' in bytes(entry.body)

    def test_nothing_counted_is_one_and_said(self, tmp_path, capsys) -> None:
        days = {"since": "2001-01-01", "until": "2001-01-31"}
        with pytest.raises(SystemExit) as end:
            call_command(
                "report", "sla_compliance", format="csv", out=str(tmp_path / "x.csv"), **days
            )
        assert end.value.code == 1
        said = "No request was received from 2001-01-01 to 2001-01-31: no figure stands"
        assert said in capsys.readouterr().out

    def test_download_is_cut_to_the_scope(self, person, client) -> None:
        client.force_login(person("supervisor", "riverside"))
        answer = client.get("/reports/sla_compliance.csv?facility=northfield&facility=riverside")
        text = answer.content.decode("utf-8-sig")
        assert answer.status_code == 200
        assert "attachment" in answer["Content-Disposition"]
        assert "Northfield" not in text.replace("Northfield Health", "the organization")
        assert "northfield" not in text
        assert "R-N0" not in text
        assert "sla_compliance.n,192" in text

    def test_the_log_holds_what_counted_of_a_download(self, person, client) -> None:
        from audit.models import AuditEntry

        client.force_login(person("supervisor", "riverside"))
        padded = "&".join(["slice=modality%3DZebulon", f"slice=modality%3D{'x' * 600}"])
        days = "from=2026-01-01&to=2026-12-31"
        asked = f"{padded}&slice=modality%3DCT+chest&facility=riverside&{days}"
        assert client.get(f"/reports/sla_compliance.csv?{asked}").status_code == 200
        entry = AuditEntry.objects.get(verb="report.exported")
        assert json.loads(bytes(entry.body))["detail"]["filters"] == (
            f"facility=riverside&{days}&zone=America%2FChicago&modality_own=1&modality_unheard=2"
        )

    @pytest.mark.parametrize(
        ("cut", "added"),
        [
            ("", ""),
            ("&slice=modality%3DCT", "-ct"),
            ("&facility=riverside&asked=patient", "-riverside-patient"),
            ("&slice=modality%3D" + "x" * 600, "-" + "x" * 60 + "-"),
        ],
    )
    def test_a_cut_report_has_a_file_name_of_its_own(self, person, client, cut, added) -> None:
        client.force_login(person("auditor", everything=True))
        days = "from=2026-01-01&to=2026-12-31"
        said = client.get(f"/reports/sla_compliance.csv?{days}{cut}")["Content-Disposition"]
        begin, _, end = said.partition("sla-compliance-2026-01-01-2026-12-31")
        assert begin == 'attachment; filename="'
        assert end.startswith(added) and len(end) < 80
        assert cut or end == '.csv"'

    def test_page_offers_every_format(self, person, client) -> None:
        client.force_login(person("auditor", everything=True))
        words = client.get("/reports/?from=2026-09-01").content.decode()
        assert all(f"sla_compliance.{kind}?from=2026-09-01" in words for kind in WRITERS)
        assert client.get("/reports/nothing.pdf").status_code == 404

    def test_release_staff_may_not_download(self, person, client) -> None:
        client.force_login(person("release_staff", everything=True))
        assert client.get("/reports/sla_compliance.pdf").status_code == 403
