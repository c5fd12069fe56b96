"""The demonstration: repeatable, believable, and written through the verbs of real work."""

import time
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from requests_app.delivery.sweep import sweep
from requests_app.demonstration import write
from requests_app.demonstration.plan import plan
from requests_app.demonstration.story import Story, Verb
from requests_app.demonstration.write import write_year
from requests_app.failure_codes import FailureCode
from requests_app.models import Event, ImagingRequest
from requests_app.sla.policy import timeline_of
from requests_app.vocabulary import Channel, Direction, State

AS_OF = datetime(2026, 11, 24, 13, tzinfo=UTC)


def test_the_same_seed_gives_the_same_stories() -> None:
    assert plan(seed=3, requests=200, as_of=AS_OF) == plan(seed=3, requests=200, as_of=AS_OF)
    assert plan(seed=3, requests=200, as_of=AS_OF) != plan(seed=4, requests=200, as_of=AS_OF)


def test_every_state_but_draft_occurs() -> None:
    found = set()
    for story in plan(seed=1, requests=60, as_of=AS_OF):
        moves = [step.to for step in story.steps if step.to is not None]
        found.add(moves[-1] if moves else State.RECEIVED)
    assert found == set(State) - {State.DRAFT}


def test_a_story_runs_forward_and_ends_by_the_as_of_moment() -> None:
    for story in plan(seed=1, requests=600, as_of=AS_OF):
        moments = [story.received, story.logged, *(step.at for step in story.steps)]
        assert moments[2:] == sorted(moments[2:])
        assert story.received <= story.logged
        assert all(step.at <= AS_OF for step in story.steps)


@pytest.mark.parametrize("day", [22, 26, 28, 29])  # Thanksgiving, and days of weekends
def test_nothing_is_told_of_days_to_come_though_no_work_was_done(day: int) -> None:
    as_of = datetime(2026, 11, day, 15, tzinfo=UTC)
    for story in plan(seed=1, requests=3000, as_of=as_of):
        assert max(story.received, story.logged, *(step.at for step in story.steps)) <= as_of
        assert story.received <= story.logged


def test_what_is_asked_for_reads_as_a_sentence() -> None:
    asked = {story.scope for story in plan(seed=1, requests=600, as_of=AS_OF)}
    assert not [words for words in asked if "the both" in words]


def test_every_release_that_waits_to_be_sent_has_images() -> None:
    waiting = 0
    for story in plan(seed=1, requests=3000, as_of=AS_OF):
        moves = [step.to for step in story.steps if step.to is not None]
        if story.direction is Direction.INBOUND or moves[-1:] not in (
            [State.READY],
            [State.RETRIEVED],
        ):
            continue
        waiting += 1
        verbs = [step.verb for step in story.steps]
        assert story.images == story.modality
        assert verbs.count(Verb.ATTACH) == 1
    assert waiting > 10


def test_discs_become_rarer_over_the_year() -> None:
    stories = plan(seed=1, requests=1500, as_of=AS_OF)
    shares = []
    for half in (stories[:700], stories[800:]):
        sent = [step.channel for story in half for step in story.steps if step.verb == "hand_over"]
        discs = [channel for channel in sent if channel and channel.startswith("physical")]
        shares.append(len(discs) / len(sent))
    assert shares[1] < shares[0] - 0.05
    assert any(step.channel is Channel.UNKNOWN for story in stories for step in story.steps)


def test_what_is_heard_later_is_heard_after_the_end_and_seldom() -> None:
    stories = plan(seed=1, requests=3000, as_of=AS_OF)
    heard = []
    for story in stories:
        later = [step for step in story.steps if step.verb is Verb.HEAR]
        heard += [step.reason for step in later]
        if later:
            moves = [step for step in story.steps if step.to is not None]
            assert moves[-1].to in (State.CLOSED, State.DENIED, State.NOT_FOUND)
            assert later[0].at > moves[-1].at
    assert set(heard) == {"FU01", "FU02", "FU03", "FU04", "TR09", "TR10"}
    assert heard.count(FailureCode.TR10) < len(stories) / 100
    assert len(heard) < len(stories) / 20


