"""What is published for a docket is compared with what was, and kept for the next time."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import synthetic
from django.core.management import CommandError, call_command

from analytics.metrics.compute import compute
from analytics.metrics.selection import Selection
from analytics.mirror.fold import Mirror, fold
from analytics.mirror.refresh import Snapshot
from analytics.models import PublishedPack
from analytics.readers import dockets
from analytics.readers.dockets import Ask, MeanwhilePublished, OtherSelection, Released, release
from analytics.readers.packs import as_pack, as_plain
from audit.models import AuditEntry
from requests_app.models import Organization
from tests.analytics.metrics.suppression.made import table
from tests.analytics.metrics.test_measures import AS_OF, log_of

AT = datetime(2026, 11, 24, 14, tzinfo=UTC)
DAY = 86400
pytestmark = pytest.mark.django_db
Publish = Callable[..., Released]


def log(received: int, released: int) -> Mirror:
    """Fold a log of outbound requests, some of them released by a link."""
    sent = [{"activity": "available", "after": 5, "medium": "link", "channel": "link_secure"}]
    row = {
        "facility": "north",
        "direction": "outbound",
        "received": AS_OF - 9 * DAY,
        "requester_type": "attorney",
        "outcome": None,
        "available": None,
    }
    out = [({**row, "available": AS_OF - DAY}, sent)] * released
    made = log_of([*out, *([(row, [])] * (received - released))])
    return fold(replace(made, name="live"))


def of_a_log(mirror: Mirror) -> Mirror:
    """Return a mirror as that of an imported log."""
    return replace(mirror, log=replace(mirror.log, name="old"))


def publish(
    mirror: Mirror,
    *keys: str,
    docket: str = "imaging-2027",
    owner: Organization | None = None,
    selection: Selection = Selection(),  # noqa: B008  frozen
    by: str | None = None,
) -> Released:
    """Publish some measures of a mirror for a docket."""
    ask = Ask(
        docket=docket,
        owner=owner,
        source="live",
        snapshot=Snapshot(mirror=mirror, watermark="1:1:", content="c"),
        selection=selection,
        by=by,
    )
    return release(ask, compute(mirror, selection, keys or None, by=by), at=AT)


def test_four_more_requests_than_last_time_are_not_told_of() -> None:
    first = publish(log(264, 200), "requests_received")
    second = publish(log(268, 200), "requests_received")
    assert first.results["requests_received"].n == 264
    assert second.results["requests_received"].n is None
    assert (first.publication, second.publication) == (1, 2)
    assert second.sentences[0].startswith("1 count differs from an earlier publication")


def test_many_more_requests_than_last_time_are_shown() -> None:
    publish(log(264, 200), "requests_received")
    second = publish(log(364, 200), "requests_received")
    assert second.results["requests_received"].n == 364
    assert second.sentences == ()


def test_what_only_an_earlier_publication_printed_tells_nothing_of_this_one() -> None:
    """203 received, and 200 of them released as was printed before, are three that are open."""
    mirror = log(203, 200)
    assert publish(mirror, "turnaround_mean").results["turnaround_mean"].n == 200
    second = publish(mirror, "requests_received")
    assert second.results["requests_received"].n is None
    elsewhere = publish(mirror, "requests_received", docket="another")
    assert elsewhere.results["requests_received"].n == 203


def test_a_docket_is_of_one_selection() -> None:
    mirror = log(264, 200)
    publish(mirror, "requests_received")
    with pytest.raises(OtherSelection, match="what lies between them could be few"):
        publish(mirror, "requests_received", selection=Selection(facilities=("north",)))
    assert PublishedPack.objects.count() == 1


def test_facilities_in_another_order_are_the_same_selection() -> None:
    mirror = log(264, 200)
    for facilities in (("north", "south"), ("south", "north")):
        found = publish(mirror, "requests_received", selection=Selection(facilities=facilities))
    assert found.publication == 2


def test_each_organization_has_its_own_docket_of_a_name(place: Organization) -> None:
    other = Organization.objects.create(name="Lake Health", slug="lake-health")
    found = [publish(log(n, 200), owner=owner) for n, owner in ((264, place), (268, other))]
    assert [one.publication for one in found] == [1, 1]
    assert found[1].results["requests_received"].n == 268


def test_without_a_docket_nothing_is_kept_and_the_answer_says_so() -> None:
    found = publish(log(264, 200), "requests_received", docket="")
    assert found.compared() == {"docket": None, "publication": None, "words": found.words}
    assert found.words.startswith("Not compared with anything published before.")
    assert not PublishedPack.objects.exists()


def test_where_nothing_was_received_a_publication_says_so() -> None:
    found = publish(log(264, 200), "turnaround_mean", selection=Selection(since=date(2030, 1, 1)))
    assert (found.results["turnaround_mean"].value, found.publication) == (None, 1)
    assert "no request" in (found.results["turnaround_mean"].why or "")


def test_a_publication_is_sealed_with_what_is_kept(place: Organization) -> None:
    chosen = Selection(facilities=("south", "north"))
    publish(log(264, 200), "requests_received", owner=place, selection=chosen)
    entry = AuditEntry.objects.get(verb="figures.published")
    said = json.loads(entry.body)
    assert said["subject"] == "docket:imaging-2027"
    assert (said["detail"]["publication"], said["detail"]["organization"]) == (1, place.slug)
    assert said["detail"]["source"] == "live"
    assert said["detail"]["filters"] == "facility=north&facility=south&days=all&zone=UTC"


def test_a_publication_of_everything_is_sealed_with_all_that_counted() -> None:
    since = Selection(since=date(2023, 1, 1))
    for mirror, chosen in ((log(264, 200), since), (of_a_log(log(264, 200)), Selection())):
        publish(mirror, "requests_received", docket=mirror.log.name, selection=chosen)
    ours, theirs = (
        json.loads(AuditEntry.objects.get(subject=f"docket:{name}").body)["detail"]["filters"]
        for name in ("live", "old")
    )
    assert ours == "facility=north&from=2023-01-01&zone=UTC"
    assert theirs == "facility_own=1&days=all&zone=UTC"


def test_of_two_at_once_the_second_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise neither would be compared with the other."""
    looked_at, is_first = dockets.published, [True]

    def meanwhile(*args: object, **options: object) -> object:
        if is_first.pop():
            is_first.append(False)
            publish(log(268, 200), "requests_received")
        else:
            is_first.append(False)
        return looked_at(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(dockets, "published", meanwhile)
    with pytest.raises(MeanwhilePublished):
        publish(log(264, 200), "requests_received")
    assert [one.number for one in PublishedPack.objects.all()] == [1]
    assert AuditEntry.objects.filter(verb="figures.published").count() == 1


def test_a_definition_that_changed_is_named() -> None:
    publish(log(264, 200), "requests_received")
    PublishedPack.objects.update(definitions={"requests_received": "of another time"})
    second = publish(log(264, 200), "requests_received")
    assert "Defined differently" in second.sentences[-1]
    assert "requests_received" in second.sentences[-1]


def test_a_pack_is_read_back_as_it_was_kept() -> None:
    mirror = log(268, 200)
    made = dockets.published(mirror, Selection(), compute(mirror, Selection()).values()).pack
    plain = json.loads(json.dumps(as_plain(made)))
    back = as_pack(plain)
    assert (back.cells, back.tables, back.guesses) == (made.cells, made.tables, made.guesses)
    assert set(made.sums) <= set(back.sums)
    assert table([1, 20]) not in back.tables


@pytest.mark.usefixtures("small_source")
def test_the_command_says_which_publication_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--publish", "--docket", "imaging-2027", "--key", "requests_received")
    call_command("metrics", *options)
    assert "Publication 1 of the docket imaging-2027, the first" in capsys.readouterr().out
    call_command("metrics", *options, "--json")
    said = json.loads(capsys.readouterr().out)
    assert said["compared"]["publication"] == 2
    assert "imaging-2027, compared with 1 before it" in said["compared"]["words"]


@pytest.mark.usefixtures("small_source")
def test_the_command_says_that_it_compared_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("metrics", "--publish", "--key", "requests_received")
    assert capsys.readouterr().out.startswith("Not compared with anything published before.")
    call_command("metrics", "--publish", "--key", "requests_received", "--json")
    assert json.loads(capsys.readouterr().out)["compared"]["docket"] is None


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--docket", "one"), "--docket goes with --publish"),
        (("--publish", "--docket", "one two"), "is no name of a docket"),
        (("--publish", "--docket", ""), "is no name of a docket"),
    ],
)
def test_misuse_is_answered_in_a_sentence(options: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence) as caught:
        call_command("metrics", *options)
    assert caught.value.returncode == 2


@pytest.mark.usefixtures("small_source")
def test_the_command_refuses_another_selection() -> None:
    call_command("metrics", "--publish", "--docket", "one", "--key", "requests_received")
    with pytest.raises(CommandError, match="holds figures of") as caught:
        call_command("metrics", "--publish", "--docket", "one", "--facility", "northfield")
    assert caught.value.returncode == 2
    assert synthetic.mirror().facilities == ("northfield", "riverside")
