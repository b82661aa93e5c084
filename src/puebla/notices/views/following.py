"""What a person follows, and the buttons by which it begins and ends."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from puebla.accounts.models import Person
from puebla.accounts.views import PersonRequest, signed_in
from puebla.core import registry
from puebla.core.languages import show
from puebla.core.news import Followable, Followed, Offer
from puebla.core.prepared import Prepared
from puebla.core.verdicts import RefusedError
from puebla.core.words import fold
from puebla.members.querysets import Reach, reach_of
from puebla.members.querysets.prepared import reach_in
from puebla.notices import actions, rules
from puebla.notices.forms import PaceForm
from puebla.notices.models import Correspondence, Follow, MailStop
from puebla.notices.views.inbox import wanted


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def following(request: PersonRequest) -> HttpResponseBase:
    """What I follow, how often I am written to, and what else may be followed."""
    at = timezone.now()
    row = Correspondence.objects.filter(person=request.person).first()
    form = PaceForm(request.POST or None, initial={"pace": row.pace if row else "daily"})
    if request.method == "POST" and form.is_valid():
        actions.set_pace(pace=form.cleaned_data["pace"], by=request.person, at=at)
        messages.success(request, _("Saved."))
        return redirect("notices:following")
    reach = reach_of(request.person, at)
    followed = set(Follow.objects.filter(person=request.person).values_list("topic", "value"))
    context = {
        "form": form,
        "groups": [group for group in _followed(request.person, reach, followed) if group["lines"]],
        "offers": [group for group in _offered(request.person, reach, followed) if group["lines"]],
        "kinds": list(_kinds(request.person)),
        "here": reverse("notices:following"),
    }
    return render(request, "notices/following.html", context)


def _kinds(person: Person) -> Iterator[dict[str, Any]]:
    """Kinds of mail that come without being followed, and whether the person stopped each."""
    stopped = set(MailStop.objects.filter(person=person).values_list("source", flat=True))
    for source, label in registry.mail_kinds.items():
        yield {"source": source, "label": label(), "stopped": source in stopped}


@signed_in
@require_POST
def change_stop(request: PersonRequest, source: str) -> HttpResponseBase:
    """Stop mail of one kind, or have it again."""
    if registry.mail_kinds.named(source) is None:
        raise Http404
    at = timezone.now()
    if wanted(request, "stop") == "1":
        actions.stop_kind(person=request.person, source=source, at=at)
        messages.success(request, _("This mail is stopped; your inbox goes on."))
    else:
        actions.resume_kind(person=request.person, source=source, at=at)
        messages.success(request, _("You get this mail again."))
    return redirect("notices:following")


def _followed(person: Person, reach: Reach, followed: set[Followed]) -> Iterator[dict[str, Any]]:
    """What is followed, by topic; what one may not know of any more is shown without its name, to be stopped."""
    for followable in _offering():
        for topic, label in followable.topics.items():
            values = [value for one, value in followed if one == topic]
            offers = followable.offers(person, reach, topic, values) if values else {}
            lines = [{"topic": topic, "value": value, "offer": offers.get(value)} for value in values]
            yield {"label": label, "lines": sorted(lines, key=_by_name)}


def _offered(person: Person, reach: Reach, followed: set[Followed]) -> Iterator[dict[str, Any]]:
    """What may be followed besides, by topic."""
    for followable in _offering():
        for topic, label in followable.topics.items():
            offers = followable.offers(person, reach, topic, None)
            lines = [
                {"topic": topic, "value": value, "offer": offer}
                for value, offer in offers.items()
                if (topic, value) not in followed
            ]
            yield {"topic": topic, "label": label, "lines": lines}


def _offering() -> Iterator[Followable]:
    return (one for one in registry.followables if one.offered)


def _by_name(line: dict[str, Any]) -> str:
    return fold(str(show(line["offer"].names))) if line["offer"] else "\uffff"


@signed_in
@require_POST
def follow(request: PersonRequest) -> HttpResponseBase:
    """Follow what the button stands for, and go back to its page."""
    topic, value = wanted(request, "topic"), wanted(request, "value")
    at = timezone.now()
    offer = rules.offer_of(request.person, reach_of(request.person, at), topic, value)
    if offer is None:
        raise Http404
    try:
        actions.follow(topic=topic, value=value, by=request.person, at=at)
    except RefusedError as refusal:
        messages.error(request, str(refusal))
    else:
        told = _("You follow “%(what)s” now: what is new there comes to your inbox and into your mail.")
        messages.success(request, told % {"what": show(offer.names)})
    return _back(request)


@signed_in
@require_POST
def unfollow(request: PersonRequest) -> HttpResponseBase:
    """Stop following, with one click."""
    if actions.unfollow(
        topic=wanted(request, "topic"), value=wanted(request, "value"), by=request.person, at=timezone.now()
    ):
        messages.success(request, _("You do not follow it any more."))
    return _back(request)


def _back(request: HttpRequest) -> HttpResponseBase:
    target = wanted(request, "next", 2000)
    known = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return redirect(target if known and target.startswith("/") else "notices:following")


@signed_in
@require_safe
def choose(request: PersonRequest) -> HttpResponseBase:
    """What of a record may be followed: itself, its body, its kind, its themes; `?of=document&value=…`."""
    topic, value = wanted(request, "topic"), wanted(request, "value")
    reach = reach_of(request.person)
    own = rules.offer_of(request.person, reach, topic, value)
    if own is None:
        raise Http404
    known = rules.followable_of(topic)
    kin = known.kin(request.person, reach, topic, value) if known else []
    followed = set(Follow.objects.filter(person=request.person).values_list("topic", "value"))
    lines = []
    for one, code in [(topic, value), *kin]:
        offer = own if (one, code) == (topic, value) else rules.offer_of(request.person, reach, one, code)
        if offer is not None:
            label = known.topics[one] if known else ""
            lines.append({"topic": one, "value": code, "label": label, "offer": offer,
                          "followed": (one, code) in followed})  # fmt: skip
    context = {"own": own, "lines": lines, "here": request.get_full_path()}
    return render(request, "notices/choose.html", context)


# The button on other pages ---------------------------------------------------------------------------------------------


def button(request: Any, topic: str, value: str) -> dict[str, object] | None:
    """The button to follow this, or to stop; greyed with its reason; nothing where there is nothing to follow.

    A list asks for many of one topic: all of a page's are found in a constant number of queries.
    """
    person = getattr(request, "person", None)
    if person is None:
        return None
    if topic == "document":
        address = f"{reverse('notices:choose')}?topic={topic}&value={value}"
        return {"template": "notices/choose_link.html", "context": {"address": address}}
    memory = _memory(request, person)
    offer = _offer_in(memory, person, topic, value)
    if offer is None:
        return None
    context = {
        "topic": topic,
        "value": value,
        "names": offer.names,
        "followed": (topic, value) in memory["followed"],
        "verdict": offer.verdict,
        "here": request.get_full_path(),
        "csrf_request": request,
    }
    return {"template": "notices/button.html", "context": context}


def _offer_in(memory: dict[str, Any], person: Person, topic: str, value: str) -> Offer | None:
    """The offer to follow this: the first of a topic is asked for by itself, as the page of one thing has no other; from the
    second on a page is a list, and all are asked for at once."""
    if topic not in memory["offers"]:
        memory["offers"][topic] = None
        return rules.offer_of(person, memory["reach"], topic, value)
    if memory["offers"][topic] is None:
        known = rules.followable_of(topic)
        memory["offers"][topic] = known.offers(person, memory["reach"], topic, None) if known else {}
    return memory["offers"][topic].get(value) or rules.offer_of(person, memory["reach"], topic, value)


def _memory(request: Any, person: Person) -> dict[str, Any]:
    found: dict[str, Any] | None = getattr(request, "_followed", None)
    if found is None:
        followed = set(_followed_by.rows(person.pk))
        found = request._followed = {"followed": followed, "reach": reach_in(request), "offers": {}}
    return found


_followed_by = Prepared(
    lambda person: Follow.objects.filter(person=person).order_by().values_list("topic", "value")
)
