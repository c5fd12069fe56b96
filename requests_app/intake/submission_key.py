"""The key of a submission in a form: one key files one request, however often it is sent."""

from typing import cast

from django import forms
from django.http import QueryDict


def begin_anew(form: forms.Form, sentence: str, *, key: str) -> None:
    """Keep what was typed under a new key, and say why it was not filed."""
    form.add_error(None, sentence)
    again = cast("QueryDict", form.data).copy()
    again["submission_key"] = key
    form.data = again
