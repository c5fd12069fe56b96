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
