"""A rule binds the requests that its law is about, and no others."""

import pytest

from requests_app.sla.rules import ACCESS, BINDINGS, CONTRACT, RULES, Asked, binds
from requests_app.vocabulary import Direction, LegalBasis

OTHERS = frozenset(LegalBasis) - ACCESS


def bound(
    basis: LegalBasis, modality: str = "CT", direction: Direction = Direction.OUTBOUND
) -> set[str]:
    asked = Asked(legal_basis=basis, modality=modality, direction=direction)
    return {key for key, rule in RULES.items() if binds(rule, asked)}


STATES = {"ca_copies", "ny_access", "tx_access", "wa_access", "wa_delay"}


@pytest.mark.parametrize("basis", sorted(ACCESS))
def test_whoever_uses_the_patients_right_has_the_clocks_of_access(basis: LegalBasis) -> None:
    assert bound(basis) == {"contract", "hipaa_access", "information_blocking"} | STATES


@pytest.mark.parametrize("basis", sorted(OTHERS))
def test_others_have_the_contract_and_the_notice(basis: LegalBasis) -> None:
    consented = {"tx_access"} if basis is LegalBasis.AUTHORIZATION else set()
    assert bound(basis) == {"contract", "information_blocking"} | consented


def test_only_a_mammogram_that_leaves_has_the_clock_of_mammography() -> None:
    assert "mqsa_transfer" in bound(LegalBasis.TREATMENT, "MG")
    assert "mqsa_transfer" not in bound(LegalBasis.TREATMENT, "")
    assert "mqsa_transfer" not in bound(LegalBasis.TREATMENT, "MG", Direction.INBOUND)


def test_what_we_ask_of_others_is_bound_by_no_rule_of_what_we_release() -> None:
    assert bound(LegalBasis.TREATMENT, direction=Direction.INBOUND) == {"contract"}


def test_every_rule_that_ships_says_whom_it_binds_but_the_contract() -> None:
    assert set(RULES) - set(BINDINGS) == {CONTRACT.key}
