"""What comes out of adoption: over nothing that stands, with every link, position and date where readers look for them."""

import datetime as dt
import io

import docx
import pytest
from django.urls import reverse

from puebla.core.models import JournalPayload
from puebla.core.verdicts import RefusedError
from puebla.decisions import actions
from puebla.decisions.apps import PHRASES
from puebla.decisions.models import Decision, Link
from puebla.texts import actions as texts
from tests.decisions import making
from tests.decisions.making import declared, drafted, forwarded, paragraph, positioned, proposed

pytestmark = pytest.mark.django_db
LONG_AGO = dt.date(2009, 7, 1)


@pytest.fixture
def world():
    return making.world()


def of_the_body(world):
    return drafted(world, kind="decision", convening=None, body=world.group, audience=50)


def of_the_meeting(world):
    return drafted(world, kind="conclusions", audience=50)


def entered(world, decision, precision="month"):
    return actions.enter_adopted(
        decision=decision,
        on=LONG_AGO,
        precision=precision,
        languages=["en", "es"],
        by=world.keeper,
        at=world.at,
    )


def test_nothing_is_entered_as_adopted_over_a_standing_objection_or_words_in_brackets(world):
    objected, bracketed = of_the_body(world), of_the_body(world)
    positioned(world, objected, "CRI")
    proposal = proposed(world, bracketed, "CRI")

    with pytest.raises(RefusedError, match="CRI objects"):
        entered(world, objected)
    with pytest.raises(RefusedError, match="#1"):
        entered(world, bracketed)

    actions.end(proposal=proposal, state="withdrawn", by=world.people["CRI"], at=world.at)
    assert entered(world, bracketed).is_adopted


def test_a_due_date_of_a_paragraph_that_was_removed_keeps_nothing_from_being_entered(world):
    decision = of_the_body(world)
    due = actions.Meaning(due_on=dt.date(2005, 1, 1))
    actions.describe(
        decision=decision, meanings={paragraph(decision, "2"): due}, by=world.keeper, at=world.at
    )
    with pytest.raises(RefusedError, match="due before"):
        entered(world, decision)

    texts.remove_paragraph(paragraph=paragraph(decision, "2"), by=world.keeper, at=world.at)

    assert entered(world, decision).is_adopted


@pytest.mark.parametrize(
    ("precision", "written"), [("day", " on 1 July 2009"), ("month", ": July 2009"), ("year", ": 2009")]
)
def test_what_was_entered_from_the_record_is_printed_and_read_with_its_own_day(
    world, client, precision, written
):
    decision = entered(world, of_the_body(world), precision)
    client.force_login(world.keeper)

    taken = client.get(reverse("texts:export", args=[decision.text.ref, "en", "docx"]))
    words = [one.text for one in docx.Document(io.BytesIO(taken.content)).paragraphs]
    page = client.get(f"/en/intranet/texts/{decision.text.ref}/").content.decode()

    assert f"Adopted{written}" in words
    assert f"Adopted: {written.removeprefix(' on').removeprefix(':').strip()}; the words are frozen." in page


def test_a_language_in_which_nothing_was_adopted_is_not_printed_as_if_it_had_been(world, client):
    decision = declared(world, of_the_meeting(world), languages=["es"])
    client.force_login(world.keeper)

    def printed(language):
        taken = client.get(reverse("texts:export", args=[decision.text.ref, language, "docx"]))
        return [one.text for one in docx.Document(io.BytesIO(taken.content)).paragraphs]

    assert "Not adopted in this language. Adopted in: Spanish." in printed("en")
    assert any(line.startswith("Adoptado el") for line in printed("es"))


def test_a_text_laid_aside_is_not_taken_up_beside_the_one_that_was_forwarded_anew(world):
    recommended = declared(world, drafted(world))
    first = forwarded(world, recommended)
    actions.lay_aside(decision=first, by=world.chair, at=world.at)
    second = forwarded(world, recommended)

    with pytest.raises(RefusedError, match="forwarded to that meeting anew"):
        actions.lay_aside(decision=first, aside=False, by=world.chair, at=world.at)

    actions.lay_aside(decision=second, by=world.chair, at=world.at)
    actions.lay_aside(decision=first, aside=False, by=world.chair, at=world.at)
    assert Decision.objects.get(pk=first.pk).state == "drafting"


