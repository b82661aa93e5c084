"""Silence procedures of the demonstration: one adopted after more time was given, one broken, one that runs; all of it invented."""

import datetime as dt
from collections.abc import Callable

from puebla.config.demonstration.people import Cast
from puebla.core.languages import Texts
from puebla.core.models import Process
from puebla.core.ticks import Tick
from puebla.decisions import actions
from puebla.decisions.actions import settling, silence
from puebla.decisions.models import Decision, SilenceProcedure, SilenceRule, Verb
from puebla.decisions.rules.silence import MARGIN, first_day
from puebla.members.models import Audience, Body, Party
from puebla.members.querysets import today
from puebla.texts import actions as texts
from puebla.texts.models import Function, Kind

BODY = "RCGM"
FIVE = dt.time(17)
AGREED = {
    "en": "Invented for the demonstration: agreed by the Group, working methods, paragraph 7.",
    "es": "Inventado para la demostración: acordado por el Grupo, métodos de trabajo, párrafo 7.",
}
#: What each is called, and its paragraphs.
TEXTS: dict[str, tuple[Texts, tuple[Texts, ...]]] = {
    "template": (
        {"en": "One template for the reports of the networks (demonstration)", "es": "Un solo formato para los informes de las redes (demostración)"},
        (
            {"en": "To recommend that both networks report to the Group on one template of two pages.", "es": "Recomendar que ambas redes informen al Grupo con un solo formato de dos páginas."},
            {"en": "To request the Technical Secretariat to translate each report within 10 days.", "es": "Solicitar a la Secretaría Técnica que traduzca cada informe en un plazo de 10 días."},
        ),
    ),
    "deadline": (
        {"en": "A common day for figures on returns (demonstration)", "es": "Un día común para las cifras de retornos (demostración)"},
        (
            {"en": "To recommend that every member submit its figures on returns by the 5th day of each month.", "es": "Recomendar que cada miembro presente sus cifras de retornos a más tardar el día 5 de cada mes."},
            {"en": "To request the Technical Secretariat to remind who is late.", "es": "Solicitar a la Secretaría Técnica que recuerde el plazo a quien se retrase."},
        ),
    ),
    "exchange": (
        {"en": "Exchange of liaison officers for a week (demonstration)", "es": "Intercambio de funcionarios de enlace por una semana (demostración)"},
        (
            {"en": "To recommend an exchange of liaison officers between neighbouring members, for 1 week each year.", "es": "Recomendar un intercambio de funcionarios de enlace entre miembros vecinos, durante 1 semana al año."},
            {"en": "To invite members that wish to host an officer to tell the Technical Secretariat.", "es": "Invitar a los miembros que deseen recibir a un funcionario a comunicarlo a la Secretaría Técnica."},
            {"en": "To review the exchange after 2 years.", "es": "Revisar el intercambio al cabo de 2 años."},
        ),
    ),
}  # fmt: skip


