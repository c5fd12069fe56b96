"""The access log page: order, words, scope, filters."""

import csv
import io
import os
import pwd
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from analytics.models import UploadedLog
from audit.access import SYSTEM, system_for
from audit.models import AuditEntry, Sequenced
from audit.proof.entry import Agent, Outcome
from audit.words import KINDS, VERBS, verb_words
from requests_app.models import Organization, User
from requests_app.vocabulary import EventKind, Role
from tests.audit.looked import AT, look, rows
from tests.requests_app.cast import Cast, file_request

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contexts_of_pages")]

BASE = Path(__file__).resolve().parents[2]
APPS = ("project", "analytics", "requests_app", "audit")


def test_rows_stand_in_the_logs_order_however_their_times_are_made_up(auditor: Client) -> None:
    for number, days in enumerate((0, 400, -3000, 10)):
        look(number, at=AT + timedelta(days=days))
    shown = [row.what for row in rows(auditor.get("/proof/?subject=R-"))]
    assert shown == ["R-000003", "R-000002", "R-000001", "R-000000"]


def test_a_row_says_when_who_what_why_and_where_in_words(auditor: Client) -> None:
    look()
    row = rows(auditor.get("/proof/?subject=R-"))[0]
    assert (row.when, row.time) == ("Tue, Nov 24, 2026", "07:41:09 CST")
    assert (row.who, row.role, row.did, row.what) == (
        *("staff-a", "Release staff", "Looked at", "R-000001"),
    )
    assert (row.why, row.where, row.allowed) == ("Patient access", "10.20.4.17", True)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({"refused": "key"}, "Not understood"),
        ({"refused": "key,1 other"}, "Not understood"),
        ({"refused": "from,source"}, "Refused"),
        ({"refused": "facility"}, "Refused"),
        ({"refused": "facility,slice"}, "Refused"),
        ({"refused": "source", "mistyped": True}, "Not understood"),
        ({"refused": "source", "told": '"mistyped":true,"refused":"key"'}, "Refused"),
        ({}, "Refused"),
    ],
)
def test_a_mistyped_address_is_no_closed_door_and_has_a_filter_of_its_own(
    auditor: Client, said: dict[str, object], shown: str
) -> None:
    entry = look(outcome=Outcome.MINOR_FAILURE, detail=said)
    other = {"Refused": "not_understood", "Not understood": "refused"}[shown]
    assert rows(auditor.get(f"/proof/?subject=R-&outcome={other}")) == []
    page = auditor.get(f"/proof/?subject=R-&outcome={shown.lower().replace(' ', '_')}")
    assert [row.what for row in rows(page)] == ["R-000001"]
    for one in (page, auditor.get(f"/proof/entries/{entry.pk}/")):
        text = one.content.decode()
        assert (f"</svg>{shown}</span>" in text, "</svg>Allowed</span>" in text) == (True, False)


def test_an_entry_that_was_altered_beyond_reading_ends_no_filter(auditor: Client) -> None:
    entry = look(outcome=Outcome.MINOR_FAILURE, detail={"refused": "key"})
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER USER")
        cursor.execute("UPDATE audit_auditentry SET body = %s", [b"\x00\xff\\"])
        cursor.execute("ALTER TABLE audit_auditentry ENABLE TRIGGER USER")
    assert rows(auditor.get("/proof/?subject=R-&outcome=not_understood")) == []
    assert [row.id for row in rows(auditor.get("/proof/?subject=R-&outcome=refused"))] == [
        str(entry.pk)
    ]


def test_a_request_is_linked_only_where_the_reader_may_open_it(auditor: Client, cast: Cast) -> None:
    asked = file_request(cast.northfield)
    look(facility="")
    first, second = rows(auditor.get("/proof/?subject=R-"))[:2]
    assert (first.page, second.page) == ("", f"/work/requests/{asked.number}/")
    assert auditor.get(second.page).status_code == 200