def linked(world, source, target, kind):
    actions.link(source=source, target=target, kind=kind, by=world.keeper, at=world.at)


def test_what_paragraphs_of_one_text_say_of_each_other_comes_along_wherever_it_is_copied(world):
    recommended = drafted(world)
    linked(world, paragraph(recommended, "2"), paragraph(recommended, "1"), "implements")
    recommended = declared(world, recommended)
    draft = forwarded(world, recommended)
    done = Decision.objects.get(pk=declared(world, draft).pk)

    for one in (recommended, done):
        ways = Link.objects.filter(source__text=one.text_id, kind="implements")
        assert [(way.source.anchor, way.target.anchor, way.target.text_id) for way in ways] == [
            ("2", "1", one.text_id)
        ]
    assert Link.objects.filter(source__text=done.text_id, kind="forwards").count() == 2


@pytest.mark.parametrize("cited_first", [True, False])
def test_what_drafts_of_a_closed_session_say_of_each_other_is_said_of_what_comes_out(world, cited_first):
    citing, cited = (forwarded(world, declared(world, drafted(world))) for _n in range(2))
    linked(world, paragraph(citing), paragraph(cited), "recalls")

    for one in (cited, citing) if cited_first else (citing, cited):
        declared(world, one)

    citing, cited = (Decision.objects.get(pk=one.pk) for one in (citing, cited))
    ways = Link.objects.filter(source__text=citing.text_id, kind="recalls")
    assert [way.target.text_id for way in ways] == [cited.text_id]


def test_a_reservation_on_a_paragraph_taken_behind_closed_doors_stands_beside_the_words_that_came_out(
    world, client
):
    draft = forwarded(world, declared(world, drafted(world)))
    positioned(
        world, draft, "CRI", kind="reservation", audience=50, outside=True, paragraph=paragraph(draft), words={"en": "But."}
    )  # fmt: skip
    positioned(world, draft, "MEX", kind="reservation", paragraph=paragraph(draft), words={"en": "Sealed."})
    done = declared(world, draft)

    def beside(person):
        client.force_login(person)
        page = client.get(f"/en/intranet/decisions/{done.ref}/", follow=True).content.decode()
        return page[page.index("<tbody>") : page.index("</tbody>")]

    outside = world.observer
    assert "<b>CRI</b>: reservation" in beside(world.keeper) and "<b>MEX</b>: reservation" in beside(
        world.keeper
    )
    assert not Decision.objects.visible_to(outside).filter(pk=done.pk).exists()
    member = making.factories.delegate(body=world.ministers, full_name="Not in the room")
    assert "<b>CRI</b>: reservation" in beside(member) and "MEX" not in beside(member)


def test_the_journal_outside_does_not_name_a_paragraph_behind_closed_doors(world):
    open_one, draft = drafted(world), forwarded(world, declared(world, drafted(world)))

    linked(world, paragraph(open_one), paragraph(draft), "recalls")

    told = JournalPayload.objects.order_by("-sequence").values_list("facts", flat=True)[0]
    assert draft.text.ref not in str(told) and "closed doors" in PHRASES["decision.linked"](told)


def test_nobody_answers_for_a_paragraph_of_which_consensus_is_still_sought(world):
    decision = drafted(world)
    meaning = actions.Meaning(asks=True, addressees=[actions.Whom("members")])
    actions.describe(decision=decision, meanings={paragraph(decision): meaning}, by=world.keeper, at=world.at)

    with pytest.raises(RefusedError, match="not adopted"):
        actions.answer(
            provision=paragraph(decision).provision, party=world.party["CRI"], says="done", words="Done.", language="en",
            token="t", by=world.people["CRI"], at=world.at,
        )  # fmt: skip
