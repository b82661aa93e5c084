"""Public records as the read API shows them: plain values in the shapes of `api.forms`."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.utils.translation import override

from puebla.core.citing import full_line, short_line
from puebla.core.languages import Texts
from puebla.core.models import Process
from puebla.publications.models import (
    PublicCommitment,
    PublicDecision,
    PublicDocument,
    PublicFile,
    PublicLink,
    PublicMeeting,
    PublicParagraph,
    PublicParty,
    PublicPlan,
    PublicPresidency,
    PublicStanding,
)
from puebla.publications.views import addresses, file_address, reference_of, themes_of
from puebla.publications.views.plans import open_commitment, open_edition
from puebla.theme.templatetags.theme import imprecise

ROOT = "/api/v1/"
Facts = dict[str, Any]


def here(path: str = "", **query: Any) -> str:
    """An address of the API itself."""
    given = {name: value for name, value in query.items() if value not in ("", None)}
    return f"{settings.BASE_URL}{ROOT}{quote(path)}" + (f"?{urlencode(given)}" if given else "")


def document_of(document: PublicDocument, process: Process | None, texts: set[tuple[str, str]]) -> Facts:
    """A document, whole.

    Args:
        texts: (symbol, language) of the current files whose text can be read.
    """
    files = list(document.files.all())
    pages = addresses("portal:document", document.symbol)
    return {
        "symbol": document.symbol,
        "titles": document.titles,
        "url": here(f"documents/{document.symbol}"),
        "pages": pages,
        "kind": _named(document.kind_code, document.kind_names),
        "body": _named(document.body_code, document.body_names) if document.body_code else None,
        "meeting": _meeting_link(document),
        "party": _named(document.party_code, document.party_names) if document.party_names else None,
        "themes": [_named(theme.code, theme.names) for theme in themes_of(document)],
        "date": document.written_date or None,
        "state": document.state,
        "original_language": document.original_language or None,
        "languages": sorted({file.language for file in files if file.current}),
        "pending": [{"language": one["language"], "expected_on": one.get("on")} for one in document.pending],
        "files": [_file(document, file, texts) for file in files],
        "relations": [{"kind": one["kind"], "symbol": one["symbol"]} for one in document.relations],
        "citations": {code: _citation(document, process, code, page) for code, page in pages.items()},
        "public_from": document.public_from,
        "released_at": document.released_at,
        "changed_at": document.changed_at,
    }


def tombstone_of(document: PublicDocument) -> Facts:
    """What remains of a withdrawn document."""
    return {
        "symbol": document.symbol,
        "url": here(f"documents/{document.symbol}"),
        "pages": addresses("portal:document", document.symbol),
        "kind": _named(document.kind_code, document.kind_names),
        "body": _named(document.body_code, document.body_names) if document.body_code else None,
        "public_from": document.public_from,
        "withdrawn_at": document.withdrawn_at,
        "reason": document.withdrawn_reason,
    }


def meeting_of(meeting: PublicMeeting, programme: Facts | None = None) -> Facts:
    """A meeting.

    Args:
        programme: what was released of how it is held, as `publications.views.programmes_of` gives it.
    """
    return {
        "symbol": meeting.symbol,
        "titles": meeting.titles,
        "url": here(f"meetings/{meeting.symbol}"),
        "pages": addresses("portal:meeting", meeting.symbol),
        "body": _named(meeting.body_code, meeting.body_names),
        "number": meeting.number,
        "places": meeting.places,
        "hosts": meeting.host_names,
        "themes": meeting.themes_text,
        "joint_with": _named(meeting.joint_code, meeting.joint_with) if meeting.joint_code else None,
        "joint_symbol": meeting.joint_symbol,
        "starts_on": meeting.written_date,
        "ends_on": meeting.ends_on.isoformat() if meeting.ends_on and meeting.precision == "day" else None,
        "confirmed": meeting.confirmed,
        "remark": meeting.remark,
        "documents": here("documents", meeting=meeting.symbol),
        "programme": _programme(programme) if programme else None,
    }


def _programme(programme: Facts) -> Facts:
    row = programme["row"]
    return {
        "venues": row.venues,
        "manner": row.manner,
        "co_hosts": [_named(one["code"], one["names"]) for one in row.co_hosts],
        "agenda": [
            {
                "number": one["label"],
                "titles": one["titles"],
                "documents": [here(f"documents/{paper.symbol}") for paper in one["papers"]],
            }
            for one in programme["items"]
        ],
        "sessions": [
            {
                name: one[name]
                for name in ("titles", "places", "starts_at", "ends_at", "zone", "cancelled", "items")
            }
            | {"kind": one["kind_names"]}
            for one in programme["sessions"]
        ],
        "participants": [
            {
                "standing": section["names"],
                "party": _named(party["code"], party["names"]),
                "people": [one["name"] for one in party["people"]],
            }
            for section in programme["participants"] or []
            for party in section["parties"]
        ],
        "reports": [here(f"documents/{paper.symbol}") for paper in programme["reports"]],
        "changed_at": programme["changed_at"],
    }


def decision_line(decision: PublicDecision) -> Facts:
    """A decision without its paragraphs."""
    pages = addresses("portal:decision", decision.symbol)
    return {
        "symbol": decision.symbol,
        "titles": decision.titles,
        "url": here(f"decisions/{decision.symbol}"),
        "pages": pages,
        "kind": decision.kind,
        "scope": decision.scope or None,
        "joint_with": decision.joint_with or None,
        "body": _named(decision.body_code, decision.body_names),
        "meeting": _meeting_link(decision),
        "adopted_on": decision.written_date,
        "languages": decision.languages,
        "sha256": decision.sha256,
        "canonical": f"{next(iter(pages.values()))}canonical.json",
        "forwarded_from": decision.origin or None,
        "public_from": decision.public_from,
        "released_at": decision.released_at,
    }


def decision_of(
    decision: PublicDecision, paragraphs: Iterable[PublicParagraph], links: Iterable[PublicLink]
) -> Facts:
    """A decision with its paragraphs, each with what it says of others and others of it."""
    said: dict[str, list[Facts]] = {}
    for one in links:
        if one.symbol == decision.symbol:
            fact = {"kind": one.kind, "of_this": False, "symbol": one.to_symbol, "anchor": one.to_anchor}
            said.setdefault(one.anchor, []).append(fact)
        if one.to_symbol == decision.symbol:
            fact = {"kind": one.kind, "of_this": True, "symbol": one.symbol, "anchor": one.anchor}
            said.setdefault(one.to_anchor, []).append(fact)
    return decision_line(decision) | {
        "paragraphs": [_paragraph(one, said.get(one.anchor, [])) for one in paragraphs]
    }


def _paragraph(one: PublicParagraph, links: list[Facts]) -> Facts:
    return {
        "anchor": one.anchor,
        "number": one.number,
        "kind": one.kind,
        "function": one.function,
        "depth": one.depth,
        "words": one.words,
        "verb": _named(one.verb_code, one.verb_names) if one.verb_code else None,
        "addressees": one.addressees,
        "due": one.written_due or None,
        "status": one.status or None,
        "status_on": one.status_on.isoformat() if one.status_on else None,
        "themes": one.themes,
        "links": links,
    }


def withdrawn_decision(decision: PublicDecision) -> Facts:
    """What remains of a decision that was withdrawn."""
    return {
        "symbol": decision.symbol,
        "url": here(f"decisions/{decision.symbol}"),
        "pages": addresses("portal:decision", decision.symbol),
        "kind": decision.kind,
        "public_from": decision.public_from,
        "withdrawn_at": decision.withdrawn_at,
        "reason": decision.withdrawn_reason,
    }


def party_of(party: PublicParty, standings: Iterable[PublicStanding]) -> Facts:
    """A party, with all of its standings, the first one first."""
    return {
        "code": party.code,
        "names": party.names,
        "short_names": party.short_names,
        "url": here(f"parties/{party.code}"),
        "pages": addresses("portal:party", party.code),
        "kind": party.kind or None,
        "parent": party.parent_code or None,
        "standing": _named(party.standing, party.standing_names) if party.standing else None,
        "standings": [
            {
                "code": one.kind,
                "names": one.kind_names,
                "since": _cut(one.from_on.isoformat(), one.precision),
                "until": one.until_on.isoformat() if one.until_on else None,
                "confirmed": one.confirmed,
                "remark": one.remark,
            }
            for one in standings
        ],
        "iso3": party.iso3 or None,
        "website": party.website or None,
    }


def presidency_of(term: PublicPresidency) -> Facts:
    """The start of a presidency."""
    return {
        "body": term.body_code,
        "starts_on": _cut(term.starts_on.isoformat(), term.precision),
        "party": _named(term.party_code, term.party_names) if term.party_code else None,
        "confirmed": term.confirmed,
        "remark": term.remark,
    }


def _named(code: str, names: Texts) -> Facts:
    return {"code": code, "names": names}


def _cut(day: str, precision: str) -> str:
    return day[: {"year": 4, "month": 7}.get(precision, 10)]


def _meeting_link(of: PublicDocument | PublicDecision) -> Facts | None:
    if not of.meeting_symbol:
        return None
    return {
        "symbol": of.meeting_symbol,
        "titles": of.meeting_titles,
        "url": here(f"meetings/{of.meeting_symbol}"),
    }


def _file(document: PublicDocument, file: PublicFile, texts: set[tuple[str, str]]) -> Facts:
    read = file.current and (document.symbol, file.language) in texts
    return {
        "language": file.language,
        "version": file.number,
        "current": file.current,
        "url": file_address(document, file, settings.LANGUAGE_CODE),
        "name": file.name,
        "media_type": file.media_type,
        "format": file.label,
        "size": file.size,
        "sha256": file.sha256,
        "pages": file.page_count,
        "filed_at": file.filed_at,
        "text": here(f"documents/{document.symbol}/text/{file.language}") if read else None,
    }


def _citation(document: PublicDocument, process: Process | None, language: str, page: str) -> Facts:
    reference = reference_of(document, process, language=language)
    with override(language):
        day = imprecise(document.dated_on, document.precision)
        short, full = str(short_line(reference)), str(full_line(reference, date=day))
    forms = {
        name: f"{page}cite.{ending}" for name, ending in (("bibtex", "bib"), ("ris", "ris"), ("csl", "json"))
    }
    return {"short": short, "full": full, **forms}


# The Plan of Action ------------------------------------------------------------------------------------------------


def plan_line(plan: PublicPlan) -> Facts:
    """A released edition without its commitments."""
    facts = open_edition(plan)
    at = f"plans/{plan.code}"
    return {
        **{name: facts[name] for name in ("code", "titles", "state_names", "released_at")},
        "since": facts["from"] or None,
        "until": facts["until"] or None,
        "url": here(at),
        "pages": addresses("portal:plan", plan.code),
        "commitments_url": here(f"{at}/commitments"),
        "csv": here(f"{at}/commitments.csv"),
    }


def commitment_of(one: PublicCommitment) -> Facts:
    """A released commitment: what the open data hold, with its addresses."""
    facts = open_commitment(one)
    since, until = facts.pop("from") or None, facts.pop("until") or None
    return facts | {
        "since": since,
        "until": until,
        "mandate": one.mandate or None,
        "mandate_symbol": one.mandate_symbol or None,
        "actions": [step | {"due": step["due"] or None} for step in one.actions],
        "money": one.money or None,
        "url": here(f"plans/{one.plan_code}/commitments/{one.code}"),
        "pages": addresses("portal:commitment", one.plan_code, one.code),
    }


def withdrawn_of_plan(gone: PublicPlan | PublicCommitment) -> Facts:
    """What remains of an edition, or of a commitment, that was withdrawn."""
    whole = isinstance(gone, PublicPlan)
    plan = gone.code if isinstance(gone, PublicPlan) else gone.plan_code
    return {
        "code": gone.code,
        "url": here(f"plans/{plan}" if whole else f"plans/{plan}/commitments/{gone.code}"),
        "pages": addresses("portal:plan", plan) if whole else addresses("portal:commitment", plan, gone.code),
        "withdrawn_at": gone.withdrawn_at,
        "reason": gone.withdrawn_reason,
    }
