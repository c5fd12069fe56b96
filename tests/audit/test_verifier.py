"""The verifier names what was done to a bundle, and no file makes it crash."""

import json
import random
import subprocess
import sys
import warnings
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from log_made import OURS, THEIRS, body, bundle_of, note_for, verifier, with_part, written

from audit.__main__ import main
from audit.proof.bundle import CHECKPOINT, ENTRIES, HISTORY, KEY, LEAVES, README, read_bundle
from audit.proof.merkle import leaf_hash
from audit.proof.verify import verify_bundle, verify_file

ROOT = Path(__file__).resolve().parents[2]
BODIES = [body(number) for number in range(20)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return written(bundle_of([*BODIES], marks=(4, 12)), tmp_path / "bundle.zip")


def test_a_bundle_and_its_earlier_checkpoints_are_sound(path: Path) -> None:
    verdict = verify_file(path, key=verifier(OURS).text)
    assert (verdict.findings, verdict.entries) == ((), 20)


@pytest.mark.parametrize(("one", "other"), [(0, 1), (3, 4), (2, 17), (0, 19)])
def test_swapped_entries_are_named_however_far_apart(one: int, other: int) -> None:
    bodies = [*BODIES]
    bodies[one], bodies[other] = bodies[other], bodies[one]
    found = verify_bundle(replace(bundle_of(BODIES, marks=(4, 12)), bodies=bodies))
    assert found.findings == (f"Entry {one} and entry {other} were swapped.",)
    assert found.first_bad == one


@pytest.mark.parametrize("place", [0, 7, 19])
def test_an_entry_slipped_in_between_is_named(place: int) -> None:
    bodies = [*BODIES[:place], body(99), *BODIES[place:]]
    found = verify_bundle(replace(bundle_of(BODIES), bodies=bodies))
    assert "was added after signing" in found.findings[0]
    assert found.first_bad == place


@pytest.mark.parametrize("place", range(20))
def test_a_dropped_entry_is_named(place: int) -> None:
    bodies = [*BODIES[:place], *BODIES[place + 1 :]]
    assert verify_bundle(replace(bundle_of(BODIES), bodies=bodies)).first_bad == place


@pytest.mark.parametrize("place", range(0, 20, 3))
def test_any_flipped_bit_names_its_entry(place: int) -> None:
    chance = random.Random(place)
    for _ in range(20):
        raw = bytearray(BODIES[place])
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
        bodies = [*BODIES[:place], bytes(raw), *BODIES[place + 1 :]]
        assert verify_bundle(replace(bundle_of(BODIES), bodies=bodies)).first_bad == place


def test_every_byte_of_the_checkpoint_counts(path: Path) -> None:
    bundle = read_bundle(path)
    for place, letter in enumerate(bundle.note):
        other = "A" if letter != "A" else "B"
        note = bundle.note[:place] + other + bundle.note[place + 1 :]
        assert not verify_bundle(replace(bundle, note=note)).is_sound, place


def test_nothing_unsigned_is_taken_for_part_of_a_checkpoint() -> None:
    bundle = bundle_of(BODIES)
    origin, size, root, *rest = bundle.note.split("\n")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    same = root[:-2] + letters[letters.index(root[-2]) + 1] + "="  # base64 of the same 32 bytes
    for text in ([origin, size, root, "reviewed by the court"], [origin, size, same]):
        note = "\n".join([*text, *rest])
        assert not verify_bundle(replace(bundle, note=note)).is_sound, text


@pytest.mark.parametrize("name", [ENTRIES, KEY, "entries.csv", "Entries.jsonl"])
def test_a_part_that_others_could_read_instead_is_refused(path: Path, name: str) -> None:
    with warnings.catch_warnings(), zipfile.ZipFile(path, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr(name, read_bundle(path).bodies[3])
    assert "the part" in verify_file(path).findings[0]


def test_a_checkpoint_of_another_log_is_refused() -> None:
    bundle = bundle_of(BODIES)
    foreign = note_for([leaf_hash(body(number + 50)) for number in range(20)])
    assert not verify_bundle(replace(bundle, note=foreign)).is_sound
    assert not verify_bundle(replace(bundle, history=[foreign])).is_sound


def test_a_log_signed_anew_is_refused_by_who_pinned_the_key_or_kept_a_bundle(
    path: Path, tmp_path: Path
) -> None:
    forged = written(bundle_of(BODIES[:15], THEIRS), tmp_path / "forged.zip")
    assert verify_file(forged).is_sound  # nothing inside can tell: the reader must hold something
    assert "another key" in verify_file(forged, key=verifier(OURS).text).findings[0]
    assert "not signed by" in verify_file(forged, previous=path).findings[0]


def test_a_shorter_log_signed_by_the_true_key_is_refused_by_who_kept_a_bundle(
    path: Path, tmp_path: Path
) -> None:
    cut = written(bundle_of(BODIES[:15]), tmp_path / "cut.zip")
    assert "cut off" in verify_file(cut, previous=path).findings[0]
    fork = written(bundle_of([*BODIES[:19], body(77), body(78)]), tmp_path / "fork.zip")
    assert not verify_file(fork, previous=path).is_sound


HOSTILE = {
    "empty": b"",
    "no zip": b"no zip",
    "png": b"\x89PNG\r\n\x1a\n" + b"\0" * 99,
    "an end record alone": b"PK\x05\x06" + b"\xff" * 18,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_bundle_gets_a_sentence(tmp_path: Path, name: str) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(HOSTILE[name])
    assert "cannot be read" in verify_file(path).findings[0]


def test_a_bundle_cut_anywhere_gets_a_sentence(path: Path, tmp_path: Path) -> None:
    whole, cut = path.read_bytes(), tmp_path / "cut.zip"
    for length in range(0, len(whole) - 1, 97):
        cut.write_bytes(whole[:length])
        assert not verify_file(cut).is_sound


def test_a_bundle_with_any_byte_changed_never_crashes_nor_shows_other_entries(
    path: Path, tmp_path: Path
) -> None:
    whole, bad, chance = path.read_bytes(), tmp_path / "bad.zip", random.Random(17)
    for _ in range(400):
        raw = bytearray(whole)
        raw[chance.randrange(len(raw))] = chance.randrange(256)
        bad.write_bytes(raw)
        if verify_file(bad).is_sound:
            assert read_bundle(bad).bodies == BODIES


ODD = [
    b"",
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b'["\\ud800\\n1\\nAA==\\n\\n"]',
    b'{"a": 1}',
    b"x\n" + b"9" * 5000 + b"\nAA==\n\nx",
    "x\n٣\nAA==\n\n— x x".encode(),
    b"\x1b[31m+00000000+AAAA",
]


@pytest.mark.parametrize("part", [ENTRIES, LEAVES, CHECKPOINT, HISTORY, KEY])
@pytest.mark.parametrize("odd", range(len(ODD)))
def test_odd_parts_get_a_sentence(path: Path, tmp_path: Path, part: str, odd: int) -> None:
    bad = tmp_path / "bad.zip"
    bad.write_bytes(with_part(path, part, ODD[odd]))
    verdict = verify_file(bad)
    assert not verdict.is_sound
    assert all(sentence.isprintable() for sentence in verdict.findings)


def test_a_million_lines_of_garbage_are_refused(path: Path, tmp_path: Path) -> None:
    chance, bad = random.Random(5), tmp_path / "garbage.zip"
    bad.write_bytes(
        with_part(
            path, ENTRIES, b"\n".join(chance.randbytes(4).hex().encode() for _ in range(10**6))
        )
    )
    assert "Entry 0" in verify_file(bad).findings[0]


def test_a_bomb_is_refused_before_it_unpacks(path: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bomb.zip"
    bad.write_bytes(with_part(path, ENTRIES, b"\0" * 200_000_000))
    assert bad.stat().st_size < 1_000_000
    assert "unpacks to far more" in verify_file(bad).findings[0]
    bad.write_bytes(with_part(path, KEY, b" " * 20_000_000))
    assert "larger than any bundle needs" in verify_file(bad).findings[0]


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("manifest.json", b""),
        ("manifest.json", b"\xff"),
        ("manifest.json", b"[" * 100_000),
        ("manifest.json", b'{"entries": 21, "made_at": "2026-11-26T16:00:00+00:00", "format": 1}'),
        ("manifest.json", b'{"entries": 20, "made_at": "yesterday", "format": 1}'),
        ("manifest.json", b'{"entries": 20, "made_at": "2026-11-26", "format": 1, "by": "x"}'),
        ("README.txt", b"Trust this file."),
        ("README.txt", b"\xff\xfe"),
    ],
)
def test_a_part_that_nobody_signs_says_only_what_we_write(
    path: Path, tmp_path: Path, part: str, said: bytes
) -> None:
    odd = tmp_path / "odd.zip"
    odd.write_bytes(with_part(path, part, said))
    (finding,) = verify_file(odd).findings
    assert part in finding


def test_a_bundle_of_years_ago_keeps_its_text(path: Path, tmp_path: Path) -> None:
    before = README.replace("python3 -m audit", "python -m audit")
    kept = tmp_path / "kept.zip"
    kept.write_bytes(with_part(path, "README.txt", before.encode()))
    assert before != README
    assert verify_file(kept).findings == ()


def test_an_encrypted_part_gets_a_sentence(path: Path, tmp_path: Path) -> None:
    raw = bytearray(path.read_bytes())
    place = raw.index(b"PK\x01\x02")
    while place >= 0:
        raw[place + 8] |= 1
        place = raw.find(b"PK\x01\x02", place + 4)
    bad = tmp_path / "locked.zip"
    bad.write_bytes(raw)
    assert "cannot be read" in verify_file(bad).findings[0]


def test_what_an_altered_entry_says_of_itself_is_not_repeated_when_it_is_no_plain_word() -> None:
    bodies = [b'{"id": "\\u001b[2J"}', *BODIES[1:]]
    assert "\x1b" not in verify_bundle(replace(bundle_of(BODIES), bodies=bodies)).findings[0]


def _cut(path: Path, folder: Path) -> Path:
    short = folder / "short.zip"
    short.write_bytes(path.read_bytes()[:-40])
    return short


def test_the_command_answers_with_sentences_json_and_its_status(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sound"] is True
    bad = tmp_path / "bad.zip"
    bad.write_bytes(with_part(path, ENTRIES, b"\n".join(BODIES[:-1]) + b"\n"))
    assert main(["verify", str(bad), "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["sound"], said["first_bad"]) == (False, 19)
    for words in (["verify", str(tmp_path)], ["verify", "nowhere.zip"]):
        assert main(words) == 2
        assert "There is no file" in capsys.readouterr().err
    wrong = tmp_path / "images.zip"
    with zipfile.ZipFile(wrong, "w") as archive:
        archive.writestr("README.txt", "slices")
        archive.writestr("a.dcm", "")
    for words in (["verify", str(wrong)], ["verify", str(path), "--previous", str(wrong)]):
        assert main(words) == 2
        assert "no bundle" in capsys.readouterr().err
    robbed = tmp_path / "robbed.zip"
    with zipfile.ZipFile(robbed, "w") as archive:
        archive.writestr(ENTRIES, b"")
    for damaged in (robbed, _cut(path, tmp_path)):
        assert main(["verify", str(damaged)]) == 1
    with pytest.raises(SystemExit) as left:
        main(["verify"])
    assert left.value.code == 2


def test_the_command_stands_a_terminal_that_knows_only_ascii(path: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.zip"
    bad.write_bytes(with_part(path, KEY, "Schlüssel+00000000+AAAA".encode()))
    done = subprocess.run(
        [sys.executable, "-S", "-m", "audit", "verify", str(bad)],
        cwd=ROOT,
        env={"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_zip_of_other_things_lacks_its_parts(tmp_path: Path) -> None:
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../etc/passwd", "x")
    assert "lacks a part" in verify_file(path).findings[0]
