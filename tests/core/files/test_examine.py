import hashlib
import io
import struct
import zipfile
import zlib

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from puebla.core.files.examine import MAX_NAME, Examined, clean_name, examine
from puebla.core.files.kinds import FileKind
from puebla.core.verdicts import RefusedError

from . import making

LIMIT = 50 * making.MB


def refusal_of(content: bytes, folder, *, name: str = "Agenda.pdf", limit: int = LIMIT) -> str:
    path = making.written(folder, content, "upload")
    with pytest.raises(RefusedError) as refusal:
        examine(path, name=name, limit=limit)
    return str(refusal.value)


def test_a_sound_pdf_is_described(tmp_path):
    content = making.pdf_of(["One"], ["Two"])

    examined = examine(making.written(tmp_path, content), name="C:\\papers\\Agenda.PDF", limit=LIMIT)

    assert examined == Examined(
        name="Agenda.PDF",
        kind=FileKind.PDF,
        media_type="application/pdf",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        page_count=2,
    )


@pytest.mark.parametrize(
    ("given_name", "content", "kept"),
    [
        ("Agenda.docx", making.pdf_of(["x"]), "Agenda.pdf"),
        ("setup.exe", b"only text", "setup.exe.txt"),
        ("figures.csv", b"a,b\n1,2\n", "figures.csv"),
        ("photo.jpeg", making.picture_bytes("JPEG"), "photo.jpeg"),
        ("Report v2.1", making.docx_of("x"), "Report v2.1.docx"),
        ("x" * 200, b"text", "x" * 146 + ".txt"),
    ],
)
def test_the_ending_of_the_name_tells_the_truth(given_name, content, kept, tmp_path):
    assert examine(making.written(tmp_path, content), name=given_name, limit=LIMIT).name == kept


@pytest.mark.parametrize(
    ("content", "pages"),
    [
        (making.pptx_of([("a", ""), ("b", "")]), 2),
        (making.picture_bytes("PNG"), 1),
        (making.docx_of("x"), None),
        (making.odt_of("a", "b", ["c"]), None),
        (making.xlsx_of({"a": [[1]]}), None),
        (making.ods_of(["a"]), None),
    ],
)
def test_other_sound_files_pass(content, pages, tmp_path):
    assert examine(making.written(tmp_path, content), name="x", limit=LIMIT).page_count == pages


def test_a_tiff_counts_its_frames(tmp_path):
    target = io.BytesIO()
    frames = [making.picture_of("x", (60, 40)) for _ in range(3)]
    frames[0].save(target, "TIFF", save_all=True, append_images=frames[1:])

    assert examine(making.written(tmp_path, target.getvalue()), name="x", limit=LIMIT).page_count == 3


def test_a_file_of_zero_bytes_is_refused_with_a_sentence(tmp_path):
    sentence = refusal_of(b"", tmp_path)

    assert sentence.startswith("Agenda.pdf: ")
    assert "empty (0 bytes)" in sentence


def test_a_file_over_the_limit_is_told_both_sizes(tmp_path):
    sentence = refusal_of(bytes(2_621_440), tmp_path, limit=1 << 20)

    assert "2.5 MB" in sentence
    assert "1 MB" in sentence


def test_a_pdf_with_a_password_is_refused(tmp_path):
    assert "password" in refusal_of(making.encrypted(making.pdf_of(["x"]), user="secret"), tmp_path)


def test_a_pdf_that_only_restricts_changes_is_taken(tmp_path):
    content = making.encrypted(making.pdf_of(["x"]), user="")

    assert examine(making.written(tmp_path, content), name="x.pdf", limit=LIMIT).page_count == 1


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", b"%PDF-1.4\n" + b"nonsense " * 300])
def test_a_pdf_that_cannot_be_opened_is_refused(content, tmp_path):
    assert "damaged" in refusal_of(content, tmp_path)


