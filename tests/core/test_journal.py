"""The journal: the chain holds, and whatever is done to it shows."""

import datetime as dt
import io
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from puebla.core import guards, journal
from puebla.core.management.commands.journal import heads_in
from puebla.core.models import JournalEntry, JournalHead, JournalPayload, PublishedHead
from puebla.core.operations import Found
from tests.factories import PersonFactory, process

AT = dt.datetime(2026, 3, 4, 5, 6, 7, 891234, tzinfo=dt.UTC)

pytestmark = pytest.mark.django_db


def write(count: int, act: str = "thing.done") -> None:
    for n in range(count):
        with transaction.atomic():
            journal.record(
                act, at=AT + dt.timedelta(minutes=n), subject_ref=f"thing-{n}", facts={"title": f"Año {n}"}
            )


def tamper(*statements: str) -> None:
    """What somebody with the database's own password could do."""
    with connection.cursor() as cursor:
        for one in guards._guards.values():
            on = f" ON {one.table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {one.name}{on}")
        for statement in statements:
            cursor.execute(statement)


def found(heads=()) -> list[tuple[str, int]]:
    return [(fault.kind, fault.sequence) for fault in journal.verify(heads)]


def head() -> tuple[int, str]:
    row = JournalHead.objects.get()
    return row.sequence, row.digest


def forge(entry: JournalEntry) -> None:
    """Save an entry anew with a digest that fits, as a clever forger would."""
    entry.digest = journal.digest_of(entry)
    JournalEntry.objects.filter(pk=entry.pk).update(
        act=entry.act, previous=entry.previous, digest=entry.digest
    )


# The chain ---------------------------------------------------------------------------------------------


def test_an_untouched_chain_holds_and_agrees_with_a_head_kept_outside():
    write(5)

    assert found([head()]) == []


def test_an_empty_journal_holds():
    assert found() == []


def test_an_entry_outside_a_transaction_is_refused(transactional_db):
    with pytest.raises(RuntimeError):
        journal.record("thing.done", at=AT)


def test_an_act_that_fails_leaves_no_entry():
    write(1)

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        journal.record("thing.done", at=AT)
        1 / 0

    assert JournalEntry.objects.count() == 1
    assert found() == []


def test_an_opening_counts_once():
    for _again in range(3):
        journal.record_once("file.opened", once_key="person:file:hour", at=AT)

    assert JournalEntry.objects.filter(act="file.opened").count() == 1
    assert found() == []


def test_words_can_be_erased_and_the_chain_still_holds():
    write(3)
    kept = head()

    assert journal.erase([2, 3, 99], at=AT, why="Asked for by the person.") == 2

    assert found([kept, head()]) == []
    gone = JournalPayload.objects.get(sequence=2)
    assert (gone.facts, gone.salt, gone.erased_at) == ({}, "", AT)
    said = JournalEntry.objects.filter(act="journal.erased").order_by("sequence")
    assert [entry.subject_ref for entry in said] == ["2", "3"]
    assert journal.erase([2], at=AT, why="Again.") == 0


def test_words_of_a_person_are_found_wherever_they_stand():
    write(1)
    with transaction.atomic():
        journal.record("thing.done", at=AT, person=PersonFactory(ref="by-them"), facts={"a": 1})
        journal.record("person.retired", at=AT, subject_ref="by-them", facts={"name": "Ana"})
        journal.record("seat.given", at=AT, facts={"person_ref": "by-them", "person": "Ana"})
        journal.record("seat.given", at=AT, facts={"person_ref": "by-them-too"})

    assert journal.words_about("by-them") == [2, 3, 4]


def test_words_erased_by_hand_are_named():
    write(3)

    tamper(
        "UPDATE core_journalpayload SET facts = '{}', salt = '', erased_at = '2026-01-01 00:00:00' WHERE sequence = 2"
    )

    assert found() == [("payload", 2)]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    facts=st.dictionaries(
        st.text(max_size=8).filter(lambda t: "\x00" not in t),
        st.none()
        | st.booleans()
        | st.integers(-(2**53), 2**53)
        | st.text(max_size=20).filter(lambda t: "\x00" not in t),
        max_size=4,
    )
)
def test_whatever_words_are_kept_their_digest_is_found_again(db, facts):
    with transaction.atomic():
        journal.record("thing.done", at=AT, facts=facts)

    assert found() == []


