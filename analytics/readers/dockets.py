"""What was published for a docket: kept, so that the next publication is compared with it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from analytics.metrics.catalogue import BY_KEY
from analytics.metrics.compute import compute
from analytics.metrics.definition import Metric, Result
from analytics.metrics.own_words import OwnWords, name_of
from analytics.metrics.publish import published
from analytics.metrics.selection import Selection, option
from analytics.metrics.suppression.pack import Pack
from analytics.metrics.suppression.published import PublishedResult
from analytics.metrics.suppression.results import Publication
from analytics.mirror.published import Snapshot
from analytics.models import PublishedPack
from analytics.readers.counted import filters_of
from analytics.readers.own_words import own_words_of
from analytics.readers.packs import as_pack, as_plain
from audit.access import record, system_for
from audit.origin import of_command
from audit.proof.entry import Action, EventCode
from requests_app.models import Organization
from requests_app.refusals import DisclessError


class OtherSelection(DisclessError):
    """A docket holds figures of other requests than those chosen now."""

    code = "other_selection"
    status = 409


class OtherCodes(DisclessError):
    """A docket holds words that are called otherwise than now."""

    code = "other_codes"
    status = 409


class MeanwhilePublished(DisclessError):
    """Somebody else published for the docket while this publication was made."""

    code = "meanwhile_published"
    status = 409


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What is to be published, of what, for which docket (or none), and whose it is."""

    docket: str
    owner: Organization | None
    source: str
    snapshot: Snapshot
    selection: Selection
    by: str | None = None

    @classmethod
    def of(
        cls,
        options: Mapping[str, Any],
        owner: Organization | None,
        snapshot: Snapshot,
        selection: Selection,
    ) -> Ask:
        """Return what the options of a command ask for."""
        said = {"docket": options["docket"] or "", "source": options["source"]}
        return cls(**said, owner=owner, snapshot=snapshot, selection=selection, by=options["by"])

    @property
    def own_words(self) -> OwnWords:
        """What the source's own words are called in what is published."""
        return own_words_of(self.source)

    @property
    def chosen(self) -> str:
        """The selection in words, by which publications of a docket are known to be comparable."""
        coded = self.own_words.of_selection(self.selection)
        facilities, slices = coded.facilities, dict(coded.slices)
        same = replace(
            coded,
            facilities=tuple(sorted(set(facilities))) if facilities is not None else None,
            slices=tuple(sorted((name, tuple(sorted(set(of)))) for name, of in slices.items())),
        )
        return f"{option('source', self.source)} {same.words()}"


@dataclass(frozen=True, kw_only=True)
class Released:
    """What may be printed, what it was compared with, and what its maker alone should know."""

    results: Mapping[str, PublishedResult]
    words: str
    docket: str = ""
    publication: int | None = None
    notes: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()

    def compared(self) -> dict[str, str | int | None]:
        """Return what it was compared with, for programs."""
        return {
            "docket": self.docket or None,
            "publication": self.publication,
            "words": self.words,
        }


CODES = "codes"  # what tells under which key the words of a publication are called by codes
ONE_OF_A_NUMBER = "one_pack_of_a_number"  # the constraint that the slower of two breaks
NOT_COMPARED = (
    "Not compared with anything published before. Whoever has two publications can subtract one "
    "from the other and find small counts. Name a --docket to have them compared."
)


CODED = (
    "Words of the source's own, such as the names of partners, are called by codes: one code is one "
    "word in every publication of this source, and only the house can tell which."
)


def release(ask: Ask, results: Mapping[str, Result], *, at: datetime) -> Released:
    """Hide what may not be published; with a docket beside what was, and keep and record it.

    Raises OtherSelection where the docket holds figures of other requests, OtherCodes where it
    calls words otherwise, MeanwhilePublished where somebody else was faster.
    """
    own = ask.own_words
    notes = (CODED,) if _hides_words(ask, results) else ()
    if not ask.docket:
        made = published(ask.snapshot.mirror, ask.selection, results.values(), by=ask.by, own=own)
        return Released(results=made.results, words=NOT_COMPARED, notes=notes)
    earlier = list(PublishedPack.objects.of(ask.docket, ask.owner))
    _check(ask, earlier)
    made = _beside(ask, results, earlier)
    number = earlier[-1].number + 1 if earlier else 1
    try:
        _keep(ask, number, made.pack, results, at=at)
    except IntegrityError as error:
        if ONE_OF_A_NUMBER not in str(error):
            raise
        raise MeanwhilePublished(
            f"Somebody published for the docket {ask.docket!r} meanwhile: run this again, so that "
            "the two are compared."
        ) from error
    with_these = f"compared with {number - 1} before it" if earlier else "the first of them"
    return Released(
        results=made.results,
        words=f"Publication {number} of the docket {ask.docket}, {with_these}.",
        docket=ask.docket,
        publication=number,
        notes=notes,
        sentences=tuple(_sentences(made.pack, earlier)),
    )


