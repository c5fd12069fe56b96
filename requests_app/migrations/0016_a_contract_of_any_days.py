"""The citation of the contract named five days, whatever its version counts."""

from django.db import migrations

BEFORE = "Contract: five business days once complete"
NOW = "Contract, as agreed with whoever requests"


def say(words):
    """Return what puts these words in place of the other ones."""

    def change(apps, schema_editor):
        policies = apps.get_model("requests_app", "Policy").objects
        policies.filter(key="contract", citation__in=(BEFORE, NOW)).update(citation=words)

    return change


class Migration(migrations.Migration):
    dependencies = [("requests_app", "0015_secrets_to_show_once")]
    operations = [migrations.RunPython(say(NOW), say(BEFORE))]