# Tampering ---------------------------------------------------------------------------------------------


def test_an_altered_entry_is_named():
    write(5)

    tamper("UPDATE core_journalentry SET person_ref = 'somebody else' WHERE sequence = 3")

    assert found() == [("altered", 3)]


def test_an_entry_altered_together_with_its_digest_is_named():
    write(5)
    entry = JournalEntry.objects.get(sequence=3)
    entry.act = "thing.undone"
    tamper()

    forge(entry)

    assert found() == [("altered", 3)]


def test_a_removed_entry_is_named_and_its_words_too():
    write(5)

    tamper("DELETE FROM core_journalentry WHERE sequence = 3")

    assert found() == [("removed", 3), ("payload", 3)]


def test_an_entry_removed_from_a_renumbered_chain_is_named():
    write(5)

    tamper(
        "DELETE FROM core_journalpayload",
        "DELETE FROM core_journalentry WHERE sequence = 3",
        "UPDATE core_journalentry SET sequence = 3 WHERE sequence = 4",
        "UPDATE core_journalentry SET sequence = 4 WHERE sequence = 5",
    )

    assert [fault for fault in found() if fault[0] != "payload"] == [("removed", 3), ("cut", 5)]


def test_an_entry_inserted_in_the_middle_is_named_and_nobody_else_blamed():
    write(4)
    tamper(
        "DELETE FROM core_journalpayload",
        "UPDATE core_journalentry SET sequence = 5 WHERE sequence = 4",
        "UPDATE core_journalentry SET sequence = 4 WHERE sequence = 3",
    )
    before = JournalEntry.objects.get(sequence=2)

    forged = JournalEntry(sequence=3, at=AT, act="thing.forged", previous=before.digest)
    forged.digest = journal.digest_of(forged)
    forged.save(force_insert=True)

    named = [fault for fault in found() if fault[0] != "payload"]
    assert named[0] == ("inserted", 3)
    assert "altered" not in {kind for kind, _n in named}


def test_an_entry_added_at_the_end_past_the_head_is_named():
    write(3)

    forged = JournalEntry(sequence=4, at=AT, act="thing.forged", previous=head()[1])
    forged.digest = journal.digest_of(forged)
    forged.save(force_insert=True)

    assert found() == [("inserted", 4)]


def test_an_entry_before_the_first_is_named_and_only_that():
    write(3)

    forged = JournalEntry(sequence=0, at=AT, act="thing.forged", previous="")
    forged.digest = journal.digest_of(forged)
    forged.save(force_insert=True)

    assert found() == [("inserted", 0)]


def test_entries_cut_off_the_end_are_named():
    write(5)

    tamper(
        "DELETE FROM core_journalentry WHERE sequence > 3",
        "DELETE FROM core_journalpayload WHERE sequence > 3",
    )

    assert found() == [("cut", 4)]


def test_a_cut_with_its_head_set_back_is_found_by_a_head_kept_outside():
    write(5)
    kept, third = head(), JournalEntry.objects.get(sequence=3).digest

    tamper(
        "DELETE FROM core_journalentry WHERE sequence > 3",
        "DELETE FROM core_journalpayload WHERE sequence > 3",
        f"UPDATE core_journalhead SET sequence = 3, digest = '{third}'",
    )

    assert found() == []
    assert found([kept]) == [("cut", 5)]


def test_a_chain_rewritten_as_a_whole_is_found_by_a_head_kept_outside():
    write(4)
    kept = head()
    tamper()
    previous = ""

    for entry in JournalEntry.objects.order_by("sequence"):
        entry.act, entry.previous = "thing.forged", previous
        forge(entry)
        previous = entry.digest
    JournalHead.objects.update(digest=previous)

    assert found() == []
    assert found([kept]) == [("head", 4)]


