"""The circulars of the demonstration, around today's date, with what parties replied; invented like all its papers."""

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.utils import timezone

from puebla.circulars import actions
from puebla.circulars.actions.proposing import PROPOSED
from puebla.circulars.models import Answering, Circular, FieldKind, Kind, Precision
from puebla.config.demonstration.people import Cast
from puebla.documents.models import Document
from puebla.members.models import Audience, Body, Meeting, Party
from puebla.members.querysets import reach_of, today

ZONE = "America/Guatemala"
FIVE = dt.time(17)
TEXTS: dict[str, dict[str, dict[str, str]]] = {
    "invitation": {
        "titles": {
            "en": "Invitation to the Regional Consultation Group on Migration (demonstration)",
            "es": "Invitación al Grupo Regional de Consulta sobre Migración (demostración)",
        },
        "texts": {
            "en": (
                "The Presidency Pro-Tempore has the honour to invite the delegations of the member states, with the observers"
                " and civil society, to the next meeting of the Regional Consultation Group on Migration.\n\nPlease say"
                " whether your delegation will take part, and name its members, so that the host can prepare their"
                " credentials.\n\nThis letter is invented for the demonstration."
            ),
            "es": (
                "La Presidencia Pro-Témpore tiene el honor de invitar a las delegaciones de los Países Miembros, así como a"
                " los observadores y a la sociedad civil, a la próxima reunión del Grupo Regional de Consulta sobre"
                " Migración.\n\nLe rogamos indicar si su delegación participará y nombrar a sus integrantes, a fin de que el"
                " anfitrión prepare sus credenciales.\n\nEsta carta está inventada para la demostración."
            ),
        },
    },
    "comments": {
        "titles": {
            "en": "Call for comments on the draft guidelines for consular cooperation (demonstration)",
            "es": "Solicitud de comentarios sobre el proyecto de lineamientos de cooperación consular (demostración)",
        },
        "texts": {
            "en": (
                "The Technical Secretariat asks the member states for their comments on the draft guidelines, by article,"
                " in either working language. Longer comments may be sent as a file.\n\nThe comments are read by all who"
                " received this circular."
            ),
            "es": (
                "La Secretaría Técnica solicita a los Países Miembros sus comentarios al proyecto de lineamientos, por"
                " artículo y en cualquiera de los idiomas de trabajo. Los comentarios extensos pueden enviarse en un"
                " archivo.\n\nLos comentarios los leen todas las partes que recibieron esta circular."
            ),
        },
    },
    "nominations": {
        "titles": {"es": "Designaciones para el taller sobre protección de la niñez migrante (demostración)"},
        "texts": {
            "es": (
                "La Secretaría Técnica invita a cada País Miembro a designar hasta tres personas para el taller sobre"
                " protección de la niñez migrante, una de ellas de la autoridad de protección de la niñez."
            )
        },
    },
    "agenda": {
        "titles": {
            "en": "Proposals for the agenda of the next meeting (demonstration)",
            "es": "Propuestas para la agenda de la próxima reunión (demostración)",
        },
        "texts": {
            "en": "The Technical Secretariat gathers the items that delegations propose for the agenda, with a line of reasons.",
            "es": "La Secretaría Técnica reúne los puntos que las delegaciones proponen para la agenda, con una breve razón.",
        },
    },
    "network": {
        "titles": {
            "en": "Duty hours of the liaison officers over the holidays (demonstration)",
            "es": "Turnos de los funcionarios de enlace en los días festivos (demostración)",
        },
        "texts": {
            "en": "The duty list of the network over the holidays lies in this room. Please tell the chair of changes.",
            "es": "La lista de turnos de la red en los días festivos está en esta sala. Le rogamos comunicar los cambios a"
            " quien la coordina.",
        },
    },
}  # fmt: skip
LABELS = {"en": "Items proposed", "es": "Puntos propuestos"}
REMARKS = {
    "en": "We thank the Presidency for the invitation.",
    "es": "Agradecemos la invitación de la Presidencia.",
}


