"""The record page of a circular: its words, whom it was sent to, what it asks, who sees it and why."""

import datetime as dt
from typing import Any

from django.core.files.storage import storages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from puebla.accounts.views import PersonRequest, signed_in
from puebla.circulars import actions, rules
from puebla.circulars.actions.messages import place_of, reply_by_in_words
from puebla.circulars.actions.recipients import Chosen, Group, grouped
from puebla.circulars.actions.replying import verdict_on
from puebla.circulars.forms import readers_once_sent
from puebla.circulars.models import Circular, Reply
from puebla.circulars.querysets import readers_in_words, why_i_see
from puebla.core.files.serving import serve
from puebla.core.languages import pending_languages
from puebla.core.models import JournalEntry, Process
from puebla.core.phrases import sentences
from puebla.documents.forms import language_name
from puebla.documents.models import Document
from puebla.documents.querysets import openings_known_to
from puebla.members.models import Meeting, Party
from puebla.members.querysets import Reach, reach_of


def posted(request: PersonRequest) -> Any:
    """What a form is bound to: the data of a POST; nothing otherwise."""
    return request.POST if request.method == "POST" else None


def circular_or_404(request: PersonRequest, address: str, reach: Reach | None = None) -> Circular:
    """The circular of this symbol or reference, or 404 where the person may not know that it exists."""
    seen = Circular.objects.visible_to(request.person, reach=reach).at_address(address).order_by()
    found: Circular | None = seen.select_related(
        "room", "party", "body", "meeting", "sent_by", "changed_by"
    ).first()
    if found is None:
        raise Http404
    return found


def own_parties(circular: Circular, reach: Reach) -> list[Party]:
    """The reader's parties to which it was sent."""
    sent = circular.recipients.filter(party_id__in=sorted(reach.parties)).order_by().values("party_id")
    return list(Party.objects.filter(pk__in=sent).order_by("code"))


def recipients_by_party(circular: Circular) -> list[Group]:
    """Who got it, by party."""
    rows = circular.recipients.select_related("party", "person")
    return grouped(Chosen(one.person, one.party, one.standing) for one in rows)


@signed_in
@require_safe
def record(request: PersonRequest, address: str) -> HttpResponseBase:
    """One circular; that a party opened it is noted once."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    circular = circular_or_404(request, address, reach)
    if circular.symbol and address != circular.symbol:
        return redirect("circulars:record", circular.symbol, permanent=False)
    parties = own_parties(circular, reach)
    actions.note_opened(circular=circular, parties=[one.pk for one in parties], at=at)
    languages = Process.current().languages
    prepares = rules.prepares(reach)
    sent = recipients_by_party(circular)
    context = {
        "circular": circular,
        "languages": [{"code": code, "name": language_name(code)} for code in languages],
        "pending": [language_name(code) for code in pending_languages(circular.texts, languages)],
        "others": [code for code in languages if circular.texts.get(code)],
        "papers": _papers(request, circular, reach),
        "files": circular.files.all(),
        "meeting": meeting_of(request, circular, reach),
        "sent_to": sent,
        "names_people": prepares,
        "extensions": circular.extensions.select_related("extended_by"),
        "replies": [_own_reply(circular, party, reach, at) for party in parties]
        if circular.asks_reply
        else [],
        "opened": circular.openings.filter(party__in=parties).select_related("party"),
        "late": circular.is_late(at),
        "who": readers_in_words(circular),
        "readers": readers_once_sent(circular),
        "why": why_i_see(circular, reach),
        "acts": acts_of(circular, reach, at=at),
        "board": rules.may_see_board(reach, circular),
        "shared_count": _shared_count(request, circular, reach),
        **date_facts(circular),
    }
    return render(request, "circulars/record.html", context)


def date_facts(circular: Circular) -> dict[str, Any]:
    """The reply-by date as given, and the same instant where pages tell another time."""
    if circular.reply_by_at is None:
        return {"reply_by": "", "reply_by_here": ""}
    here = timezone.get_current_timezone_name()
    differs = (
        circular.reply_by_at.astimezone(timezone.get_current_timezone()).utcoffset()
        != circular.reply_by_at.astimezone(_zone(circular)).utcoffset()
    )
    return {
        "reply_by": reply_by_in_words(circular),
        "reply_by_here": place_of(here, circular.reply_by_at) if differs else "",
    }


def _zone(circular: Circular) -> dt.tzinfo:
    from zoneinfo import ZoneInfo

    return ZoneInfo(circular.reply_zone)


def _papers(request: PersonRequest, circular: Circular, reach: Reach) -> list[Document]:
    """The papers that go with it, of those the reader sees."""
    keys = list(circular.papers.order_by().values_list("pk", flat=True))
    if not keys:
        return []
    return list(
        Document.objects.visible_to(request.person, reach=reach).filter(pk__in=keys).select_related("kind")
    )


def meeting_of(request: PersonRequest, circular: Circular, reach: Reach) -> Meeting | None:
    """The meeting it is about, where the reader may know of it: it may still be a draft."""
    if circular.meeting_id is None:
        return None
    found: Meeting | None = (
        Meeting.objects.visible_to(request.person, reach=reach).filter(pk=circular.meeting_id).first()
    )
    return found


def _own_reply(circular: Circular, party: Party, reach: Reach, at: dt.datetime) -> dict[str, Any]:
    rows = {one.state: one for one in circular.replies.filter(party=party, state__in=["draft", "sent"])}
    return {
        "party": party,
        "draft": rows.get("draft"),
        "standing": rows.get("sent"),
        "verdict": verdict_on(reach, circular, party, at=at),
    }


def _shared_count(request: PersonRequest, circular: Circular, reach: Reach) -> int:
    """How many replies of others the reader sees."""
    seen = Reply.objects.visible_to(request.person, reach=reach).filter(circular=circular, state="sent")
    return seen.exclude(party_id__in=sorted(reach.parties)).count() if circular.asks_reply else 0


def acts_of(circular: Circular, reach: Reach, *, at: dt.datetime) -> list[dict[str, Any]]:
    """What may be done with it: address, words, the rule's answer; for who prepares circulars, and who presides."""
    from django.urls import reverse
    from django.utils.translation import gettext as _

    offered: list[tuple[str, str, Any, str]] = []
    if not rules.prepares(reach):
        pass
    elif circular.state == "draft":
        offered = [
            ("send", _("Look at everything and send"), rules.may_send(reach, circular, at=at), ""),
            ("recipients", _("Whom it goes to"), rules.may_describe(reach, circular), "quiet"),
            ("edit", _("Edit"), rules.may_describe(reach, circular), "quiet"),
            ("cancel", _("Discard the draft"), rules.may_cancel(reach, circular), "danger quiet"),
        ]
    elif circular.sent_at is not None:
        offered = [
            ("board", _("Board of replies"), rules.may_see_board(reach, circular), ""),
            ("extend", _("Give more time"), rules.may_extend(reach, circular), "quiet"),
            ("remind", _("Remind now"), rules.may_remind(reach, circular, at=at), "quiet"),
            ("close", _("Close"), rules.may_close(reach, circular), "quiet"),
            ("cancel", _("Cancel the circular"), rules.may_cancel(reach, circular), "danger quiet"),
        ]
        if not circular.asks_reply:
            offered = [one for one in offered if one[0] not in {"board", "extend", "remind", "close"}]
        if pending_languages(circular.texts, Process.current().languages) and circular.state != "cancelled":
            offered.insert(
                0, ("language", _("Add the pending text"), rules.may_add_language(reach, circular), "quiet")
            )
        if circular.state == "cancelled":
            offered = [one for one in offered if one[0] == "board"]
    waits = circular.observers_allowed_at is None and circular.state != "cancelled"
    if rules.is_reserved(circular) and reach.presidency and waits:
        offered.append(
            (
                "observers",
                _("Allow observers to propose and draft"),
                rules.may_allow_observers(reach, circular),
                "quiet",
            )
        )
    return [
        {
            "url": reverse(f"circulars:{name}", args=[circular.address]),
            "label": label,
            "verdict": verdict,
            "kind": kind,
        }
        for name, label, verdict, kind in offered
    ]


