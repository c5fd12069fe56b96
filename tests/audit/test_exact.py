"""A bundle holds no byte but its parts, however it was packed."""

import io
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from log_made import AT, body, bundle_of, with_part, written

from audit.proof.bundle import CHECKPOINT, ENTRIES, HISTORY, KEY, read_bundle, write_bundle
from audit.proof.verify import verify_file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    bundle = bundle_of([body(number) for number in range(20)], marks=(4, 12))
    return written(bundle, tmp_path / "bundle.zip")


def anew(whole: bytes, part: str, change: Callable[[bytes], bytes], path: Path) -> bytes:
    return with_part(path, part, change(zipfile.ZipFile(io.BytesIO(whole)).read(part)))


def hidden(whole: bytes, *, extra: bytes = b"", packed: bytes = b"", gap: bytes = b"") -> bytes:
    """Return a bundle with bytes in the first header, behind its packed part, or in the gap."""
    first = zipfile.ZipFile(io.BytesIO(whole)).infolist()[0]
    named = 30 + len(first.filename)
    ends = named + first.compress_size
    raw = bytearray(whole[:named] + extra + whole[named:ends] + packed + gap + whole[ends:])
    raw[28:30] = len(extra).to_bytes(2, "little")
    raw[18:22] = (first.compress_size + len(packed)).to_bytes(4, "little")
    more, entry = len(extra + packed + gap), raw.index(b"PK\x01\x02")
    raw[entry + 20 : entry + 24] = raw[18:22]
    if gap:
        raw[6] |= 8
        raw[entry + 8] |= 8
    while (entry := raw.find(b"PK\x01\x02", entry + 4)) > 0:
        place = int.from_bytes(raw[entry + 42 : entry + 46], "little") + more
        raw[entry + 42 : entry + 46] = place.to_bytes(4, "little")
    start = int.from_bytes(raw[-6:-2], "little") + more
    raw[-6:-2] = start.to_bytes(4, "little")
    return bytes(raw)


NOT_WRITTEN: dict[str, Callable[[bytes, Path], bytes]] = {
    ENTRIES: lambda whole, path: anew(whole, ENTRIES, lambda raw: raw[:-1], path),
    CHECKPOINT: lambda whole, path: anew(whole, CHECKPOINT, lambda raw: raw[:-1], path),
    f"{CHECKPOINT} ": lambda whole, path: anew(whole, CHECKPOINT, lambda raw: raw + b"x\n", path),
    KEY: lambda whole, path: anew(whole, KEY, lambda raw: raw[:-1], path),
    HISTORY: lambda whole, path: anew(whole, HISTORY, lambda raw: raw + b" ", path),
    "after": lambda whole, _: whole + b"junk",
    "before": lambda whole, _: b"junk" + whole,
    "comment": lambda whole, _: whole[:-2] + b"\x04\x00junk",
    "extra": lambda whole, _: hidden(whole, extra=b"\x99\x99\x04\x00junk"),
    "sizes": lambda whole, _: hidden(whole, extra=b"\x01\x00\x10\x00" + b"junk" * 4),
    "stream": lambda whole, _: hidden(whole, packed=b"junk"),
    "gap": lambda whole, _: hidden(whole, gap=b"PK\x07\x08" + b"junk" * 3),
    "short gap": lambda whole, _: hidden(whole, gap=b"junk"),
}


@pytest.mark.parametrize("name", NOT_WRITTEN)
def test_bytes_that_nobody_signed_and_nobody_wrote_are_named(
    path: Path, tmp_path: Path, name: str
) -> None:
    bad = tmp_path / "bad.zip"
    bad.write_bytes(NOT_WRITTEN[name](path.read_bytes(), path))
    (said,) = verify_file(bad).findings
    part = name.strip()
    assert said.startswith(f"The part {part!r}" if "." in part else "The file holds bytes")
    assert said.endswith("the entries are as signed.")
    bad.write_bytes(anew(path.read_bytes(), KEY, lambda raw: raw, path))
    assert verify_file(bad).is_sound, "packed anew it is the same"
    bad.write_bytes(hidden(path.read_bytes()))
    assert verify_file(bad).is_sound, "nothing is hidden"


@pytest.mark.parametrize("words", [(), ("-0",), ("-fd",), ("-fz",), ("-Z", "bzip2")])
def test_a_bundle_that_a_person_packed_anew_is_sound(
    path: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    if (tool := shutil.which("zip")) is None:
        missing = "there is no zip: install the package zip"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    zipfile.ZipFile(path).extractall(tmp_path / "parts")
    again = tmp_path / "again.zip"
    subprocess.run([tool, "-qr", *words, again, "."], cwd=tmp_path / "parts", check=True)
    assert verify_file(again).findings == ()


def test_a_bundle_written_into_a_pipe_is_sound(path: Path, tmp_path: Path) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

    pipe, streamed = Pipe(), tmp_path / "streamed.zip"
    write_bundle(pipe, read_bundle(path), made_at=AT.isoformat())
    streamed.write_bytes(pipe.getvalue())
    assert zipfile.ZipFile(streamed).infolist()[0].flag_bits & 8
    assert verify_file(streamed).findings == ()
