"""Many files at once: proposed in a table, judged, and filed only when confirmed."""

import datetime as dt
import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from puebla.core.files.kinds import FileKind
from puebla.documents.actions import importing
from puebla.documents.models import BatchItem, Document, FileVersion
from puebla.members.models import Meeting
from puebla.publications.models import PublicDocument
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = timezone.now()
SHARED = Path(__file__).parents[2].parent / "shared/documents"
ENGLISH = "Declaration of the Vice-Ministers\n\nThe Vice-Ministers met in Guatemala City and adopted what follows here.\n"
SPANISH = "Declaración de los Viceministros\n\nLos Viceministros se reunieron en la ciudad y adoptaron lo que sigue aquí.\n"


@pytest.fixture
def office():
    make.process()
    for code, clue in (("DECL", "declaration"), ("NOTE", "nota")):
        make.KindFactory(code=code, clues=[clue, "declaracion" if code == "DECL" else "note"])
    make.BodyFactory(code="VM", function="ministers")
    return make.secretariat_person(email="office@example.org")


def table(office, files, **defaults):
    batch = importing.open_batch(defaults=defaults, by=office, at=NOW)
    for name, content in files.items():
        importing.stage(
            batch=batch,
            name=name,
            source=make.a_file(content if isinstance(content, bytes) else content.encode()),
        )
    importing.propose(batch=batch)
    return batch


def test_two_languages_of_one_symbol_become_one_document(office):
    batch = table(office, {"RCM-2009-VM-DECL-1_en.txt": ENGLISH, "RCM-2009-VM-DECL-1_es.txt": SPANISH})

    assert not Document.objects.exists()

    importing.confirm(batch=batch, by=office, at=NOW)

    document = Document.objects.get()
    assert document.symbol == "RCM/2009/VM/DECL/1"
    assert document.titles == {
        "en": "Declaration of the Vice-Ministers",
        "es": "Declaración de los Viceministros",
    }
    assert document.filed_languages in {"en,es", "es,en"}
    assert (document.kind.code, document.body.code) == ("DECL", "VM")


def test_the_table_warns_of_what_does_not_fit(office):
    first = table(office, {"RCM-2009-VM-DECL-1_en.txt": ENGLISH})
    importing.confirm(batch=first, by=office, at=NOW)

    batch = table(
        office,
        {"RCM-2009-VM-DECL-1_en.txt": ENGLISH, "RCM-2009-VM-DECL-2_en.txt": SPANISH, "odd.txt": "1234567\n"},
    )

    codes = [set(item.warnings) for item in batch.items.all()]
    assert codes[0] >= {"duplicate", "symbol_taken", "missing_language"}
    assert "wrong_language" in codes[1]
    assert "no_language" in codes[2]


def test_a_duplicate_that_the_importer_may_not_see_is_not_mentioned(office):
    network = make.BodyFactory(code="LOST", sealed=True)
    liaison = make.delegate(body=network)
    hidden = table(liaison, {"secreto_es.txt": SPANISH}, body="LOST", kind="NOTE")
    importing.confirm(batch=hidden, by=liaison, at=NOW)

    batch = table(office, {"otro_es.txt": SPANISH})

    assert Document.objects.count() == 1
    assert "duplicate" not in batch.items.get().warnings


def test_a_refused_file_keeps_its_reason_and_the_others_are_filed(office):
    batch = table(
        office,
        {"RCM-2009-VM-DECL-1_en.txt": ENGLISH, "empty.pdf": b"", "virus.exe": b"MZ\x90\x00\x03\x00\x00"},
    )

    items = importing.confirm(batch=batch, by=office, at=NOW)

    assert [bool(item.refusal) for item in items] == [False, True, True]
    assert Document.objects.count() == 1


