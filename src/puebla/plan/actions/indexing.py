"""What search knows of commitments: written in the transaction of each act; whoever sees the edition finds them."""

import datetime as dt
from collections.abc import Sequence

from django.utils import translation

from puebla.core.languages import show
from puebla.core.models import Process
from puebla.core.search.words import ALGORITHMS
from puebla.members.actions.indexing import Part, Prepared, Record, lost_records, prepare_records
from puebla.plan.models import Commitment, Plan
from puebla.plan.querysets.searching import SOURCE, holder_of, words_of


def index_commitments(keys: Sequence[int], *, at: dt.datetime) -> int:
    """Write what search knows of these commitments anew; how many entries."""
    return prepare_commitments(keys, at=at).write()


def index_plan(plan: Plan, *, at: dt.datetime) -> int:
    """Write what search knows of all commitments of an edition anew: who may find them has changed."""
    return index_commitments(list(plan.commitments.order_by().values_list("pk", flat=True)), at=at)


def prepare_commitments(keys: Sequence[int], *, at: dt.datetime) -> Prepared:
    """Read and fold what search is to know of these commitments."""
    working = Process.current().languages
    rows = (
        Commitment.objects.filter(pk__in=keys)
        .select_related("plan__body", "objective__pillar__theme", "body")
        .prefetch_related("parties")
        .order_by("pk")
    )
    return prepare_records(SOURCE, keys, (_record(one, working) for one in rows), at=at)


def _record(one: Commitment, working: list[str]) -> Record:
    languages = [code for code in working if one.titles.get(code) or words_of(one, code)]
    parts = [
        Part(
            language=code, number=working.index(code), title=f"{one.code} {show(one.titles, code).text}",
            keywords=_keywords(one, code), pages=[words_of(one, code)], holder=holder_of(one.pk, working.index(code)),
            stems=[code] if code in ALGORITHMS else [],
        )
        for code in languages
    ]  # fmt: skip
    theme = one.objective.pillar.theme
    bodies = {one.plan.body.code, *([one.body.code] if one.body else [])}
    return Record(
        source=SOURCE, key=one.pk, address=f"{one.plan.code}/{one.code}", symbol="", lies=one.plan, day=one.changed_at.date(),
        revision=one.revision, created_at=one.created_at, parts=parts,
        filters={"body": sorted(bodies), "theme": [theme.code] if theme else []},
    )  # fmt: skip


def _keywords(one: Commitment, language: str) -> str:
    """The edition, where in it the commitment stands, and who carries it."""
    named = [one.plan.titles, one.objective.pillar.names, one.objective.names]
    named += [party.names for party in one.parties.all()] + ([one.body.names] if one.body else [])
    with translation.override(language):
        word = str(Commitment._meta.verbose_name)
    # The paragraph that ordered it is left out: not everybody who reads the plan may know of it.
    return " ".join([word, one.plan.code, one.cites, *(show(texts, language).text for texts in named)])


def behind() -> list[int]:
    """Commitments of which search knows nothing, or an older state, the newest first."""
    missing = Commitment.objects.behind_in_search().values_list("pk", flat=True)
    return sorted({*missing, *lost_records(SOURCE)}, reverse=True)


def every() -> list[int]:
    """All commitments."""
    return list(Commitment.objects.order_by("pk").values_list("pk", flat=True))
