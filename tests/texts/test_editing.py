"""Paragraphs are added, worded, moved, removed and brought back; nothing is overwritten, nothing lost."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from puebla.core import registry
from puebla.core.models import JournalEntry, OutgoingMail
from puebla.core.registry import Reference
from puebla.core.verdicts import RefusedError, StaleError
from puebla.members.models import Audience
from puebla.texts import actions
from puebla.texts.actions.messages import mail_now
from puebla.texts.models import Kind, Paragraph, ParagraphVersion, Text, tree
from tests import factories as make
from tests.texts.making import AT, a_text, add, living, numbers

pytestmark = pytest.mark.django_db
LATER = AT + dt.timedelta(hours=2)


@pytest.fixture
def secretary():
    return make.secretariat_person()


def word(paragraph, words, *, by, revision=None, **more):
    return actions.word_paragraph(
        paragraph=paragraph, words=words, revision=revision or paragraph.revision, by=by, at=LATER, **more
    )


def test_paragraphs_are_numbered_through_the_text_and_items_lettered_below_theirs(secretary):
    text = a_text(by=secretary)
    heading = add(text, "Opening", by=secretary, kind=Kind.HEADING)
    first = add(text, "The meeting opened.", by=secretary, after=heading)
    item = add(text, "in the morning;", by=secretary, after=first, kind=Kind.ITEM)
    add(text, "It closed.", by=secretary, after=item)
    add(text, "in the room;", by=secretary, after=item, kind=Kind.ITEM)

    assert numbers(text) == [("", "s1"), ("1", "1"), ("1(a)", "1.a"), ("1(b)", "1.b"), ("2", "2")]


def test_a_heading_put_in_between_heads_what_follows_it(secretary):
    text = a_text(by=secretary)
    first = add(text, "One.", by=secretary)
    second = add(text, "Two:", by=secretary, after=first)
    add(text, "a part.", by=secretary, after=second, kind=Kind.ITEM)
    opening = add(text, "Opening", by=secretary, after=None, kind=Kind.HEADING)
    add(text, "Closure", by=secretary, after=first, kind=Kind.HEADING)

    assert numbers(text) == [("", "s1"), ("1", "1"), ("", "s2"), ("2", "2"), ("2(a)", "2.a")]
    assert [
        one.paragraph.anchor for one in living(text) if one.parent and one.parent.paragraph == opening
    ] == ["1"]


def test_an_anchor_stays_where_its_paragraph_goes_and_is_given_to_no_other(secretary):
    text = a_text(by=secretary)
    first = add(text, "One.", by=secretary)
    second = add(text, "Two.", by=secretary, after=first)

    actions.move_paragraph(paragraph=second, after=None, by=secretary, at=LATER)
    actions.remove_paragraph(paragraph=first, by=secretary, at=LATER)
    add(text, "Three.", by=secretary, after=second)

    assert numbers(text) == [("1", "2"), ("2", "2A")]
    assert Paragraph.objects.get(text=text, anchor="1").removed_at == LATER
    with pytest.raises(DatabaseError), transaction.atomic():
        Paragraph.objects.filter(pk=second.pk).update(anchor="9")
    with pytest.raises(DatabaseError), transaction.atomic():
        Paragraph.objects.filter(pk=first.pk).delete()


def test_a_removed_paragraph_comes_back_to_its_place_with_what_lay_below_it_asked_for_in_order(secretary):
    text = a_text(by=secretary)
    first = add(text, "One:", by=secretary)
    item = add(text, "a part.", by=secretary, after=first, kind=Kind.ITEM)
    add(text, "Two.", by=secretary, after=first)
    gone = actions.remove_paragraph(paragraph=first, by=secretary, at=LATER)

    assert [one.anchor for one in gone] == ["1", "1.a"]
    with pytest.raises(RefusedError, match="Bring back 1 first"):
        actions.restore_paragraph(paragraph=item, by=secretary, at=LATER)
    actions.restore_paragraph(paragraph=first, by=secretary, at=LATER)
    actions.restore_paragraph(paragraph=item, by=secretary, at=LATER)
    assert numbers(text) == [("1", "1"), ("1(a)", "1.a"), ("2", "2")]


def test_a_place_that_was_taken_meanwhile_is_shared_by_nobody_and_there_is_room_between(secretary):
    text = a_text(by=secretary)
    first = add(text, "One.", by=secretary)
    add(text, "Four.", by=secretary, after=first)
    gone = add(text, "Gone.", by=secretary, after=first)
    actions.remove_paragraph(paragraph=gone, by=secretary, at=LATER)
    taken = add(text, "Two.", by=secretary, after=first)

    back = actions.restore_paragraph(paragraph=gone, by=secretary, at=LATER)
    between = add(text, "Between.", by=secretary, after=taken)

    assert back.place != taken.place
    order = [node.paragraph.words["en"] for node in living(text)]
    assert order == ["One.", "Two.", "Between.", "Gone.", "Four."]
    # Two that shared a place before this was minded make no harm.
    Paragraph.objects.filter(pk=between.pk).update(place=taken.place)
    add(text, "After both.", by=secretary, after=taken)


def test_what_others_cite_is_not_removed_and_only_what_one_may_know_is_named(secretary):
    text = a_text(by=secretary)
    first = add(text, "One.", by=secretary)
    cited = f"{text.ref}#{first.anchor}"
    hidden = Reference()
    known = Reference("Plan of Action, line 4", "/x/")
    found = [hidden]
    registry.references.add(
        "test", lambda _person, topic, refs: found if (topic, refs) == ("paragraph", [cited]) else []
    )
    try:
        with pytest.raises(RefusedError, match="cited elsewhere") as refusal:
            actions.remove_paragraph(paragraph=first, by=secretary, at=LATER)
        found.append(known)
        with pytest.raises(RefusedError, match="Plan of Action, line 4"):
            actions.remove_paragraph(paragraph=first, by=secretary, at=LATER)
    finally:
        registry.references._entries.pop("test")

    assert "Plan" not in str(refusal.value)
    assert numbers(text) == [("1", "1")]


def test_two_languages_saved_by_two_people_at_once_are_both_kept(secretary):
    text = a_text(by=secretary)
    one = add(text, {"en": "The RCGM took note.", "es": "El GRCM tomó nota."}, by=secretary)
    word(one, {"en": "The RCGM took note of it.", "es": "El GRCM tomó nota."}, by=secretary)

    found = word(
        one, {"en": "The RCGM took note.", "es": "El GRCM tomó nota de ello."}, by=secretary, revision=1
    )

    one.refresh_from_db()
    assert one.words == {"en": "The RCGM took note of it.", "es": "El GRCM tomó nota de ello."}
    assert found.joined
    assert not found.merges


def test_one_language_saved_by_two_people_is_merged_before_their_eyes_and_both_are_kept(secretary):
    text = a_text(by=secretary)
    one = add(text, "The RCGM met in San José on 3 May.", by=secretary)
    other = make.secretariat_person()
    word(one, {"en": "The RCGM met in Panama City on 3 May."}, by=other)

    found = word(one, {"en": "The RCGM met in San José on 4 May."}, by=secretary, revision=1)

    one.refresh_from_db()
    assert one.words == {"en": "The RCGM met in Panama City on 3 May."}
    assert found.merges["en"].proposal == "The RCGM met in Panama City on 4 May."
    aside = ParagraphVersion.objects.get(what="aside")
    assert (aside.words, aside.by) == ({"en": "The RCGM met in San José on 4 May."}, secretary)
    assert JournalEntry.objects.filter(act="paragraph.kept_aside").count() == 1


def test_a_form_that_does_not_say_where_it_began_is_refused_with_a_sentence(secretary):
    one = add(a_text(by=secretary), "One.", by=secretary)

    with pytest.raises(RefusedError, match="Reload the page"):
        word(one, {"en": "Two."}, by=secretary, revision=99)


def test_versions_are_kept_for_ever(secretary):
    one = add(a_text(by=secretary), "One.", by=secretary)
    word(one, {"en": "Two."}, by=secretary)

    assert [v.words["en"] for v in one.versions.order_by("number")] == ["One.", "Two."]
    with pytest.raises(DatabaseError), transaction.atomic():
        ParagraphVersion.objects.update(number=7)
    with pytest.raises(DatabaseError), transaction.atomic():
        ParagraphVersion.objects.all().delete()


def test_saving_the_same_words_again_changes_nothing(secretary):
    one = add(a_text(by=secretary), "One.", by=secretary)
    before = JournalEntry.objects.count()

    word(one, {"en": " One. "}, by=secretary)

    one.refresh_from_db()
    assert one.revision == 1
    assert JournalEntry.objects.count() == before


def test_another_function_alone_is_a_change_that_is_journalled(secretary):
    one = add(a_text(by=secretary), "One.", by=secretary)
    before = Text.objects.get(pk=one.text_id).revision

    word(one, {"en": "One."}, by=secretary, function="operative")

    assert Paragraph.objects.get(pk=one.pk).function == "operative"
    assert Text.objects.get(pk=one.text_id).revision == before + 1
    assert JournalEntry.objects.filter(act="paragraph.worded").count() == 1


def test_figures_and_dates_that_one_language_has_alone_are_flagged(secretary):
    one = add(
        a_text(by=secretary),
        {"en": "On 3 May 250 people.", "es": "El 4 de mayo, 250 personas."},
        by=secretary,
    )

    assert one.differences == {"en": ["--05-03"], "es": ["--05-04"]}


def test_what_was_pasted_beyond_a_paragraph_becomes_paragraphs_after_it(secretary):
    text = a_text(by=secretary)
    one = add(text, "One.", by=secretary)
    add(text, "Four.", by=secretary, after=one)

    word(one, {"en": "One."}, by=secretary, rest=[{"en": "Two."}, {"en": "Three."}])

    assert [node.paragraph.words["en"] for node in living(text)] == ["One.", "Two.", "Three.", "Four."]


def test_an_item_needs_a_paragraph_and_an_empty_paragraph_is_none(secretary):
    text = a_text(by=secretary)

    with pytest.raises(RefusedError, match="An item belongs below a paragraph"):
        add(text, "a part", by=secretary, kind=Kind.ITEM)
    with pytest.raises(RefusedError, match="Write something"):
        add(text, "  \n ", by=secretary)
    assert not Paragraph.objects.filter(text=text).exists()


def test_a_paragraph_is_not_put_below_itself(secretary):
    text = a_text(by=secretary)
    first = add(text, "One:", by=secretary)
    item = add(text, "a part.", by=secretary, after=first, kind=Kind.ITEM)

    with pytest.raises(RefusedError, match="cannot stand there"):
        actions.move_paragraph(paragraph=first, after=item, by=secretary, at=LATER)


def test_who_saves_a_title_second_is_told(secretary):
    text = a_text(by=secretary)
    again = {"titles": {"en": "Other"}, "original_language": "en", "by": secretary, "at": LATER}
    actions.describe_text(text=text, revision=text.revision, **again)

    with pytest.raises(StaleError):
        actions.describe_text(text=text, revision=text.revision, **again)


def test_delegates_do_not_edit_the_secretariats_text_and_a_party_opens_its_own(secretary):
    text = a_text(by=secretary)
    delegate = make.delegate()

    with pytest.raises(RefusedError, match="Only the secretariat and the party"):
        add(text, "One.", by=delegate)
    own = a_text(by=delegate, party=delegate.seats.get().party, audience=None)
    add(own, "Ours.", by=delegate)
    assert own.audience == Audience.OWN_PARTY
    with pytest.raises(RefusedError, match="no such text"):
        add(own, "Theirs.", by=secretary)


def test_a_sealed_room_holds_no_text_of_who_has_no_seat_in_it(secretary):
    sealed = make.BodyFactory(code="LOST", sealed=True)

    with pytest.raises(RefusedError, match="Only members of this room"):
        a_text(by=secretary, body=sealed, audience=Audience.ROOM)
    inside = make.delegate(body=sealed)
    with pytest.raises(RefusedError, match="never opens wider"):
        a_text(by=inside, body=sealed, audience=Audience.MEMBERS, party=inside.seats.get().party)


# Freezing ----------------------------------------------------------------------------------------------------------


def test_a_text_is_frozen_in_the_languages_in_which_nothing_is_pending(secretary):
    text = a_text(by=secretary)
    one = add(text, {"en": "One."}, by=secretary)

    with pytest.raises(RefusedError, match="pending in these paragraphs: 1"):
        actions.freeze_text(text=text, languages=["en", "es"], by=secretary, at=LATER)
    frozen = actions.freeze_text(text=text, languages=["en"], by=secretary, at=LATER)

    assert frozen.frozen_languages == ["en"]
    assert frozen.frozen_hash == actions.digest_of(frozen, [one], ["en"])
    with pytest.raises(RefusedError, match="adopted and is frozen"):
        word(one, {"en": "Two."}, by=secretary)
    with pytest.raises(DatabaseError), transaction.atomic():
        Paragraph.objects.filter(pk=one.pk).update(words={"en": "Two."})
    with pytest.raises(DatabaseError), transaction.atomic():
        Text.objects.filter(pk=text.pk).update(state="open", frozen_at=None, frozen_hash="")


def test_freezing_asks_as_many_questions_of_twenty_paragraphs_as_of_one(secretary):
    counts = []
    for blocks in ([{"en": "One."}], [{"en": f"Number {n}."} for n in range(20)]):
        text = a_text(by=secretary)
        actions.add_paragraphs(text=text, after=None, kind="paragraph", blocks=blocks, by=secretary, at=AT)
        with CaptureQueriesContext(connection) as asked:
            actions.freeze_text(text=text, languages=["en"], by=secretary, at=LATER)
        counts.append(len(asked))

    assert counts[0] == counts[1]
    assert ParagraphVersion.objects.filter(what="frozen").count() == 21


def test_nothing_is_frozen_that_has_no_paragraph(secretary):
    with pytest.raises(RefusedError, match="no paragraph"):
        actions.freeze_text(text=a_text(by=secretary), languages=["en"], by=secretary, at=LATER)


# Comments ----------------------------------------------------------------------------------------------------------


def commented(paragraph, by, *, at=LATER, audience=None, words="Please add the date."):
    return actions.comment(
        paragraph=paragraph,
        party=by.seats.get().party,
        words=words,
        language="en",
        audience=audience,
        by=by,
        at=at,
    )


def test_delegations_comment_until_the_date_and_late_ones_are_told_when_it_was(secretary):
    text = a_text(by=secretary)
    one = add(text, "One.", by=secretary)
    delegate = make.delegate()
    with pytest.raises(RefusedError, match="not asked for yet"):
        commented(one, delegate)
    until = LATER + dt.timedelta(days=1)
    actions.ask_for_comments(text=text, until=until, by=secretary, at=LATER)

    made = commented(one, delegate, at=until)

    assert made.audience == Audience.MEMBERS
    with pytest.raises(RefusedError, match="until"):
        commented(one, delegate, at=until + dt.timedelta(milliseconds=1))
    with pytest.raises(RefusedError, match="Write your comment"):
        commented(one, delegate, words=" \n ")


def test_focal_points_who_may_comment_are_asked_by_mail_in_as_many_questions_for_one_as_for_six(secretary):
    text = a_text(by=secretary, audience=Audience.OBSERVERS)
    make.delegate("observer_state")

    def ask(until):
        with CaptureQueriesContext(connection) as asked:
            actions.ask_for_comments(
                text=text, until=LATER + dt.timedelta(days=until), by=secretary, at=LATER
            )
        return len(asked)

    first = make.delegate()
    few = ask(1)
    mail = OutgoingMail.objects.get()
    others = [make.delegate() for _ in range(5)]
    assert ask(2) == few
    assert mail.recipient == first.email
    assert "Report of the meeting" in mail.subject
    assert text.ref in mail.body
    # An hour is told with its difference, whichever process it is.
    assert "(UTC−6): Report of the meeting" in mail.body
    assert {one.recipient for one in OutgoingMail.objects.all()} == {one.email for one in [first, *others]}
    assert "Report of the meeting" in mail_now(mail.about.partition(":")[2], mail, LATER)["subject"]
    actions.set_audience(text=text, audience=Audience.SECRETARIAT, by=secretary, at=LATER)
    assert mail_now(mail.about.partition(":")[2], mail, LATER) is None


def test_observers_do_not_comment_and_nobody_does_in_anothers_name(secretary):
    text = a_text(by=secretary, audience=Audience.OBSERVERS)
    one = add(text, "One.", by=secretary)
    actions.ask_for_comments(text=text, until=LATER + dt.timedelta(days=1), by=secretary, at=LATER)

    with pytest.raises(RefusedError, match="Observers"):
        commented(one, make.delegate("observer_state"))
    delegate = make.delegate()
    with pytest.raises(RefusedError, match="your own party"):
        actions.comment(paragraph=one, party=make.PartyFactory(), words="No.", language="en", audience=None,
                        by=delegate, at=LATER)  # fmt: skip


def test_a_comment_for_the_secretariat_is_seen_by_it_and_by_its_own_party_alone(secretary):
    text = a_text(by=secretary)
    one = add(text, "One.", by=secretary)
    actions.ask_for_comments(text=text, until=LATER + dt.timedelta(days=1), by=secretary, at=LATER)
    delegate, other = make.delegate(), make.delegate()

    made = commented(one, delegate, audience=Audience.SECRETARIAT)

    seen = [
        type(made).objects.visible_to(person).filter(pk=made.pk).exists()
        for person in (secretary, delegate, other)
    ]
    assert seen == [True, True, False]
    actions.answer_comment(comment=made, answer="Done.", close=False, by=secretary, at=LATER)
    made.refresh_from_db()
    assert (made.state, made.answer) == ("answered", "Done.")
    with pytest.raises(RefusedError, match="Write an answer"):
        actions.answer_comment(comment=made, answer=" ", close=False, by=secretary, at=LATER)
    with pytest.raises(RefusedError):
        actions.answer_comment(comment=made, answer="No.", close=False, by=delegate, at=LATER)


# Any sequence ------------------------------------------------------------------------------------------------------

NUMBER = st.integers(0, 9)
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.sampled_from(Kind.values), NUMBER),
        st.tuples(st.just("move"), NUMBER, NUMBER),
        st.tuples(st.just("remove"), NUMBER),
        st.tuples(st.just("restore"), NUMBER),
    ),
    max_size=12,
)


class AnySequence(TestCase):
    """The same as in memory (`test_tree`), by the acts and the database themselves."""

    @settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(ACTS)
    def test_anchors_are_never_lost_nor_given_twice(self, acts):
        secretary = make.secretariat_person()
        text = a_text(by=secretary)
        known: dict[int, str] = {}

        for act, *how in acts:
            self.do(text, secretary, act, how)
            rows = dict(Paragraph.objects.filter(text=text).values_list("pk", "anchor"))
            assert len(set(rows.values())) == len(rows)
            assert {key: rows.get(key) for key in known} == known
            known = rows

    def do(self, text, by, act, how):
        nodes = living(text)
        every = list(Paragraph.objects.filter(text=text).order_by("pk"))
        if act == "add":
            places = tree.targets(nodes, how[0])
            if places:
                after = places[how[1] % len(places)]
                add(text, "Words.", by=by, kind=how[0], after=after and after.paragraph)
        elif act == "restore" and every:
            one = every[how[0] % len(every)]
            if one.removed_at and (one.parent is None or one.parent.removed_at is None):
                actions.restore_paragraph(paragraph=one, by=by, at=LATER)
        elif nodes:
            node = nodes[how[0] % len(nodes)]
            if act == "remove":
                actions.remove_paragraph(paragraph=node.paragraph, by=by, at=LATER)
            elif act == "move" and (places := tree.targets(nodes, node.paragraph.kind, node)):
                after = places[how[1] % len(places)]
                actions.move_paragraph(
                    paragraph=node.paragraph, after=after and after.paragraph, by=by, at=LATER
                )