def test_what_a_person_changes_in_the_table_counts(office):
    batch = table(office, {"papel_es.txt": SPANISH})

    importing.change(batch=batch, rows={1: {"symbol": "rcm/2011/vm/note/4", "kind": "NOTE", "title": "Nota", "language": "es",
                                            "dated": "2011-06", "body": "VM", "audience": "members"}})  # fmt: skip
    importing.confirm(batch=batch, by=office, at=NOW)

    document = Document.objects.get()
    assert (document.symbol, document.titles, document.precision, document.audience) == (
        "RCM/2011/VM/NOTE/4", {"es": "Nota"}, "month", 50,
    )  # fmt: skip


def test_a_kill_in_the_middle_leaves_whole_documents_and_the_rest_for_the_next_run(office):
    files = {f"RCM-2009-VM-DECL-{n}_en.txt": ENGLISH + str(n) for n in range(1, 6)}
    batch = table(office, files)

    class Killed(BaseException):
        pass

    def die_at_third(item):
        if item.number == 3:
            raise Killed

    with pytest.raises(Killed):
        importing.confirm(batch=batch, by=office, at=NOW, on_row=die_at_third)

    assert Document.objects.count() == 3
    assert all(v.edition.document.filed_languages for v in FileVersion.objects.all())

    importing.confirm(batch=batch, by=office, at=NOW)

    assert Document.objects.count() == 5
    assert FileVersion.objects.count() == 5


def test_thrown_away_it_leaves_nothing(office, django_capture_on_commit_callbacks):
    from django.core.files.storage import storages

    batch = table(office, {"papel_es.txt": SPANISH})
    key = batch.items.get().key

    with django_capture_on_commit_callbacks(execute=True):
        importing.discard(batch=batch, at=NOW)

    assert not storages["default"].exists(key)
    assert not Document.objects.exists()


def run(folder, *options):
    out = StringIO()
    try:
        call_command(
            "import_documents", str(folder), "--by", "office@example.org", "--json", *options, stdout=out
        )
    except SystemExit as end:
        return json.loads(out.getvalue()) | {"exit": end.code}
    return json.loads(out.getvalue()) | {"exit": 0}


def test_the_command_files_a_folder_and_a_second_run_changes_nothing(office, tmp_path):
    (tmp_path / "RCM-2009-VM-DECL-1_en.txt").write_text(ENGLISH)
    (tmp_path / "RCM-2009-VM-DECL-1_es.txt").write_text(SPANISH)

    first = run(tmp_path)
    second = run(tmp_path)

    assert [row["filed"] for row in first["files"]] == [True, True]
    assert (second["files"], second["left_alone"]) == ([], 2)
    assert (Document.objects.count(), FileVersion.objects.count()) == (1, 2)


def test_a_dry_run_files_nothing(office, tmp_path):
    (tmp_path / "RCM-2009-VM-DECL-1_en.txt").write_text(ENGLISH)

    shown = run(tmp_path, "--dry-run")

    assert shown["files"][0]["symbol"] == "RCM/2009/VM/DECL/1"
    assert not Document.objects.exists()
    assert not BatchItem.objects.exclude(key="").exists()


def test_the_list_counts_before_what_the_files_say(office, tmp_path):
    from openpyxl import Workbook

    (tmp_path / "scan0001.txt").write_text(SPANISH)
    book = Workbook()
    book.active.append(
        ["file", "symbol", "title en", "title es", "date", "kind", "body", "audience", "language"]
    )
    book.active.append(
        [
            "scan0001.txt",
            "RCM/1999/VM/NOTE/1",
            "A note",
            "Una nota",
            "1999-01-28",
            "NOTE",
            "VM",
            "members",
            "es",
        ]
    )
    book.save(tmp_path / "list.xlsx")

    run(tmp_path, "--list", str(tmp_path / "list.xlsx"))

    document = Document.objects.get()
    assert (document.symbol, document.titles["en"], str(document.dated_on)) == (
        "RCM/1999/VM/NOTE/1",
        "A note",
        "1999-01-28",
    )


