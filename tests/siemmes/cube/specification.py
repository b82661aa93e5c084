"""What questions mean, drawn: a table of figures, a question, and the rows that it finds.

Each case is read as a sentence of the manual and run on every engine there is: plain Python (`reference`), DuckDB, and a
Spark cluster. A column that a table does not draw holds the same in all of its rows; `.` is a missing figure, or nothing said.
"""

from dataclasses import dataclass
from typing import Any

from siemmes.cube.questions import Condition, Question
from siemmes.model.catalogue import structure
from siemmes.model.structures import VALUE
from tests.siemmes.figures import row

Row = dict[str, Any]
SAID = {"CONF_STATUS": "F", "UNIT_MULT": "0", "DECIMALS": "0", "SOURCE_TYPE": "CENSUS"}


def drawn(flow: str, table: str) -> list[Row]:
    """The rows that a table draws, with every column of the structure."""
    about = structure(flow)
    heading, *lines = (line.split() for line in table.strip().splitlines())
    found = []
    for line in lines:
        values = dict(zip(heading, line, strict=True))
        one: Row = {**row(flow), **SAID, "UNIT_MEASURE": about.unit} | values
        figure = one[VALUE]
        one[VALUE] = None if figure == "." else int(figure) if about.whole else float(figure)
        found.append({name: None if one.get(name) in {".", None} else one[name] for name in about.columns})
    return found


@dataclass(frozen=True)
class Case:
    """A table, a question and its answer.

    Attributes:
        says: the sentence that the case proves.
        asked: the question's parts.
        expected: the drawn answer; its columns are those that are compared, in order of rows.
    """

    says: str
    figures: str
    asked: dict[str, Any]
    expected: str

    def question(self) -> Question:
        """The question, checked."""
        return Question(FLOWS[self.figures], **self.asked).checked()

    def rows(self) -> list[Row]:
        """The figures it is asked of."""
        return drawn(FLOWS[self.figures], TABLES[self.figures])

    def answer(self) -> list[dict[str, str]]:
        """The expected rows as texts."""
        heading, *lines = (line.split() for line in self.expected.strip().splitlines())
        return [dict(zip(heading, line, strict=True)) for line in lines]

    def shown(self, rows: list[Row]) -> list[dict[str, str]]:
        """Rows that were found, as texts, in the columns that are compared."""
        heading = self.expected.split("\n")[0 if self.expected[0] != "\n" else 1].split()
        return [{name: _text(one[name]) for name in heading} for one in rows]


def _text(value: Any) -> str:
    if value is None:
        return "."
    return str(int(value)) if isinstance(value, float) and value == int(value) else str(value)


FLOWS = {"stock": "MIG_STOCK", "border": "BORDER", "money": "REMIT"}
TABLES = {
    "stock": """
REF_AREA COUNTERPART_AREA SEX TIME_PERIOD OBS_VALUE OBS_STATUS
CRI      NIC              F   2010        150       A
CRI      NIC              F   2020        160       E
CRI      NIC              M   2010        140       A
CRI      NIC              M   2020        .         Q
CRI      NIC              _T  2010        290       A
CRI      NIC              _T  2020        300       B
CRI      SLV              _T  2010        20        A
CRI      SLV              _T  2020        25        A
HND      NIC              _T  2010        40        A
HND      NIC              _T  2020        .         Q
""",
    "border": """
REF_AREA FREQ DIRECTION TIME_PERIOD OBS_VALUE OBS_STATUS
GTM      A    ENTRY     2019        24        A
GTM      M    ENTRY     2019-01     1         A
GTM      M    ENTRY     2019-02     2         A
GTM      M    ENTRY     2019-12     3         .
GTM      M    ENTRY     2020-01     4         E
GTM      M    ENTRY     2020-02     5         A
GTM      M    EXIT      2019-12     6         A
GTM      M    EXIT      2020-01     0         A
GTM      Q    ENTRY     2019-Q4     9         A
""",
    "money": """
REF_AREA DIRECTION COUNTERPART_AREA TIME_PERIOD OBS_VALUE
SLV      RECEIVED  USA              2018        0.1
SLV      RECEIVED  USA              2019        0.2
SLV      RECEIVED  USA              2020        1234567.25
SLV      RECEIVED  CAN              2018        .
SLV      RECEIVED  CAN              2019        0.3
SLV      RECEIVED  CAN              2020        -2.5
""",
}


def _all(*conditions: tuple[str, str]) -> list[tuple[Condition, ...]]:
    """One alternative whose conditions must all hold."""
    return [tuple(Condition(*one) for one in conditions)]


