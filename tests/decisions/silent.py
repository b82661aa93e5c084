"""What tests of silence procedures share: a body whose rules provide for them, members with capitals, and two clocks."""

import datetime as dt

from puebla.core.ticks import Tick
from puebla.decisions import actions as decisions
from puebla.decisions.actions import settling, silence
from puebla.decisions.models import SilenceRule
from puebla.texts import actions as texts
from puebla.texts.models import Function, Kind
from tests import factories
from tests.decisions.making import BLOCKS, token

#: A Monday at nine in Guatemala; clocks of the capitals below differ from it.
OPENED = dt.datetime(2031, 6, 2, 15, 0, tzinfo=dt.UTC)
CLOSES = dt.date(2031, 6, 11)
CAPITALS = {"CAN": ("CA", "America/Toronto"), "CRI": ("CR", "America/Costa_Rica"), "HND": ("HN", "America/Tegucigalpa"),
            "ATL": ("", "America/Guatemala")}  # fmt: skip
SECOND = dt.timedelta(seconds=1)


class Clock:
    """The wall's clock, which somebody can set, and the one that nobody can."""

    def __init__(self, at=OPENED, boot="first"):
        self.at, self.boot, self.micros = at, boot, 1_000_000

    def goes(self, time):
        """Both go on."""
        self.at += time
        self.micros += round(time.total_seconds() * 1_000_000)

    def until(self, at):
        self.goes(at - self.at)

    def leaps(self, time):
        """Somebody sets the wall's clock."""
        self.at += time

    def starts_anew(self, after):
        """The machine is off for a while."""
        self.at += after
        self.boot, self.micros = f"{self.boot}'", 1

    @property
    def tick(self):
        return Tick(self.boot, self.micros)

    def read(self):
        return {"at": self.at, "tick": self.tick}


class World:
    """Four members of a group with one person each, its keeper, its chair, an observer; a rule, and both clocks."""

    def __init__(self, **rule):
        factories.process()
        self.clock = Clock()
        # Seats count from the day on which they are given.
        self.keeper = factories.secretariat_person(full_name="Keeper")
        self.body = factories.BodyFactory(code="RCGM", function="consultation")
        usual = {
            "from_on": dt.date(2020, 1, 1),
            "min_days": 5,
            "extensions": 1,
            "extended_days": 3,
            "reminders": [72, 24],
        }
        self.rule = SilenceRule.objects.create(body=self.body, **(usual | rule))
        self.party, self.people = {}, {}
        for code, (country, zone) in CAPITALS.items():
            party = factories.PartyFactory(code=code, iso2=country, zone=zone)
            self.party[code] = party
            self.people[code] = factories.delegate(body=self.body, party=party, full_name=code)
        self.chair = factories.presiding_chair(self.party["CRI"], full_name="Chair")
        self.observer = factories.delegate("observer_state", body=self.body, full_name="Observer")

    def text(self, **more):
        """A recommendation that everybody in the room reads."""
        decision = decisions.begin(
            kind="recommendation", titles={"en": "Handbook", "es": "Manual"}, body=self.body, by=self.keeper, at=self.clock.at,
            **more,
        )  # fmt: skip
        texts.add_paragraphs(
            text=decision.text, after=None, kind=Kind.PARAGRAPH, blocks=list(BLOCKS), function=Function.OPERATIVE,
            by=self.keeper, at=self.clock.at,
        )  # fmt: skip
        return decision

    def opened(self, decision=None, **more):
        usual = {
            "languages": ["en", "es"], "on": CLOSES, "hour": dt.time(17), "zone": "America/Guatemala", "by": self.keeper,
            "token": token(),
        }  # fmt: skip
        return silence.open_silence(decision=decision or self.text(), **(usual | more), **self.clock.read())

    def says(self, procedure, code, kind, words="Our words.", **more):
        usual = {"by": self.people[code], "token": token(), **self.clock.read()}
        return silence.answer(
            procedure=procedure, party=self.party[code], kind=kind, words=words, **(usual | more)
        )

    def looks(self, procedure):
        """Somebody looks: what has ended is written down."""
        settling.settle_due(**self.clock.read())
        procedure.refresh_from_db()
        procedure.decision.refresh_from_db()
        return procedure
