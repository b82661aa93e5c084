"""Decisions: those of earlier years written out of the papers filed, and one recommendation in the middle of its way.

The papers are the demonstration's own. What their paragraphs ask, and what became of it, is told here.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from puebla.config.demonstration.people import Cast
from puebla.config.demonstration.sources import Heading, Paragraph, Runs, Source, Table
from puebla.core.languages import Texts
from puebla.core.models import DatePrecision, parse_imprecise
from puebla.decisions import actions
from puebla.decisions.actions import releasing
from puebla.decisions.models import Decision, Proposal, Verb
from puebla.documents.models import Document, Theme
from puebla.meetings.models import Convening
from puebla.members.models import Audience, Body, Meeting, Party
from puebla.texts import actions as texts
from puebla.texts.models import Function, Kind
from puebla.texts.models import Paragraph as Written

#: Papers of which the decisions are written: three declarations, decisions, the conclusions of two meetings.
SYMBOLS = {
    "RCM/2009/VM/DEC/1": "decision", "RCM/2014/VM/DECL/1": "declaration", "RCM/2014/VM/DECL/2": "declaration",
    "RCM/2014/VM/DEC/1": "decision", "RCM/2014/RCGM/CONC/1": "conclusions", "RCM/2016/VM/DECL/1": "declaration",
    "RCM/2016/VM/DEC/1": "decision", "RCM/2019/RCGM/CONC/1": "conclusions", "RCM/2023/VM/DEC/1": "decision",
}  # fmt: skip
EXTRAORDINARY = "RCM/2014/VM/DECL/2"


@dataclass(frozen=True)
class Asked:
    """What one paragraph does, and what became of it.

    Attributes:
        to: "members", "secretariat", "presidency", the code of a body after "@", of a party after "=". due: as far as known.
        status: a later status with its day and reason; still in force where there is none.
    """

    symbol: str
    anchor: str
    verb: str
    to: tuple[str, ...]
    due: str = ""
    status: tuple[str, str, Texts] | None = None


def _t(en: str, es: str) -> Texts:
    return {"en": en, "es": es}


_DONE = _t("Every member has answered.", "Todos los miembros respondieron.")
_SUPERSEDED = _t("Replaced by later guidelines.", "Reemplazado por lineamientos posteriores.")
MEANT = (
    Asked("RCM/2009/VM/DEC/1", "1", "recommend", ("members",), status=("superseded", "2016-11-18", _SUPERSEDED)),
    Asked("RCM/2009/VM/DEC/1", "3", "request", ("members",), "2009", ("implemented", "2010-06-01", _DONE)),
    Asked("RCM/2009/VM/DEC/1", "4", "request", ("members",), "2010", ("elapsed", "2011-01-01", {})),
    Asked("RCM/2009/VM/DEC/1", "5", "invite", ("members",), status=("retired", "2016-11-18", _SUPERSEDED)),
    Asked("RCM/2009/VM/DEC/1", "6", "instruct", ("secretariat",)),
    Asked("RCM/2009/VM/DEC/1", "7", "ask", ("@RCGM",), "2010", ("elapsed", "2011-01-01", {})),
    Asked("RCM/2014/VM/DECL/1", "5", "ask", ("@LOCP", "@LOST"), status=("implemented", "2018-11-01", _t("A common card is in use.", "Se usa una ficha común."))),
    Asked("RCM/2014/VM/DECL/1", "6", "invite", ("members",), status=("elapsed", "2015-11-01", {})),
    Asked("RCM/2014/VM/DECL/1", "8", "agree", ("members",)),
    Asked("RCM/2014/VM/DECL/1", "10", "encourage", ("members",), status=("needs_funding", "2019-11-13", _t("No fund was found for the exchange.", "No se encontró financiamiento para el intercambio."))),
    Asked("RCM/2014/VM/DECL/1", "13", "ask", ("secretariat",), status=("implemented", "2014-12-01", {})),
    Asked("RCM/2014/VM/DECL/2", "13", "ask", ("members",), "2014-07", ("implemented", "2014-09-01", _DONE)),
    Asked("RCM/2014/VM/DECL/2", "14", "ask", ("presidency",), "2014", ("implemented", "2014-08-01", {})),
    Asked("RCM/2014/VM/DECL/2", "15", "ask", ("@RCGM",), "2014-11", ("implemented", "2014-11-25", {})),
    Asked("RCM/2014/VM/DECL/2", "10", "encourage", ("members",)),
    Asked("RCM/2014/VM/DEC/1", "1", "decide", ("@RCGM",)),
    Asked("RCM/2014/VM/DEC/1", "4", "request", ("=IOM",)),
    Asked("RCM/2014/VM/DEC/1", "6", "instruct", ("@RCGM",), "2015", ("implemented", "2015-11-01", {})),
    Asked("RCM/2014/VM/DEC/1", "7", "invite", ("members",)),
    Asked("RCM/2014/RCGM/CONC/1", "2", "request", ("members",), "2014-08-29", ("implemented", "2014-11-24", _DONE)),
    Asked("RCM/2014/RCGM/CONC/1", "5", "instruct", ("secretariat",), "2014-11", ("implemented", "2014-11-24", {})),
    Asked("RCM/2014/RCGM/CONC/1", "8", "invite", ("=RNCOM",), "2014-11", ("implemented", "2014-11-24", {})),
    Asked("RCM/2014/RCGM/CONC/1", "10", "urge", ("members",), "2014", ("elapsed", "2015-01-01", {})),
    Asked("RCM/2014/RCGM/CONC/1", "12", "ask", ("presidency",), "2014-09", ("implemented", "2014-11-24", {})),
    Asked("RCM/2016/VM/DECL/1", "2", "ask", ("secretariat",), status=("needs_funding", "2019-11-13", {})),
    Asked("RCM/2016/VM/DECL/1", "3", "encourage", ("members",)),
    Asked("RCM/2016/VM/DECL/1", "6", "agree", ("members",)),
    Asked("RCM/2016/VM/DECL/1", "7", "request", ("members",)),
    Asked("RCM/2016/VM/DECL/1", "11", "invite", ("members",), status=("implemented", "2018-11-01", {})),
    Asked("RCM/2016/VM/DECL/1", "12", "approve", ()),
    Asked("RCM/2016/VM/DECL/1", "15", "ask", ("secretariat",), "2016-12", ("implemented", "2016-12-18", {})),
    Asked("RCM/2016/VM/DEC/1", "4", "ask", ("members",), "2017-06", ("elapsed", "2018-01-01", {})),
    Asked("RCM/2016/VM/DEC/1", "5", "recommend", ("members",)),
    Asked("RCM/2016/VM/DEC/1", "7", "instruct", ("secretariat",), status=("implemented", "2018-03-01", {})),
    Asked("RCM/2016/VM/DEC/1", "9", "decide", ("@RCGM",), "2018", ("implemented", "2018-11-01", {})),
    Asked("RCM/2016/VM/DEC/1", "10", "authorise", ("presidency",)),
    Asked("RCM/2019/RCGM/CONC/1", "5", "invite", ("=COL", "=UNHCR"), "2020-01-31", ("elapsed", "2020-02-01", {})),
    Asked("RCM/2019/RCGM/CONC/1", "7", "request", ("secretariat",), status=("implemented", "2021-07-29", {})),
    Asked("RCM/2023/VM/DEC/1", "3", "request", ("@WGBM", "@WGLM", "@WGIM", "@WGPR"), "2024-01-31", ("implemented", "2024-02-15", {})),
    Asked("RCM/2023/VM/DEC/1", "8", "request", ("presidency",), "2024-02-29", ("implemented", "2024-02-20", {})),
    Asked("RCM/2023/VM/DEC/1", "11", "instruct", ("members",)),
)  # fmt: skip
#: Verbs that tell and ask for nothing.
TELLING = {"approve", "agree", "decide", "authorise", "recommend", "encourage"}
#: Source, kind, target.
LINKS = (
    ("RCM/2014/VM/DECL/1#11", "recalls", "RCM/2014/VM/DEC/1#1"), ("RCM/2014/VM/DECL/2#4", "implements", "RCM/2009/VM/DEC/1#2"),
    ("RCM/2016/VM/DECL/1#12", "recalls", "RCM/2016/VM/DEC/1#1"), ("RCM/2016/VM/DEC/1#2", "amends", "RCM/2009/VM/DEC/1#1"),
    ("RCM/2016/VM/DEC/1#7", "supersedes", "RCM/2009/VM/DEC/1#5"), ("RCM/2016/VM/DECL/1#10", "recalls", "RCM/2014/VM/DECL/1#5"),
    ("RCM/2014/VM/DEC/1#1", "recalls", "RCM/2014/RCGM/CONC/1#9"),
)  # fmt: skip


def enter(sources: Iterable[Source], cast: Cast, *, at: dt.datetime) -> None:
    """The secretariat writes the decisions of earlier years out of their papers, oldest first."""
    by = cast["assistant"]
    filed = {one.symbol: one for one in sources if one.symbol in SYMBOLS}
    for symbol in sorted(filed, key=lambda one: (filed[one].date, one)):
        source = filed[symbol]
        document = Document.objects.get(symbol=symbol)
        decision = actions.begin(
            kind=SYMBOLS[symbol], titles=source.titles, meeting=Meeting.objects.filter(symbol=source.meeting).first(),
            body=Body.objects.get(code=source.body), scope="extraordinary" if symbol == EXTRAORDINARY else "annual",
            audience=min(document.audience, Audience.CIVIL_SOCIETY), original_language=source.original, by=by, at=at,
        )  # fmt: skip
        texts.write_paragraphs(text=decision.text, pieces=list(_pieces(source)), by=by, at=at)
        _describe(decision, [one for one in MEANT if one.symbol == symbol], cast, at=at)
        on, precision = parse_imprecise(source.date)
        decision = actions.enter_adopted(
            decision=decision,
            on=on,
            precision=precision,
            languages=source.languages,
            document=document,
            by=by,
            at=at,
        )
        _settle(decision, [one for one in MEANT if one.symbol == symbol and one.status], cast, at=at)
    for source_of, kind, target in LINKS:
        ends = [_named(one) for one in (source_of, target)]
        if ends[0] is not None and ends[1] is not None:
            actions.link(source=ends[0], target=ends[1], kind=kind, by=by, at=at)


def _pieces(source: Source) -> Iterator[texts.Piece]:
    """The paragraphs of a paper, its languages side by side: they are written alike, block by block."""
    bodies = [[one for one in source.bodies[code] if not isinstance(one, Table)] for code in source.languages]
    begun = False
    for blocks in zip(*bodies, strict=True):
        first = blocks[0]
        words = {code: _words(one.runs) for code, one in zip(source.languages, blocks, strict=True)}
        if isinstance(first, Heading):
            yield texts.Piece(Kind.HEADING, words)
        elif first.is_item:
            yield texts.Piece(Kind.ITEM, words, depth=1)
        elif isinstance(first, Paragraph):
            begun = begun or first.is_numbered
            yield texts.Piece(
                Kind.PARAGRAPH, words, Function.OPERATIVE if first.is_numbered else Function.PREAMBULAR
            )


def _words(runs: Runs) -> str:
    """The words with their marks."""
    return "".join(f"*{run.text}*" if run.bold or run.italic else run.text for run in runs)


def _describe(decision: Decision, meant: Sequence[Asked], cast: Cast, *, at: dt.datetime) -> None:
    verbs = {one.code: one for one in Verb.objects.all()}
    paragraphs = {one.anchor: one for one in Written.objects.filter(text=decision.text)}
    themes = list(Theme.objects.filter(documents__symbol=meant[0].symbol)) if meant else []
    meanings = {}
    for one in meant:
        due = parse_imprecise(one.due) if one.due else (None, DatePrecision.DAY)
        meanings[paragraphs[one.anchor]] = actions.Meaning(
            verb=verbs.get(one.verb), addressees=[_whom(code) for code in one.to], asks=one.verb not in TELLING and bool(one.to),
            due_on=due[0], due_precision=due[1], themes=themes,
        )  # fmt: skip
    if meanings:
        actions.describe(decision=decision, meanings=meanings, by=cast["assistant"], at=at)


def _whom(code: str) -> actions.Whom:
    if code.startswith("@"):
        return actions.Whom("body", body=Body.objects.get(code=code[1:]))
    if code.startswith("="):
        return actions.Whom("party", party=Party.objects.get(code=code[1:]))
    return actions.Whom(code)


def _settle(decision: Decision, meant: Sequence[Asked], cast: Cast, *, at: dt.datetime) -> None:
    paragraphs = {
        one.anchor: one
        for one in Written.objects.filter(text=decision.text).select_related("provision", "text__decision")
    }
    for one in meant:
        assert one.status is not None  # noqa: S101 - for the type checker
        status, on, notes = one.status
        actions.set_status(
            provision=paragraphs[one.anchor].provision, status=status, on=dt.date.fromisoformat(on), notes=notes,
            by=cast["assistant"], at=at,
        )  # fmt: skip


def _named(place: str) -> Written | None:
    symbol, _sign, anchor = place.partition("#")
    seen = Written.objects.filter(text__symbol=symbol, anchor=anchor, text__decision__isnull=False)
    return seen.select_related("text__decision").first()


def show_the_public(cast: Cast, *, at: dt.datetime) -> int:
    """The secretariat releases the decisions whose papers the public reads, oldest first; how many."""
    public = Decision.objects.filter(document__released_at__isnull=False, document__withdrawn_at=None)
    found = list(public.adopted().order_by("adopted_on", "pk"))
    for one in found:
        seen = releasing.edition_of(one).digest
        releasing.release(decision=one, seen=seen, by=cast["secretariat"], at=at)
    return len(found)


# In the middle of its way ------------------------------------------------------------------------------------------

TITLES = _t(
    "Recommendation on help for persons stranded on the way",
    "Recomendación sobre la atención a personas varadas en el camino",
)
PARAGRAPHS = (
    _t("*Recalling* that a person who can neither go on nor go back needs help where she or he is,", "*Recordando* que quien no puede seguir ni volver necesita ayuda en el lugar en que se encuentra,"),
    _t("*Recommend* that each member name the authority that is called when a group is found stranded, and its substitute at night and on holidays.", "*Recomendar* que cada miembro designe la autoridad a la que se llama cuando se encuentra un grupo varado, y quien la sustituye de noche y en días feriados."),
    _t("*Request* the Technical Secretariat to keep these names in one list and to try every telephone number twice a year.", "*Solicitar* a la Secretaría Técnica que mantenga esos nombres en una sola lista y pruebe cada número telefónico dos veces al año."),
    _t("*Recommend* that water, food, shelter and a first medical look be given before any question is asked.", "*Recomendar* que se den agua, alimento, albergue y una primera revisión médica antes de formular pregunta alguna."),
    _t("*Request* each member to report by 30 June 2027 how many groups were helped, and for how many days.", "*Solicitar* a cada miembro que informe a más tardar el 30 de junio de 2027 a cuántos grupos se ayudó y durante cuántos días."),
    _t("*Invite* the observer organisations to say what they can offer, by place and month.", "*Invitar* a las organizaciones observadoras a indicar qué pueden ofrecer, por lugar y mes."),
    _t("*Ask* the working groups on protection and on border management to propose a common sheet of first questions.", "*Pedir* a los grupos de trabajo sobre protección y sobre gestión fronteriza que propongan una hoja común de primeras preguntas."),
    _t("*Decide* that the matter is looked at again at the second meeting of 2027.", "*Decidir* que el asunto se examine de nuevo en la segunda reunión de 2027."),
)  # fmt: skip
_MEANT = (
    Asked("", "1", "recommend", ("members",)), Asked("", "2", "request", ("secretariat",)), Asked("", "3", "recommend", ("members",)),
    Asked("", "4", "request", ("members",), "2027-06-30"), Asked("", "5", "invite", ("=IOM", "=UNHCR"), "2027"),
    Asked("", "6", "ask", ("@WGPR", "@WGBM")), Asked("", "7", "decide", ("@RCGM",), "2027"),
)  # fmt: skip
RESERVED = _t(
    "Belize joins the consensus and reserves its position on trying each number twice a year until its night service is staffed.",
    "Belice se suma al consenso y reserva su posición sobre la prueba semestral de los números hasta que su servicio nocturno cuente con personal.",
)


def draft(convening: Convening, cast: Cast, *, at: dt.datetime) -> None:
    """The consultation group begins a recommendation; one delegation proposes other words, which are taken."""
    by = cast["assistant"]
    decision = actions.begin(
        kind="recommendation", titles=TITLES, convening=convening, audience=Audience.MEMBERS, by=by, at=at
    )
    first, *rest = PARAGRAPHS
    pieces = [texts.Piece(Kind.PARAGRAPH, first, Function.PREAMBULAR)]
    pieces += [texts.Piece(Kind.PARAGRAPH, one, Function.OPERATIVE) for one in rest]
    texts.write_paragraphs(text=decision.text, pieces=pieces, by=by, at=at)
    _describe(decision, _MEANT, cast, at=at)
    one = _propose(
        decision, "CRI", "delegate.cri", "1",
        _t("*Recommend* that each member name the authority that is called when a group is found stranded, and its substitute at night, on holidays and during elections.", "*Recomendar* que cada miembro designe la autoridad a la que se llama cuando se encuentra un grupo varado, y quien la sustituye de noche, en días feriados y durante elecciones."),
        cast, at=at,
    )  # fmt: skip
    actions.accept(proposal=one, party=Party.objects.get(code="HND"), by=cast["delegate.hnd"], at=at)
    actions.take(proposal=one, by=by, at=at)


def recommend(convening: Convening, cast: Cast, *, at: dt.datetime) -> None:
    """One member asks that its reservation be recorded; the chair declares consensus; the secretariat files it."""
    decision = Decision.objects.get(convening=convening)
    actions.take_position(
        decision=decision, party=Party.objects.get(code="BLZ"), kind="reservation", words=RESERVED,
        audience=Audience.MEMBERS, paragraph=decision.text.paragraphs.get(anchor="2"), by=cast["focal.blz"], at=at,
        token="demonstration-reservation",  # noqa: S106 - names the act, opens nothing
    )  # fmt: skip
    present = Party.objects.filter(
        code__in=["BLZ", "CAN", "CRI", "DOM", "SLV", "GTM", "HND", "MEX", "NIC", "PAN", "USA"]
    )
    actions.declare_consensus(
        decision=decision, present=list(present), languages=["en", "es"], by=cast["presidency"], at=at
    )
    actions.file_decision(decision=decision, by=cast["assistant"], at=at)


def forward(convening: Convening, cast: Cast, *, at: dt.datetime) -> None:
    """It is laid before the ministers' coming meeting."""
    recommended = Decision.objects.get(kind="recommendation", convening__isnull=False)
    coming = Convening.objects.filter(meeting__body__code="VM").order_by("-meeting__starts_on").first()
    if coming is not None and coming.pk != convening.pk:
        actions.forward(decision=recommended, convening=coming, by=cast["assistant"], at=at)


