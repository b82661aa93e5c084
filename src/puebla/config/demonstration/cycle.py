"""One running cycle of meetings around the day the demonstration is loaded: a meeting held, one convened, one announced.

All of it is invented; days follow from today, so that a visitor always finds the convened meeting some days ahead.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from puebla.config.demonstration import bilaterals, deciding, delegations, presiding, speaking
from puebla.config.demonstration.people import Cast
from puebla.core.languages import Texts
from puebla.documents import actions as documents
from puebla.documents.models import Document, Kind, State
from puebla.meetings import actions
from puebla.meetings.actions.convening import hold
from puebla.meetings.actions.releases import release_programme
from puebla.meetings.models import AgendaItem, Convening, Session
from puebla.meetings.querysets.public import digest_of, offer_of, subset_of
from puebla.members.models import Audience, Body, Meeting, Party
from puebla.members.querysets import reach_of, today

ZONE = "America/Guatemala"
#: The convened meeting begins about this long after today, on a Tuesday.
AHEAD = dt.timedelta(days=12)
#: The meeting before it was held about this long ago.
BEHIND = dt.timedelta(days=150)
TUESDAY = 1


@dataclass(frozen=True)
class Item:
    """An item of the agenda as written here.

    Attributes:
        session: number of the session in which it is taken up.
        papers: symbols of papers that stand under it; those that are not filed are left out.
        awaited: kind and titles of a paper that is announced and not filed yet.
    """

    titles: Texts
    session: int
    papers: tuple[str, ...] = ()
    awaited: tuple[str, Texts] | None = None
    below: tuple["Item", ...] = ()
    audience: int | None = None
    notes: Texts = field(default_factory=dict)


def _t(en: str, es: str) -> Texts:
    return {"en": en, "es": es}


#: Day of the meeting, from, until, kind, title, room.
SESSIONS = (
    (0, "09:00", "12:30", Session.Kind.PLENARY, _t("Opening and first plenary", "Apertura y primera plenaria"), _t("Main hall", "Salón principal")),
    (0, "14:00", "17:30", Session.Kind.PLENARY, _t("Second plenary", "Segunda plenaria"), _t("Main hall", "Salón principal")),
    (1, "09:00", "12:00", Session.Kind.DRAFTING, _t("Drafting of the conclusions", "Redacción de las conclusiones"), _t("Blue room", "Salón azul")),
    (1, "14:00", "16:00", Session.Kind.CLOSED, _t("Heads of delegation", "Jefaturas de delegación"), _t("Small room", "Salón pequeño")),
    (2, "09:00", "11:30", Session.Kind.PLENARY, _t("Adoption and closing", "Adopción y clausura"), _t("Main hall", "Salón principal")),
)  # fmt: skip

AGENDA = (
    Item(_t("Opening of the meeting", "Apertura de la reunión"), 0),
    Item(
        _t("Adoption of the agenda", "Aprobación de la agenda"), 0,
        awaited=("AG", _t("Annotated agenda", "Agenda comentada")),
    ),
    Item(
        _t("Follow-up of the Plan of Action", "Seguimiento del Plan de Acción"), 0, ("RCM/2026/PPT/WP/1", "RCM/2024/RCGM/MX/1"),
        notes=_t("The matrix of the last meeting stands as the starting point.", "La matriz de la última reunión sirve de punto de partida."),
        below=(
            Item(_t("Migration policy and management", "Políticas y gestión migratoria"), 0, ("RCM/2026/RCGM/NOTE/1",)),
            Item(_t("Human rights", "Derechos humanos"), 0, ("RCM/2016/RCGM/GUID/1",)),
            Item(_t("Migration and development", "Migración y desarrollo"), 1),
        ),
    ),
    Item(
        _t("Reports of the networks of liaison officers", "Informes de las redes de funcionarios de enlace"), 1,
        audience=Audience.MEMBERS, awaited=("REP", _t("Report of the networks", "Informe de las redes")),
    ),
    Item(_t("Exchange with civil society", "Diálogo con la sociedad civil"), 1, audience=Audience.CIVIL_SOCIETY),
    Item(
        _t("Financial and activity report of the Technical Secretariat", "Informe financiero y de actividades de la Secretaría Técnica"),
        1, ("RCM/2026/TS/BUD/1",), audience=Audience.MEMBERS,
    ),
    Item(
        _t("Draft conclusions and recommendations to the Vice-Ministers", "Proyecto de conclusiones y recomendaciones a los Viceministros"),
        2, audience=Audience.MEMBERS, awaited=("CONC", _t("Draft conclusions", "Proyecto de conclusiones")),
    ),
    Item(_t("The next Presidency Pro-Tempore", "La próxima Presidencia Pro-Témpore"), 3),
    Item(_t("Adoption of the conclusions and closing", "Adopción de las conclusiones y clausura"), 4),
)  # fmt: skip


class Cycle:
    """The steps of the cycle, each at its instant: taken while the papers are filed, so that the journal keeps its order."""

    def __init__(self, cast: Cast, *, now: dt.datetime, began: dt.datetime) -> None:
        self.cast, self.now = cast, now
        days = dt.timedelta(days=1)
        steps: list[tuple[dt.timedelta, Callable[[dt.datetime], object]]] = [
            (190 * days, self.prepare_the_meeting_held),
            (180 * days, lambda at: self.pass_to(self.held, Convening.State.CONVENED, at)),
            (175 * days, lambda at: delegations.ask(self.held, self.cast, at=at)),
            (170 * days, lambda at: delegations.name(self.held, self.cast, at=at)),
            (160 * days, lambda at: delegations.hold_whole(self.held, self.cast, at=at)),
            (155 * days, lambda at: speaking.send(self.held, speaking.HELD, self.cast, at=at)),
            (150 * days, lambda at: self.pass_to(self.held, Convening.State.IN_SESSION, at)),
            (149.5 * days, lambda at: deciding.draft(self.held, self.cast, at=at)),
            (149 * days, lambda at: delegations.attend(self.held, self.cast, at=at)),
            (148 * days, lambda at: speaking.deliver(self.held, self.cast, at=at)),
            (147.5 * days, lambda at: deciding.recommend(self.held, self.cast, at=at)),
            (147 * days, lambda at: self.pass_to(self.held, Convening.State.CLOSED, at)),
            (145 * days, lambda at: show_the_public(self.held, self.cast, at=at, participants=True)),
            (140 * days, lambda at: presiding.announce(self.cast, now=self.now, at=at)),
            (139 * days, lambda at: presiding.agree(self.held, self.cast, at=at)),
            (60 * days, self.prepare_the_coming_one),
            (45 * days, lambda at: self.pass_to(self.coming, Convening.State.CONVENED, at)),
            (44 * days, lambda at: delegations.ask(self.coming, self.cast, at=at)),
            (38 * days, lambda at: delegations.name(self.coming, self.cast, at=at)),
            (30 * days, self.prepare_vice_ministers),
            (28 * days, lambda at: deciding.forward(self.coming, self.cast, at=at)),
            (20 * days, self.open_to_an_observer),
            (15 * days, lambda at: delegations.decide(self.coming, self.cast, at=at)),
            (13 * days, lambda at: delegations.register(self.coming, self.cast, at=at)),
            (11 * days, lambda at: bilaterals.open_rooms(self.coming, self.cast, at=at)),
            (10.5 * days, lambda at: speaking.let_speak(self.coming, self.cast, at=at)),
            (10 * days, lambda at: speaking.send(self.coming, speaking.COMING, self.cast, at=at)),
            (9.5 * days, lambda at: deciding.negotiate(self.cast, at=at)),
            (9 * days, lambda at: bilaterals.ask(self.coming, self.cast, at=at)),
            (8 * days, lambda at: speaking.think_again(self.coming, self.cast, at=at)),
            (7 * days, lambda at: bilaterals.answer(self.coming, self.cast, at=at)),
            (5 * days, lambda at: bilaterals.move(self.coming, self.cast, at=at)),
        ]
        first = began + dt.timedelta(hours=6)
        # A presidency that is younger than the cycle begins it a little later.
        self.steps = [
            (max(now - ago, first + dt.timedelta(minutes=number)), act)
            for number, (ago, act) in enumerate(steps)
        ]

    def put_in_order(self, *, at: dt.datetime) -> None:
        """Forget what is to be forgotten of the meeting held; put the papers filed meanwhile under the coming one's items."""
        delegations.purge(at=at)
        _place_papers(self.coming, self.cast, at=at)
        actions.revise_agenda(convening=self.coming, by=self.cast["assistant"], at=at)
        show_the_public(self.coming, self.cast, at=at, participants=False)

    def prepare_the_meeting_held(self, at: dt.datetime) -> None:
        """The meeting before, some months ago."""
        self.held = _meeting(self.cast, _tuesday(today(self.now) - BEHIND), 1, at=at)
        _agenda(self.held, self.cast, at=at, awaited=False)

    def prepare_the_coming_one(self, at: dt.datetime) -> None:
        """The meeting to which everybody is invited now."""
        self.coming = _meeting(self.cast, _tuesday(today(self.now) + AHEAD), 2, at=at)
        _agenda(self.coming, self.cast, at=at, awaited=True)

    def pass_to(self, convening: Convening, state: str, at: dt.datetime) -> None:
        """The Presidency convenes, opens, closes."""
        actions.pass_to(convening=convening, state=state, by=self.cast["presidency"], at=at)

    def open_to_an_observer(self, at: dt.datetime) -> None:
        """The Presidency lets one organisation follow the item on the networks."""
        items = AgendaItem.objects.filter(
            convening=self.coming, audience=Audience.MEMBERS, room_cap__gte=Audience.MEMBERS
        )
        actions.open_item(
            item=items.order_by("path")[0],
            party=Party.objects.get(code="UNHCR"),
            what="attend",
            by=self.cast["presidency"],
            at=at,
        )

    def prepare_vice_ministers(self, at: dt.datetime) -> None:
        """The Vice-Ministers' meeting that the record announces is being prepared."""
        coming = (
            Meeting.objects.filter(body__code="VM", starts_on__gte=today(self.now))
            .order_by("starts_on")
            .first()
        )
        if coming is not None:
            hold(meeting=coming, values={"zone": ZONE}, by=self.cast["assistant"], at=at)


