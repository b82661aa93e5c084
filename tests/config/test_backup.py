"""Back-up and restore: an equal instance, table by table and file by file, or nothing at all."""

import datetime as dt
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import threading
import zipfile
from pathlib import Path

import pytest
from django.core.cache import caches
from django.core.files.storage import storages
from django.db import connection, connections, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wagtail.contrib.redirects.models import Redirect

from puebla.config.operations import restoring, saving, tables
from puebla.config.operations.archives import members
from puebla.config.operations.stores import STORES, keys_of
from puebla.core import journal
from puebla.core.files.store import put
from puebla.core.models import JournalEntry, OutgoingMail
from puebla.core.verdicts import RefusedError
from puebla.documents.models import Document, FileVersion, LanguageEdition, Page
from puebla.portal import actions
from puebla.portal.actions import PageText, Words
from puebla.portal.models import EditedPage, RemovedPage
from tests import emptying
from tests.factories import (
    DocumentFactory,
    PersonFactory,
    a_file,
    delegate,
    index,
    process,
    secretariat_person,
)
from tests.portal.test_editing import a_png

AT = dt.datetime(2026, 3, 4, 5, 6, 7, 891234, tzinfo=dt.UTC)
KINDS = ["zip", "tar.gz"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _empty_stores():
    clear_stores()
    yield
    clear_stores()


def clear_stores() -> None:
    for alias in STORES.values():
        for key in list(keys_of(storages[alias])):
            storages[alias].delete(key)


def fill() -> None:
    """A small living instance, with everything that is hard to carry over."""
    process()
    author = secretariat_person(full_name="Ñandú “O'Brien” \\ 漢字", job_titles={"es": "Jefa"})
    delegate("observer_state")
    document = DocumentFactory(created_by=author, embargo_until=AT)
    document.themes.create(code="HR", names={"en": "Human rights"})
    edition = LanguageEdition.objects.create(document=document, language="es")
    stored = put(a_file("¡Una página!\n".encode() * 1000), storage=storages["default"])
    picture = put(a_file(bytes(range(256))), storage=storages["default"])
    version = FileVersion.objects.create(
        edition=edition, number=1, key=stored.key, name="página.txt", kind="TXT", media_type="text/plain",
        size=stored.size, sha256=stored.sha256, filed_at=AT, filed_by=author,
    )  # fmt: skip
    Page.objects.create(version=version, number=1, text="línea\r\n\ttab\u2028", picture_key=picture.key)
    index(document)
    put(a_file(b"public"), storage=storages["public"])
    OutgoingMail.objects.create(
        message_id="<a@b>", recipient="x@example.org", subject="s", body="b", created_at=AT
    )
    for n in range(3):
        with transaction.atomic():
            journal.record("thing.done", at=AT + dt.timedelta(microseconds=n), person=author, facts={"n": n})


def fill_pages() -> None:
    """Edited pages in every state that one may be in: with each block, translated, waiting, sent back, scheduled, moved, gone."""
    author = secretariat_person()
    actions.plant_trees(languages=["en", "es"], at=AT)
    picture = actions.bring_picture(title="wall", name="wall.png", content=a_png())
    for width in (400, 800):
        picture.get_rendition(f"max-{width}x{width}|format-webp|webpquality-60")
    body = [
        ("heading", "Ñandú"), ("paragraph", "<p>Words <b>in</b> bold</p>"), ("quote", {"text": "We agree", "source": "A"}),
        ("figure", {"picture": picture, "alt": "A wall", "caption": "", "credit": "Ana"}), ("members", {"standing": "member"}),
        ("document", {"symbol": "RCM/2009/VM/DECL/1", "note": "first"}), ("contact", {"name": "Office"}),
        ("facts", {"caption": "c", "rows": [{"name": "a", "value": "b"}]}),
    ]  # fmt: skip
    texts = [PageText(path, {"en": Words(path, "x", body), "es": Words(f"{path} ñ", "x", body)})
             for path in ("about", "about/one", "about/two", "about/three", "about/gone", "news")]  # fmt: skip
    news = PageText(
        "news/first", {"es": Words("Primera", "x", body)}, columns={"dated_on": AT.date(), "kind": "release"}
    )
    actions.write_pages([*texts, news], languages=["en", "es"], at=AT)
    waiting, refused, later = (
        EditedPage.objects.get(url_path=f"/en/about/{one}/") for one in ("one", "two", "three")
    )
    for page in (waiting, refused):
        page.title = f"{page.title} anew"
        page.save_revision(user=author)
        page.get_workflow().start(page, author)
    refused.current_workflow_task_state.reject(user=author, comment="Say when.")
    later.save_revision(user=author, approved_go_live_at=dt.datetime(2099, 1, 1, tzinfo=dt.UTC))
    Redirect.objects.create(old_path="/en/about/old", redirect_page=waiting)
    RemovedPage.objects.create(path="/en/about/never/", title="Gone", removed_at=AT)
    EditedPage.objects.get(url_path="/es/about/gone/").delete()


def empty() -> None:
    """A new instance's tables and stores."""
    emptying.make_new()
    clear_stores()


def rows() -> dict[str, list[tuple]]:
    """Every table as the database itself tells it."""
    apart = {"django_migrations", "cache", "django_session", "usersessions_usersession"}
    with connection.cursor() as cursor:
        found = {}
        for table in sorted(set(connection.introspection.table_names()) - apart):
            if table == "members_index" or table.startswith(("members_index_", "publications_index_")):
                # The words of search are made anew, in another order; below an index lies how it was written, not what.
                continue
            cursor.execute(f'SELECT * FROM "{table}"')
            found[table] = sorted(cursor.fetchall(), key=str)
    return found


def files() -> dict[str, str]:
    return {
        f"{name}/{key}": hashlib.sha256(storages[alias].open(key).read()).hexdigest()
        for name, alias in STORES.items()
        for key in keys_of(storages[alias])
    }


def backed_up(folder: Path, kind: str = "zip") -> Path:
    path = folder / f"copy.{kind}"
    saving.back_up(path, at=AT, shown=False)
    return path


def untouched() -> bool:
    """Whether nothing at all was restored."""
    return tables.filled() == {} and files() == {}


# An equal instance -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_restored_instance_is_equal_table_by_table_and_file_by_file(tmp_path, kind):
    fill()
    path = backed_up(tmp_path, kind)
    kept_rows, kept_files = rows(), files()
    empty()
    assert untouched()

    _manifest, faults = restoring.restore(path, shown=False)

    assert faults == []
    assert rows() == kept_rows
    assert files() == kept_files
    assert len(kept_files) == 3


def test_edited_pages_come_back_with_blocks_pictures_and_what_waits_in_the_review(tmp_path, client):
    fill()
    fill_pages()
    path = backed_up(tmp_path)
    kept_rows, kept_files = rows(), files()
    before = client.get("/en/about/one/").text
    empty()

    restoring.restore(path, shown=False)
    caches["pages"].clear()
    after = client.get("/en/about/one/").text
    waiting, refused = (EditedPage.objects.get(url_path=f"/en/about/{one}/") for one in ("one", "two"))

    assert rows() == kept_rows
    assert files() == kept_files
    assert len(kept_files) == 6
    assert before == after
    assert "A wall" in after
    assert client.get(re.search(r'src="(/pictures/[^"]+)"', after)[1]).status_code == 200
    assert waiting.current_workflow_task_state.status == "in_progress"
    assert refused.current_workflow_state.current_task_state.comment == "Say when."
    assert client.get("/en/about/old/").headers["Location"] == "/en/about/one/"
    assert client.get("/en/about/never/").status_code == 410
    # What is written after a restore finds its own place in the tree.
    refused.add_child(instance=EditedPage(title="New", slug="new", lede="x", locale=refused.locale))
    assert client.get("/en/about/two/new/").status_code == 200


def test_what_is_new_after_a_restore_gets_keys_of_its_own(tmp_path):
    fill()
    path = backed_up(tmp_path)
    empty()
    restoring.restore(path, shown=False)

    added = DocumentFactory()
    with transaction.atomic():
        journal.record("thing.done", at=AT)

    assert Document.objects.filter(pk=added.pk).count() == 1
    assert list(journal.verify()) == []


def test_the_guards_stand_after_a_restore(tmp_path):
    fill()
    path = backed_up(tmp_path)
    empty()
    restoring.restore(path, shown=False)

    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        JournalEntry.objects.update(act="forged")


def test_the_head_beside_the_archive_is_the_restored_journals(tmp_path):
    fill()
    path = backed_up(tmp_path)
    head = json.loads((tmp_path / "copy.zip.head.json").read_text())
    empty()

    restoring.restore(path, shown=False)

    assert list(journal.verify([(head["sequence"], head["digest"])])) == []
    assert JournalEntry.objects.latest("sequence").act == "instance.backup"


def test_open_sessions_are_left_out(tmp_path):
    from django.contrib.sessions.models import Session

    fill()
    Session.objects.create(session_key="k", session_data="d", expire_date=timezone.now())

    path = backed_up(tmp_path)

    names = zipfile.ZipFile(path).namelist()
    assert not [name for name in names if "sessions.session" in name or "usersession" in name]


def run(*arguments: str, data: Path) -> str:
    """The command as an operator calls it, on an instance of its own on SQLite."""
    environment = {
        "PATH": os.environ["PATH"], "PUEBLA_ENV": "production", "PUEBLA_DATA_DIR": str(data),
        "PUEBLA_SECRET_KEY": "a key for nothing but this test, forty letters", "LANG": "C",
    }  # fmt: skip
    program = [sys.executable, "-c", "from puebla.config.cli import main; main()", *arguments]
    done = subprocess.run(
        program, env=environment | {"PYTHONPATH": "src"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_instance_moves_to_sqlite_by_the_commands_and_comes_back(tmp_path):
    fill()
    fill_pages()
    kept_rows, kept_files = rows(), files()
    path = backed_up(tmp_path)

    said = run("restore", str(path), data=tmp_path / "elsewhere")
    run("backup", str(tmp_path / "back.tar.gz"), data=tmp_path / "elsewhere")
    empty()
    restoring.restore(tmp_path / "back.tar.gz", shown=False)

    assert "Restored:" in said
    assert files() == kept_files
    came_back = rows()
    journals = {name for name in kept_rows if name.startswith("core_journal")}
    # An instance made by migrations may number its own lists otherwise; their rows are the back-up's all the same.
    assert {n: came_back[n] for n in kept_rows if n not in journals} == {
        n: kept_rows[n] for n in kept_rows if n not in journals
    }
    assert set(map(str, kept_rows["core_journalentry"])) <= set(map(str, came_back["core_journalentry"]))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=40),
    at=st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1)).map(lambda d: d.replace(tzinfo=dt.UTC)),
)
def test_any_row_comes_back_as_it_was(text, at):
    OutgoingMail.objects.all().delete()
    OutgoingMail.objects.create(message_id="<a>", recipient="x@y.org", subject="s", body=text, created_at=at)
    before = list(OutgoingMail.objects.values())
    lines = io.BytesIO()

    tables.dump(OutgoingMail, lines)
    OutgoingMail.objects.all().delete()
    lines.seek(0)
    tables.load(OutgoingMail, tables.lines_of(lines))

    assert list(OutgoingMail.objects.values()) == before


# While people go on working ----------------------------------------------------------------------------


@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite in memory has no snapshots; the next test shows a file"
)
def test_a_snapshot_sees_nothing_that_is_written_meanwhile():
    fill()

    with tables.snapshot():
        before = OutgoingMail.objects.count()
        thread = threading.Thread(target=write_mail)
        thread.start()
        thread.join()
        during = OutgoingMail.objects.count()

    assert (during, OutgoingMail.objects.count()) == (before, before + 1)


def write_mail() -> None:
    OutgoingMail.objects.create(message_id="<new>", recipient="x@y.org", subject="s", body="b", created_at=AT)
    connections.close_all()


SNAPSHOT = """
import sys, threading, django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from django.db import connection
from puebla.config.operations import tables
from puebla.core.models import OutgoingMail
from tests.config.test_backup import write_mail
with connection.schema_editor() as editor:
    editor.create_model(OutgoingMail)
with tables.snapshot():
    before = OutgoingMail.objects.count()
    thread = threading.Thread(target=write_mail)
    thread.start()
    thread.join()
    during = OutgoingMail.objects.count()
print(before, during, OutgoingMail.objects.count())
"""


def test_a_snapshot_of_sqlite_stops_no_writer(tmp_path):
    environment = os.environ | {"DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "puebla.config.settings.test",
                                "PYTHONPATH": "src:."}  # fmt: skip
    program = [sys.executable, "-c", SNAPSHOT, str(tmp_path / "a.sqlite3")]

    done = subprocess.run(program, env=environment, capture_output=True, text=True, check=False)

    assert done.stdout.split() == ["0", "0", "1"], done.stderr


