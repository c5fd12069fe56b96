"""Whose images they are: every instance compared with the others and with the patient asked for.

Derived when asked, never stored, so that the page, an upload's verdict and the guard before a
release cannot disagree. Two identifiers must agree: our record number with the name or the birth
date; on images from elsewhere, which carry the other site's number, name and birth date.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count

from requests_app.models import ImagingRequest, Instance
from requests_app.vocabulary import Direction

_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Three identifiers, each empty where it is not said."""

    number: str
    name: frozenset[str]
    born: str
    words: frozenset[str] = field(default=frozenset(), compare=False)
    """All words of the name; `name` holds the family name and the first given name."""


@dataclass(kw_only=True)
class Subjects:
    """How many images of a study name whom."""

    images: int = 0
    others: int = 0
    unproven: int = 0
    renamed: int = 0
    is_compared: bool = True
    numbers: set[str] = field(default_factory=set)
    names: set[frozenset[str]] = field(default_factory=set)
    births: set[str] = field(default_factory=set)

    def add(self, theirs: Identity, images: int = 1) -> None:
        """Count some images that name one identity."""
        self.images += images
        self.numbers |= {theirs.number} - {""}
        self.names |= {theirs.name} - {frozenset()}
        self.births |= {theirs.born} - {""}

    @property
    def people(self) -> int:
        """At least how many patients the images name."""
        return max(len(self.numbers), len(self.names), len(self.births))

    @property
    def refusal(self) -> str:
        """Why these images must not leave, or ""."""
        if self.people > 1:
            return f"The {self.images} images name {self.people} patients or more."
        if self.others:
            return f"{self.some(self.others, 'name')} another patient than asked."
        if self.unproven:
            return f"{self.some(self.unproven, 'lack')} two identifiers that match."
        return ""

    def some(self, number: int, verb: str) -> str:
        """Say that so many of the images do something: 1 of 3 images names."""
        images = "image" if self.images == 1 else "images"
        return f"{number} of {self.images} {images} {verb}{'s' if number == 1 else ''}"


def subjects_of(request: ImagingRequest) -> dict[int, Subjects]:
    """Return whom the images of each of the request's studies name, by the study's key."""
    ours, found = _asked_for(request), dict[int, Subjects]()
    is_ours = request.direction == Direction.OUTBOUND
    for study, number, name, born, images in _rows(request):
        subjects = found.setdefault(study, Subjects(is_compared=ours is not None))
        theirs = identity_of(number, name, born)
        subjects.add(theirs, images)
        if ours is not None:
            _compare(subjects, theirs, ours, images, is_ours=is_ours)
    return found


def _rows(request: ImagingRequest) -> Iterable[tuple[int, str, str, str, int]]:
    said = ("series__study", "patient_id", "patient_name", "patient_birth_date")
    images = Instance.objects.filter(series__study__request=request).order_by()
    return images.values_list(*said).annotate(images=Count("pk"))


def _asked_for(request: ImagingRequest) -> Identity | None:
    patient = request.patient
    if patient is None:
        return None
    born = f"{patient.birth_date:%Y%m%d}" if patient.birth_date else ""
    name = f"{patient.family_name}^{patient.given_name}"
    return identity_of(patient.medical_record_number, name, born)


def identity_of(number: str, name: str, born: str) -> Identity:
    """Return the identifiers that an image says, in a form that can be compared."""
    written = next((group for group in name.split("=") if group.strip("^ ")), "")
    family, _, given = written.partition("^")
    all_words = _words(written)
    first = _words(given.split("^")[0])[:1]
    short = [*_words(family), *first] if first else all_words
    return Identity(
        number=number.strip(), name=frozenset(short), born=born.strip(), words=frozenset(all_words)
    )


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text)
    bare = "".join(one for one in plain if not unicodedata.combining(one))
    return _WORDS.findall(bare.casefold())


def _compare(
    subjects: Subjects, theirs: Identity, ours: Identity, images: int, *, is_ours: bool
) -> None:
    number = is_ours and theirs.number == ours.number
    name = bool(ours.name) and (
        theirs.name == ours.name or (len(ours.name) > 1 and ours.name <= theirs.words)
    )
    born = bool(ours.born) and theirs.born == ours.born
    differs = (
        (is_ours and bool(theirs.number) and not number)
        or (bool(ours.born and theirs.born) and not born)
        or (bool(theirs.name) and not name and not (number and born))
    )
    if differs:
        subjects.others += images
    elif number + name + born < 2:
        subjects.unproven += images
    elif theirs.name and not name:
        subjects.renamed += images
