import io
import os
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from puebla.core.files.examine import examine
from puebla.core.files.kinds import FileKind, kind_of
from puebla.core.files.parsers.paragraphs import LONGEST, Place, from_lines, into_pages
from puebla.core.files.reading import Limits, Readers, Reading, UnreadableError, read

from . import making

REAL = Path(__file__).parents[3].parent / "shared/documents"

needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None,
    reason="text recognition is not installed: apt install tesseract-ocr tesseract-ocr-spa",
)
needs_real_files = pytest.mark.skipif(
    not REAL.is_dir(),
    reason="the folder shared/documents with real bilingual files is not beside this checkout",
)


def reading_of(content: bytes, kind: FileKind, folder: Path, **options) -> Reading:
    return read(making.written(folder, content, "upload"), kind, **options)


# What is read


def test_a_pdf_is_read_page_by_page(tmp_path):
    reading = reading_of(making.pdf_of(["Agenda de la reunión"], ["Segunda página"]), FileKind.PDF, tmp_path)

    assert [(page.number, page.text, page.ocr) for page in reading.pages] == [
        (1, "Agenda de la reunión", False),
        (2, "Segunda página", False),
    ]
    assert reading.first_lines == ["Agenda de la reunión", "Segunda página"]
    assert reading.warnings == []
    assert reading.pictures == []


def test_the_lines_of_a_pdf_become_paragraphs(tmp_path):
    lines = [
        "The Vice-Ministers met in Puebla to discuss the Plan of Action and the reports of",
        "the liaison officer networks, and thanked the host for its hospitality.",
        "1. The second item of the agenda begins a paragraph of its own.",
    ]

    reading = reading_of(making.pdf_of(lines), FileKind.PDF, tmp_path)

    assert reading.pages[0].text.split("\n\n") == [" ".join(lines[:2]), lines[2]]


def test_a_long_pdf_read_by_two_processes_keeps_its_order(tmp_path):
    reading = reading_of(
        making.pdf_of(*[[f"Page number {n}"] for n in range(1, 121)]), FileKind.PDF, tmp_path
    )

    assert [page.text for page in reading.pages] == [f"Page number {n}" for n in range(1, 121)]


def test_pages_over_the_limit_are_left_out_with_a_warning(tmp_path):
    content = making.pdf_of(*[[f"Page {n}"] for n in range(5)])

    reading = reading_of(content, FileKind.PDF, tmp_path, limits=Limits(pages=3))

    assert len(reading.pages) == 3
    assert reading.warnings == ["Only the first 3 pages were read; the file has more."]


def test_a_word_file_is_read_with_tables_in_their_place_and_its_header(tmp_path):
    content = making.docx_of(
        "1. Opening",
        table=[["Country", "Returns"], ["Honduras", "120"]],
        header="RCM/2009/VM/DEC/1",
        after="After the table",
    )

    reading = reading_of(content, FileKind.DOCX, tmp_path)

    assert reading.pages[0].text.split("\n\n") == [
        "RCM/2009/VM/DEC/1",
        "1. Opening",
        "Country\tReturns\nHonduras\t120",
        "After the table",
    ]


def test_deleted_words_of_a_word_file_are_not_read(tmp_path):
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = (
        f'<w:document xmlns:w="{word}"><w:body><w:p><w:r><w:t>kept </w:t></w:r><w:del><w:r><w:t>gone</w:t></w:r>'
        "</w:del><w:ins><w:r><w:t>new</w:t></w:r></w:ins></w:p></w:body></w:document>"
    )

    reading = reading_of(
        making.with_members(making.docx_of("x"), {"word/document.xml": body.encode()}),
        FileKind.DOCX,
        tmp_path,
    )

    assert reading.pages[0].text == "kept new"


