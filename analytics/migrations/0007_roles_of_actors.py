"""The mirror also reads in which role somebody acted."""

import importlib

from django.db import migrations

BEFORE = importlib.import_module("analytics.migrations.0004_change_outbox")
READ_OF_EVENTS = (*BEFORE.READ_OF_EVENTS, "actor_role")


def noting(columns: tuple[str, ...]) -> str:
    """Return the trigger that notes a change of what the mirror reads of an event."""
    return f"""
CREATE OR REPLACE TRIGGER analytics_notes_mended AFTER UPDATE ON requests_app_event
    FOR EACH ROW WHEN ({BEFORE.differs(columns)}) EXECUTE FUNCTION analytics_note_event();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0006_import_run"),
        ("requests_app", "0013_roles_of_actors"),
    ]
    operations = [
        migrations.RunSQL(noting(READ_OF_EVENTS), noting(BEFORE.READ_OF_EVENTS)),
    ]
