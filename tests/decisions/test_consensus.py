"""From recommendation to decision: proposed by paragraph, recommended, forwarded, objected to, agreed behind closed doors."""

import datetime as dt

import pytest

from puebla.core.models import JournalEntry
from puebla.core.verdicts import RefusedError
from puebla.decisions import actions
from puebla.decisions.models import Decision, Link, Position, Proposal, Provision
from puebla.decisions.views import dates
from puebla.members.querysets import reach_of
from puebla.texts.actions import digest_of, remove_paragraph
from puebla.texts.models import Paragraph, Text, tree
from tests.decisions import making
from tests.decisions.making import declared, drafted, forwarded, paragraph, positioned, proposed

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return making.world()


def test_a_recommendation_goes_all_its_way_and_comes_out_of_the_closed_session_word_for_word(world):
    recommended = drafted(world)
    for code in ("CRI", "HND", "MEX"):
        proposed(world, recommended, code)
    with pytest.raises(RefusedError, match="brackets"):
        declared(world, recommended)
    costa_rican, *others = recommended.proposals.order_by("pk")
    actions.take(proposal=costa_rican, by=world.keeper, at=world.at)
    for one in others:
        actions.end(proposal=one, state="set_aside", by=world.keeper, at=world.at)
    recommended = declared(world, recommended)
    assert recommended.state == "adopted" and paragraph(recommended).words["en"] == "Words of CRI."

    draft = forwarded(world, recommended)
    assert draft.text.room == world.closed.room
    assert not Decision.objects.visible_to(world.outsider).filter(pk=draft.pk).exists()
    objection = positioned(world, draft, "HND")
    with pytest.raises(RefusedError, match="objects"):
        declared(world, draft)
    proposed(world, draft, "HND", words={"en": "Agreed words.", "es": "Palabras acordadas."})
    actions.take(proposal=draft.proposals.get(), by=world.keeper, at=world.at)
    actions.lift_position(position=objection, by=world.people["HND"], at=world.at)
    reservation = positioned(world, draft, "MEX", kind="reservation")
    decided = declared(world, draft)

    assert decided.text.room == world.ministers.room and decided.drafted.room == world.closed.room
    assert decided.text.frozen_hash == decided.drafted.frozen_hash == decided.adopted_hash
    assert set(decided.present.all()) == set(world.party.values())
    assert Decision.objects.visible_to(world.outsider).filter(pk=decided.pk).exists()
    assert not Text.objects.visible_to(world.outsider).filter(pk=decided.drafted_id).exists()
    assert not Position.objects.visible_to(world.outsider).exists()
    assert list(Position.objects.visible_to(world.people["CRI"]).standing()) == [reservation]
    inside = Paragraph.objects.get(text=decided.drafted, anchor="1")
    assert Link.objects.get(source=inside, kind="forwards").target == paragraph(recommended)
    assert Link.objects.filter(
        source=paragraph(decided), kind="forwards", target=paragraph(recommended)
    ).exists()


def test_an_adopted_decision_is_filed_with_its_symbol_and_the_digest_shows_a_changed_word(world):
    decided = declared(world, drafted(world))

    filed = actions.file_decision(decision=decided, by=world.keeper, at=world.at)

    assert filed.address == filed.document.symbol and filed.filed
    assert sorted(filed.document.editions.values_list("language", flat=True)) == ["en", "es"]
    assert Decision.objects.at_address(filed.address.lower()).get() == filed
    every = list(Paragraph.objects.filter(text=filed.text))
    every[0].words = every[0].words | {"en": "Something else."}
    assert digest_of(filed.text, every, filed.text.frozen_languages) != filed.adopted_hash
    with pytest.raises(RefusedError, match="filed already"):
        actions.file_decision(decision=filed, by=world.keeper, at=world.at)


def test_only_the_chair_declares_and_among_members_alone(world):
    decision = drafted(world)
    for by in (world.keeper, world.people["CRI"], world.observer):
        with pytest.raises(RefusedError):
            declared(world, decision, by=by)
    stranger = world.observer.seats.get().party
    with pytest.raises(RefusedError, match="no member state"):
        declared(world, decision, present=[stranger])
    with pytest.raises(RefusedError, match="present"):
        declared(world, decision, present=[])
    decision.refresh_from_db()
    assert decision.state == "drafting" and not decision.text.is_frozen


def test_what_is_adopted_takes_no_reservation_any_more_and_no_word(world):
    decided = declared(world, drafted(world))

    with pytest.raises(RefusedError, match="before that"):
        positioned(world, decided, "MEX", kind="reservation")
    with pytest.raises(RefusedError, match="adopted"):
        proposed(world, decided)


