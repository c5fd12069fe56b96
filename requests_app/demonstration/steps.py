"""One function for each thing that happens in a story."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from requests_app.delivery import handover, link
from requests_app.delivery.letter import Denial, deny
from requests_app.demonstration import people
from requests_app.demonstration.phantoms import study_zip
from requests_app.demonstration.story import Actor, Step, Story, Verb
from requests_app.failure_codes import FailureCode
from requests_app.imaging.receive import NamedFile, receive_files
from requests_app.intake.authority import Paper, need_of, record_authority
from requests_app.intake.authorization import ELEMENTS, Found, is_needed, record_authorization
from requests_app.intake.completeness import complete
from requests_app.intake.identity import verify_identity
from requests_app.lifecycle import effort, follow_up, holds
from requests_app.lifecycle.journal import Particulars, record
from requests_app.lifecycle.transition import transition
from requests_app.models import Delivery, ImagingRequest, ShareLink, User
from requests_app.vocabulary import Channel, EventKind, State, Touch

DENIAL = Denial(
    basis="The demonstration holds back what was asked for here.",
    review="You may ask for another professional to review this decision.",
    complaint="You may complain to the privacy office, or to the Secretary of HHS.",
)


class Telling:
    """One request on its way through its story."""

    def __init__(
        self,
        *,
        request: ImagingRequest,
        story: Story,
        staff: User,
        colleague: User,
        supervisor: User,
    ) -> None:
        self.request, self.story = request, story
        self.staff, self.colleague, self.supervisor = staff, colleague, supervisor
        self.delivery: Delivery | None = None
        self.link: ShareLink | None = None

    def do(self, step: Step) -> None:
        """Let a step happen, through the verb that real work goes through."""
        _DOES[step.verb](self, step)

    def by(self, step: Step) -> User | None:
        """Return who does a step."""
        if step.by is Actor.NOBODY:
            return None
        return self.supervisor if step.by is Actor.SUPERVISOR else self.staff


def _verify(telling: Telling, step: Step) -> None:
    number = people.record_number(telling.story.patient)
    verify_identity(telling.request, record_number=number, by=telling.by(step), at=step.at)


def _complete(telling: Telling, step: Step) -> None:
    request, by = telling.request, telling.by(step)
    on = request.facility.local_day(telling.story.received)
    need = need_of(request)
    if is_needed(request):
        elements = frozenset(element.field for element in ELEMENTS)
        form = Found(elements=elements, signed_on=on, expires_on=on + timedelta(days=365))
        record_authorization(request, form, by=by, at=step.at)
    elif need is not None:
        kind = min(need.kinds)
        number = f"Demonstration paper {telling.story.patient:04d}"
        paper = Paper(
            kind=kind, description=number, dated_on=on, is_signed=True, names_recipient=True
        )
        record_authority(request, paper, by=by, at=step.at)
    complete(request, by=by, at=step.at)


def _hold(telling: Telling, step: Step) -> None:
    holds.hold(telling.request, reason=_reason(step), by=telling.by(step), at=step.at)


def _release(telling: Telling, step: Step) -> None:
    holds.release(telling.request, by=telling.by(step), at=step.at)


def _move(telling: Telling, step: Step) -> None:
    to = step.to or State(telling.request.state)
    if to is State.DENIED:
        deny(telling.request, DENIAL, by=telling.by(step), at=step.at, reason=_reason(step))
        return
    what = Particulars(reason=step.reason)
    transition(telling.request, to=to, by=telling.by(step), at=step.at, particulars=what)


def _touch(telling: Telling, step: Step) -> None:
    effort.touch(telling.request, step.touch or Touch.CALL, by=telling.by(step), at=step.at)


def _fail(telling: Telling, step: Step) -> None:
    effort.note_failure(telling.request, _reason(step), by=telling.by(step), at=step.at)


def _recover(telling: Telling, step: Step) -> None:
    effort.recover(telling.request, _reason(step), by=telling.by(step), at=step.at)


def _assign(telling: Telling, step: Step) -> None:
    effort.assign(telling.request, to=telling.staff, by=telling.by(step), at=step.at)


def _hand_on(telling: Telling, step: Step) -> None:
    effort.assign(telling.request, to=telling.colleague, by=telling.by(step), at=step.at)
    telling.staff, telling.colleague = telling.colleague, telling.staff


def _attach(telling: Telling, step: Step) -> None:
    story = telling.story
    content = study_zip(
        story.images,
        record_number=people.record_number(story.patient),
        name=f"Patient {story.patient:04d}^Sample",
        born=people.birth_date(story.patient),
        on=story.received.date() - timedelta(days=20),
        key=story.key,
    )
    file = NamedFile(name="study.zip", chunks=[content])
    receive_files(
        telling.request,
        [file],
        by=telling.by(step),
        at=step.at,
        channel=step.channel or Channel.P2P_VPN_DICOM,
    )


def _arrive(telling: Telling, step: Step) -> None:
    _note(telling, step, EventKind.IMAGES_RECEIVED)


def _usable(telling: Telling, step: Step) -> None:
    _note(telling, step, EventKind.IMAGES_USABLE)


def _link(telling: Telling, step: Step) -> None:
    request = telling.request
    issued = link.create_link(
        request,
        recipient_name=request.recipient_name,
        recipient_email=request.recipient_email,
        by=telling.by(step),
        at=step.at,
    )
    telling.delivery = issued.delivery
    telling.link = ShareLink.objects.select_related("delivery__request").get(
        delivery=issued.delivery
    )


def _hand_over(telling: Telling, step: Step) -> None:
    request = telling.request
    telling.delivery = handover.hand_over(
        request,
        channel=step.channel or Channel.UNKNOWN,
        recipient_name=request.recipient_name,
        recipient_address=request.recipient_email,
        by=telling.by(step),
        at=step.at,
    )


def _available(telling: Telling, step: Step) -> None:
    if telling.delivery is not None:
        handover.mark_available(telling.delivery, by=telling.by(step), at=step.at)
        telling.request.state = State.DELIVERED


def _lost(telling: Telling, step: Step) -> None:
    if telling.delivery is not None:
        reason = _reason(step)
        handover.mark_failed(telling.delivery, reason=reason, by=telling.by(step), at=step.at)
        telling.request.state = State.DELIVERY_FAILED


def _opened(telling: Telling, step: Step) -> None:
    if telling.link is not None:
        link.opened(telling.link, at=step.at)
        return
    _note(telling, step, EventKind.FIRST_OPENED)
    if telling.delivery is not None:
        telling.delivery.first_opened_at = step.at
        telling.delivery.save(update_fields=("first_opened_at",))


def _downloaded(telling: Telling, step: Step) -> None:
    if telling.link is not None:
        link.downloaded(telling.link, at=step.at)
        return
    _note(telling, step, EventKind.DOWNLOADED)


def _confirm(telling: Telling, step: Step) -> None:
    handover.confirm_usable(telling.request, by=telling.by(step), at=step.at)


def _hear(telling: Telling, step: Step) -> None:
    follow_up.hear(telling.request, _reason(step), by=telling.by(step), at=step.at)


def _note(telling: Telling, step: Step, kind: EventKind) -> None:
    by = telling.by(step)
    what = Particulars(channel=step.channel, delivery=telling.delivery, by_recipient=by is None)
    record(telling.request, kind, by=by, at=step.at, particulars=what)


def _reason(step: Step) -> FailureCode:
    if step.reason is None:
        raise ValueError(f"a step of the plan lacks its reason: {step.verb}")
    return step.reason


_DOES: dict[Verb, Callable[[Telling, Step], None]] = {
    Verb.VERIFY: _verify,
    Verb.COMPLETE: _complete,
    Verb.HOLD: _hold,
    Verb.RELEASE: _release,
    Verb.MOVE: _move,
    Verb.TOUCH: _touch,
    Verb.FAIL: _fail,
    Verb.RECOVER: _recover,
    Verb.ASSIGN: _assign,
    Verb.HAND_ON: _hand_on,
    Verb.ATTACH: _attach,
    Verb.ARRIVE: _arrive,
    Verb.USABLE: _usable,
    Verb.LINK: _link,
    Verb.HAND_OVER: _hand_over,
    Verb.AVAILABLE: _available,
    Verb.LOST: _lost,
    Verb.OPENED: _opened,
    Verb.DOWNLOADED: _downloaded,
    Verb.CONFIRM: _confirm,
    Verb.HEAR: _hear,
}
