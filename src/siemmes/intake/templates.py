"""Spreadsheets that a country fills in: the flow's columns, lists to choose from, notes, a column that checks each row."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from siemmes.model.catalogue import code_list, concepts, providers
from siemmes.model.structures import TIME, VALUE, CodeList, Structure, said

#: Rows that are prepared with lists and checks.
ROWS = 2000
#: The row of the header; a title stands above it.
HEADER = 3
_TALAVERA = "#1f3a93"
_NOTES = (
    (
        (
            "One row is one figure. Write 0 where nobody was counted; where there is no figure leave OBS_VALUE empty and say why "
            "in OBS_STATUS: L not collected, M cannot exist, O missing."
        ),
        (
            "Cada fila es una cifra. Escriba 0 si no se contó a nadie; si no hay cifra, deje OBS_VALUE vacío y diga por qué en "
            "OBS_STATUS: L no se recoge, M no puede existir, O falta."
        ),
    ),
    (
        "Totals hold _T, unknown _U, other _O, what does not apply _Z. Parts should add up to their total.",
        "Los totales llevan _T; sin información, _U; otros, _O; donde no se aplica, _Z. Las partes deben sumar su total.",
    ),
    (
        "Attributes that hold for the whole file may be left empty here and said once when it is sent.",
        "Los atributos válidos para todo el archivo pueden dejarse vacíos aquí e indicarse una sola vez al enviarlo.",
    ),
    (
        "The last column checks each row as you write; it is not read.",
        "La última columna revisa cada fila mientras escribe; no se lee.",
    ),
)


def write_template(about: Structure, path: Path, *, sender: str | None = None) -> None:
    """Write the template of a flow as XLSX.

    Args:
        sender: a country, whose code is then filled in for REF_AREA; any of those that take part, where it is left out.
    """
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm"}) as book:
        _Template(book, about, sender).write()


class _Template:
    """One template while it is written."""

    def __init__(self, book: Any, about: Structure, sender: str | None) -> None:
        self._book, self._about, self._sender = book, about, sender
        self._title = book.add_format({"bold": True, "font_size": 14, "font_color": _TALAVERA})
        self._head = book.add_format(
            {"bold": True, "font_color": "white", "bg_color": _TALAVERA, "text_wrap": True, "valign": "top"}
        )
        self._wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self._bad = book.add_format({"font_color": "#9c1c1c", "bg_color": "#fbe9e7"})
        self._text = book.add_format({"num_format": "@"})

    def write(self) -> None:
        """Write the sheets: figures, notes, codes."""
        figures = self._book.add_worksheet("Data · Datos")
        notes = self._book.add_worksheet("Notes · Notas")
        codes = self._book.add_worksheet("Codes · Códigos")
        places = self._write_codes(codes)
        self._write_figures(figures, places)
        self._write_notes(notes)

    def _lists(self) -> list[tuple[str, CodeList]]:
        return [(one.id, code_list(one.list)) for one in self._about.components if one.list]

    def _codes_of(self, name: str, known: CodeList) -> Sequence[str]:
        if name == "FREQ":
            return self._about.frequencies
        if name == "REF_AREA":
            return (self._sender,) if self._sender else providers(self._about.id)
        return known.ids

    def _write_codes(self, sheet: Any) -> dict[str, str]:
        """Write each list with its names in three columns; where its codes stand, for the lists to choose from."""
        places = {}
        for number, (name, known) in enumerate(self._lists()):
            column = number * 4
            ids = self._codes_of(name, known)
            for place, heading in enumerate((name, "English", "Español")):
                sheet.write(0, column + place, heading, self._head)
            for row, code in enumerate(ids, start=1):
                names = known.by_id[code].names
                sheet.write_row(row, column, (code, said(names, "en"), said(names, "es")))
            sheet.set_column(column + 1, column + 2, 34)
            letters = xlsxwriter.utility.xl_col_to_name(column)
            places[name] = f"='Codes · Códigos'!${letters}$2:${letters}${len(ids) + 1}"
        sheet.freeze_panes(1, 0)
        return places

    def _write_figures(self, sheet: Any, places: dict[str, str]) -> None:
        about = self._about
        sheet.write(0, 0, f"{said(about.names, 'en')} · {said(about.names, 'es')}", self._title)
        sheet.write(1, 0, f"{about.agency}:{about.id}({about.version})")
        for column, name in enumerate(about.columns):
            sheet.write(HEADER - 1, column, name, self._head)
            concept = concepts()[name]
            sheet.write_comment(
                HEADER - 1, column,
                "\n\n".join(f"{concept['names'][code]}: {concept['describe'][code]}" for code in ("en", "es")),
                {"x_scale": 2.2, "y_scale": 2},
            )  # fmt: skip
            if name in places:
                sheet.data_validation(HEADER, column, HEADER + ROWS - 1, column, self._choice(places[name]))
            elif name == VALUE:
                sheet.data_validation(HEADER, column, HEADER + ROWS - 1, column, self._number())
            sheet.set_column(column, column, 14, self._text if name == TIME else None)
        self._write_checks(sheet)
        sheet.freeze_panes(HEADER, 0)
        sheet.autofilter(HEADER - 1, 0, HEADER - 1, len(about.columns) - 1)

    def _choice(self, source: str) -> dict[str, Any]:
        return {
            "validate": "list", "source": source, "error_title": "List · Lista",
            "error_message": "Choose a code of the list. · Elija un código de la lista.",
        }  # fmt: skip

    def _number(self) -> dict[str, Any]:
        kind = "integer" if self._about.whole else "decimal"
        rule = (
            {"criteria": ">=", "value": 0}
            if self._about.value != "balance"
            else {"criteria": ">=", "value": -(10**12)}
        )
        return {
            "validate": kind, **rule, "error_title": "Figure · Cifra",
            "error_message": "Write a number without separators. · Escriba un número sin separadores.",
        }  # fmt: skip

    def _write_checks(self, sheet: Any) -> None:
        """A column that says of each row begun whether its key is complete and its figure stands or is accounted for."""
        about, column = self._about, len(self._about.columns)
        sheet.write(HEADER - 1, column, "CHECK · REVISIÓN", self._head)
        sheet.set_column(column, column, 34)
        letter = {name: xlsxwriter.utility.xl_col_to_name(place) for place, name in enumerate(about.columns)}
        first, last = letter[about.key[0]], letter[about.key[-1]]
        for row in range(HEADER + 1, HEADER + ROWS + 1):
            missing = f"COUNTBLANK({first}{row}:{last}{row})"
            value, status = f"{letter[VALUE]}{row}", f"{letter['OBS_STATUS']}{row}"
            sheet.write_formula(
                row - 1, column,
                f'=IF(COUNTA({first}{row}:{value})=0,"",IF({missing}>0,"Key incomplete · Clave incompleta",'
                f'IF(AND({value}="",{status}=""),"Say why empty · Diga por qué está vacío","OK")))',
                None, "",
            )  # fmt: skip
        sheet.conditional_format(
            HEADER, column, HEADER + ROWS - 1, column,
            {"type": "text", "criteria": "containing", "value": "·", "format": self._bad},
        )  # fmt: skip

    def _write_notes(self, sheet: Any) -> None:
        sheet.set_column(0, 1, 70, self._wrap)
        sheet.write_row(0, 0, ("English", "Español"), self._head)
        about = self._about
        texts = [(said(about.describe, "en"), said(about.describe, "es")), *_NOTES]
        for name in about.columns:
            describe = concepts()[name]["describe"]
            texts.append((f"{name}: {describe['en']}", f"{name}: {describe['es']}"))
        for row, pair in enumerate(texts, start=1):
            sheet.write_row(row, 0, pair, self._wrap)