# What a back-up refuses --------------------------------------------------------------------------------


def test_a_file_that_exists_is_not_overwritten(tmp_path):
    fill()
    (tmp_path / "copy.zip").write_text("precious")

    with pytest.raises(RefusedError, match="exists already"):
        backed_up(tmp_path)

    assert (tmp_path / "copy.zip").read_text() == "precious"


def test_a_name_that_says_no_kind_is_refused(tmp_path):
    process()

    with pytest.raises(RefusedError, match="zip or"):
        saving.back_up(tmp_path / "copy.rar", at=AT, shown=False)

    assert list(tmp_path.iterdir()) == []


def test_a_back_up_that_fails_leaves_nothing_behind(tmp_path):
    fill()
    key = next(keys_of(storages["default"]))
    Path(storages["default"].path(key)).unlink()
    Path(storages["default"].path(key)).symlink_to("/proc/self/mem")

    with pytest.raises(OSError):
        backed_up(tmp_path)

    assert list(tmp_path.iterdir()) == []
    Path(storages["default"].path(key)).unlink()


def test_the_archive_is_for_its_owners_eyes_alone(tmp_path):
    fill()

    path = backed_up(tmp_path)

    assert path.stat().st_mode & 0o777 == 0o600


# What a restore refuses --------------------------------------------------------------------------------