def test_entries_of_another_facility_are_not_there(auditor: Client) -> None:
    hidden, shown = look(1, facility="lakeside"), look(2)
    assert [row.what for row in rows(auditor.get("/proof/?subject=R-"))] == ["R-000002"]
    assert auditor.get(f"/proof/entries/{hidden.pk}/").status_code == 404
    assert auditor.post(f"/proof/entries/{hidden.pk}/proof.json").status_code == 404
    assert auditor.get(f"/proof/entries/{shown.pk}/").status_code == 200
    text = b"".join(auditor.get("/proof/access-log.csv?subject=R-")).decode()
    assert "R-000002" in text and "R-000001" not in text


def test_looking_at_the_list_is_itself_the_numbered_entry_that_the_page_names(
    auditor: Client,
) -> None:
    look()
    answer = auditor.get("/proof/")
    last = Sequenced.objects.order_by("-seq")[0]
    assert (last.entry.verb, last.entry.agent_name) == ("log.viewed", "auditor")
    assert f"entry {last.seq}</a>" in answer.content.decode()
    assert rows(answer)[0].seq == last.seq


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("subject=000002", ["R-000002"]),
        ("subject=r-00000&agent=STAFF-B", ["R-000002"]),
        ("subject=R-&verb=study.", ["R-000003"]),
        ("subject=R-&outcome=refused", ["R-000003"]),
        ("subject=R-&outcome=allowed", ["R-000002", "R-000001"]),
        ("subject=R-&since=2026-11-25", ["R-000003"]),
        ("subject=R-&until=2026-11-23", ["R-000002"]),
        ("subject=R-&since=2026-11-24&until=2026-11-24", ["R-000001"]),
        ("subject=R-&since=2026-11-24&until=2026-11-23", ["R-000002", "R-000001"]),
        ("subject=a1b2", ["R-000001"]),
        ("subject=%25", []),
        ("subject=R-&since=yesterday", ["R-000003", "R-000002", "R-000001"]),
        ("subject=R-&since=9999-12-31&page=zero", ["R-000003", "R-000002", "R-000001"]),
    ],
)
def test_filters_narrow_the_list(auditor: Client, query: str, found: list[str]) -> None:
    look(1, patient="a1b2")
    # 23:30 on the 23rd in Chicago is the 24th in UTC: days are the facility's.
    late = datetime(2026, 11, 24, 5, 30, tzinfo=UTC)
    look(2, at=late, agent=Agent(id="user:8", role="supervisor", name="staff-b"))
    tried = AT + timedelta(days=1)
    look(3, at=tried, verb="study.viewed", outcome=Outcome.MINOR_FAILURE)
    assert [row.what for row in rows(auditor.get(f"/proof/?{query}"))] == found


def test_a_person_is_found_by_the_name_and_the_email_of_today(auditor: Client, cast: Cast) -> None:
    elsewhere = Organization.objects.create(name="Elsewhere", slug="elsewhere")
    people = [
        User.objects.create_user(
            name,
            f"{name}.reader@example.org",
            first_name="Ada",
            last_name="Reader",
            organization=house,
        )
        for name, house in (("ours", cast.northfield.organization), ("theirs", elsewhere))
    ]
    for number, one in enumerate(people):
        look(number, agent=Agent(id=f"user:{one.pk}", role="auditor", name=one.username))
    look(2)
    for words in ("ADA READ", "ours.reader@example.org", "ours"):
        shown = rows(auditor.get("/proof/", {"subject": "R-", "agent": words}))
        assert [row.who for row in shown] == ["ours"]
    assert [row.who for row in rows(auditor.get("/proof/?agent=theirs"))] == ["theirs"]
    assert rows(auditor.get("/proof/?agent=theirs.reader@example.org")) == []


def test_filters_stay_in_the_links_and_can_be_cleared(auditor: Client) -> None:
    text = auditor.get("/proof/?subject=R-1&agent=x&outcome=refused").content.decode()
    assert 'href="/proof/access-log.csv?subject=R-1&amp;agent=x&amp;outcome=refused"' in text
    assert "No entry fits these filters" in text
    assert 'href="/proof/">Clear' in text


