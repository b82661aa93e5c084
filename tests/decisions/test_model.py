"""A model of the way to consensus: no path adopts over an objection or a bracket, loses a position, or tells it outside."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from puebla.core.asks import Question, asked_of
from puebla.core.models import JournalEntry
from puebla.core.verdicts import RefusedError
from puebla.decisions import actions
from puebla.decisions.models import Decision, Position, Proposal
from puebla.members.querysets import reach_of
from puebla.texts.models import Text
from tests.decisions import making
from tests.decisions.making import declared, drafted, forwarded, paragraph, positioned, proposed

CODES = st.sampled_from(["CRI", "HND", "MEX"])
WORLD = {}


class Negotiation(RuleBasedStateMachine):
    """A draft behind closed doors, and what people do there in any order."""

    def __init__(self):
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.world = WORLD["now"]
        self.draft = forwarded(self.world, WORLD["recommended"])
        self.objecting, self.recorded, self.bracketed, self.adopted = set(), set(), set(), False

    def attempt(self, act):
        """Whether it was done; a refusal changes nothing."""
        try:
            act()
        except RefusedError:
            return False
        self.draft = Decision.objects.select_related("text__room", "body__room").get(pk=self.draft.pk)
        return True

    @rule(code=CODES)
    def object(self, code):
        made = []
        if self.attempt(lambda: made.append(positioned(self.world, self.draft, code))):
            assert not self.adopted
            self.objecting.add(made[0].pk)

    @rule(code=CODES, kind=st.sampled_from(["reservation", "dissociation"]))
    def reserve(self, code, kind):
        made = []
        if self.attempt(lambda: made.append(positioned(self.world, self.draft, code, kind=kind))):
            assert not self.adopted
            self.recorded.add(made[0].pk)

    @rule(data=st.data())
    def lift(self, data):
        standing = sorted(self.objecting | self.recorded)
        if not standing:
            return
        position = Position.objects.select_related("party").get(pk=data.draw(st.sampled_from(standing)))
        by = data.draw(st.sampled_from(sorted(self.world.people)))
        done = self.attempt(
            lambda: actions.lift_position(position=position, by=self.world.people[by], at=self.world.at)
        )
        assert not done or (by == position.party.code and not self.adopted)
        if done:
            self.objecting.discard(position.pk)
            self.recorded.discard(position.pk)

    @rule(code=CODES, what=st.sampled_from(["replace", "bracket", "add"]))
    def propose(self, code, what):
        made = []
        if self.attempt(lambda: made.append(proposed(self.world, self.draft, code, what=what))):
            assert not self.adopted
            self.bracketed.add(made[0].pk)

    @rule(data=st.data(), state=st.sampled_from(["withdrawn", "set_aside", "taken"]))
    def end(self, data, state):
        if not self.bracketed:
            return
        one = Proposal.objects.select_related("paragraph", "party").get(
            pk=data.draw(st.sampled_from(sorted(self.bracketed)))
        )
        by = self.world.people[one.party.code] if state == "withdrawn" else self.world.keeper
        act = (lambda: actions.take(proposal=one, by=by, at=self.world.at)) if state == "taken" else (
            lambda: actions.end(proposal=one, state=state, by=by, at=self.world.at))  # fmt: skip
        if self.attempt(act):
            self.bracketed.discard(one.pk)

    @rule(by=st.sampled_from(["chair", "keeper", "CRI"]), present=st.sets(CODES))
    def declare(self, by, present):
        person = self.world.people.get(by) or getattr(self.world, by)
        before = self.draft.state
        done = self.attempt(
            lambda: declared(
                self.world,
                self.draft,
                by=person,
                present=[self.world.party[one] for one in present],
                languages=["en"],
            )
        )
        if done:
            assert (
                before == "drafting"
                and by == "chair"
                and present
                and not self.objecting
                and not self.bracketed
            )
            self.adopted = True

    @rule(aside=st.booleans())
    @precondition(lambda self: not self.adopted)
    def rest(self, aside):
        self.attempt(
            lambda: actions.lay_aside(decision=self.draft, aside=aside, by=self.world.chair, at=self.world.at)
        )

    @invariant()
    def nothing_is_lost_and_nothing_tells(self):
        standing = Position.objects.filter(decision=self.draft).standing()
        assert set(standing.values_list("pk", flat=True)) == self.objecting | self.recorded
        assert (self.draft.state == "adopted") == self.adopted
        seen = Decision.objects.visible_to(self.world.outsider).filter(pk=self.draft.pk)
        assert seen.exists() == self.adopted
        assert not Position.objects.visible_to(self.world.outsider).filter(decision=self.draft).exists()
        assert not Proposal.objects.visible_to(self.world.outsider).filter(decision=self.draft).exists()
        sealed = Text.objects.filter(room=self.world.closed.room).values_list("ref", flat=True)
        assert not Text.objects.visible_to(self.world.outsider).filter(ref__in=list(sealed)).exists()
        told = JournalEntry.objects.filter(act__in=["position.taken", "position.lifted", "proposal.made"])
        assert not told.exclude(room_ref=self.world.closed.room.ref).exists()
        if self.adopted:
            assert self.draft.adopted_hash == self.draft.drafted.frozen_hash == self.draft.text.frozen_hash

    def teardown(self):
        # What it asks came to the lists with adoption, and nothing that stood there went.
        assert len(_asked()) == WORLD["asked"] + (1 if self.adopted else 0)
        transaction.savepoint_rollback(self.savepoint)


@pytest.mark.django_db
def test_no_path_adopts_over_what_stands_against_it_or_lets_it_out():
    world = WORLD["now"] = making.world()
    recommended = drafted(world)
    meaning = actions.Meaning(addressees=[actions.Whom("members")], asks=True)
    actions.describe(
        decision=recommended, meanings={paragraph(recommended, "2"): meaning}, by=world.keeper, at=world.at
    )
    WORLD["recommended"] = declared(world, recommended)
    WORLD["asked"] = len(_asked())
    checks = list(HealthCheck)
    run_state_machine_as_test(
        Negotiation,
        settings=settings(
            max_examples=10, stateful_step_count=12, deadline=None, suppress_health_check=checks
        ),
    )


def _asked():
    world = WORLD["now"]
    person = world.people["CRI"]
    reach = reach_of(person, world.at)
    question = Question(person, reach, frozenset(reach.parties), world.at)
    return [one for one in asked_of(question) if one.source == "decisions"]