def test_a_published_head_finds_a_rewritten_chain_too():
    write(4)
    journal.publish_head(on=AT.date())
    last = JournalEntry.objects.get(sequence=4)
    last.act = "thing.forged"
    tamper()

    forge(last)
    JournalHead.objects.update(digest=last.digest)

    assert found() == [("head", 4)]


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ('UPDATE core_journalpayload SET facts = \'{"title": "x"}\' WHERE sequence = 2', ("payload", 2)),
        ("DELETE FROM core_journalpayload WHERE sequence = 2", ("payload", 2)),
        (
            "UPDATE core_journalpayload SET erased_at = '2026-01-01 00:00:00' WHERE sequence = 2",
            ("payload", 2),
        ),
        ("UPDATE core_journalhead SET digest = 'x'", ("head", 3)),
        ("DELETE FROM core_journalhead", ("head", 3)),
    ],
)
def test_changed_words_and_a_changed_head_are_named(statement, fault):
    write(3)

    tamper(statement)

    assert found() == [fault]


def test_what_is_written_during_the_walk_is_no_fault():
    write(3)

    walk = journal.verify()
    write(2)

    assert list(walk) == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_single_change_to_any_entry_goes_unseen(db, data):
    with transaction.atomic():
        write(4)
        last = JournalHead.objects.get().sequence
        number = data.draw(st.integers(last - 3, last))
        column = data.draw(st.sampled_from(["act", "person_ref", "party_code", "subject_kind", "subject_ref", "room_ref",
                                            "previous", "digest", "payload_digest"]))  # fmt: skip

        tamper(f"UPDATE core_journalentry SET {column} = 'changed' WHERE sequence = {number}")

        assert number in [sequence for _kind, sequence in found()]
        transaction.set_rollback(True)


# The database itself -----------------------------------------------------------------------------------


@pytest.mark.parametrize("statement", [
    "UPDATE core_journalentry SET act = 'x'", "DELETE FROM core_journalentry",
    "UPDATE core_publishedhead SET digest = 'x'", "DELETE FROM core_publishedhead",
    "DELETE FROM core_journalhead", "DELETE FROM core_journalpayload",
])  # fmt: skip
def test_the_database_refuses_to_change_or_delete_what_is_written(statement):
    write(2)
    journal.publish_head(on=AT.date())

    with (
        pytest.raises((DatabaseError, IntegrityError), match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert JournalEntry.objects.count() == 2
    assert PublishedHead.objects.count() == 1


@pytest.mark.parametrize("statement", [
    "UPDATE core_journalpayload SET facts = '{\"title\": \"x\"}'",
    "UPDATE core_journalpayload SET facts = '{}', erased_at = '2026-01-01 00:00:00'",
    "UPDATE core_journalhead SET sequence = 1", "UPDATE core_journalhead SET digest = 'x'",
])  # fmt: skip
def test_the_database_refuses_to_change_words_or_to_set_the_head_back(statement):
    write(2)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert found() == []


@pytest.mark.parametrize(
    "table", ["core_journalentry", "core_journalpayload", "core_publishedhead", "core_journalhead"]
)
def test_nothing_is_put_in_another_s_place_and_no_table_is_emptied(table):
    write(2)
    journal.publish_head(on=AT.date())
    copy = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
    statement = copy if connection.vendor == "sqlite" else f"TRUNCATE {table}"

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert found([head()]) == []


BEGINNING = """
import json, sys, django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from django.db import connection
from puebla.core import guards, journal, models
from tests.core.test_journal import write
"""
TABLES = """
with connection.schema_editor() as editor:
    for model in (models.JournalHead, models.JournalEntry, models.JournalPayload, models.PublishedHead):
        editor.create_model(model)
guards.install_guards()
"""
READER = """
entries = models.JournalEntry.objects
print(json.dumps([entries.count(), entries.values("previous").distinct().count(), [f.kind for f in journal.verify()]]))
"""


def program(source: str, database: Path) -> subprocess.Popen[str]:
    """Another process on a database in a file: SQLite in memory, as in the tests, locks otherwise than SQLite does."""
    root = Path(__file__).parents[2]
    environment = os.environ | {
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "puebla.config.settings.test",
        "PYTHONPATH": f"{root / 'src'}:{root}",
    }
    command = [sys.executable, "-c", BEGINNING + source, str(database)]
    return subprocess.Popen(command, env=environment, cwd=root, text=True, stdout=subprocess.PIPE)


def test_two_processes_writing_at_once_cannot_fork_the_chain(tmp_path):
    database = tmp_path / "journal.sqlite3"
    program(TABLES, database).communicate()

    writers = [program("write(25)", database) for _each in range(2)]
    for one in writers:
        one.communicate()
    said, _nothing = program(READER, database).communicate()

    assert [one.returncode for one in writers] == [0, 0]
    assert json.loads(said) == [50, 50, []]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="on SQLite two processes show it")
def test_two_writers_at_once_cannot_fork_the_chain(transactional_db):
    start, errors = threading.Barrier(2), []

    def writer(name: str) -> None:
        try:
            start.wait()
            write(15, act=f"thing.{name}")
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=writer, args=(name,)) for name in ("one", "other")]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert errors == []
    assert JournalEntry.objects.count() == 30
    assert len(set(JournalEntry.objects.values_list("previous", flat=True))) == 30
    assert found() == []


