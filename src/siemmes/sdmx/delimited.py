"""SDMX-CSV 1.0, 2.0 and 2.1, and plain CSV with names.

Columns stand in the structure's order: what names the flow, dimensions, the period, the figure, attributes; attributes of a
series or a data set are repeated in each row, and a column stands even where nothing is said in it. Fields are quoted as
RFC 4180 asks. Labels follow each version's field guide:

    id     codes only
    both   `REF_AREA: Reporting area` over `CRI: Costa Rica`; the flow with its name; version 1.0 leaves OBS_VALUE bare
    name   2.x: the code, and beside it a column with its name, headed by the component's; 1.0 knows no such form and
           writes both

Source: sdmx-twg/sdmx-csv, field guides of SDMX-CSV 1.0 and 2.0 (2.1 has the same columns).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from siemmes.cube.answers import Answer
from siemmes.cube.layout import literal, quoted
from siemmes.cube.series import Series, field_text
from siemmes.model.structures import VALUE, Component, Structure, said
from siemmes.sdmx.naming import code_names, short
from siemmes.sdmx.piping import copied
from siemmes.sdmx.weaving import Pattern, Piece, Told, coded, figure, shortest, woven

#: The mark by which a spreadsheet knows UTF-8.
MARK = "\ufeff"


def write_csv(
    answer: Answer, *, version: str = "2.0", labels: str = "id", language: str = "en"
) -> Iterator[bytes]:
    """An answer as SDMX-CSV.

    Args:
        version: "1.0", "2.0" or "2.1".
        labels: "id", "both" or "name".
        language: of the names.
    """
    if version == "1.0" and labels == "name":
        labels = "both"
    naming = _naming(answer.about, version, labels, language)
    yield from _written(answer, naming, _Form(version, labels, language))


def write_labelled(answer: Answer, *, language: str = "en", mark: bool = False) -> Iterator[bytes]:
    """An answer as a plain table: codes, and beside each a column with its name; nothing else.

    Args:
        mark: begin with the mark by which spreadsheets know UTF-8.
    """
    if mark:
        yield MARK.encode()
    yield from _written(answer, [], _Form("2.0", "name", language, plain=True))


def write_plain(answer: Answer) -> Iterator[bytes]:
    """An answer as a plain table of codes, in the structure's columns."""
    yield from _written(answer, [], _Form("2.0", "id", "en", plain=True))


@dataclass(frozen=True)
class _Form:
    """A way of writing rows; a plain one has no column beside what has no code."""

    version: str
    labels: str
    language: str
    plain: bool = False

    def fields(self, component: Component | None) -> int:
        """How many fields a component has."""
        if component is None or self.labels != "name":
            return 1
        return 2 if component.list or not self.plain else 1


def _naming(about: Structure, version: str, labels: str, language: str) -> list[tuple[str, str]]:
    """The columns before the structure's own, each with its value."""
    name = said(about.names, language)
    reference = f"{short(about)}: {name}" if labels == "both" else short(about)
    if version == "1.0":
        return [("DATAFLOW", reference)]
    named = [("STRUCTURE_NAME", name)] if labels == "name" else []
    return [("STRUCTURE", "dataflow"), ("STRUCTURE_ID", reference), *named, ("ACTION", "I")]


def _written(answer: Answer, naming: Sequence[tuple[str, str]], form: _Form) -> Iterator[bytes]:
    asked = (tuple(naming), form, answer.columns)
    heading, before = answer.cube.kept(("csv heading", *asked), lambda: _before(answer, naming, form))
    yield heading
    if answer.question.group_by:
        yield from _summed(answer, naming, form)
    elif form.labels == "id" and (series := answer.series) is not None and answer.question.attributes is None:
        yield _series(series, before)
    else:
        yield from woven(answer, answer.cube.kept(("csv", *asked), lambda: _pattern(answer, before, form)))


def _before(answer: Answer, naming: Sequence[tuple[str, str]], form: _Form) -> tuple[bytes, str]:
    """What stands before all rows, and before each."""
    headings = [name for name, _value in naming]
    for name in answer.columns:
        headings += _headings(answer, name, form)
    line = (",".join(field_text(one) for one in headings) + "\n").encode()
    return line, "".join(field_text(value) + "," for _name, value in naming)


