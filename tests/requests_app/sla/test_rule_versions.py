"""Of a rule's versions the one in force where and when a request was received counts."""

import itertools
import json
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from requests_app.failure_codes import FailureCode
from requests_app.intake.authorization import ELEMENTS
from requests_app.intake.completeness import complete
from requests_app.intake.identity import verify_identity
from requests_app.models import Authorization, Facility, Policy
from requests_app.refusals import Incomplete
from requests_app.sla.policy import rules_for
from requests_app.vocabulary import LegalBasis, RequesterType
from tests.requests_app.cast import file_request, make_cast

pytestmark = pytest.mark.django_db
EVENING = datetime(2026, 6, 1, 3, tzinfo=UTC)  # still May 31 in Chicago


def version(days: int, **said: object) -> Policy:
    words = {"key": "contract", "label": "Contract", "unit": "business", "starts": "complete"}
    words |= {"stop": "available", "enabled": True, "verified_by": "Counsel"}
    return Policy.objects.create(days=days, verified_on=date(2025, 1, 2), **words, **said)


def days_of(place: Facility, at: datetime, policies: list[Policy] | None = None) -> list[int]:
    request = file_request(place, at=at)
    return [rule.days for rule in rules_for(request, policies) if rule.key == "contract"]


def test_the_version_of_the_day_of_receipt_wins_in_whatever_order_rows_come() -> None:
    place = make_cast().northfield
    Policy.objects.all().delete()  # what ships
    rows = [version(5), version(7, effective_from=date(2026, 1, 1))]
    rows.append(version(3, effective_from=date(2026, 6, 1)))
    for order in itertools.permutations(rows):
        assert days_of(place, datetime(2025, 12, 1, tzinfo=UTC), list(order)) == [5]
        assert days_of(place, datetime(2026, 3, 1, tzinfo=UTC), list(order)) == [7]
        assert days_of(place, datetime(2026, 7, 1, tzinfo=UTC), list(order)) == [3]


def test_a_facilitys_own_version_goes_before_a_newer_general_one() -> None:
    cast = make_cast()
    Policy.objects.all().delete()  # what ships
    version(2, facility=cast.northfield)
    version(9, effective_from=date(2026, 1, 1))
    assert days_of(cast.northfield, EVENING) == [2]
    assert days_of(cast.lakeside, EVENING) == [9]


def test_the_day_of_receipt_is_the_facilitys_not_that_of_greenwich() -> None:
    place = make_cast().northfield
    Policy.objects.all().delete()  # what ships
    version(5, effective_to=date(2026, 5, 31))
    version(3, effective_from=date(2026, 6, 1))
    assert days_of(place, EVENING) == [5]


def test_a_rule_that_ended_counts_no_more_and_the_general_one_does_again() -> None:
    place = make_cast().northfield
    Policy.objects.all().delete()  # what ships
    version(7, effective_to=date(2026, 1, 31))
    assert days_of(place, datetime(2026, 1, 10, tzinfo=UTC)) == [7]
    assert days_of(place, EVENING) == []
    version(4, facility=place, effective_to=date(2026, 2, 1))
    version(5, effective_from=date(2026, 3, 1))
    assert days_of(place, datetime(2026, 1, 10, tzinfo=UTC)) == [4]
    assert days_of(place, EVENING) == [5]


def test_a_disabled_version_of_a_facility_switches_the_rule_off_there() -> None:
    cast = make_cast()
    Policy.objects.all().delete()  # what ships
    version(5)
    Policy.objects.filter(pk=version(2, facility=cast.northfield).pk).update(enabled=False)
    assert days_of(cast.northfield, EVENING) == []
    assert days_of(cast.lakeside, EVENING) == [5]


def counted(start: str) -> str:
    out = StringIO()
    words = ("--rule", "contract", "--facility", "northfield", "--from", start, "--json")
    call_command("due", *words, stdout=out)
    return str(json.loads(out.getvalue())["due"])


def test_the_calculator_leaves_out_rules_not_in_force_when_the_count_starts() -> None:
    make_cast()
    Policy.objects.all().delete()  # what ships
    version(5)
    version(2, effective_from=date(2026, 6, 1))
    assert counted("2026-03-02") == "2026-03-09"
    assert counted("2026-06-01") == "2026-06-03"
    Policy.objects.update(effective_to=date(2026, 6, 30))
    with pytest.raises(CommandError, match="not in force there on that day"):
        counted("2026-07-01")


def test_an_authorization_lasts_until_the_facilitys_day_has_ended() -> None:
    place = make_cast().northfield
    request = file_request(
        place,
        at=EVENING,
        requester_type=RequesterType.ATTORNEY,
        legal_basis=LegalBasis.AUTHORIZATION,
    )
    verify_identity(request, record_number="MRN-1", by=None, at=EVENING)
    elements = {element.field: True for element in ELEMENTS}
    Authorization.objects.create(
        request=request, signed_on=date(2026, 5, 1), expires_on=date(2026, 5, 31), **elements
    )
    with pytest.raises(Incomplete, match="expired"):
        complete(request, by=None, at=datetime(2026, 6, 1, 5, 1, tzinfo=UTC))
    complete(request, by=None, at=EVENING)
    assert not request.events.filter(reason=FailureCode.AU01).exists()
