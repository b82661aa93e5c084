"""Releasing and withdrawing: what the public reads is a copy, with an embargo tested in the query."""

import datetime as dt
import re

import pytest
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from puebla.core.models import JournalEntry
from puebla.core.verdicts import RefusedError, StaleError
from puebla.documents import actions
from puebla.documents.actions import releasing
from puebla.documents.actions.releasing import preview
from puebla.documents.models import Document, FileVersion
from puebla.members.models import Audience
from puebla.publications.models import Epoch, PublicDocument, PublicFile, PublicTheme
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


# What was looked at is what becomes public ------------------------------------------------------------------------


def add(paper, office, content, language="en"):
    return actions.add_version(
        document=paper, language=language, source=make.a_file(content), name="late.txt", by=office, at=NOW
    )


def test_a_file_added_after_the_preview_does_not_become_public_unseen(office):
    paper = filed(office)
    seen = preview(document=paper, at=NOW).revision
    add(paper, office, b"Never looked at.\n")

    with pytest.raises(StaleError, match="changed since you looked"):
        actions.release(document=paper, by=office, at=NOW, revision=seen)

    assert not PublicDocument.objects.exists()


def test_a_file_added_while_the_bytes_are_copied_stops_the_release(office, monkeypatch):
    paper = filed(office)
    copy = releasing._copy_bytes

    def and_then_somebody_files(document):
        copies = copy(document)
        add(paper, office, b"Filed in between.\n")
        return copies

    monkeypatch.setattr(releasing, "_copy_bytes", and_then_somebody_files)

    with pytest.raises(StaleError):
        actions.release(document=paper, by=office, at=NOW)

    assert not PublicFile.objects.exists()
    paper.refresh_from_db()
    assert (paper.audience, paper.is_public) == (Audience.SECRETARIAT, False)


def test_the_page_of_a_release_carries_what_was_seen_and_shows_the_change_before_it_asks_again(
    office, client
):
    paper = filed(office)
    client.force_login(office)
    address = reverse("documents:release", args=[paper.symbol])
    first = client.get(address)
    seen = re.search(r'name="revision" value="(\d+)"', first.text)[1]
    add(paper, office, b"Second.\n")

    refused = client.post(address, {"revision": seen})
    again = re.search(r'name="revision" value="(\d+)"', refused.text)[1]
    accepted = client.post(address, {"revision": again})

    assert "changed since you looked" in refused.text
    assert "late.txt" in refused.text
    assert accepted.status_code == 302
    assert PublicFile.objects.get(current=True).number == 2


def test_the_preview_says_who_reads_it_inside_at_once_and_all_that_is_said_in_public(office, client):
    giver = make.PartyFactory(code="GIV", names={"en": "Republic of Givers"})
    civil = make.delegate("civil_society", full_name="Zoila Civil")
    paper = filed(office, party=giver)
    client.force_login(office)

    shown = preview(document=paper, at=NOW)
    page = client.get(reverse("documents:release", args=[paper.symbol])).text

    assert [person.pk for group in shown.gains for person in group.people] == [civil.pk]
    assert "Inside, at once" in page
    assert "Zoila Civil" in page
    assert "GIV" in page
    assert "<dt>State</dt>" in page


def test_what_the_public_reads_is_not_taken_away_by_a_release_for_a_later_hour(office):
    paper = filed(office)
    actions.release(document=paper, by=office, at=NOW)

    with pytest.raises(RefusedError, match="would lose it"):
        actions.release(document=paper, by=office, at=NOW, public_from=NOW + dt.timedelta(days=1))

    assert PublicDocument.objects.readable(at=NOW).exists()


def test_a_withdrawn_row_holds_nothing_of_the_paper(office):
    paper = filed(office, titles={"en": "Secret title"})
    paper.themes.add(make.ThemeFactory())
    actions.release(document=paper, by=office, at=NOW)

    actions.withdraw(document=paper, reason={"en": "Wrong file."}, by=office, at=NOW)

    row = PublicDocument.objects.values().get()
    assert "secret title" not in str(row).casefold()
    # The bare codes stay, so that whoever follows a theme by feed is told what left it.
    assert list(PublicTheme.objects.values_list("names", flat=True)) == [{}]
    assert row["withdrawn_reason"] == {"en": "Wrong file."}


def test_a_relation_to_a_withdrawn_paper_is_not_released(office):
    gone, paper = filed(office), filed(office)
    actions.relate(source=paper, target=gone, kind="answers", by=office, at=NOW)
    actions.release(document=gone, by=office, at=NOW)
    actions.withdraw(document=gone, reason={"en": "Wrong."}, by=office, at=NOW)

    assert actions.release(document=paper, by=office, at=NOW).relations == []


