"""The Plan of Action of the demonstration: commitments under the sub-topics of the edition of 2010, and what countries report.

All of it is written for the demonstration. What a mandate cites is known from public sources by name alone; its words are nowhere.
"""

import datetime as dt
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from puebla.config.demonstration.people import Cast
from puebla.core.languages import Texts
from puebla.core.models import parse_imprecise
from puebla.members.models import Audience, Body, Party
from puebla.members.querysets import reach_of, today
from puebla.plan import actions
from puebla.plan.actions.releasing import release_plan
from puebla.plan.models import Action, Commitment, Goal, Objective, Plan
from puebla.plan.models.commitments import Status
from puebla.plan.querysets.asked import pairs_asked
from puebla.plan.querysets.public import chosen_facts, digest_of
from puebla.plan.querysets.rounds import (
    Half,
    earlier,
    first_day,
    half_of,
    halves_back,
    key_of,
    rounds_of,
)

CODE = "2010"


def _t(en: str, es: str) -> Texts:
    return {code: words for code, words in (("en", en), ("es", es)) if words}


@dataclass(frozen=True)
class Line:
    """A commitment as it is entered.

    Attributes:
        under: number of its sub-topic. leads, partners: codes; "*" is all member states. period: "2024/2027".
        money: budget and funded, in US dollars. steps: actions, each with its state ("x" done, "~" under way) and day.
    """

    under: str
    en: str
    es: str
    leads: str = ""
    partners: str = ""
    status: str = Status.UNDER_WAY
    period: str = "2025/2027"
    goals: str = ""
    money: tuple[int, int] | None = None
    steps: tuple[tuple[str, str, str, str], ...] = ()
    next_en: str = ""
    next_es: str = ""
    cites: str = ""
    body: str = ""