def test_a_due_date_before_adoption_stands_against_it_and_is_refused_after(world):
    decision = drafted(world)
    early = actions.Meaning(asks=True, due_on=dt.date(2001, 1, 1), due_precision="year")
    actions.describe(decision=decision, meanings={paragraph(decision): early}, by=world.keeper, at=world.at)
    with pytest.raises(RefusedError, match="due before"):
        declared(world, decision)
    actions.describe(
        decision=decision, meanings={paragraph(decision): actions.Meaning()}, by=world.keeper, at=world.at
    )
    decided = declared(world, decision)
    with pytest.raises(RefusedError, match="due before"):
        actions.describe(decision=decided, meanings={paragraph(decided): early}, by=world.keeper, at=world.at)


def test_paragraphs_that_would_cite_each_other_in_a_circle_are_refused(world):
    first, second, third = (drafted(world) for _ in range(3))
    a, b, c = paragraph(first), paragraph(second), paragraph(third)
    for source, target, kind in ((a, b, "recalls"), (b, c, "amends")):
        actions.link(source=source, target=target, kind=kind, by=world.keeper, at=world.at)

    for target in (a, c):
        with pytest.raises(RefusedError):
            actions.link(source=c, target=target, kind="implements", by=world.keeper, at=world.at)
    assert Link.objects.count() == 2


def test_a_declaration_is_joint_where_another_process_is_named_and_only_there(world):
    for more in ({"scope": "joint"}, {"scope": "annual", "joint_with": {"en": "Southern Conference"}}):
        with pytest.raises(RefusedError, match="process"):
            drafted(world, kind="declaration", **more)


def test_a_paragraph_speaks_of_none_that_was_adopted_after_it_as_far_as_days_are_known(world):
    old, new = (declared(world, drafted(world)) for _ in range(2))
    Decision.objects.filter(pk=old.pk).update(adopted_on=dt.date(2009, 7, 1), adopted_precision="month")
    pair = [Paragraph.objects.get(pk=paragraph(one).pk) for one in (old, new)]

    with pytest.raises(RefusedError, match="adopted after this one"):
        actions.link(source=pair[0], target=pair[1], kind="recalls", by=world.keeper, at=world.at)
    Decision.objects.filter(pk=new.pk).update(adopted_on=dt.date(2009, 7, 9))
    again = [Paragraph.objects.get(pk=one.pk) for one in pair]
    actions.link(source=again[0], target=again[1], kind="recalls", by=world.keeper, at=world.at)


def test_a_proposal_sent_twice_counts_once_and_one_whose_paragraph_changed_overwrites_nobody(world):
    decision = drafted(world)
    one = proposed(world, decision, token="same")
    assert proposed(world, decision, token="same") == one
    other = proposed(world, decision, "HND")
    actions.take(proposal=one, by=world.keeper, at=world.at)

    with pytest.raises(RefusedError, match="anew"):
        actions.take(proposal=other, by=world.keeper, at=world.at)
    assert paragraph(decision).words["en"] == "Words of CRI."
    assert Proposal.objects.get(pk=other.pk).state == "standing"


def test_from_a_page_gone_back_to_another_proposal_or_position_is_recorded_and_not_taken_for_the_first(world):
    decision = drafted(world)
    first = proposed(world, decision, token="same")
    again = proposed(world, decision, token="same", words={"en": "Other words.", "es": "Otras palabras."})
    assert again != first and again.words["en"] == "Other words."

    reserved = positioned(world, decision, kind="reservation", token="p")
    assert positioned(world, decision, kind="reservation", token="p") == reserved
    objects = positioned(world, decision, kind="objection", token="p")
    assert objects != reserved and objects.stands
    actions.lift_position(position=objects, by=world.people["CRI"], at=world.at)
    anew = positioned(world, decision, kind="objection", token="p")
    assert anew.pk != objects.pk and anew.stands


def test_observers_propose_only_where_the_presidency_lets_them_draft(world):
    decision = drafted(world, item=world.open_item, audience=60)
    party = world.observer.seats.get().party
    world.party["OBS"], world.people["OBS"] = party, world.observer
    with pytest.raises(RefusedError):
        proposed(world, decision, "OBS")
    world.open_item.openings.create(party=party, what="draft", opened_at=world.at, opened_by=world.chair)
    assert proposed(world, decision, "OBS").party == party
    with pytest.raises(RefusedError, match="member states"):
        positioned(world, decision, "OBS")


def test_a_text_that_is_laid_aside_rests_and_can_be_taken_up_and_forwarded_again(world):
    recommended = declared(world, drafted(world))
    draft = forwarded(world, recommended)
    with pytest.raises(RefusedError, match="already"):
        forwarded(world, recommended)
    actions.lay_aside(decision=draft, by=world.chair, at=world.at)
    with pytest.raises(RefusedError, match="laid aside"):
        declared(world, draft)
    assert forwarded(world, recommended).pk != draft.pk


