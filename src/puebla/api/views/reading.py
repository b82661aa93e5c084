"""The read API, version 1: everything that was released to the public, for programs. It only reads."""

import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from ninja import NinjaAPI, Query, Schema
from ninja.errors import ValidationError
from ninja.renderers import JSONRenderer

from puebla.api import forms, querysets
from puebla.api.rules import WrongRequestError, known_parameters, known_values
from puebla.api.views import records
from puebla.api.views.errors import problem
from puebla.core.models import Process
from puebla.core.tables import as_table
from puebla.core.words import can_be_symbol, one_line
from puebla.publications.models import (
    PublicCommitment,
    PublicDecision,
    PublicDocument,
    PublicLink,
    PublicMeeting,
    PublicPage,
    PublicParty,
    PublicPlan,
    PublicPresidency,
    PublicProgramme,
    PublicStanding,
)
from puebla.publications.views import programmes_of
from puebla.publications.views.finding import unknown_in
from puebla.publications.views.plans import open_header, open_rows

Facts = dict[str, Any]

ORDERS: dict[str, Any] = {
    "newest": PublicDocument._meta.ordering,
    "oldest": ["dated_on", "symbol_order"],
    "symbol": ["symbol_order"],
    "changed": ["-changed_at", "-id"],
}
#: What every address may be asked beside its own: the language of a fault's sentence.
EVERYWHERE = {"lang"}


class Readable(JSONRenderer):
    """JSON whose letters are letters: `ó`, not `\\u00f3`."""

    json_dumps_params = {"ensure_ascii": False}


api = NinjaAPI(
    title="Puebla",
    version="1",
    description="Documents, decisions, the Plan of Action, meetings, parties and presidencies that were released to the public, in"
    " every working language. Nothing is kept about who asks, and nothing can be changed here. Answers carry an ETag; send it back as"
    " If-None-Match, and an answer that has not changed is not sent again.",
    docs_url=None,
    openapi_url=None,
    urls_namespace="puebla-v1",
    servers=[{"url": settings.BASE_URL}],
    renderer=Readable(),
)
WRONG: dict[Any, Any] = {400: forms.Problem, 404: forms.Problem}


# Faults ------------------------------------------------------------------------------------------------------------


@api.exception_handler(ValidationError)
def _not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """A parameter that cannot be read, in words of ours instead of the library's."""
    first = error.errors[0]
    name = one_line(str(first["loc"][-1]))[:60]
    limits = first.get("ctx") or {}
    sentence = next(
        (words for begins, words in _SENTENCES if str(first["type"]).startswith(begins)), _UNREADABLE
    )
    wrong = WrongRequestError(
        sentence, field=name, name=name, limit=limits.get("max_length", ""), known=limits.get("expected", "")
    )
    return problem(request, wrong.status, detail=wrong, field=wrong.field)


#: What pydantic calls a fault → how we tell it.
_SENTENCES: list[tuple[tuple[str, ...], Any]] = [
    (
        ("string_too_long",),
        _("“%(name)s” may have at most %(limit)s characters. Use fewer or shorter words."),
    ),
    (("string_pattern",), _("“%(name)s” cannot hold the sign NUL. Take it out.")),
    (("literal_error",), _("“%(name)s” must be one of: %(known)s.")),
    (
        ("int", "greater_than", "less_than"),
        _("“%(name)s” must be a whole number within the limits that /api/v1/openapi.json gives."),
    ),
    (
        ("datetime", "timezone"),
        _("“%(name)s” must be an instant such as 2026-05-04T12:00:00Z."),
    ),
]
_UNREADABLE = _("“%(name)s” cannot be read. /api/v1/openapi.json says what may stand there.")


@api.exception_handler(WrongRequestError)
def _wrong(request: HttpRequest, wrong: WrongRequestError) -> HttpResponse:
    return problem(request, wrong.status, detail=wrong, field=wrong.field)


