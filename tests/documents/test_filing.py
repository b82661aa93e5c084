"""Filing, describing, versions, symbols, audience, consent: what is allowed, what is refused, what is left behind."""

import datetime as dt
import io

import pytest
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.utils import timezone

from puebla.core.files.store import own_keys
from puebla.core.models import JournalEntry
from puebla.core.verdicts import RefusedError, StaleError
from puebla.documents import actions
from puebla.documents.models import Document, FileVersion, State
from puebla.members.models import Audience, Meeting, Room
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def office():
    make.process()
    return make.secretariat_person()


def file(by, *, body=None, party=None, **values):
    body = body or make.BodyFactory(code="VM")
    return actions.file_document(
        by=by, at=NOW, room=body.room, body=body, party=party or make.secretariat_party(), kind=make.KindFactory(code="DEC"),
        titles={"en": "A decision", "es": "Una decisión"},
        **({"audience": None, "dated_on": dt.date(2009, 7, 9)} | values),
    )  # fmt: skip


def test_symbols_are_given_in_sequence_from_the_pattern(office):
    symbols = [file(office).symbol for _ in range(3)]

    assert symbols == ["RCM/2009/VM/DEC/1", "RCM/2009/VM/DEC/2", "RCM/2009/VM/DEC/3"]


def test_the_pattern_of_symbols_is_data(office):
    make.process()
    process = make.Process.objects.get()
    process.symbol_pattern = "{body}-{kind}/{year}/{number}"
    process.save()

    assert file(office).symbol == "VM-DEC/2009/1"


def test_a_symbol_given_by_hand_is_kept_and_the_sequence_steps_over_it(office):
    given = file(office, symbol="rcm/2009/vm/dec/1")

    following = file(office)

    assert (given.symbol, following.symbol) == ("RCM/2009/VM/DEC/1", "RCM/2009/VM/DEC/2")


def test_a_symbol_that_is_taken_is_refused_at_its_field(office):
    file(office, symbol="RCM/2009/VM/DEC/7")

    with pytest.raises(RefusedError) as refusal:
        file(office, symbol="RCM/2009/VM/DEC/7")

    assert refusal.value.field == "symbol"
    assert "taken" in str(refusal.value)


@pytest.mark.parametrize(
    "symbol", ["../etc/passwd", "RCM//1", "RCM/2009/files/1", "RCM/2009/", "x" * 61, "RCM/ñ/1"]
)
def test_an_ill_formed_symbol_is_refused(office, symbol):
    with pytest.raises(RefusedError) as refusal:
        file(office, symbol=symbol)

    assert refusal.value.field == "symbol"


def test_a_symbol_of_a_sealed_room_is_refused_alike_whether_it_exists_or_not(office):
    network = make.BodyFactory(code="LOST", sealed=True)
    liaison = make.delegate(body=network)
    taken = file(liaison, body=network, party=liaison.seats.get().party, audience=Audience.ROOM).symbol

    sentences = set()
    for symbol in (taken, "RCM/2009/LOST/DEC/999"):
        with pytest.raises(RefusedError) as refusal:
            file(office, symbol=symbol)
        sentences.add(str(refusal.value))

    assert len(sentences) == 1


def test_a_party_s_own_paper_has_no_symbol_until_others_may_see_it(office):
    delegate = make.delegate(body=make.BodyFactory(code="VM"))
    own = file(delegate, party=delegate.seats.get().party)

    assert (own.symbol, own.audience) == (None, Audience.OWN_PARTY)

    shown = actions.set_audience(document=own, audience=Audience.MEMBERS, by=delegate, at=NOW)

    assert shown.symbol == "RCM/2009/VM/DEC/1"


def test_the_default_audience_is_the_narrowest(office):
    delegate = make.delegate()

    assert file(office).audience == Audience.SECRETARIAT
    assert (
        file(delegate, body=make.BodyFactory(), party=delegate.seats.get().party).audience
        == Audience.OWN_PARTY
    )


def test_files_are_looked_at_before_anything_is_written_so_that_nobody_waits_for_it(office):
    body, seen = make.BodyFactory(code="VM"), []

    class Watched(io.BytesIO):
        name = "nota.txt"

        def read(self, *count):
            seen.append((Document.objects.count(), JournalEntry.objects.count()))
            return super().read(*count)

    def file_it(*files):
        return actions.file_with_versions(
            files=files, by=office, at=NOW, room=body.room, body=body, party=make.secretariat_party(), audience=None,
            kind=make.KindFactory(code="NOTE"), titles={"es": "Nota"},
        )  # fmt: skip

    before = JournalEntry.objects.count()
    document = file_it(("es", Watched(b"Una nota.\n")), ("en", Watched(b"A note.\n")))

    assert document.filed_languages == "es,en"
    assert set(seen) == {(0, before)}

    kept = set(own_keys(storages["default"]))
    with pytest.raises(RefusedError) as refused:
        file_it(("es", Watched(b"Otra nota.\n")), ("en", Watched(b"")))

    assert refused.value.field == "file_en"
    assert Document.objects.count() == 1
    assert set(own_keys(storages["default"])) == kept