def _series(series: Series, before: str) -> bytes:
    """One series without SQL, byte for byte what the query would give."""
    return series.csv(before=before).encode()


def _headings(answer: Answer, name: str, form: _Form) -> list[str]:
    component = answer.about.by_id.get(name)
    if component is None or form.labels == "id" or (form.version == "1.0" and name == VALUE):
        return [name]
    heading = said(component.names, form.language)
    if form.labels == "both":
        return [f"{name}: {heading}"]
    return [name, heading][: form.fields(component)]


def _pattern(answer: Answer, before: str, form: _Form) -> Pattern:
    """Rows whose keys, and whose attributes of whole series, are put together once for all rows that share them."""
    columns = answer.columns
    keys = [name for name in columns if name in answer.about.dimensions]
    rest = [name for name in columns if name not in keys]
    cut = 1 + max(place for place, name in enumerate(rest) if not _stays(answer, name))
    head: list[Piece] = [before]
    for name in keys:
        head += [*_fields(answer, name, form), ","]
    row: list[Piece] = []
    for name in rest[:cut]:
        row += [*([","] if row else []), *_fields(answer, name, form)]
    after: list[Piece] = []
    for name in rest[cut:]:
        after += [",", *_fields(answer, name, form)]
    return Pattern(before=head, row=row, after=[*after, "\n"])


def _stays(answer: Answer, name: str) -> bool:
    component = answer.about.by_id[name]
    return component.role == "attribute" and component.level != "obs" and name in answer.cube.labels


def _fields(answer: Answer, name: str, form: _Form) -> list[Piece]:
    """A column's fields: the code, with its name in the same field or in one beside."""
    component = answer.about.by_id[name]
    beside: list[Piece] = [","] if form.fields(component) > 1 else []
    if name == VALUE:
        return [figure(answer.about), *beside]
    if name not in answer.cube.labels:
        text = "" if name in answer.cube.silent else Told(_quoted_sql(quoted(name)))
        return [text, *beside]
    codes = answer.cube.labels[name]
    if form.labels == "id" or component.list is None:
        return [coded(name, [field_text(code) for code in codes]), *beside]
    pairs = list(zip(codes, code_names(answer, name, form.language), strict=True))
    if form.labels == "both":
        return [coded(name, [field_text(f"{code}: {text or code}") for code, text in pairs])]
    return [coded(name, [f"{field_text(code)},{field_text(text)}" for code, text in pairs], ",")]


def _quoted_sql(column: str) -> str:
    """A free text as RFC 4180 writes it, as SQL; nothing for a missing one."""
    special = " OR ".join(f"contains({column}, {sign})" for sign in ("','", "'\"'", "chr(10)", "chr(13)"))
    return (
        f"CASE WHEN {column} IS NULL THEN '' WHEN {special} THEN '\"' || replace({column}, '\"', '\"\"') || '\"' "
        f"ELSE {column} END"
    )


# Figures that were added up


def _summed(answer: Answer, naming: Sequence[tuple[str, str]], form: _Form) -> Iterator[bytes]:
    """Rows of an answer that adds figures up, by DuckDB's own writer."""
    selected = [f"{literal(value)} AS {quoted(name)}" for name, value in naming]
    for place, name in enumerate(answer.columns):
        fields = _expressions(answer, name, form)
        selected += [f"{one} AS c{place}_{part}" for part, one in enumerate(fields)]
    query = f"SELECT {', '.join(selected)} FROM ({answer.sql})"
    yield from copied(answer.cursor(), query, "FORMAT csv, HEADER false")


def _expressions(answer: Answer, name: str, form: _Form) -> list[str]:
    column = quoted(name)
    component = answer.about.by_id.get(name)
    beside = ["NULL"] if form.fields(component) > 1 else []
    if name == VALUE:
        return [column if answer.about.whole else shortest(column), *beside]
    if form.labels == "id" or component is None or component.list is None:
        return [column, *beside]
    pairs = zip(answer.cube.labels[name], code_names(answer, name, form.language), strict=True)
    cases = " ".join(f"WHEN {literal(code)} THEN {literal(text)}" for code, text in pairs)
    found = f"CASE {column}::VARCHAR {cases} END"
    return [f"concat_ws(': ', {column}::VARCHAR, {found})"] if form.labels == "both" else [column, found]
