"""The codes for a source's own words, under the key of the house."""

from __future__ import annotations

from django.utils.crypto import salted_hmac

from analytics.eventlog import LIVE
from analytics.metrics.own_words import OwnWords
from analytics.metrics.selection import Selection
from analytics.mirror.fold import Mirror
from analytics.readers.heard import words_in


def own_words_of(source: str) -> OwnWords:
    """Return the codes of a source; another SECRET_KEY makes other ones."""
    key = salted_hmac("discless.own_words", source, algorithm="sha256").digest()
    return OwnWords(source=source, key=key, is_live=source == LIVE)


def read_back(mirror: Mirror, source: str, chosen: Selection) -> Selection:
    """Return a selection that was published in codes, in the words of its source."""
    if not chosen.slices and chosen.facilities is None:
        return chosen
    words = {**words_in(mirror, Selection()), "facility": mirror.facilities}
    return own_words_of(source).read_back(chosen, words)
