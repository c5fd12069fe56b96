"""What every page knows: whether its data are made up."""

from django.conf import settings
from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, object]:  # noqa: ARG001
    """Return the context of the frame."""
    return {"is_demonstration": settings.DEMO}
