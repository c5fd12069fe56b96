"""Tags of every page: icons, pills, fields, facility time and the side bar."""

from __future__ import annotations

import re
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from project.sentences import sentences
from project.side import SideGroup, groups_for, searches_at
from requests_app.house.keys import may_hold
from requests_app.imaging.findings import CHECKS
from requests_app.vocabulary import (
    MEDIUM_OF,
    Channel,
    DeliveryState,
    Intake,
    LegalBasis,
    Medium,
    RequesterType,
    Role,
    Usability,
)
from requests_app.words import WORDS, plain, say, say_modality

if TYPE_CHECKING:
    from django.forms import BaseForm, BoundField
    from django.template.context import RequestContext

    from requests_app.models import User

register = template.Library()
_PARTS = re.compile(r"(?<=[_/.-])(?=.)|(?<=[a-z])(?=[A-Z])")


@register.filter
def word_breaks(text: str) -> SafeString:
    """Let a long header break between its words: Request_Number, DateTimeReceived."""
    return format_html_join(mark_safe("<wbr>"), "{}", ((part,) for part in _PARTS.split(text)))


@register.filter
def coded(text: str) -> SafeString:
    """Show what stands between backticks as code."""
    parts = enumerate(text.split("`"))
    return format_html_join(
        "", "{}", ((format_html("<code>{}</code>", one) if at % 2 else one,) for at, one in parts)
    )


MEDIA: dict[Medium, tuple[str, str]] = {
    Medium.PHYSICAL: ("disc", "disc-3"),
    Medium.LINK: ("link", "link"),
    Medium.PUSH: ("push", "network"),
    Medium.UNKNOWN: ("unknown", "circle-help"),
}
TONES: dict[str, str] = {
    "ok": "circle-check",
    "risk": "clock",
    "late": "circle-alert",
    "held": "circle-pause",
    "new": "circle-dot",
    "none": "circle-dashed",
    "done": "check",
}
VERDICTS: dict[Usability, tuple[str, str]] = {
    Usability.USABLE: ("ok", "Usable"),
    Usability.USABLE_WITH_WARNING: ("risk", "Usable, with a warning"),
    Usability.NOT_USABLE: ("late", "Not usable"),
    Usability.UNTESTED: ("none", "Not tested"),
}


DELIVERY_TONES: dict[DeliveryState, str] = {
    DeliveryState.QUEUED: "new",
    DeliveryState.SENT: "risk",
    DeliveryState.AVAILABLE: "ok",
    DeliveryState.FAILED: "late",
    DeliveryState.REVOKED: "held",
}
WINDOW_NUMBERS: dict[str, tuple[int, int]] = {
    "soft": (40, 400),
    "lung": (-600, 1500),
    "bone": (400, 1800),
    "brain": (40, 80),
}
"""Centre and width of the viewer's windows; what draws them is never loaded in a web process."""

_KNOWN: dict[str, str] = {
    word.value: said
    for of in (Channel, Intake, LegalBasis, RequesterType, Role)
    for word, said in WORDS[of].items()
}
"""Fields of the models come as plain strings; these lists share no value with different words."""


@register.simple_tag
@cache  # a page draws dozens of the same few
def icon(name: str, extra: str = "") -> SafeString:
    """Draw an icon of the sprite; it is decoration, words stand beside it."""
    return format_html(
        '<svg class="ic {}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        extra,
        static("vendor/icons.svg"),
        name,
    )


@register.simple_tag
def state_pill(tone: str, words: str, icon_name: str = "") -> SafeString:
    """Draw a state: colour, icon and word, always the three."""
    shown = icon(icon_name or TONES.get(tone, "circle-dot"))
    return format_html('<span class="state is-{}">{}{}</span>', tone, shown, words)


@register.simple_tag
def verdict_pill(verdict: str) -> SafeString:
    """Draw a usability verdict."""
    tone, words = VERDICTS.get(_usability(verdict), ("none", "Not tested"))
    return state_pill(tone, words)


@register.simple_tag
def checks_pill(verdict: str, passed: int) -> SafeString:
    """Draw how many of the seven checks a study passed, in the tone of its verdict."""
    tone, words = VERDICTS.get(_usability(verdict), ("none", "Not tested"))
    count = f"{passed} of {len(CHECKS)}"
    if tone == "risk":
        return state_pill(tone, count, "triangle-alert")
    return state_pill(tone, f"{count}, {words.lower()}" if tone == "late" else count)


def _usability(verdict: str) -> Usability:
    return Usability(verdict) if verdict in set(Usability) else Usability.UNTESTED