def _nothing(sentence: Any) -> WrongRequestError:
    return WrongRequestError(sentence, status=404)


# Where to begin ----------------------------------------------------------------------------------------------------


@api.get(
    "/", response={200: forms.Beginning, 400: forms.Problem}, summary="Where to begin", operation_id="begin"
)
def begin(request: HttpRequest) -> Facts:
    """What this process is called, and where everything else is."""
    known_parameters(request, EVERYWHERE)
    process = Process.objects.first()
    names = (
        "documents",
        "withdrawn",
        "decisions",
        "plans",
        "meetings",
        "parties",
        "presidencies",
        "kinds",
        "bodies",
        "themes",
    )
    links = {name: records.here(name) for name in names}
    links |= {
        "openapi": records.here("openapi.json"),
        "feed": settings.BASE_URL + reverse("api:feed"),
        "sitemap": settings.BASE_URL + reverse("api:sitemap"),
    }
    return {
        "names": process.names if process else {},
        "short_names": process.short_names if process else {},
        "languages": querysets.languages(),
        "documents": PublicDocument.objects.readable(at=timezone.now()).count(),
        "links": links,
    }


# Documents ---------------------------------------------------------------------------------------------------------


@api.get("/documents", response={200: forms.Documents} | WRONG, summary="Documents", operation_id="documents")
def documents(request: HttpRequest, asked: Query[forms.DocumentQuestion]) -> Facts:
    """The public documents that match every filter given."""
    _known(request, forms.DocumentQuestion)
    at = timezone.now()
    found = PublicDocument.objects.readable(at=at).matching(
        q=asked.q, kind=asked.kind, body=asked.body, theme=asked.theme, party=asked.party, meeting=asked.meeting,
        language=asked.language, year=f"{asked.year:04}" if asked.year else "",
    )  # fmt: skip
    if asked.changed_since:
        found = found.filter(changed_at__gte=asked.changed_since)
    found = querysets.complete(found.order_by(*ORDERS[asked.sort]))
    return _part(request, "documents", found, asked, _documents)


@api.get(
    "/documents/{path:symbol}/text/{str:language}",
    response={200: forms.Text, 410: forms.Gone} | WRONG,
    summary="The text of a document",
    operation_id="text",
)
def text(request: HttpRequest, symbol: str, language: str) -> Any:
    """The text of the current file in one language, page by page, as it was read from the file."""
    known_parameters(request, EVERYWHERE)
    found = _find(symbol)
    if found.withdrawn_at is not None:
        return _gone(request, found)
    file = found.files.filter(current=True, language=language).first() if "\x00" not in language else None
    pages = list(file.pages.values("number", "text")) if file else []
    if file is None or not pages:
        raise _nothing(
            _("This document has no text in that language. Its record lists the files that it has.")
        )
    return {"symbol": found.symbol, "language": language, "version": file.number, "pages": pages}


@api.get(
    "/documents/{path:symbol}",
    response={200: forms.Document, 410: forms.Gone} | WRONG,
    summary="One document",
    operation_id="document",
)
def document(request: HttpRequest, symbol: str) -> Any:
    """A public document by its symbol; one that was withdrawn answers 410 with its tombstone."""
    known_parameters(request, EVERYWHERE)
    found = _find(symbol)
    return _documents([found])[0] if found.withdrawn_at is None else _gone(request, found)


@api.get(
    "/withdrawn",
    response={200: forms.Tombstones} | WRONG,
    summary="Withdrawn documents",
    operation_id="withdrawn",
)
def withdrawn(request: HttpRequest, asked: Query[forms.WithdrawnQuestion]) -> Facts:
    """What was public once and was withdrawn: whoever keeps copies takes them away by this list."""
    _known(request, forms.WithdrawnQuestion)
    found = PublicDocument.objects.tombstones(at=timezone.now()).order_by("-changed_at", "-id")
    if asked.changed_since:
        found = found.filter(changed_at__gte=asked.changed_since)
    return _part(request, "withdrawn", found, asked, lambda rows: [records.tombstone_of(one) for one in rows])


