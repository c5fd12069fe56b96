"""The page of what discs cost: assumptions in the address, sentences in the form, scope, record."""

import json
import re
from html import unescape

import pytest
from django.test import Client

from analytics.costs.asked import written
from analytics.costs.assumptions import DECLARED
from analytics.costs.elsewhere import REPORTED
from analytics.costs.volume import volume_of
from analytics.metrics.selection import Selection
from audit.models import AuditEntry
from tests.analytics import synthetic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_source")]
PAGE = "/work/analytics/cost/"
YEAR = {"from": "2026-01-01", "to": "2026-12-31"}


@pytest.fixture
def director(person, client: Client) -> Client:
    client.force_login(person("him_director", everything=True))
    return client


def words(client: Client, **asked: str) -> str:
    return unescape(client.get(PAGE, YEAR | asked).content.decode())


def card(text: str, key: str) -> str:
    found = re.search(rf'id="k-{key}">.*?</section>', text, re.DOTALL)
    assert found, key
    return found[0]


def test_every_assumption_stands_in_the_form_with_its_unit_and_where_it_comes_from(
    director: Client,
) -> None:
    text = words(director)
    for name, one in DECLARED.items():
        assert f'<label class="form-label" for="a-{name}">{one.label}' in text
        assert one.basis in text
    assert text.count('class="form-text"') == len(DECLARED) + 2
    for one in REPORTED:
        assert one.figure in text
        assert f"{one.source}, {one.year}" in text
    assert "never as a target" in text


def test_the_address_holds_the_assumptions_and_its_filters_keep_them(director: Client) -> None:
    usual, mine = words(director), words(director, postage="$16", failure_share="20%", move="25")
    assert "$14.95" in card(usual, "disc")
    assert "$23.82" in card(mine, "disc")  # 8.75 + 1.5 + 8 + 0.75 + 0.2 x (14.58 + 1.5 + 8)
    assert 'name="postage" value="16"' in mine
    assert 'name="failure_share" value="20%"' in mine
    assert "Your own; ours is 6." in mine
    links = re.findall(r'<li><a href="(\?[^"]*)"', mine)
    assert len(links) > 5
    assert all("postage=%2416" in one and "move=25" in one for one in links)
    assert re.search(r'id="f-period".*?name="postage" value="\$16"', mine, re.DOTALL)
    assert "Back to the usual assumptions" in mine
    assert "Back to the usual assumptions" not in usual
    doors = re.findall(r'href="(/overview/behind/[^"]*)"', mine)
    assert doors
    assert not any("postage" in one for one in doors)


def test_the_discs_are_a_range_where_a_channel_is_not_known(director: Client) -> None:
    text, volume = words(director), volume_of(synthetic.mirror(), Selection())
    assert f"{volume.discs}–{volume.discs + volume.unknown}" in card(text, "discs")
    assert "part=counted" in card(text, "discs")
    low, high = (0.5 * n * (14.95 - 1.75) for n in (volume.discs, volume.discs + volume.unknown))
    found = re.search(r"\$([\d,]+)–\$([\d,]+)", card(text, "saving"))
    assert found
    assert [int(end.replace(",", "")) for end in found.groups()] == pytest.approx(
        [low, high], abs=2
    )
    rows = re.findall(r'<tr><th scope="row">([^<]+)</th><td class="muted nowrap"', text)
    assert len(rows) == len(DECLARED) + 2
    assert rows[0] == "Share of discs moved"
    assert {"Number of discs", "Postage of one parcel"} <= set(rows)
    assert text.count('class="now"') == len(rows)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("postage", "x", "“x” is not a number of dollars, such as 12 or 3.50."),
        ("failure_share", "5", "Write “5%” if you mean percent"),
        ("move", "140", "“140” is not a percentage from 0 to 100."),
        ("swing", "<b>", "“<b>” is not a percentage from 0 to 100."),
    ],
)
def test_bad_input_is_a_sentence_beside_its_field_and_nothing_is_computed(
    director: Client, name: str, text: str, says: str
) -> None:
    raw = director.get(PAGE, YEAR | {name: text}).content.decode()
    page = unescape(raw)
    field = page.split(f'id="a-{name}"')[1].split("</div></div>")[0]
    assert says in field
    assert 'aria-invalid="true"' in field
    assert f'value="{text}"' in field
    assert "<b>" not in raw
    assert "Nothing was computed" in page
    assert 'id="k-saving"' not in page
    assert 'class="swing"' not in page


def test_links_that_cost_more_are_called_a_loss(director: Client) -> None:
    text = words(director, link_price="100")
    assert "Lost by moving some" in text
    assert "to links would cost $" in text


def test_of_few_discs_no_saving_is_shown(director: Client) -> None:
    text = unescape(director.get(PAGE, {"from": "2026-08-24", "to": "2026-08-27"}).content.decode())
    assert "too few" in card(text, "saving")
    assert "fewer than 11 discs" in card(text, "saving")
    assert 'id="swings"' not in text
    assert "$14.95" in card(text, "disc")
    assert "With fewer than 11 discs no saving is shown; choose a longer period" in text


