"""Template tags of the request pages: pills by standing, marks of media, sizes."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from project.templatetags.frame import icon

register = template.Library()
_PILLS = {
    "on_track": ("ok", "circle-check"),
    "at_risk": ("risk", "clock"),
    "late": ("late", "circle-alert"),
    "very_late": ("late", "circle-alert"),
    "held": ("held", "circle-pause"),
    "usable": ("ok", "circle-check"),
    "usable_with_warning": ("risk", "triangle-alert"),
    "not_usable": ("late", "circle-alert"),
    "untested": ("held", "circle-dashed"),
    "done": ("ok", "circle-check"),
}
_MEDIA = {
    "physical": ("medium-disc", "disc-3"),
    "link": ("medium-link", "link"),
    "push": ("medium-push", "network"),
    "unknown": ("medium-unknown", "circle-help"),
}


@register.simple_tag
def pill(kind: str, words: str = "") -> SafeString:
    """Return a state as icon, word and colour."""
    tone, name = _PILLS.get(kind, ("held", "circle-dashed"))
    text = words or kind.replace("_", " ").capitalize()
    return format_html('<span class="state is-{}">{}{}</span>', tone, icon(name), text)


@register.simple_tag
def medium_of(kind: str, words: str = "") -> SafeString:
    """Return a medium as icon, word and colour."""
    css, name = _MEDIA.get(kind, _MEDIA["unknown"])
    return format_html('<span class="medium {}">{}{}</span>', css, icon(name), words or kind)


@register.filter
def at_zone(value: datetime | None, zone: str) -> str:
    """Return a moment in facility time, 24 h, with its zone."""
    if value is None:
        return ""
    local = value.astimezone(ZoneInfo(zone))
    return f"{local:%a, %b %-d, %Y, %H:%M} {local.tzname()}"


@register.filter
def words(value: str) -> str:
    """Return a word of the vocabulary for people."""
    return str(value).replace("_", " ").capitalize()


@register.filter
def megabytes(value: int) -> str:
    """Return bytes as MB."""
    return f"{value / 1e6:.1f} MB"