def contents(path: Path) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]


def written(path: Path, parts: list[tuple[str, bytes]]) -> Path:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in parts:
                archive.writestr(name, data)
        return path
    with tarfile.open(path, "w:gz") as archive:
        for name, data in parts:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def consistent(parts: dict[str, bytes]) -> list[tuple[str, bytes]]:
    """Parts with a manifest that fits them, as a forger would make it."""
    manifest = json.loads(parts.pop("manifest.json"))
    for name, one in manifest["tables"].items():
        data = parts[f"database/{name}.jsonl"]
        one.update(sha256=hashlib.sha256(data).hexdigest(), size=len(data), rows=data.count(b"\n"))
    return [*parts.items(), ("manifest.json", json.dumps(manifest).encode())]


def forged(path: Path, table: str, change) -> Path:
    """The archive with a table changed, everything else fitting."""
    parts = dict(contents(path))
    name = f"database/{table}.jsonl"
    lines = [json.loads(line) for line in parts[name].splitlines()]
    change(lines, tables_columns(table))
    parts[name] = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    return written(path.with_name("forged.zip"), consistent(parts))


def tables_columns(table: str) -> list[str]:
    return next(tables.columns_of(model) for model in tables.tables() if tables.label(model) == table)


def test_an_instance_with_anything_in_it_is_refused(tmp_path):
    fill()
    path = backed_up(tmp_path)
    empty()
    PersonFactory()

    with pytest.raises(RefusedError, match="not empty"):
        restoring.restore(path, shown=False)

    assert tables.filled() == {"accounts.person": 1}


def test_a_store_with_a_file_in_it_is_refused(tmp_path):
    fill()
    path = backed_up(tmp_path)
    empty()
    put(a_file(b"mine"), storage=storages["public"])

    with pytest.raises(RefusedError, match="files/public"):
        restoring.restore(path, shown=False)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("where", [0.1, 0.5, 0.9])
def test_a_damaged_byte_is_found_before_anything_is_written(tmp_path, kind, where):
    fill()
    path = backed_up(tmp_path, kind)
    empty()
    data = bytearray(path.read_bytes())
    data[place_within(path, where)] ^= 0xFF
    path.write_bytes(data)

    with pytest.raises(RefusedError):
        restoring.restore(path, shown=False)

    assert untouched()


def place_within(path: Path, where: float) -> int:
    """A byte of what the archive keeps, about this far into it."""
    aim = int(path.stat().st_size * where)
    if not zipfile.is_zipfile(path):
        return aim
    with zipfile.ZipFile(path) as archive:
        kept = [one for one in archive.infolist() if one.compress_size]
    nearest = min(kept, key=lambda one: abs(one.header_offset - aim))
    return (
        nearest.header_offset
        + zipfile.sizeFileHeader
        + len(nearest.filename.encode())
        + nearest.compress_size // 2
    )


def test_a_damaged_byte_of_a_zips_own_bookkeeping_is_refused_or_changes_nothing(tmp_path):
    """A ZIP notes times and systems that no restore reads: damage there may pass, but never with other content."""
    fill()
    path = backed_up(tmp_path, "zip")
    whole = restoring.check(path, shown=False)
    data = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        directory = archive.start_dir
    refused = 0
    for place in range(directory, len(data), max(1, (len(data) - directory) // 60)):
        path.write_bytes(data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :])
        try:
            assert restoring.check(path, shown=False) == whole
        except RefusedError:
            refused += 1

    assert refused


@pytest.mark.parametrize("kind", KINDS)
def test_an_archive_cut_off_is_refused(tmp_path, kind):
    fill()
    path = backed_up(tmp_path, kind)
    empty()
    path.write_bytes(path.read_bytes()[:-2000])

    with pytest.raises(RefusedError):
        restoring.restore(path, shown=False)

    assert untouched()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", [
    "../../etc/cron.d/x", "/etc/passwd", "files/private/../../../x", "files/private/.ssh/key", "files/other/ab",
    "files\\private\\x", "database/core.process.jsonl/x", "manifest.json/", "hello.txt", "files/private/a\nb",
])  # fmt: skip
def test_names_that_no_back_up_holds_are_refused(tmp_path, kind, name):
    path = written(tmp_path / f"hostile.{kind}", [(name, b"x")])

    with pytest.raises(RefusedError):
        restoring.check(path, shown=False)

    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_links_are_refused(tmp_path):
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as archive:
        link = tarfile.TarInfo("files/private/ab")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        info = zipfile.ZipInfo("files/private/ab")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")

    for name in ("a.tar.gz", "a.zip"):
        with pytest.raises(RefusedError, match="no back-up holds"):
            restoring.check(tmp_path / name, shown=False)