class Silences:
    """The procedures, step by step: taken between other acts, so that the journal keeps its order."""

    def __init__(self, cast: Cast, *, now: dt.datetime, began: dt.datetime) -> None:
        self.cast, self.now, self.first = cast, now, began + dt.timedelta(hours=7)
        self.rows: dict[str, SilenceProcedure] = {}
        self.written: dict[str, Decision] = {}
        self.steps: list[tuple[dt.datetime, Callable[[dt.datetime], object]]] = []
        self._then(30, self.confirm_the_rule)
        self._then(29, self.open_the_template)
        self._then(18, self.open_the_deadline)
        self._then(3, self.open_the_exchange)

    def _then(self, days: float, act: Callable[[dt.datetime], object]) -> None:
        """So many days before now; nearer where the private site was opened only lately."""
        share = self.first + (self.now - self.first) * (1 - days / 40)
        self._at(max(self.now - dt.timedelta(days=days), share), act)

    def _at(self, instant: dt.datetime, act: Callable[[dt.datetime], object]) -> None:
        if instant <= self.now:
            self.steps = sorted([*self.steps, (instant, act)], key=lambda step: step[0])

    def confirm_the_rule(self, at: dt.datetime) -> None:
        """The secretariat enters that the Group agreed to what its edition proposes."""
        body = Body.objects.get(code=BODY)
        rule = SilenceRule.objects.filter(body=body).first()
        values = {
            "from_on": rule.from_on if rule is not None else today(at),
            "confirmed": True,
            "sources": AGREED,
        }
        silence.keep_rule(
            rule=rule, body=body, values=values, revision=rule.revision if rule is not None else 0, by=self.cast["secretariat"], at=at
        )  # fmt: skip

    # One adopted, after more time was given ------------------------------------------------------------------------

    def open_the_template(self, at: dt.datetime) -> None:
        row = self._opened("template", at, audience=Audience.OBSERVERS)
        self._says(row, "BLZ", "no_objection", at + dt.timedelta(hours=5))
        self._says(
            row,
            "CAN",
            "asks_extension",
            at + dt.timedelta(hours=28),
            "Our ministry would need two more days.",
            "en",
        )
        self._at(at + dt.timedelta(hours=50), self._extend_the_template)

    def _extend_the_template(self, at: dt.datetime) -> None:
        row = self._fresh("template")
        after = row.closes_at
        on = self._first_day(after, row.rule.extended_days, after=after)
        row = silence.extend(
            procedure=row, on=on, hour=FIVE, zone=row.zone, reasons={"en": "As Canada asked.", "es": "A solicitud del Canadá."},
            by=self.cast["secretariat"], at=at, revision=row.revision, tick=_tick(at),
        )  # fmt: skip
        self._says(row, "CAN", "no_objection", at + dt.timedelta(hours=30))
        self._says(row, "MEX", "no_objection", at + dt.timedelta(hours=31))
        self._at(row.closes_at + MARGIN, self._settle)

    # One broken ----------------------------------------------------------------------------------------------------

    def open_the_deadline(self, at: dt.datetime) -> None:
        # Written long before it is put to the members, as texts are.
        self.written["exchange"] = self._written("exchange", Audience.OBSERVERS, at)
        row = self._opened("deadline", at)
        self._says(row, "CRI", "no_objection", at + dt.timedelta(hours=3))
        words = "El Salvador no puede sumarse al párrafo 1: su instituto cierra las cifras el día 12. Proponemos el día 15."
        self._says(row, "SLV", "breaks", at + dt.timedelta(hours=26), words, "es")

    # One that runs -------------------------------------------------------------------------------------------------

    def open_the_exchange(self, at: dt.datetime) -> None:
        row = self._opened("exchange", at, audience=Audience.OBSERVERS, by="presidency")
        self._says(row, "PAN", "no_objection", at + dt.timedelta(hours=4))
        self._says(
            row,
            "HND",
            "no_objection",
            at + dt.timedelta(hours=25),
            "Honduras ofrece recibir a un funcionario.",
            "es",
        )

    # What they share -----------------------------------------------------------------------------------------------

    def _opened(
        self, name: str, at: dt.datetime, *, audience: int = Audience.MEMBERS, by: str = "secretariat"
    ) -> SilenceProcedure:
        decision = self.written.get(name) or self._written(name, audience, at)
        rule = SilenceRule.objects.get(body=decision.body)
        self.rows[name] = silence.open_silence(
            decision=decision, languages=Process.current().languages, on=self._first_day(at, rule.min_days), hour=FIVE,
            zone=Process.current().time_zone, by=self.cast[by], at=at, token=f"demonstration-{name}", tick=_tick(at),
        )  # fmt: skip
        # So that time is vouched for until somebody else's clock does.
        self._at(self.now, lambda later: settling.keep_watch(at=later, tick=_tick(later)))
        return self.rows[name]

    def _written(self, name: str, audience: int, at: dt.datetime) -> Decision:
        titles, blocks = TEXTS[name]
        by = self.cast["assistant"]
        body = Body.objects.get(code=BODY)
        decision = actions.begin(
            kind=Decision.Kind.RECOMMENDATION, titles=titles, body=body, audience=audience, by=by, at=at
        )
        made = texts.add_paragraphs(
            text=decision.text, after=None, kind=Kind.PARAGRAPH, function=Function.OPERATIVE, blocks=list(blocks), by=by, at=at
        )  # fmt: skip
        verbs = {one.code: one for one in Verb.objects.all()}
        meant = {made[0]: actions.Meaning(verb=verbs.get("recommend"), addressees=[actions.Whom("members")])}
        if name == "template":
            meant[made[1]] = actions.Meaning(
                verb=verbs.get("request"), addressees=[actions.Whom("secretariat")], asks=True
            )
        actions.describe(decision=decision, meanings=meant, by=by, at=at)
        return decision

    def _first_day(self, at: dt.datetime, least: int, *, after: dt.datetime | None = None) -> dt.date:
        zone, asked = Process.current().time_zone, silence.asked_of(on=today(at))
        found = first_day(asked, least=least, begins_at=at, hour=FIVE, zone=zone, after=after)
        if found is None:
            raise ValueError("The demonstration found no day for a silence procedure to close.")
        return found

    def _says(
        self,
        row: SilenceProcedure,
        code: str,
        kind: str,
        at: dt.datetime,
        words: str = "",
        language: str = "",
    ) -> None:
        def act(at: dt.datetime) -> None:
            person, party = self.cast.speakers[code], Party.objects.get(code=code)
            fresh = SilenceProcedure.objects.select_related("decision").get(pk=row.pk)
            silence.note_opened(procedure=fresh, by=person, at=at)
            silence.answer(
                procedure=fresh, party=party, kind=kind, words=words, language=language, by=person, at=at,
                token=f"demonstration-{row.pk}-{code}-{kind}", tick=_tick(at),
            )  # fmt: skip

        self._at(at, act)

    def _fresh(self, name: str) -> SilenceProcedure:
        return SilenceProcedure.objects.select_related("decision", "rule").get(pk=self.rows[name].pk)

    def _settle(self, at: dt.datetime) -> None:
        settling.settle_due(at=at, tick=_tick(at))


def _tick(at: dt.datetime) -> Tick:
    """The demonstration's own second clock: its invented time never leaps."""
    return Tick("demonstration", round(at.timestamp() * 1_000_000))