class Circulars:
    """The demonstration's correspondence, step by step: taken between other acts, so that the journal keeps its order."""

    def __init__(self, cast: Cast, *, now: dt.datetime, began: dt.datetime) -> None:
        self.cast, self.now, self.first = cast, now, began + dt.timedelta(hours=6)
        self.sent: dict[str, Circular] = {}
        steps: list[tuple[float, Callable[[dt.datetime], object]]] = [
            (24, self.invite), (16, self.call_for_comments), (8, self.inform_the_network), (5, self.call_for_nominations),
            (3, self.give_more_time), (1.5, self.begin_a_draft), *self._replies(),
        ]  # fmt: skip
        self.steps = sorted(((self._ago(days), act) for days, act in steps), key=lambda step: step[0])

    def _ago(self, days: float) -> dt.datetime:
        """So many days before now; nearer where the private site was opened only lately, in the same order."""
        share = self.first + (self.now - self.first) * (1 - days / 40)
        if days < 1 or share > self.now - dt.timedelta(days=days):
            return max(self.now - dt.timedelta(days=days), share)
        morning = timezone.localtime(self.now - dt.timedelta(days=days))
        return morning.replace(hour=10, minute=int(days * 7) % 60, second=7, microsecond=0)

    def _day(self, days: int) -> dt.date:
        """A working day about so many days from now."""
        found = today(self.now) + dt.timedelta(days=days)
        while found.weekday() > 4:
            found += dt.timedelta(days=1 if days > 0 else -1)
        return found

    def _send(
        self, name: str, kind: Kind, at: dt.datetime, *, body: str, by: str = "assistant", **described: Any
    ) -> None:
        """Write it and send it to exactly those who are shown."""
        home, person = Body.objects.select_related("room").get(code=body), self.cast[by]
        draft = actions.draft(
            room=home.room, body=home, kind=kind, **TEXTS[name], by=person, at=at, reply_form=PROPOSED[kind](), **described
        )  # fmt: skip
        shown = actions.preview(draft, by=person, reach=reach_of(person, at), at=at)
        self.sent[name] = actions.send(
            circular=draft, seen=shown.digest, revision=draft.revision, by=person, at=at
        )

    def invite(self, at: dt.datetime) -> None:
        """To the next meeting; the date was yesterday, where the site is old enough for it."""
        over = self._day(-1)
        body = Body.objects.get(code="RCGM")
        meetings = Meeting.objects.filter(body=body, starts_on__gt=today(self.now), draft=False)
        agendas = Document.objects.filter(kind__code="AG", body=body, audience__gte=Audience.CIVIL_SOCIETY)
        self._send(
            "invitation", Kind.INVITATION, at, body="RCGM", by="presidency", opens_to=Audience.CIVIL_SOCIETY,
            meeting=meetings.order_by("starts_on").first(), papers=list(agendas.order_by("-dated_on")[:1]),
            addressed={"bodies": ["RCGM"]}, reply_on=over if today(at) < over else self._day(2), reply_time=FIVE,
            reply_zone=ZONE, reply_precision=Precision.MINUTE, remind_days=[7, 1],
        )  # fmt: skip

    def call_for_comments(self, at: dt.datetime) -> None:
        """All parties read the replies."""
        self._send(
            "comments", Kind.COMMENTS, at, body="RCGM", opens_to=Audience.MEMBERS, replies_shared=True,
            addressed={"standings": ["member"], "roles": ["focal_point"]}, reply_on=self._day(4), reply_zone=ZONE,
            remind_days=[5, 1],
        )  # fmt: skip

    def give_more_time(self, at: dt.datetime) -> None:
        """The date of the call for comments is put off."""
        self.sent["comments"] = actions.extend(
            circular=self.sent["comments"], on=self._day(11), time=None, zone=ZONE, precision=Precision.DAY,
            reasons={"en": "Two delegations asked for more time.", "es": "Dos delegaciones pidieron más plazo."},
            by=self.cast["secretariat"], at=at,
        )  # fmt: skip

    def call_for_nominations(self, at: dt.datetime) -> None:
        """Written in Spanish; the English text is pending. The focal points reply."""
        self._send(
            "nominations", Kind.NOMINATIONS, at, body="RCGM", opens_to=Audience.PRESIDENCY,
            addressed={"standings": ["member"], "roles": ["focal_point", "delegate"]}, reply_on=self._day(24),
            reply_zone=ZONE, answering=Answering.FOCAL_POINT, remind_days=[10, 3, 1],
        )  # fmt: skip

    def inform_the_network(self, at: dt.datetime) -> None:
        """Information to a sealed network: nobody without a seat there learns of it."""
        self._send(
            "network", Kind.INFORMATION, at, body="LOCP", by="networks", opens_to=Audience.ROOM,
            addressed={"bodies": ["LOCP"]},
        )  # fmt: skip

    def begin_a_draft(self, at: dt.datetime) -> None:
        """What the assistant goes on with today: not sent, so that nobody else knows of it."""
        body = Body.objects.select_related("room").get(code="RCGM")
        asked = [{"kind": FieldKind.AGENDA, "required": True, "labels": LABELS}]
        actions.draft(
            room=body.room, body=body, kind=Kind.COMMENTS, **TEXTS["agenda"], by=self.cast["assistant"], at=at,
            reply_form=asked, opens_to=Audience.OBSERVERS, addressed={"standings": ["member", "observer_state"]},
            reply_on=self._day(20), reply_zone=ZONE, remind_days=[5, 1],
        )  # fmt: skip

    def _replies(self) -> Iterator[tuple[float, Callable[[dt.datetime], object]]]:
        """Some in time, one late, one a draft; the others are missing."""
        for days, address, choice in ((18, "focal.mex", "o1"), (15, "focal.can", "o2"), (11, "focal.cri", "o1"),
                                      (9.5, "observer.unhcr", "o1"), (0.1, "focal.slv", "o1")):  # fmt: skip
            yield days, partial(self._reply, "invitation", address, self._taking_part(address, choice))
        yield (
            0.05,
            partial(self._reply, "invitation", "focal.hnd", self._taking_part("focal.hnd", "o1"), send=False),
        )
        yield 9, partial(self._reply, "comments", "focal.pan",
                         {"f1": "Artículo 3: proponemos mencionar también a los consulados honorarios."})  # fmt: skip
        yield 6, partial(self._reply, "comments", "focal.blz",
                         {"f1": "Article 5: please say which authority keeps the directory."})  # fmt: skip
        nominated = [
            {"name": "Vera Alfar (demostración)", "office": "Autoridad de protección de la niñez"},
        ]
        yield 2, partial(self._reply, "nominations", "focal.gtm", {"f1": nominated})

    def _taking_part(self, address: str, choice: str) -> dict[str, Any]:
        person = self.cast[address]
        return {"f1": choice, "f2": [{"ref": person.ref}], "f3": REMARKS.get(person.language, "")}

    def _reply(
        self, name: str, address: str, answers: dict[str, Any], at: dt.datetime, *, send: bool = True
    ) -> None:
        """One party's reply, or only its draft."""
        circular, person = self.sent[name], self.cast[address]
        party = Party.objects.filter(seats__person=person, pk__in=circular.recipients.values("party"))[0]
        actions.note_opened(circular=circular, parties=[party.pk], at=at)
        actions.save_draft(circular=circular, party=party, answers=answers, by=person, at=at, token=address)
        if send:
            actions.send_reply(circular=circular, party=party, token=address, by=person, at=at)
