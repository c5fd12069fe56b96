"""Which questions of the docket the measures of a theme speak to."""

from collections.abc import Mapping

from analytics.metrics.definition import Metric
from requests_app.rfi import Prompt

OF_THEME: Mapping[str, tuple[Prompt, ...]] = {
    "Turnaround": (Prompt.BREAKS_DOWN, Prompt.GOOD),
    "SLA": (Prompt.PM_2, Prompt.GOOD),
    "Backlog": (Prompt.BREAKS_DOWN,),
    "Media": (Prompt.PM_1, Prompt.PM_2A),
    "Channels": (Prompt.PM_2, Prompt.OUTCOMES),
    "Quality": (Prompt.BREAKS_DOWN, Prompt.OUTCOMES),
    "Effort": (Prompt.PM_2A, Prompt.OUTCOMES),
    "Usability": (Prompt.PM_2A, Prompt.OUTCOMES),
    "Disclosure": (Prompt.UNINTENDED,),
    "Patient access": (Prompt.PM_1,),
}
"""A theme of measures, and what it is evidence for."""


def prompts_of(metric: Metric) -> tuple[Prompt, ...]:
    """Return what a measure is evidence for."""
    return OF_THEME[metric.theme]
