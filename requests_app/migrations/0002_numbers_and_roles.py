"""The sequence of request numbers, and one group a role."""

from django.db import migrations

ROLES = (
    *("requester", "release_staff", "supervisor", "him_director", "auditor", "analyst"),
    "administrator",
)


def make_groups(apps, schema_editor):
    group = apps.get_model("auth", "Group")
    for name in ROLES:
        group.objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("requests_app", "0001_initial"), ("auth", "0012_alter_user_first_name_max_length")]
    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE imaging_request_number START 1001",
            "DROP SEQUENCE imaging_request_number",
        ),
        migrations.RunPython(make_groups, migrations.RunPython.noop),
    ]
