"""The door of the read API. What stands behind it is loaded when somebody first comes: pages do not wait for it."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.urls import Resolver404, resolve

from puebla.api.rules import known_parameters
from puebla.api.views.errors import problem

BEHIND = "puebla.api.urls.reading"


def v1(request: HttpRequest, rest: str = "") -> HttpResponseBase:
    """Ask the API itself; what it does not know is told in its own shape."""
    try:
        match = resolve(f"/{rest}", BEHIND)
    except Resolver404:
        return problem(request, 404)
    asked, request.method = (
        request.method,
        "GET",
    )  # HEAD is answered as GET, and its body dropped on the way out
    response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
    request.method = asked
    return response


def openapi(request: HttpRequest) -> JsonResponse:
    """The description of the API for programs (OpenAPI 3.1)."""
    from puebla.api.views.reading import description

    known_parameters(request, {"lang"})
    facts: dict[str, Any] = description()
    return JsonResponse(
        facts, json_dumps_params={"ensure_ascii": False}, content_type="application/json; charset=utf-8"
    )
