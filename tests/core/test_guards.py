"""Guards: what models cannot express is refused by the database itself, on both engines."""

import pytest
from django.db import DatabaseError, connection, transaction

from puebla.core import guards
from puebla.members.models import Room
from tests.factories import DocumentFactory, RoomFactory

pytestmark = pytest.mark.django_db


def installed() -> set[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        return {row[0] for row in cursor.fetchall()}


def test_every_declared_guard_stands_without_migrations():
    assert set(guards._guards) <= installed()


def test_guards_can_be_installed_again():
    guards.install_guards()
    guards.install_guards()

    assert set(guards._guards) <= installed()


@pytest.mark.parametrize("change", [{"cap": 50}, {"sealed": True, "cap": 40}])
def test_a_room_keeps_its_cap_and_seal_for_ever(change):
    room = RoomFactory()

    with pytest.raises(DatabaseError, match="cap and seal"), transaction.atomic():
        Room.objects.filter(pk=room.pk).update(**change)


def test_a_room_may_be_renamed():
    room = RoomFactory()

    Room.objects.filter(pk=room.pk).update(names={"en": "Another name"})

    assert Room.objects.get(pk=room.pk).names == {"en": "Another name"}


def test_a_copy_of_a_cap_that_is_not_the_rooms_is_refused():
    document = DocumentFactory()

    with pytest.raises(DatabaseError, match="room_cap"), transaction.atomic():
        type(document).objects.filter(pk=document.pk).update(room_cap=50)
    with pytest.raises(DatabaseError, match="room_cap"), transaction.atomic():
        DocumentFactory(room_cap=50)


def test_an_audience_wider_than_the_room_is_refused():
    sealed = RoomFactory(sealed=True)

    with pytest.raises(DatabaseError), transaction.atomic():
        DocumentFactory(room=sealed, body=None, audience=50)


def test_a_document_cannot_move_into_a_narrower_room_with_its_old_cap():
    document = DocumentFactory()
    sealed = RoomFactory(sealed=True)

    with pytest.raises(DatabaseError, match="room_cap"), transaction.atomic():
        type(document).objects.filter(pk=document.pk).update(room=sealed)


def test_a_room_is_not_put_in_another_s_place():
    room = RoomFactory(sealed=True)
    columns = "id, ref, code, names, cap, sealed"
    values = f"{room.pk}, '{room.ref}', '{room.code}', '{{}}', 80, {'0' if connection.vendor == 'sqlite' else 'false'}"
    verb = "INSERT OR REPLACE" if connection.vendor == "sqlite" else "INSERT"

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{verb} INTO members_room ({columns}) VALUES ({values})")

    assert Room.objects.get(pk=room.pk).cap == 40


def test_every_guard_is_taken_away_before_migrations_run_and_nothing_else():
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # One that an older version declared, and one that is not ours.
            refuse = "BEFORE DELETE ON members_room BEGIN SELECT RAISE(ABORT, 'older_guard: kept'); END"
            cursor.execute(f"CREATE TRIGGER older_guard {refuse}")
            cursor.execute("CREATE TRIGGER theirs AFTER DELETE ON members_room BEGIN SELECT 1; END")
    before = installed()

    guards.remove_guards(plan=[])
    assert installed() == before and guards.guards_stand()

    guards.remove_guards(plan=["a migration"])
    if connection.vendor == "sqlite":
        assert before - installed() == {*guards._guards, "older_guard"}
        assert not guards.guards_stand()
    else:
        assert installed() == before

    guards.install_guards()
    assert guards.guards_stand()
