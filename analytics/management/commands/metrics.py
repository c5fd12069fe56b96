"""Compute measures from live work or from an imported log."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from analytics.charts.results import in_words, number, signed
from analytics.charts.without import without_in_words
from analytics.metrics.catalogue import BY_KEY, METRICS
from analytics.metrics.change import Change, changes
from analytics.metrics.compute import compute
from analytics.metrics.definition import METHOD_VERSION, Result
from analytics.metrics.selection import Selection
from analytics.metrics.slices import GROUPINGS, written
from analytics.metrics.suppression.published import HIDDEN, PublishedResult
from analytics.metrics.without import Without, strange, told, why_untold
from analytics.mirror.fold import Mirror
from analytics.mirror.published import Snapshot
from analytics.models import PublishedPack
from analytics.readers.arguments import (
    add_selection,
    owner_of,
    selection_for,
    snapshot_for,
    told_of,
)
from analytics.readers.dockets import Ask, Released, release
from analytics.readers.engines import WHAT_THEY_ARE, EngineName, compute_by
from analytics.readers.own_words import own_words_of
from analytics.sources.opening import keep_for_report
from requests_app.refusals import DisclessError

_ENGINES = "; ".join(f"{name}, {what}" for name, what in WHAT_THEY_ARE.items())


class Command(BaseCommand):
    """Exit status 0 with an answer, 2 for misuse; what cannot be computed says why."""

    help = "Compute measures: value, numerator, denominator, n, interval, exclusions."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        add_selection(parser)
        parser.add_argument("--key", action="append", help="a measure; may repeat")
        parser.add_argument("--by", choices=list(GROUPINGS))
        parser.add_argument(
            "--engine",
            choices=list(EngineName),
            help=f"what computes, by default whatever is fastest: {_ENGINES} "
            "(docs/how-to/measure-on-spark.md)",
        )
        parser.add_argument(
            "--without-codes",
            action="store_true",
            help="by when nine in ten would be out without each failure code; measures only where "
            "they are named (--json has them all)",
        )
        parser.add_argument(
            "--without",
            action="append",
            metavar="CODE",
            help="the same without some codes at once; repeat it for each",
        )
        parser.add_argument(
            "--compare",
            action="store_true",
            help="also what changed since as many days just before --from (needs --from and --to)",
        )
        parser.add_argument(
            "--publish",
            action="store_true",
            help="only what may leave the house: counts from 1 to 10, and what would tell them, "
            "are hidden (docs/explanation/small-cells.md)",
        )
        parser.add_argument(
            "--docket",
            metavar="NAME",
            help="with --publish: compare with all that was published for it, and keep this too",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compute and print."""
        _check(options)
        at, owner = timezone.now(), owner_of(options)
        snapshot = snapshot_for(options, at, owner)
        kept = keep_for_report(options["source"], snapshot, at=at) if options["json"] else snapshot
        mirror = snapshot.mirror
        chosen = selection_for(options, mirror, owner, cut=False)
        computed = _computed(snapshot, chosen, options)
        results: Mapping[str, Result | PublishedResult] = computed
        released: Released | None = None
        if options["publish"]:
            released = self._released(Ask.of(options, owner, snapshot, chosen), computed, at)
            results = released.results
        codes, untold = _taken_away(mirror, chosen, options)
        changed = changes(mirror, chosen, computed.values()) if options["compare"] else {}
        if not options["json"]:
            named = options["engine"] is not None
            lines = [released.words, *released.notes] if released is not None else []
            lines.append(told_of(options["source"], mirror, chosen))
            lines += without_in_words(codes, untold)
            if not _is_of_codes_alone(options):
                lines += [in_words(result, named=named) for result in results.values()]
            lines += [_changed(computed[key], one) for key, one in changed.items()]
            self.stdout.write("\n".join(lines))
            return
        answer = _facts(options, kept, chosen)
        if released is not None:
            answer["filters"] |= _in_codes(options, chosen)
            answer |= {"compared": released.compared(), "notes": released.notes}
        answer["metrics"] = [asdict(result) for result in results.values()]
        if options["without_codes"] or options["without"]:
            answer["without_codes"] = [asdict(one) for one in codes]
            answer["why_not_without"] = untold or None
        if options["compare"]:
            answer["changes"] = {key: asdict(one) for key, one in changed.items()}
        self.stdout.write(json.dumps(answer))

    def _released(self, ask: Ask, computed: Mapping[str, Result], at: datetime) -> Released:
        """Return what may be published; what its maker alone should know goes to standard error."""
        try:
            found = release(ask, computed, at=at)
        except DisclessError as error:
            raise CommandError(error.sentence, returncode=2) from error
        for sentence in (*found.sentences, *_told_by_fewer(found.results)):
            self.stderr.write(sentence)
        return found


def _is_of_codes_alone(options: Mapping[str, Any]) -> bool:
    """Say whether only what would be without codes is asked: no measure, no groups, no change."""
    others = ("key", "by", "compare", "engine")
    is_of_codes = options["without_codes"] or options["without"]
    return bool(is_of_codes) and not any(options[name] for name in others)