def test_a_name_given_twice_is_refused(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate"):
        path = written(tmp_path / "twice.zip", [("files/private/ab", b"1"), ("files/private/ab", b"2")])

    with pytest.raises(RefusedError, match="no back-up holds"):
        restoring.check(path, shown=False)


def test_an_archive_that_grows_beyond_its_room_is_stopped(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("database/core.process.jsonl", b"0" * 20_000_000)

    with pytest.raises(RefusedError, match="room"):
        for member in members(path, room=1_000_000):
            member.stream.finish()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.binary(max_size=300),
    magic=st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08\x00"]),
)
def test_bytes_that_are_no_archive_are_refused_with_a_sentence(tmp_path, data, magic):
    path = tmp_path / "any.zip"
    path.write_bytes(magic + data)

    with pytest.raises(RefusedError):
        restoring.check(path, shown=False)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(RefusedError, match="cannot be opened"):
        restoring.check(tmp_path / "none.zip", shown=False)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda parts: parts.pop("database/core.process.jsonl"), "lacks"),
        (lambda parts: parts.update({"files/private/zz": b"x"}), "knows nothing"),
        (lambda parts: parts.update({"database/core.process.jsonl": b"[]\n"}), "differ from the manifest"),
        (lambda parts: parts.pop("manifest.json"), "no manifest"),
        (lambda parts: parts.update({"manifest.json": b"[1]"}), "cannot be read"),
        (lambda parts: parts.update({"manifest.json": b'{"format": 1}'}), "cannot be read"),
        (lambda parts: parts.update({"manifest.json": b'{"format": 99}'}), "newer version"),
    ],
)
def test_what_does_not_agree_with_the_manifest_is_refused(tmp_path, change, sentence):
    fill()
    parts = dict(contents(backed_up(tmp_path)))
    empty()
    change(parts)
    path = written(tmp_path / "odd.zip", list(parts.items()))

    with pytest.raises(RefusedError, match=sentence):
        restoring.restore(path, shown=False)

    assert untouched()


def test_a_back_up_of_other_tables_is_refused_and_says_which_version_made_it(tmp_path):
    fill()
    parts = dict(contents(backed_up(tmp_path)))
    manifest = json.loads(parts["manifest.json"])
    manifest["tables"]["core.process"]["columns"].append("motto")
    parts["manifest.json"] = json.dumps(manifest).encode()
    path = written(tmp_path / "older.zip", list(parts.items()))

    with pytest.raises(RefusedError, match=r"core\.process"):
        restoring.check(path, shown=False)


def a_missing_person(lines, columns):
    lines[0][columns.index("person_id")] = 999_999


def a_cap_of_its_own(lines, columns):
    lines[0][columns.index("room_cap")] = 70


def half_a_row(lines, columns):
    lines[0] = lines[0][:3]


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("members.seat", a_missing_person),
        ("documents.document", a_cap_of_its_own),
        ("accounts.person", half_a_row),
    ],
)
def test_rows_that_the_database_does_not_take_restore_nothing(tmp_path, table, change):
    fill()
    path = forged(backed_up(tmp_path), table, change)
    empty()

    with pytest.raises(Exception) as stop:
        restoring.restore(path, shown=False)

    assert stop.type.__name__ in {"RefusedError", "IntegrityError"}
    assert untouched()


def test_a_tampered_journal_is_refused_unless_accepted(tmp_path):
    def forge(lines, columns):
        lines[1][columns.index("act")] = "thing.forged"

    fill()
    path = forged(backed_up(tmp_path), "core.journalentry", forge)
    empty()

    with pytest.raises(RefusedError, match="faults"):
        restoring.restore(path, shown=False)
    assert untouched()
    _manifest, faults = restoring.restore(path, accept_faults=True, shown=False)

    assert any("altered" in fault for fault in faults)
    assert JournalEntry.objects.filter(act="thing.forged").count() == 1
