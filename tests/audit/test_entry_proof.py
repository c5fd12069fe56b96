"""The proof of one entry holds, and every way of breaking it is refused with a sentence."""

import json
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from log_made import OURS, THEIRS, body, note_for, proof_of, verifier

from audit.__main__ import main
from audit.proof.inclusion import BadProof, EntryProof, verify_entry, verify_entry_file
from audit.proof.merkle import leaf_hash

ROOT = Path(__file__).resolve().parents[2]


def refusal(proof: EntryProof) -> str:
    verdict = verify_entry(proof)
    assert not verdict.is_sound
    assert verdict.findings[0].endswith(".")
    return verdict.findings[0]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 11, 64, 65])
def test_each_entry_of_a_log_is_proved(size: int) -> None:
    for index in range(size):
        assert verify_entry(proof_of(index, size)).is_sound


def test_the_file_says_what_the_proof_said() -> None:
    proof = proof_of(5)
    assert EntryProof.from_text(proof.to_text()) == proof


def test_a_flipped_byte_of_the_body_is_refused() -> None:
    proof, chance = proof_of(5), random.Random(3)
    for _ in range(60):
        raw = bytearray(proof.body)
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
        assert "was altered" in refusal(replace(proof, body=bytes(raw)))


def test_a_body_changed_together_with_its_leaf_hash_is_refused() -> None:
    forged = body(99)
    assert "audit path" in refusal(replace(proof_of(5), body=forged, leaf_hash=leaf_hash(forged)))


@pytest.mark.parametrize("index", range(11))
def test_a_flipped_byte_in_any_hash_of_the_path_is_refused(index: int) -> None:
    proof = proof_of(index)
    for place in range(len(proof.audit_path)):
        path = [*proof.audit_path]
        path[place] = bytes([path[place][0] ^ 1, *path[place][1:]])
        assert "audit path" in refusal(replace(proof, audit_path=tuple(path)))


@pytest.mark.parametrize("index", range(11))
def test_any_other_number_is_refused(index: int) -> None:
    for other in (*range(11), -1, 11, 2**70):
        if other != index:
            assert refusal(replace(proof_of(index), leaf_index=other))


def test_a_path_too_short_or_too_long_is_refused() -> None:
    proof = proof_of(5)
    assert refusal(replace(proof, audit_path=proof.audit_path[:-1]))
    assert refusal(replace(proof, audit_path=(*proof.audit_path, b"\0" * 32)))


def test_another_checkpoint_is_refused() -> None:
    leaves = [leaf_hash(body(number)) for number in range(12)]
    assert "audit path" in refusal(replace(proof_of(5), checkpoint=note_for(leaves)))
    theirs = note_for([leaf_hash(body(number)) for number in range(11)], THEIRS)
    assert "not signed" in refusal(replace(proof_of(5), checkpoint=theirs))


def test_a_proof_under_another_key_is_refused_by_who_pinned_theirs() -> None:
    assert verify_entry(proof_of(5), key=verifier(OURS).text).is_sound
    assert "another key" in verify_entry(proof_of(5), key=verifier(THEIRS).text).findings[0]


@pytest.mark.parametrize(
    "change",
    [
        {"format": "other"},
        {"body": None},
        {"body": "\ud800"},
        {"leaf_index": "5"},
        {"leaf_index": True},
        {"leaf_hash": "zz"},
        {"leaf_hash": "00"},
        {"audit_path": "00"},
        {"audit_path": [1]},
        {"audit_path": ["00" * 32] * 65},
        {"checkpoint": 7},
        {"key": []},
        {"summary": "nobody looked"},
    ],
)
def test_a_file_of_another_shape_is_refused(change: dict[str, object]) -> None:
    said = json.loads(proof_of(5).to_text()) | change
    with pytest.raises(BadProof):
        EntryProof.from_text(json.dumps(said))


def test_a_file_that_says_a_thing_twice_is_refused() -> None:
    said = proof_of(5).to_text().replace('"body":', '"body": "{}",\n "body":', 1)
    with pytest.raises(BadProof, match="twice"):
        EntryProof.from_text(said)


def test_no_changed_byte_of_the_file_is_taken_for_the_proof(tmp_path: Path) -> None:
    whole, path, chance = proof_of(5).to_text().encode(), tmp_path / "p.json", random.Random(9)
    for _ in range(300):
        raw = bytearray(whole)
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
        path.write_bytes(raw)
        if verify_entry_file(path).is_sound:  # white space, or a letter's case in a hash
            assert EntryProof.from_text(bytes(raw).decode()).body == proof_of(5).body


@pytest.mark.parametrize("content", [b"", b"[]", b"[" * 99_999, b"\xff", b"{}" + b" " * 2**20])
def test_what_is_no_proof_gets_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "p.json"
    path.write_bytes(content)
    assert verify_entry_file(path).findings[0].endswith(".")


def test_the_command_needs_no_library(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "entry-5.json"
    path.write_text(proof_of(5).to_text())
    command = [sys.executable, "-S", "-m", "audit", "verify-entry", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "as it was written" in done.stdout
    path.write_text(replace(proof_of(5), leaf_index=6).to_text())
    assert main(["verify-entry", str(path), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["first_bad"] == 6
    assert main(["verify-entry", str(tmp_path / "none")]) == 2
