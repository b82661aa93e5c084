"""The shapes of what the read API is asked and answers: its OpenAPI description is made from them.

Imported with the API itself, at its first question: pydantic takes a third of a second and 15 MB.
"""

import datetime as dt
from typing import Annotated, Literal

from ninja import Field, Schema
from pydantic import AfterValidator, ConfigDict, StringConstraints

from puebla.api.rules import LONGEST_VALUE

#: Words of a query; longer ones are refused with a sentence.
LONGEST_QUERY = LONGEST_VALUE
PER_PAGE, MOST_PER_PAGE = 25, 100
LAST_PAGE = 1_000_000

_WITHOUT_NUL = r"^[^\x00]*$"
Code = Annotated[str, StringConstraints(max_length=60, pattern=_WITHOUT_NUL)]
Texts = Annotated[
    dict[str, str], Field(description="A text by language code; a missing language is pending.")
]


_EARLIEST, _LATEST = dt.datetime(1900, 1, 1, tzinfo=dt.UTC), dt.datetime(2200, 1, 1, tzinfo=dt.UTC)


def _in_range(instant: dt.datetime) -> dt.datetime:
    """An instant that every database can be asked about, before or after everything there is; without a zone it is UTC."""
    known = instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)
    # Compared by year first: near the ends of time even a change of zone fails.
    if known.year < _EARLIEST.year:
        return _EARLIEST
    return _LATEST if known.year >= _LATEST.year else known


# Questions ---------------------------------------------------------------------------------------------------------


class Paging(Schema):
    """Which part of a list."""

    page: int = Field(1, ge=1, le=LAST_PAGE, description="The page, from 1. One past the end is a 404.")
    per_page: int = Field(PER_PAGE, ge=1, le=MOST_PER_PAGE, description="Records on a page.")


class DocumentQuestion(Paging):
    """The filters of the list of documents; a code that nothing public has finds nothing."""

    q: Annotated[str, StringConstraints(max_length=LONGEST_QUERY, pattern=_WITHOUT_NUL)] = Field(
        "", description="Words of titles and symbols, in any language; accents and case do not matter."
    )
    kind: Code = Field("", description="Code of a kind: see `/kinds`.")
    body: Code = Field("", description="Code of a body: see `/bodies`.")
    theme: Code = Field("", description="Code of a theme: see `/themes`.")
    party: Code = Field("", description="Code of the party that gave it: see `/parties`.")
    meeting: Code = Field("", description="Symbol of a meeting: see `/meetings`.")
    language: Code = Field("", description="A language in which it has a file, such as `es`.")
    year: int | None = Field(None, ge=1, le=9999, description="Year of its date.")
    changed_since: Annotated[dt.datetime, AfterValidator(_in_range)] | None = Field(
        None,
        description="Only what is public in this form since this instant or later, such as `2026-05-04T12:00:00Z`.",
    )
    sort: Literal["newest", "oldest", "symbol", "changed"] = Field(
        "newest", description="By date, by symbol, or what changed last first."
    )


class WithdrawnQuestion(Paging):
    """Which tombstones."""

    changed_since: Annotated[dt.datetime, AfterValidator(_in_range)] | None = Field(
        None, description="Only what was withdrawn at this instant or later."
    )


class DecisionQuestion(Paging):
    """The filters of the list of decisions; those of paragraphs give the decisions that have such a paragraph. A code that the public does not know is refused."""

    body: Code = Field("", description="Code of the body that adopted it.")
    kind: Code = Field("", description="`recommendation`, `conclusions`, `decision` or `declaration`.")
    year: int | None = Field(None, ge=1, le=9999, description="Year of adoption.")
    theme: Code = Field("", description="Code of a theme of a paragraph.")
    addressee: Code = Field(
        "",
        description="Code of a party or body that a paragraph addresses (of a member state also those that address all of them), or `members`, `secretariat`, `presidency`, `partners`.",
    )
    status: Code = Field(
        "",
        description="Where a paragraph stands: `active`, `implemented`, `superseded`, `elapsed`, `retired`, `needs_funding`.",
    )
    verb: Code = Field("", description="Code of the verb with which a paragraph opens.")


