"""What each contributor gave to an amount: sent beside a submission, kept in private, used for the rule of dominance alone."""

import contextlib
from pathlib import Path

import duckdb

from siemmes.cube.layout import literal, quoted, single
from siemmes.model.errors import QuestionError, UnreadableError, brief
from siemmes.model.structures import VALUE, Structure


def keep_contributions(path: Path, about: Structure, target: Path) -> None:
    """Read a CSV with one row for each contributor to a figure and keep it as Parquet.

    Args:
        path: columns of the key and OBS_VALUE in the figure's own unit; contributors are not named.

    Raises:
        QuestionError: where the flow has no rule of dominance.
        UnreadableError: where a column is missing or a contribution is no number of 0 or more.
    """
    if about.protection.dominance is None:
        raise QuestionError(
            {
                "en": f"{about.id} has no rule of dominance; contributions are kept for amounts only.",
                "es": f"{about.id} no tiene regla de dominancia; las contribuciones solo se conservan para importes.",
            }
        )
    key = ", ".join(quoted(name) for name in about.key)
    try:
        with contextlib.closing(duckdb.connect()) as con:
            con.execute(
                f"CREATE TABLE given AS SELECT {key}, TRY_CAST({VALUE} AS DOUBLE) AS {VALUE} "
                f"FROM read_csv({literal(str(path))}, header = true, all_varchar = true)"
            ).fetchall()
            (wrong,) = single(
                con, f"SELECT count(*) FROM given WHERE coalesce(NOT isfinite({VALUE}) OR {VALUE} < 0, true)"
            )
            if wrong:
                raise _unreadable(path, f"{wrong} × {VALUE}")
            con.execute(f"COPY given TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd)").fetchall()
    except (duckdb.BinderException, duckdb.InvalidInputException, duckdb.ConversionException) as error:
        raise _unreadable(path, brief(error)) from error


def _unreadable(path: Path, why: str) -> UnreadableError:
    return UnreadableError(
        {
            "en": f"“{path.name}” is no table of contributions ({why}). It needs every dimension, TIME_PERIOD and {VALUE}, "
            "with numbers of 0 or more. Nothing of the submission was kept.",
            "es": f"«{path.name}» no es una tabla de contribuciones ({why}). Necesita todas las dimensiones, TIME_PERIOD y "
            f"{VALUE}, con números iguales o mayores que 0. No se conservó nada del envío.",
        }
    )