DONE, PLANNED, FUNDING, HOLD = Status.DONE, Status.PLANNED, Status.NEEDS_FUNDING, Status.ON_HOLD
LINES: tuple[Line, ...] = (
    Line("1.1", "Border posts that face each other keep common hours and a common line of communication",
         "Los puestos fronterizos contiguos mantienen horarios comunes y una línea común de comunicación", "GTM,MEX", "SLV,HND",
         goals="GCM:11,SDG:10.7", money=(180_000, 120_000),
         steps=(("List the posts and their hours", "Levantar la lista de puestos y horarios", "x", "2026-03"),
                ("Agree on the hours with each authority", "Acordar los horarios con cada autoridad", "~", "2026-11"),
                ("Try the line of communication for three months", "Probar la línea de comunicación durante tres meses", "", "2027-04")),
         next_en="Hours of the western posts are agreed in the next quarter.",
         next_es="En el próximo trimestre se acuerdan los horarios de los puestos occidentales."),
    Line("1.1", "Officers at land borders are trained in primary inspection with respect for dignity",
         "El personal de fronteras terrestres se capacita en inspección primaria con respeto a la dignidad", "CAN", "*", goals="GCM:11,GCM:12",
         money=(240_000, 240_000)),
    Line("1.2", "A comparative table of migration laws is kept up to date, country by country",
         "Se mantiene actualizado un cuadro comparado de las leyes migratorias, país por país", "*", goals="GCM:23,SDG:16.b", status=Status.UNDER_WAY,
         next_en="Each member confirms its row before the next meeting.", next_es="Cada País Miembro confirma su fila antes de la próxima reunión."),
    Line("1.2", "Model provisions on the regularisation of long-term residents are drafted for use at national level",
         "Se redactan disposiciones modelo sobre regularización de residentes de larga data, para uso nacional", "CRI", "DOM,PAN", PLANNED, goals="GCM:5,GCM:7"),
    Line("1.3", "Requirements and security features of travel documents are described in one shared catalogue",
         "Los requisitos y elementos de seguridad de los documentos de viaje se describen en un catálogo compartido", "USA", "CAN,MEX", DONE, "2024/2026", "GCM:4"),
    Line("1.3", "Consulates issue provisional travel documents within five working days",
         "Los consulados expiden documentos de viaje provisionales en un plazo de cinco días hábiles", "*", goals="GCM:4,GCM:14,SDG:16.9"),
    Line("1.4", "Return by land follows agreed hours, places and notice, and keeps families together",
         "El retorno por vía terrestre sigue horarios, lugares y avisos acordados, y mantiene unidas a las familias", "GTM,MEX", "SLV,HND,NIC",
         goals="GCM:21", cites="RCM/2004/RCGM/GUID/1", money=(90_000, 90_000),
         steps=(("Review the places of reception", "Revisar los lugares de recepción", "x", "2026-02"),
                ("Publish a notice for those who return", "Publicar un aviso para las personas retornadas", "x", "2026-06"),
                ("Evaluate a year of operation", "Evaluar un año de operación", "~", "2026-12"))),
    Line("1.4", "Those who return are offered certification of skills and a first contact for work",
         "A las personas retornadas se les ofrece la certificación de competencias y un primer contacto laboral", "HND", "SLV,GTM", FUNDING,
         goals="GCM:21,GCM:18,SDG:8.5", money=(650_000, 210_000),
         next_en="A proposal goes to cooperation partners.", next_es="Se presenta una propuesta a los socios de cooperación."),
    Line("1.4", "A fund for the assisted return of extra-regional migrants in vulnerable situations is replenished each year",
         "Cada año se repone un fondo para el retorno asistido de migrantes extrarregionales en situación de vulnerabilidad", "*", "", FUNDING,
         goals="GCM:21,GCM:7", money=(400_000, 145_000)),
    Line("1.5", "Members exchange monthly figures on extra-regional flows at land crossings",
         "Los Países Miembros intercambian cifras mensuales de flujos extrarregionales en los pasos terrestres", "PAN", "CRI,NIC,HND,GTM,MEX",
         goals="GCM:1,SDG:17.18", next_en="The common table is tested with two months of figures.",
         next_es="El cuadro común se prueba con cifras de dos meses."),
    Line("1.5", "An early notice of unusual movements is sent by the first country that observes them",
         "El primer país que observe movimientos inusuales envía un aviso temprano", "PAN", "CRI", DONE, "2023/2025", "GCM:23"),
    Line("1.6", "Asylum authorities meet once a year to compare procedures and times of decision",
         "Las autoridades de asilo se reúnen una vez al año para comparar procedimientos y plazos de decisión", "CRI", "MEX,CAN,USA", goals="GCM:12"),
    Line("1.6", "Recognised refugees obtain an identity document that opens work and services",
         "Las personas refugiadas reconocidas obtienen un documento de identidad que da acceso al trabajo y a los servicios", "CRI,MEX", "PAN", goals="GCM:4,SDG:16.9"),
    Line("1.7", "A regional plan against migrant smuggling is carried out and reported on each year",
         "Se ejecuta y se informa cada año un plan regional contra el tráfico ilícito de migrantes", "*", goals="GCM:9", body="LOST",
         cites="RCM 2018, § 9"),
    Line("1.7", "Prosecutors and migration authorities name one contact each for urgent cases",
         "Las fiscalías y las autoridades migratorias designan un contacto cada una para casos urgentes", "*", "", DONE, "2024/2025", "GCM:9,GCM:10"),
    Line("1.7", "Victims of trafficking are referred by one regional protocol, with their consent",
         "Las víctimas de trata se derivan mediante un protocolo regional único, con su consentimiento", "DOM", "CRI,SLV,GTM", goals="GCM:10,SDG:8.7,SDG:5.2",
         money=(120_000, 60_000)),
    Line("2.1", "Consulates of the members assist nationals of one another where one of them has none",
         "Los consulados de los Países Miembros asisten a nacionales de otros allí donde alguno no tiene oficina", "SLV", "GTM,HND,NIC", goals="GCM:14",
         steps=(("Agree on the text of the arrangement", "Acordar el texto del arreglo", "x", "2026-01"),
                ("Name the offices that take part", "Designar las oficinas participantes", "~", "2026-10"))),
    Line("2.1", "A directory of consular protection is verified every six months",
         "Un directorio de protección consular se verifica cada seis meses", "*", goals="GCM:14", body="LOCP"),
    Line("2.1", "Mobile consulates visit places where migrants work, at least twice a year",
         "Los consulados móviles visitan los lugares donde trabajan personas migrantes, al menos dos veces al año", "MEX", "GTM,HND", goals="GCM:14,GCM:3", money=(300_000, 300_000)),
    Line("2.2", "Front-line officers receive a short guide on the rights of every person, whatever their status",
         "El personal de primera línea recibe una guía breve sobre los derechos de toda persona, cualquiera que sea su condición", "CAN", "MEX", DONE, "2024/2026", "GCM:7,GCM:17"),
    Line("2.2", "Alternatives to detention are described and costed for families with children",
         "Se describen y costean alternativas a la detención para familias con niñas y niños", "MEX", "USA,CRI", goals="GCM:13", next_en="First costs are compared in a technical note.",
         next_es="Los primeros costos se comparan en una nota técnica."),
    Line("2.3", "Migrant women who suffered violence find a first point of attention on the main routes",
         "Las mujeres migrantes que sufrieron violencia encuentran un primer punto de atención en las rutas principales", "GTM", "MEX,HND,SLV", FUNDING,
         goals="GCM:7,SDG:5.2", money=(520_000, 180_000)),
    Line("2.3", "The best interests of the child are assessed in writing before any decision on return",
         "El interés superior de la niña o el niño se evalúa por escrito antes de toda decisión de retorno", "*", goals="GCM:7,GCM:12,SDG:16.2"),
    Line("2.3", "Births on the way are registered in the country where they happen",
         "Los nacimientos durante el trayecto se inscriben en el país donde ocurren", "CRI,PAN", "NIC", goals="GCM:4,SDG:16.9"),
    Line("2.4", "A minimum package of health care on the routes is defined and mapped",
         "Se define y se cartografía un paquete mínimo de atención de salud en las rutas", "PAN", "CRI,GTM", goals="GCM:15,SDG:3.8"),
    Line("2.4", "Vaccination cards of the members are recognised by one another",
         "Los carnés de vacunación de los Países Miembros se reconocen mutuamente", "BLZ", "GTM,MEX", PLANNED, goals="GCM:15"),
    Line("2.5", "The guidelines for unaccompanied children are taught to every new officer who meets them",
         "Los lineamientos para niñas, niños y adolescentes no acompañados se enseñan a todo nuevo personal que los atiende", "*", goals="GCM:7,SDG:16.2",
         steps=(("Prepare the course in both languages", "Preparar el curso en ambos idiomas", "x", "2026-04"),
                ("Offer it in every member state", "Impartirlo en cada País Miembro", "~", "2027-06"))),
    Line("2.5", "Guardians are named within three days for children who travel alone",
         "Se designan personas tutoras en un plazo de tres días para niñas y niños que viajan solos", "USA", "MEX,CAN", goals="GCM:7"),
    Line("2.6", "Members keep a guide for the protection of migrants in disasters, and try it once a year",
         "Los Países Miembros mantienen una guía de protección de personas migrantes en desastres y la ensayan una vez al año", "CRI", "PAN,HND,DOM",
         goals="GCM:2,SDG:13.1,SDG:1.5", money=(75_000, 75_000)),
    Line("2.6", "Temporary stay is offered to persons displaced by disasters across a border",
         "Se ofrece estancia temporal a personas desplazadas por desastres a través de una frontera", "MEX", "CRI,CAN", HOLD, goals="GCM:5,SDG:13.1"),
    Line("2.7", "One form of first interview tells apart who needs asylum, protection or neither",
         "Un único formulario de primera entrevista distingue a quién necesita asilo, protección o ninguno", "CRI", "PAN,MEX", DONE, "2024/2026", "GCM:12"),
    Line("2.7", "Search for missing migrants follows one protocol for the exchange of forensic data",
         "La búsqueda de migrantes desaparecidos sigue un protocolo único de intercambio de datos forenses", "HND", "SLV,MEX,GTM", goals="GCM:8", money=(210_000, 90_000)),
    Line("3.1", "The cost of sending remittances is published by corridor every half-year",
         "El costo de envío de remesas se publica por corredor cada semestre", "SLV", "USA,CAN", goals="GCM:20,SDG:10.c"),
    Line("3.1", "Accounts may be opened with a consular document",
         "Se pueden abrir cuentas bancarias con un documento consular", "DOM", "MEX,SLV", PLANNED, goals="GCM:20,GCM:4"),
    Line("3.2", "Temporary workers know their contract in their own language before they leave",
         "Las personas trabajadoras temporales conocen su contrato en su propio idioma antes de salir", "CAN,GTM", "MEX,HND", goals="GCM:6,SDG:8.8",
         steps=(("Agree on a plain model contract", "Acordar un contrato modelo en lenguaje claro", "x", "2026-05"),
                ("Translate it into languages of indigenous peoples", "Traducirlo a lenguas de pueblos indígenas", "", "2027-03"))),
    Line("3.2", "Recruiters are entered in a public register, and fees are not paid by workers",
         "Quienes reclutan constan en un registro público y las personas trabajadoras no pagan comisiones", "GTM", "USA,HND,SLV", goals="GCM:6,SDG:8.8"),
    Line("3.3", "Employers and chambers take part once a year in a dialogue on skills that are lacking",
         "Empleadores y cámaras participan una vez al año en un diálogo sobre las competencias que faltan", "PAN", "CAN", goals="GCM:18,GCM:5"),
    Line("3.4", "Municipalities that receive newcomers exchange what has worked, in an open library",
         "Los municipios que reciben a personas recién llegadas intercambian lo que ha funcionado, en una biblioteca abierta", "MEX", "CRI,USA", goals="GCM:16,SDG:10.2"),
    Line("3.4", "Children of migrants are admitted to school without papers, and regularise afterwards",
         "Las hijas e hijos de personas migrantes se admiten en la escuela sin documentos y regularizan después", "*", goals="GCM:15,GCM:16"),
    Line("3.5", "Tourists and migrants are told apart by clear rules at entry, published in both languages",
         "Turistas y migrantes se distinguen con reglas claras al ingreso, publicadas en ambos idiomas", "BLZ", "PAN,DOM", DONE, "2023/2025", "GCM:3,SDG:8.9"),
)  # fmt: skip