@pytest.mark.parametrize(
    "package",
    [
        making.docx_of("x"),
        making.odt_of("a", "b", ["c"]),
        making.xlsx_of({"a": [[1]]}),
        making.ods_of(["a"]),
        making.pptx_of([("a", "")]),
    ],
)
def test_an_office_file_cut_in_the_middle_is_refused(package, tmp_path):
    assert "damaged" in refusal_of(package[: len(package) // 2], tmp_path, name="Informe final.docx")


@pytest.mark.parametrize(
    "main_part",
    [b"<w:document><broken>", b"", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>', b"\xff\xfe\x00"],
)
def test_a_word_file_whose_text_is_no_xml_is_refused(main_part, tmp_path):
    content = making.with_members(making.docx_of("x"), {"word/document.xml": main_part})

    assert "damaged" in refusal_of(content, tmp_path, name="a.docx")


def test_a_word_file_with_flipped_bits_is_refused(tmp_path):
    content = bytearray(making.docx_of("x" * 5000))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        at = archive.getinfo("word/document.xml").header_offset + 60
    content[at : at + 20] = bytes(20)

    assert "damaged" in refusal_of(bytes(content), tmp_path, name="a.docx")


def test_a_word_file_without_its_text_is_refused(tmp_path):
    with zipfile.ZipFile(io.BytesIO(making.docx_of("x"))) as archive:
        kept = {name: archive.read(name) for name in archive.namelist() if name != "word/document.xml"}

    assert "damaged" in refusal_of(making.zip_of(kept), tmp_path, name="a.docx")


def test_an_opendocument_file_with_a_password_is_refused(tmp_path):
    manifest = b'<manifest:manifest xmlns:manifest="m"><manifest:encryption-data/></manifest:manifest>'
    content = making.with_members(making.odt_of("a", "b", ["c"]), {"META-INF/manifest.xml": manifest})

    assert "password" in refusal_of(content, tmp_path, name="a.odt")


def bombs() -> dict[str, bytes]:
    package = making.docx_of("x")
    zeros = bytes(60 * making.MB)
    return {
        "ratio": making.with_members(package, {"word/media/zeros.bin": zeros}),
        "members": making.with_members(package, {f"word/media/{n}": b"" for n in range(10_001)}),
        "declared size": _declaring(package, 2 << 30),
        "overlapping": _overlapping(package),
    }


def _declaring(package: bytes, size: int) -> bytes:
    """The table of contents claims that the first member unpacks to this size."""
    content = bytearray(package)
    entry = content.index(b"PK\x01\x02")
    struct.pack_into("<L", content, entry + 24, size)
    return bytes(content)


def _overlapping(package: bytes) -> bytes:
    """The table claims more packed bytes than the file has."""
    content = bytearray(package)
    entry = content.index(b"PK\x01\x02")
    struct.pack_into("<L", content, entry + 20, len(content) + 1)
    return bytes(content)


@pytest.mark.parametrize("bomb", ["ratio", "members", "declared size", "overlapping"])
def test_a_zip_bomb_is_refused(bomb, tmp_path):
    assert "beyond all measure" in refusal_of(bombs()[bomb], tmp_path, name="a.docx")


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..\\x", "C:\\x", "a/../../x"])
def test_members_that_point_outside_the_file_are_refused(name, tmp_path):
    content = making.with_members(making.docx_of("x"), {name: b"x"})

    assert "point outside" in refusal_of(content, tmp_path, name="a.docx")


def test_a_file_of_unknown_kind_is_refused_and_told_which_are_taken(tmp_path):
    sentence = refusal_of(bytes(range(256)), tmp_path, name="data.bin")

    assert sentence.startswith("data.bin: ")
    assert "DOCX" in sentence


def test_a_picture_of_too_many_pixels_is_refused(tmp_path):
    header = struct.pack(">LLBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"x")), (b"IEND", b"")]
    content = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">L", len(body)) + name + body + struct.pack(">L", zlib.crc32(name + body))
        for name, body in chunks
    )

    assert "too many pixels" in refusal_of(content, tmp_path, name="photo.png")


def test_a_picture_that_is_only_a_signature_is_refused(tmp_path):
    for signature in (
        b"II*\0\x08\0\0\0\xff\xff" + bytes(30),
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0",
        b"GIF89a",
        b"II*\0",
        b"RIFF\0\0\0\0WEBP",
    ):
        assert "damaged" in refusal_of(signature, tmp_path, name="photo.png")


def test_a_refusal_is_translated_when_it_is_read(tmp_path):
    path = making.written(tmp_path, b"")
    with pytest.raises(RefusedError) as refusal:
        examine(path, name="Agenda.pdf", limit=LIMIT)

    with translation.override("es"):
        assert str(refusal.value).startswith("Agenda.pdf: ")


@pytest.mark.parametrize(
    ("given_name", "cleaned"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\Agenda.docx", "Agenda.docx"),
        ("Age\x00nda\n.pdf", "Agenda .pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        ("  Reunión   final .pdf ", "Reunión final .pdf"),
        ("..", "file"),
        ("", "file"),
        ("///", "file"),
        ("con.pdf", "_con.pdf"),
        ("Reunio\u0301n.pdf", "Reunión.pdf"),
        ("x" * 300 + ".docx", "x" * 145 + ".docx"),
    ],
)
def test_names_are_cleaned(given_name, cleaned):
    assert clean_name(given_name) == cleaned


@settings(deadline=None)
@given(st.text(max_size=400) | st.text(alphabet="./\\ \u202e\x00aé", max_size=40))
def test_any_name_becomes_a_safe_one(name):
    cleaned = clean_name(name)

    assert 1 <= len(cleaned) <= MAX_NAME
    assert not set(cleaned) & set("/\\\0\n\r\u202e\u2066")
    assert cleaned not in (".", "..")
    assert cleaned.isprintable()
    assert clean_name(cleaned) == cleaned
    cleaned.encode("utf-8")


def test_a_limit_is_told_as_it_was_set(tmp_path):
    path = tmp_path / "big.txt"
    with path.open("wb") as file:
        file.truncate(51 << 20)

    with pytest.raises(RefusedError, match=r"it has 51 MB, and at most 50 MB"):
        examine(path, name="big.txt", limit=50 << 20)
