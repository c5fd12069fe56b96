"""What a measure is, and what its result carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from requests_app.failure_codes import FailureCode

METHOD_VERSION = "4"
DAY, HOUR = 86400.0, 3600.0  # seconds


class Kind(StrEnum):
    """How a measure is computed from its expression and population."""

    SHARE = "share"
    MEAN = "mean"
    QUANTILE = "quantile"
    SURVIVAL = "survival"
    COUNT = "count"
    GROUPS = "groups"
    DISTINCT = "distinct"
    NET = "net"


COUNTS_GROUPS = (Kind.GROUPS, Kind.DISTINCT)
"""Kinds that group by an expression of their own."""


class Better(StrEnum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A measure, declared once. Predicates and expressions are DuckDB SQL over one table.

    For a share: `where` is the denominator, `counts` the numerator, `unknown` what widens the
    bounds (called `unknown_are`, one and several), `sides` the words for those counted and those
    not. For a mean or quantile: `value` is averaged over `where`; for one of survival, rows that
    `counts` does not hold for are censored at `value`. For groups: rows are counted, or `value` is
    summed where given. For distinct: the groups are counted, not their rows. For net: rows that
    `counts` holds for are taken off the others. Values are whole numbers, such as seconds, and are
    shown divided by `per`. A row counts as many times as its `weight` says, if there is one.
    `excluded` names who is left out and why, and is counted, never silently dropped: with those
    looked at they are all rows that the measure is about (`among`, a predicate; every row of its
    table where it is blank), each once and whatever it weighs. `is_of_now`
    marks what looks at open requests: of any period it is what is open at the as-of time. `if_none`
    says why there is no number where every row was left out. `noted` are optional failure codes
    without any of which a source says nothing: there nobody notes them, and none is not the same as
    nothing to note.
    """

    key: str
    label: str
    question: str
    why_it_matters: str
    unit: str
    kind: Kind
    numerator: str
    denominator: str
    where: str
    counts: str = ""
    value: str = ""
    per: float = 1.0
    quantile: float = 0.5
    group: str = ""
    weight: str = ""
    unknown: str = ""
    unknown_are: tuple[str, str] = ("unknown one", "unknown ones")
    sides: tuple[str, str] = ("Counted", "Not counted")
    table: str = "cases"
    among: str = ""
    excluded: Mapping[str, str] = field(default_factory=dict)
    better: Better = Better.NEITHER
    target: float | None = None
    caveat: str = ""
    is_of_now: bool = False
    if_none: str = ""
    theme: str = ""
    owner: str = ""
    needs: tuple[str, ...] = ()
    noted: tuple[FailureCode, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Group:
    """One group of a result, read as that is; `within` names the asked group that holds it, if any."""

    group: str
    value: float | None
    n: int
    numerator: float | None = None
    unknown: int = 0
    low: float | None = None
    high: float | None = None
    within: str | None = None


@dataclass(frozen=True, kw_only=True)
class Result:
    """A number with all that a reader needs to trust it; `why` says why it is missing.

    `low` and `high` are a 95 % confidence interval: of a share over all that the `unknown` may be,
    whose `value` counts none of them. Where one end is None and the other is not, the sample does
    not bound it on that side; where both are, there is no interval. `engine` says what computed it.
    `by` are its groups; a measure that counts groups of its own has those there, and the same ones
    `within` each group that was asked for. `why_not_by` says why groups that were asked for are not
    there. `settings` say what the clock counts that it was taken by, where a house sets that.
    """

    key: str
    label: str
    unit: str
    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    n: int = 0
    unknown: int = 0
    low: float | None = None
    high: float | None = None
    excluded: Mapping[str, int] = field(default_factory=dict)
    by: tuple[Group, ...] = ()
    within: tuple[Group, ...] = ()
    why: str | None = None
    why_not_by: str | None = None
    settings: tuple[str, ...] = ()
    engine: str = ""