def _find(symbol: str) -> PublicDocument:
    """The readable document or the tombstone of this symbol, whatever its letters' case."""
    known = querysets.complete(PublicDocument.objects.known(at=timezone.now()))
    found = None
    if can_be_symbol(symbol):
        found = known.filter(symbol=symbol).first() or known.filter(symbol__iexact=symbol).first()
    if found is None:
        raise _nothing(_("No public document has this symbol. /api/v1/documents finds it by words."))
    return found


def _gone(request: HttpRequest, found: PublicDocument) -> HttpResponse:
    tombstone = forms.Tombstone.model_validate(records.tombstone_of(found)).model_dump()
    detail = _("This document was public and has been withdrawn. Its tombstone says since when and why.")
    return problem(request, 410, detail=detail, tombstone=tombstone)


def _documents(rows: Iterable[PublicDocument]) -> list[Facts]:
    """Documents in full: three queries more than their own, whatever their number."""
    listed = querysets.with_open_relations(rows, at=timezone.now())
    process = Process.objects.first()
    pages = PublicPage.objects.filter(file__document__in=[one.pk for one in listed], file__current=True)
    texts = set(pages.values_list("file__document__symbol", "file__language").distinct().order_by())
    return [records.document_of(one, process, texts) for one in listed]


# Decisions ---------------------------------------------------------------------------------------------------------


@api.get("/decisions", response={200: forms.Decisions} | WRONG, summary="Decisions", operation_id="decisions")
def decisions(request: HttpRequest, asked: Query[forms.DecisionQuestion]) -> Facts:
    """The public decisions, declarations, recommendations and conclusions that match every filter, the newest first."""
    _known(request, forms.DecisionQuestion)
    given = {
        name: value
        for name in ("body", "kind", "theme", "addressee", "status", "verb")
        if (value := getattr(asked, name))
    }
    known_values(unknown_in(given))
    if asked.year:
        given["year"] = f"{asked.year:04}"
    found = PublicDecision.objects.readable().order_by("-adopted_on", "symbol_order")
    if given:
        found = found.filter(
            pk__in=querysets.paragraphs_matching(given, at=timezone.now()).values("decision")
        )
    return _part(
        request, "decisions", found, asked, lambda rows: [records.decision_line(one) for one in rows]
    )


@api.get(
    "/decisions/{path:symbol}",
    response={200: forms.Decision, 410: forms.GoneDecision} | WRONG,
    summary="One decision",
    operation_id="decision",
)
def decision(request: HttpRequest, symbol: str) -> Any:
    """A decision with its paragraphs by anchor; one that was withdrawn answers 410 with its tombstone."""
    known_parameters(request, EVERYWHERE)
    found = PublicDecision.objects.filter(symbol__iexact=symbol).first() if can_be_symbol(symbol) else None
    if found is None:
        raise _nothing(_("No public decision has this symbol. /api/v1/decisions lists them all."))
    if found.withdrawn_at is not None:
        tombstone = forms.WithdrawnDecision.model_validate(records.withdrawn_decision(found)).model_dump()
        detail = _("This text was public and has been withdrawn. Its tombstone says since when and why.")
        return problem(request, 410, detail=detail, tombstone=tombstone)
    links = PublicLink.objects.filter(Q(symbol=found.symbol) | Q(to_symbol=found.symbol)).order_by("pk")
    return records.decision_of(found, found.paragraphs.all(), links)


# The Plan of Action ------------------------------------------------------------------------------------------------

GONE_PLAN: dict[Any, Any] = {410: forms.GonePlan} | WRONG
#: What an answer is that is no JSON; the description says so.
TABLE = "text/csv"


