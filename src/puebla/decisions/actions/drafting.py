"""Beginning a decision, saying what its paragraphs do, and linking them to others."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.asks import Due
from puebla.core.languages import Texts
from puebla.core.models import Process
from puebla.core.verdicts import RefusedError, require, require_unchanged
from puebla.decisions import rules
from puebla.decisions.models import Addressee, Decision, Link, Provision, ProvisionStatus, Verb
from puebla.documents.models import Theme
from puebla.meetings.models import AgendaItem, Convening, Session
from puebla.meetings.rules.reports import party_for
from puebla.members.models import Audience, Body, Meeting, Party, Room
from puebla.members.querysets import reach_of
from puebla.texts import actions as texts
from puebla.texts.models import Paragraph


@transaction.atomic
def begin(
    *, kind: str, titles: Texts, by: Person, at: dt.datetime, body: Body | None = None, convening: Convening | None = None,
    meeting: Meeting | None = None, item: AgendaItem | None = None, session: Session | None = None,
    scope: str = Decision.Scope.ANNUAL, joint_with: Texts | None = None, audience: int = Audience.ROOM, original_language: str = "",
) -> Decision:  # fmt: skip
    """Begin a recommendation, conclusions, a decision or a declaration.

    Its text lies where it is negotiated: in the room of the closed session, else in the body's.

    Args:
        meeting: of earlier years, where it was never prepared here. audience: who reads it while it is negotiated; at most
            what the room allows.

    Raises:
        RefusedError: where the rules refuse, or it belongs to no body.
    """
    meeting = convening.meeting if convening is not None else meeting
    body = meeting.body if meeting is not None else body
    if body is None:
        raise RefusedError(_("Choose a body or a meeting."), field="body")
    room = _room(body, item, session)
    reach = reach_of(by, at)
    require(rules.may_begin(reach, room, convening))
    party = party_for(reach)
    assert party is not None  # noqa: S101 - the rule has asked it
    text = texts.open_text(
        by=by, at=at, room=room, party=party, titles=titles, audience=min(audience, room.cap),
        original_language=original_language or by.language,
    )  # fmt: skip
    row = Decision(
        kind=kind, scope=scope, joint_with=joint_with or {}, text=text, body=body, convening=convening, meeting=meeting,
        item=item, session=session, created_at=at, created_by=by, changed_at=at,
    )  # fmt: skip
    _check(row)
    row.save()
    record("decision.begun", row, by=by, at=at, kind=kind)
    return row


def _room(body: Body, item: AgendaItem | None, session: Session | None) -> Room:
    if session is not None:
        return session.room
    return item.room if item is not None else body.room


def _check(row: Decision) -> None:
    if row.scope == Decision.Scope.JOINT and not any(row.joint_with.values()):
        raise RefusedError(_("Say with which process it is joint."), field="joint_with")
    if row.scope != Decision.Scope.JOINT and any(row.joint_with.values()):
        raise RefusedError(
            _("Another process is named: choose that it is joint, or leave the name out."), field="scope"
        )
    try:
        row.clean_fields(
            exclude=["text", "body", "convening", "meeting", "item", "session", "origin", "created_by"]
        )
    except ValidationError as error:
        name, sentences = next(iter(error.message_dict.items()))
        raise RefusedError(" ".join(sentences), field=name) from error


def record(act: str, row: Decision, *, by: Person | None, at: dt.datetime, **facts: Any) -> None:
    """One row of the journal, in the room where the decision lies."""
    journal.record(act, at=at, person=by, subject=row, room=row.text.room, facts=facts)


def locked(decision: Decision) -> Decision:
    """The decision's row with all it hangs on, locked until the transaction ends: one act on it after another."""
    found: Decision = (
        Decision.objects.select_for_update(of=("self",))
        .select_related(
            "text__room", "text__party", "body__room", "convening__meeting__body__room", "meeting", "item", "session", "document"
        )
        .get(pk=decision.pk)
    )  # fmt: skip
    return found


