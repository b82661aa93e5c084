"""Minutes and reports: drafted from the agenda, sent for comments, adopted, filed as a paper in every language."""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.alignment import paragraphs
from puebla.core.interface import in_every_language
from puebla.core.languages import Texts, show
from puebla.core.verdicts import RefusedError, require
from puebla.core.zones import instant_of
from puebla.documents import actions as documents
from puebla.documents.models import Document, State
from puebla.documents.models import Kind as DocumentKind
from puebla.documents.rules import may_file as may_file_paper
from puebla.meetings.actions.statements import current_texts
from puebla.meetings.models import AgendaItem, Convening, Report, Session, Statement
from puebla.meetings.rules import reports as rules
from puebla.members.models import Audience
from puebla.members.querysets import Reach, reach_of, today
from puebla.texts import actions as texts
from puebla.texts.actions.importing import propose
from puebla.texts.models import Kind, Text

#: As what each is filed.
FILED_AS = {Report.Kind.MINUTES: "REP", Report.Kind.REPORT: "REP", Report.Kind.CONCLUSIONS: "CONC"}


@transaction.atomic
def draft_report(
    *, convening: Convening, kind: str, by: Person, at: dt.datetime, session: Session | None = None,
    with_statements: bool = False,
) -> Report:  # fmt: skip
    """Begin minutes, a report or conclusions from the agenda: a heading for each item, its papers by symbol and who spoke below.

    Args:
        with_statements: take in the texts of statements that may be published, in every language that came in.

    Items and papers of a sealed room enter only what lies in that room.

    Raises:
        RefusedError: where the rules refuse, or there is one of that kind already.
    """
    row = Convening.objects.locked(convening)
    reach = reach_of(by, at)
    require(rules.may_draft(reach, row, session))
    if Report.objects.filter(convening=row, session=session, kind=kind).exists():
        raise RefusedError(
            _("There is one already: “%(kind)s”.") % {"kind": Report.Kind(kind).label}, field="kind"
        )
    party = rules.party_for(reach)
    assert party is not None  # noqa: S101 - the rule has asked it
    room = rules.room_of(row, session)
    titles = _titles(row, session, kind)
    text = texts.open_text(by=by, at=at, room=room, party=party, titles=titles, original_language=by.language)
    texts.write_paragraphs(
        text=text,
        pieces=list(_pieces(row, session, text, by, reach, with_statements=with_statements)),
        by=by,
        at=at,
    )
    report = Report(convening=row, session=session, kind=kind, text=text, created_at=at, created_by=by)
    report.document = _awaited(report, reach, by=by, at=at)
    report.save()
    if report.document is not None and report.document.symbol:
        report.text = texts.give_symbol(text=text, symbol=report.document.symbol, by=by, at=at)
    journal.record("report.drafted", at=at, person=by, subject=report, room=room, facts={"kind": kind})
    return report


def _titles(convening: Convening, session: Session | None, kind: str) -> Texts:
    """What it is called in every language: "Report: Second meeting of the RCGM"."""

    def said() -> str:
        of = [str(show(convening.meeting.titles))]
        if session is not None:
            of.insert(0, str(show(session.titles)) or str(session.get_kind_display()))
        return f"{capfirst(str(Report.Kind(kind).label))}: {', '.join(of)}"[:300]

    return in_every_language(said)


def _pieces(
    convening: Convening,
    session: Session | None,
    text: Text,
    by: Person,
    reach: Reach,
    *,
    with_statements: bool,
) -> Iterable[texts.Piece]:
    items = AgendaItem.objects.visible_to(by, reach=reach).filter(
        convening=convening, audience__gte=Audience.ROOM
    )
    items = items.filter(session=session) if session is not None else items
    # Nothing of a sealed room stands in a text of another.
    items = items.filter(room=text.room) if text.room.sealed else items.filter(room__sealed=False)
    papers: dict[int, list[str]] = {}
    seen = Document.objects.visible_to(by, reach=reach).filter(
        item_papers__item__convening=convening, audience__gte=Audience.ROOM, symbol__isnull=False
    )
    seen = seen.filter(room=text.room) if text.room.sealed else seen.filter(room__sealed=False)
    for item, symbol in seen.order_by("item_papers__position").values_list("item_papers__item", "symbol"):
        papers.setdefault(item, []).append(symbol)
    spoken = _spoken(convening, text, by, reach)
    for item in items.order_by("path"):
        yield texts.Piece(
            Kind.HEADING, {code: f"{item.label}. {title}" for code, title in item.titles.items() if title}
        )
        if symbols := papers.get(item.pk):
            yield texts.Piece(Kind.PARAGRAPH, _papers(symbols))
        if said := spoken.get(item.pk):
            yield texts.Piece(Kind.PARAGRAPH, _speakers(said))
            if with_statements:
                yield from _statements(said)


