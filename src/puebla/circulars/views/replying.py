"""A party's reply: the form, made for a phone and a weak line; what was sent; its files; taking it back."""

import datetime as dt
import secrets
from typing import Any

from django.contrib import messages
from django.core.files.storage import storages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from puebla.accounts.models import Person
from puebla.accounts.views import PersonRequest, signed_in
from puebla.circulars import actions, rules
from puebla.circulars.actions.replying import verdict_on
from puebla.circulars.forms import ReplyForm
from puebla.circulars.models import Circular, FieldKind, HeldFile, Reply
from puebla.circulars.views.records import circular_or_404, date_facts, own_parties
from puebla.core.files.serving import serve
from puebla.core.languages import show
from puebla.core.rows import sent_before
from puebla.core.verdicts import RefusedError, StaleError
from puebla.members.models import Party, Seat
from puebla.members.querysets import reach_of


@signed_in
def reply(request: PersonRequest, address: str) -> HttpResponseBase:
    """Fill in the reply of one's party: saved at every step, sent once."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    circular = circular_or_404(request, address, reach)
    parties = own_parties(circular, reach)
    party = _chosen(request, parties)
    if party is None:
        if not parties or not circular.asks_reply:
            raise Http404
        return render(request, "circulars/reply_for.html", {"circular": circular, "parties": parties})
    # Whom a link leads straight to the form has opened the circular as well.
    actions.note_opened(circular=circular, parties=[party.pk], at=at)
    begun, standing = _rows(circular, party)
    verdict = verdict_on(reach, circular, party, at=at)
    form = _form(request, circular, party, begun or standing, at, held=bool(verdict))
    # What a draft was seen as; a reply that stands is gone on from with a new draft.
    revision = begun.revision if begun else 0
    meanwhile: Reply | None = None
    if request.method == "POST" and form.is_valid():
        answer = _kept_or_sent(request, form, circular, party, at)
        if isinstance(answer, HttpResponseBase):
            return answer
        meanwhile = answer
    elif request.method != "POST":
        form.initial = {**form.initial, "revision": revision, "token": secrets.token_hex(16)}
    context = {
        "circular": circular, "party": party, "form": form, "parts": list(form.parts()), "begun": begun,
        "standing": standing, "several": len(parties) > 1, "verdict": verdict,
        "late": circular.is_late(at), "meanwhile": meanwhile,
        "theirs": answers_of(circular, meanwhile) if meanwhile else [], **date_facts(circular),
    }  # fmt: skip
    return render(request, "circulars/reply.html", context)


def _chosen(request: PersonRequest, parties: list[Party]) -> Party | None:
    code = request.GET.get("party", "")
    named = [one for one in parties if one.code == code]
    if code and not named:
        raise Http404
    return named[0] if named else parties[0] if len(parties) == 1 else None


def _rows(circular: Circular, party: Party) -> tuple[Reply | None, Reply | None]:
    """The party's draft and the reply that stands."""
    rows = {one.state: one for one in circular.replies.filter(party=party, state__in=["draft", "sent"])}
    return rows.get("draft"), rows.get("sent")


def _form(
    request: PersonRequest,
    circular: Circular,
    party: Party,
    row: Reply | None,
    at: dt.datetime,
    *,
    held: bool,
) -> ReplyForm:
    """The form; files that came with it are kept aside first, so that none is lost where something else is wrong."""
    sent = request.method == "POST"
    initial = ReplyForm.facts_of(circular, row.answers) if row else {}
    filed = {one.field: one for one in row.files.all()} if row else {}
    asked = [one["code"] for one in circular.reply_form if one["kind"] == FieldKind.FILE]
    kept: list[HeldFile] = []
    refused: list[tuple[str, str]] = []
    if sent and held:
        uploads = [(code, file) for code in asked for file in request.FILES.getlist(code)[:1]]
        kept, refused = actions.hold_all(uploads, request.POST.getlist("held"), by=request.person, at=at)
    form = ReplyForm(
        request.POST if sent else None, circular=circular, people=_people(circular, party, at), filed=filed, initial=initial,
        held={one.field: one for one in kept if one.field in asked},
    )  # fmt: skip
    for code, sentence in refused:
        form.add_error(code, sentence)
    return form


def _people(circular: Circular, party: Party, at: dt.datetime) -> list[Person]:
    """The party's own people, where persons are nominated at all."""
    if not any(one["kind"] == FieldKind.NOMINATION for one in circular.reply_form):
        return []
    seats = Seat.objects.effective(at).filter(party=party).order_by().values("person_id")
    return list(Person.objects.filter(pk__in=seats).order_by("full_name"))


