"""Let a rule say that a written reason stops its clock, and mend the rows that could not."""

from django.db import migrations, models

UNTIL = ["sent", "available", "written reason sent"]


def mend(apps, schema_editor):
    """The rule on infeasibility could not be stored with its real stop before."""
    rows = apps.get_model("requests_app", "Policy").objects.filter(key="information_blocking")
    rows.update(stop="written reason sent")


def spoil(apps, schema_editor):
    """Store what the narrower field can hold."""
    rows = apps.get_model("requests_app", "Policy").objects.filter(stop="written reason sent")
    rows.update(stop="sent")


class Migration(migrations.Migration):
    dependencies = [("requests_app", "0002_numbers_and_roles")]
    operations = [
        migrations.AlterField(
            model_name="policy",
            name="stop",
            field=models.CharField(
                choices=[(word, word.capitalize()) for word in UNTIL], max_length=20
            ),
        ),
        migrations.RunPython(mend, spoil),
        migrations.AddConstraint(
            model_name="policy",
            constraint=models.CheckConstraint(
                condition=models.Q(("stop__in", UNTIL)), name="rule_stop_is_known"
            ),
        ),
    ]
