"""A kept mapping may hold "UTC" that nobody was asked for: it is asked for where it matters."""

from django.db import migrations


def blank(apps, schema_editor):
    """Blank the zone "UTC" of every kept mapping."""
    for one in apps.get_model("analytics", "SavedMapping").objects.filter(mapping__zone="UTC"):
        one.mapping["zone"] = ""
        one.save(update_fields=["mapping"])


class Migration(migrations.Migration):
    dependencies = [("analytics", "0008_days_of_need")]
    operations = [migrations.RunPython(blank, migrations.RunPython.noop)]
