"""Consensus: declared by the chair in one act; then the text is filed, and a recommendation forwarded."""

import datetime as dt
from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.models import DatePrecision
from puebla.core.verdicts import RefusedError, require
from puebla.decisions import rules
from puebla.decisions.actions.drafting import Meaning, copied_meaning, locked, record, require_after, touch
from puebla.decisions.models import Decision, Link, Position, Proposal, Provision, ProvisionStatus, Status
from puebla.documents import actions as documents
from puebla.documents.models import Document
from puebla.documents.models import Kind as DocumentKind
from puebla.documents.models import State as DocumentState
from puebla.meetings.models import AgendaItem, Convening, ItemPaper, Session
from puebla.members.models import Audience, Meeting, Party
from puebla.members.querysets import reach_of, today
from puebla.publications.views.decisions import PAPERS
from puebla.texts import actions as texts
from puebla.texts.actions.freezing import freezing_of
from puebla.texts.models import Paragraph, Text

#: As what each is filed.
FILED_AS = {Decision.Kind(kind): code for kind, code in PAPERS.items()}


def against(
    decision: Decision, *, present: Collection[Party], languages: Sequence[str], at: dt.datetime
) -> list[str]:
    """What stands against consensus now: every objection and bracket, whoever may read it."""
    living = list(Paragraph.objects.filter(text=decision.text_id).living().order_by())
    return rules.stands_against(
        frozen=freezing_of(decision.text, living, languages), present=present, languages=languages, on=today(at),
        proposals=Proposal.objects.filter(decision=decision).standing().select_related("paragraph"),
        positions=Position.objects.filter(decision=decision).standing().select_related("party"),
        provisions=Provision.objects.filter(paragraph__text=decision.text_id, paragraph__removed_at=None).select_related("paragraph"),
    )  # fmt: skip


@transaction.atomic
def declare_consensus(
    *, decision: Decision, present: Collection[Party], languages: Sequence[str], by: Person, at: dt.datetime
) -> Decision:  # fmt: skip
    """The chair declares consensus among the members present: the words are frozen with digest and day.

    What was agreed in a sealed room comes out as a text of its own in the body's room, word for word; the draft with its
    brackets stays inside.

    Raises:
        RefusedError: where anything stands against it: an objection, brackets, words pending in a language.
    """
    row = locked(decision)
    require(rules.may_declare(reach_of(by, at), row, at=at))
    members = set(Party.objects.members(on=today(at)))
    if strangers := [one for one in present if one not in members]:
        raise RefusedError(
            _("%(party)s is no member state today.") % {"party": strangers[0]}, field="present"
        )
    if reasons := against(row, present=present, languages=languages, at=at):
        raise RefusedError(" ".join(reasons))
    return adopt(row, present=present, languages=languages, way=Decision.Way.SESSION, by=by, at=at)


@transaction.atomic
def enter_adopted(
    *, decision: Decision, on: dt.date, precision: str, languages: Sequence[str], by: Person, at: dt.datetime,
    document: Document | None = None, meeting: Meeting | None = None,
) -> Decision:  # fmt: skip
    """Enter a text that was adopted before this house kept decisions: the secretariat writes down what the record says.

    Args:
        on: the first day of the period that `precision` names. document: the paper as which it is filed already; its symbol
            becomes the decision's. meeting: of the body, at which it was adopted.

    Raises:
        RefusedError: a day to come; a paper that another decision is; a meeting of another body; where somebody objects, or
            words are in brackets: then it is negotiated here after all.
    """
    row = locked(decision)
    reach = reach_of(by, at)
    require(rules.may_enter(reach, row))
    if on > today(at):
        raise RefusedError(
            _("That day is still to come. What is not adopted yet is negotiated here."), field="on"
        )
    reasons = rules.contested(
        proposals=Proposal.objects.filter(decision=row).standing().select_related("paragraph"),
        positions=Position.objects.filter(decision=row).standing().select_related("party"),
    )
    if reasons:
        raise RefusedError(" ".join(reasons))
    standing = Provision.objects.filter(paragraph__text=row.text_id, paragraph__removed_at=None)
    for one in standing.filter(due_on__isnull=False).select_related("paragraph"):
        require_after(on, Meaning(due_on=one.due_on, due_precision=one.due_precision), one.paragraph)
    if meeting is not None:
        if meeting.body_id != row.body_id:
            raise RefusedError(_("Choose a meeting of that body."), field="meeting")
        row.meeting = meeting
    if document is not None:
        if not reach.covers(document):
            raise RefusedError(_("There is no such document."), field="document")
        if Decision.objects.filter(document=document).exclude(pk=row.pk).exists():
            raise RefusedError(
                _("%(symbol)s is the paper of another decision.") % {"symbol": document.address},
                field="document",
            )
        row.document = document
        row.text = texts.give_symbol(text=row.text, symbol=document.symbol or "", by=by, at=at)
    return adopt(
        row,
        present=(),
        languages=languages,
        way=Decision.Way.RECORD,
        on=on,
        precision=precision,
        by=by,
        at=at,
    )


