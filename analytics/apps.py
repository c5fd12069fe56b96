"""The Django app of measures."""

from pathlib import Path

from django.apps import AppConfig
from django.conf import settings

from analytics.mirror.bounds import Bounds, bound


class AnalyticsConfig(AppConfig):
    """What the events add up to."""

    name = "analytics"
    verbose_name = "Analytics"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Bound the databases in which mirrors are asked."""
        folder = Path(settings.MIRROR_ROOT) / "spill"
        bound(Bounds(memory=f"{settings.MIRROR_MEMORY}B", folder=str(folder)))
