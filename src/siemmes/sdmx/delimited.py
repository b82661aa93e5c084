"""SDMX-CSV 1.0, 2.0 and 2.1, and plain CSV with names."""

from collections.abc import Iterator

from siemmes.cube.answers import Answer
from siemmes.cube.layout import literal, quoted
from siemmes.cube.series import Series
from siemmes.model.catalogue import code_list
from siemmes.model.structures import VALUE, Structure, said
from siemmes.sdmx.piping import copied

#: What stands before the columns of the structure, by version.
_BEFORE = {
    "1.0": ("DATAFLOW",),
    "2.0": ("STRUCTURE", "STRUCTURE_ID", "ACTION"),
    "2.1": ("STRUCTURE", "STRUCTURE_ID", "ACTION"),
}


def _naming(about: Structure, version: str) -> tuple[str, ...]:
    """The values of the columns before the structure's own."""
    if version == "1.0":
        return (f"{about.agency}:{about.id}({about.version})",)
    return ("dataflow", f"{about.agency}:{about.id}({about.version})", "I")


def write_csv(
    answer: Answer, *, version: str = "2.0", labels: str = "id", language: str = "en"
) -> Iterator[bytes]:
    """An answer as SDMX-CSV.

    Args:
        version: "1.0", "2.0" or "2.1".
        labels: "id" for codes, "both" for codes with names (`CRI: Costa Rica`), "name" for both in columns apart (2.x).
        language: of the names.
    """
    about = answer.about
    if labels == "id" and (series := answer.series) is not None and answer.question.attributes is None:
        yield from _series(series, about, version)
        return
    query = _query(answer, version, labels, language)
    yield from copied(answer.cube.cursor(), query, "FORMAT csv, HEADER true")


def _series(series: Series, about: Structure, version: str) -> Iterator[bytes]:
    """One series without SQL, byte for byte what the query would give."""
    yield (",".join((*_BEFORE[version], *about.columns)) + "\n").encode()
    naming = ",".join('"' + one + '"' if "," in one else one for one in _naming(about, version))
    yield series.csv(before=naming + ",").encode()


def _query(answer: Answer, version: str, labels: str, language: str) -> str:
    about = answer.about
    selected = [
        f"{literal(value)} AS {quoted(name)}"
        for name, value in zip(_BEFORE[version], _naming(about, version), strict=True)
    ]
    for name in answer.columns:
        selected += _column(answer, name, labels, language)
    return f"SELECT {', '.join(selected)} FROM ({answer.sql})"


def _column(answer: Answer, name: str, labels: str, language: str) -> list[str]:
    column = quoted(name)
    if name == VALUE:
        text = column if answer.about.whole else shortest(column)
        return [f"{text} AS {column}"]
    component = answer.about.by_id.get(name)
    if labels == "id" or component is None or component.list is None:
        return [column]
    names = named(answer, name, language)
    if labels == "both":
        heading = quoted(f"{name}: {said(component.names, language)}")
        return [f"concat_ws(': ', {column}::VARCHAR, {names}) AS {heading}"]
    return [column, f"{names} AS {quoted(said(component.names, language))}"]


def named(answer: Answer, name: str, language: str) -> str:
    """An expression that gives a code's name."""
    component = answer.about.by_id[name]
    known = code_list(component.list or "")
    used = [one for one in answer.cube.labels[name] if one in known.by_id]
    cases = " ".join(
        f"WHEN {literal(code)} THEN {literal(said(known.by_id[code].names, language))}" for code in used
    )
    return f"CASE {quoted(name)}::VARCHAR {cases} END" if cases else "NULL"


def shortest(column: str) -> str:
    """A decimal figure in its shortest form: whole ones without a point."""
    return (
        f"CASE WHEN {column} = trunc({column}) AND abs({column}) < 1e15 THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) "
        f"ELSE CAST({column} AS VARCHAR) END"
    )