@pytest.mark.parametrize(
    ("upper", "lower", "read"),
    [
        ("The meeting of Vice\ufffe", "Ministers decided", "The meeting of Vice-Ministers decided"),
        ("After COVID\x02", "19 the borders", "After COVID-19 the borders"),
        ("In the years 2019\ufffe", "2025 the plan", "In the years 2019-2025 the plan"),
        ("The orderly migra\ufffe", "tion of persons", "The orderly migration of persons"),
        ("LA MIGRA\ufffe", "CIÓN ORDENADA", "LA MIGRACIÓN ORDENADA"),
    ],
)
def test_a_hyphen_that_was_written_stays_where_a_line_ends_at_it(upper, lower, read):
    assert from_lines([upper, lower]) == read
    # PDFium itself joins some rows.
    assert from_lines([upper + lower]) == read


def test_long_running_text_is_cut_at_the_ends_of_paragraphs(tmp_path):
    paragraphs = [f"{n}. " + "La migración ordenada beneficia a todos. " * 12 for n in range(1, 31)]

    reading = reading_of(making.docx_of(*paragraphs), FileKind.DOCX, tmp_path)

    assert len(reading.pages) > 3
    assert all(2000 < len(page.text) < 4500 for page in reading.pages[:-1])
    assert [p.strip() for page in reading.pages for p in page.text.split("\n\n")] == [
        p.strip() for p in paragraphs
    ]
    assert reading.language == "es"


def test_an_opendocument_text_is_read_with_its_table(tmp_path):
    content = making.odt_of("Informe", "Primer párrafo", ["Costa Rica", "12"])

    reading = reading_of(content, FileKind.ODT, tmp_path)

    assert reading.pages[0].text.split("\n\n") == ["Informe", "Primer párrafo", "Costa Rica\t12"]


def test_spreadsheets_are_read_sheet_by_sheet(tmp_path):
    excel = making.xlsx_of({"Retornos": [["País", "2009"], ["Belice", 12], [None, 1.5]], "Notas": [["fin"]]})

    reading = reading_of(excel, FileKind.XLSX, tmp_path)
    open_document = reading_of(making.ods_of(["Panamá", "7"]), FileKind.ODS, tmp_path)

    assert [page.text for page in reading.pages] == [
        "Retornos\n\nPaís\t2009\nBelice\t12\n\t1.5",
        "Notas\n\nfin",
    ]
    assert open_document.pages[0].text == "Cifras\n\nPanamá\t7"


def test_a_presentation_is_read_slide_by_slide_with_notes(tmp_path):
    content = making.pptx_of([("First slide", "Say welcome"), ("Second slide", "")])

    reading = reading_of(content, FileKind.PPTX, tmp_path)

    assert [page.text.split("\n\n") for page in reading.pages] == [
        ["First slide", "left\tright", "Say welcome"],
        ["Second slide"],
    ]


HOSTILE_PAGE = """<!DOCTYPE html><html><head><title>The paper</title><style>p{}</style></head>
<body onload="steal()"><h1>Declaration</h1><p style="x">One <b>bold</b> word<script>steal()</script></p>
<img src="https://elsewhere.invalid/pixel.png" onerror="steal()"><a href="javascript:steal()">link</a>
<a href="https://example.org/">site</a><iframe src="https://elsewhere.invalid"></iframe>
<svg onload="steal()"><script>steal()</script></svg><form action="/x"><input value="typed"></form>
<table><tr><td>Year</td><td>2009</td></tr><tr><td>Place</td><td>Guatemala</td></tr></table></body></html>"""


def test_a_web_page_is_shown_without_anything_that_acts_or_fetches(tmp_path):
    reading = reading_of(HOSTILE_PAGE.encode(), FileKind.HTML, tmp_path)

    lowered = reading.html.lower()
    for word in (
        "script",
        "steal",
        "onload",
        "onerror",
        "style",
        "<img",
        "iframe",
        "svg",
        "form",
        "elsewhere",
        "<body",
    ):
        assert word not in lowered
    assert "<b>bold</b>" in reading.html
    assert 'href="https://example.org/"' in reading.html


def test_a_web_page_is_read_by_its_blocks(tmp_path):
    reading = reading_of(HOSTILE_PAGE.encode(), FileKind.HTML, tmp_path)

    assert reading.pages[0].text.split("\n\n") == [
        "Declaration",
        "One bold word",
        "link site",
        "Year\t2009\nPlace\tGuatemala",
    ]
    assert reading.first_lines[0] == "The paper"