def test_a_list_with_an_unknown_column_or_audience_names_row_and_column(office, tmp_path):
    from openpyxl import Workbook

    (tmp_path / "a_es.txt").write_text(SPANISH)
    book = Workbook()
    book.active.append(["file", "audience"])
    book.active.append(["a_es.txt", "everyone"])
    book.save(tmp_path / "list.xlsx")

    with pytest.raises(CommandError, match="row 2, column audience"):
        run(tmp_path, "--list", str(tmp_path / "list.xlsx"))


@pytest.mark.skipif(
    not SHARED.is_dir(), reason="the folder shared/documents does not lie beside the checkout"
)
def test_the_real_bilingual_files_go_in_are_read_and_released(office):
    outcome = run(SHARED, "--kind", "NOTE", "--audience", "public", "--release")

    assert outcome["exit"] == 0
    declaration = Document.objects.get(titles__en__icontains="Universal Declaration")
    assert {"en", "es", "fr"} <= set(declaration.filed_languages.split(","))
    assert "Declaración Universal" in declaration.titles["es"]
    current = (
        FileVersion.objects.filter(edition__document=declaration, edition__language="es")
        .order_by("-number")
        .first()
    )
    assert current.kind == FileKind.PDF.name
    assert current.pages.count() == 7
    assert "seres humanos nacen libres" in " ".join(current.pages.get(number=2).text.split()) + " ".join(
        current.pages.get(number=1).text.split()
    )
    assert PublicDocument.objects.filter(withdrawn_at=None).count() == Document.objects.count()


# Mending, twice, and cut off -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"dated": "2009-13-45"}, "bad_date"),
        ({"dated": "last year"}, "bad_date"),
        ({"title": "x" * 301}, "long_title"),
        ({"symbol": "no symbol!"}, "bad_symbol"),
        ({"body": "NOBODY"}, "bad_body"),
        ({"meeting": "RCM/1900/VM"}, "bad_meeting"),
        ({"audience": "everyone"}, "bad_audience"),
        ({"language": "klingonese"}, "no_language"),
        ({"kind": "NOPE"}, "no_kind"),
    ],
)
def test_a_wrong_value_in_the_table_is_remarked_and_waits_to_be_mended(office, values, code):
    batch = table(office, {"papel_es.txt": SPANISH, "otro_es.txt": SPANISH + "Otro.\n"}, kind="NOTE")

    importing.change(batch=batch, rows={1: values})
    items = importing.confirm(batch=batch, by=office, at=NOW)

    assert code in items[0].warnings
    assert importing.warning_sentences()[code] in items[0].refusal
    assert (items[0].document, items[1].document is None) == (None, False)
    assert batch.confirmed_at is None

    good = {"dated": "2009", "title": "Papel", "symbol": "", "body": "VM", "meeting": "", "audience": "", "language": "es",
            "kind": "NOTE"}  # fmt: skip
    importing.change(batch=batch, rows={1: good})
    importing.confirm(batch=batch, by=office, at=NOW)

    assert Document.objects.count() == 2
    assert batch.confirmed_at is not None


def test_confirmed_in_two_windows_every_file_is_filed_once(office):
    batch = table(office, {"a_en.txt": ENGLISH, "a_es.txt": SPANISH}, kind="NOTE")

    def the_other_window(item):
        if item.number == 1:
            importing.confirm(batch=type(batch).objects.get(pk=batch.pk), by=office, at=NOW)

    importing.confirm(batch=batch, by=office, at=NOW, on_row=the_other_window)

    assert Document.objects.get().filed_languages == "en,es"
    assert FileVersion.objects.count() == 2


def test_files_of_different_folders_are_never_one_document(office, tmp_path):
    for year, content in (("2009", ENGLISH), ("2010", ENGLISH + "Later.\n")):
        (tmp_path / year).mkdir()
        (tmp_path / year / "agenda_en.txt").write_text(content)

    run(tmp_path, "--kind", "NOTE")

    assert Document.objects.count() == 2
    assert set(FileVersion.objects.values_list("number", flat=True)) == {1}


