"""A plain page about the API: no script, nothing from elsewhere."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator


@login_required
@require_GET
def docs(request: HttpRequest) -> HttpResponse:
    """Show every address of the API with what it does."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    calls = [
        (method.upper(), path, call.get("description", ""))
        for path, methods in sorted(schema["paths"].items())
        for method, call in methods.items()
    ]
    return render(request, "requests_app/api.html", {"calls": calls})


class ByAccessKeyScheme(OpenApiAuthenticationExtension):
    """How the API's description names the key."""

    target_class = "requests_app.api.authentication.ByAccessKey"
    name = "accessKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:  # noqa: ARG002
        """Return the scheme."""
        return {"type": "http", "scheme": "bearer"}
