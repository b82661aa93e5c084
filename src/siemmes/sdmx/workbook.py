"""XLSX: figures with codes and with names in both languages, for whoever works in a spreadsheet.

A sheet holds 1,048,576 rows and no more; an answer that is longer goes on in further sheets, and the last sheet says so. Codes
and names are shared strings, so that a row is made of numbers; nothing is held in memory but one batch of rows.

Source: ECMA-376, part 1 (SpreadsheetML).
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from siemmes.cube.answers import Answer
from siemmes.cube.layout import quoted
from siemmes.model.structures import VALUE, said
from siemmes.sdmx.facts import Facts
from siemmes.sdmx.mldata import escaped, escaped_sql
from siemmes.sdmx.naming import LANGUAGES, code_names, prepared
from siemmes.sdmx.weaving import Coded, Pattern, Piece, Told, coded, value_text, woven
from siemmes.sdmx.zipping import Member, packed

#: Rows of figures that a sheet takes below its heading.
LIMIT = 1_048_575
#: Bytes of a sheet before compression; above 2 GiB office programs find fault with the archive.
SIZE = 1_900_000_000
_BATCH = 1 << 13
_NUMBERS = (VALUE, "OBS_COUNT", "OBS_MISSING")
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def write_xlsx(answer: Answer, *, limit: int = LIMIT) -> Iterator[bytes]:
    """An answer as a workbook: one row a figure, codes with their names in English and Spanish beside.

    Args:
        limit: rows of figures in one sheet.
    """
    yield from packed(_Workbook(answer, limit).members(), level=1)


class _Workbook:
    """The parts of one workbook."""

    def __init__(self, answer: Answer, limit: int) -> None:
        self.answer = answer
        self.rows = Facts.of(answer).rows
        self.strings: dict[str, int] = {}
        self.columns, self.headings = self._columns()
        self.limit = min(limit, SIZE // _width(self.columns))
        count = max(1, -(-self.rows // self.limit))
        self.sheets = [f"Data {number + 1}" if number else "Data" for number in range(count)]

    def members(self) -> Iterator[Member]:
        """The files of the archive; the strings last, when all are known."""
        for number in range(len(self.sheets)):
            yield f"xl/worksheets/sheet{number + 1}.xml", partial(self._figures, number)
        yield f"xl/worksheets/sheet{len(self.sheets) + 1}.xml", self._about
        fixed = {
            "xl/sharedStrings.xml": self._strings, "xl/styles.xml": _styles, "xl/workbook.xml": self._workbook,
            "xl/_rels/workbook.xml.rels": self._relations, "_rels/.rels": _root, "[Content_Types].xml": self._types,
        }  # fmt: skip
        for name, made in fixed.items():
            yield name, partial(_whole, made)

    def _string(self, text: str) -> int:
        return self.strings.setdefault(text, len(self.strings))

    def _cell(self, text: str, style: int = 0) -> str:
        return f'<c t="s"{f" s={chr(34)}{style}{chr(34)}" if style else ""}><v>{self._string(text)}</v></c>'

    # Figures

    def _figures(self, number: int) -> Iterator[bytes]:
        headings = self.headings
        widths = "".join(
            f'<col min="{place}" max="{place}" width="16" customWidth="1"/>'
            for place in range(1, len(headings) + 1)
        )
        pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        yield (
            f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
            f"<cols>{widths}</cols><sheetData><row>{''.join(self._cell(one, 1) for one in headings)}</row>"
        ).encode()
        source = f"(SELECT * FROM ({self.answer.sql}) LIMIT {self.limit} OFFSET {number * self.limit})"
        yield from woven(
            self.answer, Pattern(row=["<row>", *self.columns, "</row>"]), source=source, batch=_BATCH
        )
        yield b"</sheetData></worksheet>"

    def _columns(self) -> tuple[list[Piece], list[str]]:
        """The cells of a row, and the headings over them."""
        pieces: list[Piece] = []
        headings: list[str] = []
        for name in self.answer.columns:
            headings.append(name)
            if name in _NUMBERS:
                text = value_text(self.answer.about) if name == VALUE else f"CAST({quoted(name)} AS VARCHAR)"
                pieces.append(Told(f"coalesce('<c><v>' || {text} || '</v></c>', '<c/>')"))
            elif name not in self.answer.cube.labels:
                text = escaped_sql(f"CAST({quoted(name)} AS VARCHAR)")
                cell = f"""'<c t="inlineStr"><is><t xml:space="preserve">' || {text} || '</t></is></c>'"""
                pieces.append(Told(f"coalesce({cell}, '<c/>')"))
            else:
                pieces.append(self._codes(name))
                headings += self._names_over(name)
        return pieces, headings

    def _names_over(self, name: str) -> list[str]:
        component = self.answer.about.by_id[name]
        if component.list is None:
            return []
        return [f"{said(component.names, language)} ({language})" for language in LANGUAGES]

    def _codes(self, name: str) -> Piece:
        """The cells of a coded column: the code and, where it has a list, its names."""
        labels = self.answer.cube.labels[name]
        texts = [self._cell(label) for label in labels]
        listed = self.answer.about.by_id[name].list is not None
        if listed:
            for language in LANGUAGES:
                names = code_names(self.answer, name, language)
                texts = [text + self._cell(found) for text, found in zip(texts, names, strict=True)]
        return coded(name, texts, "<c/>" * (1 + len(LANGUAGES) * listed))

    # About

    def _about(self) -> Iterator[bytes]:
        about = self.answer.about
        told: list[Sequence[str]] = [
            ("", "English", "Español"),
            (about.id, said(about.names, "en"), said(about.names, "es")),
            ("", said(about.describe, "en"), said(about.describe, "es")),
            ("Release · Publicación", self.answer.release, prepared(self.answer)),
            ("Structure · Estructura", about.urn, ""),
            self._length(),
            (
                "Columns · Columnas",
                "Each code stands under its component's id; its names in English and Spanish follow.",
                "Cada código figura bajo el identificador de su componente; siguen sus nombres en inglés y en español.",
            ),
        ]
        rows = "".join(f"<row>{''.join(self._cell(one) for one in row)}</row>" for row in told)
        columns = '<cols><col min="1" max="1" width="24" customWidth="1"/><col min="2" max="3" width="90" customWidth="1"/></cols>'
        yield f'{_HEAD}<worksheet xmlns="{_MAIN}">{columns}<sheetData>{rows}</sheetData></worksheet>'.encode()

    def _length(self) -> tuple[str, str, str]:
        count = len(self.sheets)
        if count == 1:
            return (
                "Rows · Filas",
                f"{self.rows} figures, all in the sheet Data.",
                f"{self.rows} cifras, todas en la hoja Data.",
            )
        return (
            "Rows · Filas",
            f"{self.rows} figures in {count} sheets, since a sheet holds {self.limit} at most: Data to {self.sheets[-1]}.",
            f"{self.rows} cifras en {count} hojas, ya que una hoja admite como máximo {self.limit}: de Data a {self.sheets[-1]}.",
        )

    # The rest of the archive

    def _strings(self) -> str:
        items = "".join(f'<si><t xml:space="preserve">{escaped(text)}</t></si>' for text in self.strings)
        return f'{_HEAD}<sst xmlns="{_MAIN}" uniqueCount="{len(self.strings)}">{items}</sst>'

    def _workbook(self) -> str:
        sheets = "".join(
            f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>'
            for number, name in enumerate([*self.sheets, "About"], start=1)
        )
        return f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>'

    def _relations(self) -> str:
        count = len(self.sheets) + 1
        targets = [(f"worksheets/sheet{number}.xml", "worksheet") for number in range(1, count + 1)]
        targets += [("sharedStrings.xml", "sharedStrings"), ("styles.xml", "styles")]
        listed = "".join(
            f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
            for number, (target, kind) in enumerate(targets, start=1)
        )
        return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'

    def _types(self) -> str:
        parts = [(f"worksheets/sheet{number}.xml", "worksheet") for number in range(1, len(self.sheets) + 2)]
        parts += [
            ("workbook.xml", "sheet.main"),
            ("sharedStrings.xml", "sharedStrings"),
            ("styles.xml", "styles"),
        ]
        listed = "".join(
            f'<Override PartName="/xl/{part}" ContentType="{_TYPE}.{kind}+xml"/>' for part, kind in parts
        )
        relations = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        return f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">{relations}<Default Extension="xml" ContentType="application/xml"/>{listed}</Types>'


def _width(columns: Sequence[Piece]) -> int:
    """How long a row may be, in bytes: texts that are not coded are taken to be a line or two."""
    return 16 + sum(max(map(len, one.texts)) if isinstance(one, Coded) else 200 for one in columns)


def _whole(made: Callable[[], str]) -> list[bytes]:
    return [made().encode()]


def _root() -> str:
    target = f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{target}</Relationships>'


def _styles() -> str:
    plain, bold = (
        '<font><sz val="11"/><name val="Calibri"/></font>',
        '<font><b/><sz val="11"/><name val="Calibri"/></font>',
    )
    fills = '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    formats = "".join(
        f'<xf numFmtId="0" fontId="{font}" fillId="0" borderId="0" xfId="0"/>' for font in (0, 1)
    )
    return (
        f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="2">{plain}{bold}</fonts>{fills}'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="2">{formats}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )
