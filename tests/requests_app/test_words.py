"""Every word that people read is said, once, and never as the code spells it."""

import pytest

from audit.words import in_words, is_by_command
from project.templatetags.frame import _KNOWN
from requests_app.vocabulary import Channel, DeliveryState, Intake, LegalBasis, RequesterType, Role
from requests_app.words import WORDS, choices, say, say_modality

FIELDS = (Channel, Intake, LegalBasis, RequesterType, Role)


@pytest.mark.parametrize("words", WORDS)
def test_every_value_of_a_word_list_has_words_of_its_own(words: type) -> None:
    assert set(WORDS[words]) == set(words)
    assert len(set(WORDS[words].values())) == len(words)


def test_no_word_is_said_as_the_code_spells_it() -> None:
    for words in WORDS:
        for value, said in choices(words):
            assert "_" not in said
            assert "P2p" not in said, value


def test_a_value_of_several_lists_is_said_alike_on_the_pages() -> None:
    for of in FIELDS:
        for word in of:
            assert _KNOWN[word.value] == say(word)


def test_a_role_is_said_alike_on_the_pages_and_in_the_log() -> None:
    assert say(Role.HIM_DIRECTOR) == "HIM director"
    for role in Role:
        assert in_words(role.value) == say(role)


def test_a_handed_over_disc_is_delivered_not_available() -> None:
    assert say(DeliveryState.AVAILABLE) == "Delivered"


def test_modality_codes_become_what_people_call_the_exam() -> None:
    assert say_modality("MG") == "Mammogram"
    assert say_modality("CR\\DX") == "Radiograph"
    assert say_modality("CT, US") == "CT, Ultrasound"
    assert say_modality("ZZ") == "ZZ"
    assert say_modality("") == ""
    assert say_modality("CT\\SR") == "CT, SR"
    assert say_modality("MR knee") == "MR knee"
    assert say_modality("CT CHEST") == "CT CHEST"


@pytest.mark.parametrize("verb", ["report.exported", "figures.published", "log.imported"])
def test_what_nobody_does_who_is_signed_in_is_a_command(verb: str) -> None:
    assert is_by_command("system", verb)
    assert not is_by_command("user:1", verb)