@signed_in
@require_safe
def attachment(request: PersonRequest, address: str, ref: str) -> HttpResponseBase:
    """A file that goes with a circular, for its readers."""
    circular = circular_or_404(request, address, reach_of(request.person))
    file = circular.files.filter(ref=ref).first()
    if file is None:
        raise Http404
    file.circular = circular
    actions.circular_file_opened(file=file, by=request.person, at=timezone.now())
    return serve(
        request, storage=storages["default"], key=file.key, size=file.size, sha256=file.sha256,
        media_type=file.media_type, name=file.name, last_modified=file.filed_at,
    )  # fmt: skip


@signed_in
@require_safe
def history(request: PersonRequest, address: str) -> HttpResponseBase:
    """What was done with the circular, for who prepares circulars; and with the replies that the reader sees.

    Who opened a reply's file is told as of documents: each party its own, a sealed room its own.
    """
    reach = reach_of(request.person)
    circular = circular_or_404(request, address, reach)
    replies = (
        Reply.objects.visible_to(request.person, reach=reach).filter(circular=circular).exclude(state="draft")
    )
    refs = list(replies.order_by().values_list("ref", flat=True))
    of_replies = JournalEntry.objects.filter(subject_kind="Reply", subject_ref__in=refs)
    openings = of_replies.filter(act="reply.file_opened")
    entries = of_replies.exclude(act__in=["reply.drafted", "reply.file_opened"])
    entries = entries | openings_known_to(openings, circular, reach)
    of_circular = JournalEntry.objects.filter(subject_kind="Circular", subject_ref=circular.ref)
    entries = entries | openings_known_to(of_circular.filter(act="circular.file_opened"), circular, reach)
    if rules.prepares(reach):
        entries = entries | of_circular.exclude(act="circular.file_opened")
    context = {"circular": circular, "entries": sentences(entries.order_by("-sequence")[:200])}
    return render(request, "circulars/history.html", context)


@signed_in
@require_safe
def recipients_list(request: PersonRequest, address: str) -> HttpResponseBase:
    """Everybody to whom it was sent, by name: for who prepares circulars; a party sees its own people."""
    reach = reach_of(request.person)
    circular = circular_or_404(request, address, reach)
    groups = recipients_by_party(circular)
    prepares = rules.prepares(reach)
    if not prepares:
        groups = [one for one in groups if one.party.pk in reach.parties]
    rows = {(one.party_id, one.person_id): one for one in circular.recipients.order_by()}
    context = {
        "circular": circular,
        "groups": [(one.party, [(person, rows[one.party.pk, person.pk]) for person in one.people]) for one in groups],
        "refused": {one.person_id for one in rows.values() if one.refused_address},
        "reports": prepares and rules.may_report_returned(reach, circular),
    }  # fmt: skip
    return render(request, "circulars/sent_to.html", context)