def test_a_language_that_comes_after_a_kill_joins_the_document_that_stands(office, tmp_path):
    (tmp_path / "declaracion final_en.txt").write_text(ENGLISH)
    run(tmp_path)
    (tmp_path / "Declaración final_es.txt").write_text(SPANISH)

    run(tmp_path)

    assert Document.objects.get().filed_languages == "en,es"


def test_what_a_killed_run_took_aside_is_thrown_away_by_the_next(office, tmp_path):
    (tmp_path / "a_en.txt").write_text(ENGLISH)
    cut_off = importing.open_batch(defaults={"folder": str(tmp_path.resolve())}, by=office, at=NOW)
    importing.stage(batch=cut_off, name="a_en.txt", source=tmp_path / "a_en.txt")

    run(tmp_path)

    assert FileVersion.objects.count() == 1
    assert not BatchItem.objects.exclude(key="").exists()


def test_the_same_content_twice_in_a_folder_is_filed_once_in_any_number_of_runs(office, tmp_path):
    (tmp_path / "a_en.txt").write_text(ENGLISH)
    (tmp_path / "copy of a_en.txt").write_text(ENGLISH)

    first, second = run(tmp_path), run(tmp_path)

    assert (len(first["files"]), first["left_alone"], second["left_alone"]) == (1, 1, 2)
    assert Document.objects.count() == 1


def test_a_dry_run_tells_by_its_exit_that_a_file_would_not_be_filed(office, tmp_path):
    (tmp_path / "empty.pdf").write_bytes(b"")
    (tmp_path / "odd_es.txt").write_text("Texto sin tipo alguno que sirva de pista para nadie.\n")

    shown = run(tmp_path, "--dry-run")

    assert shown["exit"] == 1
    assert all(row["refusal"] for row in shown["files"])


@pytest.mark.parametrize("option", [("--kind", "NOPE"), ("--body", "NOPE"), ("--meeting", "NOPE"), ("--language", "español"),
                                    ("--list", "/nowhere/list.xlsx")])  # fmt: skip
def test_a_wrong_option_is_wrong_use_and_takes_nothing_aside(office, tmp_path, option):
    (tmp_path / "a_es.txt").write_text(SPANISH)

    with pytest.raises(CommandError) as ended:
        run(tmp_path, *option)

    assert ended.value.returncode == 2
    assert not BatchItem.objects.exists()


def test_a_wrong_meeting_names_no_sealed_rooms_meetings(office, tmp_path):
    (tmp_path / "a_es.txt").write_text(SPANISH)
    for code, sealed in (("LOCP", True), ("RCGM", False)):
        Meeting.objects.create(
            symbol=f"RCM/2009/{code}", body=make.BodyFactory(code=code, sealed=sealed), number=1, titles={"en": "First"},
            starts_on=dt.date(2009, 5, 1),
        )  # fmt: skip

    for wrong in ("NOPE", "RCM/2009/LOCP"):
        with pytest.raises(CommandError) as ended:
            run(tmp_path, "--meeting", wrong)

        assert f"{wrong}: there is none of that name. Known are: RCM/2009/RCGM." in str(ended.value)


def test_a_forgotten_table_is_thrown_away_after_a_week(office, django_capture_on_commit_callbacks):
    from datetime import timedelta

    from django.core.files.storage import storages

    from puebla.core import registry

    key = table(office, {"papel_es.txt": SPANISH}).items.get().key
    chore = registry.chores.named("documents.forgotten")

    with django_capture_on_commit_callbacks(execute=True):
        chore.work(NOW + timedelta(days=6))
        assert storages["default"].exists(key)
        chore.work(NOW + timedelta(days=8))

    assert not storages["default"].exists(key)


def test_what_was_skipped_leaves_no_file_behind(office, django_capture_on_commit_callbacks):
    from django.core.files.storage import storages

    batch = table(office, {"papel_es.txt": SPANISH}, kind="NOTE")
    key = batch.items.get().key
    importing.change(batch=batch, rows={1: {"skip": True}})

    with django_capture_on_commit_callbacks(execute=True):
        importing.confirm(batch=batch, by=office, at=NOW)

    assert not storages["default"].exists(key)
    assert batch.confirmed_at is not None