def adopt(
    row: Decision, *, present: Collection[Party], languages: Sequence[str], way: str, by: Person | None, at: dt.datetime,
    on: dt.date | None = None, precision: str = DatePrecision.DAY, since: dt.datetime | None = None,
) -> Decision:  # fmt: skip
    """Freeze the words and write down that consensus was found; whoever calls has asked whether it was.

    Args:
        row: locked by the caller, inside its transaction. on: the day, where it is not today. by: None where an hour came and
            nobody did it. since: the instant of the adoption, where it is written down later.
    """
    row.state, row.way, row.adopted_at = Decision.State.ADOPTED, way, since or at
    row.adopted_on, row.adopted_precision = on or today(row.adopted_at), precision
    row.text = _frozen(row.text, row, languages, by=by, at=at)
    if row.text.room.sealed and row.text.room_id != row.body.room_id:
        _bring_out(row, languages, by=by, at=at)
    row.adopted_by, row.adopted_hash = by, row.text.frozen_hash
    touch(row, at)
    row.present.set(present)
    _active(row, by=by, at=at)
    # Where it was agreed is told who was there; where it is read, that it was.
    if row.drafted is not None:
        _record_inside(row, by=by, at=at, languages=languages)
    record(
        "decision.adopted", row, by=by, at=at, languages=sorted(languages), sha256=row.adopted_hash, way=way
    )
    return row


def _frozen(
    text: Text, row: Decision, languages: Sequence[str], *, by: Person | None, at: dt.datetime
) -> Text:
    return texts.freeze_text(
        text=text, languages=languages, on=row.adopted_on, precision=row.adopted_precision, by=by, at=at, allowed=rules.ALLOWED
    )  # fmt: skip


def _bring_out(row: Decision, languages: Sequence[str], *, by: Person | None, at: dt.datetime) -> None:
    """The agreed words in the body's room: the same anchors, and so the same digest."""
    inside = row.text
    outside, pairs = texts.copy_text(
        text=inside, room=row.body.room, party=inside.party, audience=Audience.MEMBERS, by=by, at=at
    )
    copied_meaning(pairs, by=by, at=at, forwards=False)
    # What others say of these paragraphs is said of those that are read from now on, not of the draft that stays inside.
    for link in Link.objects.filter(target__in=pairs).exclude(source__in=pairs):
        link.target = pairs[link.target_id]
        link.save(update_fields=["target"])
    outside = _frozen(outside, row, languages, by=by, at=at)
    if outside.frozen_hash != inside.frozen_hash:
        raise AssertionError("what comes out is not what was agreed")
    row.drafted, row.text = inside, outside


def _record_inside(row: Decision, *, by: Person | None, at: dt.datetime, languages: Sequence[str]) -> None:
    assert row.drafted is not None  # noqa: S101 - for the type checker
    journal.record("decision.adopted", at=at, person=by, subject=row, room=row.drafted.room,
                   facts={"languages": sorted(languages), "sha256": row.adopted_hash, "way": row.way})  # fmt: skip


def _active(row: Decision, *, by: Person | None, at: dt.datetime) -> None:
    """Every paragraph that does something is active from the day of adoption."""
    provisions = Provision.objects.filter(paragraph__text=row.text)
    day = row.adopted_on or today(at)
    ProvisionStatus.objects.bulk_create(
        ProvisionStatus(provision=one, status=Status.ACTIVE, on=day, at=at, by=by) for one in provisions
    )


@transaction.atomic
def lay_aside(*, decision: Decision, by: Person, at: dt.datetime, aside: bool = True) -> Decision:
    """Lay a text aside on which there is no consensus, or take it up again."""
    row = locked(decision)
    require(rules.may_lay_aside(reach_of(by, at), row, at=at))
    if (
        not aside
        and row.origin_id
        and _forwarded(row.origin_id, row.convening_id).exclude(pk=row.pk).exists()
    ):
        raise RefusedError(
            _("It was forwarded to that meeting anew since: that text is negotiated now. Lay it aside first.")
        )
    row.state = Decision.State.LAID_ASIDE if aside else Decision.State.DRAFTING
    row.laid_aside_at, row.laid_aside_by = (at, by) if aside else (None, None)
    touch(row, at)
    record("decision.laid_aside" if aside else "decision.taken_up", row, by=by, at=at)
    return row