def _told_by_fewer(results: Mapping[str, PublishedResult]) -> Iterator[str]:
    """Say that what is hidden may be hidden for the sake of others that are told beside it."""
    hidden = sum(1 for one in results.values() if _is_hidden_whole(one))
    if hidden and len(results) > 1:
        yield (
            f"{hidden} of {len(results)} measures show nothing: their counts are small, or could be "
            "worked out from counts that other measures show. Asking for fewer measures at once "
            "(--key) may show more of them. Publish either all or "
            "fewer, not both: two that were not compared can tell what each hides. For both, name "
            "one --docket."
        )


def _is_hidden_whole(one: PublishedResult) -> bool:
    told = [one.value, one.n, one.numerator, *(group.n for group in one.by)]
    return (one.why or "").startswith(HIDDEN) and all(number is None for number in told)


def _computed(
    snapshot: Snapshot, chosen: Selection, options: Mapping[str, Any]
) -> dict[str, Result]:
    keys, by = options["key"], options["by"]
    if options["engine"] is None:
        return compute(snapshot.mirror, chosen, keys, by=by)
    metrics = METRICS if keys is None else [BY_KEY[key] for key in keys]
    try:
        return compute_by(EngineName(options["engine"]), snapshot, chosen, metrics, by)
    except DisclessError as error:
        raise CommandError(str(error), returncode=2) from error


def _check(options: Mapping[str, Any]) -> None:
    """Refuse what does not go together."""
    if unknown := [key for key in options["key"] or [] if key not in BY_KEY]:
        raise CommandError(
            f"There is no measure {unknown[0]!r}. Known: {', '.join(BY_KEY)}.", returncode=2
        )
    if options["publish"] and (options["without_codes"] or options["without"]):
        raise CommandError(
            "Codes are for the house: leave out --without and --without-codes.", returncode=2
        )
    if options["publish"] and options["compare"]:
        raise CommandError("Changes tell small counts: leave out --compare.", returncode=2)
    if options["docket"] is not None:
        _check_docket(options)
    if options["compare"] and not (options["since"] and options["until"]):
        raise CommandError("--compare needs --from and --to.", returncode=2)


def _check_docket(options: Mapping[str, Any]) -> None:
    if not options["publish"]:
        raise CommandError("--docket goes with --publish.", returncode=2)
    try:
        PublishedPack.docket.field.clean(options["docket"], None)
    except ValidationError as error:
        raise CommandError(
            f"{options['docket']!r} is no name of a docket: up to 60 letters, digits, - and _.",
            returncode=2,
        ) from error


def _facts(options: Mapping[str, Any], snapshot: Snapshot, chosen: Selection) -> dict[str, Any]:
    """Return what the answer holds for."""
    return {
        "source": options["source"],
        "as_of": datetime.fromtimestamp(snapshot.mirror.log.as_of, UTC).isoformat(),
        "period": {
            "from": options["since"],
            "to": options["until"],
            "zone": chosen.zone,
            "why": _why_days(options),
        },
        "granularity": snapshot.mirror.log.granularity,
        "filters": {
            name: options[name] for name in ("facility", "direction", "asked", "slice", "by")
        },
        "method": METHOD_VERSION,
        "snapshot": {"watermark": snapshot.watermark, "content": snapshot.content},
    }


def _in_codes(options: Mapping[str, Any], chosen: Selection) -> dict[str, Any]:
    """Return the filters that may hold words of the source's own, in codes."""
    coded = own_words_of(options["source"]).of_selection(chosen)
    return {
        "facility": list(coded.facilities or ("",)) if options["facility"] else None,
        "slice": list(written(coded.slices)) or None,
    }


def _why_days(options: Mapping[str, Any]) -> str | None:
    """Say what is counted where a day was left out; None where both were named."""
    since, until = options["since"], options["until"]
    if since and until:
        return None
    if since:
        return "No last day was named: all from the first on is counted."
    if until:
        return "No first day was named: all up to the last is counted."
    return "No days were named: all of the source is counted."


def _changed(now: Result, one: Change) -> str:
    if one.difference is None:
        return f"{now.label}, change: - ({one.why})"
    low, high, by = (signed(part) for part in (one.low, one.high, one.difference))
    span = f" ({low} to {high})" if one.low is not None else ""
    unit = "points" if now.unit == "%" else now.unit
    before = f"{number(one.before.value)} before, n = {one.before.n:,}"
    return f"{now.label}, change: {by} {unit}{span}; {before}"


def _taken_away(
    mirror: Mirror, chosen: Selection, options: Mapping[str, Any]
) -> tuple[tuple[Without, ...], str]:
    """Return what is asked without codes (the named ones at once, then each alone), or why not."""
    if not (options["without_codes"] or options["without"]):
        return (), ""
    found = told(mirror, chosen)
    named = tuple(dict.fromkeys(options["without"] or ()))
    if (word := strange(named, found)) is not None:
        raise CommandError(f"{word!r} is no failure code here.", returncode=2)
    if found is None:
        return (), why_untold(mirror.log.missing)
    if found.too_few or not len(found.took):
        return (), found.why_none
    together = (found.without(named),) if named else ()
    each = found.each() if options["without_codes"] else ()
    return (*together, *each), found.why_none
