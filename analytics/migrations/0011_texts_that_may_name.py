"""A kept mapping held texts of a column of completion, which may name somebody: they go."""

from django.db import migrations


def forget(apps, schema_editor):
    """Take the texts out of every kept mapping, and what was said out of every import that is done."""
    for one in apps.get_model("analytics", "SavedMapping").objects.all():
        if one.mapping.get("values", {}).pop("completed_at", None) is not None:
            one.save(update_fields=["mapping"])
    runs = apps.get_model("analytics", "ImportRun").objects
    runs.filter(state="done").update(mapping={})  # others may be begun again within a day


class Migration(migrations.Migration):
    dependencies = [("analytics", "0010_packs_of_dockets")]
    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
