"""Questions about the public tracker of the Plan of Action."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Avg, Count

from puebla.core.channels import FeedEntry, SitemapPage
from puebla.core.languages import Texts
from puebla.publications.models import PublicCommitment, PublicPlan
from puebla.publications.views import paths


@dataclass(frozen=True)
class Standing:
    """How many commitments, how far they have come together, and how many have each status."""

    total: int
    progress: int | None
    states: list[tuple[Texts, int]]


def standing_of(commitments: Any) -> Standing:
    """How these commitments stand together, each counting once; two questions."""
    whole = commitments.order_by().aggregate(total=Count("pk"), mean=Avg("progress"))
    counts = commitments.order_by().values_list("status").annotate(count=Count("pk"))
    names = dict(commitments.order_by().values_list("status", "status_names"))
    mean = whole["mean"]
    states = [(names[status], count) for status, count in sorted(counts, key=lambda one: (-one[1], one[0]))]
    return Standing(whole["total"], None if mean is None else round(mean), states)


def plan_pages(at: dt.datetime) -> Iterator[SitemapPage]:  # noqa: ARG001 - no embargo lies on a plan
    """Every public edition and commitment: for the sitemap."""
    for code, changed_at in PublicPlan.objects.filter(withdrawn_at=None).values_list("code", "released_at"):
        yield SitemapPage(paths("portal:plan", code), changed_at)
    rows = PublicCommitment.objects.filter(withdrawn_at=None).values_list("plan_code", "code", "changed_at")
    for plan, code, changed_at in rows:
        yield SitemapPage(paths("portal:commitment", plan, code), changed_at)


def plan_entries(at: dt.datetime, first: int, last: int) -> tuple[list[FeedEntry], int]:  # noqa: ARG001 - as above
    """Commitments as a feed tells them, the newest change first, withdrawn ones with their reason; and how many there are."""
    rows = PublicCommitment.objects.order_by("-changed_at", "-pk")
    return [_entry(one) for one in rows[first:last]], rows.count()


def _entry(one: PublicCommitment) -> FeedEntry:
    addresses = {
        code: settings.BASE_URL + path
        for code, path in paths("portal:commitment", one.plan_code, one.code).items()
    }
    gone = one.withdrawn_at is not None
    named = {code: f"{one.code} {words}" for code, words in one.titles.items()}
    told = {
        code: words if one.progress is None else f"{words}, {one.progress} %"
        for code, words in one.status_names.items()
    }
    return FeedEntry(
        ref=f"plan/{one.plan_code}/{one.code}", titles={} if gone else named, addresses=addresses,
        published_at=one.released_at, changed_at=one.changed_at, summaries=one.withdrawn_reason if gone else told,
        categories=[] if gone else [("part", one.pillar_code, one.pillar_names)], deleted_at=one.withdrawn_at,
    )  # fmt: skip
