"""The mail with which a person chooses a first password; the link works once, for three days."""

import smtplib

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from requests_app.models import User


def send_invitation(person: User) -> bool:
    """Send the link and say whether the mail server took it."""
    path = reverse(
        "account_reset_password_from_key",
        kwargs={
            "uidb36": user_pk_to_url_str(person),
            "key": default_token_generator.make_token(person),
        },
    )
    words = {
        "address": settings.PUBLIC_ADDRESS.rstrip("/") + path,
        "organization": person.organization,
        "days": settings.PASSWORD_RESET_TIMEOUT // 86400,
    }
    body = render_to_string("requests_app/notices/invitation.txt", words)
    try:
        send_mail("Your account in Discless", body, settings.DEFAULT_FROM_EMAIL, [person.email])
    except (smtplib.SMTPException, OSError, ValueError):  # a domain that no encoding carries
        return False
    return True
