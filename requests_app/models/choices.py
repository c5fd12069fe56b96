"""Turn a StrEnum of the vocabulary into choices and a check constraint."""

from enum import StrEnum

from django.db.models import CheckConstraint, Q


def choices_of(words: type[StrEnum]) -> list[tuple[str, str]]:
    """Return (value, label) pairs for a form or a list of the API."""
    return [(word.value, word.value.replace("_", " ").capitalize()) for word in words]


def one_of(field: str, words: type[StrEnum], *, name: str, blank: bool = False) -> CheckConstraint:
    """Return a constraint that holds `field` to the words (and to "" where `blank`)."""
    values = [word.value for word in words] + ([""] if blank else [])
    return CheckConstraint(condition=Q(**{f"{field}__in": values}), name=name)
