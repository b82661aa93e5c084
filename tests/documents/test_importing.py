"""Many files at once: proposed in a table, judged, and filed only when confirmed."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from puebla.core.files.kinds import FileKind
from puebla.documents.actions import importing
from puebla.documents.models import BatchItem, Document, FileVersion
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
