"""Frames are drawn in the sandbox: hostile pixels end a child, never the web process."""

import io
import os
import signal
import socket
import threading
import time
from dataclasses import replace
from pathlib import Path
from select import select

import numpy as np
import pytest
from django.test import RequestFactory
from PIL import Image
from pydicom.dataset import Dataset, FileDataset
from pydicom.pixels import compress
from pydicom.sequence import Sequence
from pydicom.uid import DeflatedExplicitVRLittleEndian, RLELossless

from requests_app.imaging import render, sandbox
from requests_app.imaging.picture import PRESETS
from requests_app.imaging.presentation import WINDOWS
from requests_app.imaging.render import frame_answer, render_frame
from requests_app.imaging.sandbox import WARM, Child, WarmChild
from requests_app.imaging.store import put
from requests_app.models import Instance
from requests_app.refusals import UnreadableFile
from tests.requests_app.imaging.dicom_made import bytes_of, ct_slice


def stored(content: bytes, *, frames: int = 1) -> Instance:
    """Return an unsaved instance whose bytes lie in the store."""
    return Instance(sha256=put([content], most=1 << 30).sha256, size=len(content), frames=frames)


def loop(frames: int = 4) -> FileDataset:
    """Return a multi-frame object; frame k has the value 1000 + 50 k everywhere."""
    made = ct_slice(NumberOfFrames=frames, RescaleIntercept=-1000)
    made.PixelData = b"".join(
        np.full((64, 64), 1000 + 50 * k, np.uint16).tobytes() for k in range(frames)
    )
    return made


def middle(picture: bytes) -> int:
    return int(Image.open(io.BytesIO(picture)).getpixel((32, 32)))  # type: ignore[arg-type]


def deflated(made: FileDataset) -> FileDataset:
    made.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    return made


def packed(made: FileDataset) -> FileDataset:
    compress(made, RLELossless, encoding_plugin="pydicom", generate_instance_uid=False)
    return made


@pytest.mark.parametrize("syntax", [lambda made: made, deflated, packed])
def test_each_frame_of_a_loop_is_drawn_by_its_own_pixels(syntax: object) -> None:
    image = stored(bytes_of(syntax(loop())), frames=4)  # type: ignore[operator]
    shown = [middle(render_frame(image, k, "soft")) for k in (3, 0, 2, 1)]
    assert shown == pytest.approx([(160 + 50 * k) / 400 * 255 for k in (3, 0, 2, 1)], abs=3)


def test_a_frame_that_lies_far_back_does_not_read_the_frames_before_it(tmp_path: Path) -> None:
    from requests_app.imaging import picture

    path = tmp_path / "loop"
    path.write_bytes(bytes_of(loop(600)))
    picture.draw(path, 599, "soft")
    assert picture._whole.cache_info().currsize == 0


def test_a_frames_own_window_and_rescale_are_used() -> None:
    made = loop(2)
    groups = []
    for intercept in (-1000, -900):
        rescale, group = Dataset(), Dataset()
        rescale.RescaleIntercept, rescale.RescaleSlope = intercept, 1
        group.PixelValueTransformationSequence = Sequence([rescale])
        groups.append(group)
    made.PerFrameFunctionalGroupsSequence = Sequence(groups)
    image = stored(bytes_of(made), frames=2)
    dark, light = (middle(render_frame(image, k, "soft")) for k in (0, 1))
    assert light - dark == pytest.approx(150 / 400 * 255, abs=3)


def test_the_files_window_is_used_where_it_has_one() -> None:
    made = ct_slice(WindowCenter=20, WindowWidth=100)
    picture = Image.open(io.BytesIO(render_frame(stored(bytes_of(made)), 0, "file")))
    assert picture.getpixel((32, 32)) == pytest.approx(179, abs=3)
    assert picture.getpixel((0, 0)) == pytest.approx(0, abs=3)


def test_windows_offered_are_windows_drawn() -> None:
    assert {name for name, _ in WINDOWS} == set(PRESETS)


def test_pixels_that_do_not_decode_give_a_sentence_and_the_next_frame_works() -> None:
    made = packed(ct_slice())
    broken = bytes_of(made)
    place = broken.rindex(b"\xfe\xff\x00\xe0") + 8
    broken = broken[:place] + b"\xff" * 80 + broken[place + 80 :]
    with pytest.raises(UnreadableFile, match="cannot be shown in the preview"):
        render_frame(stored(broken), 0)
    assert render_frame(stored(bytes_of(ct_slice())), 0).startswith(b"\xff\xd8")


