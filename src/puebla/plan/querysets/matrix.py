"""The monitoring matrix: of each commitment mandate, actor, timeline, status, evidence and next step."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from puebla.core.languages import Texts
from puebla.core.memory import Remembered
from puebla.core.prepared import Prepared
from puebla.members.models import Party
from puebla.members.querysets import Reach
from puebla.members.querysets.prepared import PreparedForReader
from puebla.plan.models import Commitment, Involvement, Report
from puebla.texts.models import Paragraph

if TYPE_CHECKING:
    from puebla.accounts.models import Person

#: Commitments that an export holds in memory at once.
CHUNK = 500


@dataclass(frozen=True)
class Given:
    """What a party last reported of a commitment, as far as the reader may know of it."""

    party: int
    year: int
    half: int
    done: str
    next_steps: Texts
    evidence: str
    sent_at: dt.datetime


@dataclass
class Row:
    """A commitment in the matrix.

    Attributes:
        paragraph: that ordered it; None where the reader may not know of it, or it stands in no text here.
        leads, partners: parties by name. reports: the last of each party, the newest first.
    """

    commitment: Commitment
    paragraph: Paragraph | None = None
    leads: list[Party] = field(default_factory=list)
    partners: list[Party] = field(default_factory=list)
    reports: list[Given] = field(default_factory=list)

    @property
    def mandate(self) -> str:
        """The paragraph that ordered it, as it is cited; empty where that is not known."""
        return citation_of(self.paragraph) or self.commitment.cites

    @property
    def next_steps(self) -> Texts:
        """The next step that the secretariat noted, else the one that whoever leads it reported last."""
        if self.commitment.next_steps:
            return self.commitment.next_steps
        leading = {one.pk for one in self.leads}
        found: Texts = next(
            (one.next_steps for one in self.reports if one.party in leading and one.next_steps), {}
        )
        return found


@dataclass(frozen=True)
class Matrix:
    """Rows, and the parties that have reported by key."""

    rows: Sequence[Row]
    parties: dict[int, Party]


def citation_of(paragraph: Paragraph | None) -> str:
    """How a paragraph is cited: its text's symbol and its anchor; empty where the text has none."""
    if paragraph is None or not paragraph.text.symbol:
        return ""
    return f"{paragraph.text.symbol}#{paragraph.anchor}"


def paragraphs_known(
    commitments: Iterable[Commitment], person: "Person", reach: Reach
) -> dict[int, Paragraph]:
    """The paragraphs that ordered these commitments, as far as the reader may know of them; one question at most."""
    wanted = {one.paragraph_id for one in commitments if one.paragraph_id is not None}
    if not wanted:
        return {}
    seen = Paragraph.objects.visible_to(person, reach=reach).filter(pk__in=wanted)
    return {one.pk: one for one in seen.select_related("text")}


def matrix_of(commitments: Iterable[Commitment], person: "Person", reach: Reach) -> Matrix:
    """The rows of these commitments, which came through the gate; four questions whatever their number."""
    rows = {one.pk: Row(one) for one in commitments}
    if not rows:
        return Matrix([], {})
    paragraphs = paragraphs_known((one.commitment for one in rows.values()), person, reach)
    parties = _parties.get((), lambda: {one.pk: one for one in Party.objects.order_by("code")})
    for row in rows.values():
        row.paragraph = paragraphs.get(row.commitment.paragraph_id or 0)
    for commitment, party, part in _involved.rows(list(rows)):
        row = rows[commitment]
        (row.leads if part == Involvement.Part.LEAD else row.partners).append(parties[party])
    for commitment, given in _latest(list(rows), person, reach).items():
        rows[commitment].reports = given
    return Matrix(list(rows.values()), parties)


#: All parties by key: until anything is written they are the same on every page.
_parties: Remembered[dict[int, Party]] = Remembered(most=1)
#: (commitments) → who has which part in them.
_involved = Prepared(
    lambda commitments: (
        Involvement.objects.filter(commitment__in=commitments)
        .order_by("party__code")
        .values_list("commitment_id", "party_id", "part")
    )
)


def _standing_reports(person: "Person", reach: Reach, commitments: Any) -> Any:
    seen = Report.objects.visible_to(person, reach=reach).standing().filter(commitment__in=commitments)
    return seen.order_by("-year", "-half", "-sent_at", "-pk").values("commitment_id", *_GIVEN)


#: Columns of a report as a row has it.
_GIVEN = ("party_id", "year", "half", "done", "next_steps", "evidence", "sent_at")
#: (person, reach, commitments) → of each its key and what was given, the newest first.
_standing = PreparedForReader(
    _standing_reports,
    make=lambda row: (row["commitment_id"], Given(*(row[name] for name in _GIVEN))),
    kept=500,
)


def _latest(commitments: list[int], person: "Person", reach: Reach) -> dict[int, list[Given]]:
    """The last report of each party of each commitment, the newest first."""
    found: dict[int, dict[int, Given]] = defaultdict(dict)
    for commitment, given in _standing.rows(person, reach, commitments):
        found[commitment].setdefault(given.party, given)
    return {commitment: list(of.values()) for commitment, of in found.items()}


def chunks_of(commitments: Any, person: "Person", reach: Reach) -> Iterator[Matrix]:
    """The whole matrix, so many rows at a time: for files, whose memory does not grow with the plan."""
    keys = list(commitments.values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        part = keys[start : start + CHUNK]
        rows = (
            commitments.model._default_manager.filter(pk__in=part)
            .select_related(*RELATED)
            .order_by("plan", "code_order")
        )
        yield matrix_of(rows, person, reach)


#: What a row shows of a commitment beside its own columns.
RELATED = ("plan", "objective__pillar", "body")
