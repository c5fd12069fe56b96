"""What stands beside a field says what to do, and never what the framework says."""

from typing import Any

import pytest
from django import forms

from project.sentences import sentences


def said(field: forms.Field, value: object = "", **files: Any) -> list[str]:
    form_of = type("Form", (forms.Form,), {"one": field})
    form = form_of({"one": value}, files)
    assert not form.is_valid()
    return sentences(form["one"])


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        (forms.CharField(label="Recipient"), "", "Fill in “Recipient”."),
        (forms.CharField(label="Which images?"), "", "Answer this."),
        (forms.CharField(max_length=3), "long", "Shorten this to 3 characters."),
        (forms.CharField(min_length=3), "a", "Write at least 3 characters."),
        (forms.CharField(), "a\x00", "Remove the characters that cannot be shown."),
        (forms.CharField(widget=forms.PasswordInput), "", "Write your password."),
        (forms.EmailField(), "", "Write an email address."),
        (forms.EmailField(), "nowhere", "Write an email address, such as name@example.org."),
        (forms.ChoiceField(choices=[("a", "A")]), "", "Choose one."),
        (forms.ChoiceField(choices=[("a", "A")]), "b", "Choose one of the list."),
        (forms.IntegerField(), "x", "Write a whole number."),
        (forms.IntegerField(min_value=1), "0", "Write 1 or more."),
        (forms.IntegerField(max_value=90), "91", "Write 90 or less."),
        (forms.DateField(), "9999-99-99", "Choose a day that the calendar has."),
        (forms.FileField(), "", "Choose a file."),
    ],
)
def test_a_field_says_what_to_do(field: forms.Field, value: str, sentence: str) -> None:
    assert said(field, value) == [sentence]


def test_a_sentence_of_the_form_itself_is_kept() -> None:
    own = forms.CharField(error_messages={"required": "Tell us which images you need."})
    assert said(own) == ["Tell us which images you need."]