@api.get(
    "/plans",
    response={200: forms.Plans} | WRONG,
    summary="Editions of the Plan of Action",
    operation_id="plans",
)
def plans(request: HttpRequest) -> Facts:
    """The editions of the Plan of Action that were released, the newest first."""
    known_parameters(request, EVERYWHERE)
    return {"items": [records.plan_line(one) for one in PublicPlan.objects.filter(withdrawn_at=None)]}


@api.get(
    "/plans/{str:code}/commitments.csv",
    response={200: str} | GONE_PLAN,
    summary="An edition as one table",
    operation_id="plan_table",
)
def plan_table(request: HttpRequest, code: str) -> HttpResponse:
    """The commitments of an edition as one table (CSV, UTF-8), in the language of `lang`: the process's first by default."""
    known_parameters(request, EVERYWHERE)
    found = _plan(code)
    if found.withdrawn_at is not None:
        return _gone_plan(request, found)
    with override(request.GET.get("lang") or querysets.languages()[0]):
        table: Any = as_table("csv", f"plan-{found.code}", open_header(), open_rows(_commitments(found)))
        whole = HttpResponse(b"".join(table.streaming_content), content_type=table["Content-Type"])
    whole["Content-Disposition"] = table["Content-Disposition"]
    return whole


@api.get(
    "/plans/{str:code}/commitments",
    response={200: forms.Commitments} | GONE_PLAN,
    summary="Commitments of an edition",
    operation_id="commitments",
)
def commitments(request: HttpRequest, code: str, asked: Query[forms.CommitmentQuestion]) -> Any:
    """The released commitments of an edition that match every filter, in the order of their numbers."""
    _known(request, forms.CommitmentQuestion)
    plan = _plan(code)
    if plan.withdrawn_at is not None:
        return _gone_plan(request, plan)
    found = _commitments(plan)
    if asked.status:
        found = found.filter(status=asked.status)
    if asked.changed_since:
        found = found.filter(changed_at__gte=asked.changed_since)
    path = f"plans/{plan.code}/commitments"
    return _part(request, path, found, asked, lambda rows: [records.commitment_of(one) for one in rows])


@api.get(
    "/plans/{str:code}/commitments/{str:number}",
    response={200: forms.Commitment} | GONE_PLAN,
    summary="One commitment",
    operation_id="commitment",
)
def commitment(request: HttpRequest, code: str, number: str) -> Any:
    """A commitment by its number; one that was withdrawn answers 410 with its tombstone."""
    known_parameters(request, EVERYWHERE)
    plan = _plan(code)
    known = PublicCommitment.objects.filter(plan_code=plan.code)
    one = known.filter(code=number).first() if can_be_symbol(number) else None
    if one is None:
        raise _nothing(_("No public commitment has this number. The edition's own address lists them all."))
    gone = one if one.withdrawn_at is not None else plan
    return records.commitment_of(one) if gone.withdrawn_at is None else _gone_plan(request, gone)


@api.get(
    "/plans/{str:code}", response={200: forms.Plan} | GONE_PLAN, summary="One edition", operation_id="plan"
)
def plan(request: HttpRequest, code: str) -> Any:
    """An edition with all its commitments; one that was withdrawn answers 410 with its tombstone."""
    known_parameters(request, EVERYWHERE)
    found = _plan(code)
    if found.withdrawn_at is not None:
        return _gone_plan(request, found)
    return records.plan_line(found) | {
        "commitments": [records.commitment_of(one) for one in _commitments(found)]
    }


def _plan(code: str) -> PublicPlan:
    """The edition of this code that is public, or was."""
    found = PublicPlan.objects.filter(code=code).first() if can_be_symbol(code) else None
    if found is None:
        raise _nothing(
            _("No public edition of the Plan of Action has this code. /api/v1/plans lists them all.")
        )
    return found


def _commitments(plan: PublicPlan) -> QuerySet[PublicCommitment]:
    return PublicCommitment.objects.filter(plan_code=plan.code, withdrawn_at=None).order_by("code_order")


