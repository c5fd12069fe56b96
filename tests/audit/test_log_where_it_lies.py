"""The stored log: append-only by the database, examined whole, exported by commands."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from log_made import AT, body

from audit.access import record
from audit.examine import examine
from audit.models import AuditEntry, Review, SignedState
from audit.proof.entry import Action, EventCode
from audit.proof.merkle import CompactRange, leaf_hash
from audit.proof.verify import verify_file
from audit.seal import seal
from audit.witness import WitnessRefused, last_seen, show_to_witness, witness_path

pytestmark = pytest.mark.django_db
TABLES = ("audit_auditentry", "audit_sequenced", "audit_signedstate", "audit_review")


def look(number: int) -> None:
    record(
        verb="request.viewed",
        code=EventCode.PATIENT_RECORD,
        action=Action.READ,
        subject=f"request:R-{number:06d}",
        at=AT,
    )


@pytest.fixture
def log() -> None:
    for number in range(8):
        look(number)
    seal(AT)
    day = AT.date()
    Review.objects.create(reviewed_at=AT, reviewer="x", since=day, until=day, entries=8)
    look(8)


E = "audit_auditentry"


def tamper(statement: str, table: str) -> None:
    """Do what an owner of the database can: switch the triggers off first."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["UPDATE", "DELETE", "TRUNCATE"])
def test_the_database_refuses_every_way_of_changing_the_log(table: str, statement: str) -> None:
    first = (
        "id"
        if table in ("audit_auditentry", "audit_review")
        else ("seq" if table == "audit_sequenced" else "size")
    )
    words = {
        "UPDATE": f"UPDATE {table} SET {first} = {first}",
        "DELETE": f"DELETE FROM {table}",
        "TRUNCATE": f"TRUNCATE {table} CASCADE",
    }
    with connection.cursor() as cursor:
        # The tests' own database lets TRUNCATE pass, to be cleaned; the migration does not.
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {table}_keeps_all")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(words[statement])
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone()[0] > 0


@pytest.mark.usefixtures("log")
def test_an_untouched_log_is_sound() -> None:
    assert examine().findings == ()


def forge(place: int) -> None:
    """Rewrite a signed entry, and what the next signature grows from, as the owner can."""
    forged = body(99)
    tamper(
        f"UPDATE {E} SET body = '\\x{forged.hex()}', leaf = '\\x{leaf_hash(forged).hex()}'"
        f" WHERE subject = 'request:R-{place:06d}'",
        E,
    )


@pytest.mark.usefixtures("log")
def test_a_rewritten_log_without_its_signed_states_is_not_signed_anew() -> None:
    forge(3)
    tamper("DELETE FROM audit_signedstate", "audit_signedstate")
    with pytest.raises(WitnessRefused, match="another root"):
        seal(AT)
    assert not SignedState.objects.exists()


@pytest.mark.usefixtures("log")
def test_a_tree_that_was_changed_under_its_signed_root_is_not_grown() -> None:
    forge(3)
    leaves = AuditEntry.objects.filter(place__isnull=False).order_by("place__seq")
    tree = CompactRange()
    tree.extend(bytes(leaf) for leaf in leaves.values_list("leaf", flat=True))
    tamper(
        f"UPDATE audit_signedstate SET peaks = '\\x{tree.to_bytes().hex()}'", "audit_signedstate"
    )
    with pytest.raises(WitnessRefused, match="was altered"):
        seal(AT)


@pytest.mark.usefixtures("log")
def test_a_log_put_back_and_grown_again_past_what_the_witness_saw_is_not_signed() -> None:
    state = SignedState.objects.get()
    for number in (9, 10):
        look(number)
    seal(AT)
    tamper(f"DELETE FROM audit_signedstate WHERE size > {state.size}", "audit_signedstate")
    tamper(f"DELETE FROM audit_sequenced WHERE seq >= {state.size}", "audit_sequenced")
    tamper("DELETE FROM audit_auditentry WHERE subject > 'request:R-000007'", E)
    for number in range(20, 29):
        look(number)
    with pytest.raises(WitnessRefused, match="another root"):
        seal(AT)


@pytest.mark.usefixtures("log")
def test_of_two_signed_at_once_the_later_may_reach_the_witness_first() -> None:
    earlier = SignedState.objects.get()
    later = seal(AT)
    show_to_witness(earlier)
    assert last_seen() == (later.size, later.root)
    assert examine().findings == ()


@pytest.mark.usefixtures("log")
def test_a_line_that_a_crash_cut_off_is_no_state_that_the_witness_saw() -> None:
    path = witness_path()
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:40])
    assert examine().findings == ()
    later = seal(AT)
    assert last_seen() == (later.size, later.root)
    assert len(path.read_bytes().splitlines()) == 2
    assert path.read_bytes().startswith(whole)


