"""Tie deliveries of before to the studies that were there when they were made.

Nobody wrote down then which images a delivery released, so it is tied to every image of a study
that had arrived by then: a study that grew later releases more than was sent.
"""

from django.db import migrations

BIND = """
INSERT INTO requests_app_delivery_instances (delivery_id, instance_id)
SELECT delivery.id, instance.id
FROM requests_app_delivery delivery
JOIN requests_app_study study
  ON study.request_id = delivery.request_id AND study.first_received_at <= delivery.created_at
JOIN requests_app_series series ON series.study_id = study.id
JOIN requests_app_instance instance ON instance.series_id = series.id
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("requests_app", "0010_released_images")]
    operations = [migrations.RunSQL(BIND, migrations.RunSQL.noop)]