def test_two_names_without_a_symbol_are_put_together_by_hand(office):
    batch = table(
        office, {"Final declaration - English.txt": ENGLISH, "Declaración final - español.txt": SPANISH}
    )

    importing.change(batch=batch, rows={2: {"with": "1"}})
    importing.confirm(batch=batch, by=office, at=NOW)

    assert Document.objects.get().filed_languages == "en,es"


def test_an_unreadable_symbol_of_the_file_can_be_emptied_and_is_generated(office):
    batch = table(office, {"RCM-2009-VM-DECL-7_en.txt": ENGLISH, "RCM-2009-VM-DECL-7_es.txt": SPANISH})

    importing.change(batch=batch, rows={1: {"symbol": ""}, 2: {"symbol": ""}})
    importing.confirm(batch=batch, by=office, at=NOW)

    assert Document.objects.get().symbol == "RCM/2009/VM/DECL/1"


# The list ----------------------------------------------------------------------------------------------------------------


def a_list(path, *rows):
    from openpyxl import Workbook

    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_everything_wrong_in_a_list_is_told_at_once_by_row_and_column(office, tmp_path):
    (tmp_path / "a_es.txt").write_text(SPANISH)
    for year in ("2009", "2010"):
        (tmp_path / year).mkdir()
        (tmp_path / year / "b.txt").write_text(SPANISH + year)
    wrong = a_list(
        tmp_path / "list.xlsx",
        ["file", "symbol", "title es", "date", "kind", "body", "meeting", "audience", "language"],
        ["a_es.txt", "!!", "x" * 301, "2009-13-01", "NOPE", "NOBODY", "RCM/1900/VM", "everyone", "klingon"],
        ["absent.pdf"],
        [None, "RCM/2009/VM/DECL/1"],
        ["a_es.txt"],
        ["b.txt"],
    )

    with pytest.raises(CommandError) as ended:
        run(tmp_path, "--list", str(wrong))

    told = str(ended.value)
    assert ended.value.returncode == 1
    for column in ("symbol", "title es", "date", "kind", "body", "meeting", "audience", "language"):
        assert f"row 2, column {column}:" in told
    for row in (3, 4, 5, 6):
        assert f"row {row}, column file:" in told
    assert not BatchItem.objects.exists()


def test_a_list_is_understood_in_spanish_and_by_names_as_well_as_codes(office, tmp_path):
    (tmp_path / "2009").mkdir()
    (tmp_path / "2009" / "scan.txt").write_text(SPANISH)
    kind = __import__("puebla.documents.models", fromlist=["Kind"]).Kind.objects.get(code="DECL")
    spoken = a_list(
        tmp_path / "lista.xlsx",
        ["Archivo", "Signatura", "Título (español)", "Title (English)", "Fecha", "Tipo", "Órgano", "Audiencia", "Idioma"],
        ["2009/scan.txt", "rcm/2009/vm/decl/3", "Una declaración", "A declaration", 2009, kind.names["en"], "vm",
         "all member states", "Español"],
    )  # fmt: skip

    run(tmp_path, "--list", str(spoken))

    document = Document.objects.get()
    assert (document.symbol, document.titles, document.audience, document.precision) == (
        "RCM/2009/VM/DECL/3", {"es": "Una declaración", "en": "A declaration"}, 50, "year",
    )  # fmt: skip


def test_one_title_in_a_list_is_in_the_language_of_its_file(office, tmp_path):
    (tmp_path / "a_es.txt").write_text(SPANISH)
    plain = a_list(tmp_path / "list.xlsx", ["file", "titles", "kind"], ["a_es.txt", "Un título", "NOTE"])

    run(tmp_path, "--list", str(plain))

    assert Document.objects.get().titles == {"es": "Un título"}