def show_the_public(convening: Convening, cast: Cast, *, at: dt.datetime, participants: bool) -> None:
    """The secretariat releases what observers may follow of a meeting, and who took part where it is over."""
    by = cast["assistant"]
    row = Convening.objects.select_related("meeting").get(pk=convening.pk)
    offer = offer_of(row, by, reach_of(by, at))
    choice = replace(offer.proposed(), participants=participants)
    seen = digest_of(subset_of(row, offer, choice))
    release_programme(convening=row, choice=choice, seen=seen, by=by, at=at)


def _tuesday(day: dt.date) -> dt.date:
    return day + dt.timedelta(days=(TUESDAY - day.weekday()) % 7)


def _meeting(cast: Cast, starts_on: dt.date, number: int, *, at: dt.datetime) -> Convening:
    """A meeting of the consultation group in its host's capital, announced; its sessions with the closed one."""
    body = Body.objects.select_related("room").get(code="RCGM")
    ordinal = (_t("first", "primera"), _t("second", "segunda"))[number - 1]
    record: dict[str, object] = {
        "titles": _t(
            f"RCGM, {ordinal['en']} meeting of {starts_on.year}, Guatemala City",
            f"GRCM, {ordinal['es']} reunión de {starts_on.year}, Ciudad de Guatemala",
        ),
        "places": _t("Guatemala City", "Ciudad de Guatemala"), "themes_text": {}, "number": None,
        "host": Party.objects.get(code="GTM"), "starts_on": starts_on, "ends_on": starts_on + dt.timedelta(days=2),
        "precision": "day", "confirmed": False,
        "remark": _t("Invented for this demonstration.", "Inventada para esta demostración."),
    }  # fmt: skip
    if number == 1:
        # Some meetings are held by two processes at once; the other one is invented too.
        record |= {
            "joint_with": _t("Southern Dialogue on Human Mobility", "Diálogo del Sur sobre Movilidad Humana"), "joint_code": "SDHM",
            "joint_symbol": f"SDHM/{starts_on.year}/JM-1",
        }  # fmt: skip
    values = {
        "zone": ZONE, "manner": Convening.Manner.HYBRID, "venues": _t("Ministry of Foreign Affairs", "Ministerio de Relaciones Exteriores"),
        "open_to": Audience.OBSERVERS,
        "notes": _t(
            "Interpretation between English and Spanish is given in the main hall.\nDelegations bring their credentials; badges are given out from 8:00.",
            "En el salón principal hay interpretación entre el español y el inglés.\nLas delegaciones traen sus credenciales; los gafetes se entregan desde las 8:00.",
        ),
    }  # fmt: skip
    made = actions.prepare(
        body=body,
        symbol=f"RCM/{starts_on.year}/RCGM-{number}",
        record=record,
        values=values,
        by=cast["assistant"],
        at=at,
    )
    made = actions.announce(convening=made, by=cast["assistant"], at=at)
    for day, start, end, kind, titles, places in SESSIONS:
        by = cast["presidency"] if kind == Session.Kind.CLOSED else cast["assistant"]
        actions.hold_session(
            convening=made, by=by, at=at, kind=kind, titles=titles, places=places,
            on=starts_on + dt.timedelta(days=day), from_hour=dt.time.fromisoformat(start), until_hour=dt.time.fromisoformat(end),
        )  # fmt: skip
    return made