@pytest.mark.parametrize(
    "content",
    [
        "<meta charset='iso-8859-1'><p>Migración".encode("latin-1"),
        "<p>Migración".encode(),
        "<html><p>Migración".encode("utf-16"),
        "<?xml version='1.0' encoding='utf-8'?><html><p>Migración".encode(),
    ],
)
def test_a_web_page_is_decoded_as_it_says(content, tmp_path):
    assert reading_of(content, FileKind.HTML, tmp_path).pages[0].text == "Migración"


def test_an_empty_web_page_has_no_pages(tmp_path):
    assert reading_of(b"<html></html>", FileKind.HTML, tmp_path).pages == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_plain_text_keeps_its_lines_and_paragraphs(encoding, tmp_path):
    content = "Señores:\r\nprimera línea\r\n\r\n\r\nsegundo párrafo".encode(encoding)

    reading = reading_of(content, FileKind.TXT, tmp_path)

    assert reading.pages[0].text == "Señores:\nprimera línea\n\nsegundo párrafo"


# Language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (
            "The Conference is a forum on migration, and its members meet each year in one of their countries.",
            "en",
        ),
        (
            "La Conferencia es un foro sobre migración y sus miembros se reúnen cada año en uno de sus países.",
            "es",
        ),
        ("La Conférence est un forum sur les migrations et ses membres se réunissent chaque année.", "fr"),
        ("A Conferência é um fórum sobre migração e os seus membros reúnem-se todos os anos num país.", "pt"),
        ("The Conference adopted the recommendations of the group. " * 40, "en"),
        ("RCM/2009", None),
        ("12 345 678 " * 50, None),
    ],
)
def test_the_language_is_told_where_there_is_enough_text(text, language, tmp_path):
    assert reading_of(text.encode(), FileKind.TXT, tmp_path).language == language


def test_other_working_languages_are_told_too(tmp_path):
    text = "Die Konferenz ist ein Forum über Wanderung und ihre Mitglieder treffen sich jedes Jahr in einem Land."

    assert reading_of(text.encode(), FileKind.TXT, tmp_path, languages=["en", "de"]).language == "de"


# Pictures and recognition


def test_pictures_of_pdf_pages_and_a_thumbnail_are_made(tmp_path):
    folder = tmp_path / "pictures"

    reading = reading_of(making.pdf_of(["One"], ["Two"]), FileKind.PDF, tmp_path, pictures_into=folder)

    assert [path.name for path in reading.pictures] == ["page-0001.webp", "thumb.webp", "page-0002.webp"]
    with Image.open(folder / "page-0001.webp") as page, Image.open(folder / "thumb.webp") as thumb:
        assert page.width == pytest.approx(1000, abs=2)
        assert page.format == "WEBP"
        assert thumb.width == 240


@pytest.mark.parametrize("size", [(14_400, 3), (3, 14_400), (14_400, 14_400)])
def test_pages_of_odd_formats_get_pictures_of_bearable_size(size, tmp_path):
    reading = reading_of(
        making.pdf_of(["x"], size=size), FileKind.PDF, tmp_path, pictures_into=tmp_path / "pictures"
    )

    with Image.open(reading.pictures[0]) as page:
        assert page.width <= 1001
        assert page.height <= 3001


@needs_tesseract
def test_a_scanned_page_is_recognised(tmp_path):
    reading = reading_of(making.scanned_pdf_of(making.SPANISH, pages=2), FileKind.PDF, tmp_path)

    assert [page.ocr for page in reading.pages] == [True, True]
    assert "Conferencia Regional sobre Migración" in reading.pages[0].text
    assert reading.language == "es"