@register.simple_tag
def medium(channel: str, words: str = "") -> SafeString:
    """Draw what the images ride on; `channel` is a Channel or a Medium."""
    known = Medium.UNKNOWN
    if channel in set(Channel):
        known = MEDIUM_OF[Channel(channel)]
    elif channel in set(Medium):
        known = Medium(channel)
    css, name = MEDIA[known]
    shown = words or say(known)
    return format_html('<span class="medium medium-{}">{}{}</span>', css, icon(name), shown)


@register.filter
def channel_words(channel: str) -> str:
    """Say a channel in words."""
    return say(Channel(channel)) if channel in set(Channel) else "Not chosen"


@register.filter
def in_words(value: object) -> str:
    """Say a value of the vocabulary in words: walk_in becomes Walk-in."""
    return say(value) if isinstance(value, StrEnum) else _KNOWN.get(str(value)) or plain(value)


@register.filter
def modality_words(codes: str) -> str:
    """Say modality codes in words: MG becomes Mammogram."""
    return say_modality(codes)


@register.filter
def window_numbers(preset: str) -> str:
    """Say a window of the viewer in numbers, W 400 L 40; nothing for the file's own."""
    numbers = WINDOW_NUMBERS.get(preset)
    return f"W {numbers[1]} L {numbers[0]}".replace("-", "−") if numbers else ""


@register.simple_tag
def delivery_pill(state: str) -> SafeString:
    """Draw where a delivery stands, in the words of the list's tabs."""
    known = DeliveryState(state) if state in set(DeliveryState) else DeliveryState.QUEUED
    return state_pill(DELIVERY_TONES[known], say(known))


def _short(day: date, *, with_year: bool) -> str:
    text = f"{day:%a, %b} {day.day}"
    return f"{text}, {day.year}" if with_year else text


@register.filter
def day(value: date | None) -> str:
    """Write a date as Tue, Nov 24, 2026."""
    return _short(value, with_year=True) if value else "—"


@register.filter
def short_day(value: date | None) -> str:
    """Write a date as Tue, Nov 24."""
    return _short(value, with_year=False) if value else "—"


@register.filter
def long_day(value: date | None) -> str:
    """Write a date for patients as Tuesday, November 24."""
    return f"{value:%A, %B} {value.day}" if value else ""


@register.filter
def facility_time(value: datetime | None, zone: str) -> str:
    """Write a moment in the facility's zone as Tue, Nov 24, 2026, 08:00 CST."""
    if value is None:
        return "—"
    local = value.astimezone(ZoneInfo(zone or "UTC"))
    return f"{_short(local.date(), with_year=True)}, {local:%H:%M %Z}"


@register.filter
def facility_day(value: datetime | None, zone: str) -> date | None:
    """Return the facility's date of a moment."""
    return value.astimezone(ZoneInfo(zone or "UTC")).date() if value else None


@register.filter
def hours(seconds: float | None) -> str:
    """Write seconds as 91.4 h."""
    return "—" if seconds is None else f"{seconds / 3600:,.1f} h"


@register.inclusion_tag("frame/field.html")
def field(bound: BoundField, label: str = "") -> dict[str, object]:
    """Draw a labelled field with its help and its errors beside it."""
    kind = getattr(bound.field.widget, "input_type", "")
    css = {"checkbox": "form-check-input", "select": "form-select"}.get(kind, "form-control")
    attributes: dict[str, str | bool] = {"class": css + (" is-invalid" if bound.errors else "")}
    if kind == "hidden":
        return {"field": bound, "widget": bound.as_widget()}
    if label:
        bound.label = label
    if bound.field.label and bound.field.widget.attrs.get("placeholder") == bound.field.label:
        bound.field.widget.attrs.pop("placeholder")  # the label says it already
    return {
        "field": bound,
        "widget": bound.as_widget(attrs=attributes),
        "sentences": sentences(bound) if bound.errors else [],
        "is_check": kind == "checkbox",
    }


@register.simple_tag
def form_errors(form: BaseForm) -> SafeString:
    """Draw the errors that belong to no field."""
    if not form.is_bound or not form.errors:
        return mark_safe("")
    sentences = list(form.non_field_errors()) or [
        "Some answers need a second look. Nothing you wrote was lost."
    ]
    return format_html(
        '<div class="notice is-late" role="alert">{}<span>{}</span></div>',
        icon("circle-alert"),
        format_html_join(" ", "{}", ((sentence,) for sentence in sentences)),
    )


@register.filter
def holds_keys(person: User) -> bool:
    """Say whether a person may have access keys."""
    return may_hold(person)


@register.simple_tag(takes_context=True)
def side_groups(context: RequestContext) -> tuple[SideGroup, ...]:
    """Return the side bar of this user."""
    request = context.get("request")
    return groups_for(request) if request is not None else ()


@register.simple_tag(takes_context=True)
def search_address(context: RequestContext) -> str:
    """Return where this user searches, or nothing."""
    request = context.get("request")
    return searches_at(request) if request is not None else ""