def touch(row: Decision, at: dt.datetime) -> None:
    """Save the decision with a new revision."""
    row.changed_at = at
    row.revision += 1
    row.save()


# What paragraphs do ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Whom:
    """An addressee as it is written: of a party or a body its record, of partners what they are called."""

    whom: str
    party: Party | None = None
    body: Body | None = None
    names: Texts | None = None


@dataclass(frozen=True)
class Meaning:
    """What a paragraph does.

    Attributes:
        due_on: the first day of the period that `due_precision` names.
    """

    verb: Verb | None = None
    addressees: Sequence[Whom] = ()
    asks: bool = False
    due_on: dt.date | None = None
    due_precision: str = Provision.Precision.DAY
    themes: Sequence[Theme] = ()


@transaction.atomic
def describe(
    *, decision: Decision, meanings: Mapping[Paragraph, Meaning], by: Person, at: dt.datetime,
    revisions: Mapping[int, int] | None = None,
) -> list[Provision]:  # fmt: skip
    """Say what paragraphs do: verb, addressees, due date, themes. One act for many: an import is confirmed whole.

    Args:
        revisions: by the key of each paragraph, the revision its writer saw; who saves second is told.

    Raises:
        RefusedError: a due date before the day of adoption; a paragraph of another text.
    """
    row = locked(decision)
    require(rules.may_describe(reach_of(by, at), row))
    found = []
    for paragraph, meaning in meanings.items():
        if paragraph.text_id != row.text_id:
            raise RefusedError(
                _("Paragraph %(anchor)s belongs to another text.") % {"anchor": paragraph.anchor}
            )
        if row.adopted_on and meaning.due_on:
            require_after(row.adopted_on, meaning, paragraph)
        found.append(_describe(paragraph, meaning, (revisions or {}).get(paragraph.pk), by=by, at=at))
    touch(row, at)
    record("decision.described", row, by=by, at=at, anchors=[one.anchor for one in meanings])
    return found


def require_after(adopted_on: dt.date, meaning: Meaning, paragraph: Paragraph) -> None:
    """Stop at a due date that lies before the day of adoption."""
    if Due(on=meaning.due_on, precision=meaning.due_precision).last_day < adopted_on:
        raise RefusedError(
            _("Paragraph %(anchor)s is due before the day of adoption. Correct the date, or leave it out.")
            % {"anchor": paragraph.anchor},
            field="due_on",
        )


def _describe(
    paragraph: Paragraph, meaning: Meaning, seen: int | None, *, by: Person | None, at: dt.datetime
) -> Provision:
    one = Provision.objects.select_for_update().filter(paragraph=paragraph).first()
    if one is None:
        one = Provision(paragraph=paragraph, revision=0)
    elif seen is not None:
        require_unchanged(one, seen)
    one.verb, one.asks = meaning.verb, meaning.asks
    one.due_on, one.due_precision = meaning.due_on, meaning.due_precision
    one.changed_at, one.changed_by = at, by
    one.revision += 1
    one.save()
    one.themes.set(meaning.themes)
    one.addressees.all().delete()
    # Whoever is named twice is addressed once.
    named = {(each.whom, each.party, each.body): each for each in meaning.addressees}
    Addressee.objects.bulk_create(
        Addressee(provision=one, whom=each.whom, party=each.party, body=each.body, names=each.names or {})
        for each in named.values()
    )
    return one


@transaction.atomic
def set_status(
    *, provision: Provision, status: str, on: dt.date, by: Person, at: dt.datetime, notes: Texts | None = None
) -> Provision:
    """Say that a paragraph came to a status on a day; what was before stays in its history."""
    row = locked(provision.paragraph.text.decision)
    require(rules.may_set_status(reach_of(by, at), row))
    one: Provision = Provision.objects.select_for_update().get(pk=provision.pk)
    if row.adopted_on is not None and on < row.adopted_on:
        raise RefusedError(_("That day lies before the day of adoption."), field="on")
    last = one.statuses.order_by("-on", "-pk").first()
    if one.status == status and last is not None and (last.on, last.notes) == (on, notes or {}):
        return one
    ProvisionStatus.objects.create(provision=one, status=status, on=on, notes=notes or {}, at=at, by=by)
    one.status, one.changed_at, one.changed_by = status, at, by
    one.revision += 1
    one.save()
    record("decision.status_set", row, by=by, at=at, anchor=provision.paragraph.anchor, status=status, on=on)
    return one


