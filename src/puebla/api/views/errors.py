"""What a program is told when it gets no answer: one shape for every fault (RFC 9457), in JSON, or XML where XML is read."""

import json
import logging
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language_from_request, gettext_lazy, override
from lxml import etree

from puebla.api.rules import WrongRequestError
from puebla.core.words import one_line

logger = logging.getLogger(__name__)
View = Callable[..., HttpResponseBase]
PROBLEM = "urn:ietf:rfc:7807"
TITLES = {
    400: gettext_lazy("The request cannot be read"),
    401: gettext_lazy("Sign in first"),
    403: gettext_lazy("This is not open to you"),
    404: gettext_lazy("There is nothing at this address"),
    405: gettext_lazy("This cannot be done here"),
    410: gettext_lazy("This was withdrawn"),
    429: gettext_lazy("Too many requests"),
    500: gettext_lazy("Something failed here"),
    503: gettext_lazy("The site does not answer just now"),
    507: gettext_lazy("The disk of the server is full"),
}
DETAILS = {
    404: gettext_lazy("Nothing public has this address. /api/v1/ shows where to begin."),
    500: gettext_lazy(
        "The fault is ours and has been recorded under the number of this request. Try again in a few minutes."
    ),
    503: gettext_lazy("The fault is ours. Try again in a few minutes."),
    507: gettext_lazy("Nothing that stood before was lost. Try again later."),
}


def new_number() -> str:
    """A number by which a request can be found again in the server's own record."""
    return secrets.token_hex(8)


def for_machines(view: View) -> View:
    """A view whose faults are told to a program, and which a page of any other site may ask."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(request, *args, **kwargs)
        except WrongRequestError as wrong:
            return problem(request, wrong.status, detail=wrong, field=wrong.field)
        except Http404:
            return problem(request, 404)
        response.headers["Access-Control-Allow-Origin"] = "*"
        # A page of another site may read these too.
        response.headers["Access-Control-Expose-Headers"] = "ETag, Last-Modified, X-Request-Id"
        return response

    return answer


def problem(
    request: HttpRequest, status: int, *, detail: object = "", field: str = "", number: str = "", **more: Any
) -> HttpResponse:
    """The fault as a document, in the language that the request asks for; kept by nobody, for it carries its number.

    Args:
        field: the parameter that is wrong.
        more: what else is said of it, such as a tombstone.
    """
    number = number or new_number()
    asked = request.GET.get("lang", "")
    spoken = {code for code, _name in settings.LANGUAGES}
    language = asked if asked in spoken else get_language_from_request(request)
    with override(language):
        facts = {
            "type": "about:blank",
            "title": str(TITLES.get(status, TITLES[400])),
            "status": status,
            "detail": str(detail) or str(DETAILS.get(status, "")),
            "field": field or None,
            "request_id": number,
        } | more
    xml = not request.path_info.startswith("/api/")
    kind = "xml" if xml else "json"
    response = HttpResponse(
        _as_xml(facts) if xml else json.dumps(facts, ensure_ascii=False, cls=DjangoJSONEncoder),
        status=status,
        content_type=f"application/problem+{kind}; charset=utf-8",
        headers={"Cache-Control": "no-cache", "Content-Language": language, "X-Request-Id": number},
    )
    response.headers["Access-Control-Allow-Origin"] = "*"
    patch_vary_headers(response, ["Accept-Language"])
    return response


def _as_xml(facts: dict[str, Any]) -> bytes:
    root = etree.Element(f"{{{PROBLEM}}}problem", nsmap={None: PROBLEM})
    for name, value in facts.items():
        if isinstance(value, str | int):
            etree.SubElement(root, f"{{{PROBLEM}}}{name}").text = one_line(str(value))
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")
