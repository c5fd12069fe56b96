"""Write the clock rules that ship: a database that leaned on constants keeps its clocks."""

from django.db import migrations

from requests_app.house.rules import shipped_rows


def write(apps, schema_editor):
    policies = apps.get_model("requests_app", "Policy").objects
    for row in shipped_rows():
        policies.get_or_create(
            key=row["key"], organization=None, facility=None, effective_from=None, defaults=row
        )


class Migration(migrations.Migration):
    dependencies = [("requests_app", "0007_rules_of_an_organization")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
