"""Make a report and let the audit log vouch for it: one verb for the page and the command."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.http import HttpRequest
from django.utils.text import slugify

from analytics.metrics.selection import Selection
from analytics.mirror.published import Snapshot
from analytics.readers.counted import filters_of
from analytics.readers.places import organizations_of, zones_of
from analytics.reports.builders import BUILDERS
from analytics.reports.builders.sla_compliance import Order
from analytics.reports.document import Document, Seal
from analytics.reports.stamp import stamp_of, written
from analytics.reports.writers import WRITERS
from analytics.sources.live import has_made_up_work
from analytics.sources.opening import LIVE, imported_at, keep_for_report
from audit.access import record, system_for
from audit.origin import of_command
from audit.proof.entry import Action, EventCode
from audit.seal import seal
from requests_app.models import Organization

EXPORTED = "report.exported"
LONGEST_CUT = 60  # characters that a cut adds to the name of a file


@dataclass(frozen=True, kw_only=True)
class Made:
    """A written report."""

    content: bytes
    sha256: str
    content_type: str
    file_name: str
    figures: Mapping[str, object]
    seal: Seal | None


def make(
    name: str,
    kind: str,
    *,
    snapshot: Snapshot,
    selection: Selection,
    names: Mapping[str, str],
    source: str,
    at: datetime,
    owner: Organization | None = None,
    http_request: HttpRequest | None = None,
    ignored: str | int | None = None,
) -> Made:
    """Seal the log, compute, write, and record the file's hash as an export.

    `owner` is the organization that was asked for, also where it has nothing to count yet;
    `ignored` names the words of an address that did not count.
    """
    since, until = days_of(selection)
    owners = [owner] if owner else organizations_of(source, snapshot, selection, names)
    order = Order(
        source=source,
        snapshot=keep_for_report(source, snapshot, at=at),
        selection=selection,
        since=since,
        until=until,
        names=names,
        seal=_sealed(at),
        zones=zones_of(source),
        imported=imported_at(source, snapshot),
        **_owned(source, owners),
        is_demonstration=source == LIVE and has_made_up_work(),
    )
    document = _stamped(name, order)
    made = _written(name, kind, order, document)
    more = {"ignored": ignored} if ignored else {}
    _record(name, kind, order, made.sha256, owners, more, at=at, http_request=http_request)
    return made


def _written(name: str, kind: str, order: Order, document: Document) -> Made:
    write, content_type = WRITERS[kind]
    content = write(document)
    return Made(
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        content_type=content_type,
        file_name=f"{name.replace('_', '-')}-{order.since}-{order.until}{_cut(order)}.{kind}",
        figures=document.figures,
        seal=order.seal,
    )


def _cut(order: Order) -> str:
    """Return what a file name adds of a narrower choice, so that two do not share one."""
    chosen = order.selection
    some = set(chosen.facilities or ()) if set(chosen.facilities or ()) < set(order.names) else ()
    words = [*sorted(some), *filter(None, (chosen.direction, chosen.requester_type))]
    words += [word for _, of in chosen.slices for word in of]
    if not words:
        return ""
    said = slugify(" ".join(words))
    if said == " ".join(words).lower().replace(" ", "-") and len(said) <= LONGEST_CUT:
        return f"-{said}"
    digest = hashlib.sha256("\n".join(words).encode()).hexdigest()[:8]
    return f"-{said[:LONGEST_CUT].strip('-')}-{digest}".replace("--", "-")


def _owned(source: str, owners: list[Organization]) -> dict[str, str]:
    """Return what an order says of whose the source is."""
    slug = owners[0].slug if owners and source != LIVE else ""
    return {"organization": ", ".join(dict.fromkeys(one.name for one in owners)), "owner": slug}


def _stamped(name: str, order: Order) -> Document:
    """Return a report that carries what its figures were counted from."""
    document = BUILDERS[name](order)
    stamp = stamp_of(name, order.source, order.snapshot, order.selection, document.figures)
    return replace(document, stamp=written(stamp))


def days_of(selection: Selection) -> tuple[date, date]:
    """Return the days of a report; ValueError where it has none."""
    if selection.since is None or selection.until is None:
        raise ValueError("a report has a first and a last day")
    return selection.since, selection.until


def _sealed(at: datetime) -> Seal | None:
    state = seal(at)
    if state is None:
        return None
    return Seal(
        size=state.size, root=state.root, note=state.note, signed_at=state.signed_at, key=state.key
    )


def _record(
    name: str,
    kind: str,
    order: Order,
    digest: str,
    owners: list[Organization],
    more: Mapping[str, str | int],
    *,
    at: datetime,
    http_request: HttpRequest | None,
) -> None:
    is_command, one = http_request is None, owners[0] if len(owners) == 1 else None
    whose = {**of_command(), "organization": one.slug if one else ""} if is_command else {}
    record(
        verb=EXPORTED,
        code=EventCode.EXPORT,
        action=Action.READ,
        http_request=http_request,
        agent=system_for(one.pk if one else None) if is_command else None,
        subject=f"report:{name}",
        detail={
            "format": kind,
            "sha256": digest,
            "source": order.source,
            "from": order.since.isoformat(),
            "to": order.until.isoformat(),
            "filters": filters_of(order.snapshot.mirror, order.selection),
            "watermark": order.snapshot.watermark[:200],
            "checkpoint": order.seal.size if order.seal else 0,
            **more,
            **whose,
        },
        at=at,
    )
