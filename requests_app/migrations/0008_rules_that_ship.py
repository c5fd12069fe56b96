"""Write the clock rules that ship: a database that leaned on constants keeps its clocks.

The rows are as they shipped that day: what later code ships is no business of this step.
"""

from datetime import date

from django.db import migrations

READ_ON = date(2026, 11, 24)
FIELDS = (
    *("key", "label", "citation", "days", "unit", "starts", "stop", "pauses"),
    *("extension_days", "verified_by"),
)
ROWS = (
    (
        "hipaa_access",
        "Patient access",
        "45 CFR 164.524(b)(2)",
        30,
        "calendar",
        "received",
        "available",
        False,
        30,
        "Discless: read in the regulation",
    ),
    (
        "contract",
        "Contract",
        "Contract: five business days once complete",
        5,
        "business",
        "complete",
        "available",
        True,
        0,
        "Discless: a contract term, set by the facility",
    ),
    (
        "information_blocking",
        "Infeasibility notice",
        "45 CFR 171.204(b)",
        10,
        "business",
        "received",
        "written reason sent",
        False,
        0,
        "",
    ),
    (
        "ca_copies",
        "California, copies",
        "Cal. Health & Safety Code 123110",
        15,
        "calendar",
        "received",
        "available",
        False,
        0,
        "",
    ),
    (
        "ny_access",
        "New York",
        "N.Y. Public Health Law 18",
        10,
        "calendar",
        "received",
        "available",
        False,
        0,
        "",
    ),
    (
        "tx_access",
        "Texas",
        "Tex. Occ. Code 159.006(d)",
        15,
        "business",
        "received",
        "available",
        False,
        0,
        "",
    ),
    (
        "wa_access",
        "Washington",
        "RCW 70.02.080",
        15,
        "business",
        "received",
        "available",
        False,
        0,
        "",
    ),
    (
        "wa_delay",
        "Washington, with delay notice",
        "RCW 70.02.080",
        21,
        "business",
        "received",
        "available",
        False,
        0,
        "",
    ),
    (
        "mqsa_transfer",
        "Mammography transfer",
        "21 CFR 900.12(c)(4)",
        15,
        "calendar",
        "received",
        "available",
        False,
        0,
        "",
    ),
)


def write(apps, schema_editor):
    policies = apps.get_model("requests_app", "Policy").objects
    for values in ROWS:
        row = dict(zip(FIELDS, values, strict=True)) | {"day_zero": "receipt"}
        signed = bool(row["verified_by"])
        row |= {"enabled": signed, "verified_on": READ_ON if signed else None}
        policies.get_or_create(
            key=row["key"], organization=None, facility=None, effective_from=None, defaults=row
        )


class Migration(migrations.Migration):
    dependencies = [("requests_app", "0007_rules_of_an_organization")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
