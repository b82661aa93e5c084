"""Plain lines cut column by column: the same rows and the same findings as where DuckDB reads everything."""

import dataclasses
import datetime as dt

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from siemmes.intake import laying, lines
from siemmes.intake.judging import judged
from siemmes.intake.lines import Lines, Places, pieces
from siemmes.model.catalogue import code_list, structure
from siemmes.model.errors import UnreadableError

TODAY = dt.date(2026, 3, 2)
BORDER = structure("BORDER")
COLUMNS = ("FREQ", "REF_AREA", "DIRECTION", "COUNTERPART_AREA", "BORDER_POINT", "TRANSPORT", "TRAVELLER_CAT", "SEX", "AGE",
           "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "CONF_STATUS")  # fmt: skip
PLAIN = ("M", "CRI", "ENTRY", "NIC", "_T", "LAND", "VISITOR", "F", "Y20T24", "2020-01", "17", "A", "F")
#: What may stand in a column, meant well or ill; the first of each most often.
FIELDS = {
    "FREQ": ("M", "", "A"), "REF_AREA": ("CRI", "PAN", "cri", " CRI"), "DIRECTION": ("ENTRY", "EXIT"),
    "BORDER_POINT": ("_T", "CRI_PENAS_BLANCAS", "CRI_PENAS_BLANCAS_OR_ONE_LIKE_IT"), "SEX": ("F", "M", "_U", "X"),
    "TIME_PERIOD": ("2020-01", "2020-02", "2020", "2020-M01", "1990-01-01/P5Y"), "OBS_STATUS": ("A", "E", "", "M"),
    "OBS_VALUE": ("1", "12345678", "123456789", "1234567890123456", "12345678901234567", "9" * 19, "-5", "0", "007", "", "1.5",
                  "+3", " 4 ", "1e3", "x", "NaN", "0x1F", "1/2", "1:2", "-", "99999999", "100000000"),
    "CONF_STATUS": ("F", "", "C"),
}  # fmt: skip
#: What is no line of the table.
ODD = (
    "",
    ",",
    "M,CRI",
    ",".join(PLAIN) + ",more",
    '"M"' + ",".join(PLAIN)[1:],
    ",".join(PLAIN) + "\r",
    "M\x00" + ",".join(PLAIN)[1:],
)


def laid(path, *, by_column, said=None):
    """The rows of a file as rules see them, what was noticed in reading, and whether they were laid down by column."""
    with pytest.MonkeyPatch.context() as patch:
        taken = []
        way = laying._laid_by_column if by_column else (lambda *_: None)
        patch.setattr(
            laying, "_laid_by_column", lambda *those: (one := way(*those), taken.append(one is not None))[0]
        )
        about = {"SOURCE_TYPE": "BORDER_REG", **(said or {})}
        with judged(path, flow="BORDER", sender="CRI", today=TODAY, said=about, rules=()) as found:
            names = ", ".join(
                f'"{one}"::VARCHAR' for one in ("row", *BORDER.columns, "given", "written", "k")
            )
            rows = found.con.execute(f"SELECT {names} FROM judged ORDER BY row").fetchall()
            return (rows, found.report().table.to_pylist()), any(taken)


def field_of(name, plain):
    usual, *others = FIELDS.get(name, (plain,))
    return st.one_of(*[st.just(plain)] * 12, st.just(usual), *map(st.just, others))


LINE = st.tuples(*(field_of(name, plain) for name, plain in zip(COLUMNS, PLAIN, strict=True))).map(",".join)


@settings(max_examples=25, deadline=None)
@example(
    [",".join(PLAIN)] * 2, "\n", True, 1 << 22, 1, {}, (*COLUMNS[:10], *COLUMNS[11:])
)  # no figures, and all alike
@given(
    body=st.lists(st.one_of(*[st.just(",".join(PLAIN))] * 6, *[LINE] * 6, st.sampled_from(ODD)), max_size=12),
    end=st.sampled_from(["\n", "\r\n"]),
    last=st.booleans(),
    piece=st.sampled_from([200, 400, 1 << 22]),
    together=st.sampled_from([1, 3, 1000]),
    said=st.sampled_from([{}, {"OBS_STATUS": "E"}, {"FREQ": "M"}, {"OBS_VALUE": "3"}]),
    columns=st.sampled_from([COLUMNS, COLUMNS[:11], COLUMNS[1:], ("STRANGE", *COLUMNS[1:])]),
)
def test_lines_are_cut_as_duckdb_reads_them(
    tmp_path_factory, body, end, last, piece, together, said, columns
):
    path = tmp_path_factory.mktemp("lines") / "sent.csv"
    cut = [COLUMNS.index(one) if one in COLUMNS else 0 for one in columns]
    body = [
        ",".join(one.split(",")[place] for place in cut) if one.count(",") == len(PLAIN) - 1 else one
        for one in body
    ]
    path.write_bytes((end.join([",".join(columns), *body]) + (end if last else "")).encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "PIECE", piece)
        patch.setattr(laying, "_TOGETHER", together)
        expected, _ = laid(path, by_column=False, said=said)

        found, _ = laid(path, by_column=True, said=said)

    assert found == expected


@pytest.mark.parametrize("quoted", [False, True])
@pytest.mark.parametrize(("last", "written"), [("17", None), ("1.5", None), ("x", "x")])
def test_texts_in_place_of_figures_take_room_only_where_there_are_any(
    tmp_path, monkeypatch, quoted, last, written
):
    monkeypatch.setattr(lines, "PIECE", 3000)
    monkeypatch.setattr(laying, "_TOGETHER", 50)
    first, *rest = [PLAIN] * 200, (*PLAIN[:10], last, *PLAIN[11:])
    mark = '"' if quoted else ""
    path = tmp_path / "sent.csv"
    path.write_text("\n".join(",".join(mark + one + mark for one in row) for row in (COLUMNS, *first, *rest)))

    with judged(path, flow="BORDER", sender="CRI", today=TODAY, rules=()) as found:
        assert found.con.execute("SELECT written, given FROM judged WHERE row = 202").fetchall() == [
            (written, True)
        ]
        kept = {name for name, *_ in found.con.execute("DESCRIBE laid").fetchall()}

    assert ("written" in kept) is (written is not None)


@pytest.mark.parametrize(
    ("changed", "by_column"),
    [
        ({}, True),
        ({"SEX": "M", "CONF_STATUS": "", "OBS_STATUS": "E", "OBS_VALUE": "1.5"}, True),
        ({"SEX": "male"}, False),
        ({"SEX": '"F"'}, False),
        ({"BORDER_POINT": "CRI_PENAS_BLANCAS_OR_ONE_LIKE_IT"}, False),
    ],
)
def test_plain_lines_are_laid_down_by_column_though_later_ones_say_something_else(
    tmp_path, monkeypatch, changed, by_column
):
    monkeypatch.setattr(lines, "PIECE", 3000)
    monkeypatch.setattr(laying, "_TOGETHER", 50)
    line = dict(zip(COLUMNS, PLAIN, strict=True))
    rows = [
        ",".join(
            {**line, "TIME_PERIOD": f"{2000 + n // 12}-{n % 12 + 1:02}", "OBS_VALUE": str(n * 10**9)}.values()
        )
        for n in range(240)
    ]
    rows.append(",".join((line | changed).values()))
    path = tmp_path / "sent.csv"
    path.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n")

    found, taken = laid(path, by_column=True)

    assert taken is by_column
    assert found == laid(path, by_column=False)[0]
    assert len(found[0]) == 241


@given(st.lists(st.integers(0, 10**16 - 1), min_size=1, max_size=30))
def test_figures_in_digits_are_read_as_they_are(tmp_path_factory, numbers):
    path = tmp_path_factory.mktemp("lines") / "sent.csv"
    path.write_text("A,OBS_VALUE\n" + "".join(f"x,{one}\n" for one in numbers))

    [found] = pieces(Lines(path, ",", ["A", "OBS_VALUE"]), {}, "OBS_VALUE")

    assert found.figures.tolist() == list(map(float, numbers))
    assert not found.odd


@pytest.mark.parametrize("name", ["CL_AREA", "CL_BORDER_POINT", "CL_AGE"])
def test_every_label_is_found_at_its_place_and_no_other_text_at_any(tmp_path, name):
    labels = [one for one in sorted(code_list(name).ids) if len(one) <= 16]
    path = tmp_path / "sent.csv"
    path.write_text("A,B\n" + "".join(f"{one},\n" for one in ["", *labels]))
    asked = Lines(path, ",", ["A", "B"])

    [found] = pieces(asked, {"A": Places(labels)}, "B")

    assert np.array_equal(found.codes["A"], np.arange(len(labels) + 1))
    for strange in ("ZZZ9", labels[0] + " ", labels[0][:-1], labels[0] + "x" * 9, "x" * 17):
        path.write_text(f"A,B\n{labels[0]},\n{strange},\n")
        assert list(pieces(dataclasses.replace(asked), {"A": Places(labels)}, "B")) == [None]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_lines_are_plain_wherever_a_piece_ends_and_the_last_need_not_end(tmp_path, monkeypatch, end):
    path = tmp_path / "sent.csv"
    path.write_bytes(end.join([b"A,OBS_VALUE", *(b"x,%d" % 10**number for number in range(12))]))
    asked = Lines(path, ",", ["A", "OBS_VALUE"], end)
    for piece in range(18, 60):
        monkeypatch.setattr(lines, "PIECE", piece)

        found = list(pieces(asked, {"A": Places(["x"])}, "OBS_VALUE"))

        assert [one for each in found for one in each.figures] == [10**number for number in range(12)]


def test_a_line_beyond_measure_is_not_plain_and_never_held(tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "PIECE", 1000)
    path = tmp_path / "sent.csv"
    path.write_text("A,NOTE,OBS_VALUE\nx,short,1\nx," + "y" * 5000 + ",2\nx,short,3\n")
    asked = Lines(path, ",", ["A", "NOTE", "OBS_VALUE"])

    first, *rest = pieces(asked, {"A": Places(["x"])}, "OBS_VALUE")

    assert first.rows == 1
    assert rest == [None]
    assert max(len(text) for text, _length in lines._read(asked)) < 1100


def test_a_file_that_breaks_off_in_reading_is_refused_as_unreadable(tmp_path, monkeypatch):
    def broken(*_lines):
        raise OSError(5, "Input/output error")
        yield

    path = tmp_path / "sent.csv"
    path.write_text(",".join(COLUMNS) + "\n" + ",".join(PLAIN) + "\n")
    monkeypatch.setattr(laying, "pieces", broken)

    with pytest.raises(UnreadableError, match="sent.csv.*Input/output error"):
        laid(path, by_column=True)
