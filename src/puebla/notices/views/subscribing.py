"""Subscriptions of the public: asked for, confirmed, looked after, stopped; nobody signs in for it."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from puebla.core.verdicts import RefusedError
from puebla.notices import actions
from puebla.notices.actions import topics as offered
from puebla.notices.actions.messages import sign, unsign
from puebla.notices.forms import LanguageForm, SubscribeForm, TopicsForm
from puebla.notices.models import Subscription, SubscriptionRequest
from puebla.notices.querysets import SubscriptionRequestQuerySet
from puebla.notices.views.inbox import wanted
from puebla.notices.views.stopping import invalid

#: Subscriptions that one client may ask for in an hour.
MOST_AN_HOUR = 20


@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponseBase:
    """Ask for the daily digest of what is released; the answer is the same whatever is known of the address."""
    at = timezone.now()
    asked = {name: request.GET.get(name, "") for name in offered.ASKED}
    search = offered.search_of(request.GET.dict().items())
    form = SubscribeForm(
        request.POST if request.method == "POST" else None,
        at=at,
        search=search if _is_search(search) else "",
        initial={
            "language": get_language(),
            "search": [f"search:{search}"],
            **{topic: [f"{topic}:{asked[topic]}"] for topic in offered.TOPICS},
        },
    )
    if request.method == "POST" and form.is_valid():
        if not _may_ask(request, at):
            return render(request, "notices/too_many.html", status=429)
        values = form.cleaned_data
        actions.ask(email=values["email"], language=values["language"], topics=values["topics"], at=at)
        return redirect("subscriptions:asked")
    return render(request, "notices/subscribe.html", {"form": form})


def _is_search(search: str) -> bool:
    """Whether a search is more than one of the topics that are offered anyway."""
    filters = offered.filters_of(search)
    return bool(filters) and not (len(filters) == 1 and next(iter(filters)) in offered.TOPICS)


def _may_ask(request: HttpRequest, at: dt.datetime) -> bool:
    """Count this client's requests of the hour, under a mark that cannot be read back and is of no use after it."""
    remote = request.META.get("REMOTE_ADDR", "")
    if remote in ("127.0.0.1", "::1", ""):
        # Behind a proxy on the same machine: what the proxy itself saw stands last.
        remote = request.META.get("HTTP_X_FORWARDED_FOR", remote).rpartition(",")[2].strip()
    mark = salted_hmac("puebla.notices.client", f"{remote} {at:%Y%m%d%H}").hexdigest()
    key = f"subscribe:{mark[:32]}"
    if cache.add(key, 1, timeout=3600):
        return True
    try:
        return cache.incr(key) <= MOST_AN_HOUR
    except ValueError:
        return True


@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    """What happens next, in the same words for every address."""
    return render(request, "notices/asked.html")


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponseBase:
    """The link of the message: shows what is asked, and begins it on a POST, since mail programs open links by themselves."""
    at = timezone.now()
    ref = unsign("confirm", token) or ""
    waiting: SubscriptionRequestQuerySet = SubscriptionRequest.objects.open(at)
    asked = waiting.filter(ref=ref).first()
    if asked is None:
        return render(request, "notices/lapsed.html", status=404)
    if request.method == "POST":
        try:
            row = actions.confirm(ref=ref, at=at)
        except RefusedError:
            return render(request, "notices/lapsed.html", status=404)
        messages.success(request, _("The subscription has begun. The digest comes in the morning of days on which something was released."))  # fmt: skip
        return redirect("subscriptions:manage", sign("subscription", row.ref))
    lines = _lines([(topic, value) for topic, value in asked.topics], at)
    return render(request, "notices/confirm.html", {"asked": asked, "lines": lines})


def _lines(followed: list[tuple[str, str]], at: dt.datetime) -> list[dict[str, Any]]:
    labels = {**offered.TOPICS, "search": ""}
    return [
        {
            "choice": one,
            "label": labels[one.topic],
            "name": offered.told_name(one, at),
            "address": offered.address_of(one.value) if one.topic == "search" else "",
        }
        for one in offered.named(followed, at)
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def manage(request: HttpRequest, token: str) -> HttpResponseBase:
    """What an address is told of, by the link in its mail: more, less, another language, nothing any more."""
    at = timezone.now()
    row = Subscription.objects.filter(ref=unsign("subscription", token) or "").first()
    if row is None:
        return invalid(request)
    act = wanted(request, "act")
    followed = [(one.topic, one.value) for one in row.topics.all()]
    without = frozenset(f"{topic}:{value}" for topic, value in followed)
    sent = request.POST if request.method == "POST" else None
    more = TopicsForm(sent if act == "add" else None, at=at, without=without)
    language = LanguageForm(sent if act == "language" else None, initial={"language": row.language})
    if request.method == "POST":
        answer = _managed(request, row, act, more, language, at)
        if answer is not None:
            return answer
    context = {
        "row": row,
        "lines": _lines(followed, at),
        "more": more,
        "language": language,
        "stop": sign("subscription", row.ref),
    }
    return render(request, "notices/manage.html", context)


def _managed(
    request: HttpRequest,
    row: Subscription,
    act: str,
    more: TopicsForm,
    language: LanguageForm,
    at: dt.datetime,
) -> HttpResponseBase | None:
    """Do what was asked; None where a form has to be shown again."""
    if act == "drop":
        topic, _colon, value = wanted(request, "topic", 400).partition(":")
        if not actions.drop(subscription=row, topic=topic, value=value, at=at):
            return render(request, "notices/stopped.html")
    elif act == "add":
        if not more.is_valid():
            return None
        actions.add(subscription=row, topics=more.cleaned_data["topics"], at=at)
    elif act == "language":
        if not language.is_valid():
            return None
        actions.set_language(subscription=row, language=language.cleaned_data["language"])
    messages.success(request, _("Saved."))
    return redirect(request.path)


# The token is the proof; the mail program that posts for its reader has no cookie (RFC 8058).
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponseBase:
    """Ask, and on a POST stop the subscription and forget the address; stopped twice is stopped."""
    ref = unsign("subscription", token)
    if ref is None:
        return invalid(request)
    if request.method == "POST":
        actions.stop(ref=ref, at=timezone.now())
        return render(request, "notices/stopped.html")
    if not Subscription.objects.filter(ref=ref).exists():
        return render(request, "notices/stopped.html")
    return render(request, "notices/stop.html")
