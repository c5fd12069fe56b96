"""What others reported of discs: with source and year, beside our figures and never as a target."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Reported:
    """One figure of somebody else."""

    what: str
    figure: str
    source: str
    year: str


REPORTED = (
    Reported(
        what="Cost of one CD",
        figure="$15.83, or as low as $8",
        source="Vendors, in their own advertising",
        year="no year said",
    ),
    Reported(
        what="Outside discs that could be loaded",
        figure="1,429 of 1,641 (87.1%)",
        source="MD Anderson",
        year="2004–05",
    ),
    Reported(
        what="Discs of transferred emergency patients that could be imported",
        figure="78%",
        source="Radiology",
        year="2011",
    ),
    Reported(
        what="Discs that held the wrong patient",
        figure="about 0.1%",
        source="J Digit Imaging",
        year="2011",
    ),
    Reported(
        what="CDs that kept to the whole IHE PDI profile",
        figure="0 of 30",
        source="A study in Australia",
        year="2007",
    ),
)
