"""The bench of the audit log compares the same save with and without its entry."""

import pytest

from audit.models import AuditEntry, Pending
from project import bench_audit
from requests_app.models import Organization, Patient

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_bench_saves_as_often_with_an_entry_as_without(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SAVES": 3, "ROUNDS": 2, "WRITERS": 2, "SECONDS": 0.2}.items():
        monkeypatch.setattr(bench_audit, name, value)
    house = Organization.objects.create(name="Bench", slug="bench")
    created = bench_audit._ratio(bench_audit._create(house))
    assert created["ratio_min"] <= created["ratio"] <= created["ratio_max"]
    assert Patient.objects.count() == 2 * AuditEntry.objects.count() == 18
    bench_audit._ratio(bench_audit._update(house))
    assert Patient.objects.count() == 18
    assert AuditEntry.objects.count() == Pending.objects.count() == 18
    assert bench_audit._throughput(house, audited=True) > 0
    assert AuditEntry.objects.count() > 18
