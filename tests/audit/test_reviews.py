"""Weeks wait for review until somebody looked through them; no review overlaps or lies ahead."""

import re
from datetime import UTC, date, datetime
from html import unescape

import pytest
from django.test import Client

from audit.access import record
from audit.models import AuditEntry, Review
from audit.proof.entry import Action, EventCode
from requests_app.models import Organization
from requests_app.vocabulary import Role
from tests.requests_app.cast import Cast, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contexts_of_pages")]
TUESDAY = datetime(2026, 11, 24, 15, tzinfo=UTC)


@pytest.fixture
def auditor(cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr("django.utils.timezone.now", lambda: TUESDAY)
    client.force_login(cast.people[Role.AUDITOR])
    return client


def look(day: int, facility: str = "northfield") -> None:
    record(
        verb="request.viewed",
        code=EventCode.PATIENT_RECORD,
        action=Action.READ,
        subject="request:R-000001",
        facility=facility,
        at=datetime(2026, 11, day, 18, tzinfo=UTC),
    )


def review(client: Client, since: str, until: str, finding: str = "") -> str:
    said = {"since": since, "until": until, "finding": finding}
    answer = client.post("/proof/review/", said, follow=True)
    assert answer.status_code == 200
    return " ".join(str(message) for message in answer.context["messages"])


def waiting(client: Client) -> list[tuple[date, int]]:
    return [(week.since, week.entries) for week in client.get("/proof/").context["weeks"]]


def test_past_weeks_with_their_entries_wait(auditor: Client) -> None:
    for day in (10, 17, 18, 24):
        look(day)
    assert waiting(auditor) == [(date(2026, 11, 16), 2), (date(2026, 11, 9), 1)]
    text = auditor.get("/proof/").content.decode()
    assert "2 weeks wait for review" in text
    assert "due Fri, Nov 27" in text
    assert "Review Nov 16 – Nov 22<" in text


def test_every_week_that_waits_can_be_opened(auditor: Client) -> None:
    for day in (3, 10, 17):
        look(day)
    record(
        verb="request.viewed",
        code=EventCode.PATIENT_RECORD,
        action=Action.READ,
        subject="request:R-000001",
        facility="northfield",
        at=datetime(2026, 9, 29, 18, tzinfo=UTC),
    )
    text = auditor.get("/proof/").content.decode()
    assert "8 weeks wait for review" in text
    assert "6 earlier weeks wait" in text
    earlier = text.split("6 earlier weeks wait")[1].split("</details>")[0]
    doors = re.findall(r'<a href="(\?[^"]+)">', earlier)
    assert len(doors) == 6
    assert "Sep 28 – Oct 4, 2026" in earlier
    last = auditor.get("/proof/" + unescape(doors[-1]))
    assert last.context["total"] == "1"


def test_this_week_does_not_wait_yet(auditor: Client) -> None:
    look(24)
    assert waiting(auditor) == []
    assert "No week waits for review" in auditor.get("/proof/").content.decode()


def test_a_review_keeps_who_which_entries_and_what_was_found(auditor: Client) -> None:
    look(10)
    look(17)
    look(18)
    assert "2 entries is recorded" in review(
        auditor, "2026-11-16", "2026-11-22", "misdirected link, withdrawn unopened"
    )
    kept = Review.objects.get()
    assert (kept.reviewer, kept.entries, kept.first_seq, kept.last_seq) == ("auditor", 2, 2, 3)
    assert waiting(auditor) == [(date(2026, 11, 9), 1)]
    text = auditor.get("/proof/").content.decode()
    assert "Nov 16 – 22: a finding" in text.replace("Nov 16 – Nov 22", "Nov 16 – 22")
    assert "misdirected link, withdrawn unopened" in text


def test_the_log_seals_the_review_but_not_its_words(auditor: Client) -> None:
    look(17)
    review(auditor, "2026-11-16", "2026-11-22", "about Sample Patient")
    body = bytes(AuditEntry.objects.get(verb="log.reviewed").body).decode()
    assert '"entries":1' in body and '"finding_sha256":"' in body
    assert "Sample Patient" not in body


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        ("2026-11-16", "2026-11-24", "not over yet"),
        ("2026-11-24", "2026-11-24", "not over yet"),
        ("2027-01-01", "2027-01-07", "not over yet"),
        ("2026-11-22", "2026-11-16", "ends before it begins"),
        ("2026-11-11", "2026-11-12", "has reviewed"),
        ("2026-11-01", "2026-11-10", "has reviewed"),
        ("2026-11-15", "2026-11-22", "has reviewed"),
        ("soon", "2026-11-22", "Give both days"),
        ("", "", "Give both days"),
    ],
)
def test_a_review_that_cannot_be_is_refused_with_a_sentence(
    auditor: Client, since: str, until: str, said: str
) -> None:
    review(auditor, "2026-11-09", "2026-11-15")
    assert said in review(auditor, since, until)
    assert Review.objects.count() == 1


