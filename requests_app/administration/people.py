"""People: who they are, what they may do, and the mail that lets them in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit.access import if_there
from requests_app.administration.doors import administrators, keeper_of, looked, put_on
from requests_app.house.invitation import send_invitation
from requests_app.house.people import Post, change_person, invite, switch
from requests_app.models import Facility, User
from requests_app.notices.address import check_address
from requests_app.notices.files import folder_of_mail
from requests_app.refusals import DisclessError
from requests_app.vocabulary import Role

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from requests_app.house.ledger import Keeper

ROLES: dict[Role, str] = {
    Role.REQUESTER: "Requester: asks, and sees own requests",
    Role.RELEASE_STAFF: "Release staff: works on requests",
    Role.SUPERVISOR: "Supervisor: works, decides, sees figures",
    Role.HIM_DIRECTOR: "HIM director: sees figures, decides denials",
    Role.AUDITOR: "Auditor: reads and reviews the access log",
    Role.ANALYST: "Analyst: sees figures, imports logs",
    Role.ADMINISTRATOR: "Administrator: sets up the house",
}


UNSEEN = (
    "sees no request but their own, no figure, and nothing in the access log that belongs to a "
    "facility"
)
SEES_NOTHING = f"{{email}} has no facility, and so {UNSEEN}. Open the person and choose one, or every facility."


class PersonForm(forms.Form):
    """What a person is in the organization."""

    first_name = forms.CharField(max_length=150, required=False)
    last_name = forms.CharField(max_length=150, required=False)
    roles = forms.MultipleChoiceField(
        choices=[(role.value, words) for role, words in ROLES.items()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one role."},
    )
    sees_all_facilities = forms.BooleanField(label="Every facility, later ones too", required=False)
    facilities = forms.ModelMultipleChoiceField(
        queryset=Facility.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Choose at least one, or every facility below: without any, staff, supervisors, "
        "directors, auditors and analysts see no request but their own, no figure, and no entry of "
        "a facility.",
    )

    def __init__(self, *args: Any, keeper: Keeper, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Facility.objects.filter(organization=keeper.organization)
        self.fields["facilities"].queryset = own  # type: ignore[attr-defined]

    def post(self) -> Post:
        """Return what was said."""
        said = self.cleaned_data
        return Post(
            first_name=said["first_name"],
            last_name=said["last_name"],
            roles=frozenset(Role(one) for one in said["roles"]),
            facilities=tuple(said["facilities"]),
            sees_all_facilities=said["sees_all_facilities"],
        )


class InviteForm(PersonForm):
    """The same, with the email that a new person signs in with."""

    email = forms.EmailField(max_length=254, validators=[check_address])
    field_order = ("email", "first_name", "last_name")


@administrators
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """List the people of the organization."""
    keeper = keeper_of(request)
    looked(request, "people")
    found = User.objects.filter(organization=keeper.organization).order_by("-is_active", "email")
    rows = [
        {
            "person": one,
            "roles": sorted(group.name for group in one.groups.all()),
            "waits": not one.has_usable_password(),
            "sees_nothing": _sees_nothing(one),
        }
        for one in found.prefetch_related("groups", "facilities")
    ]
    context = {"rows": rows, "mail_folder": folder_of_mail()}
    return render(request, "requests_app/administration/people.html", context)


@administrators
@require_http_methods(["GET", "POST"])
def new_person(request: HttpRequest) -> HttpResponse:
    """Invite a person by mail."""
    keeper = keeper_of(request)
    form = InviteForm(request.POST if request.method == "POST" else None, keeper=keeper)
    if form.is_valid():
        try:
            person = invite(keeper, form.cleaned_data["email"], form.post())
        except DisclessError as error:
            put_on(form, error)
        else:
            _mail(request, person)
            _warn(request, person, form.post())
            return redirect("administration:people")
    return _page(request, form, None)


@administrators
@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show and change one person."""
    keeper = keeper_of(request)
    found = _own(keeper, person_id)
    looked(request, f"user:{found.pk}")
    form = PersonForm(
        request.POST if request.method == "POST" else None, keeper=keeper, initial=_initial(found)
    )
    if form.is_valid():
        try:
            change_person(keeper, found, form.post())
        except DisclessError as error:
            put_on(form, error)
        else:
            messages.success(request, f"{found.email} is changed.")
            _warn(request, found, form.post())
            return redirect("administration:people")
    return _page(request, form, found)


@administrators
@require_POST
def switch_person(request: HttpRequest, person_id: int) -> HttpResponse:
    """Switch an account off, or on again."""
    keeper = keeper_of(request)
    found = _own(keeper, person_id)
    is_on = request.POST.get("on") == "1"
    try:
        switch(keeper, found, on=is_on)
    except DisclessError as error:
        messages.error(request, error.sentence)
    else:
        words = "can sign in again" if is_on else "can no longer sign in"
        messages.success(request, f"{found.email} {words}.")
    return redirect("administration:person", found.pk)


@administrators
@require_POST
def invite_again(request: HttpRequest, person_id: int) -> HttpResponse:
    """Send the link again to somebody who never chose a password."""
    keeper = keeper_of(request)
    found = _own(keeper, person_id)
    if found.has_usable_password() or not found.is_active:
        messages.error(request, "This person needs no invitation: see Forgot your password.")
    else:
        _mail(request, found)
    return redirect("administration:person", found.pk)


def _mail(request: HttpRequest, found: User) -> None:
    if not send_invitation(found):
        messages.warning(
            request,
            f"{found.email} has an account, but the mail server did not take the invitation. "
            "Open the person and send it again.",
        )
    elif where := folder_of_mail():
        messages.warning(
            request,
            f"{found.email} is invited, but no mail server is set: the mail with the link is the "
            f"newest file in {where} on the server. Hand the link over yourself.",
        )
    else:
        messages.success(request, f"{found.email} is invited: a link is on its way by mail.")


def _warn(request: HttpRequest, person: User, post: Post) -> None:
    if post.sees_nothing:
        messages.warning(request, SEES_NOTHING.format(email=person.email))


def _sees_nothing(person: User) -> bool:
    names = {group.name for group in person.groups.all()}
    return Post(
        roles=frozenset(role for role in Role if role.value in names),
        facilities=tuple(person.facilities.all()),
        sees_all_facilities=person.sees_all_facilities,
    ).sees_nothing


def _own(keeper: Keeper, person_id: int) -> User:
    ours = User.objects.filter(organization=keeper.organization)
    return if_there(ours.filter(pk=person_id).first())


def _initial(found: User) -> dict[str, Any]:
    return {
        "first_name": found.first_name,
        "last_name": found.last_name,
        "roles": list(found.groups.values_list("name", flat=True)),
        "sees_all_facilities": found.sees_all_facilities,
        "facilities": list(found.facilities.values_list("pk", flat=True)),
    }


def _page(request: HttpRequest, form: PersonForm, found: User | None) -> HttpResponse:
    sees_nothing = found is not None and _sees_nothing(found)
    context = {"form": form, "person": found, "sees_nothing": sees_nothing, "unseen": UNSEEN}
    status = 422 if form.is_bound else 200
    return render(request, "requests_app/administration/person.html", context, status=status)
