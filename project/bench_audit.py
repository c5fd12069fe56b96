"""What an audit entry costs: on a save, and under many writers; on a database made for it."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.db import connection, connections, transaction

from audit.append import append
from audit.proof.entry import Action, Agent, Entry, EventCode
from requests_app.models import Organization, Patient

SAVES, ROUNDS, WRITERS, SECONDS, HELD = 200, 7, 16, 3.0, 0.005
_AGENT = Agent(id="user:1", role="release_staff", name="staff-a", address="10.20.4.17")
Save = Callable[[int, bool], None]


@contextmanager
def _own_database() -> Iterator[None]:
    """Work in a database of its own: what is written to a log cannot be taken back."""
    usual = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"bench_{usual}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(usual, verbosity=0)


def _seal(subject: str, action: Action) -> None:
    append(
        Entry(
            verb="bench.saved",
            code=EventCode.PATIENT_RECORD,
            action=action,
            agent=_AGENT,
            subject=subject,
            facility="northfield",
            patient="0" * 32,
            purpose="patient_access",
            at=datetime.now(UTC),
        )
    )


def _create(house: Organization) -> Save:
    made = iter(range(10**9))

    def save(_: int, audited: bool) -> None:
        with transaction.atomic():
            number = f"B-{next(made)}"
            Patient.objects.create(
                organization=house, medical_record_number=number, family_name="Sample"
            )
            if audited:
                _seal(f"patient:{number}", Action.CREATE)

    return save


def _update(house: Organization) -> Save:
    rows = list(Patient.objects.filter(organization=house)[:SAVES])

    def save(place: int, audited: bool) -> None:
        row = rows[place % len(rows)]
        row.given_name = f"{time.perf_counter_ns()}"
        with transaction.atomic():
            row.save(update_fields=("given_name",))
            if audited:
                _seal(f"patient:{row.pk}", Action.UPDATE)

    return save


def _ratio(save: Save) -> dict[str, float]:
    """Time rounds of plain and audited saves in turn, so that a busy moment strikes both."""
    took: dict[bool, list[float]] = {False: [], True: []}
    for turn in range(ROUNDS + 1):
        for audited in (False, True):
            began = time.perf_counter()
            for place in range(SAVES):
                save(place, audited)
            if turn:  # the first warms up
                took[audited].append((time.perf_counter() - began) / SAVES)
    pairs = [one / plain for plain, one in zip(took[False], took[True], strict=True)]
    return {
        "plain_ms": statistics.median(took[False]) * 1000,
        "audited_ms": statistics.median(took[True]) * 1000,
        "ratio": statistics.median(pairs),
        "ratio_of_best": min(took[True]) / min(took[False]),
        "ratio_min": min(pairs),
        "ratio_max": max(pairs),
    }


def _throughput(house: Organization, audited: bool) -> float:
    """Return transactions a second of writers that each hold theirs open for a while.

    The writers are threads of one process: on few cores Python itself is part of the limit.
    """
    until, done = time.perf_counter() + SECONDS, [0] * WRITERS

    def write(writer: int) -> None:
        name = f"{writer}-{audited}-{time.perf_counter_ns()}"
        while time.perf_counter() < until:
            with transaction.atomic():
                Patient.objects.create(
                    organization=house,
                    medical_record_number=f"W-{name}-{done[writer]}",
                    family_name="Sample",
                )
                if audited:
                    _seal(f"patient:{writer}", Action.CREATE)
                time.sleep(HELD)
            done[writer] += 1
        connections.close_all()

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / SECONDS


def bench_audit() -> dict[str, Any]:
    """Compare saves with and without their entry: one at a time, then 16 writers at once."""
    with _own_database():
        house = Organization.objects.create(name="Bench", slug="bench")
        create = _ratio(_create(house))
        update = _ratio(_update(house))
        rates = [[_throughput(house, audited) for audited in (False, True)] for _ in range(3)]
    shares = [audited / plain for plain, audited in rates]
    return {
        "saves_a_round": SAVES,
        "rounds": ROUNDS,
        "create": create,
        "update": update,
        "writers": {
            "writers": WRITERS,
            "held_ms": HELD * 1000,
            "plain_per_s": statistics.median(plain for plain, _ in rates),
            "audited_per_s": statistics.median(audited for _, audited in rates),
            "share": statistics.median(shares),
            "share_min": min(shares),
            "share_max": max(shares),
        },
    }
