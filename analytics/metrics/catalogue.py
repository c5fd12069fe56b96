"""Every measure, in the order in which reports show them."""

from analytics.metrics import (
    appointment,
    backlog,
    channels,
    disclosure,
    flow,
    friction,
    media,
    quality,
    sla,
    turnaround,
    usability,
)
from analytics.metrics.definition import Metric

METRICS: tuple[Metric, ...] = (
    *turnaround.METRICS,
    *sla.METRICS,
    *backlog.METRICS,
    *media.METRICS,
    *channels.METRICS,
    *quality.METRICS,
    *usability.METRICS,
    *appointment.METRICS,
    *disclosure.METRICS,
    *friction.METRICS,
    *flow.METRICS,
)
BY_KEY: dict[str, Metric] = {metric.key: metric for metric in METRICS}
_OF_A_LOG = {"sla_compliance": "The log's own deadline met"}
"""What a measure is called over an imported log, which has its own deadlines and no contract."""

_ASKED_OF_A_LOG = {"sla_compliance": "How many requests were released by the log's own deadline?"}


def label_of(key: str, *, is_live: bool) -> str:
    """Return what a measure is called over live work, or over an imported log."""
    return (not is_live and _OF_A_LOG.get(key)) or BY_KEY[key].label


def question_of(metric: Metric, *, is_live: bool) -> str:
    """Return what a measure asks over live work, or over an imported log."""
    return (not is_live and _ASKED_OF_A_LOG.get(metric.key)) or metric.question