def test_the_journal_outside_tells_nothing_of_who_stood_against(world):
    draft = forwarded(world, declared(world, drafted(world)))
    positioned(world, draft, "HND", kind="dissociation")
    declared(world, draft)

    told = JournalEntry.objects.filter(room_ref=world.closed.room.ref, act="position.taken")
    assert told.count() == 1
    assert (
        not JournalEntry.objects.filter(act="position.taken").exclude(room_ref=world.closed.room.ref).exists()
    )


def test_what_paragraphs_do_is_kept_when_they_are_forwarded(world):
    decision = drafted(world)
    meaning = actions.Meaning(
        asks=True, addressees=[actions.Whom("members"), actions.Whom("members"), actions.Whom("party", world.party["CRI"])],
        due_on=dt.date(2040, 1, 1), due_precision="quarter",
    )  # fmt: skip
    actions.describe(decision=decision, meanings={paragraph(decision): meaning}, by=world.keeper, at=world.at)

    draft = forwarded(world, declared(world, decision))

    one = Provision.objects.get(paragraph=paragraph(draft))
    assert (one.asks, one.due_precision, one.addressees.count()) == (True, "quarter", 2)


def test_until_when_a_paragraph_asks_something_of_a_party_stands_in_its_calendar(world):
    decision = drafted(world)
    meaning = actions.Meaning(
        asks=True, addressees=[actions.Whom("party", world.party["CRI"])], due_on=dt.date(2040, 1, 1), due_precision="quarter",
    )  # fmt: skip
    actions.describe(decision=decision, meanings={paragraph(decision): meaning}, by=world.keeper, at=world.at)
    first = dt.datetime(2040, 3, 1, tzinfo=dt.UTC)

    def days(code):
        person = world.people[code]
        found = dates.entries(person, reach_of(person, world.at), first, first + dt.timedelta(days=60))
        return [one.on for one in found]

    assert days("CRI") == []
    declared(world, decision)
    assert (days("CRI"), days("HND")) == ([dt.date(2040, 3, 31)], [])
    one = Provision.objects.get(paragraph=paragraph(decision))
    actions.set_status(
        provision=one, status="implemented", on=dt.date(2039, 1, 1), by=world.keeper, at=world.at
    )
    assert days("CRI") == []


def test_a_note_to_where_a_paragraph_stands_is_kept_and_the_same_said_twice_is_one_line(world):
    decision = drafted(world)
    meaning = actions.Meaning(asks=True, addressees=[actions.Whom("members")])
    actions.describe(decision=decision, meanings={paragraph(decision): meaning}, by=world.keeper, at=world.at)
    declared(world, decision)
    one = Provision.objects.get(paragraph=paragraph(decision))
    before = one.statuses.count()
    said = {"status": one.status, "on": dt.date(2039, 1, 1), "by": world.keeper, "at": world.at}

    for notes in (None, None, {"en": "As the group heard."}):
        actions.set_status(provision=one, notes=notes, **said)

    assert one.statuses.count() == before + 2
    assert one.statuses.order_by("-on", "-pk").first().notes == {"en": "As the group heard."}


def test_a_paragraph_for_which_proposals_stand_is_not_removed_behind_their_backs(world):
    decision = drafted(world)
    proposed(world, decision)
    with pytest.raises(RefusedError, match="cited"):
        remove_paragraph(paragraph=paragraph(decision), by=world.keeper, at=world.at)
    assert paragraph(decision).removed_at is None


def test_leaving_a_paragraph_out_sets_aside_what_else_was_proposed_for_it_and_keeps_what_was_to_follow(world):
    decision = drafted(world)
    leave, other = (
        proposed(world, decision, "CRI", what="delete", anchor="2"),
        proposed(world, decision, "HND", anchor="2"),
    )
    after = proposed(world, decision, "MEX", what="add", anchor="2")

    actions.take(proposal=leave, by=world.keeper, at=world.at)

    other.refresh_from_db()
    after.refresh_from_db()
    assert other.state == "set_aside" and JournalEntry.objects.filter(act="proposal.set_aside").exists()
    assert (after.state, after.paragraph.anchor) == ("standing", "1")
    actions.take(proposal=after, by=world.keeper, at=world.at)
    words = [
        node.paragraph.words["en"]
        for node in tree.in_order(Paragraph.objects.filter(text=decision.text).living())
    ]
    assert words == [making.BLOCKS[0]["en"], "Words of MEX."]
