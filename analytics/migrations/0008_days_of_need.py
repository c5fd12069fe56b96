"""The mirror also reads by which day images are needed."""

import importlib

from django.db import migrations

BEFORE = importlib.import_module("analytics.migrations.0005_wishes_and_fees")
READ_OF_REQUESTS = (*BEFORE.READ_OF_REQUESTS, "need_by")


class Migration(migrations.Migration):
    dependencies = [("analytics", "0007_roles_of_actors")]
    operations = [
        migrations.RunSQL(
            BEFORE.noting(READ_OF_REQUESTS), BEFORE.noting(BEFORE.READ_OF_REQUESTS)
        ),
    ]
