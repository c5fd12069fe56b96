"""The Django app of the sealed log."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The tamper-evident log."""

    name = "audit"
    verbose_name = "Audit log"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to sign-ins."""
        from audit.sessions import connect

        connect()
