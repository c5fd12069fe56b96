"""The way that each request went: one word for the same steps in the same order."""

from __future__ import annotations

from hashlib import md5

import numpy as np
import pyarrow as pa

from analytics.mirror.steps import Story
from analytics.mirror.words import of_codes


def variants_of(story: Story, requests: int) -> pa.Array:
    """Return the variant of each request, null where nothing flowed; each is written once."""
    flows = np.flatnonzero(story.flows)
    codes = story.codes("activity")[flows].astype(np.int32)
    ends = np.searchsorted(story.place[flows], np.arange(requests + 1)) * codes.itemsize
    offsets, content = pa.array(ends, pa.int64()), pa.py_buffer(codes.tobytes())
    buffers = [None, offsets.buffers()[1], content]
    ways = pa.Array.from_buffers(pa.large_binary(), requests, buffers).dictionary_encode()
    activities = story.listed("activity")
    words = [_word(way, activities) for way in ways.dictionary.to_pylist()]
    known = np.array([word is not None for word in words], bool)
    places = np.where(known, np.cumsum(known) - 1, -1).astype(np.int32)
    return of_codes(places[ways.indices.to_numpy()], [word for word in words if word is not None])


def _word(way: bytes, activities: list[str]) -> str | None:
    """What comes between two texts is told by their lengths: no two sequences look alike."""
    if not way:
        return None
    words = (activities[code] for code in np.frombuffer(way, np.int32))
    told = "".join(f"{len(word)}:{word}" for word in words)
    return md5(told.encode(), usedforsecurity=False).hexdigest()