class CommitmentQuestion(Paging):
    """The filters of the commitments of an edition."""

    status: Literal["", "planned", "under_way", "needs_funding", "on_hold", "done", "dropped"] = Field(
        "", description="How far it has come."
    )
    changed_since: Annotated[dt.datetime, AfterValidator(_in_range)] | None = Field(
        None, description="Only what is public in this form since this instant or later."
    )


class MeetingQuestion(Paging):
    """Which meetings."""

    body: Code = Field("", description="Code of a body.")
    year: int | None = Field(None, ge=1, le=9999, description="Year of its first day.")


class PartyQuestion(Schema):
    """Which parties."""

    standing: Code = Field("", description="How they take part, such as `member`.")


# Answers -----------------------------------------------------------------------------------------------------------


class Answer(Schema):
    """What every answer has in common: no field beyond those that are described."""

    model_config = ConfigDict(extra="forbid")


class Named(Answer):
    """A kind, a body, a theme or a party, as a record names it."""

    code: str
    names: Texts


class Topic(Named):
    """A kind, a body or a theme with how many public documents it has, and its feed."""

    documents: int
    url: str = Field(description="Its documents, here.")
    feed: str = Field(description="Its Atom feed.")


class MeetingLink(Answer):
    """A meeting as a document names it."""

    symbol: str
    titles: Texts
    url: str


class File(Answer):
    """One version of a document in one language; its address holds the same bytes for ever."""

    language: str
    version: int
    current: bool
    url: str
    name: str
    media_type: str
    format: str
    size: int
    sha256: str
    pages: int | None
    filed_at: dt.datetime
    text: str | None = Field(description="Where its text by page can be read; null where it has none.")


class Pending(Answer):
    """A working language that is still missing."""

    language: str
    expected_on: str | None


class Relation(Answer):
    """Another public document that goes with this one."""

    kind: str
    symbol: str


class Citation(Answer):
    """How to cite it, in one language."""

    short: str
    full: str
    bibtex: str = Field(description="Address of the citation as BibTeX.")
    ris: str = Field(description="Address of the citation as RIS.")
    csl: str = Field(description="Address of the citation as CSL-JSON.")


class Document(Answer):
    """A public document."""

    symbol: str
    titles: Texts
    url: str
    pages: Texts = Field(description="Its page for people, by language.")
    kind: Named
    body: Named | None
    meeting: MeetingLink | None
    party: Named | None
    themes: list[Named]
    date: str | None = Field(description="As far as it is known: `2009`, `2009-07` or `2009-07-09`.")
    state: str
    original_language: str | None
    languages: list[str] = Field(description="Languages in which it has a file.")
    pending: list[Pending]
    files: list[File]
    relations: list[Relation]
    citations: dict[str, Citation] = Field(description="By language.")
    public_from: dt.datetime
    released_at: dt.datetime
    changed_at: dt.datetime


class Addressee(Named):
    """Whom a paragraph addresses."""

    whom: str = Field(description="`party`, `body`, `members`, `secretariat`, `presidency` or `partners`.")


class ParagraphLink(Answer):
    """What a paragraph says of another public one, or another of it (`of_this`)."""

    kind: str = Field(description="`recalls`, `amends`, `implements`, `supersedes` or `forwards`.")
    of_this: bool
    symbol: str
    anchor: str


class DecidedParagraph(Answer):
    """A paragraph of a decision, under its permanent anchor."""

    anchor: str
    number: str
    kind: str
    function: str
    depth: int
    words: Texts
    verb: Named | None
    addressees: list[Addressee]
    due: str | None = Field(
        description="As far as it is known: `2027`, `2027-Q2`, `2027-06` or `2027-06-30`."
    )
    status: str | None
    status_on: str | None
    themes: list[Named]
    links: list[ParagraphLink]