def _any(*conditions: tuple[str, str]) -> list[Condition]:
    """Conditions of which one is enough."""
    return [Condition(*one) for one in conditions]


CASES = [
    Case("A code is a filter", "stock", {"where": {"REF_AREA": "HND"}}, """
REF_AREA TIME_PERIOD OBS_VALUE OBS_STATUS
HND      2010        40        A
HND      2020        .         Q
"""),
    Case("Several codes are alternatives", "stock", {"where": {"SEX": ["F", "M"], "TIME_PERIOD": "2010"}}, """
SEX OBS_VALUE
F   150
M   140
"""),
    Case("A code that nobody reports finds nothing", "stock", {"where": {"REF_AREA": "PAN"}}, """
REF_AREA
"""),
    Case("ne leaves a code out", "stock", {"where": {"SEX": _any(("ne", "_T")), "TIME_PERIOD": "2010"}}, """
SEX
F
M
"""),
    Case("ge and lt on codes compare texts", "stock", {"where": {"SEX": _all(("ge", "M"), ("lt", "_T")), "TIME_PERIOD": "2010"}}, """
SEX
M
"""),
    Case("co, nc, sw and ew look into codes", "stock", {"where": {"REF_AREA": _all(("sw", "C"), ("ew", "I"), ("co", "R"), ("nc", "X")), "SEX": "F"}}, """
REF_AREA TIME_PERIOD
CRI      2010
CRI      2020
"""),
    Case("Conditions joined by + hold together, those joined by , do not", "stock", {"where": {VALUE: [(Condition("gt", "20"), Condition("lt", "40")), Condition("eq", "300")]}}, """
OBS_VALUE
300
25
"""),
    Case("A missing figure meets no condition, not even ne", "stock", {"where": {VALUE: _any(("ne", "150")), "SEX": ["F", "M"]}}, """
OBS_VALUE
160
140
"""),
    Case("A whole figure is compared with any number", "stock", {"where": {VALUE: _all(("gt", "24.5"), ("le", "40.0"))}}, """
OBS_VALUE
25
40
"""),
    Case("No whole figure is half", "stock", {"where": {VALUE: _any(("eq", "150.5"))}}, """
OBS_VALUE
"""),
    Case("A number larger than any figure is one", "stock", {"where": {VALUE: _any(("gt", "9" * 40))}}, """
OBS_VALUE
"""),
    Case("A filter on an attribute takes the figures that say so", "stock", {"where": {"OBS_STATUS": ["E", "B"]}}, """
TIME_PERIOD OBS_VALUE OBS_STATUS
2020        160       E
2020        300       B
"""),
    Case("An attribute that is not said meets no condition", "border", {"where": {"OBS_STATUS": _any(("ne", "E")), "FREQ": "M", "DIRECTION": "ENTRY"}}, """
TIME_PERIOD
2019-01
2019-02
2020-02
"""),
    Case("A filter that all that is said meets leaves out where nothing is said", "border", {"where": {"OBS_STATUS": _any(("ne", "X")), "FREQ": "M", "DIRECTION": "ENTRY"}}, """
TIME_PERIOD
2019-01
2019-02
2020-01
2020-02
"""),
    Case("A key names one series", "stock", {"keys": (("A", "CRI", "SLV", "BIRTH", "_T", "_T", "_T", "_T", "_T"),)}, """
COUNTERPART_AREA TIME_PERIOD OBS_VALUE
SLV              2010        20
SLV              2020        25
"""),
    Case("An empty position of a key is any code, and several are joined by +", "stock", {"keys": (("A", "CRI+HND", "", "", "_T", "", "", "", ""),), "end": "2010"}, """
REF_AREA COUNTERPART_AREA
CRI      NIC
CRI      SLV
HND      NIC
"""),
    Case("Of several keys each finds its own", "stock", {"keys": (("A", "CRI", "SLV", "", "", "", "", "", ""), ("A", "HND", "NIC", "", "", "", "", "", "")), "start": "2020"}, """
REF_AREA COUNTERPART_AREA OBS_VALUE
CRI      SLV              25
HND      NIC              .
"""),
    Case("A bare year means all of its periods", "border", {"start": "2019", "end": "2019", "where": {"DIRECTION": "ENTRY"}}, """
FREQ TIME_PERIOD
A    2019
M    2019-01
M    2019-02
M    2019-12
Q    2019-Q4
"""),
    Case("A period of another frequency lies inside what covers it", "border", {"start": "2019-Q4", "end": "2019-12"}, """
FREQ DIRECTION TIME_PERIOD
M    ENTRY     2019-12
M    EXIT      2019-12
Q    ENTRY     2019-Q4
"""),
    Case("Later than a year is later than its December", "border", {"where": {"TIME_PERIOD": _all(("gt", "2019"))}}, """
TIME_PERIOD
2020-01
2020-02
2020-01
"""),
    Case("Up to a year includes its December", "border", {"where": {"TIME_PERIOD": _all(("ge", "2019-12"), ("le", "2019"))}}, """
FREQ DIRECTION TIME_PERIOD
M    ENTRY     2019-12
M    EXIT      2019-12
"""),
    Case("The first figures of each series", "border", {"first": 1, "where": {"FREQ": "M"}}, """
DIRECTION TIME_PERIOD
ENTRY     2019-01
EXIT      2019-12
"""),
    Case("The last figures of each series, of the periods that are asked for", "border", {"last": 2, "end": "2020-01", "where": {"FREQ": "M", "DIRECTION": "ENTRY"}}, """
TIME_PERIOD OBS_VALUE
2019-12     3
2020-01     4
"""),
    Case("First and last together hold each figure once", "border", {"first": 1, "last": 3, "where": {"FREQ": "M"}}, """
DIRECTION TIME_PERIOD
ENTRY     2019-01
ENTRY     2019-12
ENTRY     2020-01
ENTRY     2020-02
EXIT      2019-12
EXIT      2020-01
"""),
    Case("Figures are added up by year, whole zeros among them", "border", {"group_by": ("DIRECTION", "YEAR"), "where": {"FREQ": "M"}}, """
DIRECTION YEAR OBS_VALUE OBS_COUNT OBS_MISSING
ENTRY     2019 6         3         0
ENTRY     2020 9         2         0
EXIT      2019 6         1         0
EXIT      2020 0         1         0
"""),
    Case("A sum with a hidden figure in it is hidden", "stock", {"group_by": ("REF_AREA", "TIME_PERIOD")}, """
REF_AREA TIME_PERIOD OBS_VALUE OBS_COUNT OBS_MISSING
CRI      2010        310       2         0
CRI      2020        325       2         0
HND      2010        40        1         0
HND      2020        .         1         1
"""),
    Case("What is left out without a word is the published total, not its parts beside it", "stock", {"group_by": ("TIME_PERIOD",), "where": {"REF_AREA": "CRI", "COUNTERPART_AREA": "NIC"}}, """
TIME_PERIOD OBS_VALUE OBS_COUNT
2010        290       1
2020        300       1
"""),
    Case("Every code is added up where that is wanted", "stock", {"group_by": ("SEX",), "totals": "sum", "start": "2010", "end": "2010", "order": ("-OBS_VALUE",)}, """
SEX OBS_VALUE
_T  350
F   150
M   140
"""),
    Case("Decimals are added up to the last digit", "money", {"group_by": ("COUNTERPART_AREA", "REF_AREA"), "order": ("-COUNTERPART_AREA",)}, """
COUNTERPART_AREA REF_AREA OBS_VALUE  OBS_COUNT OBS_MISSING
USA              SLV      1234567.55 3         0
CAN              SLV      .          3         1
"""),
    Case("Decimal figures are compared as numbers", "money", {"where": {VALUE: _any(("lt", "-2"), ("eq", "0.3"))}}, """
TIME_PERIOD OBS_VALUE
2019        0.3
2020        -2.5
"""),
    Case("Rows are sorted as asked, missing ones last, and by key where they are equal", "stock", {"order": ("-TIME_PERIOD", "OBS_VALUE"), "where": {"SEX": "_T"}}, """
TIME_PERIOD OBS_VALUE REF_AREA
2020        25        CRI
2020        300       CRI
2020        .         HND
2010        20        CRI
2010        40        HND
2010        290       CRI
"""),
    Case("A descending order puts missing ones last too", "stock", {"order": ("-OBS_VALUE",), "where": {"SEX": ["F", "M"]}}, """
OBS_VALUE
160
150
140
.
"""),
    Case("A page of the rows", "stock", {"offset": 4, "limit": 3}, """
COUNTERPART_AREA SEX TIME_PERIOD
NIC              _T  2010
NIC              _T  2020
SLV              _T  2010
"""),
    Case("A page of none", "stock", {"limit": 0}, """
SEX
"""),
    Case("Attributes are chosen", "stock", {"attributes": ("OBS_STATUS",), "where": {"REF_AREA": "HND"}, "end": "2010"}, """
TIME_PERIOD OBS_VALUE OBS_STATUS
2010        40        A
"""),
    Case("Measures may be left out", "stock", {"measures": (), "attributes": ("OBS_STATUS",), "where": {"REF_AREA": "HND"}}, """
TIME_PERIOD OBS_STATUS
2010        A
2020        Q
"""),
]  # fmt: skip
