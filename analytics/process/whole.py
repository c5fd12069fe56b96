"""The whole process view of a selection, for the page and for the command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from analytics.metrics.compute import compute
from analytics.metrics.definition import Result
from analytics.metrics.flow import METRICS
from analytics.metrics.question import asking
from analytics.metrics.selection import Selection
from analytics.mirror.fold import Mirror
from analytics.process.basis import Basis, basis_of
from analytics.process.conformance import Conformance, conformance
from analytics.process.graph import Graph, graph
from analytics.process.handoffs import HandOffs, hand_offs
from analytics.process.rework import Rework, rework
from analytics.process.variants import Variants, variants
from analytics.process.waiting import Waits, waits


@dataclass(frozen=True, kw_only=True)
class Process:
    """How the requests of a selection went: each part over the same requests."""

    basis: Basis
    measures: Mapping[str, Result]
    graph: Graph
    variants: Variants
    rework: Rework
    waits: Waits
    hand_offs: HandOffs
    conformance: Conformance


def process(mirror: Mirror, selection: Selection) -> Process:
    """Return the process view of whole requests, chosen by their day of receipt."""
    chosen = replace(selection, clock="received")
    measures = compute(mirror, chosen, [metric.key for metric in METRICS])
    with asking(mirror, chosen) as ask:
        basis = basis_of(ask)
        return Process(
            basis=basis,
            measures=measures,
            graph=graph(ask, basis.requests),
            variants=variants(ask, basis.requests),
            rework=rework(ask),
            waits=waits(ask),
            hand_offs=hand_offs(ask),
            conformance=conformance(ask),
        )
