"""List the files of a disc image, without a byte of them. Runs in the sandboxed child only.

pycdlib reads every directory before it answers: a hostile image may let it run in circles or fill
the memory, which ends the child. What is listed are places in the image; the parent checks each.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pycdlib
from pycdlib.pycdlibexception import PyCdlibException

MOST_RECORDS = 60_000
DEEPEST = 32  # ISO 9660 allows 8; burners go further
ERRORS = (PyCdlibException,)


def list_disc(path: Path) -> dict[str, Any]:
    """Return names, places and lengths of the files, and how long the image says it is."""
    image = pycdlib.PyCdlib()
    image.open(str(path))
    files: list[tuple[str, int, int]] = []
    waiting, seen = [(image.pvd.root_directory_record(), "", 0)], 0
    while waiting:
        folder, name, depth = waiting.pop()
        if depth > DEEPEST:
            return {"refused": f"Folders of the disc are nested more than {DEEPEST} deep."}
        for one in folder.children:
            seen += 1
            if seen > MOST_RECORDS:
                return {"refused": f"The disc holds more than {MOST_RECORDS:,} entries."}
            if one.is_dot() or one.is_dotdot():
                continue
            inside = f"{name}/{one.file_identifier().decode('latin-1')}"
            if one.is_dir():
                waiting.append((one, inside, depth + 1))
            elif one.inode is not None:
                files.append((inside, one.inode.fp_offset, one.inode.data_length))
    return {"files": files, "declared": image.pvd.space_size * image.pvd.logical_block_size()}
