"""Releasing what was adopted: its words and what they do, never who proposed, objected or reserved; and taking it back."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core.languages import Texts
from puebla.core.verdicts import RefusedError, StaleError, require
from puebla.decisions.actions.drafting import locked, record, touch
from puebla.decisions.models import Addressee, Decision, Link, Provision
from puebla.decisions.rules import releasing as rules
from puebla.members.querysets import reach_of
from puebla.publications.actions import decisions as publications
from puebla.publications.actions.decisions import Link as PublicLink
from puebla.publications.models import PublicDecision, PublicParagraph
from puebla.texts.models import Paragraph, tree


@dataclass(frozen=True)
class Edition:
    """What the public would read, exactly.

    Attributes:
        facts: columns of `PublicDecision`. paragraphs: columns of `PublicParagraph`, in order.
        links: what its paragraphs say of public ones. joined: what public paragraphs say of these.
    """

    symbol: str
    facts: dict[str, Any]
    paragraphs: list[dict[str, Any]]
    links: list[PublicLink]
    joined: list[PublicLink]

    @property
    def digest(self) -> str:
        """What the person who releases saw, in one short text."""
        return publications.digest_of(self.facts, self.paragraphs, self.links)


def edition_of(decision: Decision) -> Edition:
    """What the public would read of an adopted decision as it stands now; eight questions, however long it is."""
    living = tree.in_order(Paragraph.objects.filter(text=decision.text_id).living().order_by())
    said = _provisions([node.paragraph.pk for node in living])
    text = decision.text
    languages = sorted(text.frozen_languages)
    meeting = decision.convening.meeting if decision.convening is not None else decision.meeting
    origin = decision.origin if decision.origin is not None and decision.origin.released_at else None
    facts = {
        "titles": _in(languages, text.titles), "kind": decision.kind,
        "scope": decision.scope if decision.kind == Decision.Kind.DECLARATION else "",
        "joint_with": decision.joint_with if decision.scope == Decision.Scope.JOINT else {},
        "body_code": decision.body.code, "body_names": decision.body.names,
        "meeting_symbol": meeting.symbol if meeting else "", "meeting_titles": meeting.titles if meeting else {},
        "origin": origin.text.symbol if origin is not None else "", "adopted_on": decision.adopted_on,
        "precision": decision.adopted_precision,
        "year": decision.adopted_on.year if decision.adopted_on else 0, "languages": languages, "sha256": decision.adopted_hash,
    }  # fmt: skip
    paragraphs = [_columns(node, said.get(node.paragraph.pk), languages) for node in living]
    links, joined = _links(decision, [node.paragraph.pk for node in living])
    return Edition(text.symbol, facts, paragraphs, links, joined)


def _in(languages: Sequence[str], texts: Texts) -> Texts:
    """The words in the languages adopted: another one was not agreed."""
    return {code: texts[code] for code in languages if texts.get(code)}


def _provisions(keys: Sequence[int]) -> dict[int, Provision]:
    found = Provision.objects.filter(paragraph__in=keys).select_related("verb").order_by()
    related = ("themes", "addressees__party", "addressees__body", "statuses")
    return {one.paragraph_id: one for one in found.prefetch_related(*related)}


def _columns(node: tree.Node, said: Provision | None, languages: Sequence[str]) -> dict[str, Any]:
    one = node.paragraph
    columns = {
        "anchor": one.anchor, "number": node.number, "label": node.label, "depth": node.depth,
        "indent": tree.item_depth(node), "kind": one.kind, "function": one.function, "words": _in(languages, one.words),
    }  # fmt: skip
    if said is None:
        return columns
    since = [each.on for each in said.statuses.all() if each.status == said.status]
    return columns | {
        "verb_code": said.verb.code if said.verb else "", "verb_names": said.verb.names if said.verb else {},
        "due_on": said.due_on, "due_precision": said.due_precision, "status": said.status,
        "status_on": max(since, default=None), "addressees": [_whom(each) for each in said.addressees.all()],
        "themes": [{"code": each.code, "names": each.names} for each in said.themes.all()],
    }  # fmt: skip


def _whom(one: Addressee) -> dict[str, Any]:
    """An addressee by its code: of a party or body its own, else what sort it is."""
    if one.party is not None:
        return {"whom": one.whom, "code": one.party.code, "names": one.party.short_names}
    if one.body is not None:
        return {"whom": one.whom, "code": one.body.code, "names": one.body.short_names}
    return {"whom": one.whom, "code": one.whom, "names": one.names}


def _links(decision: Decision, keys: Sequence[int]) -> tuple[list[PublicLink], list[PublicLink]]:
    """Links between these paragraphs and public ones: of what is not public nothing is told, not even its symbol."""
    public = {
        "text__decision__released_at__isnull": False, "text__decision__withdrawn_at": None,
    }  # fmt: skip
    out = Link.objects.filter(source__in=keys, **{f"target__{name}": value for name, value in public.items()})
    into = Link.objects.filter(
        target__in=keys, **{f"source__{name}": value for name, value in public.items()}
    )
    columns = ("source__text__symbol", "source__anchor", "kind", "target__text__symbol", "target__anchor")
    own = decision.text.symbol
    # Within one decision links are public with it, also at its first release.
    within = Link.objects.filter(source__in=keys, target__in=keys)
    said = {*out.order_by().values_list(*columns), *within.order_by().values_list(*columns)}
    told = {one for one in into.order_by().values_list(*columns) if one[0] != own}
    return sorted(said), sorted(told)


def behind(decision: Decision) -> bool:
    """Whether the public reads an older state: a status, a meaning or a link changed since."""
    if decision.released_at is None:
        return False
    public = PublicDecision.objects.readable().filter(symbol=decision.text.symbol).first()
    return public is None or public.digest != edition_of(decision).digest


@transaction.atomic
def release(*, decision: Decision, seen: str, by: Person, at: dt.datetime) -> PublicDecision:
    """Copy the adopted words to the public site, in place of what stood there. Who reads the text inside does not change.

    Args:
        seen: the digest of what the person was shown (`Edition.digest`).

    Raises:
        StaleError: something changed since; nothing becomes public unseen.
    """
    row = locked(decision)
    require(rules.may_release(reach_of(by, at), row))
    shown = edition_of(row)
    if shown.digest != seen:
        raise StaleError(
            _("This decision was changed since you looked at it. See below what would become public now, then release it.")
        )  # fmt: skip
    true = _true_of(row)
    public = publications.publish_decision(
        symbol=shown.symbol,
        facts=shown.facts,
        paragraphs=shown.paragraphs,
        links=shown.links,
        joined=shown.joined,
        at=at,
    )
    row.released_at, row.released_by = at, by
    row.withdrawn_at, row.withdrawn_by = None, None
    touch(row, at)
    _keep_true(row, true)
    record("decision.released", row, by=by, at=at, symbol=shown.symbol, languages=shown.facts["languages"])
    return public


def _true_of(row: Decision) -> set[int]:
    """Public decisions that name this one and stand on the public site as they stand inside."""
    return {one.pk for one in _naming(row) if not behind(one)}


def _keep_true(row: Decision, true: set[int]) -> None:
    """Tell those which name this one that the public reads it now, or reads it no more: they are not behind for that."""
    for one in _naming(row) if true else ():
        if one.pk in true:
            shown = edition_of(one)
            publications.tell_origin(symbol=shown.symbol, origin=shown.facts["origin"], digest=shown.digest)


def _naming(row: Decision) -> list[Decision]:
    """Public decisions that name this one: forwarded from it, or with a paragraph that cites one of it."""
    public = Decision.objects.filter(released_at__isnull=False, withdrawn_at=None).exclude(pk=row.pk)
    citing = Link.objects.filter(target__text=row.text_id).order_by().values("source__text")
    found = public.filter(Q(origin=row) | Q(text__in=citing)).order_by("pk")
    return list(found.select_related("text__room", "body", "convening__meeting", "origin__text"))


@transaction.atomic
def withdraw(*, decision: Decision, reason: Texts, by: Person, at: dt.datetime) -> Decision:
    """Take the words back from the public; the address says that they were withdrawn, and why. Inside nothing changes."""
    row = locked(decision)
    require(rules.may_withdraw(reach_of(by, at), row))
    if not any(reason.values()):
        raise RefusedError(
            _("Give the reason in one language at least: the public reads it."), field="reason"
        )
    true = _true_of(row)
    publications.withdraw_decision(symbol=row.text.symbol, reason=reason, at=at)
    row.released_at, row.released_by = None, None
    row.withdrawn_at, row.withdrawn_by = at, by
    touch(row, at)
    _keep_true(row, true)
    record("decision.withdrawn", row, by=by, at=at, symbol=row.text.symbol, reason=reason)
    return row


def as_public(shown: Edition, *, at: dt.datetime) -> tuple[PublicDecision, list[PublicParagraph]]:
    """The edition as rows that were not written: the preview is drawn by what draws the public page."""
    decision = PublicDecision(symbol=shown.symbol, released_at=at, public_from=at, **shown.facts)
    return decision, [
        PublicParagraph(decision=decision, position=place, **one)
        for place, one in enumerate(shown.paragraphs, start=1)
    ]