# Links -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def link(*, source: Paragraph, target: Paragraph, kind: str, by: Person, at: dt.datetime) -> Link:
    """Let a paragraph recall, amend, carry out or supersede another that its writer may read; no circles."""
    row = locked(source.text.decision)
    reach = reach_of(by, at)
    require(rules.may_describe(reach, row))
    if not Decision.objects.visible_to(by, reach=reach).filter(text=target.text_id).exists():
        raise RefusedError(_("There is no such paragraph."), field="target")
    # One after another: two links that each close the other's circle cannot both be made. There is one such row in any process.
    Process.objects.select_for_update().order_by("pk").first()
    require(rules.may_link(source, target, reaches=leads_to(target.pk, source.pk)))
    made, new = Link.objects.get_or_create(
        source=source, target=target, kind=kind, defaults={"at": at, "by": by}
    )
    if new:
        touch(row, at)
        record("decision.linked", row, by=by, at=at, anchor=source.anchor, relation=kind,
               to=_told(target, row))  # fmt: skip
    return made


def _told(target: Paragraph, row: Decision) -> str:
    """A paragraph as the journal of the decision's room names it: of what lies in a sealed room it tells nothing outside."""
    text = target.text
    if text.room.sealed and text.room_id != row.text.room_id:
        return ""
    return f"{text.symbol or text.ref}#{target.anchor}"


@transaction.atomic
def unlink(*, link: Link, by: Person, at: dt.datetime) -> None:
    """End a link that a person made; what forwarding wrote stays."""
    row = locked(link.source.text.decision)
    require(rules.may_describe(reach_of(by, at), row))
    if link.kind == Link.Kind.FORWARDS:
        raise RefusedError(_("This tells where the paragraph came from, and stays."))
    anchor, kind = link.source.anchor, link.kind
    link.delete()
    touch(row, at)
    record("decision.unlinked", row, by=by, at=at, anchor=anchor, relation=kind)


def leads_to(start: int, goal: int) -> bool:
    """Whether links lead from one paragraph to another, over any number of steps."""
    seen, ahead = {start}, {start}
    while ahead:
        if goal in ahead:
            return True
        ahead = (
            set(Link.objects.filter(source__in=ahead).order_by().values_list("target_id", flat=True)) - seen
        )
        seen |= ahead
    return False


def copied_meaning(
    pairs: Mapping[int, Paragraph], *, by: Person | None, at: dt.datetime, forwards: bool
) -> None:
    """What paragraphs do, written for their copies.

    Args:
        pairs: by the key of each old paragraph the new one. forwards: whether the new ones are linked back to the old.
    """
    old = (
        Provision.objects.filter(paragraph__in=pairs)
        .select_related("verb")
        .prefetch_related("addressees", "themes")
    )
    for one in old:
        meaning = Meaning(
            one.verb, [Whom(each.whom, each.party, each.body, each.names) for each in one.addressees.all()], one.asks,
            one.due_on, one.due_precision, list(one.themes.all()),
        )  # fmt: skip
        _describe(pairs[one.paragraph_id], meaning, None, by=by, at=at)
    kept: Collection[Link] = Link.objects.filter(source__in=pairs).select_related("target")
    # What a paragraph says of another of the same text, its copy says of that one's copy.
    links = [
        Link(
            source=pairs[one.source_id], target=pairs.get(one.target_id, one.target), kind=one.kind, at=at, by=by
        )
        for one in kept
    ]  # fmt: skip
    if forwards:
        links = [one for one in links if one.kind != Link.Kind.FORWARDS]
        links += [
            Link(source=new, target_id=key, kind=Link.Kind.FORWARDS, at=at, by=by)
            for key, new in pairs.items()
        ]
    Link.objects.bulk_create(links)
