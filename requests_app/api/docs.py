"""The API described: every address with what it does and the fields that it takes, no script."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_GET
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.http import HttpRequest, HttpResponse
    from rest_framework.request import Request

Schema = dict[str, Any]
MOST_WORDS = 15
"""A field's choices are listed up to this many; longer lists have pages of their own."""
LONG = {"RequestStateEnum": "a state, such as ready", "ReasonEnum": "a failure code, such as IN01"}
FORMATS = {"date": "a date, such as 1980-02-29", "email": "an email"}


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of a call: its name, whether it must be said, and what it may hold."""

    name: str
    is_needed: bool
    holds: str


@dataclass(frozen=True, kw_only=True)
class Call:
    """One address of the API with one method."""

    method: str
    path: str
    does: str
    fields: tuple[Field, ...]


def calls() -> list[Call]:
    """Return every call of the API, by address."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    known = schema["components"]["schemas"]
    return [
        Call(
            method=method.upper(),
            path=path,
            does=call.get("description", ""),
            fields=(*_of_body(call, known), *_of_address(call)),
        )
        for path, methods in sorted(schema["paths"].items())
        for method, call in methods.items()
    ]


def _of_body(call: Schema, known: Mapping[str, Schema]) -> Iterator[Field]:
    body = call.get("requestBody", {}).get("content", {}).get("application/json", {})
    form = _resolved(body.get("schema", {}), known)
    needed = form.get("required", ())
    properties = form.get("properties", {})
    for name in sorted(properties, key=lambda name: name not in needed):
        yield Field(name=name, is_needed=name in needed, holds=_holds(properties[name], known))


def _of_address(call: Schema) -> Iterator[Field]:
    for one in call.get("parameters", ()):
        if one["in"] == "query":
            form = one.get("schema", {})
            words = ", ".join(map(str, form.get("items", form).get("enum", ())))
            said = one.get("description", "")
            holds = f"{said} ({words})" if said and words else said or words
            yield Field(name=one["name"], is_needed=one.get("required", False), holds=holds)


def _holds(said: Schema, known: Mapping[str, Schema]) -> str:
    """Say what a field may hold, and what it is where it is left out."""
    kind = _resolved(said, known)
    words, default = kind.get("enum", ()), said.get("default") or kind.get("default")
    if len(words) > MOST_WORDS:
        found = LONG[
            said.get("$ref", said.get("allOf", [{}])[0].get("$ref", "")).rpartition("/")[2]
        ]
    elif words:
        found = ", ".join(map(str, words))
    elif kind.get("maximum"):
        found = f"{kind['minimum']} to {kind['maximum']}"
    else:
        found = FORMATS.get(kind.get("format", ""), "")
    return f"{found} ({default} if left out)".lstrip() if default else found


def _resolved(said: Schema, known: Mapping[str, Schema]) -> Schema:
    """Follow a reference, alone or among alternatives, to what it names."""
    for name in ("allOf", "oneOf"):
        if name in said:
            return _resolved(said[name][0], known)
    name = said.get("$ref", "").rpartition("/")[2]
    return known[name] if name else said


class Described(APIView):
    """The same for a program."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Return every call with its fields."""
        return Response({"calls": [asdict(one) for one in calls()]})


@login_required
def _page(request: HttpRequest) -> HttpResponse:
    return render(request, "requests_app/api.html", {"calls": calls()})


@require_GET
def docs(request: HttpRequest) -> HttpResponse:
    """Show every address of the API with what it does and takes; JSON to who brings a key."""
    if "Authorization" in request.headers:
        return cast("HttpResponse", Described.as_view()(request))
    return _page(request)


class ByAccessKeyScheme(OpenApiAuthenticationExtension):
    """How the API's description names the key."""

    target_class = "requests_app.api.authentication.ByAccessKey"
    name = "accessKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:  # noqa: ARG002
        """Return the scheme."""
        return {"type": "http", "scheme": "bearer"}