def test_a_finding_too_long_is_refused_not_cut(auditor: Client) -> None:
    assert "at most 2000" in review(auditor, "2026-11-09", "2026-11-15", "x" * 2001)
    assert not Review.objects.exists()


def test_a_review_covers_only_what_its_reviewer_could_see(
    auditor: Client, cast: Cast, client: Client
) -> None:
    look(17)
    look(18, "lakeside")
    assert "1 entries" in review(auditor, "2026-11-16", "2026-11-22")
    other = Client()
    other.force_login(person("lakes", Role.AUDITOR, cast.lakeside))
    assert waiting(other) == [(date(2026, 11, 16), 1)]
    assert "recorded" in review(other, "2026-11-16", "2026-11-22")


def test_a_week_waits_for_who_sees_more_than_its_reviewer_did(auditor: Client, cast: Cast) -> None:
    look(17)
    look(18, "lakeside")
    review(auditor, "2026-11-16", "2026-11-22")
    other = Client()
    other.force_login(person("both", Role.AUDITOR, cast.northfield, cast.lakeside))
    assert waiting(other) == [(date(2026, 11, 16), 2)]
    assert "2 entries is recorded" in review(other, "2026-11-16", "2026-11-22")
    assert waiting(other) == []
    assert "has reviewed" in review(other, "2026-11-16", "2026-11-22")
    assert "has reviewed" in review(auditor, "2026-11-16", "2026-11-22")


def test_a_week_is_reviewed_where_the_facilities_not_covered_had_no_entries(
    auditor: Client, cast: Cast
) -> None:
    look(17)
    review(auditor, "2026-11-16", "2026-11-22")
    other = Client()
    other.force_login(person("both", Role.AUDITOR, cast.northfield, cast.lakeside))
    assert waiting(other) == []
    assert "has reviewed" in review(other, "2026-11-16", "2026-11-22")


def test_a_review_by_who_sees_no_facility_leaves_the_week_to_others(
    auditor: Client, cast: Cast
) -> None:
    look(17)
    nowhere, person_of_none = Client(), person("nowhere", Role.AUDITOR, cast.northfield)
    person_of_none.facilities.clear()
    nowhere.force_login(person_of_none)
    assert "recorded" in review(nowhere, "2026-11-16", "2026-11-22")
    assert waiting(auditor) == [(date(2026, 11, 16), 1)]
    assert "recorded" in review(auditor, "2026-11-16", "2026-11-22")


def test_reviews_and_findings_of_another_organization_are_not_shown(auditor: Client) -> None:
    look(17)
    house = Organization.objects.create(name="Example Rivals", slug="example-rivals")
    theirs, auditor_there = Client(), person("rival", Role.AUDITOR)
    auditor_there.organization = house
    auditor_there.save(update_fields=("organization",))
    theirs.force_login(auditor_there)
    assert "recorded" in review(theirs, "2026-11-16", "2026-11-22", "their own affair")
    assert "their own affair" not in auditor.get("/proof/").content.decode()
    assert waiting(auditor) == [(date(2026, 11, 16), 1)]
    review(auditor, "2026-11-16", "2026-11-22", "ours alone")
    assert "ours alone" not in theirs.get("/proof/").content.decode()


def test_a_review_goes_back_when_its_entry_cannot_be_written(
    auditor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the log is full")

    monkeypatch.setattr("audit.reviews.look", fail)
    auditor.raise_request_exception = False
    said = {"since": "2026-11-09", "until": "2026-11-15"}
    assert auditor.post("/proof/review/", said).status_code == 500
    assert not Review.objects.exists()