def _gone_plan(request: HttpRequest, gone: PublicPlan | PublicCommitment) -> HttpResponse:
    tombstone = forms.WithdrawnPlan.model_validate(records.withdrawn_of_plan(gone)).model_dump()
    detail = _("This was public and has been withdrawn. Its tombstone says since when and why.")
    return problem(request, 410, detail=detail, tombstone=tombstone)


# Meetings, parties, presidencies -----------------------------------------------------------------------------------


@api.get("/meetings", response={200: forms.Meetings} | WRONG, summary="Meetings", operation_id="meetings")
def meetings(request: HttpRequest, asked: Query[forms.MeetingQuestion]) -> Facts:
    """The meetings of all bodies, the newest first."""
    _known(request, forms.MeetingQuestion)
    found = PublicMeeting.objects.order_by("-starts_on", "symbol_order")
    if asked.body:
        found = found.filter(body_code=asked.body)
    if asked.year:
        found = found.filter(starts_on__year=asked.year)
    return _part(request, "meetings", found, asked, _with_programmes)


@api.get(
    "/meetings/{path:symbol}",
    response={200: forms.Meeting} | WRONG,
    summary="One meeting",
    operation_id="meeting",
)
def meeting(request: HttpRequest, symbol: str) -> Facts:
    """A meeting by its symbol."""
    known_parameters(request, EVERYWHERE)
    found = PublicMeeting.objects.filter(symbol__iexact=symbol).first() if can_be_symbol(symbol) else None
    if found is None:
        raise _nothing(_("No meeting has this symbol. /api/v1/meetings lists them all."))
    return _with_programmes([found])[0]


def _with_programmes(rows: Iterable[PublicMeeting]) -> list[Facts]:
    """Meetings with what was released of how they are held."""
    listed, at = list(rows), timezone.now()
    released = PublicProgramme.objects.filter(symbol__in=[one.symbol for one in listed], withdrawn_at=None)
    programmes = programmes_of(released, at=at)
    return [records.meeting_of(one, programmes.get(one.symbol)) for one in listed]


@api.get("/parties", response={200: forms.Parties} | WRONG, summary="Parties", operation_id="parties")
def parties(request: HttpRequest, asked: Query[forms.PartyQuestion]) -> Facts:
    """Who takes part: members, observers, civil society."""
    _known(request, forms.PartyQuestion)
    found = PublicParty.objects.order_by("code")
    if asked.standing:
        found = found.filter(standing=asked.standing)
    return {"items": _parties(found)}


@api.get(
    "/parties/{str:code}", response={200: forms.Party} | WRONG, summary="One party", operation_id="party"
)
def party(request: HttpRequest, code: str) -> Facts:
    """A party by its code."""
    known_parameters(request, EVERYWHERE)
    found = PublicParty.objects.filter(code__iexact=code).first() if can_be_symbol(code) else None
    if found is None:
        raise _nothing(_("No party has this code. /api/v1/parties lists them all."))
    return _parties([found])[0]


def _parties(found: Iterable[PublicParty]) -> list[Facts]:
    """Parties with their standings: one query more than their own, whatever their number."""
    listed = list(found)
    standings: dict[str, list[PublicStanding]] = {one.code: [] for one in listed}
    for standing in PublicStanding.objects.filter(party_code__in=list(standings)).order_by("from_on", "pk"):
        standings[standing.party_code].append(standing)
    return [records.party_of(one, standings[one.code]) for one in listed]


@api.get(
    "/presidencies",
    response={200: forms.Presidencies} | WRONG,
    summary="Presidencies",
    operation_id="presidencies",
)
def presidencies(request: HttpRequest) -> Facts:
    """Who presided since when, the latest first."""
    known_parameters(request, EVERYWHERE)
    found = PublicPresidency.objects.order_by("-starts_on", "body_code")
    return {"items": [records.presidency_of(one) for one in found]}


# Kinds, bodies, themes ---------------------------------------------------------------------------------------------


