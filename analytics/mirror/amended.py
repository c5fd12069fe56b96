"""Changed rows beside the pieces: an amendment has them until their piece is written anew.

A piece takes its time to be written anew, however few of its rows changed, and the requests that
change within a minute lie in many pieces. So their rows come into one small piece beside the
others, an amendment, and the pieces leave out what lies there of the same requests. Amendments of
like size become one, so that they stay few; half of what is in them is put where it belongs once it
is much, into the pieces first that have the largest share of it. What is gone is gone at once: the
pieces that hold it are written anew, and where it lay beside, all is put where it belongs, so that
no file keeps a request that was removed, and no list a word of it.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import chain

import numpy as np

from analytics.mirror.arranged import in_order, merged, plans_with, put_in, replaced, rows_of
from analytics.mirror.cut import AMENDED, Key, is_amendment, runs
from analytics.mirror.fold import Mirror
from analytics.mirror.held import Held
from analytics.mirror.partition import Partition, Partitions, numbers_of
from analytics.mirror.stored import Numbers, Stored

FEW = 1024  # changed requests that come beside the pieces; more are put where they belong
MOST = 8192  # requests that lie beside at most
ALIKE = 2  # times the size of what comes, up to which an amendment becomes one with it


def amended(pieces: Partitions, ids: Collection[int], fresh: Mirror) -> dict[Key, Partition]:
    """Return the pieces with some requests as they were folded afresh; those not there are gone.

    It has the rows that `replaced` gives, but for where they lie; those of amendments are in no
    order that holds for facilities.
    """
    numbers = numbers_of(ids)
    gone = np.setdiff1d(numbers, numbers_of(map(int, fresh.cases["request_id"].to_pylist())))
    is_gone_beside = any(len(one.stored.held(gone)) for one in _apart(pieces)[1].values())
    if len(numbers) > FEW or is_gone_beside:  # words that lay beside are told until all is in place
        return replaced(pieces, ids, fresh)
    left = _rid_of(gone, _without(pieces, numbers))
    if fresh.cases.num_rows:
        base, amendments = _apart(left)
        number = 1 + max((int(key[1][len(AMENDED) :]) for key in _apart(pieces)[1]), default=0)
        left = base | _joined(amendments, ("", f"{AMENDED}{number:08d}"), fresh)
    return dict(sorted(_relieved(left).items()))


def _without(pieces: Partitions, numbers: Numbers) -> dict[Key, Partition]:
    """Return pieces with some requests left out; those of which nothing counts any more are gone."""
    left = {key: piece.without(numbers) for key, piece in pieces.items()}
    return {key: piece for key, piece in left.items() if piece.requests}


def _rid_of(gone: Numbers, pieces: dict[Key, Partition]) -> dict[Key, Partition]:
    """Return pieces in none of whose files anything of some requests is; beside them nothing is."""
    holding = {key for key, piece in pieces.items() if len(piece.stored.held(gone))}
    if not holding:
        return pieces
    base, amendments = _apart(pieces)
    return put_in(base, [], anew=holding, beside=amendments.items()) | amendments


def _apart(pieces: Partitions) -> tuple[dict[Key, Partition], dict[Key, Partition]]:
    """Return the pieces, and the amendments beside them."""
    beside = {key: piece for key, piece in pieces.items() if is_amendment(key)}
    return {key: piece for key, piece in pieces.items() if key not in beside}, beside


def _joined(amendments: Partitions, key: Key, fresh: Mirror) -> dict[Key, Partition]:
    """Return amendments and a new one, which takes in the newest before it of like size."""
    left = dict(amendments)
    taken = [Partition(Stored(Held(fresh.cases), Held(fresh.steps)))]
    size = fresh.cases.num_rows
    for name in sorted(amendments, reverse=True):
        if amendments[name].requests > ALIKE * size:
            break
        taken.append(left.pop(name))
        size += taken[-1].requests
    return left | {key: merged(taken) if len(taken) > 1 else taken[0].settled()}


def _relieved(pieces: Partitions) -> Partitions:
    """Return pieces beside which not too much lies."""
    base, amendments = _apart(pieces)
    many = sum(piece.requests for piece in amendments.values())
    if many <= MOST:
        return pieces
    numbers, anew = _fullest(base, amendments, many - MOST // 2)
    come = rows_of([*amendments.values()], numbers)
    left = _without(amendments, numbers)
    return put_in(base, [come], anew=anew, beside=left.items()) | left


def _fullest(base: Partitions, amendments: Partitions, wanted: int) -> tuple[Numbers, set[Key]]:
    """Return at least so many requests that lie beside, and the pieces to which they belong.

    Those pieces come first of which the largest part lies beside.
    """
    plans = plans_with(chain(base.items(), amendments.items()))
    names = ["facility", "received", "request_id"]
    beside = in_order([one.of("cases").columns(names) for one in amendments.values()])
    own = {key: table["request_id"] for key, table in runs(beside, plans).items()}

    def share(key: Key) -> float:
        return len(own[key]) / (len(own[key]) + (base[key].requests if key in base else 0))

    taken, chosen = 0, list[Key]()
    for key in sorted(own, key=share, reverse=True):
        chosen.append(key)
        taken += len(own[key])
        if taken >= wanted:
            break
    ids = chain.from_iterable(own[key].to_pylist() for key in chosen)
    return numbers_of(map(int, ids)), {key for key in chosen if key in base}
