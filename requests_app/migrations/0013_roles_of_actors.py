from django.db import migrations, models

# The audit log keeps the role in which each event was written; people may have others by now.
FROM_THE_LOG = """
UPDATE requests_app_event AS event
SET actor_role = left(convert_from(entry.body, 'UTF8')::jsonb #>> '{agent,role}', 20)
FROM audit_auditentry AS entry
WHERE entry.id = event.audit_entry AND event.actor_id IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("requests_app", "0012_what_was_submitted"),
        ("audit", "0003_reviews_say_what_they_covered"),
    ]
    operations = [
        migrations.AddField(
            model_name="event",
            name="actor_role",
            field=models.CharField(
                blank=True,
                help_text="The role of the actor then, as the audit log has it.",
                max_length=20,
            ),
        ),
        migrations.RunSQL(FROM_THE_LOG, migrations.RunSQL.noop),
    ]