@api.get("/kinds", response={200: forms.Topics} | WRONG, summary="Kinds of documents", operation_id="kinds")
def kinds(request: HttpRequest) -> Facts:
    """The kinds that public documents have."""
    return _topics(request, "kind")


@api.get("/bodies", response={200: forms.Topics} | WRONG, summary="Bodies", operation_id="bodies")
def bodies(request: HttpRequest) -> Facts:
    """The bodies that have public documents or meetings."""
    return _topics(request, "body")


@api.get("/themes", response={200: forms.Topics} | WRONG, summary="Themes", operation_id="themes")
def themes(request: HttpRequest) -> Facts:
    """The themes that public documents have."""
    return _topics(request, "theme")


def _topics(request: HttpRequest, name: str) -> Facts:
    known_parameters(request, EVERYWHERE)
    at = timezone.now()
    counts = querysets.counts_of(name, at=at)
    return {
        "items": [
            {
                "code": one.code,
                "names": one.names,
                "documents": counts.get(one.code, 0),
                "url": records.here("documents", **{name: one.code}),
                "feed": settings.BASE_URL + reverse(f"api:feed-{name}", args=[one.code]),
            }
            for one in querysets.topics(name, at=at)
        ]
    }


# Parts of lists ----------------------------------------------------------------------------------------------------


def _known(request: HttpRequest, question: type[Schema]) -> None:
    known_parameters(request, EVERYWHERE | set(question.model_fields))


def _part(
    request: HttpRequest, path: str, found: Any, asked: forms.Paging, write: Callable[[Iterable[Any]], list[Facts]]
) -> Facts:  # fmt: skip
    """One page of a list, with the addresses of its neighbours."""
    pages = Paginator(found, asked.per_page)
    if asked.page > pages.num_pages:
        raise WrongRequestError(
            _("There is no page %(number)d: this list ends with page %(last)d."),
            status=404, field="page", number=asked.page, last=pages.num_pages,
        )  # fmt: skip
    shown = pages.page(asked.page)
    query = {name: value for name, value in request.GET.items() if name != "page"}

    def neighbour(number: int) -> str:
        return records.here(path, **query, page=number)

    return {
        "total": pages.count,
        "page": asked.page,
        "pages": pages.num_pages,
        "per_page": asked.per_page,
        "next": neighbour(asked.page + 1) if shown.has_next() else None,
        "previous": neighbour(asked.page - 1) if shown.has_previous() else None,
        "items": write(shown.object_list),
    }


# The description ---------------------------------------------------------------------------------------------------

_LANGUAGE = {
    "name": "lang",
    "in": "query",
    "required": False,
    "description": "Language of the sentence that tells a fault; records carry every language.",
    "schema": {"type": "string", "enum": [code for code, _name in settings.LANGUAGES]},
}


def description() -> dict[str, Any]:
    """The OpenAPI description, as it is published: made from the functions above, with what all of them share."""
    found = json.loads(json.dumps(api.get_openapi_schema(path_prefix=records.ROOT)))
    for operations in found["paths"].values():
        operation = operations["get"]
        for parameter in operation["parameters"]:
            _simplify(parameter["schema"])
        operation["parameters"].append(_LANGUAGE)
        for status, answer in operation["responses"].items():
            if operation["operationId"] == "plan_table" and int(status) == HTTPStatus.OK:
                answer["content"] = {TABLE: answer["content"]["application/json"]}
            if int(status) >= HTTPStatus.BAD_REQUEST:
                answer["content"] = {"application/problem+json": answer["content"]["application/json"]}
        operation["responses"]["304"] = {"description": "What If-None-Match names has not changed."}
    return dict(found)


def _simplify(schema: dict[str, Any]) -> None:
    """A parameter is given or left out; it is never null."""
    given = [one for one in schema.pop("anyOf", []) if one.get("type") != "null"]
    schema.update(*given)
