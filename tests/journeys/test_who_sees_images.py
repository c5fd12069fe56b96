"""Unreleased images are for staff of the facility; who asked sees what a delivery released."""

import pytest
from django.test import Client
from journey_cast import facility, somebody
from released import ready, sent

from requests_app.models import ImagingRequest, Instance, ShareLink, User
from requests_app.vocabulary import Role

pytestmark = pytest.mark.django_db
LOOKERS = (Role.RELEASE_STAFF, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.HIM_DIRECTOR)


@pytest.fixture
def prepared(client: Client) -> ImagingRequest:
    """A request of Northfield that is ready, its images not released."""
    client.force_login(somebody(Role.SUPERVISOR, facility(), name="preparer"))
    return ready(client)


def browser_of(person: User) -> Client:
    """Return a signed-in browser; a crash becomes a 500 and not an exception."""
    found = Client(raise_request_exception=False)
    found.force_login(person)
    return found


def staff_doors(request: ImagingRequest) -> dict[str, tuple[str, dict[str, object] | None]]:
    """Return every staff door of a request: address, and what is posted where it is a POST."""
    base = f"/work/requests/{request.number}/"
    image = Instance.objects.get(series__study__request=request, number=1)
    study = request.studies.get()
    step = {"expected": request.state, "note": "x", "study": study.pk}
    return {
        "page": (base, None),
        "view": (f"{base}view/", None),
        "frame": (f"{base}frames/{image.pk}/0/soft.jpg", None),
        "zip": (f"{base}originals.zip", None),
        "step": (f"{base}do/take/", step),
        "remove": (f"{base}do/remove/", step),
        "attach": (f"{base}images/", {}),
        "stream": (f"{base}images/stream/", {}),
    }


def knock(client: Client, address: str, said: dict[str, object] | None) -> int:
    answer = client.get(address) if said is None else client.post(address, said)
    if answer.streaming:
        b"".join(answer.streaming_content)  # type: ignore[arg-type]
    return answer.status_code


@pytest.mark.parametrize("role", LOOKERS)
def test_staff_of_another_hospital_who_asked_find_no_staff_door(
    prepared: ImagingRequest, role: Role
) -> None:
    asker = somebody(role, facility("elsewhere"), name="asker")
    ImagingRequest.objects.filter(pk=prepared.pk).update(requester=asker)
    browser = browser_of(asker)
    for door, (address, said) in staff_doors(prepared).items():
        refusals = (404, 403) if role is Role.HIM_DIRECTOR and said is not None else (404,)
        assert knock(browser, address, said) in refusals, door
    for listing in ("queue", "outside-images", "deliveries"):
        page = browser.get(f"/work/{listing}/").content.decode()
        assert prepared.number not in page, listing
    assert prepared.number in browser.get("/mine/").content.decode()
    assert prepared.studies.count() == 1


@pytest.mark.parametrize("places", [(), ("northfield",)])
def test_a_requester_sees_no_unreleased_image_even_of_the_facility_they_belong_to(
    prepared: ImagingRequest, places: tuple[str, ...]
) -> None:
    asker = somebody(Role.REQUESTER, *(facility(one) for one in places), name="asker")
    ImagingRequest.objects.filter(pk=prepared.pk).update(requester=asker)
    browser = browser_of(asker)
    for door, (address, said) in staff_doors(prepared).items():
        assert knock(browser, address, said) == 403, door


def test_who_asked_cannot_release_to_themselves_by_the_api(prepared: ImagingRequest) -> None:
    asker = somebody(Role.SUPERVISOR, facility("elsewhere"), name="asker")
    ImagingRequest.objects.filter(pk=prepared.pk).update(requester=asker)
    browser = browser_of(asker)
    said = {"recipient_name": "Me", "recipient_email": "me@example.org"}
    base = f"/api/requests/{prepared.number}/"
    answer = browser.post(f"{base}link/", said, content_type="application/json")
    assert answer.status_code in (403, 404)
    answer = browser.post(
        f"{base}transition/", {"to": "delivering"}, content_type="application/json"
    )
    assert answer.status_code in (403, 404, 422)
    assert not ShareLink.objects.exists()


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ANALYST])
def test_roles_that_see_work_do_not_see_images(prepared: ImagingRequest, role: Role) -> None:
    browser = browser_of(somebody(role, facility()))
    doors = staff_doors(prepared)
    assert knock(browser, *doors["page"]) == 200
    for door in ("view", "frame", "zip", "remove", "attach", "stream"):
        assert knock(browser, *doors[door]) == 403, door


@pytest.mark.parametrize("role", LOOKERS)
def test_staff_of_the_facility_see_them(prepared: ImagingRequest, role: Role) -> None:
    browser = browser_of(somebody(role, facility()))
    doors = staff_doors(prepared)
    for door in ("page", "view", "frame", "zip"):
        assert knock(browser, *doors[door]) == 200, door


def test_no_image_of_another_request_by_the_number_of_ones_own(
    client: Client, prepared: ImagingRequest
) -> None:
    other = ready(client)
    foreign = Instance.objects.filter(series__study__request=other).first()
    assert foreign is not None
    address = f"/work/requests/{prepared.number}/frames/{foreign.pk}/0/soft.jpg"
    assert client.get(address).status_code == 404


def test_the_recipients_doors_open_by_the_link_alone(client: Client) -> None:
    supervisor = somebody(Role.SUPERVISOR, facility())
    client.force_login(supervisor)
    request, path = sent(client)
    other, _ = sent(client)
    asker = somebody(Role.REQUESTER, name="asker")
    ImagingRequest.objects.filter(pk=request.pk).update(requester=asker)
    link = ShareLink.objects.get(delivery__request=request)
    image = Instance.objects.get(series__study__request=request, number=1)
    foreign = Instance.objects.get(series__study__request=other, number=1)
    base = f"/shared/{link.pk}/"
    doors = [base, f"{base}frames/{image.pk}/0/soft.jpg", f"{base}originals.zip"]
    for browser in (Client(), browser_of(asker), client):
        assert [knock(browser, door, None) for door in doors] == [404, 404, 404]
    browser = browser_of(asker)
    assert browser.post(path).status_code == 302
    assert [knock(browser, door, None) for door in doors] == [200, 200, 200]
    assert knock(browser, f"{base}frames/{foreign.pk}/0/soft.jpg", None) == 404
    assert knock(browser, f"/work/requests/{request.number}/originals.zip", None) == 403
