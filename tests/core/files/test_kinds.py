import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from puebla.core.files.kinds import FileKind, kind_of
from puebla.core.verdicts import RefusedError

from . import making

SOUND = {
    FileKind.PDF: lambda: making.pdf_of(["Agenda"]),
    FileKind.DOCX: lambda: making.docx_of("Agenda"),
    FileKind.ODT: lambda: making.odt_of("Agenda", "Text", ["a"]),
    FileKind.XLSX: lambda: making.xlsx_of({"One": [[1]]}),
    FileKind.ODS: lambda: making.ods_of(["a"]),
    FileKind.PPTX: lambda: making.pptx_of([("Agenda", "")]),
    FileKind.HTML: lambda: b"<!-- saved -->\n<!DOCTYPE html><title>Agenda</title>",
    FileKind.TXT: lambda: "Reunión de Viceministros".encode(),
    FileKind.PNG: lambda: making.picture_bytes("PNG"),
    FileKind.JPEG: lambda: making.picture_bytes("JPEG"),
    FileKind.TIFF: lambda: making.picture_bytes("TIFF"),
    FileKind.WEBP: lambda: making.picture_bytes("WEBP"),
    FileKind.GIF: lambda: making.picture_bytes("GIF"),
}


@pytest.mark.parametrize("kind", list(FileKind), ids=lambda kind: kind.name)
def test_every_kind_is_told_by_its_content(kind, tmp_path):
    path = making.written(tmp_path, SOUND[kind](), "name-without-ending")

    assert kind_of(path) is kind


@pytest.mark.parametrize("kind", list(FileKind), ids=lambda kind: kind.name)
def test_every_kind_has_a_label_a_media_type_and_an_ending(kind):
    assert str(kind.label)
    assert re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", kind.media_type)
    assert kind.extension.startswith(".")


def test_only_pdf_and_raster_pictures_may_be_shown_by_a_browser():
    shown = {kind for kind in FileKind if kind.inline_safe}

    assert shown == {FileKind.PDF} | {kind for kind in FileKind if kind.is_image}
    assert FileKind.HTML not in shown


def test_a_pdf_called_docx_is_a_pdf(tmp_path):
    assert kind_of(making.written(tmp_path, making.pdf_of(["x"]), "agenda.docx")) is FileKind.PDF


def test_a_word_file_called_pdf_is_a_word_file(tmp_path):
    assert kind_of(making.written(tmp_path, making.docx_of("x"), "agenda.pdf")) is FileKind.DOCX


def test_a_pdf_behind_some_bytes_of_a_scanner_is_a_pdf(tmp_path):
    assert kind_of(making.written(tmp_path, b"\x00\x01junk\r\n" + making.pdf_of(["x"]))) is FileKind.PDF


def test_a_text_about_pdf_is_a_text(tmp_path):
    assert kind_of(making.written(tmp_path, b"Every such file begins with %PDF-1.7")) is FileKind.TXT


@pytest.mark.parametrize(
    "content",
    [
        "Señor Viceministro".encode("cp1252"),
        "\ufeffSeñor".encode(),
        "Señor Viceministro".encode("utf-16"),
        b"\xfe\xff" + "Señor".encode("utf-16-be"),
    ],
)
def test_texts_in_the_usual_encodings_are_texts(content, tmp_path):
    assert kind_of(making.written(tmp_path, content)) is FileKind.TXT


@pytest.mark.parametrize(
    "content",
    [
        b"<html><body>x",
        b"\xef\xbb\xbf<!doctype HTML>\n<p>x",
        b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x"><html>',
        "<!DOCTYPE html><p>é".encode("utf-16"),
        b"  <script>alert(1)</script>",
    ],
)
def test_web_pages_are_told_by_their_first_tag(content, tmp_path):
    assert kind_of(making.written(tmp_path, content)) is FileKind.HTML


REFUSED = {
    "empty": (b"", "empty"),
    "program of Windows": (b"MZ\x90\x00\x03\x00\x00\x00" + bytes(200), "program"),
    "program of Linux": (b"\x7fELF\x02\x01\x01" + bytes(100), "program"),
    "script": (b"#!/bin/sh\nrm -rf /\n", "program"),
    "drawing": (b"<?xml version='1.0'?><!-- x --><svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
    "drawing with its type": (b'<!DOCTYPE svg PUBLIC "x" "y"><svg/>', "SVG"),
    "archive": (making.zip_of({"a.txt": b"x"}), "archive"),
    "cut archive": (making.docx_of("x")[:2000], "damaged"),
    "macros": (
        making.with_members(
            making.docx_of("x"),
            {
                "[Content_Types].xml": b'<Types><Override PartName="/word/document.xml" ContentType="application/'
                b'vnd.ms-word.document.macroEnabled.main+xml"/></Types>'
            },
        ),
        "macros",
    ),
    "macros under another type": (
        making.with_members(making.xlsx_of({"a": [[1]]}), {"xl/vbaProject.bin": b"x"}),
        "macros",
    ),
    "macros of LibreOffice": (
        making.with_members(making.odt_of("a", "b", ["c"]), {"Basic/Standard/Module1.xml": b"<x/>"}),
        "macros",
    ),
    "other OpenDocument": (
        making.zip_of({"mimetype": b"application/vnd.oasis.opendocument.graphics"}),
        "not accepted",
    ),
    "old Word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Office"),
    "Word with password": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        "password",
    ),
    "rich text": (b"{\\rtf1\\ansi x}", "not accepted"),
    "bytes": (bytes(range(256)) * 4, "not accepted"),
    "text with a zero byte": (b"plain\x00text", "not accepted"),
}


@pytest.mark.parametrize(("content", "word"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_document_is_refused_with_a_sentence(content, word, tmp_path):
    path = making.written(tmp_path, content, "agenda.pdf")

    with pytest.raises(RefusedError) as refusal:
        kind_of(path)

    assert word in str(refusal.value)
    assert str(refusal.value).endswith(".")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.sampled_from(
        [b"", b"PK\x03\x04", b"PK\x05\x06", b"%PDF-1.4\n", b"\xff\xfe", b"<", b"RIFF0000WEBP"]
    ),
    rest=st.binary(max_size=300),
    end=st.sampled_from([b"", b"PK\x05\x06" + bytes(18), b"PK\x05\x06" + b"\xff" * 18]),
)
def test_any_bytes_give_a_kind_or_a_refusal(start: bytes, rest: bytes, end: bytes, tmp_path: Path):
    path = making.written(tmp_path, start + rest + end)

    try:
        kind = kind_of(path)
    except RefusedError as refusal:
        assert str(refusal)
    else:
        assert isinstance(kind, FileKind)
