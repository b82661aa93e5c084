"""Statements: the floor asked for, texts sent and revised, delivered, withdrawn; and filed as papers to be released."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import override

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.files.examine import Examined, examine
from puebla.core.files.kinds import FileKind
from puebla.core.files.reading import UnreadableError, read
from puebla.core.files.store import put, remove
from puebla.core.interface import in_every_language
from puebla.core.languages import Texts, show
from puebla.core.models import Process, random_ref
from puebla.core.verdicts import RefusedError, require, require_unchanged
from puebla.core.words import one_line
from puebla.documents import actions as documents
from puebla.documents.actions.filing import as_path
from puebla.documents.models import Document, Kind, State
from puebla.meetings.actions import agenda
from puebla.meetings.models import AgendaItem, ItemPaper, Statement, StatementText
from puebla.meetings.models.statements import LONGEST_STATEMENT
from puebla.meetings.rules import statements as rules
from puebla.members.models import Audience, Party
from puebla.members.querysets import reach_of, today
from puebla.texts.actions.exporting import Line, Sheet, as_pdf
from puebla.texts.models import Kind as Paragraph

Stands = Statement.State
#: Of one file; what is photographed is sent smaller.
FILE_LIMIT = 25 << 20
#: Of these the words are read, so that interpreters and the report have them; of pictures nothing is.
READ = frozenset({FileKind.PDF, FileKind.DOCX, FileKind.ODT, FileKind.TXT, FileKind.HTML})
#: As what it is filed.
FILED_AS = "ST"
#: What is said of it beside its texts.
SAID = ("speaker", "said_as", "offices", "language")


@dataclass(frozen=True)
class Given:
    """What came in for one language: paragraphs that were typed or pasted, or a stored file with the words in it."""

    paragraphs: Sequence[str] = ()
    examined: Examined | None = None
    key: str = ""

    @property
    def words(self) -> str:
        """Paragraphs parted by blank lines."""
        return "\n\n".join(self.paragraphs)


# Texts and files -------------------------------------------------------------------------------------------------------


@contextmanager
def _taken_in(texts: Mapping[str, Sequence[str]], files: Mapping[str, Any]) -> Iterator[dict[str, Given]]:
    """Each language's text; files are examined, read and stored first, and stored nowhere where the act is refused.

    A file stands in the place of what was typed for the same language.
    """
    given = {code: Given(tuple(words)) for code, words in texts.items() if any(words)}
    stored: list[str] = []
    try:
        for code, source in files.items():
            given[code] = _stored(source, field=f"file_{code}")
            stored.append(given[code].key)
        _refuse_too_long(given)
        yield given
    except BaseException:
        for key in stored:
            storages["default"].delete(key)
        raise


def _refuse_too_long(given: Mapping[str, Given]) -> None:
    for code, one in given.items():
        if len(one.words) > LONGEST_STATEMENT:
            raise RefusedError(
                _("This text has %(length)d characters; at most %(limit)d are kept. Send it as a file.")
                % {"length": len(one.words), "limit": LONGEST_STATEMENT},
                field=f"words_{code}",
            )


def _stored(source: Any, *, field: str) -> Given:
    try:
        with as_path(source) as path:
            examined = examine(path, name=source.name, limit=min(settings.UPLOAD_LIMIT, FILE_LIMIT))
            words: list[str] = []
            if examined.kind in READ:
                # Protected or damaged inside: the file itself is what interpreters open then.
                with suppress(UnreadableError):
                    words = _paragraphs(read(path, examined.kind, recognise=False).pages)
            return Given(words, examined, put(path, storage=storages["default"]).key)
    except RefusedError as error:
        raise RefusedError(error.reason, field=field) from error


def _paragraphs(pages: Sequence[Any]) -> list[str]:
    """The words of a file, as long as a statement may be."""
    found, length = [], 0
    for page in pages:
        for block in page.text.split("\n\n"):
            line = one_line(block)
            length += len(line) + 2
            if line and length <= LONGEST_STATEMENT:
                found.append(line)
    return found


def _write(
    row: Statement, given: Mapping[str, Given], *, as_delivered: bool, by: Person, at: dt.datetime
) -> None:
    """Put each text in the place of the one before; what nobody points at any more is deleted after the commit."""
    old = {one.language: one for one in row.texts.filter(as_delivered=as_delivered)}
    for code, one in given.items():
        file = one.examined
        values = {
            "words": one.words, "given_at": at, "given_by": by, "file_key": one.key,
            "file_name": file.name if file else "", "file_media_type": file.media_type if file else "",
            "file_kind": file.kind.name if file else "", "file_size": file.size if file else 0,
            "file_sha256": file.sha256 if file else "",
        }  # fmt: skip
        StatementText.objects.update_or_create(
            statement=row, language=code, as_delivered=as_delivered, defaults=values
        )
        _forget(old.get(code))
    have = set(row.texts.values_list("language", flat=True))
    row.languages = ",".join(sorted(have, key=lambda code: (code != row.language, code)))
    if not as_delivered:
        row.sent_at = (row.sent_at or at) if have else None


def _forget(text: StatementText | None) -> None:
    if text is not None and text.file_key:
        key = text.file_key
        transaction.on_commit(lambda: remove([key], storage=storages["default"]))


def _say(row: Statement, values: Mapping[str, Any]) -> None:
    for name in SAID:
        if name in values:
            setattr(row, name, values[name])
    row.speaker, row.said_as = one_line(row.speaker), one_line(row.said_as)


# The list --------------------------------------------------------------------------------------------------------------


def locked(statement: Statement) -> Statement:
    """The statement's row and its item's, locked in this order until the transaction ends."""
    AgendaItem.objects.select_for_update().get(pk=statement.item_id)
    return (
        Statement.objects.select_for_update(of=("self",))
        .select_related("convening__meeting__body__room", "item__room", "item__convening__meeting__body__room", "room", "party")
        .get(pk=statement.pk)
    )  # fmt: skip


def _last(item: AgendaItem) -> int:
    return (Statement.objects.filter(item=item).aggregate(last=Max("position"))["last"] or 0) + 1


def _waits_already(item: AgendaItem, party: Party, kind: str) -> bool:
    return Statement.objects.filter(item=item, party=party, kind=kind, state=Stands.WAITING).exists()


def _refuse_twice(item: AgendaItem, party: Party, kind: str) -> None:
    if _waits_already(item, party, kind):
        raise RefusedError(
            _("%(party)s is on the list already (%(kind)s). Change what was sent there.")
            % {"party": party, "kind": Statement.Kind(kind).label},
            field="kind",
        )


def _journal(act: str, row: Statement, *, by: Person, at: dt.datetime, **facts: Any) -> None:
    """Without words or titles: who did what to which statement."""
    journal.record(act, at=at, person=by, subject=row, room=row.room, party_code=row.party.code,
                   facts={"meeting": row.convening.symbol, **facts})  # fmt: skip


def _saved(act: str, row: Statement, *, by: Person, at: dt.datetime, **facts: Any) -> None:
    """Save what was changed in a statement, under its next revision, and journal it."""
    row.changed_at = at
    row.revision += 1
    row.save()
    _journal(act, row, by=by, at=at, **facts)


def send(
    *, item: AgendaItem, party: Party, kind: str, token: str, by: Person, at: dt.datetime,
    texts: Mapping[str, Sequence[str]] | None = None, files: Mapping[str, Any] | None = None, publish: bool = False,
    **values: Any,
) -> Statement:  # fmt: skip
    """Ask for the floor under an item, with the statement's text or before it is ready.

    Args:
        token: of the form; the same one sent again answers with what the first did.
        texts: paragraphs by language. files: uploads by language. publish: the delegation lets the text be published.
        values: speaker, said_as, offices, language.

    Raises:
        RefusedError: where the rules or a file refuse; nothing is stored. `field` names the field of the form.
    """
    require(rules.may_send(reach_of(by, at), by, item, party))
    with _taken_in(texts or {}, files or {}) as given, transaction.atomic():
        row = agenda.locked(item)
        reach = reach_of(by, at)
        sent = Statement.objects.filter(token=token).first() if token else None
        if sent is not None:
            if (sent.item_id, sent.party_id, sent.asked_by_id) != (row.pk, party.pk, by.pk):
                raise RefusedError(_("This form is not complete. Open the page again."))
            return _again(sent, given)
        require(rules.may_send(reach, by, row, party))
        _refuse_twice(row, party, kind)
        statement = Statement(
            token=token or random_ref(), convening=row.convening, item=row, kind=kind, position=_last(row), asked_at=at, asked_by=by,
            changed_at=at, room=row.room, room_cap=row.room_cap, party=party, audience=Audience.SECRETARIAT,
        )  # fmt: skip
        _say(statement, values)
        statement.language = statement.language or next(iter(given), "")
        statement.save()
        _write(statement, given, as_delivered=False, by=by, at=at)
        if publish and rules.may_say_publishable(reach, by, statement):
            statement.publish_at, statement.publish_by = at, by
        statement.full_clean()
        statement.save()
        _journal("statement.sent", statement, by=by, at=at, kind=kind, languages=statement.languages)
        return statement


def _again(sent: Statement, given: Mapping[str, Given]) -> Statement:
    """The first answer once more; files that came with the second are not kept."""
    keys = [one.key for one in given.values() if one.key]
    transaction.on_commit(lambda: remove(keys, storage=storages["default"]))
    return sent


def revise(
    *, statement: Statement, revision: int, by: Person, at: dt.datetime, publish: bool | None = None,
    texts: Mapping[str, Sequence[str]] | None = None, files: Mapping[str, Any] | None = None, **values: Any,
) -> Statement:  # fmt: skip
    """Change a statement before it is delivered; a language whose text was emptied is taken away.

    Args:
        texts: paragraphs of each language that was shown to be written; None or a language left out stays as it is.

    Raises:
        StaleError: somebody saved it since `revision` was read.
    """
    require(rules.may_revise(reach_of(by, at), by, statement))
    with _taken_in(texts or {}, files or {}) as given, transaction.atomic():
        row = locked(statement)
        reach = reach_of(by, at)
        require(rules.may_revise(reach, by, row))
        require_unchanged(row, revision)
        _say(row, values)
        _take_away(
            row, [code for code, words in (texts or {}).items() if not any(words) and code not in given]
        )
        _write(row, given, as_delivered=False, by=by, at=at)
        if publish is not None and rules.may_say_publishable(reach, by, row):
            _publishable(row, publish, by=by, at=at)
        row.full_clean()
        _saved("statement.revised", row, by=by, at=at, languages=row.languages)
        return row


def _take_away(row: Statement, codes: Sequence[str]) -> None:
    """Typed texts that were emptied; a file stays until another takes its place."""
    row.texts.filter(as_delivered=False, language__in=codes, file_key="").delete()


def _publishable(row: Statement, publish: bool, *, by: Person, at: dt.datetime) -> None:
    if publish and row.publish_at is None:
        row.publish_at, row.publish_by = at, by
    elif not publish:
        row.publish_at = row.publish_by = None


@transaction.atomic
def say_publishable(*, statement: Statement, publish: bool, by: Person, at: dt.datetime) -> Statement:
    """The delegation lets its text be published, or takes that back."""
    row = locked(statement)
    require(rules.may_say_publishable(reach_of(by, at), by, row))
    _publishable(row, publish, by=by, at=at)
    _saved("statement.publishing_said", row, by=by, at=at, publish=publish)
    return row


@transaction.atomic
def withdraw(*, statement: Statement, by: Person, at: dt.datetime) -> Statement:
    """Take it off the list: its party alone reads what was sent."""
    row = locked(statement)
    require(rules.may_withdraw(reach_of(by, at), by, row))
    row.state, row.withdrawn_at, row.withdrawn_by, row.audience = Stands.WITHDRAWN, at, by, Audience.OWN_PARTY
    _saved("statement.withdrawn", row, by=by, at=at)
    return row


@transaction.atomic
def put_back(*, statement: Statement, by: Person, at: dt.datetime) -> Statement:
    """Put a withdrawn one back, at the end of the list."""
    row = locked(statement)
    require(rules.may_put_back(reach_of(by, at), by, row))
    _refuse_twice(row.item, row.party, row.kind)
    row.state, row.withdrawn_at, row.withdrawn_by, row.audience = (
        Stands.WAITING,
        None,
        None,
        Audience.SECRETARIAT,
    )
    row.position = _last(row.item)
    _saved("statement.put_back", row, by=by, at=at)
    return row


@transaction.atomic
def deliver(*, statement: Statement, by: Person, at: dt.datetime) -> Statement:
    """Note that it was delivered now: whoever takes part in the item reads it from here on. Noted twice, the first stands."""
    row = locked(statement)
    require(rules.may_deliver(reach_of(by, at), row))
    if row.state == Stands.DELIVERED:
        return row
    row.state, row.delivered_at, row.delivered_by = Stands.DELIVERED, at, by
    row.audience = min(max(row.item.audience, Audience.SECRETARIAT), row.room_cap)
    _saved("statement.delivered", row, by=by, at=at)
    return row


@transaction.atomic
def undo_delivery(*, statement: Statement, by: Person, at: dt.datetime) -> Statement:
    """It was not delivered after all: it waits again in its place, read by its party and the secretariat."""
    row = locked(statement)
    require(rules.may_undo(reach_of(by, at), row))
    _refuse_twice(row.item, row.party, row.kind)
    row.state, row.delivered_at, row.delivered_by = Stands.WAITING, None, None
    row.audience = Audience.SECRETARIAT
    _saved("statement.undelivered", row, by=by, at=at)
    return row


def word_as_delivered(
    *, statement: Statement, revision: int, by: Person, at: dt.datetime,
    texts: Mapping[str, Sequence[str]] | None = None, files: Mapping[str, Any] | None = None,
) -> Statement:  # fmt: skip
    """Keep the text as it was delivered beside the one that was sent; what was sent stays."""
    require(rules.may_word(reach_of(by, at), by, statement))
    with _taken_in(texts or {}, files or {}) as given, transaction.atomic():
        row = locked(statement)
        require(rules.may_word(reach_of(by, at), by, row))
        require_unchanged(row, revision)
        emptied = [code for code, words in (texts or {}).items() if not any(words) and code not in given]
        row.texts.filter(as_delivered=True, language__in=emptied, file_key="").delete()
        _write(row, given, as_delivered=True, by=by, at=at)
        _saved("statement.worded", row, by=by, at=at, languages=",".join(given))
        return row


@transaction.atomic
def move(*, statement: Statement, to: str, by: Person, at: dt.datetime) -> Statement:
    """Move one of those who wait: "up", "down", or "first", as the chair gives the floor."""
    row = locked(statement)
    require(rules.may_order(reach_of(by, at), row))
    waiting = list(Statement.objects.filter(item=row.item, state=Stands.WAITING).order_by("position", "pk"))
    place = next(n for n, one in enumerate(waiting) if one.pk == row.pk)
    wanted = {"up": place - 1, "down": place + 1, "first": 0}.get(to, place)
    if wanted == place or not 0 <= wanted < len(waiting):
        return row
    waiting.insert(wanted, waiting.pop(place))
    for position, one in enumerate(waiting, start=1):
        if one.position != position:
            Statement.objects.filter(pk=one.pk).update(position=position)
    row.refresh_from_db(fields=["position"])
    _journal("statement.moved", row, by=by, at=at, to=to)
    return row


# Released --------------------------------------------------------------------------------------------------------------


def current_texts(statement: Statement) -> list[StatementText]:
    """Of each language the text as delivered, else as it was sent; the language spoken first."""
    found: dict[str, StatementText] = {}
    for one in statement.texts.order_by("as_delivered"):
        found[one.language] = one
    return sorted(found.values(), key=lambda one: (one.language != statement.language, one.language))


def file_statement(*, statement: Statement, by: Person, at: dt.datetime) -> Document:
    """File a delivered statement that may be published as a paper of its party under the item, to be released like any other.

    Files go in as they came; of typed texts a PDF is set. The delegation's word stands with the paper as its consent.
    """
    require(rules.may_file(reach_of(by, at), statement))
    kind = Kind.objects.filter(code=FILED_AS).first()
    if kind is None:
        raise RefusedError(
            _("There is no kind of document “%(code)s”. Enter it among the kinds first.") % {"code": FILED_AS}
        )
    made = [(one.language, _as_upload(statement, one, at=at)) for one in current_texts(statement)]
    with transaction.atomic():
        row = locked(statement)
        require(rules.may_file(reach_of(by, at), row))
        # The files were set from what stood there before.
        require_unchanged(row, statement.revision)
        assert row.publish_at is not None and row.publish_by is not None  # noqa: S101 - the rule has asked it
        meeting = row.convening.meeting
        document = documents.file_with_versions(
            files=made, by=by, at=at, room=row.room, audience=Audience.SECRETARIAT, party=row.party, kind=kind,
            titles=_titles(row), body=meeting.body, meeting=meeting, state=State.FINAL, original_language=row.language,
            dated_on=today(row.delivered_at or at),
        )  # fmt: skip
        documents.carry_consent(
            document=document, audience=Audience.PUBLIC, given_at=row.publish_at, given_by=row.publish_by, by=by, at=at
        )  # fmt: skip
        last = row.item.item_papers.aggregate(last=Max("position"))["last"] or 0
        ItemPaper.objects.create(item=row.item, document=document, position=last + 1)
        row.document = document
        _saved("statement.filed", row, by=by, at=at, symbol=document.address)
    return document


def _titles(row: Statement) -> Texts:

    def said() -> str:
        words = {"party": str(row.party), "item": show(row.item.titles)}
        return (_("Statement by %(party)s: %(item)s") % words)[:300]

    return in_every_language(said)


def _as_upload(row: Statement, text: StatementText, *, at: dt.datetime) -> ContentFile:
    if text.file_key:
        with storages["default"].open(text.file_key, "rb") as stored:
            return ContentFile(stored.read(), name=text.file_name)
    code, titles = text.language, _titles(row)
    with override(code):
        state = _("as delivered") if text.as_delivered else _("check against delivery")
    lines = tuple(Line(Paragraph.PARAGRAPH, "", 0, 0, (one,)) for one in text.paragraphs)
    sheet = Sheet(
        (code,), str(show(Process.current().names, code)), row.convening.symbol, (titles.get(code) or str(show(titles)),),
        (str(state),), ("",), lines, today(row.delivered_at or at),
    )  # fmt: skip
    return ContentFile(as_pdf(sheet), name=f"{row.party.code}-{row.ref[:6]}.{code}.pdf")


def opened(*, text: StatementText, statement: Statement, by: Person, at: dt.datetime) -> None:
    """Journal that a file is opened: one row per person, file and hour; no row, no file."""
    journal.record_once(
        "statement.opened", once_key=f"statement:{text.pk}:{text.file_sha256[:16]}:{by.ref}:{at:%Y%m%d%H}", at=at, person=by,
        subject=statement, room=statement.room, party_code=statement.party.code,
    )  # fmt: skip
