"""Questions drawn by chance over small releases drawn by chance."""

from hypothesis import strategies as st

from siemmes.cube.questions import NUMERIC, OPERATORS, Condition, Question
from siemmes.model.structures import VALUE
from tests.siemmes.cube.specification import SAID, Row
from tests.siemmes.figures import row

FLOW = "BORDER"
DRAWN = {
    "FREQ": ("M",),
    "REF_AREA": ("CRI", "GTM", "HND"),
    "DIRECTION": ("ENTRY", "EXIT"),
    "SEX": ("F", "M", "_T"),
    "TIME_PERIOD": ("2019-11", "2019-12", "2020-01", "2020-02"),
}
STATUSES = ("A", "E", "B", None)
TITLES = ("Registro de El Salvador", "ñandú; 100 %", 'it\'s "quoted"', "a\\b", None)
#: Texts that would like to be SQL.
HOSTILE = st.one_of(
    st.sampled_from(
        [
            "' OR 1=1 --",
            "'; DROP TABLE obs; --",
            "\\' OR 'a'='a",
            '"',
            "*/",
            "$1",
            "{x}",
            "%",
            "_",
            "\\",
            "''",
            "\n",
            "",
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8),
)


@st.composite
def figures(draw) -> list[Row]:
    """Rows of a small release: every key once."""
    keys = draw(
        st.lists(
            st.tuples(*(st.sampled_from(codes) for codes in DRAWN.values())),
            unique=True,
            min_size=1,
            max_size=25,
        )
    )
    about = Question(FLOW).structure
    found = []
    for key in keys:
        one: Row = {**row(FLOW), **SAID, "UNIT_MEASURE": "MV"} | dict(zip(DRAWN, key, strict=True))
        one[VALUE] = draw(st.one_of(st.none(), st.integers(0, 9), st.integers(0, 10**12)))
        one["OBS_STATUS"] = "Q" if one[VALUE] is None else draw(st.sampled_from(STATUSES))
        one["COMMENT_OBS"] = draw(st.sampled_from(TITLES))
        found.append({name: one.get(name) for name in about.columns})
    return found


def conditions(name: str) -> st.SearchStrategy:
    """Conditions on a component: on its own codes, on others, on anything."""
    if name == VALUE:
        value = st.one_of(st.integers(0, 9).map(str), st.decimals(-5, 10**13, places=1).map(str))
        return st.builds(Condition, st.sampled_from(NUMERIC), value)
    codes = {**DRAWN, "OBS_STATUS": ("A", "E"), "COMMENT_OBS": tuple(filter(None, TITLES))}[name]
    extra = ("2019", "2020") if name == "TIME_PERIOD" else ()
    return st.builds(
        Condition, st.sampled_from(sorted(OPERATORS)), st.one_of(st.sampled_from((*codes, *extra)), HOSTILE)
    )


def filters(name: str) -> st.SearchStrategy:
    """Alternatives of conditions on a component."""
    return st.lists(st.lists(conditions(name), min_size=1, max_size=2).map(tuple), min_size=1, max_size=2)


@st.composite
def questions(draw) -> Question:
    """A question of any kind."""
    names = draw(
        st.lists(
            st.sampled_from(["REF_AREA", "SEX", "TIME_PERIOD", "OBS_STATUS", "COMMENT_OBS", VALUE]),
            unique=True,
            max_size=2,
        )
    )
    where = {name: draw(filters(name)) for name in names}
    maybe = lambda strategy: st.one_of(st.none(), strategy)  # noqa: E731
    period = st.sampled_from(["2019", "2020", "2019-12", "2020-01", "2019-Q4"])
    asked = {
        "where": where, "start": draw(maybe(period)), "end": draw(maybe(period)), "offset": draw(st.integers(0, 3)),
        "limit": draw(maybe(st.integers(0, 8))), "keys": draw(keys()),
    }  # fmt: skip
    if draw(st.booleans()):
        by = tuple(
            draw(
                st.lists(st.sampled_from(["REF_AREA", "SEX", "YEAR", "TIME_PERIOD"]), unique=True, min_size=1)
            )
        )
        asked |= {"group_by": by, "totals": draw(st.sampled_from(["published", "sum"]))}
        sortable = [*by, VALUE]
    else:
        asked |= {"first": draw(maybe(st.integers(0, 2))), "last": draw(maybe(st.integers(0, 2)))}
        asked["attributes"] = draw(
            maybe(st.sampled_from([(), ("OBS_STATUS",), ("COMMENT_OBS", "OBS_STATUS")]))
        )
        sortable = ["REF_AREA", "TIME_PERIOD", "OBS_STATUS", VALUE]
    asked["measures"] = draw(st.sampled_from([None, (VALUE,)]))
    order = draw(st.lists(st.sampled_from(sortable), unique=True, max_size=2))
    asked["order"] = tuple(draw(st.sampled_from(["", "-"])) + name for name in order)
    return Question(FLOW, **asked).checked()


@st.composite
def keys(draw) -> tuple:
    """No key, or some: each position any code, one, or several."""
    about = Question(FLOW).structure
    found = []
    for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
        key = []
        for name in about.dimensions:
            codes = DRAWN.get(name)
            key.append(
                draw(st.one_of(st.just(""), st.lists(st.sampled_from((*codes, "XXX")), min_size=1, max_size=2, unique=True).map("+".join)))
                if codes else ""
            )  # fmt: skip
        found.append(tuple(key))
    return tuple(found)
