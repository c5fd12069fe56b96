"""Entries are written with their change, numbered without gaps, signed, and never changed."""

import subprocess
import sys
import threading
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from audit.access import pseudonym, record
from audit.append import NotInTransaction, append
from audit.examine import examine
from audit.export import export_bundle
from audit.models import AuditEntry, Pending, Sequenced
from audit.proof.bundle import Bundle, read_bundle, write_bundle
from audit.proof.entry import Action, Agent, Entry, EventCode
from audit.proof.verify import verify_bundle, verify_file
from audit.seal import seal
from audit.witness import WitnessRefused

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
ROOT = Path(__file__).resolve().parent.parent.parent


def an_entry(number: int = 0) -> Entry:
    return Entry(
        verb="request.viewed",
        code=EventCode.PATIENT_RECORD,
        action=Action.READ,
        agent=Agent(id="user:1", role="auditor", name="Auditor A"),
        subject=f"request:R-{number:06d}",
        at=AT,
    )


def look(number: int = 0) -> None:
    record(
        verb="request.viewed",
        code=EventCode.PATIENT_RECORD,
        action=Action.READ,
        subject=f"request:R-{number:06d}",
        at=AT,
    )


@pytest.mark.django_db(transaction=True)
def test_an_entry_needs_the_transaction_of_its_change() -> None:
    with pytest.raises(NotInTransaction):
        append(an_entry())


@pytest.mark.django_db(transaction=True)
def test_an_entry_goes_back_with_its_change() -> None:
    with transaction.atomic():
        append(an_entry())
        transaction.set_rollback(True)
    assert not AuditEntry.objects.exists()
    assert not Pending.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditentry SET verb = 'x'",
        "DELETE FROM audit_auditentry",
        "DELETE FROM audit_sequenced",
    ],
)
def test_the_database_refuses_to_change_the_log(statement: str) -> None:
    look()
    seal(AT)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement)


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_lose_nothing_and_leave_no_gap() -> None:
    def write() -> None:
        for number in range(10):
            look(number)
        connection.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        seal(AT)
    for thread in threads:
        thread.join()
    seal(AT)
    assert list(Sequenced.objects.order_by("seq").values_list("seq", flat=True)) == [*range(40)]
    assert not Pending.objects.exists()
    assert examine().findings == ()


@pytest.mark.django_db
def test_a_changed_row_is_found_even_when_the_triggers_are_off() -> None:
    for number in range(5):
        look(number)
    seal(AT)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE audit_auditentry SET subject = 'request:R-000009' WHERE subject LIKE '%3'"
        )
        cursor.execute("ALTER TABLE audit_auditentry ENABLE TRIGGER USER")
    assert any("search columns" in finding for finding in examine().findings)