def test_a_name_typed_into_a_filter_stays_out_of_the_log(auditor: Client) -> None:
    auditor.get("/proof/?subject=Canary+Patient&agent=Canary")
    auditor.get("/proof/?subject=R-000001")
    bodies = [bytes(entry.body) for entry in AuditEntry.objects.filter(verb="log.viewed")]
    assert not any(b"Canary" in body for body in bodies)
    assert any(b'"filters":"subject R-000001"' in body for body in bodies)


def test_what_is_done_has_words_and_people_have_names(auditor: Client, cast: Cast) -> None:
    staff = cast.people[Role.RELEASE_STAFF]
    elsewhere = Organization.objects.create(name="Elsewhere", slug="elsewhere")
    other = User.objects.create_user("other", organization=elsewhere)
    for verb, subject in (
        ("api.figures_read", "metrics:live"),
        ("requests.listed", "list:own"),
        ("person.changed", f"user:{staff.pk}"),
        ("administration.viewed", f"administration:user:{other.pk}"),
        ("administration.viewed", "administration:people"),
        ("door.refused", "staff:step"),
    ):
        look(verb=verb, subject=subject, facility="")
    shown = [(row.did, row.what) for row in rows(auditor.get("/proof/"))[1:7]]
    assert shown[::-1] == [
        ("Read figures by program", "Measures, live work"),
        ("Listed requests", "Own requests"),
        ("Changed a person", str(staff)),
        ("Looked at the administration", f"Account {other.pk}"),
        ("Looked at the administration", "Administration: people"),
        ("Tried a closed door", "Work: a step of a request"),
    ]


def test_what_was_looked_at_is_said_in_words_with_its_source(auditor: Client) -> None:
    filters = "facility_own=3&from=2026-11-01&to=2026-11-27&clock=contract&slice=modality%3DCT"
    detail = {"source": "foia_requests_2017", "filters": filters}
    page = look(verb="dashboard.viewed", subject="forecast", facility="", detail=detail)
    look(verb="figure.opened", subject="figure:sla_compliance", facility="", detail=detail)
    look(verb="api.figures_read", subject="figures:foia_requests_2017", facility="", detail=detail)
    look(verb="logs.listed", subject="log:all", facility="")
    shown = [row.what for row in rows(auditor.get("/proof/"))[1:5]]
    assert shown == [
        *("Imported logs", "Measures, log foia_requests_2017"),
        *("Contract SLA met, log foia_requests_2017", "Forecast, log foia_requests_2017"),
    ]
    said = dict(auditor.get(f"/proof/entries/{page.pk}/").context["chosen"])
    assert said == {
        "Source": "foia_requests_2017",
        "Facility, own words, counted and not told": "3",
        **{"From": "2026-11-01", "To": "2026-11-27", "Clock": "Contract", "Only": "modality=CT"},
    }


def test_a_command_is_not_called_the_system_and_its_entry_stays_as_sealed(
    auditor: Client, tmp_path: Path
) -> None:
    earlier = look(verb="report.exported", subject="report:x", facility="", agent=SYSTEM)
    call_command("export_audit_log", "--out", str(tmp_path / "bundle.zip"), stdout=io.StringIO())
    look(verb="request.received", agent=SYSTEM)
    swept, exported, reported = rows(auditor.get("/proof/"))[1:4]
    assert (swept.who, swept.role) == ("System", "System")
    user = pwd.getpwuid(os.getuid()).pw_name
    assert (exported.who, exported.role) == ("Command line", f"Operating system user {user}")
    assert (reported.who, reported.role) == ("Command line", "Operating system user not recorded")
    text = b"".join(auditor.get("/proof/access-log.csv?verb=report.")).decode()
    (line,) = csv.DictReader(io.StringIO(text))
    assert (line["agent"], line["who"], line["did"]) == (
        *("system", "Command line", "Exported a report"),
    )
    assert AuditEntry.objects.get(pk=earlier.pk).body == earlier.body