def _kept_or_sent(
    request: PersonRequest, form: ReplyForm, circular: Circular, party: Party, at: dt.datetime
) -> HttpResponseBase | Reply | None:
    """Keep the draft and, where that was asked, send it; else what somebody saved meanwhile, or None: to be looked at again."""
    before, token = None, ""
    if "send" in request.POST:
        replies = circular.replies.filter(party=party, state=Reply.State.SENT)
        said = actions.said_in(request.POST, form.uploads().values())
        before, token = sent_before(replies, form.cleaned_data["token"], circular.pk, party.pk, said)
    try:
        if before is None:
            begun = actions.save_draft(
                circular=circular, party=party, answers=form.answers(), files=form.uploads(), removed=form.removed(),
                revision=form.cleaned_data["revision"] or 0, token=token, by=request.person, at=at,
            )  # fmt: skip
            # The next save goes on from this one.
            form.go_on_from(begun)
        if not token:
            messages.success(request, _("The draft is kept for your party alone. Nothing was sent yet."))
            return redirect(f"{request.path}?party={party.code}")
        sent = actions.send_reply(circular=circular, party=party, token=token, by=request.person, at=at)
    except StaleError as error:
        draft, standing = _rows(circular, party)
        form.go_on_from(draft)
        form.add_error(None, str(error))
        return draft or standing
    except RefusedError as error:
        form.add_error(_field_of(form, error.field), str(error))
        return None
    told = (
        _("Your reply was sent. It came after the date and is marked late.")
        if sent.late
        else _("Your reply was sent in time.")
    )
    messages.success(request, told)
    return redirect("circulars:party", circular.address, party.code)


def _field_of(form: ReplyForm, code: str | None) -> str | None:
    """The form's field of what was asked under this code; of persons the first name."""
    known = [name for name in (code, f"{code}_0_ref") if name in form.fields]
    return known[0] if known else None


@signed_in
@require_safe
def party_replies(request: PersonRequest, address: str, party: str) -> HttpResponseBase:
    """What a party replied, with what stood before; for those who may read it."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    circular = circular_or_404(request, address, reach)
    seen = Reply.objects.visible_to(request.person, reach=reach).filter(circular=circular, party__code=party)
    rows = list(
        seen.exclude(state="draft")
        .select_related("party", "sent_by", "withdrawn_by")
        .prefetch_related("files")
    )
    if not rows:
        raise Http404
    standing = next((one for one in rows if one.state == "sent"), None)
    context = {
        "circular": circular, "party": rows[0].party, "own": rows[0].party_id in reach.parties,
        "rows": [{"reply": one, "answers": answers_of(circular, one)} for one in rows],
        "may_withdraw": rules.may_withdraw(reach, circular, standing, at=at) if standing else None,
        "standing": standing, **date_facts(circular),
    }  # fmt: skip
    return render(request, "circulars/party.html", context)


def answers_of(circular: Circular, one: Reply) -> list[dict[str, Any]]:
    """A reply as it is read: what was asked, and what was answered."""
    filed = {file.field: file for file in one.files.all()}
    return [
        {
            "labels": asked["labels"], "kind": asked["kind"], "file": filed.get(asked["code"]),
            "words": words_of(asked, one.answers.get(asked["code"])),
            "persons": named_in(one.answers.get(asked["code"])) if asked["kind"] == FieldKind.NOMINATION else [],
        }
        for asked in circular.reply_form
    ]  # fmt: skip


def words_of(asked: dict[str, Any], value: Any) -> str:
    """An answer in words."""
    if not value:
        return ""
    if asked["kind"] == FieldKind.CHOICE:
        names = {one["code"]: one["names"] for one in asked["options"]}
        return str(show(names.get(value)))
    if asked["kind"] == FieldKind.NOMINATION:
        persons = (
            ", ".join(filter(None, [one["name"], one["office"], one["email"]])) for one in named_in(value)
        )
        return "; ".join(persons) or _forgotten(len(value))
    return str(value)


def named_in(value: list[dict[str, str]] | None) -> list[dict[str, str]]:
    """Persons nominated who are still known by name."""
    return [one for one in value or [] if one.get("name")]


def _forgotten(count: int) -> str:
    return ngettext(
        "%(count)d person, deleted after the time set",
        "%(count)d persons, deleted after the time set",
        count,
    ) % {"count": count}


@signed_in
@require_POST
def withdraw(request: PersonRequest, address: str, party: str) -> HttpResponseBase:
    """Take the own party's reply back."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    circular = circular_or_404(request, address, reach)
    seen = Reply.objects.visible_to(request.person, reach=reach).filter(circular=circular, party__code=party)
    standing = seen.standing().select_related("circular", "party").first()
    if standing is None:
        raise Http404
    try:
        actions.withdraw_reply(reply=standing, by=request.person, at=at)
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The reply is withdrawn; it stays in the history."))
    return redirect("circulars:record", circular.address)


@signed_in
def reply_file(request: PersonRequest, address: str, ref: str) -> HttpResponseBase:
    """A file of a reply, for those who may read the reply."""
    reach = reach_of(request.person)
    circular = circular_or_404(request, address, reach)
    seen = Reply.objects.visible_to(request.person, reach=reach).filter(circular=circular)
    owner = seen.filter(files__ref=ref).select_related("room").first()
    if owner is None:
        raise Http404
    file = owner.files.get(ref=ref)
    file.reply = owner
    actions.file_opened(file=file, by=request.person, at=timezone.now())
    return serve(
        request, storage=storages["default"], key=file.key, size=file.size, sha256=file.sha256,
        media_type=file.media_type, name=file.name, last_modified=file.filed_at,
    )  # fmt: skip
