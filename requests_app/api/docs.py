"""A plain page about the API: no script, nothing from elsewhere."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
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