# The command -------------------------------------------------------------------------------------------


def run(*arguments: str) -> str:
    process()
    out = io.StringIO()
    call_command("journal", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_the_command_says_that_the_chain_holds(tmp_path):
    write(3)
    kept = tmp_path / "head.json"
    kept.write_text(run("head", "--json"))

    said = run("verify", "--heads", str(kept))

    assert "3 entries; the chain holds." in said


def test_the_command_names_the_fault_and_ends_with_one():
    write(3)
    tamper("UPDATE core_journalentry SET act = 'x' WHERE sequence = 2")

    with pytest.raises(Found) as stop:
        run("verify")

    assert stop.value.returncode == 1


def test_faults_are_given_to_machines():
    write(3)
    tamper("UPDATE core_journalentry SET act = 'x' WHERE sequence = 2")
    out = io.StringIO()
    process()

    with pytest.raises(Found):
        call_command("journal", "verify", "--json", stdout=out, stderr=io.StringIO())

    said = json.loads(out.getvalue())
    assert (said["ok"], said["entries"]) == (False, 3)
    assert [(fault["kind"], fault["sequence"]) for fault in said["faults"]] == [("altered", 2)]


def test_a_file_without_a_head_is_wrong_use(tmp_path):
    (tmp_path / "letter.txt").write_text("Dear all")

    for name in ("letter.txt", "none.txt"):
        with pytest.raises(CommandError) as stop:
            run("verify", "--heads", str(tmp_path / name))
        assert stop.value.returncode == 2


def test_the_command_erases_the_words_of_a_person_and_says_how_many():
    with transaction.atomic():
        journal.record(
            "thing.done", at=AT, person=PersonFactory(email="ana@example.org"), facts={"name": "Ana"}
        )

    said = run("erase", "--person", "ANA@example.org", "--why", "Her request.")

    assert "The words of 1 entry are erased." in said
    assert "the chain holds" in run("verify")


@pytest.mark.parametrize(
    "arguments", [["--person", "nobody@example.org", "--why", "x"], ["--entry", "1", "--why", " "]]
)
def test_erasing_for_nobody_or_for_no_reason_is_wrong_use(arguments):
    with pytest.raises(CommandError) as stop:
        run("erase", *arguments)

    assert stop.value.returncode == 2


def test_the_list_shows_the_newest_first_and_no_more_than_asked():
    write(5)

    listed = json.loads(run("list", "--limit", "2", "--json"))

    assert [row["sequence"] for row in listed] == [5, 4]


@given(
    st.lists(
        st.tuples(st.integers(1, 10**12), st.text("0123456789abcdef", min_size=64, max_size=64)), max_size=5
    )
)
def test_heads_are_read_in_every_way_they_are_written(heads):
    as_list = json.dumps([{"sequence": n, "digest": d} for n, d in heads])
    as_manifest = "\n".join(json.dumps({"journal": {"sequence": n, "digest": d}}) for n, d in heads)
    as_lines = "\n".join(f"{n} {d}" for n, d in heads)
    as_table = "\n".join(["\ufeffDay,Entry,SHA-256", *(f"2026-05-04,{n},{d}" for n, d in heads)])

    for text in (as_list, as_manifest, as_lines, as_table):
        assert list(heads_in(text)) == heads


@given(st.text(max_size=60))
def test_any_other_text_holds_no_head_and_breaks_nothing(text):
    assert all(isinstance(number, int) for number, _digest in heads_in(text))
