"""The Django app of a request's life."""

from django.apps import AppConfig


class RequestsAppConfig(AppConfig):
    """Requests: asked, checked, imaged, delivered."""

    name = "requests_app"
    verbose_name = "Requests"
    default_auto_field = "django.db.models.BigAutoField"
