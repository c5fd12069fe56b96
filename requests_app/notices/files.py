"""Where mail lies when no mail server is set: files that nobody gets by themselves."""

from django.conf import settings

BACKEND = "django.core.mail.backends.filebased.EmailBackend"


def folder_of_mail() -> str:
    """Return the folder in which messages are kept as files; "" where a server takes them."""
    return str(settings.EMAIL_FILE_PATH) if settings.EMAIL_BACKEND == BACKEND else ""