#: Who reports of what (its place among `LINES`), how far, in which words; so many days before the visitor's.
SAID: tuple[tuple[int, str, str, str, str, int, int], ...] = (
    (0, "GTM", "under_way", "The list of posts is complete; six of nine keep common hours.", "La lista de puestos está completa; seis de nueve mantienen horarios comunes.", 60, Audience.MEMBERS),
    (0, "MEX", "under_way", "Hours of the western posts wait for the authority's consent.", "Los horarios de los puestos occidentales esperan el visto bueno de la autoridad.", 55, Audience.MEMBERS),
    (1, "CAN", "under_way", "Two courses with 64 officers of seven countries.", "Dos cursos con 64 funcionarios de siete países.", 50, Audience.PUBLIC),
    (2, "CRI", "done", "Our row was confirmed by the legal department.", "La dirección jurídica confirmó nuestra fila.", 48, Audience.MEMBERS),
    (2, "PAN", "under_way", "", "La fila está en consulta con el servicio de migración.", 40, Audience.MEMBERS),
    (2, "BLZ", "not_begun", "The post of legal adviser is vacant until January.", "", 33, Audience.PRESIDENCY),
    (5, "SLV", "under_way", "Four of five consulates keep the time; one lacks staff.", "Cuatro de cinco consulados cumplen el plazo; a uno le falta personal.", 45, Audience.MEMBERS),
    (5, "HND", "under_way", "", "El plazo promedio bajó de nueve a seis días hábiles.", 30, Audience.MEMBERS),
    (6, "GTM", "under_way", "Reception was moved to a covered place with medical care.", "La recepción se trasladó a un lugar techado con atención médica.", 52, Audience.OBSERVERS),
    (6, "MEX", "done", "Notice is given 24 hours before, without exception this half-year.", "El aviso se da con 24 horas de antelación, sin excepción en este semestre.", 28, Audience.OBSERVERS),
    (7, "HND", "under_way", "A pilot with 140 persons found work for 52.", "Un piloto con 140 personas logró empleo para 52.", 26, Audience.PUBLIC),
    (9, "PAN", "under_way", "Figures of two crossings are exchanged monthly.", "Se intercambian mensualmente cifras de dos pasos.", 24, Audience.MEMBERS),
    (11, "CRI", "under_way", "The meeting of this year is convened for the first quarter.", "La reunión de este año está convocada para el primer trimestre.", 22, Audience.MEMBERS),
    (13, "USA", "under_way", "Our part of the plan is carried out; the account follows with the annual report.", "Nuestra parte del plan está en ejecución; la relación sigue con el informe anual.", 20, Audience.MEMBERS),
    (16, "SLV", "under_way", "Three offices are named; the arrangement works in practice.", "Tres oficinas están designadas; el arreglo funciona en la práctica.", 19, Audience.PUBLIC),
    (18, "MEX", "under_way", "Eleven visits reached 3,400 persons.", "Once visitas atendieron a 3.400 personas.", 18, Audience.PUBLIC),
    (21, "GTM", "not_begun", "Two points are ready to open once funds arrive.", "Dos puntos están listos para abrir en cuanto lleguen los fondos.", 17, Audience.MEMBERS),
    (22, "DOM", "under_way", "", "El formato de evaluación está en uso en la capital.", 16, Audience.MEMBERS),
    (24, "PAN", "under_way", "The map covers four points of attention.", "El mapa cubre cuatro puntos de atención.", 15, Audience.MEMBERS),
    (26, "NIC", "under_way", "", "Se impartió el curso a la primera promoción.", 14, Audience.MEMBERS),
    (28, "CRI", "under_way", "The exercise of this year was held with Panama.", "El ejercicio de este año se realizó con Panamá.", 13, Audience.OBSERVERS),
    (31, "HND", "under_way", "Twelve families were given an answer this half-year.", "Doce familias recibieron una respuesta en este semestre.", 9, Audience.PRESIDENCY),
    (32, "SLV", "under_way", "The first table is published.", "El primer cuadro está publicado.", 8, Audience.PUBLIC),
    (34, "CAN", "under_way", "The model contract is in use for the season.", "El contrato modelo está en uso en la temporada.", 7, Audience.PUBLIC),
    (38, "CRI", "done", "", "La norma rige desde hace dos años y se aplica en todos los centros.", 6, Audience.PUBLIC),
)  # fmt: skip
#: So many days before the coming meeting reports are due: soon, and not yet over as the visitor comes.
REPORT_DAYS = 7
#: What countries said of half-years that are over.
SAID_EARLIER: dict[str, tuple[Texts, ...]] = {
    "not_begun": (
        {"en": "Nothing was begun: the unit that would do it is being set up.", "es": "No se inició: la unidad encargada está en formación."},
        {"en": "Not begun; the budget of this year held nothing for it.", "es": "Sin inicio; el presupuesto del año no lo contempló."},
        {"es": "Aún no se inicia; se espera el dictamen jurídico."},
    ),
    "under_way": (
        {"en": "Work goes on with the offices concerned; first results are expected in the coming half-year.", "es": "El trabajo continúa con las oficinas competentes; se esperan los primeros resultados el próximo semestre."},
        {"en": "Two of the steps that were planned are taken.", "es": "Se dieron dos de los pasos previstos."},
        {"es": "Se avanza según lo previsto, con apoyo de la cooperación."},
        {"en": "Slower than planned, since staff was called to the border posts.", "es": "Más lento de lo previsto, pues el personal fue llamado a los puestos fronterizos."},
    ),
    "done": (
        {"en": "Our part is carried out, and kept up.", "es": "Nuestra parte está cumplida y se mantiene."},
        {"es": "Cumplido en todo el país desde el semestre anterior."},
    ),
}  # fmt: skip
_STATES = {"x": Action.State.DONE, "~": Action.State.UNDER_WAY, "": Action.State.PLANNED}


