"""What a release holds ready is what a question for everything would be answered with."""

import gzip
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siemmes.cube.questions import Question
from siemmes.sdmx.formats import STRUCTURE_FORMS, format_of
from siemmes.sdmx.rendering import READY, compressed, ready, ready_structures
from siemmes.sdmx.structures import write_structures
from tests.siemmes.figures import a_store, row

MEMBER = 31  # one gzip member, and nothing after it


def inflated(data: bytes) -> bytes:
    """The content of one member; what stands behind it would be told."""
    work = zlib.decompressobj(MEMBER)
    found = work.decompress(data)
    assert work.eof
    assert work.unused_data == b""
    return found


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(max_size=200) | st.just(b"row,row,row\n" * 60_000), max_size=5))
def test_any_bytes_come_back_from_one_member(pieces):
    data = b"".join(compressed(pieces))

    assert inflated(data) == b"".join(pieces) == gzip.decompress(data)


def test_many_blocks_come_back_as_they_stream_in():
    content = b"".join(b"%d,figures\n" % number for number in range(300_000))
    work, found = zlib.decompressobj(MEMBER), []

    for block in compressed([content]):
        found.append(work.decompress(block))

    assert b"".join(found) == content
    assert len(found) > 3


def test_the_same_bytes_make_the_same_file():
    assert b"".join(compressed([b"figures"] * 10)) == b"".join(compressed([b"figures" * 10], workers=1))


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    rows = [row(SEX=sex, OBS_VALUE=value) for sex, value in (("F", 52), ("M", 48), ("_T", 100))]
    return a_store(tmp_path_factory.mktemp("ready"), rows)


@pytest.mark.parametrize("form", READY)
def test_a_release_holds_its_whole_flow_ready(store, form):
    with store.asked(Question("MIG_STOCK")) as answer:
        path = ready(answer, form)

        assert path is not None
        assert inflated(path.read_bytes()) == b"".join(format_of(form).write(answer))
        assert f"rendered/{path.name}" in answer.cube.manifest["files"]


@pytest.mark.parametrize(
    "asked", [{"where": {"SEX": "F"}}, {"limit": 2}, {"attributes": ()}, {"order": ("-OBS_VALUE",)}]
)
def test_a_part_is_not_held_ready(store, asked):
    with store.asked(Question("MIG_STOCK", **asked)) as answer:
        assert ready(answer, "csv") is None


@pytest.mark.parametrize("form", STRUCTURE_FORMS)
def test_a_release_holds_its_structures_ready(store, form):
    with store.cube("MIG_STOCK") as cube:
        path = ready_structures(cube, form)

        assert path is not None
        assert inflated(path.read_bytes()) == write_structures("MIG_STOCK", form=form, at=cube.built_at)
        cube.verify()
