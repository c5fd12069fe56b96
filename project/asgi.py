"""The ASGI application: uploads go to the sink, which streams; everything else to Django."""

import os
from typing import Any

from django.core.asgi import get_asgi_application

from requests_app.upload.sink import Receive, Scope, Send, Sink, takes

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

_django: Any = get_asgi_application()
_sink = Sink(_django)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one call."""
    await (_sink if takes(scope) else _django)(scope, receive, send)