def test_where_nothing_was_delivered_there_are_no_discs(
    director: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = synthetic.log().events
    kept = [row for row in events.to_pylist() if row["activity"] != "available"]
    shot = synthetic.snapshot(events=events.from_pylist(kept, events.schema))
    monkeypatch.setattr("analytics.readers.view.open_source", lambda *_, **__: shot)
    text = words(director)
    assert "Not zero" not in text
    assert "cannot be counted" not in text
    assert ">0</a>" in card(text, "discs")
    assert "Nothing was delivered in this view" in text
    assert "No disc was made" in text
    assert "too few" in card(text, "saving")


def test_a_log_without_channels_says_that_discs_cannot_be_counted(
    director: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    shot = synthetic.snapshot(missing={"channel": "no column says how images were sent"})
    monkeypatch.setattr("analytics.readers.view.open_source", lambda *_, **__: shot)
    text = words(director)
    assert "Discs cannot be counted" in text
    assert "No column says how images were sent." in text
    assert text.lower().count("no column says how images were sent") == 2  # found, and in its place
    assert "$14.95" in card(text, "disc")
    assert "—" in card(text, "saving")
    assert "counted discs" not in text
    assert "No saving is shown" not in text


def test_the_share_of_failed_discs_of_the_log_is_offered(
    director: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "No failed disc is noted here" in words(director)
    log = synthetic.log()
    rows = log.events.to_pylist()
    sent = [row for row in rows if row["medium"] == "physical" and row["direction"] == "outbound"]
    failed = [
        row
        | {
            "seq": 90,
            "activity": "delivery_failed",
            "reason": "TR06",
            "occurred": row["occurred"] + 9,
        }
        for row in sent[::4]
    ]
    events = log.events.from_pylist(rows + failed, log.events.schema)
    shot = synthetic.snapshot(events=events)
    monkeypatch.setattr("analytics.readers.view.open_source", lambda *_, **__: shot)
    text = words(director, postage="7")
    share = written("failure_share", float(f"{len(failed) / len(sent):.3g}"))
    assert f"Here {share} of discs failed" in text
    assert f"{len(failed)} of {len(sent)} made" in text
    offered = re.search(r'href="(\?[^"]*)">Assume', text)
    assert offered
    taken = unescape(director.get(PAGE + offered[1]).content.decode())
    assert f'name="failure_share" value="{share}"' in taken
    assert 'name="postage" value="7"' in taken


def test_the_discs_are_of_what_one_may_see(person, client: Client) -> None:
    client.force_login(person("supervisor", "riverside"))
    own = volume_of(synthetic.mirror(), Selection(facilities=("riverside",)))
    for asked in ({}, {"facility": "riverside"}):
        assert f"{own.discs}–{own.discs + own.unknown}" in card(words(client, **asked), "discs")
    theirs = words(client, facility="northfield")
    assert "Northfield" not in theirs
    assert "No requests in this view" in theirs
    client.force_login(person("supervisor"))
    assert "No requests in this view" in words(client)


@pytest.mark.parametrize("role", ["release_staff", "requester"])
def test_the_cost_is_not_for_every_role(person, client: Client, role: str) -> None:
    client.force_login(person(role, everything=True))
    assert client.get(PAGE).status_code == 403
    assert not AuditEntry.objects.filter(verb="dashboard.viewed").exists()


def test_each_look_is_recorded_with_what_was_assumed(director: Client) -> None:
    asked = {"facility": "riverside", "postage": " $9.00", "move": "50%", "wage": "Zebulon"}
    director.get(PAGE, YEAR | asked | {"loaded_wage": "Zebulon"})
    entry = AuditEntry.objects.get(verb="dashboard.viewed")
    assert entry.subject == "cost"
    assert json.loads(bytes(entry.body))["detail"] == {
        "source": "live",
        "filters": "facility=riverside&from=2026-01-01&to=2026-12-31&zone=America%2FChicago&postage=9",
        "ignored": "loaded_wage,1 other",
    }
    assert director.post(PAGE).status_code == 405


def test_the_side_bar_leads_there(director: Client) -> None:
    text = words(director)
    assert re.search(r'href="/work/analytics/cost/" aria-current="page"', text)
    assert "&#x27;luck&#x27; is not a filter" in director.get(PAGE, {"luck": "1"}).content.decode()


def test_all_that_could_not_be_read_is_said_with_its_number(director: Client) -> None:
    assert "an assumption could not be read. It is marked" in words(director, postage="x")
    both = words(director, postage="x", handling_minutes="y")
    assert "2 assumptions could not be read. They are marked" in both


def test_what_vendors_say_needs_no_riddle(director: Client) -> None:
    assert "$15.83, or as low as $8" in words(director)


def test_an_assumption_that_cannot_swing_has_its_unit_too(director: Client) -> None:
    text = director.get(PAGE).content.decode()
    assert "$0.00: no swing" in text
    nothing = director.get(PAGE, {"link_minutes": "0"}).content.decode()
    assert "0 minutes: no swing" in nothing