def test_every_act_that_the_product_records_has_words() -> None:
    written = re.compile(r'(?:verb=|note\(\s*|record_act\(request, )"([a-z]+\.[a-z_]+)"')
    sources = [one for app in APPS for one in (BASE / app).rglob("*.py")]
    found = {verb for one in sources for verb in written.findall(one.read_text())}
    assert len(found) > 25
    assert sorted(found - VERBS.keys()) == []


def test_every_event_has_words() -> None:
    assert [kind for kind in EventKind if f"request.{kind}" not in VERBS] == []
    assert verb_words("some.new_thing") == "Some new thing"


def test_a_list_of_many_pages_leads_on(auditor: Client) -> None:
    for number in range(120):
        look(number)
    answer = auditor.get("/proof/?subject=R-&page=3")
    assert [row.what for row in rows(answer)] == [f"R-{n:06d}" for n in range(19, -1, -1)]
    assert "101–120 of 120" in answer.content.decode()


@pytest.mark.parametrize(
    "verb",
    [
        *("person.invited", "rule.published", "facility.changed", "administration.viewed"),
        *("holiday.added", "holidays.loaded", "door.refused"),
        *("api.figures_read", "key.issued", "keys.viewed", "figure.opened"),
    ],
)
def test_what_administrators_did_can_be_chosen_in_the_menu(auditor: Client, verb: str) -> None:
    look(verb=verb, facility="")
    kind = next(key for key, _ in KINDS if verb.startswith(key))
    assert [row.did for row in rows(auditor.get(f"/proof/?verb={kind}"))] == [verb_words(verb)]


def test_what_another_organizations_people_did_is_not_there(auditor: Client) -> None:
    other = Organization.objects.create(name="Elsewhere Health", slug="elsewhere-health")
    stranger = User.objects.create_user("stranger", "s@example.org", "x", organization=other)
    agent = Agent(id=f"user:{stranger.pk}", role="auditor", name="stranger", address="10.20.4.18")
    entry = look(facility="", subject="account:77", agent=agent)
    assert rows(auditor.get("/proof/?subject=account:77")) == []
    assert auditor.get(f"/proof/entries/{entry.pk}/").status_code == 404
    assert auditor.post("/proof/bundle.zip").status_code == 403


def test_what_a_command_did_for_another_organization_is_not_there(
    auditor: Client, cast: Cast
) -> None:
    other = Organization.objects.create(name="Elsewhere Health", slug="elsewhere-health")
    stranger = User.objects.create_user("stranger", "s@example.org", "x", organization=other)
    ours = cast.northfield.organization
    for owner, name in ((ours, "both"), (other, "both"), (other, "theirs"), (None, "nobodys")):
        UploadedLog.objects.create(
            **{"name": name, "organization": owner, "folder": uuid4().hex, "digest": "0" * 64},
            **{"mapping": {}, "answer": {}, "as_of": 0, "uploaded_at": AT},
        )
    told = {
        "log:ours": system_for(ours.pk),
        "log:elsewhere": system_for(other.pk),
        **dict.fromkeys(("log:both", "log:theirs", "log:nobodys", "log:gone"), SYSTEM),
        f"user:{stranger.pk}": SYSTEM,
        f"user:{cast.people[Role.AUDITOR].pk}": SYSTEM,
    }
    for subject, agent in told.items():
        look(facility="", verb="log.imported", subject=subject, agent=agent)
    text = b"".join(auditor.get("/proof/access-log.csv?verb=log.imported")).decode()
    shown = list(csv.DictReader(io.StringIO(text)))
    hidden = {"log:elsewhere", "log:theirs", f"user:{stranger.pk}"}
    assert {line["subject"] for line in shown} == told.keys() - hidden
    assert {line["who"] for line in shown} == {"Command line"}
    assert len(rows(auditor.get("/proof/?verb=log.imported"))) == len(told) - len(hidden)