def test_who_saw_other_readers_than_those_of_now_opens_nothing(office):
    document = file(office)
    actions.describe(document=document, values={"state": State.FINAL}, revision=1, by=office, at=NOW)

    with pytest.raises(StaleError, match="who would read it now"):
        actions.set_audience(document=document, audience=Audience.MEMBERS, by=office, at=NOW, revision=1)

    document.refresh_from_db()
    assert document.audience == Audience.SECRETARIAT


def test_a_delegate_files_for_the_own_party_only():
    make.process()
    delegate, other = make.delegate(), make.PartyFactory()

    with pytest.raises(RefusedError, match="own party"):
        file(delegate, party=other)


def test_the_secretariat_has_no_way_into_a_sealed_room(office):
    network = make.BodyFactory(code="LOCP", sealed=True)

    with pytest.raises(RefusedError, match="members of this room"):
        file(office, body=network)


def test_the_database_itself_keeps_the_audience_under_the_room_s_cap(office):
    sealed = make.DocumentFactory(body=make.BodyFactory(sealed=True), audience=Audience.ROOM)

    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=sealed.pk).update(audience=Audience.MEMBERS)
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=sealed.pk).update(room_cap=Audience.PUBLIC, audience=Audience.PUBLIC)
    with pytest.raises(IntegrityError), transaction.atomic():
        Room.objects.filter(pk=sealed.room_id).update(cap=Audience.PUBLIC, sealed=False)


def test_a_room_copied_with_the_wrong_cap_is_refused_by_the_database():
    body = make.BodyFactory(sealed=True)

    with pytest.raises(IntegrityError), transaction.atomic():
        make.DocumentFactory(body=body, room_cap=Audience.PUBLIC, audience=Audience.PUBLIC)


def test_widening_a_party_s_paper_needs_the_party_s_recorded_consent(office):
    delegate = make.delegate(body=make.BodyFactory(code="VM"))
    paper = file(delegate, party=delegate.seats.get().party, audience=Audience.SECRETARIAT)

    with pytest.raises(RefusedError, match="not yet agreed"):
        actions.set_audience(document=paper, audience=Audience.MEMBERS, by=office, at=NOW)

    actions.consent(document=paper, audience=Audience.MEMBERS, by=delegate, at=NOW)
    widened = actions.set_audience(document=paper, audience=Audience.MEMBERS, by=office, at=NOW)

    assert widened.audience == Audience.MEMBERS
    with pytest.raises(RefusedError, match="not yet agreed"):
        actions.set_audience(document=widened, audience=Audience.PUBLIC, by=office, at=NOW)


def test_filing_another_party_s_paper_wide_open_is_refused(office):
    with pytest.raises(RefusedError, match="consent"):
        file(office, party=make.PartyFactory(), audience=Audience.MEMBERS)


def test_the_state_never_moves_the_audience(office):
    paper = file(office, audience=Audience.MEMBERS)

    for state in State:
        paper = actions.describe(
            document=paper, values={"state": state}, revision=paper.revision, by=office, at=NOW
        )

        assert paper.audience == Audience.MEMBERS


def test_the_second_of_two_editors_is_told_and_nothing_is_overwritten(office):
    paper = file(office)
    actions.describe(
        document=paper, values={"titles": {"en": "First"}}, revision=paper.revision, by=office, at=NOW
    )

    with pytest.raises(StaleError, match="changed this document meanwhile"):
        actions.describe(
            document=paper, values={"titles": {"en": "Second"}}, revision=paper.revision, by=office, at=NOW
        )

    paper.refresh_from_db()
    assert paper.titles == {"en": "First"}


def test_a_title_of_more_than_300_characters_is_refused_naming_the_language(office):
    with pytest.raises(RefusedError, match="301 characters") as refusal:
        actions.describe(
            document=file(office), values={"titles": {"es": "x" * 301}}, revision=1, by=office, at=NOW
        )

    assert refusal.value.field == "titles"