@pytest.mark.usefixtures("log")
def test_a_witness_that_was_altered_is_named_and_signed_under_no_more() -> None:
    witness_path().write_text("no line of ours\n")
    assert any("cannot be asked" in finding for finding in examine().findings)
    with pytest.raises(WitnessRefused, match="was altered"):
        seal(AT)


HARM = [
    (f"UPDATE {E} SET body = '\\x7b' WHERE subject LIKE '%3'", E, "Entry 3 ("),
    (f"UPDATE {E} SET body = '\\x', leaf = leaf WHERE subject LIKE '%3'", E, "Entry 3 ("),
    (
        f"UPDATE {E} SET body = '\\x5b', leaf = sha256('\\x005b') WHERE subject LIKE '%3'",
        E,
        "Entry 3 (",
    ),
    (f"UPDATE {E} SET at = at - interval '1 day' WHERE subject LIKE '%4'", E, "Entry 4 ("),
    (f"UPDATE {E} SET agent_name = 'x' WHERE subject LIKE '%4'", E, "Entry 4 ("),
    (f"UPDATE {E} SET outcome = '4' WHERE subject LIKE '%4'", E, "Entry 4 ("),
    (f"UPDATE {E} SET facility = 'x' WHERE subject LIKE '%8'", E, "An entry that waits ("),
    (f"DELETE FROM {E} WHERE subject LIKE '%5'", E, "Entry 5 is missing"),
    (f"DELETE FROM {E} WHERE subject LIKE '%8'", E, "An entry that waits is missing"),
    ("DELETE FROM audit_sequenced WHERE seq = 2", "audit_sequenced", "Entry 2 is missing"),
    ("DELETE FROM audit_sequenced WHERE seq > 5", "audit_sequenced", "Entries are missing"),
    ("UPDATE audit_signedstate SET note = 'x'", "audit_signedstate", "carries no signature"),
    ("DELETE FROM audit_signedstate", "audit_signedstate", "The witness saw"),
    ("DELETE FROM audit_pending", "audit_pending", "the sums differ"),
]


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize(("statement", "table", "said"), HARM)
def test_every_harm_is_found_and_named(statement: str, table: str, said: str) -> None:
    tamper(statement, table)
    findings = examine().findings
    assert any(said in finding for finding in findings), findings


@pytest.mark.usefixtures("log")
def test_entries_that_changed_places_are_found() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT entry_id FROM audit_sequenced WHERE seq IN (1, 2) ORDER BY seq")
        one, two = (row[0] for row in cursor.fetchall())
    tamper("DELETE FROM audit_sequenced WHERE seq IN (1, 2)", "audit_sequenced")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO audit_sequenced VALUES (1, %s), (2, %s)", [two, one])
    assert any("not as it was signed" in finding for finding in examine().findings)


@pytest.mark.usefixtures("log")
def test_the_commands_answer_one_json_object_and_their_status(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    call_command("verify_audit_log", "--json")
    said = json.loads(capsys.readouterr().out)
    assert (said["sound"], said["entries"], said["pending"], said["findings"]) == (True, 8, 1, [])
    path = tmp_path / "bundle.zip"
    call_command("export_audit_log", "--out", str(path), "--json")
    said = json.loads(capsys.readouterr().out)
    assert said["entries"] == 10
    assert verify_file(path, key=said["key"]).root == said["root"]
    tamper(f"UPDATE {E} SET verb = 'x'", E)
    with pytest.raises(SystemExit) as left:
        call_command("verify_audit_log", "--json")
    assert left.value.code == 1
    assert json.loads(capsys.readouterr().out)["sound"] is False


@pytest.mark.usefixtures("log")
def test_an_export_that_cannot_be_written_is_misuse_and_harms_no_earlier_one(
    tmp_path: Path,
) -> None:
    for target in (tmp_path / "no" / "bundle.zip", tmp_path):
        with pytest.raises(CommandError) as refused:
            call_command("export_audit_log", "--out", str(target))
        assert refused.value.returncode == 2
    assert [*tmp_path.glob("*.zip")] == []


@pytest.mark.usefixtures("log")
def test_a_witness_that_refuses_stops_the_export(
    tmp_path: Path, settings: object, capsys: pytest.CaptureFixture[str]
) -> None:
    witness = settings.AUDIT_KEY_PATH.with_name("witness.jsonl")  # type: ignore[attr-defined]
    witness.write_text(json.dumps({"size": 99, "root": "00"}) + "\n")
    path = tmp_path / "bundle.zip"
    path.write_bytes(b"an earlier bundle")
    with pytest.raises(SystemExit) as left:
        call_command("export_audit_log", "--out", str(path))
    assert left.value.code == 1
    assert "the log had 99 entries" in capsys.readouterr().err
    assert [one.read_bytes() for one in tmp_path.glob("*bundle*")] == [b"an earlier bundle"]