@pytest.mark.django_db
def test_the_witness_refuses_a_log_that_shrank() -> None:
    for number in range(5):
        look(number)
    seal(AT)
    with connection.cursor() as cursor:
        for table in ("audit_sequenced", "audit_signedstate"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM audit_sequenced WHERE seq > 2")
        cursor.execute("DELETE FROM audit_signedstate")
    with pytest.raises(WitnessRefused):
        seal(AT)


@pytest.mark.django_db
def test_a_pseudonym_is_stable_and_no_bare_hash() -> None:
    assert pseudonym("patient", "17") == pseudonym("patient", "17")
    assert pseudonym("patient", "17") != pseudonym("patient", "18")


@pytest.fixture
def bundle(db: None, tmp_path: Path) -> Path:
    for number in range(6):
        look(number)
    seal(AT)
    for number in range(6, 12):
        look(number)
    path = tmp_path / "bundle.zip"
    export_bundle(path, at=AT)
    return path


def tampered(path: Path, **changes: object) -> Bundle:
    found = read_bundle(path)
    return Bundle(**{**found.__dict__, **changes})


def test_a_fresh_bundle_is_sound(bundle: Path) -> None:
    verdict = verify_file(bundle)
    assert verdict.is_sound
    assert verdict.entries == verdict.size == 12


@pytest.mark.parametrize("index", range(12))
def test_one_flipped_byte_names_its_entry(bundle: Path, index: int) -> None:
    bodies = [*read_bundle(bundle).bodies]
    bodies[index] = bodies[index].replace(b"viewed", b"viewee")
    verdict = verify_bundle(tampered(bundle, bodies=bodies))
    assert verdict.first_bad == index
    assert f"Entry {index}" in verdict.findings[0]
    assert "altered" in verdict.findings[0]


def test_a_missing_entry_is_named(bundle: Path) -> None:
    bodies = [*read_bundle(bundle).bodies]
    del bodies[7]
    verdict = verify_bundle(tampered(bundle, bodies=bodies))
    assert verdict.findings == ("Entry 7 is missing.",)


def test_two_swapped_entries_are_named(bundle: Path) -> None:
    bodies = [*read_bundle(bundle).bodies]
    bodies[3], bodies[4] = bodies[4], bodies[3]
    assert verify_bundle(tampered(bundle, bodies=bodies)).findings == (
        "Entry 3 and entry 4 were swapped.",
    )


def test_a_cut_tail_is_named(bundle: Path) -> None:
    bodies = read_bundle(bundle).bodies[:9]
    verdict = verify_bundle(tampered(bundle, bodies=bodies))
    assert verdict.findings == ("Entry 9 and what follows are missing.",)


def test_an_added_entry_is_named(bundle: Path) -> None:
    bodies = [*read_bundle(bundle).bodies, b"{}"]
    assert verify_bundle(tampered(bundle, bodies=bodies)).first_bad == 12


def test_altered_leaves_narrow_the_first_bad_entry_to_a_range(bundle: Path) -> None:
    found = read_bundle(bundle)
    bodies, leaves = [*found.bodies], [*found.leaves]
    bodies[8], leaves[8] = b"{}", b"\x00" * 32
    verdict = verify_bundle(tampered(bundle, bodies=bodies, leaves=leaves))
    assert verdict.first_bad == 6
    assert "from 6 to 11" in verdict.findings[0]


def test_another_key_than_the_pinned_one_is_refused(bundle: Path) -> None:
    assert not verify_file(bundle, key="somebody+00000000+AAAA").is_sound


def test_a_forged_checkpoint_is_refused(bundle: Path) -> None:
    note = read_bundle(bundle).note.replace("\n12\n", "\n11\n")
    assert "not signed" in verify_bundle(tampered(bundle, note=note)).findings[0]


def test_an_earlier_bundle_must_be_a_prefix(bundle: Path, tmp_path: Path) -> None:
    look(12)
    later = tmp_path / "later.zip"
    export_bundle(later, at=AT)
    assert verify_file(later, previous=bundle).is_sound
    assert not verify_file(bundle, previous=later).is_sound


def test_the_verifier_needs_no_library(bundle: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-S", "-m", "audit", "verify", str(bundle)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout[:31]) == (0, "No alteration found in 12 entri")
    bad = tmp_path / "bad.zip"
    bad.write_bytes(b"no zip")
    done = subprocess.run([*command[:-1], str(bad)], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 1
    done = subprocess.run(
        [*command[:-1], "nowhere.zip"], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 2


@pytest.mark.django_db
def test_a_hundred_thousand_entries_are_verified_within_two_seconds(tmp_path: Path) -> None:
    from django.conf import settings

    from audit.proof.checkpoint import Checkpoint
    from audit.proof.merkle import leaf_hash, root_of
    from audit.seal import log_key, signing_key

    bodies = [an_entry(number).body() for number in range(2000)] * 50
    leaves = [leaf_hash(body) for body in bodies]
    checkpoint = Checkpoint(origin="test", size=len(leaves), root=root_of(leaves))
    note = checkpoint.sign(log_key(), signing_key(settings.AUDIT_KEY_PATH).sign)
    path = tmp_path / "large.zip"
    made = Bundle(bodies=bodies, leaves=leaves, note=note, history=[], key=log_key().text)
    write_bundle(path, made, made_at=AT.isoformat())
    began = time.process_time()
    assert verify_file(path).is_sound
    assert time.process_time() - began < 2


def test_a_zip_without_its_parts_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x", "")
    assert "lacks a part" in verify_file(path).findings[0]
