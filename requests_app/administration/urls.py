"""Addresses of the administration."""

from django.urls import path
from django.views.generic import RedirectView

from requests_app.administration import facilities, holidays, people, rules
from requests_app.administration.doors import administrators

app_name = "administration"
start = administrators(
    RedirectView.as_view(pattern_name="administration:people", http_method_names=["get", "head"])
)
urlpatterns = [
    path("", start, name="start"),
    path("people/", people.people, name="people"),
    path("people/new/", people.new_person, name="new_person"),
    path("people/<int:person_id>/", people.person, name="person"),
    path("people/<int:person_id>/switch/", people.switch_person, name="switch"),
    path("people/<int:person_id>/invite/", people.invite_again, name="invite"),
    path("facilities/", facilities.facilities, name="facilities"),
    path("facilities/new/", facilities.facility, name="new_facility"),
    path("facilities/<slug:slug>/", facilities.facility, name="facility"),
    path("holidays/", holidays.holidays, name="holidays"),
    path("holidays/add/", holidays.add, name="add_holiday"),
    path("holidays/load/", holidays.load, name="load_holidays"),
    path("holidays/<int:holiday_id>/remove/", holidays.remove, name="remove_holiday"),
    path("rules/", rules.rules, name="rules"),
    path("rules/<slug:key>/", rules.rule, name="rule"),
    path("rules/versions/<int:policy_id>/remove/", rules.withdraw_version, name="withdraw"),
]
