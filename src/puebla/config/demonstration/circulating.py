"""The circulars of the demonstration, around today's date, with what parties replied; invented like all its papers."""

import datetime as dt
from typing import Any

from django.utils import timezone

from puebla.accounts.models import Person
from puebla.circulars import actions
from puebla.circulars.actions.proposing import PROPOSED
from puebla.circulars.models import Answering, Circular, Kind, Precision
from puebla.config.demonstration.people import Cast
from puebla.documents.models import Document
from puebla.members.models import Audience, Body, Meeting, Party, Seat
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
REMARKS = {
    "en": "We thank the Presidency for the invitation.",
    "es": "Agradecemos la invitación de la Presidencia.",
}


def circulate(cast: Cast, *, at: dt.datetime) -> list[Circular]:
    """Send the circulars and let some parties reply: some in time, one late, others not at all."""
    made = _Circulating(cast, at)
    return [made.network(), made.nominations(), made.comments(), made.invitation()]


class _Circulating:
    """The demonstration's secretariat and delegations at their correspondence."""

    def __init__(self, cast: Cast, at: dt.datetime) -> None:
        self.cast, self.at = cast, at
        self.first = Seat.objects.order_by("-created_at").values_list("created_at", flat=True)[0]

    def ago(self, days: float) -> dt.datetime:
        """So many days before now; nearer where the private site was opened only lately, in the same order."""
        share = self.first + (self.at - self.first) * (1 - days / 40)
        return max(self.at - dt.timedelta(days=days), share)

    def day(self, days: int) -> dt.date:
        """A working day about so many days from now."""
        found = today(self.at) + dt.timedelta(days=days)
        step = 1 if days > 0 else -1
        while found.weekday() > 4:
            found += dt.timedelta(days=step)
        return found

    def sent(
        self, name: str, kind: Kind, *, days: float, body: str, by: str = "assistant", **described: Any
    ) -> Circular:
        """Write it and send it to exactly those who are shown."""
        home = Body.objects.select_related("room").get(code=body)
        person, at = self.cast[by], self.ago(days)
        draft = actions.draft(
            room=home.room, body=home, kind=kind, **TEXTS[name], by=person, at=at - dt.timedelta(minutes=20),
            reply_form=PROPOSED[kind](), **described,
        )  # fmt: skip
        shown = actions.preview(draft, by=person, reach=reach_of(person, at), at=at)
        return actions.send(circular=draft, seen=shown.digest, revision=draft.revision, by=person, at=at)

    def reply(
        self, circular: Circular, address: str, answers: dict[str, Any], *, days: float, send: bool = True
    ) -> None:
        """One party's reply, or only its draft."""
        person, at = self.cast[address], self.ago(days)
        party = Party.objects.get(seats__person=person, pk__in=circular.recipients.values("party"))
        actions.note_opened(circular=circular, parties=[party.pk], at=at - dt.timedelta(hours=2))
        actions.save_draft(circular=circular, party=party, answers=answers, by=person, at=at, token=address)
        if send:
            actions.send_reply(circular=circular, party=party, token=address, by=person, at=at)

    def invitation(self) -> Circular:
        """To the next meeting: four in time, one late, the others missing since yesterday."""
        began = self.ago(24)
        over = self.day(-1)
        day = over if timezone.localtime(began).date() < over else self.day(2)
        body = Body.objects.get(code="RCGM")
        meeting = Meeting.objects.filter(body=body, starts_on__gt=today(self.at), draft=False).order_by(
            "starts_on"
        )
        agenda = Document.objects.filter(kind__code="AG", body=body, audience__gte=Audience.CIVIL_SOCIETY)
        circular = self.sent(
            "invitation", Kind.INVITATION, days=24, body="RCGM", by="presidency", opens_to=Audience.CIVIL_SOCIETY,
            meeting=meeting.first(), papers=list(agenda.order_by("-dated_on")[:1]), remind_days=[7, 1],
            addressed={"bodies": ["RCGM"]}, reply_on=day, reply_time=FIVE, reply_zone=ZONE,
            reply_precision=Precision.MINUTE,
        )  # fmt: skip
        for address, choice, days in (("focal.mex", "o1", 18), ("focal.can", "o2", 15), ("focal.cri", "o1", 11),
                                      ("observer.unhcr", "o1", 9)):  # fmt: skip
            self.reply(circular, address, self._taking_part(self.cast[address], choice), days=days)
        self.reply(circular, "focal.slv", self._taking_part(self.cast["focal.slv"], "o1"), days=0.1)
        self.reply(
            circular, "focal.hnd", self._taking_part(self.cast["focal.hnd"], "o1"), days=0.05, send=False
        )
        return circular

    def _taking_part(self, person: Person, choice: str) -> dict[str, Any]:
        return {
            "f1": choice,
            "f2": [{"ref": person.ref}] if choice != "o3" else [],
            "f3": REMARKS.get(person.language, ""),
        }

    def comments(self) -> Circular:
        """A call whose replies all parties read; its date was put off once."""
        circular = self.sent(
            "comments", Kind.COMMENTS, days=16, body="RCGM", opens_to=Audience.MEMBERS, replies_shared=True,
            addressed={"standings": ["member"], "roles": ["focal_point"]}, reply_on=self.day(4), reply_zone=ZONE,
            remind_days=[5, 1],
        )  # fmt: skip
        comment = {
            "focal.pan": "Artículo 3: proponemos mencionar también a los consulados honorarios.",
            "focal.blz": "Article 5: please say which authority keeps the directory.",
        }
        for days, (address, words) in zip((9, 6), comment.items(), strict=True):
            self.reply(circular, address, {"f1": words}, days=days)
        return actions.extend(
            circular=circular, on=self.day(11), time=None, zone=ZONE, precision=Precision.DAY,
            reasons={"en": "Two delegations asked for more time.", "es": "Dos delegaciones pidieron más plazo."},
            by=self.cast["secretariat"], at=self.ago(3),
        )  # fmt: skip

    def nominations(self) -> Circular:
        """Written in Spanish; the English text is pending. The focal points reply."""
        circular = self.sent(
            "nominations", Kind.NOMINATIONS, days=5, body="RCGM", opens_to=Audience.PRESIDENCY,
            addressed={"standings": ["member"], "roles": ["focal_point", "delegate"]}, reply_on=self.day(24),
            reply_zone=ZONE, answering=Answering.FOCAL_POINT, remind_days=[10, 3, 1],
        )  # fmt: skip
        nominated = [{"name": "Vera Alfar (demostración)", "office": "Autoridad de protección de la niñez"}]
        self.reply(circular, "focal.gtm", {"f1": nominated}, days=2)
        return circular

    def network(self) -> Circular:
        """Information to a sealed network: nobody without a seat there learns of it."""
        return self.sent(
            "network", Kind.INFORMATION, days=8, body="LOCP", by="networks", opens_to=Audience.ROOM,
            addressed={"bodies": ["LOCP"]},
        )  # fmt: skip
