import io
import tracemalloc
import zipfile
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from puebla.core.files.packing import zip_stream


def packed(entries: list[tuple[str, bytes]], **options) -> zipfile.ZipFile:
    stream = zip_stream(
        [(name, lambda content=content: io.BytesIO(content)) for name, content in entries], **options
    )
    return zipfile.ZipFile(io.BytesIO(b"".join(stream)))


def test_entries_keep_their_order_names_and_bytes():
    entries = [("02 Agenda/Declaración.pdf", b"two"), ("01.txt", b"one"), ("empty.txt", b"")]

    archive = packed(entries)

    assert [(name, archive.read(name)) for name in archive.namelist()] == entries
    assert archive.testzip() is None
    assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}


def test_repeated_names_are_numbered_whatever_their_capitals():
    archive = packed(
        [("a.pdf", b"1"), ("A.pdf", b"2"), ("a.pdf", b"3"), ("a (2).pdf", b"4"), (".x", b"5"), ("x", b"6")]
    )

    assert archive.namelist() == ["a.pdf", "A (2).pdf", "a (3).pdf", "a (2) (2).pdf", "x", "x (2)"]


def test_names_stay_within_the_folder_they_are_unpacked_in():
    archive = packed([("../../etc/passwd", b""), ("/abs.txt", b""), ("C:\\x\\what?.pdf", b""), ("..", b"")])

    assert archive.namelist() == ["etc/passwd", "abs.txt", "C_/x/what_.pdf", "file"]


def test_entries_carry_the_given_time():
    archive = packed([("a", b"x")], at=datetime(2009, 7, 9, 10, 30, tzinfo=UTC))

    assert archive.infolist()[0].date_time == (2009, 7, 9, 10, 30, 0)


def test_an_empty_selection_is_an_empty_archive():
    assert packed([]).namelist() == []


def test_the_size_of_the_files_does_not_show_in_memory():
    class Zeros(io.RawIOBase):
        left = 60 << 20

        def seekable(self) -> bool:
            return False

        def read(self, size: int = -1) -> bytes:
            given = min(size, self.left)
            self.left -= given
            return bytes(given)

    tracemalloc.start()

    total = sum(map(len, zip_stream([(f"{n}.bin", Zeros) for n in range(2)])))

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total > 2 * Zeros.left
    assert peak < 5 << 20


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.text(max_size=20), st.binary(max_size=50)), max_size=8))
def test_any_names_and_bytes_come_out_again(entries):
    archive = packed(entries)

    assert [archive.read(entry) for entry in archive.infolist()] == [content for _name, content in entries]
    assert len({name.casefold() for name in archive.namelist()}) == len(entries)