def _agenda(convening: Convening, cast: Cast, *, at: dt.datetime, awaited: bool) -> None:
    sessions = list(Session.objects.filter(convening=convening).order_by("starts_at"))
    for item in AGENDA:
        _item(convening, item, sessions, None, cast, at=at, awaited=awaited)


def _item(
    convening: Convening, item: Item, sessions: list[Session], parent: AgendaItem | None, cast: Cast, *, at: dt.datetime,
    awaited: bool,
) -> None:  # fmt: skip
    session = sessions[item.session]
    # What is taken up behind closed doors is put on the agenda by who sits there.
    by = cast["presidency"] if session.room.sealed else cast["assistant"]
    made = actions.add_item(
        convening=convening, titles=item.titles, notes=item.notes, session=session, parent=parent,
        audience=item.audience, by=by, at=at,
    )  # fmt: skip
    if awaited and item.awaited is not None:
        kind, titles = item.awaited
        paper = documents.file_document(
            by=by, at=at, room=convening.meeting.body.room, audience=made.audience, party=Party.objects.get(kind="secretariat"),
            kind=Kind.objects.get(code=kind), titles=titles, body=convening.meeting.body, meeting=convening.meeting,
            expected_on=convening.meeting.starts_on - dt.timedelta(days=5), state=State.AWAITED,
        )  # fmt: skip
        actions.place_paper(item=made, document=paper, by=by, at=at)
    for below in item.below:
        _item(convening, below, sessions, made, cast, at=at, awaited=awaited)


def _place_papers(convening: Convening, cast: Cast, *, at: dt.datetime) -> None:
    """Put what was filed under its items; an item behind closed doors has none here."""
    items = {one.titles["en"]: one for one in AgendaItem.objects.filter(convening=convening, removed_at=None)}
    by = cast["assistant"]
    for item in [one for first in AGENDA for one in (first, *first.below)]:
        for paper in Document.objects.visible_to(by).filter(symbol__in=item.papers).order_by("symbol"):
            actions.place_paper(item=items[item.titles["en"]], document=paper, by=by, at=at)