class DecisionLine(Answer):
    """A public decision without its paragraphs."""

    symbol: str
    titles: Texts
    url: str
    pages: Texts = Field(description="Its page for people, by language.")
    kind: str
    scope: str | None
    joint_with: Texts | None
    body: Named
    meeting: MeetingLink | None
    adopted_on: str = Field(description="As far as it is known: `2009`, `2009-07` or `2009-07-09`.")
    languages: list[str] = Field(description="Languages in which it was adopted.")
    sha256: str
    canonical: str = Field(description="Where the bytes are whose SHA-256 this is.")
    forwarded_from: str | None = Field(description="Symbol of the public recommendation that became it.")
    public_from: dt.datetime
    released_at: dt.datetime


class Decision(DecisionLine):
    """A public decision with its paragraphs in order."""

    paragraphs: list[DecidedParagraph]


class WithdrawnDecision(Answer):
    """What remains of a decision that was withdrawn."""

    symbol: str
    url: str
    pages: Texts
    kind: str
    public_from: dt.datetime
    withdrawn_at: dt.datetime
    reason: Texts


class PlanPart(Answer):
    """A part of an edition: a theme, a pillar."""

    code: str
    number: int
    names: Texts


class PlanObjective(Answer):
    """What commitments serve: an objective, a sub-topic."""

    number: int
    names: Texts


class PlanActor(Named):
    """Who leads a commitment, or is a partner in it."""

    code: str = Field(description="Code of a party; empty of a body, and of all member states together.")
    part: str = Field(description="`lead` or `partner`.")


class PlanGoal(Named):
    """A goal of others that a commitment serves."""

    framework: str = Field(description="`GCM` for the Global Compact, `SDG` for targets of the 2030 Agenda.")
    framework_names: Texts


class PlanAction(Answer):
    """A step of a commitment."""

    titles: Texts
    due: str | None = Field(description="As far as it is known: `2027`, `2027-06` or `2027-06-30`.")
    state_names: Texts


class PlanReport(Answer):
    """What a party reported and let be published; the newest of each."""

    party: str
    party_names: Texts
    year: int
    half: int
    done_names: Texts
    words: Texts
    sent_on: str


class Money(Answer):
    """What is budgeted and what is funded; decimals as text."""

    budget: str
    funded: str
    currency: str


class Commitment(Answer):
    """A commitment of the Plan of Action, as it was released."""

    code: str
    titles: Texts
    texts: Texts
    url: str
    pages: Texts = Field(description="Its page for people, by language.")
    part: PlanPart
    objective: PlanObjective
    actors: list[PlanActor]
    since: str | None = Field(description="As far as it is known: `2009`, `2009-07` or `2009-07-09`.")
    until: str | None
    status: str
    status_names: Texts
    progress: int | None = Field(
        description="In per cent, by the rule on its page; null where it does not count."
    )
    mandate: str | None = Field(description="The paragraph that ordered it, as it is cited.")
    mandate_symbol: str | None = Field(description="The public paper or decision that it stands in.")
    next_steps: Texts
    goals: list[PlanGoal]
    actions: list[PlanAction]
    reports: list[PlanReport]
    money: Money | None = Field(description="Null where it was not released.")
    changed_at: dt.datetime


class PlanLine(Answer):
    """A released edition of the Plan of Action without its commitments."""

    code: str
    titles: Texts
    url: str
    pages: Texts
    since: str | None
    until: str | None
    state_names: Texts
    commitments_url: str = Field(description="Its commitments, page by page, here.")
    csv: str = Field(description="Its commitments as one table.")
    released_at: dt.datetime


class Plan(PlanLine):
    """A released edition, whole."""

    commitments: list[Commitment]


class WithdrawnPlan(Answer):
    """What remains of an edition or a commitment that was withdrawn."""

    code: str
    url: str
    pages: Texts
    withdrawn_at: dt.datetime
    reason: Texts


class Tombstone(Answer):
    """What remains of a document that was withdrawn."""

    symbol: str
    url: str
    pages: Texts
    kind: Named
    body: Named | None
    public_from: dt.datetime
    withdrawn_at: dt.datetime
    reason: Texts


class AgendaItem(Answer):
    """An item of a meeting's agenda that was released."""

    number: str
    titles: Texts
    documents: list[str] = Field(description="Its public documents, here.")