def test_a_paper_that_becomes_public_later_is_told_by_those_that_named_it_before(office):
    answer, asked = filed(office), filed(office)
    actions.relate(source=answer, target=asked, kind="answers", by=office, at=NOW)
    before = list(actions.release(document=answer, by=office, at=NOW).relations)

    shown = preview(document=asked, at=NOW).related
    actions.release(document=asked, by=office, at=NOW)

    assert before == []
    assert shown == [answer.symbol]
    told = PublicDocument.objects.get(symbol=answer.symbol)
    assert told.relations == [{"kind": "answers", "symbol": asked.symbol}]


# Embargo ----------------------------------------------------------------------------------------------------------


def move_embargo(paper, by, until):
    paper.refresh_from_db()
    return actions.describe(
        document=paper, values={"embargo_until": until}, revision=paper.revision, by=by, at=NOW
    )


def test_an_embargo_put_off_after_the_release_puts_the_public_edition_off_too(office):
    friday, monday = NOW + dt.timedelta(days=2), NOW + dt.timedelta(days=5)
    paper = filed(office, embargo_until=friday)
    actions.release(document=paper, by=office, at=NOW)
    before = Epoch.objects.get().number

    move_embargo(paper, office, monday)

    assert not PublicDocument.objects.readable(at=monday - dt.timedelta(seconds=1)).exists()
    assert PublicDocument.objects.readable(at=monday + dt.timedelta(seconds=1)).exists()
    assert Epoch.objects.get().number > before
    assert Epoch.objects.get().next_change_at == monday


def test_an_embargo_comes_too_late_for_what_the_public_reads(office):
    paper = filed(office)
    actions.release(document=paper, by=office, at=NOW)

    with pytest.raises(RefusedError, match="too late"):
        move_embargo(paper, office, NOW + dt.timedelta(days=1))


def test_a_party_s_embargo_is_ended_early_by_that_party_alone(office):
    delegate = make.delegate()
    until = NOW + dt.timedelta(days=3)
    paper = filed(office, party=delegate.seats.get().party, embargo_until=until)

    for earlier in (None, until - dt.timedelta(days=1)):
        with pytest.raises(RefusedError, match="ends it earlier"):
            move_embargo(paper, office, earlier)

    assert move_embargo(paper, office, until + dt.timedelta(days=1)).embargo_until > until
    assert move_embargo(paper, delegate, None).embargo_until is None


# Openings ---------------------------------------------------------------------------------------------------------


def opened_by(reader, paper, number):
    version = FileVersion.objects.get(edition__document=paper, number=number)
    paper.refresh_from_db()
    actions.opened(version=version, document=paper, by=reader, at=NOW)
    return JournalEntry.objects.filter(act="document.opened").count()


def test_of_a_released_paper_only_the_version_that_the_public_reads_is_opened_without_a_line(office):
    paper, reader = filed(office), make.delegate()
    actions.release(document=paper, by=office, at=NOW)
    add(paper, office, b"Filed after the release.\n")

    assert opened_by(reader, paper, 1) == 0
    assert opened_by(reader, paper, 2) == 1


def test_a_release_whose_hour_has_not_come_is_still_opened_with_a_line(office):
    paper, reader = filed(office), make.delegate()
    actions.release(document=paper, by=office, at=NOW, public_from=NOW + dt.timedelta(hours=1))

    assert opened_by(reader, paper, 1) == 1


# Consent ----------------------------------------------------------------------------------------------------------


def test_a_party_s_paper_is_shared_by_the_party_or_after_its_consent(office):
    delegate, guest = make.delegate(), make.delegate("civil_society")
    paper = filed(office, party=delegate.seats.get().party)
    share = {
        "document": paper,
        "person": guest,
        "why": "expert",
        "until_at": NOW + dt.timedelta(days=1),
        "at": NOW,
    }

    with pytest.raises(RefusedError, match="shares it with single persons itself"):
        actions.share(**share, by=office)

    actions.share(**share, by=delegate)
    actions.consent(document=paper, audience=Audience.CIVIL_SOCIETY, by=delegate, at=NOW)
    actions.share(**share, by=office)

    assert paper.shares.count() == 2


def test_nobody_consents_to_a_paper_of_a_sealed_room_where_they_do_not_sit(office):
    party, network = make.PartyFactory(), make.BodyFactory(sealed=True)
    outside, inside = make.delegate(party=party), make.delegate(party=party, body=network)
    paper = make.DocumentFactory(body=network, party=party, audience=Audience.SECRETARIAT)

    with pytest.raises(RefusedError):
        actions.consent(document=paper, audience=Audience.ROOM, by=outside, at=NOW)

    assert actions.consent(document=paper, audience=Audience.ROOM, by=inside, at=NOW).given_by == inside
