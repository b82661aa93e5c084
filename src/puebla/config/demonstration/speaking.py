"""Statements of the demonstration's meetings, in all states: asked for, sent, pending, withdrawn, delivered as sent or otherwise.

All of it is invented. One stands in the closed session, so that a visitor finds that nobody outside learns of it.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from puebla.config.demonstration.people import Cast
from puebla.core.languages import Texts
from puebla.meetings import actions as meetings
from puebla.meetings.actions import interpreting
from puebla.meetings.actions import statements as actions
from puebla.meetings.models import AgendaItem, Convening, ItemOpening, Session, Statement
from puebla.members.models import Party

FOLLOW_UP, RIGHTS = "Follow-up of the Plan of Action", "Human rights"
CIVIL_SOCIETY, NEXT_PRESIDENCY = "Exchange with civil society", "The next Presidency Pro-Tempore"


@dataclass(frozen=True)
class Spoken:
    """What one delegation sends, and what becomes of it.

    Attributes:
        item: its English title. who: whose account sends it. party: for whom. texts: paragraphs by language.
        delivered: the texts as delivered, where they differ.
    """

    item: str
    who: str
    party: str
    speaker: str = ""
    said_as: str = ""
    offices: Texts = field(default_factory=dict)
    language: str = "es"
    texts: dict[str, Sequence[str]] = field(default_factory=dict)
    publish: bool = False
    kind: str = Statement.Kind.STATEMENT
    delivered: dict[str, Sequence[str]] = field(default_factory=dict)


HELD = (
    Spoken(
        FOLLOW_UP, "delegate.cri", "CRI", "Elena Mora", "", {"en": "Director-General of Migration", "es": "Directora General de Migración"}, "es",
        {
            "es": ("Gracias, señor Presidente.", "Costa Rica ha cumplido 9 de las 12 medidas que le corresponden en el Plan de Acción."),
            "en": ("Thank you, Mr. President.", "Costa Rica has carried out 9 of its 12 measures under the Plan of Action."),
        },
        publish=True,
    ),
    Spoken(
        FOLLOW_UP, "viceminister.mex", "MEX", "Andrés Cantera", "", {"es": "Viceministro"}, "es",
        {"es": ("México propone que la matriz se actualice dos veces al año.",)},
        delivered={"es": ("México propone que la matriz se actualice dos veces al año, y ofrece preparar el primer borrador.",)},
        publish=True,
    ),
    Spoken(RIGHTS, "delegate.hnd", "HND", "Rosa Pineda", language="es", texts={"es": ("Honduras ofrece ser sede del taller sobre protección consular.",)}),
)  # fmt: skip
COMING = (
    Spoken(
        FOLLOW_UP, "delegate.cri", "CRI", "Elena Mora", "", {"en": "Director-General of Migration", "es": "Directora General de Migración"}, "es",
        {
            "es": ("Señora Presidenta, distinguidas delegaciones:", "Costa Rica presentará en esta reunión las 3 medidas que le faltan, con fecha y responsable.", "*Celebramos* que la matriz se publique en ambos idiomas."),
            "en": ("Madam President, distinguished delegates,", "At this meeting Costa Rica will present its 3 remaining measures, with a date and somebody in charge.", "We *welcome* that the matrix is published in both languages."),
        },
        publish=True,
    ),
    Spoken(FOLLOW_UP, "delegate.hnd", "HND", "Rosa Pineda", language="es", texts={"es": ("Honduras comparte el resultado de su registro de retornos: 14 municipios reciben ya a quienes regresan.",)}),
    Spoken(FOLLOW_UP, "focal.can", "CAN", "Geneviève Thériault", "zhen-VYEV teh-ree-OH", language="en", texts={"en": ("Canada thanks the Technical Secretariat for the matrix.", "We have 2 questions about its third column.")}),
    Spoken(FOLLOW_UP, "focal.gtm", "GTM"),
    Spoken(FOLLOW_UP, "focal.usa", "USA", kind=Statement.Kind.REPLY, language="en"),
    Spoken(RIGHTS, "focal.slv", "SLV", language="es", texts={"es": ("El Salvador retirará este texto y enviará otro.",)}),
    Spoken(CIVIL_SOCIETY, "civil", "RNCOM", language="es", texts={"es": ("La red presenta 4 propuestas sobre el acceso a documentos de identidad.",), "en": ("The network presents 4 proposals on access to identity papers.",)}, publish=True),
    Spoken(CIVIL_SOCIETY, "observer.col", "COL", "Camilo Restrepo", language="es"),
)  # fmt: skip
#: Who takes it back before it is delivered.
WITHDRAWN = "SLV"
#: The Presidency lets these take the floor where observers and civil society are heard.
LET = ("RNCOM", "COL")


def let_speak(convening: Convening, cast: Cast, *, at: dt.datetime) -> None:
    """The Presidency's exceptions for the item on civil society."""
    for code in LET:
        meetings.open_item(
            item=_item(convening, CIVIL_SOCIETY), party=Party.objects.get(code=code), what=ItemOpening.What.SPEAK,
            by=cast["presidency"], at=at,
        )  # fmt: skip


def send(convening: Convening, spoken: Sequence[Spoken], cast: Cast, *, at: dt.datetime) -> None:
    """Delegations send what they have, one after the other."""
    for number, one in enumerate(spoken):
        actions.send(
            item=_item(convening, one.item), party=Party.objects.get(code=one.party), kind=one.kind, by=cast[one.who], at=at,
            token=f"demonstration-{convening.pk}-{one.party}-{number}", texts=one.texts, publish=one.publish, speaker=one.speaker,
            said_as=one.said_as, offices=one.offices, language=one.language,
        )  # fmt: skip


def deliver(convening: Convening, cast: Cast, *, at: dt.datetime) -> None:
    """The meeting hears them; one says more than it had sent."""
    for one in HELD:
        statement = _of(convening, one.party)
        actions.deliver(statement=statement, by=cast["assistant"], at=at)
        if one.delivered:
            statement.refresh_from_db()
            actions.word_as_delivered(
                statement=statement, revision=statement.revision, texts=one.delivered, by=cast["assistant"], at=at
            )  # fmt: skip


def think_again(convening: Convening, cast: Cast, *, at: dt.datetime) -> None:
    """One delegation takes its text back; behind closed doors the host sends one; the booth gets its link."""
    actions.withdraw(statement=_of(convening, WITHDRAWN), by=cast[f"focal.{WITHDRAWN.lower()}"], at=at)
    chair = cast["presidency"]
    party = chair.seats.select_related("party").order_by("pk")[0].party
    actions.send(
        item=_item(convening, NEXT_PRESIDENCY), party=party, kind=Statement.Kind.STATEMENT, by=chair, at=at,
        token=f"demonstration-{convening.pk}-closed", language="es", speaker=chair.full_name,
        texts={"es": ("La Presidencia informa de las consultas sobre la próxima candidatura.",)},
    )  # fmt: skip
    plenary = Session.objects.filter(convening=convening, kind=Session.Kind.PLENARY).order_by("starts_at")[0]
    interpreting.issue_link(session=plenary, label="Cabina 1 · Booth 1", by=cast["assistant"], at=at)


def _item(convening: Convening, title: str) -> AgendaItem:
    return next(one for one in AgendaItem.objects.filter(convening=convening) if one.titles["en"] == title)


def _of(convening: Convening, party: str) -> Statement:
    found: Statement = Statement.objects.get(convening=convening, party__code=party)
    return found
