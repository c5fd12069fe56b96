"""Secrets of links: derived under a key outside the database, kept there only as hashes."""

import base64
import hashlib
import hmac

from django.conf import settings


def _derive(purpose: str, salt: str) -> str:
    key = hashlib.sha256(f"discless {purpose} key:{settings.SECRET_KEY}".encode()).digest()
    digest = hmac.new(key, salt.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def link_token(salt: str) -> str:
    """Return the token (256 bits) of a share link with this salt."""
    return _derive("link", salt)


def tracking_token(number: str) -> str:
    """Return the token (256 bits) of a request's tracking page."""
    return _derive("tracking", number)


def hash_of(token: str) -> str:
    """Return the hash under which a token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()
