"""Releasing and withdrawing: what the public reads is a copy, with an embargo tested in the query."""

import datetime as dt

import pytest
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.utils import timezone

from puebla.core.verdicts import RefusedError
from puebla.documents import actions
from puebla.documents.actions.releasing import preview
from puebla.documents.models import Document, FileVersion
from puebla.members.models import Audience
from puebla.publications.models import Epoch, PublicDocument, PublicFile
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def office():
    make.process()
    return make.secretariat_person()


def filed(office, **values):
    paper = make.DocumentFactory(**({"audience": Audience.SECRETARIAT} | values))
    actions.add_version(document=paper, language="en", source=make.a_file(), name="a.txt", by=office, at=NOW)
    paper.refresh_from_db()
    return paper


def test_a_release_copies_description_and_newest_files_into_the_public_store(office):
    paper = filed(office)
    actions.add_version(
        document=paper, language="en", source=make.a_file(b"Newer.\n"), name="b.txt", by=office, at=NOW
    )

    edition = actions.release(document=paper, by=office, at=NOW)

    file = edition.files.get()
    assert (file.number, file.name, file.current) == (2, "b.txt", True)
    assert storages["public"].open(file.key).read() == b"Newer.\n"
    assert edition.pending == [{"language": "es", "on": None}]
    paper.refresh_from_db()
    assert (paper.audience, paper.is_public) == (Audience.PUBLIC, True)


def test_a_preview_says_what_would_be_public_and_changes_nothing(office):
    paper = filed(office)

    shown = preview(document=paper, at=NOW)

    assert [v.name for v in shown.files] == ["a.txt"]
    assert shown.missing_languages == ["es"]
    assert not PublicDocument.objects.exists()


def test_an_embargo_is_tested_in_the_query_to_the_instant(office):
    until = NOW + dt.timedelta(hours=2)
    paper = filed(office, embargo_until=until)

    actions.release(document=paper, by=office, at=NOW)

    assert not PublicDocument.objects.readable(at=until - dt.timedelta(microseconds=1)).exists()
    assert PublicDocument.objects.readable(at=until).exists()
    assert Epoch.objects.get().next_change_at == until


def test_withdrawing_leaves_a_tombstone_and_no_file(office, django_capture_on_commit_callbacks):
    paper = filed(office)
    key = actions.release(document=paper, by=office, at=NOW).files.get().key

    with django_capture_on_commit_callbacks(execute=True):
        actions.withdraw(document=paper, reason={"en": "Wrong file."}, by=office, at=NOW)

    edition = PublicDocument.objects.get()
    assert edition.withdrawn_reason == {"en": "Wrong file."}
    assert not PublicFile.objects.exists()
    assert not storages["public"].exists(key)
    assert not PublicDocument.objects.readable(at=NOW + dt.timedelta(days=1)).exists()
    paper.refresh_from_db()
    assert (paper.audience, paper.is_public) == (Audience.MEMBERS, False)


def test_every_release_and_withdrawal_turns_the_epoch(office):
    paper = filed(office)
    numbers = []
    for act in (lambda: actions.release(document=paper, by=office, at=NOW),
                lambda: actions.withdraw(document=paper, reason={"en": "x"}, by=office, at=NOW),
                lambda: actions.release(document=paper, by=office, at=NOW)):  # fmt: skip
        act()
        numbers.append(Epoch.objects.get().number)

    assert numbers == sorted(set(numbers))


def test_released_again_it_keeps_the_addresses_of_its_files(office):
    paper = filed(office)
    first = actions.release(document=paper, by=office, at=NOW).files.get()

    second = actions.release(document=paper, by=office, at=NOW).files.get()

    assert (first.pk, first.key, first.ref) == (second.pk, second.key, second.ref)


def test_nothing_of_a_sealed_room_can_be_released(office):
    network = make.BodyFactory(sealed=True)
    make.SeatFactory(person=office, party=make.secretariat_party(), body=network)
    paper = filed(office, body=network, audience=Audience.ROOM)

    with pytest.raises(RefusedError, match="can become public"):
        actions.release(document=paper, by=office, at=NOW)

    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=paper.pk).update(released_at=NOW, released_by=office)


def test_a_party_s_paper_is_released_with_its_consent_only(office):
    delegate = make.delegate()
    paper = filed(office, party=delegate.seats.get().party, audience=Audience.SECRETARIAT)

    with pytest.raises(RefusedError, match="not yet agreed"):
        actions.release(document=paper, by=office, at=NOW)

    actions.consent(document=paper, audience=Audience.PUBLIC, by=delegate, at=NOW)

    assert actions.release(document=paper, by=office, at=NOW).symbol == paper.symbol


@pytest.mark.parametrize("state", ["awaited", "withdrawn"])
def test_an_awaited_or_withdrawn_paper_is_not_released(office, state):
    paper = filed(office)
    Document.objects.filter(pk=paper.pk).update(state=state)
    paper.refresh_from_db()

    with pytest.raises(RefusedError):
        actions.release(document=paper, by=office, at=NOW)


def test_a_delegate_does_not_release(office):
    paper = filed(office, audience=Audience.MEMBERS)

    with pytest.raises(RefusedError, match="by the secretariat"):
        actions.release(document=paper, by=make.delegate(), at=NOW)


def test_a_file_released_before_it_was_read_gets_its_texts_when_it_is(office):
    paper = filed(office)
    edition = actions.release(document=paper, by=office, at=NOW)
    assert not edition.files.get().pages.exists()

    actions.read_version(version=FileVersion.objects.get(), at=NOW)

    assert [page.text.strip() for page in edition.files.get().pages.all()] == ["Plain text of a note."]
