"""The nouns of a request's life, one a file."""

from requests_app.models.access_key import AccessKey
from requests_app.models.authority import AuthorityDocument
from requests_app.models.authorization import Authorization
from requests_app.models.delivery import Delivery, ShareLink
from requests_app.models.event import Event
from requests_app.models.holiday import Holiday
from requests_app.models.imaging_request import ImagingRequest
from requests_app.models.kept_secret import KeptSecret
from requests_app.models.letter import Letter
from requests_app.models.notice import Notice
from requests_app.models.organization import Facility, Organization
from requests_app.models.patient import Patient
from requests_app.models.policy import Policy
from requests_app.models.study import Instance, Receipt, Series, Study
from requests_app.models.user import User

__all__ = [
    "AccessKey",
    "AuthorityDocument",
    "Authorization",
    "Delivery",
    "Event",
    "Facility",
    "Holiday",
    "ImagingRequest",
    "Instance",
    "KeptSecret",
    "Letter",
    "Notice",
    "Organization",
    "Patient",
    "Policy",
    "Receipt",
    "Series",
    "ShareLink",
    "Study",
    "User",
]
