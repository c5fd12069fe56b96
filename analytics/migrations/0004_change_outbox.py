"""What changed since the mirror was folded: written by PostgreSQL in the writer's transaction.

A row names a request, or a facility, an organization or everything, and `since`: for a request
the moment of the event that changed (minus infinity: any of them, null: none), for the others the
first receipt that is touched (null: all).
"""

from django.db import migrations, models

READ_OF_EVENTS = (
    *("request_id", "seq", "kind", "occurred_at", "actor_id", "by_person", "state_to", "reason"),
    *("channel", "touch"),
)
READ_OF_REQUESTS = (
    *("number", "facility_id", "direction", "requester_type", "legal_basis", "modality", "partner"),
    *("priority", "intake", "received_at", "requester_id"),
)
READ_OF_FACILITIES = ("slug", "zone", "organization_id")


def differs(columns: tuple[str, ...]) -> str:
    """Return SQL that says whether an update changed what the mirror reads."""
    old, new = (", ".join(f"{side}.{column}" for column in columns) for side in ("OLD", "NEW"))
    return f"({old}) IS DISTINCT FROM ({new})"


FORWARD = f"""
CREATE FUNCTION analytics_note_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO analytics_change (request_id, since) VALUES (OLD.request_id, OLD.occurred_at);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO analytics_change (request_id, since) VALUES (NEW.request_id, NEW.occurred_at);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION analytics_note_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO analytics_change (request_id, since) VALUES (OLD.id,
        CASE WHEN TG_OP = 'DELETE' OR OLD.direction <> NEW.direction
            THEN '-infinity'::timestamptz END);
    RETURN NULL;
END $$;
CREATE FUNCTION analytics_note_facility() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO analytics_change (facility_id) VALUES (coalesce(NEW.id, OLD.id));
    RETURN NULL;
END $$;
CREATE FUNCTION analytics_note_holiday() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO analytics_change (facility_id)
        SELECT DISTINCT place FROM (VALUES (OLD.facility_id), (NEW.facility_id)) AS places (place)
        WHERE place IS NOT NULL;
    RETURN NULL;
END $$;
CREATE FUNCTION analytics_note_policy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Two days early: a first day is the facility's, whatever its zone.
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO analytics_change (organization_id, facility_id, since)
            VALUES (OLD.organization_id, OLD.facility_id, OLD.effective_from - 2);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO analytics_change (organization_id, facility_id, since)
            VALUES (NEW.organization_id, NEW.facility_id, NEW.effective_from - 2);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION analytics_note_everything() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO analytics_change DEFAULT VALUES;
    RETURN NULL;
END $$;
CREATE TRIGGER analytics_notes_new AFTER INSERT OR DELETE ON requests_app_event
    FOR EACH ROW EXECUTE FUNCTION analytics_note_event();
CREATE TRIGGER analytics_notes_mended AFTER UPDATE ON requests_app_event
    FOR EACH ROW WHEN ({differs(READ_OF_EVENTS)}) EXECUTE FUNCTION analytics_note_event();
CREATE TRIGGER analytics_notes_gone AFTER DELETE ON requests_app_imagingrequest
    FOR EACH ROW EXECUTE FUNCTION analytics_note_request();
CREATE TRIGGER analytics_notes_mended AFTER UPDATE ON requests_app_imagingrequest
    FOR EACH ROW WHEN ({differs(READ_OF_REQUESTS)}
        OR (OLD.state = 'draft') <> (NEW.state = 'draft'))
    EXECUTE FUNCTION analytics_note_request();
CREATE TRIGGER analytics_notes_new AFTER INSERT OR DELETE ON requests_app_facility
    FOR EACH ROW EXECUTE FUNCTION analytics_note_facility();
CREATE TRIGGER analytics_notes_mended AFTER UPDATE ON requests_app_facility
    FOR EACH ROW WHEN ({differs(READ_OF_FACILITIES)}) EXECUTE FUNCTION analytics_note_facility();
CREATE TRIGGER analytics_notes AFTER INSERT OR UPDATE OR DELETE ON requests_app_holiday
    FOR EACH ROW EXECUTE FUNCTION analytics_note_holiday();
CREATE TRIGGER analytics_notes AFTER INSERT OR UPDATE OR DELETE ON requests_app_policy
    FOR EACH ROW EXECUTE FUNCTION analytics_note_policy();
""" + "".join(
    f"""
CREATE TRIGGER analytics_notes_all AFTER TRUNCATE ON requests_app_{table}
    FOR EACH STATEMENT EXECUTE FUNCTION analytics_note_everything();
"""
    for table in ("event", "imagingrequest", "facility", "holiday", "policy")
)
BACKWARD = "".join(
    f"DROP FUNCTION analytics_note_{what}() CASCADE;"
    for what in ("event", "request", "facility", "holiday", "policy", "everything")
)


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0003_saved_mapping_and_code_key"),
        ("requests_app", "0012_what_was_submitted"),
    ]
    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("request_id", models.BigIntegerField(null=True)),
                ("facility_id", models.BigIntegerField(null=True)),
                ("organization_id", models.BigIntegerField(null=True)),
                (
                    "since",
                    models.DateTimeField(
                        null=True,
                        help_text="of a request the changed moment, else the first receipt touched",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PublishedMirror",
            fields=[
                ("source", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("snapshot", models.CharField(max_length=32)),
            ],
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
