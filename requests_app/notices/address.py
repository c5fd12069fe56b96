"""One check of a mail address, for forms and serializers: can a mail be written to it?"""

from django.core.exceptions import ValidationError
from django.core.mail.message import sanitize_address
from django.core.validators import MaxLengthValidator, validate_email

_CHECK_LENGTH = MaxLengthValidator(254)  # a mail server takes no more (RFC 5321, 4.5.3.1.3)
UNSENDABLE = "No mail can be written to this address. Check its spelling."


def check_address(address: str) -> None:
    """Raise ValidationError unless a mail to this address can be put on the wire.

    Django's own check lets names through that no encoding of domains can carry, such as a label
    of 60 umlauts or an empty one behind an ideographic full stop. Its sender is asked instead.
    """
    try:
        validate_email(address)
        _CHECK_LENGTH(address)
        # Folding may change a domain into one that is none (a.m..com): check what comes out.
        validate_email(sanitize_address(address, "utf-8"))
    except (ValidationError, ValueError) as error:  # UnicodeError is a ValueError
        raise ValidationError(UNSENDABLE, code="invalid") from error