def _spoken(convening: Convening, text: Text, by: Person, reach: Reach) -> dict[int, list[Statement]]:
    """What was delivered under each item, in the order in which it was; of a closed session only into a text of its room."""
    seen = Statement.objects.visible_to(by, reach=reach).filter(convening=convening).delivered()
    seen = seen.filter(room=text.room) if text.room.sealed else seen.filter(room__sealed=False)
    found: dict[int, list[Statement]] = {}
    for one in seen.select_related("party"):
        found.setdefault(one.item_id, []).append(one)
    return found


def _speakers(said: Sequence[Statement]) -> Texts:
    """Who took the floor, each delegation once, in the order of their first statement."""

    def words() -> str:
        names = dict.fromkeys(
            str(one.party)
            if one.kind == Statement.Kind.STATEMENT
            else f"{one.party} ({one.get_kind_display()})"
            for one in said
        )
        return _("Statements were made by: %(who)s.") % {"who": ", ".join(names)}

    return in_every_language(words)


def _statements(said: Sequence[Statement]) -> Iterable[texts.Piece]:
    """The texts of those that may be published, their languages set side by side."""
    for one in said:
        if one.publish_at is None:
            continue
        read = {
            text.language: paragraphs([(1, text.words)], text.language) for text in current_texts(one) if text.words
        }  # fmt: skip
        read = {code: found for code, found in read.items() if found}
        if read:
            yield texts.Piece(Kind.PARAGRAPH, _heading(one))
            yield from (texts.Piece(Kind.PARAGRAPH, proposal.words) for proposal in propose(read))


def _heading(one: Statement) -> Texts:
    return in_every_language(lambda: _("*%(party)s* said:") % {"party": one.party})


def _papers(symbols: Sequence[str]) -> Texts:
    return in_every_language(
        lambda: _("The meeting had before it: %(symbols)s.") % {"symbols": ", ".join(symbols)}
    )


def _awaited(report: Report, reach: Reach, *, by: Person, at: dt.datetime) -> Document | None:
    """The paper that it will be, announced with its symbol; None where the writer files none, or there is no such kind."""
    text, meeting = report.text, report.convening.meeting
    kind = DocumentKind.objects.filter(code=FILED_AS[Report.Kind(report.kind)]).first()
    if kind is None or not may_file_paper(reach, text.room, text.party):
        return None
    own = meeting.body.room_id == text.room_id
    return documents.file_document(
        by=by, at=at, room=text.room, audience=text.audience, party=text.party, kind=kind, titles=text.titles,
        body=meeting.body if own else None, meeting=meeting, state=State.AWAITED,
        original_language=text.original_language,
    )  # fmt: skip


def locked(report: Report) -> Report:
    """The report's row with all it hangs on, locked until the transaction ends."""
    found: Report = (
        Report.objects.select_for_update(of=("self",))
        .select_related("convening__meeting__body__room", "text__room", "text__party", "session", "document")
        .get(pk=report.pk)
    )
    return found


