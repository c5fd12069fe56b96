"""What a form says beside a field: sentences that say what to do, instead of Django's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

if TYPE_CHECKING:
    from django.core.exceptions import ValidationError
    from django.forms import BoundField


def sentences(bound: BoundField) -> list[str]:
    """Return what is wrong with a field, each as a sentence that says what to do."""
    found = bound.form.errors.as_data().get(bound.name, [])
    return [_sentence(error, bound) for error in found]


def _sentence(error: ValidationError, bound: BoundField) -> str:
    said = " ".join(error.messages)
    if not _is_djangos_own(error, bound.field):
        return said
    limit = (error.params or {}).get("limit_value", "")
    words = {
        "required": _required(bound),
        "invalid_choice": "Choose one of the list.",
        "max_length": f"Shorten this to {limit} characters.",
        "min_length": f"Write at least {limit} characters.",
        "max_value": f"Write {limit} or less.",
        "min_value": f"Write {limit} or more.",
        "invalid": _invalid(bound.field),
        "null_characters_not_allowed": "Remove the characters that cannot be shown.",
    }
    return words.get(error.code or "", said)


def _required(bound: BoundField) -> str:
    if isinstance(bound.field, forms.ChoiceField | forms.ModelChoiceField):
        return "Choose one."
    if isinstance(bound.field, forms.FileField):
        return "Choose a file."
    if isinstance(bound.field, forms.EmailField):
        return "Write an email address."
    if isinstance(bound.field.widget, forms.PasswordInput):
        return "Write your password."
    return "Answer this." if str(bound.label).endswith("?") else f"Fill in “{bound.label}”."


def _invalid(field: Any) -> str:
    if isinstance(field, forms.EmailField):
        return "Write an email address, such as name@example.org."
    if isinstance(field, forms.DateField):
        return "Choose a day that the calendar has."
    if isinstance(field, forms.IntegerField):
        return "Write a whole number."
    return "This cannot be read. Write it again."


def _is_djangos_own(error: ValidationError, field: Any) -> bool:
    """Say whether a message is the framework's; a form's own words are left as they are."""
    if error.code in ("max_length", "min_length", "max_value", "min_value"):
        return True
    if error.code == "null_characters_not_allowed":
        return True
    usual = {str(text) for kind in type(field).__mro__ for text in _defaults(kind, error.code)}
    usual |= {str(one.message) for one in field.default_validators if hasattr(one, "message")}
    return str(error.message) in usual


def _defaults(kind: type, code: str | None) -> list[object]:
    words = vars(kind).get("default_error_messages", {})
    return [words[code]] if code in words else []