def negotiate(cast: Cast, *, at: dt.datetime) -> None:
    """Three countries propose, so that words are in brackets as the visitor comes."""
    decision = Decision.objects.filter(origin__isnull=False).first()
    if decision is None:
        return
    _propose(
        decision, "CRI", "delegate.cri", "4",
        _t("*Request* each member to report by 31 December 2027 how many groups were helped, and for how many days.", "*Solicitar* a cada miembro que informe a más tardar el 31 de diciembre de 2027 a cuántos grupos se ayudó y durante cuántos días."),
        cast, at=at,
    )  # fmt: skip
    kept = _propose(decision, "HND", "delegate.hnd", "6", {}, cast, at=at, what=Proposal.What.BRACKET)
    actions.accept(proposal=kept, party=Party.objects.get(code="CRI"), by=cast["delegate.cri"], at=at)
    _propose(
        decision, "MEX", "focal.mex", "5",
        _t("*Thank* the observer organisations for what they offer, by place and month.", "*Agradecer* a las organizaciones observadoras lo que ofrecen, por lugar y mes."),
        cast, at=at,
    )  # fmt: skip


def _propose(
    decision: Decision, code: str, who: str, anchor: str, words: Texts, cast: Cast, *, at: dt.datetime,
    what: str = Proposal.What.REPLACE,
) -> Proposal:  # fmt: skip
    one = Written.objects.get(text=decision.text_id, anchor=anchor)
    return actions.propose(
        decision=decision, party=Party.objects.get(code=code), what=what, paragraph=one, words=words, on_revision=one.revision,
        token=f"demonstration-{decision.pk}-{code}-{anchor}", by=cast[who], at=at,
    )  # fmt: skip
