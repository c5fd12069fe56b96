"""A small world of requests, and everything that may happen to what the mirror is folded from."""

from datetime import date, timedelta

from django.db.models import QuerySet

from requests_app.models import Event, Facility, Holiday, ImagingRequest, Policy
from requests_app.vocabulary import Channel, State
from tests.requests_app.cast import AT, Cast, file_request

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
KINDS = (
    *("complete", "approved", "located", "prepared", "sent", "available", "delivery_failed"),
    *("hold_started", "hold_ended", "failure_noted", "failure_recovered", "manual_touch"),
    *("denied", "withdrawn", "not_found", "extended", "first_opened", "closed"),
)
MOVES = {
    "approved": State.APPROVED,
    "available": State.DELIVERED,
    "denied": State.DENIED,
    "withdrawn": State.WITHDRAWN,
    "not_found": State.NOT_FOUND,
}
REASONS = ("", "AU03", "LO05", "RV01", "TR06")


class World:
    """Some requests, and everything that may happen to what they are folded from."""

    def __init__(self, cast: Cast) -> None:
        """Four requests of the days before: complete, held, delivered, and just received."""
        self.cast, self.at, self.made = cast, AT - 3 * DAY, 0
        for place in (cast.northfield, cast.lakeside, cast.northfield, cast.lakeside):
            self.file(place)
        for number in range(3):
            self.happen(number, "complete", "", -HOUR)
        self.happen(1, "hold_started", "AU03", -2 * HOUR)
        self.happen(2, "approved", "", 10 * DAY)
        self.happen(2, "available", "", -20 * HOUR)
        self.at = AT

    def file(self, place: Facility) -> None:
        self.made += 1
        basis = "patient_access" if self.made % 2 else "treatment"
        file_request(place, at=self.at, legal_basis=basis, scope=f"CT {self.made}")

    def file_somewhere(self, n: int) -> None:
        self.file((self.cast.northfield, self.cast.lakeside)[n % 2])

    def pick(self, number: int) -> ImagingRequest | None:
        found = list(ImagingRequest.objects.order_by("pk"))
        return found[number % len(found)] if found else None

    def happen(self, number: int, kind: str, reason: str, ago: timedelta) -> None:
        """Add an event, perhaps with an earlier moment, or one that is yet to come."""
        request = self.pick(number)
        if request is None:
            return
        last = Event.objects.filter(request=request).order_by("seq").last()
        Event.objects.create(
            request=request,
            seq=last.seq + 1 if last else 1,
            kind=kind,
            occurred_at=self.at - ago,
            recorded_at=self.at,
            reason=reason,
            state_to=MOVES.get(kind, ""),
            channel=Channel.PHYSICAL_CD if kind == "available" else "",
            touch="call" if kind == "manual_touch" else "",
        )

    def delete(self, n: int) -> None:
        """As retention does: with all that hangs on it."""
        if (found := self.pick(n)) is not None:
            found.delete()

    def _events(self, n: int) -> QuerySet[Event]:
        return Event.objects.filter(pk__in=Event.objects.order_by("pk")[n : n + 1])

    def correct(self, n: int) -> None:
        self._events(n).update(occurred_at=self.at - n * HOUR, reason=REASONS[n % 5])

    def strike(self, n: int) -> None:
        self._events(n).delete()

    def _request(self, n: int) -> QuerySet[ImagingRequest]:
        return ImagingRequest.objects.filter(pk=getattr(self.pick(n), "pk", None))

    def edit(self, n: int) -> None:
        self._request(n).update(
            partner=f"Partner {n}",
            direction=("inbound", "outbound")[n % 2],
            need_by=date(9999, 12, 31) if n == 9 else self.at.date() + DAY * (n - 4),
        )

    def need(self, n: int) -> None:
        self._request(n).update(need_by=self.at.date() + DAY * n if n % 3 else None)

    def move(self, n: int) -> None:
        self._request(n).update(facility=(self.cast.northfield, self.cast.lakeside)[n % 2])

    def redraft(self, n: int) -> None:
        self._request(n).update(state=(State.DRAFT, State.RECEIVED)[n % 2])

    def holiday(self, n: int) -> None:
        Holiday.objects.update_or_create(
            facility=self.cast.northfield,
            date=self.at.date() + DAY * (n % 7),
            defaults={"name": f"Holiday {n}"},
        )

    def no_holiday(self, n: int) -> None:
        Holiday.objects.filter(date__gte=self.at.date() - DAY * n).delete()

    def _lakeside(self) -> QuerySet[Facility]:
        return Facility.objects.filter(pk=self.cast.lakeside.pk)

    def rezone(self, n: int) -> None:
        zones = ("America/New_York", "Asia/Kolkata", "America/Chicago")
        self._lakeside().update(zone=zones[n % 3])

    def rename(self, n: int) -> None:
        self._lakeside().update(slug=("lakeside", "annex", "zoo")[n % 3])

    def rule(self, n: int) -> None:
        Policy.objects.update_or_create(
            key="contract",
            facility=self.cast.northfield if n % 2 else None,
            organization=self.cast.northfield.organization,
            effective_from=(self.at - DAY * (n % 9)).date(),
            defaults={
                **{"label": "Contract", "days": 3 + n % 5, "unit": "business"},
                **{"starts": "complete", "stop": "available", "pauses": True, "enabled": True},
                **{"verified_on": date(2026, 1, 1), "verified_by": "a test"},
            },
        )

    def no_rule(self, n: int) -> None:
        theirs = Policy.objects.exclude(organization=None)
        theirs.filter(effective_from__gte=(self.at - DAY * n).date()).delete()

    def shipped_rule(self, n: int) -> None:
        Policy.objects.filter(key="hipaa_access", organization=None).update(days=20 + n % 10)


OPERATIONS = (
    *("file_somewhere", "delete", "correct", "strike", "edit", "move", "redraft", "holiday"),
    *("no_holiday", "rezone", "rename", "rule", "no_rule", "shipped_rule", "need"),
)
