"""An import that ended without its log held what was said of its file: it lies with the file."""

from django.db import migrations


def forget(apps, schema_editor):
    """Take what was said out of every import that is over; one begun again reads its file's."""
    runs = apps.get_model("analytics", "ImportRun").objects
    runs.filter(state__in=("done", "failed", "cancelled")).update(mapping={})


class Migration(migrations.Migration):
    dependencies = [("analytics", "0012_logs_of_a_kept_mapping")]
    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
