"""What the frame of every page shows: the side bar by role."""

from django.conf import settings
from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, object]:
    """Return the context of the frame."""
    return {"is_demonstration": settings.DEMO, "user": getattr(request, "user", None)}
