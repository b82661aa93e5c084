"""The draft report of the meeting held: written in both languages, partly pending, sent to delegations for comments.

All of it is invented. Two paragraphs lack a language and one names another day in each, so that a visitor finds what the
page points at; two delegations have commented, and one was answered.
"""

import datetime as dt

from puebla.config.demonstration.people import Cast
from puebla.core.languages import Texts
from puebla.meetings.actions.reports import draft_report, send_for_comments
from puebla.meetings.models import Convening, Report
from puebla.members.models import Audience
from puebla.members.querysets import today
from puebla.texts import actions
from puebla.texts.models import Comment, Kind, Paragraph, Text

ZONE = "America/Guatemala"
FIVE = dt.time(17)


def _t(en: str, es: str) -> Texts:
    return {code: words for code, words in (("en", en), ("es", es)) if words}


#: Below which heading (its English words end with this): paragraphs, and items below the last of them.
WRITTEN: tuple[tuple[str, tuple[Texts, ...], tuple[Texts, ...]], ...] = (
    (
        "Opening of the meeting",
        (
            _t(
                "The host country welcomed the delegations of the 11 member states, the observers and civil society.",
                "El país anfitrión dio la bienvenida a las delegaciones de los 11 Países Miembros, a los observadores y a la sociedad civil.",
            ),
            _t(
                "The Presidency Pro-Tempore recalled that the meeting *recommends* and does not decide.",
                "La Presidencia Pro-Témpore recordó que la reunión *recomienda* y no decide.",
            ),
        ),
        (),
    ),
    (
        "Adoption of the agenda",
        (_t("The agenda was adopted without change.", "La agenda se aprobó sin cambios."),),
        (),
    ),
    (
        "Follow-up of the Plan of Action",
        (
            _t(
                "The Group *took note* of the matrix of follow-up and asked:",
                "El Grupo *tomó nota* de la matriz de seguimiento y solicitó:",
            ),
        ),
        (
            _t(
                "the member states to complete it by 15 September;",
                "a los Países Miembros que la completen a más tardar el 30 de septiembre;",
            ),
            _t("", "a la Secretaría Técnica que prepare un resumen de dos páginas."),
        ),
    ),
    (
        "Human rights",
        (
            _t(
                "Delegations exchanged experiences in the consular protection of children and adolescents.",
                "Las delegaciones intercambiaron experiencias en la protección consular de niñas, niños y adolescentes.",
            ),
        ),
        (),
    ),
    (
        "Exchange with civil society",
        (
            _t(
                "The network of civil-society organisations presented 4 proposals; the Group thanked it for them.",
                "",
            ),
        ),
        (),
    ),
    (
        "Financial and activity report of the Technical Secretariat",
        (
            _t(
                "The Group *thanked* the Technical Secretariat for its report.",
                "El Grupo *agradeció* a la Secretaría Técnica su informe.",
            ),
        ),
        (),
    ),
)  # fmt: skip


def draft(convening: Convening, cast: Cast, *, at: dt.datetime, now: dt.datetime) -> Report:
    """Draft the report of a meeting held from its agenda, write it, send it for comments.

    Args:
        now: the day of the visitor, some days before the time for comments ends.
    """
    by = cast["assistant"]
    report = draft_report(convening=convening, kind=Report.Kind.REPORT, by=by, at=at)
    _fill(report.text, cast, at=at)
    on = today(now) + dt.timedelta(days=9)
    return send_for_comments(
        report=report, on=on, hour=FIVE, zone=ZONE, audience=Audience.MEMBERS, by=by, at=at
    )


def discuss(report: Report, cast: Cast, *, at: dt.datetime) -> None:
    """Two delegations comment; one is answered."""
    told = _comment(
        report.text, "Human rights", "delegate.hnd", "Please add that Honduras offered to host the workshop.", "en", cast, at=at
    )  # fmt: skip
    _comment(
        report.text, "Follow-up of the Plan of Action", "delegate.cri",
        "Las dos versiones dan fechas distintas; nuestra delegación entendió el 30 de septiembre.", "es", cast, at=at,
    )  # fmt: skip
    answer = "Thank you. A sentence follows in the next revision."
    actions.answer_comment(comment=told, answer=answer, close=False, by=cast["assistant"], at=at)


def _first_below(text: Text, heading: str) -> Paragraph:
    """The paragraph after the one on papers, where there is one, in the section of this heading."""
    section = next(
        one
        for one in Paragraph.objects.filter(text=text, kind=Kind.HEADING)
        if one.words.get("en", "").endswith(heading)
    )
    return Paragraph.objects.filter(parent=section).order_by("-place").first() or section


def _fill(text: Text, cast: Cast, *, at: dt.datetime) -> None:
    by = cast["assistant"]
    for heading, paragraphs, items in WRITTEN:
        after = _first_below(text, heading)
        added = actions.add_paragraphs(
            text=text, after=after, kind=Kind.PARAGRAPH, blocks=paragraphs, by=by, at=at
        )
        if items:
            actions.add_paragraphs(text=text, after=added[-1], kind=Kind.ITEM, blocks=items, by=by, at=at)


def _comment(
    text: Text, heading: str, who: str, words: str, language: str, cast: Cast, *, at: dt.datetime
) -> Comment:
    person = cast[who]
    party = person.seats.select_related("party").order_by("pk")[0].party
    return actions.comment(
        paragraph=_first_below(text, heading), party=party, words=words, language=language, audience=None, by=person, at=at
    )  # fmt: skip
