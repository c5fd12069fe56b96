"""The Django app that holds the frame of every page and the command `up`."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """Composition root."""

    name = "project"
    verbose_name = "Discless"
