"""The Django app of measures."""

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    """What the events add up to."""

    name = "analytics"
    verbose_name = "Analytics"
    default_auto_field = "django.db.models.BigAutoField"