@needs_tesseract
def test_a_photograph_of_a_spanish_page_is_recognised_and_kept_as_a_picture(tmp_path):
    target = io.BytesIO()
    making.picture_of(making.SPANISH).save(target, "PNG")

    reading = reading_of(target.getvalue(), FileKind.PNG, tmp_path, pictures_into=tmp_path / "pictures")

    assert "Migración se reúne" in " ".join(reading.pages[0].text.split())
    assert [path.name for path in reading.pictures] == ["page-0001.webp", "thumb.webp"]


def test_a_scanned_page_without_recognition_is_named_in_a_warning(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    reading = reading_of(making.scanned_pdf_of("x", pages=3), FileKind.PDF, tmp_path)

    assert [page.text for page in reading.pages] == ["", "", ""]
    assert "1–3" in reading.warnings[0]


def test_a_blank_page_is_not_a_scan(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    content = making.pdf_of(["A page with some text on it"], [])

    assert reading_of(content, FileKind.PDF, tmp_path).warnings == []


# Refusals, and the limits of the worker


def test_a_pdf_with_a_password_says_so(tmp_path):
    with pytest.raises(UnreadableError, match="password") as refusal:
        reading_of(making.encrypted(making.pdf_of(["x"]), user="secret"), FileKind.PDF, tmp_path)

    assert refusal.value.cause == "password"


@pytest.mark.parametrize("kind", [kind for kind in FileKind if kind not in (FileKind.TXT, FileKind.HTML)])
def test_nonsense_under_any_kind_is_unreadable_and_leaves_no_pictures(kind, tmp_path):
    folder = tmp_path / "pictures"

    with pytest.raises(UnreadableError, match="damaged"):
        reading_of(b"nonsense " * 100, kind, tmp_path, pictures_into=folder)

    assert list(folder.iterdir()) == []


def test_time_is_limited(tmp_path):
    with pytest.raises(UnreadableError, match=r"longer than 0\.01 seconds") as refusal:
        reading_of(making.pdf_of(["x"]), FileKind.PDF, tmp_path, limits=Limits(seconds=0.01))

    assert refusal.value.cause == "time"


@needs_tesseract
def test_a_slow_file_is_stopped_at_its_time_and_its_children_with_it(tmp_path, monkeypatch):
    tool = tmp_path / "tesseract"
    mark = tmp_path / "pid"
    tool.write_text(f"#!/bin/sh\necho $$ > {mark}\nexec sleep 60\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    begun = time.monotonic()

    with pytest.raises(UnreadableError, match="longer than"):
        reading_of(making.scanned_pdf_of("x"), FileKind.PDF, tmp_path, limits=Limits(seconds=1.5))

    assert time.monotonic() - begun < 10
    assert _ends(int(mark.read_text()))


def _ends(pid: int) -> bool:
    """Whether the process is gone, or goes within a few seconds: a kill takes its moment."""
    try:
        watch = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    poller = select.poll()
    poller.register(watch, select.POLLIN)
    ended = bool(poller.poll(5000))
    os.close(watch)
    return ended


FAR_APART = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
    b'<c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row></sheetData></worksheet>'
)


def test_memory_is_limited(tmp_path):
    """Two cells in the far corners: a kilobyte that wants half a terabyte."""
    content = making.with_members(making.xlsx_of({"a": [[1]]}), {"xl/worksheets/sheet1.xml": FAR_APART})

    with pytest.raises(UnreadableError, match="more memory") as refusal:
        reading_of(content, FileKind.XLSX, tmp_path)

    assert refusal.value.cause == "memory"


def test_memory_given_in_the_limits_is_what_the_worker_gets(tmp_path):
    content = making.zip_of(
        {"word/document.xml": b"<document><body>" + b"<p/>" * 1_200_000 + b"</body></document>"}
    )

    with pytest.raises(UnreadableError, match="more memory"):
        reading_of(content, FileKind.DOCX, tmp_path, limits=Limits(memory_mb=150))
    assert reading_of(content, FileKind.DOCX, tmp_path).pages == []


def test_memory_too_small_for_the_parser_itself_is_a_refusal_too(tmp_path):
    with pytest.raises(UnreadableError) as refusal:
        reading_of(making.pdf_of(["x"]), FileKind.PDF, tmp_path, limits=Limits(memory_mb=16))

    assert refusal.value.cause in {"memory", "broken"}


# Many files in a row


def test_a_hostile_file_among_many_fails_alone(tmp_path):
    hungry = making.with_members(making.xlsx_of({"a": [[1]]}), {"xl/worksheets/sheet1.xml": FAR_APART})
    sound = making.pdf_of(["The delegations heard the report."])

    with Readers() as readers:
        texts = []
        for content, kind, limits, cause in [
            (sound, FileKind.PDF, Limits(), None),
            (hungry, FileKind.XLSX, Limits(), "memory"),
            (b"nonsense " * 100, FileKind.PDF, Limits(), "broken"),
            (sound, FileKind.PDF, Limits(seconds=0.001), "time"),
            (making.encrypted(sound, user="secret"), FileKind.PDF, Limits(), "password"),
            (sound, FileKind.PDF, Limits(), None),
        ]:
            if cause is None:
                texts.append(reading_of(content, kind, tmp_path, readers=readers).pages[0].text)
                continue
            with pytest.raises(UnreadableError) as refusal:
                reading_of(content, kind, tmp_path, readers=readers, limits=limits)
            assert refusal.value.cause == cause

    assert texts == ["The delegations heard the report."] * 2


def test_every_file_of_many_has_a_process_that_ends_with_it(tmp_path):
    """A limit once lowered can never be raised again in the same process; the next file does not meet it."""
    content = making.zip_of(
        {"word/document.xml": b"<document><body>" + b"<p/>" * 1_200_000 + b"</body></document>"}
    )

    with Readers() as readers:
        with pytest.raises(UnreadableError, match="more memory"):
            reading_of(content, FileKind.DOCX, tmp_path, readers=readers, limits=Limits(memory_mb=200))

        assert reading_of(content, FileKind.DOCX, tmp_path, readers=readers).pages == []


def test_a_worker_that_stood_ready_and_was_killed_is_replaced(tmp_path):
    with Readers() as readers:
        reading_of(making.pdf_of(["x"]), FileKind.PDF, tmp_path, readers=readers)
        ready = readers._idle.get_nowait()
        os.kill(ready._process.pid, 9)
        ready._process.wait()
        readers._idle.put(ready)

        assert (
            reading_of(making.pdf_of(["Words"]), FileKind.PDF, tmp_path, readers=readers).pages[0].text
            == "Words"
        )


def test_workers_that_stood_ready_go_when_the_last_file_is_read(tmp_path):
    with Readers() as readers:
        reading_of(making.pdf_of(["x"]), FileKind.PDF, tmp_path, readers=readers)
        pid = readers._idle.get_nowait()
        readers._idle.put(pid)

    assert pid._process.returncode is not None


@needs_tesseract
def test_a_slow_file_among_many_is_stopped_and_its_children_with_it(tmp_path, monkeypatch):
    tool = tmp_path / "tesseract"
    mark = tmp_path / "pid"
    tool.write_text(f"#!/bin/sh\necho $$ > {mark}\nexec sleep 60\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    with Readers() as readers, pytest.raises(UnreadableError, match="longer than"):
        reading_of(
            making.scanned_pdf_of("x"), FileKind.PDF, tmp_path, limits=Limits(seconds=3), readers=readers
        )

    assert _ends(int(mark.read_text()))


def test_a_scan_is_left_empty_where_somebody_waits(tmp_path):
    found = reading_of(making.scanned_pdf_of("La Conferencia"), FileKind.PDF, tmp_path, recognise=False)

    assert [page.text for page in found.pages] == [""]


def test_the_worker_knows_neither_django_nor_our_environment(tmp_path):
    source = Path(__file__).parents[3] / "src"
    code = (
        "import sys, puebla.core.files.worker, puebla.core.files.parsers.reader\n"
        "from puebla.core.files.parsers import pdf, word, opendocument, slides, sheets, webpage, plain, pictures\n"
        "assert not any(name.split('.')[0] == 'django' for name in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(source)}, capture_output=True)

    assert done.returncode == 0, done.stderr


def test_the_worker_gets_no_secrets(monkeypatch):
    from puebla.core.files.supervision import _environment

    monkeypatch.setenv("PUEBLA_SECRET_KEY", "x")
    monkeypatch.setenv("DATABASE_URL", "x")

    assert not {"PUEBLA_SECRET_KEY", "DATABASE_URL", "HOME"} & set(_environment())


# Paragraphs and pages


@settings(deadline=None)
@given(st.lists(st.text(alphabet="ab .\n", max_size=9000), max_size=12))
def test_cutting_into_pages_loses_no_letter(paragraphs):
    pages = list(into_pages(paragraphs))

    assert "".join("".join(pages).split()) == "".join("".join(paragraphs).split())
    assert all(len(page) <= 2 * LONGEST for page in pages)


@settings(deadline=None)
@given(st.lists(st.text(alphabet="abc .-1)\t", max_size=80), max_size=60))
def test_setting_lines_as_paragraphs_loses_no_letter(lines):
    text = from_lines(lines)

    kept = set("abc1")
    assert [c for c in text if c in kept] == [c for c in "".join(lines) if c in kept]


def test_rows_that_pdfium_joined_do_not_tear_the_other_paragraphs():
    row = "palabra " * 11
    lines = [
        row,
        "fin del primero.",
        row + row + "y un guion\ufffees",
        "fin del segundo.",
        row + "fin.",
        "Último.",
    ]
    bottoms = [
        700,
        686,
        669,
        641,
        624,
        596,
    ]  # rows 14 points apart, paragraphs 17; a joined line takes two rows

    rights = [512, 160, 512, 160, 512, 110]
    places = [Place(72, bottom, 10, right) for bottom, right in zip(bottoms, rights, strict=True)]

    text = from_lines(lines, places)

    assert [paragraph[-8:] for paragraph in text.split("\n\n")] == [
        "primero.",
        "segundo.",
        "bra fin.",
        "Último.",
    ]
    assert "y un guiones fin del segundo." in text


def test_small_print_does_not_tear_the_running_text_above_it():
    body = ["El Grupo coincidió en que la regla", "debe leerse antes que los plazos."]
    footnotes = [
        "Nota de tipo pequeño, en cuya línea caben muchas más letras que en la del texto corrido " * 2
    ] * 6
    places = [Place(72, 700, 10, 508), Place(72, 686, 10, 300)]
    places += [Place(72, 200 - 9 * n, 6, 512) for n in range(6)]

    text = from_lines(body + footnotes, places)

    assert text.split("\n\n")[0] == " ".join(body)


# Real files


@needs_real_files
@pytest.mark.parametrize(
    ("name", "language", "title"),
    [
        ("udhr_en.pdf", "en", "Universal Declaration of Human Rights"),
        ("udhr_es.pdf", "es", "Declaración Universal de Derechos Humanos"),
        ("udhr_fr.pdf", "fr", "Déclaration universelle des droits de l’homme"),
        ("udhr_en.docx", "en", "Universal Declaration of Human Rights"),
        ("udhr_es.docx", "es", "Declaración Universal de Derechos Humanos"),
        ("udhr_es.html", "es", "Declaración Universal de Derechos Humanos"),
    ],
)
def test_real_files_give_their_title_and_language(name, language, title):
    examined = examine(REAL / name, name=name, limit=50 * making.MB)

    reading = read(REAL / name, examined.kind)

    assert reading.language == language
    assert title in reading.first_lines[:2]
    assert sum(len(page.text) for page in reading.pages) > 8_000
    assert reading.warnings == []


@needs_real_files
def test_every_real_file_is_of_a_known_kind():
    kinds = {path.suffix: kind_of(path) for path in REAL.iterdir()}

    assert kinds[".pdf"] is FileKind.PDF
    assert kinds[".docx"] is FileKind.DOCX
    assert kinds[".html"] is FileKind.HTML
    assert kinds[".csv"] is FileKind.TXT
