import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The order points at entries without a constraint: a row that is gone must not block proof."""

    dependencies = [("audit", "0002_append_only")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveField("sequenced", "entry_id"),
                migrations.AddField(
                    "sequenced",
                    "entry",
                    models.OneToOneField(
                        "audit.AuditEntry",
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        db_constraint=False,
                        related_name="place",
                    ),
                ),
            ]
        ),
        migrations.AddField("review", "facilities", models.TextField(blank=True, default="")),
        migrations.AddField("review", "first_seq", models.BigIntegerField(null=True)),
        migrations.AddField("review", "last_seq", models.BigIntegerField(null=True)),
    ]
