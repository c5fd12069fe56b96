"""The access log page: order, words, scope, filters, the entry's proof, what is taken away."""

import csv
import io
import json
import os
import pwd
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from analytics.models import UploadedLog
from audit.access import SYSTEM, record, system_for
from audit.models import AuditEntry, Sequenced, SignedState
from audit.path import BLOCK
from audit.proof.entry import Action, Agent, EventCode, Outcome
from audit.proof.inclusion import EntryProof, verify_entry
from audit.seal import seal
from audit.words import KINDS, VERBS, verb_words
from requests_app.models import Organization, User
from requests_app.vocabulary import EventKind, Role
from tests.requests_app.cast import Cast, file_request, make_cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contexts_of_pages")]
BASE = Path(__file__).resolve().parents[2]
APPS = ("project", "analytics", "requests_app", "audit")
AT = datetime(2026, 11, 24, 13, 41, 9, tzinfo=UTC)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def auditor(cast: Cast, client: Client) -> Client:
    client.force_login(cast.people[Role.AUDITOR])
    return client


def look(
    number: int = 1, *, at: datetime = AT, facility: str = "northfield", **said: object
) -> AuditEntry:
    words: dict[str, object] = {
        "verb": "request.viewed",
        "code": EventCode.PATIENT_RECORD,
        "action": Action.READ,
        "agent": Agent(id="user:9", role="release_staff", name="staff-a", address="10.20.4.17"),
        "subject": f"request:R-{number:06d}",
        "purpose": "patient_access",
        **said,
    }
    return record(at=at, facility=facility, **words)  # type: ignore[arg-type]


def take_bundle(client: Client) -> int:
    answer = client.post("/proof/bundle.zip")
    for let_go in answer._resource_closers:  # close() would end the test's own connection too
        let_go()
    return answer.status_code


def rows(answer: object) -> list[object]:
    return answer.context["rows"]  # type: ignore[attr-defined]


def test_a_check_says_how_many_entries_no_checkpoint_holds_yet(auditor: Client) -> None:
    look()
    seal(AT)
    look()
    text = auditor.post("/proof/check/", follow=True).content.decode()
    assert "; the newest 1 not yet under a signed checkpoint" in text
    assert "entries are numbered from 0" in text


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
        ("Read figures by program", "Metrics live"),
        ("Listed requests", "Own requests"),
        ("Changed a person", str(staff)),
        ("Looked at the administration", f"Account {other.pk}"),
        ("Looked at the administration", "Administration: people"),
        ("Tried a closed door", "Work: step"),
    ]


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


@pytest.mark.parametrize("count", [1, 2, 7, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 5])
def test_the_stored_logs_paths_verify_whatever_its_size(cast: Cast, count: int) -> None:
    from audit.path import _KEPT, proof_of

    _KEPT[0] = []
    for number in range(count):
        look(number)
    seal(AT)
    state = SignedState.objects.get(size=count)
    for place in Sequenced.objects.select_related("entry").filter(
        seq__in=[0, 1, 200, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, count - 1]
    ):
        assert verify_entry(proof_of(place.entry, place.seq, state)).is_sound


def test_a_kept_root_of_another_log_is_not_trusted(cast: Cast) -> None:
    from audit.path import _KEPT, proof_of

    _KEPT[0] = [b"\1" * 32] * 9
    entry = look()
    for number in range(BLOCK + 3):
        look(number)
    seal(AT)
    assert verify_entry(proof_of(entry, 0, SignedState.objects.get())).is_sound


def test_an_entrys_page_proves_it_and_its_file_is_checked_offline(auditor: Client) -> None:
    entry = look()
    answer = auditor.get(f"/proof/entries/{entry.pk}/")
    text = answer.content.decode()
    assert "is number 1 of the signed log" in text  # number 0 is the auditor's sign-in
    assert bytes(entry.leaf).hex() in text
    for one in answer.context["path"]:
        assert one in text
    taken = auditor.post(f"/proof/entries/{entry.pk}/proof.json")
    assert 'filename="entry-1.json"' in taken["Content-Disposition"]
    proof = EntryProof.from_text(taken.content.decode())
    assert proof.body == bytes(entry.body)
    assert verify_entry(proof, key=json.loads(taken.content)["key"]).is_sound
    verbs = AuditEntry.objects.values_list("verb", flat=True)
    assert {"log.entry_viewed", "log.proof_exported"} <= set(verbs)


def test_an_altered_entrys_page_says_so(auditor: Client) -> None:
    from django.db import connection

    entry = look()
    look(2)
    seal(AT)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER USER")
        cursor.execute("UPDATE audit_auditentry SET body = %s WHERE id = %s", [b"\xff{", entry.pk])
        cursor.execute("ALTER TABLE audit_auditentry ENABLE TRIGGER USER")
    assert "is not as it was signed" in auditor.get(f"/proof/entries/{entry.pk}/").content.decode()
    assert auditor.get("/proof/").status_code == 200


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", " =1+1", "|cmd", "%cmd"])
def test_the_csv_holds_no_formula_and_what_the_page_shows(auditor: Client, name: str) -> None:
    look(agent=Agent(id="user:7", role="none", name=name))
    answer = auditor.get("/proof/access-log.csv?subject=R-")
    found = [*csv.DictReader(io.StringIO(b"".join(answer).decode()))]
    assert len(found) == 1
    assert found[0]["agent_name"] == f"'{name}"
    assert (found[0]["entry"], found[0]["purpose"]) == ("1", "Patient access")


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


def test_the_whole_log_goes_only_to_a_reader_of_every_facility(auditor: Client, cast: Cast) -> None:
    look()
    assert take_bundle(auditor) == 200
    look(facility="lakeside")
    refused = auditor.post("/proof/bundle.zip")
    assert refused.status_code == 403
    text = refused.content.decode()
    assert "not yours to see" in text
    assert '<h1 id="what">Not open to you</h1>' in text
    assert 'aria-label="Main"' in text
    assert AuditEntry.objects.filter(verb="door.refused", subject="audit:bundle").count() == 1
    assert "Proof bundle" not in auditor.get("/proof/").content.decode()
    everything = cast.people[Role.AUDITOR]
    everything.sees_all_facilities = True
    everything.save(update_fields=("sees_all_facilities",))
    assert take_bundle(auditor) == 200


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


def test_a_witness_that_refuses_is_said_and_crashes_nothing(auditor: Client) -> None:
    from django.conf import settings

    entry = look()
    seal(timezone.now())
    path = settings.AUDIT_KEY_PATH.with_name("witness.jsonl")
    path.write_text(json.dumps({"size": 999, "root": "00", "note": ""}) + "\n")
    assert auditor.post("/proof/bundle.zip", follow=True).status_code == 200
    fresh = look(2)
    for one in (entry, fresh):
        assert auditor.get(f"/proof/entries/{one.pk}/").status_code == 200
        assert auditor.post(f"/proof/entries/{one.pk}/proof.json", follow=True).status_code == 200
    assert "that is not this one" in auditor.get("/proof/").content.decode()
