"""What the federal request for information on diagnostic imaging asks, for figures to speak to.

91 FR 4054 (HHS-ONC-2026-0067, RIN 0955-AA11), published 2026-01-30 and closed 2026-03-16. Only
the numbered questions that were read are here, and the four prompts beside them: no number is
invented. Dockets that follow bring questions of their own.
"""

from collections.abc import Mapping
from enum import StrEnum


class Prompt(StrEnum):
    """A question by its number, or a prompt by its words."""

    PM_1 = "PM-1"
    PM_2 = "PM-2"
    PM_2A = "PM-2A"
    BREAKS_DOWN = "exchange"
    GOOD = "good"
    OUTCOMES = "outcomes"
    UNINTENDED = "unintended"


ASKS: Mapping[Prompt, str] = {
    Prompt.PM_1: (
        "barriers patients meet in electronic access to images, and success without physical media"
    ),
    Prompt.PM_2: "policies that limit or would accelerate access by standards",
    Prompt.PM_2A: "other barriers, of policy or money, for providers getting outside images",
    Prompt.BREAKS_DOWN: "where exchange breaks down",
    Prompt.GOOD: "what good looks like",
    Prompt.OUTCOMES: "which standards, workflows or criteria would change outcomes",
    Prompt.UNINTENDED: "unintended consequences",
}
"""What each asks, in short."""

NUMBERED = (Prompt.PM_1, Prompt.PM_2, Prompt.PM_2A)


def in_words(prompts: tuple[Prompt, ...]) -> str:
    """Return prompts as a reader is told them: numbered ones by their number."""
    return "; ".join(
        f"{one.value} ({ASKS[one]})" if one in NUMBERED else ASKS[one] for one in prompts
    )
