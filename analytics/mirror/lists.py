"""The words of all pieces of a mirror: those of requests that went are told nowhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from analytics.mirror.cut import Key, is_amendment
from analytics.mirror.partition import Partition, Partitions
from analytics.mirror.rows import TABLES, Words

_Sets = Mapping[str, set[str]]


def words_in_all(
    pieces: Partitions,
    kept: Collection[Key],
    before: Partitions,
    known: Mapping[str, Words] | None,
) -> dict[str, Words]:
    """Return the words of each table, sorted.

    `kept` are the pieces that were there `before`, when all words were `known`. Pieces that stay
    are looked at only where a word may have gone with the others. While rows lie beside, words of
    what lay beside before are still told, until some of it is put where it belongs.
    """
    new = [pieces[key] for key in pieces.keys() - kept]
    went = {key: before[key] for key in before.keys() - kept}
    was_amended, is_amended = (any(map(is_amendment, of)) for of in (before, pieces))
    left = [piece for key, piece in went.items() if not (is_amended and is_amendment(key))]
    is_put_in_place = was_amended and (not is_amended or bool(left))
    found: dict[str, Words] = {}
    for table in TABLES:
        come, gone = _words(table, new), _words(table, left)
        is_exact = known is not None and not is_put_in_place
        if not is_exact or any(words - come.get(name, set()) for name, words in gone.items()):
            all_kept = _words(table, [pieces[key] for key in kept])
        else:
            assert known is not None
            all_kept = {name: set(words) for name, words in known[table].items()}
        found[table] = {
            name: sorted(all_kept.get(name, set()) | come.get(name, set()))
            for name in all_kept.keys() | come.keys()
        }
    return found


def _words(table: str, pieces: Iterable[Partition]) -> _Sets:
    lists: dict[str, list[Sequence[str]]] = {}
    for piece in pieces:
        for name, words in piece.stored.of(table).words.items():
            lists.setdefault(name, []).append(words)
    return {name: set().union(*some) for name, some in lists.items()}
