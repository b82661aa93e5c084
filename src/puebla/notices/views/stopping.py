"""The link in every mail that ends this mail with one click, without signing in."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from puebla.accounts.models import Person
from puebla.core import registry
from puebla.notices import actions
from puebla.notices.actions.messages import unsign


# The token is the proof; the mail program that posts for its reader has no cookie (RFC 8058).
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop_person(request: HttpRequest, token: str) -> HttpResponseBase:
    """Ask, and on a POST end, all mail of what a person with a seat follows; the inbox goes on."""
    ref = unsign("person", token)
    person = Person.objects.filter(ref=ref, is_active=True).first() if ref else None
    if person is None:
        return invalid(request)
    if request.method != "POST":
        return render(request, "notices/stop.html", {"inside": True})
    actions.stop_mail(person=person, at=timezone.now())
    return render(request, "notices/stopped.html", {"inside": True})


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop_kind(request: HttpRequest, token: str) -> HttpResponseBase:
    """Ask, and on a POST end, mail of one kind to a person with a seat; the inbox goes on."""
    ref, _colon, source = (unsign("kind", token) or "").partition(":")
    person = Person.objects.filter(ref=ref, is_active=True).first() if ref else None
    label = registry.mail_kinds.named(source)
    if person is None or label is None:
        return invalid(request)
    if request.method != "POST":
        return render(request, "notices/stop.html", {"inside": True, "kind": label()})
    actions.stop_kind(person=person, source=source, at=timezone.now())
    return render(request, "notices/stopped.html", {"inside": True, "kind": label()})


def invalid(request: HttpRequest) -> HttpResponse:
    """A link that was cut, forged, or is of something gone."""
    return render(request, "notices/invalid.html", status=404)