def _chance(*what: Any) -> int:
    """A number below a hundred that is always the same of the same thing."""
    return zlib.crc32(repr(what).encode()) % 100


class Planning:
    """The plan of the demonstration, step by step (`loading._take`): entered, put in force, reported on."""

    def __init__(self, cast: Cast, *, now: dt.datetime, began: dt.datetime) -> None:
        self._cast, self._by = cast, cast["assistant"]
        self._parties = {one.code: one for one in Party.objects.all()}
        self._entered: list[Commitment] = []
        room = now - began
        self._now = now
        #: The half-year that runs, the one before it, on which reports were asked for the first time, and the one before that.
        self._halves = halves_back(today(now), 3)
        self.steps: list[tuple[dt.datetime, Callable[[dt.datetime], None]]] = [
            (began + min(dt.timedelta(days=3), room / 20), self._enter)
        ]
        # What is said now is said of the half-year that runs.
        first = dt.datetime.combine(first_day(self._halves[0]), dt.time(18), tzinfo=dt.UTC)
        for place, who, how, en, es, days, readers in SAID:
            instant = max(now - dt.timedelta(days=days), began + room / 10, min(first, now))
            said = {
                "done": how, "words": _t(en, es), "next_steps": {}, "evidence": "", "opens_to": int(readers),
            }  # fmt: skip
            self.steps.append((instant, partial(self._report, place, who, said)))
        self.steps.append((max(now - dt.timedelta(days=4), began + room / 10), self._release))
        self.steps.sort(key=lambda step: step[0])

    def _enter(self, at: dt.datetime) -> None:
        plan = Plan.objects.get(code=CODE)
        below = {
            f"{one.pillar.number}.{one.number}": one
            for one in Objective.objects.filter(pillar__plan=plan).select_related("pillar__plan")
        }
        goals = {f"{one.framework.code}:{one.code}": one for one in Goal.objects.select_related("framework")}
        bodies = {one.code: one for one in Body.objects.all()}
        for line in LINES:
            self._entered.append(self._commitment(line, below[line.under], goals, bodies, at))
        plan.refresh_from_db()
        since = first_day(self._halves[1])
        plan = actions.describe_plan(
            plan=plan, values={"state": Plan.State.IN_FORCE, "report_days": REPORT_DAYS, "in_force_on": since},
            revision=plan.revision, by=self._by, at=at,
        )  # fmt: skip
        actions.set_audience(plan=plan, audience=Audience.OBSERVERS, by=self._by, at=at)
        self._recall(at)
        self._report_earlier(plan, at)

    # What was so before ----------------------------------------------------------------------------------------------

    def _recall(self, at: dt.datetime) -> None:
        """How each stood a year before, from the record: most had come less far."""
        on = first_day(earlier(self._halves[0], 2)) + dt.timedelta(days=40)
        for place, one in enumerate(self._entered):
            chance = _chance("stood", place)
            status, progress = one.status, one.progress
            if status == Status.DONE:
                status, progress = (
                    (Status.DONE, 100) if chance < 20 else (Status.UNDER_WAY, 50 + chance % 4 * 10)
                )
            elif status == Status.UNDER_WAY and chance < 40:
                status, progress = Status.PLANNED, 0
            elif status == Status.UNDER_WAY and chance < 80:
                progress = (one.progress or 0) // 2
            elif status == Status.NEEDS_FUNDING and chance < 50:
                status = Status.PLANNED
            funded = one.funded * 3 / 5 if one.funded is not None and chance < 60 else one.funded
            values = {"status": status, "progress": progress, "budget": one.budget, "funded": funded}
            actions.recall_standing(commitment=one, on=on, values=values, by=self._by, at=at)

    def _report_earlier(self, plan: Plan, at: dt.datetime) -> None:
        """What countries said of both half-years that are over: before the plan was kept here from the record, then by themselves.

        Some reported of the last one after the meeting, and a few did not: of those it is late.
        """
        rounds = rounds_of([plan], self._halves)[plan.pk]
        seen = Commitment.objects.filter(plan=plan)
        places = {one.pk: place for place, one in enumerate(self._entered)}
        members = Party.objects.members(on=today(at))
        by_key = {one.pk: one for one in members}
        for one, key in pairs_asked(seen, set(by_key), on=today(at)):
            for half in self._halves[1:]:
                place, party = places[one.pk], by_key[key]
                chance = _chance(party.code, place, half)
                due = rounds[half].due.last_day
                given = max(due - dt.timedelta(days=2 + chance % 19), first_day(half))
                if chance >= 90 or party.code not in self._cast.speakers:
                    continue
                if half == self._halves[1] and chance >= 78:
                    given = due + dt.timedelta(days=3 + chance % 5)
                self._say_earlier(place, party, half, given, chance, at)

    def _say_earlier(
        self, place: int, party: Party, half: Half, given: dt.date, chance: int, at: dt.datetime
    ) -> None:
        done = "not_begun" if chance % 7 == 0 else "done" if chance % 6 == 0 else "under_way"
        words = SAID_EARLIER[done][chance % len(SAID_EARLIER[done])]
        said = {
            "done": done,
            "words": words,
            "next_steps": {},
            "evidence": "",
            "opens_to": int(Audience.MEMBERS),
        }
        if given < today(at):
            actions.enter_report(
                commitment=self._entered[place], party=party, half=half, given_on=given, values=said, by=self._by, at=at
            )  # fmt: skip
            return
        instant = dt.datetime.combine(given, dt.time(15, chance % 60), tzinfo=dt.UTC)
        if at < instant < self._now:
            self.steps.append((instant, partial(self._report, place, party.code, said, half=half)))
            self.steps.sort(key=lambda step: step[0])

    def _commitment(
        self,
        line: Line,
        objective: Objective,
        goals: dict[str, Goal],
        bodies: dict[str, Body],
        at: dt.datetime,
    ) -> Commitment:
        first, _slash, last = line.period.partition("/")
        (from_on, from_known), (until_on, until_known) = parse_imprecise(first), parse_imprecise(last)
        values: dict[str, Any] = {
            "titles": _t(line.en, line.es), "status": line.status, "from_on": from_on, "from_precision": from_known,
            "until_on": until_on, "until_precision": until_known, "next_steps": _t(line.next_en, line.next_es), "cites": line.cites,
            "all_members": "*" in (line.leads, line.partners), "body": bodies.get(line.body),
        }  # fmt: skip
        if line.money:
            values |= {"budget": Decimal(line.money[0]), "funded": Decimal(line.money[1]), "currency": "USD"}
        made = actions.add_commitment(
            objective=objective, values=values, leads=self._named(line.leads), partners=self._named(line.partners),
            goals=[goals[one] for one in line.goals.split(",") if one], by=self._by, at=at,
        )  # fmt: skip
        for en, es, state, day in line.steps:
            due_on, known = parse_imprecise(day)
            step = {"titles": _t(en, es), "due_on": due_on, "due_precision": known, "state": _STATES[state]}
            actions.add_action(commitment=made, values=step, by=self._by, at=at)
        return made

    def _named(self, codes: str) -> list[Party]:
        return [self._parties[code] for code in codes.split(",") if code not in {"", "*"}]

    def _report(
        self, place: int, who: str, said: dict[str, Any], at: dt.datetime, half: Half | None = None
    ) -> None:
        """A party's report: of the half-year in which it is sent where no other is named."""
        half = half or half_of(today(at))
        facts: dict[str, Any] = {
            "commitment": self._entered[place], "party": self._parties[who], "half": half, "by": self._cast.speakers[who], "at": at,
        }  # fmt: skip
        actions.save_draft(values=said, **facts)
        actions.send_report(token=f"demonstration-{place}-{who}-{key_of(half)}", **facts)

    def _release(self, at: dt.datetime) -> None:
        """What is begun becomes public, without money."""
        plan, by = Plan.objects.get(code=CODE), self._cast["secretariat"]
        begun = {Status.UNDER_WAY, Status.DONE, Status.NEEDS_FUNDING}
        refs = [one.ref for one in Commitment.objects.filter(plan=plan, status__in=begun)]
        seen = digest_of(chosen_facts(plan, refs, by, reach_of(by, at), money=False, at=at))
        release_plan(plan=plan, commitments=refs, money=False, seen=seen, reason={}, by=by, at=at)