@transaction.atomic
def send_for_comments(
    *, report: Report, on: dt.date, hour: dt.time, zone: str, audience: int, by: Person, at: dt.datetime,
    later: bool | None = None,
) -> Report:  # fmt: skip
    """Let delegations read the draft and comment until an hour on the wall of a place.

    Args:
        audience: who reads it from now on. later: which of two hours, on the day clocks are put back.

    Raises:
        RefusedError: an hour that has passed, does not exist, or exists twice and nobody said which.
    """
    row = locked(report)
    require(rules.may_ask_for_comments(reach_of(by, at), row))
    until = instant_of(on, hour, zone, later=later, field="comments_hour")
    if audience < min(Audience.ROOM, row.text.room_cap):
        raise RefusedError(_("Delegations must be able to read what they comment on."), field="audience")
    if audience != row.text.audience:
        row.text = texts.set_audience(text=row.text, audience=audience, by=by, at=at)
    try:
        row.text = texts.ask_for_comments(text=row.text, until=until, by=by, at=at)
    except RefusedError as error:
        raise RefusedError(error.reason, field="comments_on") from error
    row.comments_on, row.comments_hour, row.comments_zone = on, hour, zone
    row.state = Report.State.FOR_COMMENTS
    row.save()
    journal.record("report.sent_for_comments", at=at, person=by, subject=row, room=row.text.room,
                   facts={"until": until, "on": on, "hour": hour, "zone": zone})  # fmt: skip
    return row


@transaction.atomic
def end_comments(*, report: Report, by: Person, at: dt.datetime) -> Report:
    """End the time for comments before its hour; the draft is worked on, and can be sent again."""
    row = locked(report)
    require(rules.may_ask_for_comments(reach_of(by, at), row))
    row.text = texts.ask_for_comments(text=row.text, until=None, by=by, at=at)
    row.state = Report.State.DRAFTING
    row.comments_on = row.comments_hour = None
    row.save()
    journal.record("report.comments_ended", at=at, person=by, subject=row, room=row.text.room)
    return row


@transaction.atomic
def adopt_report(*, report: Report, languages: Sequence[str], by: Person, at: dt.datetime) -> Report:
    """Adopt the text in these languages: its words are frozen with their digest."""
    row = locked(report)
    require(rules.may_adopt(reach_of(by, at), row, at=at))
    row.text = texts.freeze_text(text=row.text, languages=languages, by=by, at=at)
    row.state, row.adopted_at, row.adopted_by = Report.State.ADOPTED, at, by
    row.save()
    journal.record("report.adopted", at=at, person=by, subject=row, room=row.text.room,
                   facts={"languages": list(languages), "sha256": row.text.frozen_hash})  # fmt: skip
    return row


def file_report(*, report: Report, by: Person, at: dt.datetime) -> Report:
    """File the adopted text as a paper: a PDF for each language, in the state "adopted", read by whom the text is.

    Cut off in the middle, it is done again: a file that stands there already is not filed twice.
    """
    with transaction.atomic():
        row = locked(report)
        reach = reach_of(by, at)
        require(rules.may_file(reach, row))
        if row.document is None:
            row.document = _awaited(row, reach, by=by, at=at)
            if row.document is None:
                raise RefusedError(
                    _("There is no kind of document “%(code)s”. Enter it among the kinds first.")
                    % {"code": FILED_AS[Report.Kind(row.kind)]}
                )
            row.save()
    document = row.document
    documents.file_frozen(document=document, text=row.text, by=by, at=at)
    with transaction.atomic():
        row = locked(report)
        if row.state != Report.State.FILED:
            _settle(row, Document.objects.get(pk=document.pk), by=by, at=at)
    return row


def _settle(row: Report, document: Document, *, by: Person, at: dt.datetime) -> None:
    """The paper's state, day and readers as the text's; the report is filed."""
    day = today(row.adopted_at or at)
    document = documents.describe(
        document=document, values={"state": State.ADOPTED, "dated_on": day, "titles": row.text.titles},
        revision=document.revision, by=by, at=at,
    )  # fmt: skip
    if document.audience != row.text.audience:
        document = documents.set_audience(document=document, audience=row.text.audience, by=by, at=at)
    row.text = texts.give_symbol(text=row.text, symbol=document.symbol or "", by=by, at=at)
    row.document, row.state, row.filed_at = document, Report.State.FILED, at
    row.save()
    journal.record("report.filed", at=at, person=by, subject=row, room=row.text.room,
                   facts={"symbol": document.symbol or document.ref})  # fmt: skip
