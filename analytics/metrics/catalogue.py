"""Every measure, in the order in which reports show them."""

from analytics.metrics import backlog, flow, media, quality, sla, turnaround
from analytics.metrics.definition import Metric

METRICS: tuple[Metric, ...] = (
    *turnaround.METRICS,
    *sla.METRICS,
    *backlog.METRICS,
    *media.METRICS,
    *quality.METRICS,
    *flow.METRICS,
)
BY_KEY: dict[str, Metric] = {metric.key: metric for metric in METRICS}
