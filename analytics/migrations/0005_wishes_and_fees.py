"""The mirror also reads by which channel a request was wanted, and whether a fee was charged."""

import importlib

from django.db import migrations

BEFORE = importlib.import_module("analytics.migrations.0004_change_outbox")
READ_OF_REQUESTS = (*BEFORE.READ_OF_REQUESTS, "preferred_channel", "fee_cents")


def noting(columns: tuple[str, ...]) -> str:
    """Return the trigger that notes a change of what the mirror reads of a request."""
    return f"""
CREATE OR REPLACE TRIGGER analytics_notes_mended AFTER UPDATE ON requests_app_imagingrequest
    FOR EACH ROW WHEN ({BEFORE.differs(columns)}
        OR (OLD.state = 'draft') <> (NEW.state = 'draft'))
    EXECUTE FUNCTION analytics_note_request();
"""


class Migration(migrations.Migration):
    dependencies = [("analytics", "0004_change_outbox")]
    operations = [
        migrations.RunSQL(noting(READ_OF_REQUESTS), noting(BEFORE.READ_OF_REQUESTS)),
    ]
