"""A small log, and what is measured of one that was read."""

from analytics.external_logs.importing import Reading
from analytics.metrics.compute import compute
from analytics.metrics.definition import Result
from analytics.metrics.selection import Selection
from analytics.mirror.fold import fold

LOG = b"Req #,Date Rcvd,Date Out,Method\n1,1/13/25,1/20/25,CD\n2,1/14/25,1/16/25,portal\n"


def measured(reading: Reading) -> dict[str, Result]:
    """Return every measure of a log, over all of it."""
    assert reading.log is not None
    return compute(fold(reading.log), Selection())