def test_versions_stay_behind_one_address_with_hash_size_who_and_when(office):
    paper = file(office)
    for text in (b"First text.\n", b"Second text.\n"):
        actions.add_version(
            document=paper, language="en", source=make.a_file(text), name="note.txt", by=office, at=NOW
        )

    versions = list(FileVersion.objects.filter(edition__document=paper).order_by("number"))

    assert [(v.number, v.size, v.filed_by) for v in versions] == [(1, 12, office), (2, 13, office)]
    assert len({v.sha256 for v in versions}) == 2
    paper.refresh_from_db()
    assert paper.filed_languages == "en"


def test_the_same_content_again_is_refused_and_leaves_no_file(office):
    paper = file(office)
    actions.add_version(document=paper, language="en", source=make.a_file(), name="a.txt", by=office, at=NOW)
    before = stored_files()

    with pytest.raises(RefusedError, match="present version already"):
        actions.add_version(
            document=paper, language="en", source=make.a_file(), name="a.txt", by=office, at=NOW
        )

    assert stored_files() == before


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "empty.pdf", "empty"),
        (b"PK\x03\x04 broken", "broken.docx", ""),
        (b"\x7fELF\x02\x01\x01\x00\x00", "a.pdf", ""),
    ],
)
def test_a_bad_file_gets_a_sentence_and_nothing_is_stored(office, content, name, sentence):
    paper, before = file(office), stored_files()

    with pytest.raises(RefusedError) as refusal:
        actions.add_version(
            document=paper, language="en", source=make.a_file(content), name=name, by=office, at=NOW
        )

    assert sentence in str(refusal.value)
    assert stored_files() == before
    assert not paper.editions.exists()


def test_a_file_over_the_limit_is_refused(office, settings):
    settings.UPLOAD_LIMIT = 10

    with pytest.raises(RefusedError):
        actions.add_version(
            document=file(office), language="en", source=make.a_file(), name="a.txt", by=office, at=NOW
        )


def test_every_act_leaves_one_journal_row(office):
    paper = file(office)
    actions.add_version(document=paper, language="en", source=make.a_file(), name="a.txt", by=office, at=NOW)
    actions.set_audience(document=paper, audience=Audience.MEMBERS, by=office, at=NOW)

    acts = list(
        JournalEntry.objects.filter(subject_ref=paper.ref).order_by("sequence").values_list("act", flat=True)
    )

    assert acts == ["document.filed", "document.version_filed", "document.audience_changed"]


def test_opening_a_restricted_file_is_journalled_once_an_hour(office):
    paper = file(office)
    version = actions.add_version(
        document=paper, language="en", source=make.a_file(), name="a.txt", by=office, at=NOW
    )
    start = dt.datetime(2026, 1, 1, 10, 0, tzinfo=dt.UTC)

    for minutes in (0, 5, 59, 61):
        actions.opened(version=version, document=paper, by=office, at=start + dt.timedelta(minutes=minutes))

    assert JournalEntry.objects.filter(act="document.opened").count() == 2


def test_an_awaited_document_becomes_a_draft_when_its_first_file_comes(office):
    awaited = file(office, state=State.AWAITED, expected_on=dt.date(2026, 12, 1))

    actions.add_version(
        document=awaited, language="en", source=make.a_file(), name="a.txt", by=office, at=NOW
    )

    awaited.refresh_from_db()
    assert awaited.state == State.DRAFT


def test_a_relation_to_a_document_one_may_not_see_is_refused_as_if_it_were_not_there(office):
    delegate = make.delegate(body=make.BodyFactory(code="VM"))
    own, hidden = file(delegate, party=delegate.seats.get().party), make.DocumentFactory()

    with pytest.raises(RefusedError, match="no document of that symbol"):
        actions.relate(source=own, target=hidden, kind="answers", by=delegate, at=NOW)


def test_a_document_of_a_sealed_room_is_not_shared_by_name():
    make.process()
    network = make.BodyFactory(code="LOCP", sealed=True)
    liaison = make.delegate(body=network)
    paper = file(liaison, body=network, party=liaison.seats.get().party)

    with pytest.raises(RefusedError, match="sealed room"):
        actions.share(
            document=paper,
            person=make.delegate(),
            why="x",
            until_at=NOW + dt.timedelta(days=1),
            by=liaison,
            at=NOW,
        )


def stored_files():
    from pathlib import Path

    root = Path(storages["default"].location)
    return {p for p in root.rglob("*") if p.is_file()}


def test_an_undated_paper_for_a_meeting_carries_the_meetings_year_in_its_symbol(office):
    body = make.BodyFactory(code="VM")
    meeting = Meeting.objects.create(
        body=body, symbol="RCM/2031/VM", titles={"en": "A meeting"}, starts_on=dt.date(2031, 5, 1)
    )

    document = file(office, body=body, meeting=meeting, dated_on=None)

    assert document.symbol == "RCM/2031/VM/DEC/1"
