"""The ASGI application: uploads go to the sink, which streams; everything else, bounded, to Django."""

import os
from typing import Any

from django.core.asgi import get_asgi_application

from project.body_limit import BodyLimit
from requests_app.upload.sink import Receive, Scope, Send, Sink, takes

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

_django: Any = get_asgi_application()
_sink, _bounded = Sink(_django), BodyLimit(_django)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one call."""
    await (_sink if takes(scope) else _bounded)(scope, receive, send)