def _forwarded(origin: int, convening: int | None) -> QuerySet[Decision]:
    """What a recommendation became at a meeting, and was not laid aside."""
    standing = Decision.objects.filter(origin=origin, convening=convening)
    return standing.exclude(state=Decision.State.LAID_ASIDE)


@transaction.atomic
def forward(
    *, decision: Decision, convening: Convening, by: Person, at: dt.datetime, item: AgendaItem | None = None,
    session: Session | None = None, kind: str = Decision.Kind.DECISION,
) -> Decision:  # fmt: skip
    """Forward a recommendation to an agenda item of another body's meeting: it becomes that body's draft, lineage kept.

    Each paragraph is linked to the one it came from; the recommendation stays as it was adopted.
    """
    row = locked(decision)
    reach = reach_of(by, at)
    require(rules.may_forward(reach, row, convening))
    if (item and item.convening_id != convening.pk) or (session and session.convening_id != convening.pk):
        raise RefusedError(_("Choose an item and a session of that meeting."), field="item")
    room = (
        session.room
        if session is not None
        else item.room
        if item is not None
        else convening.meeting.body.room
    )
    if room.sealed and room.pk not in reach.rooms:
        raise RefusedError(
            _("A draft is laid before a closed session by those who sit in it."), field="session"
        )
    if _forwarded(row.pk, convening.pk).exists():
        raise RefusedError(_("It was forwarded to that meeting already."))
    text, pairs = texts.copy_text(
        text=row.text, room=room, party=row.text.party, audience=Audience.ROOM if room.sealed else Audience.MEMBERS,
        by=by, at=at,
    )  # fmt: skip
    made = Decision.objects.create(
        kind=kind, scope=row.scope, joint_with=row.joint_with, text=text, body=convening.meeting.body, convening=convening,
        meeting=convening.meeting, item=item, session=session, origin=row, created_at=at, created_by=by, changed_at=at,
    )  # fmt: skip
    copied_meaning(pairs, by=by, at=at, forwards=True)
    touch(row, at)
    record("decision.received", made, by=by, at=at, origin=row.address)
    # What is laid before a closed session is not told outside it.
    record("decision.forwarded", row, by=by, at=at, meeting=convening.symbol)
    return made


# Filing ------------------------------------------------------------------------------------------------------------


def file_decision(*, decision: Decision, by: Person, at: dt.datetime) -> Decision:
    """File the adopted text as a paper: a PDF for each language, in the state "adopted", with the symbol that is its address.

    Cut off in the middle, it is done again: a file that stands there already is not filed twice.
    """
    with transaction.atomic():
        row = locked(decision)
        require(rules.may_file(reach_of(by, at), row))
        if row.document is None:
            row.document = _awaited(row, by=by, at=at)
            row.text = texts.give_symbol(text=row.text, symbol=row.document.symbol or "", by=by, at=at)
            touch(row, at)
    document = row.document
    documents.file_frozen(document=document, text=row.text, by=by, at=at)
    with transaction.atomic():
        row = locked(decision)
        if not row.filed:
            _settle(row, Document.objects.get(pk=document.pk), by=by, at=at)
    return row


def _awaited(row: Decision, *, by: Person, at: dt.datetime) -> Document:
    kind = DocumentKind.objects.filter(code=FILED_AS[Decision.Kind(row.kind)]).first()
    if kind is None:
        raise RefusedError(
            _("There is no kind of document “%(code)s”. Enter it among the kinds first.")
            % {"code": FILED_AS[Decision.Kind(row.kind)]}
        )
    return documents.file_document(
        by=by, at=at, room=row.text.room, audience=row.text.audience, party=row.text.party, kind=kind, titles=row.text.titles,
        body=row.body if row.body.room_id == row.text.room_id else None,
        meeting=row.meeting, state=DocumentState.AWAITED, dated_on=row.adopted_on, precision=row.adopted_precision,
        original_language=row.text.original_language,
    )  # fmt: skip


def _settle(row: Decision, document: Document, *, by: Person, at: dt.datetime) -> None:
    document = documents.describe(
        document=document, values={"state": DocumentState.ADOPTED, "dated_on": row.adopted_on, "titles": row.text.titles},
        revision=document.revision, by=by, at=at,
    )  # fmt: skip
    row.document = document
    if row.item is not None and not row.item.room.sealed:
        last = ItemPaper.objects.filter(item=row.item).count()
        ItemPaper.objects.get_or_create(item=row.item, document=document, defaults={"position": last + 1})
    touch(row, at)
    record("decision.filed", row, by=by, at=at, symbol=document.symbol or document.ref)
