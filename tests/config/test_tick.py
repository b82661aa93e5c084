"""`puebla tick`: what is due, once."""

import datetime as dt
import io
import json

import pytest
from django.core.cache import cache
from django.core.files.storage import storages
from django.core.management import call_command
from django.utils import timezone

from puebla.config.operations.stores import keys_of
from puebla.config.operations.working import all_chores
from puebla.core import registry
from puebla.core.files.store import put
from puebla.core.models import PublishedHead
from puebla.core.operations import Chore, Done, Found, do_chores
from puebla.core.verdicts import RefusedError
from puebla.documents.apps import known_private, known_public, sweep_private
from puebla.documents.models import BatchItem, FileVersion, LanguageEdition
from tests.factories import DocumentFactory, PersonFactory, a_file, process

pytestmark = pytest.mark.django_db


def tick(*arguments: str) -> str:
    process()
    out = io.StringIO()
    call_command("tick", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_every_chore_is_done_and_told():
    done = {one["name"] for one in json.loads(tick("--json"))}

    assert {"mail", "queue.taken_over", "queue.pruned", "documents.read_waiting", "documents.swept",
            "publications.swept", "journal.head"} <= done  # fmt: skip


def test_a_chore_of_the_day_is_not_done_twice():
    tick()

    done = {one["name"] for one in json.loads(tick("--json"))}

    assert "documents.swept" not in done
    assert "mail" in done


def test_the_journals_head_is_set_down_once_a_day():
    from django.db import transaction

    from puebla.core import journal

    with transaction.atomic():
        journal.record("thing.done", at=timezone.now())
    tick()
    cache.clear()
    tick()

    assert PublishedHead.objects.count() == 1


def test_a_chore_that_fails_is_told_and_does_not_stop_the_next(capsys):
    def broken(at: dt.datetime) -> int:
        raise ValueError("no ink")

    done = do_chores([Chore("broken", broken), Chore("next", lambda at: 3)])

    assert done == [Done("broken", error="ValueError: no ink"), Done("next", 3)]


def test_a_rare_chore_that_failed_is_tried_again_soon_but_not_at_once():
    rounds = []

    def broken(at: dt.datetime) -> int:
        rounds.append(at)
        raise ValueError("no ink")

    chore = Chore("rare", broken, every=dt.timedelta(days=1))
    do_chores([chore])
    do_chores([chore])

    assert len(rounds) == 1
    cache.delete("chore:rare")
    do_chores([chore])
    assert len(rounds) == 2


def test_a_failed_chore_ends_the_command_with_one():
    from puebla.core import registry

    registry.chores.add("broken", Chore("broken", lambda at: 1 // 0))
    try:
        with pytest.raises(Found):
            tick()
    finally:
        registry.chores._entries.pop("broken")


def test_the_sweep_takes_orphans_and_leaves_what_a_record_uses():
    edition = LanguageEdition.objects.create(document=DocumentFactory(), language="es")
    used, thumbnail, dropped, orphan = (
        put(a_file(b"%d" % n), storage=storages["default"]).key for n in range(4)
    )
    FileVersion.objects.create(
        edition=edition, number=1, key=used, thumbnail_key=thumbnail, name="a.txt", kind="TXT",
        media_type="text/plain", size=1, sha256="0" * 64, filed_at=timezone.now(),
    )  # fmt: skip
    batch = PersonFactory().batches.create(created_at=timezone.now())
    BatchItem.objects.create(batch=batch, number=1, name="b.txt", key=dropped)

    young = sweep_private(timezone.now())
    old = sweep_private(timezone.now() + dt.timedelta(days=3))

    assert young == 0
    assert old >= 1
    left = set(keys_of(storages["default"]))
    assert orphan not in left
    assert {used, thumbnail, dropped} <= left
    assert known_private([used, thumbnail, dropped, orphan]) == {used, thumbnail, dropped}
    assert known_public([used]) == set()


def test_the_queues_own_upkeep_comes_first():
    assert [chore.name for chore in all_chores()][:2] == ["queue.taken_over", "queue.pruned"]


def test_only_the_chores_that_are_named_are_done():
    done = [one["name"] for one in json.loads(tick("--json", "--only", "notices", "--only", "mail"))]

    assert done == ["notices.gathered", "notices.written", "mail", "mail.pruned", "notices.forgotten"]


def test_a_demonstration_is_sent_to_another_instant(settings):
    settings.TIME_ZONE = "America/Costa_Rica"
    seen: list[dt.datetime] = []
    registry.chores.add("test.clock", Chore("test.clock", lambda at: seen.append(at) or 1))
    try:
        tick("--only", "test.clock", "--at", "2026-12-01T07:00")
        tick("--only", "test.clock", "--at", "2026-12-01T07:00Z")
    finally:
        registry.chores._entries.pop("test.clock")

    # Seven in Costa Rica is thirteen in Greenwich.
    assert [one.astimezone(dt.UTC).hour for one in seen] == [13, 7]


def test_an_instance_that_people_rely_on_is_sent_to_no_other_time(settings):
    settings.DEMO = False

    with pytest.raises(RefusedError, match="demonstrations"):
        tick("--at", "2026-12-01T07:00")
