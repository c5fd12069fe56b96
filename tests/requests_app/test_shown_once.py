"""A secret waits for its page in the session: sealed, for minutes, and is shown once."""

from datetime import timedelta

from django.test import RequestFactory

from requests_app.shown_once import WAITS, keep_to_show, take_to_show
from tests.requests_app.cast import AT


def test_a_secret_waits_sealed_is_shown_once_and_not_after_its_time(rf: RequestFactory) -> None:
    visit = rf.get("/")
    visit.session = {}  # type: ignore[assignment]
    keep_to_show(visit, "key", "discless_secret", at=AT)
    assert "discless_secret" not in str(visit.session)
    assert take_to_show(visit, "link", at=AT) == "", "another page's"
    assert take_to_show(visit, "key", at=AT + WAITS) == "discless_secret"
    assert take_to_show(visit, "key", at=AT) == ""
    keep_to_show(visit, "key", "discless_secret", at=AT)
    assert take_to_show(visit, "key", at=AT + WAITS + timedelta(seconds=1)) == ""
    assert not visit.session, "what came too late is forgotten as well"
