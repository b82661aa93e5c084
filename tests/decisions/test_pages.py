"""Pages of decisions: what each reader finds there, and what nobody outside a sealed room does."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from puebla.core.verdicts import RefusedError
from puebla.decisions import actions
from puebla.decisions.models import Decision, ProvisionAnswer
from puebla.texts.actions import remove_paragraph
from puebla.texts.models import Paragraph
from tests.decisions import making
from tests.decisions.making import declared, drafted, forwarded, paragraph, positioned, proposed

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return making.world()


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


def page(decision):
    return reverse("decisions:decision", args=[decision.address])


def at(decision, name, *more):
    return reverse(f"decisions:{name}", args=[decision.ref, *more])


def test_a_recommendation_is_drafted_bracketed_recommended_and_filed_by_hand(world):
    keeper, cri, chair = client_of(world.keeper), client_of(world.people["CRI"]), client_of(world.chair)
    begun = keeper.post(
        reverse("decisions:new") + "?meeting=RCM/2031/RCGM-1",
        {
            "kind": "recommendation",
            "scope": "annual",
            "titles_en": "Shelters",
            "titles_es": "Albergues",
            "audience": "40",
        },
    )
    decision = Decision.objects.get(text__titles__en="Shelters")
    assert begun.status_code == 302 and decision.convening == world.before
    keeper.post(
        reverse("texts:add", args=[decision.text.ref]),
        {
            "words_en": "To open shelters.",
            "words_es": "Abrir albergues.",
            "kind": "paragraph",
            "function": "operative",
        },
    )
    form = {
        "what": "replace",
        "words_en": "To open twelve shelters.",
        "party": "CRI",
        "on_revision": "1",
        "token": "t",
    }
    cri.post(at(decision, "propose", "1"), form)
    shown = cri.get(page(decision)).content.decode()
    assert "[To open twelve shelters.]" in shown
    refused = chair.post(at(decision, "declare"), {"present": ["CRI"], "adopted_in": ["en", "es"]})
    assert "in brackets" in refused.content.decode()
    keeper.post(at(decision, "proposal", decision.proposals.get().ref), {"act": "take"})
    form = {"verb": "", "whom": ["members", "party:HND"], "asks": "on", "due": "2040-Q2", "revision": "0"}
    assert keeper.post(at(decision, "means", "1"), form).status_code == 302
    chair.post(at(decision, "declare"), {"present": ["CRI", "HND"], "adopted_in": ["en", "es"]})
    keeper.post(at(decision, "file"))

    decision.refresh_from_db()
    assert decision.is_adopted and decision.filed
    said = client_of(world.outsider).get(page(decision), headers={"accept-language": "es"})
    assert said.status_code == 200 and decision.adopted_hash in said.content.decode()
    listed = client_of(world.people["HND"]).get(reverse("intranet:asks"), follow=True).content.decode()
    assert "To open twelve shelters." in listed
    decision = Decision.objects.select_related("text").get(pk=decision.pk)
    box = reverse("intranet:ask", args=["HND", "decisions", f"{decision.text.ref}-1"])
    assert at(decision, "answer", "1") in client_of(world.people["HND"]).get(box).content.decode()
    hnd = client_of(world.people["HND"])
    hnd.post(box, {"act": "aside", "reason": "We have none.", "revision": "0"})
    assert "Not applicable" in hnd.get(box).content.decode(), "its own page says so as the list does"
    hnd.post(box, {"act": "again", "revision": "1"})
    assert "En curso" in hnd.get(at(decision, "answer", "1").replace("/en/", "/es/")).content.decode()
    answer = {"says": "done", "words": "Twelve are open.", "language": "en", "party": "HND", "token": "a"}
    assert client_of(world.people["HND"]).post(at(decision, "answer", "1"), answer).status_code == 302
    assert ProvisionAnswer.objects.get().party.code == "HND"
    for words in (
        "Twelve are open.",
        "Eleven are open; one burnt down.",
        "Twelve are open.",
        "Twelve are open.",
    ):
        hnd.post(at(decision, "answer", "1"), answer | {"words": words})
    said = list(ProvisionAnswer.objects.order_by("pk").values_list("words", flat=True))
    assert said == ["Twelve are open.", "Eleven are open; one burnt down.", "Twelve are open."], (
        "a page gone back to is no form sent twice"
    )


def test_nothing_of_a_closed_session_is_found_from_outside(world):
    draft = forwarded(world, declared(world, drafted(world)))
    proposed(world, draft)
    positioned(world, draft, "MEX", kind="reservation")
    outside, inside = client_of(world.outsider), client_of(world.people["CRI"])

    assert inside.get(page(draft)).status_code == 200
    ref = draft.proposals.get().ref
    for address in (page(draft), at(draft, "declare"), at(draft, "forward"), at(draft, "propose", "1"), at(draft, "position"), at(draft, "means", "1")):  # fmt: skip
        assert outside.get(address).status_code == 404
    assert outside.post(at(draft, "proposal", ref), {"act": "take"}).status_code == 404
    for address in (reverse("decisions:list"), reverse("meetings:page", args=["RCM/2031/VM-36"])):
        assert draft.ref not in outside.get(address).content.decode()
        assert draft.ref in inside.get(address).content.decode()


def test_a_refused_proposal_keeps_what_was_typed(world):
    decision = drafted(world)
    form = {"what": "replace", "words_en": "Words of long thought.", "party": "CRI", "token": "t"}
    paragraph_gone = paragraph(decision)
    from puebla.texts.actions import remove_paragraph

    client = client_of(world.people["CRI"])
    assert "Words of long thought." not in client.get(at(decision, "propose", "1")).content.decode()
    actions.lay_aside(decision=decision, by=world.chair, at=world.at)
    shown = client.post(at(decision, "propose", "1"), form).content.decode()
    assert "Words of long thought." in shown and "laid aside" in shown
    actions.lay_aside(decision=decision, aside=False, by=world.chair, at=world.at)
    remove_paragraph(paragraph=paragraph_gone, by=world.keeper, at=world.at)
    assert client.get(at(decision, "propose", "1")).status_code == 404


def test_a_member_reserves_on_one_paragraph_and_a_slip_loses_nothing(world):
    decision = drafted(world)
    client = client_of(world.people["CRI"])
    form = {"kind": "reservation", "of": "2", "words_en": "", "party": "CRI", "token": "p"}
    form["readers"] = client.get(at(decision, "position")).context["form"].fields["readers"].choices[0][0]

    slip = client.post(at(decision, "position"), form)
    assert slip.context["form"]["of"].value() == "2" and not decision.positions.exists()
    assert client.post(at(decision, "position"), form | {"words_en": "Not by June."}).status_code == 302

    assert decision.positions.get().paragraph == paragraph(decision, "2")
    other = paragraph(drafted(world), "1")
    with pytest.raises(RefusedError, match="another text"):
        positioned(world, decision, kind="reservation", paragraph=other)


def test_words_exchanged_past_the_acts_are_shown_and_told_though_the_page_was_looked_at_before(world):
    decision = declared(world, drafted(world))
    client, told = client_of(world.keeper), "not the ones that were adopted"
    shown, spanish = page(decision), page(decision).replace("/en/", "/es/")
    assert told not in client.get(shown).content.decode()
    assert "Por otras." not in client.get(spanish).content.decode()

    # As whoever runs the database could: its guards lifted, the words exchanged.
    with connection.cursor() as cursor:
        on = " ON texts_paragraph" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER texts_paragraph_frozen{on}")
    Paragraph.objects.filter(pk=paragraph(decision).pk).update(
        words={"en": "For others.", "es": "Por otras."}
    )

    assert told in (english := client.get(shown).content.decode()) and "For others." in english
    assert "Por otras." in client.get(spanish).content.decode()


def test_what_is_negotiated_stands_before_what_was_adopted_and_what_was_laid_aside(world):
    aside, adopted, draft = (
        drafted(world, titles={"en": name, "es": name}) for name in ("No accord", "All agree", "Talked of")
    )
    declared(world, adopted)
    actions.lay_aside(decision=aside, by=world.keeper, at=world.at)

    said = client_of(world.keeper).get(reverse("decisions:list")).content.decode()

    assert said.index("Talked of") < said.index("All agree") < said.index("No accord")


def test_what_one_reader_is_offered_is_not_offered_to_the_next_nor_in_their_language(world):
    decision = declared(world, drafted(world))
    keeps, reads = client_of(world.keeper), client_of(world.people["CRI"])
    says, english = at(decision, "means", "1"), page(decision)
    spanish = english.replace("/en/", "/es/")

    for _time in range(2):
        assert says in keeps.get(english).content.decode()
        answer = reads.get(english)
        assert answer.status_code == 200 and says not in answer.content.decode()
        said = keeps.get(spanish).content.decode()
        assert says.replace("/en/", "/es/") in said and "Said before?" not in said


def test_whom_a_paragraph_addresses_is_shown_as_it_is_now_though_the_page_was_looked_at_before(world):
    decision, client = drafted(world), client_of(world.keeper)
    addresses = [page(decision), page(decision).replace("/en/", "/es/")]

    def shows(*whom):
        meaning = actions.Meaning(addressees=list(whom), asks=True)
        actions.describe(
            decision=decision, meanings={paragraph(decision): meaning}, by=world.keeper, at=world.at
        )
        return [client.get(address).content.decode() for address in addresses]

    for code in ("HND", "MEX"):
        english, spanish = shows(actions.Whom("party", world.party[code]))
        assert f'<p class="means">{world.party[code].short_names["en"]} <span' in english
        assert f'<p class="means">{world.party[code].short_names["es"]} <span' in spanish
    english, spanish = shows(actions.Whom("members"))
    assert '<p class="means">all member states <span' in english and "MEX <span" not in english + spanish


def test_a_column_in_a_language_in_which_nothing_was_adopted_says_so(world):
    client = client_of(world.keeper)
    in_both, in_one = declared(world, drafted(world)), declared(world, drafted(world), languages=("es",))

    assert "Not adopted in" not in client.get(page(in_both)).content.decode()
    assert "Not adopted in: English." in client.get(page(in_one)).content.decode()


def test_no_position_is_taken_on_a_paragraph_that_was_left_out_meanwhile(world):
    decision = drafted(world)
    gone = paragraph(decision, "2")
    remove_paragraph(paragraph=paragraph(decision, "2"), by=world.keeper, at=world.at)

    with pytest.raises(RefusedError, match="left out"):
        positioned(world, decision, kind="reservation", paragraph=gone)


def test_lists_and_pages_ask_the_same_number_of_questions_at_two_sizes(world):
    client = client_of(world.people["CRI"])

    def questions(address):
        client.get(address)
        with CaptureQueriesContext(connection) as made:
            assert client.get(address).status_code == 200
        return len(made)

    first = drafted(world)
    whom = [
        actions.Whom("members"),
        actions.Whom("party", world.party["HND"]),
        actions.Whom("body", body=world.group),
    ]
    meaning = actions.Meaning(addressees=whom, asks=True)
    actions.describe(
        decision=first, meanings={paragraph(first): meaning},
        by=world.keeper, at=world.at,
    )  # fmt: skip
    proposed(world, first)
    before = questions(page(first)), questions(reverse("decisions:list"))
    more = [{"en": f"To do {n}.", "es": f"Hacer {n}."} for n in range(12)]
    second = drafted(world, blocks=more)
    every = {paragraph(second, str(n + 1)): meaning for n in range(12)}
    actions.describe(decision=second, meanings=every, by=world.keeper, at=world.at)
    for n in range(12):
        proposed(world, second, "HND", anchor=str(n + 1))
        proposed(world, second, "MEX", anchor=str(n + 1), what="bracket")

    assert (questions(page(second)), questions(reverse("decisions:list"))) == before


def test_what_was_adopted_earlier_is_entered_by_the_secretariat_beside_its_paper(world):
    from tests import factories

    kind = factories.KindFactory(code="DEC")
    paper = factories.DocumentFactory(
        kind=kind, body=world.ministers, symbol="RCM/2004/VM/DEC/7", audience=50
    )
    decision = drafted(world, kind="decision", convening=None, body=world.ministers, audience=50)
    held = factories.MeetingFactory(
        body=world.ministers, symbol="RCM/2004/VM", starts_on=dt.date(2004, 5, 20)
    )
    form = {"on": "2004-05", "adopted_in": ["en", "es"], "document": paper.symbol, "meeting": held.symbol}
    assert client_of(world.people["CRI"]).post(at(decision, "enter"), form).status_code == 200
    later = client_of(world.keeper).post(at(decision, "enter"), form | {"on": "2999"}).content.decode()
    assert "still to come" in later
    client_of(world.keeper).post(at(decision, "enter"), form)

    entered = Decision.objects.get(pk=decision.pk)
    assert (entered.way, entered.adopted_precision, entered.address) == ("record", "month", paper.symbol)
    assert entered.meeting == held
    assert "May 2004" in client_of(world.outsider).get(page(entered)).content.decode()
