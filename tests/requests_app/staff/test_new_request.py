"""Staff file what arrives; a form sent again with other words is kept, and asks."""

import re

import pytest
from django.test import Client

from requests_app.models import ImagingRequest
from requests_app.vocabulary import Role
from tests.requests_app.cast import make_cast

pytestmark = pytest.mark.django_db
NEW = "/work/new/"


def test_a_form_sent_again_with_other_words_keeps_them_under_a_new_key(client: Client) -> None:
    cast = make_cast()
    client.force_login(cast.people[Role.RELEASE_STAFF])
    said = {"facility": cast.northfield.pk, "direction": "outbound", "intake": "fax"}
    said |= {"priority": "routine", "requester_type": "patient", "legal_basis": "patient_access"}
    said |= {"requester_name": "Sample Patient 0417", "recipient_name": "Sample Patient 0417"}
    said |= {"patient_family_name": "0417", "preferred_channel": "link_secure"}
    said |= {"scope": "CT abdomen", "submission_key": "k" * 32}
    assert client.post(NEW, said).status_code == 302
    assert client.post(NEW, said).status_code == 302
    answer = client.post(NEW, said | {"scope": "MR knee"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This was sent before with other words" in page
    assert "MR knee" in page
    key = re.search(r'name="submission_key" value="([^"]+)"', page)
    assert key is not None
    again = said | {"scope": "MR knee", "submission_key": key[1]}
    assert client.post(NEW, again).status_code == 302
    assert set(ImagingRequest.objects.values_list("scope", flat=True)) == {"CT abdomen", "MR knee"}