class MeetingSession(Answer):
    """A session of a meeting that was released."""

    kind: Texts
    titles: Texts
    places: Texts
    starts_at: dt.datetime
    ends_at: dt.datetime
    zone: str
    cancelled: bool
    items: list[str] = Field(description="Numbers of the items taken up in it.")


class Participant(Answer):
    """A party that took part, with the names of those who agreed to be published."""

    standing: Texts
    party: Named
    people: list[str]


class Programme(Answer):
    """What was released of how a meeting is held."""

    venues: Texts
    manner: str
    co_hosts: list[Named]
    agenda: list[AgendaItem]
    sessions: list[MeetingSession]
    participants: list[Participant]
    reports: list[str] = Field(description="Its public minutes and reports, here.")
    changed_at: dt.datetime


class Meeting(Answer):
    """A meeting of a body."""

    symbol: str
    titles: Texts
    url: str
    pages: Texts
    body: Named
    number: int | None
    places: Texts
    hosts: Texts
    themes: Texts
    joint_with: Named | None = Field(description="The other process, where two hold it together.")
    joint_symbol: str = Field(description="The symbol that the other process gave it.")
    starts_on: str = Field(description="As far as it is known: `2009`, `2009-07` or `2009-07-09`.")
    ends_on: str | None
    confirmed: bool = Field(description="False where no source confirms it.")
    remark: Texts
    documents: str = Field(description="Its public documents, here.")
    programme: Programme | None = Field(
        description="What was released of how it is held; null where nothing was."
    )


class Standing(Named):
    """How a party took part, from a day until a day."""

    since: str = Field(description="As far as it is known.")
    until: str | None
    confirmed: bool = Field(description="False where no source confirms it.")
    remark: Texts


class Party(Named):
    """Who takes part, or once did, and how."""

    short_names: Texts
    url: str
    pages: Texts
    kind: str | None
    parent: str | None = Field(description="Code of the network whose chapter it is.")
    standing: Named | None = Field(description="How it takes part today; null where it no longer does.")
    standings: list[Standing]
    iso3: str | None
    website: str | None


class Presidency(Answer):
    """The start of a presidency; it lasts until the next one."""

    body: str
    starts_on: str
    party: Named | None
    confirmed: bool
    remark: Texts


class Page(Answer):
    """The text of one page of a file."""

    number: int
    text: str


class Text(Answer):
    """The text of the current file of a document in one language."""

    symbol: str
    language: str
    version: int
    pages: list[Page]


class Part(Answer):
    """One page of a list."""

    total: int
    page: int
    pages: int
    per_page: int
    next: str | None
    previous: str | None


class Documents(Part):
    """Documents, newest first."""

    items: list[Document]


class Decisions(Part):
    """Decisions, newest first."""

    items: list[DecisionLine]


class Plans(Answer):
    """All of them, the newest first."""

    items: list[PlanLine]


class Commitments(Part):
    """Commitments, in the order of their numbers."""

    items: list[Commitment]


class Tombstones(Part):
    """Tombstones, the latest first."""

    items: list[Tombstone]


class Meetings(Part):
    """Meetings, newest first."""

    items: list[Meeting]


class Topics(Answer):
    """All of them, by code."""

    items: list[Topic]


class Parties(Answer):
    """All of them, by code."""

    items: list[Party]


class Presidencies(Answer):
    """All of them, the latest first."""

    items: list[Presidency]


class Beginning(Answer):
    """Where to begin."""

    names: Texts
    short_names: Texts
    languages: list[str]
    documents: int
    links: dict[str, str]


class Problem(Schema):
    """What went wrong (RFC 9457), in the language asked for by `lang` or Accept-Language."""

    type: str
    title: str
    status: int
    detail: str
    field: str | None = Field(description="The parameter that is wrong; null where none is.")
    request_id: str = Field(description="Quote it when you ask about this fault.")


class Gone(Problem):
    """A document that was withdrawn."""

    tombstone: Tombstone


class GoneDecision(Problem):
    """A decision that was withdrawn."""

    tombstone: WithdrawnDecision


class GonePlan(Problem):
    """An edition or a commitment that was withdrawn."""

    tombstone: WithdrawnPlan