def _hides_words(ask: Ask, results: Mapping[str, Result]) -> bool:
    own, chosen = ask.own_words, ask.selection
    return own.of_selection(chosen) != chosen or any(
        own.hides_any(one, ask.by) for one in results.values()
    )


def _beside(
    ask: Ask, results: Mapping[str, Result], earlier: Iterable[PublishedPack]
) -> Publication:
    """Hide what may not stand beside earlier packs; what only those print is looked at as well."""
    keys = {key for one in earlier for key in one.definitions if key in BY_KEY}
    lacking = sorted(keys - set(results))
    mirror = ask.snapshot.mirror
    beside = compute(mirror, ask.selection, lacking, by=ask.by) if lacking else {}
    return published(
        mirror,
        ask.selection,
        results.values(),
        by=ask.by,
        beside=beside.values(),
        own=ask.own_words,
        earlier=[as_pack(one.content) for one in earlier],
    )


def _sentences(pack: Pack, earlier: Iterable[PublishedPack]) -> Iterator[str]:
    if near := len({one.cell for one in pack.warnings}):
        differ = "count differs" if near == 1 else "counts differ"
        yield (
            f"{near} {differ} from an earlier publication by fewer than {pack.threshold}; what "
            "would tell the difference is hidden."
        )
    if changed := sorted({key for one in earlier for key in _changed(one.definitions)}):
        yield (
            "Defined differently since an earlier publication, so that they were not compared "
            f"with it: {', '.join(changed)}. Look at both before this leaves."
        )


def _check(ask: Ask, earlier: Sequence[PublishedPack]) -> None:
    other = next((one for one in earlier if one.selection != ask.chosen), None)
    if other is not None:
        raise OtherSelection(
            f"The docket {ask.docket!r} holds figures of {other.selection!r}, and these are of "
            f"{ask.chosen!r}: what lies between them could be few. Choose the same, or another "
            "docket for readers who will not see both."
        )
    own = ask.own_words
    if any(one.content.get(CODES) != own.mark and _has_own_words(one, own) for one in earlier):
        raise OtherCodes(
            f"The docket {ask.docket!r} calls words of the source otherwise than they are called "
            "now (the SECRET_KEY is another, or they were not called by codes), so that they cannot "
            "be compared. Choose another docket, for readers who will not see both."
        )


def _keep(
    ask: Ask, number: int, pack: Pack, results: Mapping[str, Result], *, at: datetime
) -> None:
    """Keep a publication and seal that it was made, or neither."""
    with transaction.atomic():
        PublishedPack.objects.create(
            docket=ask.docket,
            organization=ask.owner,
            number=number,
            selection=ask.chosen,
            definitions={key: _digest(BY_KEY[key]) for key in results},
            content={**as_plain(pack), CODES: ask.own_words.mark},
            published_at=at,
        )
        record(
            verb="figures.published",
            code=EventCode.EXPORT,
            action=Action.READ,
            agent=system_for(ask.owner.pk if ask.owner else None),
            subject=f"docket:{ask.docket}",
            detail=_detail(ask, number, len(results)),
            at=at,
        )


def _detail(ask: Ask, number: int, measures: int) -> dict[str, str | int | bool | None]:
    return {
        "publication": number,
        "measures": measures,
        "by": ask.by or "",
        "source": ask.source,
        "filters": filters_of(ask.snapshot.mirror, ask.selection),
        "watermark": ask.snapshot.watermark[:200],
        "organization": ask.owner.slug if ask.owner else "",
        **of_command(),
    }


def _has_own_words(one: PublishedPack, own: OwnWords) -> bool:
    """Say whether any group of a publication has a word that is not ours, or a code."""
    return any(
        word is not None and own.called(name_of(dimension), word) != word
        for table in one.content["tables"]
        for place, _ in table["cells"]
        for dimension, word in zip(table["dimensions"], place, strict=True)
    )


def _changed(definitions: Mapping[str, Any]) -> Iterable[str]:
    return [key for key, one in definitions.items() if _now(key) != one]


def _now(key: str) -> str | None:
    return _digest(BY_KEY[key]) if key in BY_KEY else None


def _digest(metric: Metric) -> str:
    """Return what tells a measure's counts from those of another definition."""
    said = (metric.table, metric.where, metric.counts, metric.unknown, metric.value, metric.group)
    text = repr((*said, metric.weight, sorted(metric.excluded.items())))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
