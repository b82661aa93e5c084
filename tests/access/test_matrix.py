"""The matrix of audience and seat: every cell of the manual's page is asked of the gate."""

import contextlib
import datetime as dt

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from puebla.documents.models import Document
from puebla.members.models import Audience, BreakGlass, PresidencyTerm
from tests import factories as make
from tools import matrix

pytestmark = pytest.mark.django_db


class Scene:
    """One room with a paper of each audience, given by a member state; readers are made by name."""

    def __init__(self, situation):
        self.today = timezone.localdate()
        self.sealed = situation.startswith("sealed")
        self.body = make.BodyFactory(code="HERE", sealed=self.sealed)
        self.elsewhere = make.BodyFactory(code="ELSEWHERE")
        self.giver = make.PartyFactory(code="GIVER")
        embargo = timezone.now() + dt.timedelta(days=3) if situation.endswith("embargo") else None
        self.papers = [
            make.DocumentFactory(body=self.body, party=self.giver, audience=audience, embargo_until=embargo)
            for audience in Audience
            if audience <= self.body.room.cap
        ]

    def read_by(self, person):
        """One sign for each audience, as the manual prints it."""
        seen = set(Document.objects.visible_to(person).values_list("pk", flat=True))
        return "".join(matrix.YES if paper.pk in seen else matrix.NO for paper in self.papers)

    def delegate(self, **values):
        return make.delegate(**({"body": self.body} | values))

    def seated(self, **values):
        """A delegate of another member whose seat has these values."""
        person = make.PersonFactory(is_active=values.pop("is_active", True))
        make.SeatFactory(person=person, body=values.pop("body", self.body), **values)
        return person

    def office(self, role="coordinator"):
        person = make.PersonFactory()
        make.SeatFactory(person=person, party=make.secretariat_party(), role=make.RoleFactory(code=role),
                         body=make.BodyFactory(code="TS", function="secretariat"))  # fmt: skip
        return person

    def presidency(self, begins):
        """Somebody seated in the Presidency for a party whose term begins on this day; another's began long ago."""
        body = make.BodyFactory(code="PPT", function="presidency")
        party = make.PartyFactory()
        PresidencyTerm.objects.create(body=body, party=make.PartyFactory(), starts_on=dt.date(2020, 1, 1))
        PresidencyTerm.objects.create(body=body, party=party, starts_on=begins)
        return self.seated(body=body, party=party, role=make.RoleFactory(code="presidency"))

    def opening(self, *, confirmed):
        person, now = self.office(), timezone.now()
        second = {
            "confirmed_by": make.PersonFactory(),
            "confirmed_at": now,
            "until_at": now + dt.timedelta(days=1),
        }
        BreakGlass.objects.create(room=self.body.room, reason="An inquiry", requested_by=person, requested_at=now,
                                  **(second if confirmed else {}))  # fmt: skip
        return person

    # Readers, under the names of the manual's specification.
    def giver_in_room(self):
        return self.delegate(party=self.giver)

    def giver_elsewhere(self):
        return self.delegate(party=self.giver, body=self.elsewhere)

    def member_in_room(self):
        return self.delegate()

    def member_elsewhere(self):
        return self.delegate(body=self.elsewhere)

    def member_observing(self):
        return self.delegate(role=make.RoleFactory(code="observer", observes=True))

    def observer_of_room(self):
        return self.delegate(standing="observer_state")

    def observer_state(self):
        return self.delegate(standing="observer_state", body=self.elsewhere)

    def observer_organisation(self):
        return self.delegate(standing="observer_organisation", body=self.elsewhere)

    def civil_society(self):
        return self.delegate(standing="civil_society", body=self.elsewhere)

    def secretariat(self):
        return self.office()

    def secretariat_in_room(self):
        return self.delegate(party=make.secretariat_party())

    def technology(self):
        return self.office("technology")

    def presiding(self):
        return self.presidency(self.today)

    def presiding_in_room(self):
        person = self.presiding()
        make.SeatFactory(person=person, party=person.seats.get().party, body=self.body)
        return person

    def presided_before(self):
        return self.presidency(dt.date(2010, 1, 1))

    def presides_next(self):
        return self.presidency(self.today + dt.timedelta(days=1))

    def shared(self):
        guest, now = self.civil_society(), timezone.now()
        shared_by = make.PersonFactory()
        for paper in self.papers:
            # Of a sealed room's paper the database itself takes no share.
            with contextlib.suppress(DatabaseError), transaction.atomic():
                paper.shares.create(person=guest, why="An expert's advice", until_at=now + dt.timedelta(days=1),
                                    shared_at=now, shared_by=shared_by)  # fmt: skip
        return guest

    def presiding_observing(self):
        person = self.presidency(self.today)
        person.seats.update(role=make.RoleFactory(code="observer", observes=True))
        return person

    def opened(self):
        return self.opening(confirmed=True)

    def opening_asked(self):
        return self.opening(confirmed=False)

    def retired(self):
        return self.seated(is_active=False)

    def no_seat(self):
        return make.PersonFactory()

    def future_seat(self):
        return self.seated(from_on=self.today + dt.timedelta(days=1))

    def ended_seat(self):
        return self.seated(until_on=self.today - dt.timedelta(days=1))

    def unconfirmed(self):
        body = self.body if self.sealed else make.BodyFactory(sealed=True)
        return self.seated(body=body, party=self.giver, confirmed_at=None)

    def standing_ended(self):
        person = self.delegate(party=self.giver)
        self.giver.standings.update(until_on=self.today - dt.timedelta(days=1))
        return person

    def nobody(self):
        return None


@pytest.mark.parametrize("situation", matrix.SITUATIONS)
@pytest.mark.parametrize("reader", matrix.READERS)
def test_the_gate_opens_exactly_what_the_manual_says(reader, situation):
    scene = Scene(situation)
    person = getattr(scene, reader)()

    read = scene.read_by(person)

    assert read == getattr(matrix.READERS[reader], situation)


@pytest.mark.parametrize("situation", matrix.SITUATIONS)
@pytest.mark.parametrize("reader", matrix.OWN_PAPERS)
def test_of_the_own_party_s_papers_the_gate_opens_what_the_manual_says(reader, situation):
    scene = Scene(situation)
    person = getattr(scene, reader)()
    seat = person.seats.first() if person else None
    Document.objects.update(party=seat.party if seat else scene.giver)

    read = scene.read_by(person)

    assert read == matrix.OWN_PAPERS[reader][list(matrix.SITUATIONS).index(situation)] * len(scene.papers)


def test_the_tables_of_the_manual_leave_no_kind_of_seat_out():
    # The giving party's own rows, and a share, which is of one paper whoever gave it.
    apart = {"giver_in_room", "giver_elsewhere", "shared"}

    assert set(matrix.READERS) - set(matrix.OWN_PAPERS) == apart


def test_the_page_of_the_manual_is_what_the_specification_prints():
    written = matrix.MATRIX_PAGE.read_text(encoding="utf-8")

    assert written == matrix.matrix_page(), "Write it anew: python -m tools.matrix"


def test_the_page_of_permissions_is_what_the_code_and_the_edition_say():
    written = matrix.PERMISSIONS_PAGE.read_text(encoding="utf-8")

    assert written == matrix.permissions_page(), "Write it anew: python -m tools.matrix"