def test_a_file_that_takes_too_long_ends_its_child_and_the_next_frame_works(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    image = stored(bytes_of(ct_slice()))
    render_frame(image, 0, "lung")
    before = WARM.child
    assert before is not None
    watched = os.dup(before.forked.pidfd)
    os.kill(before.forked.pid, signal.SIGSTOP)
    with monkeypatch.context() as hurried:
        hurried.setattr(render, "SECONDS", 0.2)
        with pytest.raises(UnreadableFile, match="cannot be shown in the preview"):
            render_frame(image, 0, "soft")
    assert select([watched], [], [], 5)[0]
    os.close(watched)
    assert render_frame(image, 0, "soft").startswith(b"\xff\xd8")


def test_a_child_killed_between_two_frames_is_replaced() -> None:
    image = stored(bytes_of(ct_slice()))
    render_frame(image, 0, "lung")
    assert WARM.child is not None
    WARM.child.forked.kill()
    assert render_frame(image, 0, "soft").startswith(b"\xff\xd8")


def test_a_frame_that_asks_for_too_much_memory_is_refused(tmp_path: Path) -> None:
    made = ct_slice()
    made.Rows = made.Columns = 40_000
    path = tmp_path / "huge"
    path.write_bytes(bytes_of(made))
    child = Child(memory=1 << 30)
    answer = child.ask({"do": "render", "path": str(path), "frame": 0, "preset": "soft"}, 20)
    child.end()
    assert answer is not None
    assert "refused" in answer[0]


def test_a_child_that_spins_is_ended_by_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "PROCESSOR_SECONDS", 0)
    child = Child()
    order = {"do": "render", "path": "/dev/zero", "frame": 0, "preset": "soft"}
    began = time.monotonic()
    assert child.ask(order, 60) is None
    assert time.monotonic() - began < 50
    assert child.forked.is_over(5)
    child.end()


def test_the_child_ends_when_its_parent_lets_go() -> None:
    child = Child()
    watched = os.dup(child.forked.pidfd)
    child.forked.let_go()
    assert select([watched], [], [], 20)[0]
    os.close(watched)


def test_answers_of_something_else_than_our_child_are_not_believed() -> None:
    for said in ("no json", "[1]", '{"size": "x"}', '{"size": 99999999999}'):
        child = Child()
        ours, impostor = socket.socketpair()
        with ours, impostor:
            real, child.forked = child.forked, replace(child.forked, line=ours)
            impostor.sendall(said.encode() + b"\n")
            assert child.ask({"do": "render"}, 1) is None, said
        child.forked = real
        child.end()


def test_threads_share_one_child_and_each_gets_its_own_frame() -> None:
    image, found = stored(bytes_of(loop(5)), frames=5), {}

    def ask(k: int) -> None:
        found[k] = middle(render_frame(image, k, "soft"))

    threads = [threading.Thread(target=ask, args=(k,)) for k in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    values = [found[k] for k in range(5)]
    assert values == sorted(set(values))


def test_a_fork_starts_its_own_child() -> None:
    warm = WarmChild()
    warm.start()
    assert warm.child is not None
    mine = warm.child.forked.pid
    read, write = os.pipe()
    fork = os.fork()
    if fork == 0:
        warm.after_fork()
        warm.start()
        os.write(write, str(warm.child.forked.pid).encode())
        warm.end()
        os._exit(0)
    os.waitpid(fork, 0)
    theirs = int(os.read(read, 20))
    os.close(read)
    os.close(write)
    assert theirs != mine
    assert not warm.child.forked.is_over()
    warm.end()


def test_a_frame_is_kept_by_its_reader_and_not_sent_twice() -> None:
    image = stored(bytes_of(ct_slice()))
    first = frame_answer(RequestFactory().get("/"), image, 0, "soft")
    assert first.status_code == 200
    assert first["Cache-Control"] == "private, max-age=600"
    again = RequestFactory().get("/", headers={"If-None-Match": first["ETag"]})
    assert frame_answer(again, image, 0, "soft").status_code == 304
    assert frame_answer(again, image, 0, "bone").status_code == 200
