"""Public copies: written whole, replaced whole, taken away whole."""

import datetime as dt

import pytest
from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone

from puebla.core import journal, registry
from puebla.core.models import JournalEntry, PublishedHead
from puebla.publications import actions
from puebla.publications.models import Epoch, PublicDocument, PublicFile, PublicHead, PublicPage
from tests.publications.making import a_party_row, a_public_document, a_public_file

pytestmark = pytest.mark.django_db


def epoch() -> int:
    return Epoch.objects.values_list("number", flat=True).first() or 0


def test_after_a_restore_no_epoch_of_before_comes_again():
    a_public_document(symbol="A/1")
    backed_up = epoch()
    for second in range(1, 4):
        actions.turn_epoch(at=timezone.now() + dt.timedelta(seconds=second))
    seen = epoch()
    Epoch.objects.update(number=backed_up)

    actions.turn_epoch(at=timezone.now() + dt.timedelta(seconds=60))

    assert epoch() > seen


def test_a_second_release_keeps_the_old_version_at_its_address_and_makes_the_new_one_current():
    a_public_document(symbol="A/1", files=[a_public_file(b"first")])

    a_public_document(symbol="A/1", files=[a_public_file(b"second", number=2)])

    versions = dict(PublicFile.objects.filter(document__symbol="A/1").values_list("number", "current"))
    assert versions == {1: False, 2: True}


def test_the_same_version_released_again_has_its_texts_once():
    a_public_document(symbol="A/1", files=[a_public_file(texts=["old", "older"])])

    a_public_document(symbol="A/1", files=[a_public_file(texts=["new"])])

    assert list(PublicPage.objects.values_list("text", flat=True)) == ["new"]


def test_a_withdrawal_deletes_the_bytes_once_it_is_certain(django_capture_on_commit_callbacks):
    document = a_public_document()
    key = document.files.get().key

    with django_capture_on_commit_callbacks(execute=False) as certain:
        actions.withdraw_document(symbol=document.symbol, reason={"en": "Wrong."}, at=timezone.now())
    still_there = storages["public"].exists(key)
    for act in certain:
        act()

    assert still_there
    assert not storages["public"].exists(key)
    assert not PublicFile.objects.exists()


def test_a_withdrawn_document_released_again_is_readable_again():
    at = timezone.now()
    a_public_document(symbol="A/1", at=at)
    actions.withdraw_document(symbol="A/1", reason={"en": "Wrong."}, at=at)

    a_public_document(symbol="A/1", at=at)

    assert PublicDocument.objects.readable(at=at).get().withdrawn_reason == {}


def test_every_change_of_what_is_public_turns_the_epoch():
    at = timezone.now()
    seen = [epoch()]

    document = a_public_document(at=at)
    seen.append(epoch())
    actions.withdraw_document(symbol=document.symbol, reason={}, at=at)
    seen.append(epoch())
    for publish in (actions.publish_parties, actions.publish_presidencies, actions.publish_meetings):
        publish([], at=at)
        seen.append(epoch())

    assert seen == sorted(set(seen))


def test_the_epoch_names_the_next_embargo_that_ends():
    at = timezone.now()
    soon, later = at + dt.timedelta(hours=1), at + dt.timedelta(hours=2)

    a_public_document(at=at, public_from=later)
    a_public_document(at=at, public_from=soon)

    assert Epoch.objects.get().next_change_at == soon


def test_the_journal_s_heads_are_shown_to_the_world_once_each():
    at = timezone.now()
    for day, digest in ((1, "a" * 64), (2, "b" * 64)):
        PublishedHead.objects.create(on=dt.date(2026, 5, day), sequence=day, digest=digest)
    before = epoch()

    assert [actions.publish_heads(at=at), actions.publish_heads(at=at)] == [2, 0]

    assert list(PublicHead.objects.values_list("sequence", "digest")) == [(2, "b" * 64), (1, "a" * 64)]
    assert epoch() > before


def test_the_chores_set_the_head_down_and_show_it():
    with transaction.atomic():
        journal.record("thing.done", at=timezone.now())

    for name in ("journal.head", "publications.heads"):
        registry.chores.named(name)()

    assert PublicHead.objects.get().digest == JournalEntry.objects.get().digest


def test_the_list_of_parties_is_replaced_whole():
    at = timezone.now()
    actions.publish_parties([a_party_row(code="CRI"), a_party_row(code="GTM")], at=at)

    actions.publish_parties([a_party_row(code="GTM")], at=at)

    from puebla.publications.models import PublicParty

    assert list(PublicParty.objects.values_list("code", flat=True)) == ["GTM"]