@pytest.mark.django_db
def test_what_is_heard_later_is_written_into_the_year(monkeypatch: pytest.MonkeyPatch) -> None:
    stories = [story for story in plan(seed=1, requests=3000, as_of=AS_OF) if _last_heard(story)]
    one_each = sorted({_last_heard(story): story for story in stories}.items())
    monkeypatch.setattr(write, "plan", lambda **_: [story for _, story in one_each])
    write_year(seed=1, requests=3000, as_of=AS_OF, password="only for a test")
    told = ImagingRequest.objects.order_by("pk").prefetch_related("events")
    last = [list(request.events.all())[-1] for request in told]
    assert [event.reason for event in last] == [reason for reason, _ in one_each]
    assert {event.kind for event in last} == {"failure_noted"}


@pytest.mark.django_db
@pytest.mark.parametrize("place", ["northfield", "lakeside"])  # three who release, and one
def test_a_colleague_takes_some_requests_over_before_the_search(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stories = [one for one in plan(seed=1, requests=3000, as_of=AS_OF) if one.place == place]
    handed_on = [one for one in stories if Verb.HAND_ON in {step.verb for step in one.steps}]
    assert 0.05 < len(handed_on) / len(stories) < 0.2
    monkeypatch.setattr(write, "plan", lambda **_: handed_on[:1])
    write_year(seed=1, requests=1, as_of=AS_OF, password="only for a test")
    request = ImagingRequest.objects.get()
    events = list(request.events.all())
    [handing] = [
        place
        for place, (one, following) in enumerate(pairwise(events))
        if (one.kind, following.kind) == ("assigned", "search_started")
    ]
    assert events[handing].actor_id != events[handing + 1].actor_id
    assert events[handing + 1].actor_id == request.assigned_to_id


@pytest.mark.django_db
def test_images_that_came_late_are_noted_then_and_not_by_the_first_sweep(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stories = plan(seed=1, requests=3000, as_of=AS_OF)
    late = [one for one in stories if FailureCode.US08 in {step.reason for step in one.steps}]
    assert 20 < len(late) < len(stories) / 20
    monkeypatch.setattr(write, "plan", lambda **_: late[-2:])
    write_year(seed=1, requests=2, as_of=AS_OF, password="only for a test")
    assert Event.objects.filter(reason=FailureCode.US08).count() == 2
    assert sweep(AS_OF)["arrived late"] == 0
    Event.objects.filter(reason=FailureCode.US08).delete()
    assert sweep(AS_OF)["arrived late"] == 2


def _last_heard(story: Story) -> str:
    heard = [str(step.reason) for step in story.steps if step.verb is Verb.HEAR]
    return heard[-1] if heard else ""


@pytest.mark.django_db
def test_sixty_requests_are_written_once_with_clocks_that_run_forward() -> None:
    started = time.process_time()  # of this process: the machine may be busy
    first = write_year(seed=1, requests=60, as_of=AS_OF, password="only for a test")
    seconds = time.process_time() - started
    second = write_year(seed=1, requests=60, as_of=AS_OF, password="only for a test")

    assert (first.requests, second.requests, second.already) == (60, 0, 60)
    assert seconds < 20
    assert ImagingRequest.objects.filter(is_demonstration=True).count() == 60
    assert not Event.objects.filter(audit_entry=None).exists()
    for request in ImagingRequest.objects.prefetch_related("events"):
        events = list(request.events.all())
        moments = [event.occurred_at for event in events if event.kind != "logged"]
        assert moments == sorted(moments)
        timeline = timeline_of(events)
        if timeline.available is not None:
            assert timeline.received <= timeline.complete <= timeline.available
        moves = [event.state_to for event in events if event.state_to]
        assert moves[-1] == request.state
