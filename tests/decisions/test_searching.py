"""A paragraph cited as delegates cite it opens on its decision's page; of what one may not know there is no trace."""

import pytest

from puebla.decisions import actions
from puebla.decisions.actions import releasing
from puebla.decisions.models import Decision
from puebla.documents.actions.lists import publish_lists
from puebla.documents.models import Kind as PaperKind
from puebla.members.actions.publishing import publish_who_we_are
from puebla.members.models import Meeting
from puebla.texts import actions as texts
from puebla.texts.models import Function, Kind
from tests.decisions import making
from tests.decisions.making import declared, drafted, forwarded, paragraph

pytestmark = pytest.mark.django_db
BLOCKS = [{"en": f"To request number {n}.", "es": f"Solicitar {n}."} for n in range(1, 14)]


@pytest.fixture
def world():
    world = making.world()
    names = {"DECL": ("Declaration", "Declaración"), "DEC": ("Decision", "Decisión")}
    for code, (en, es) in names.items():
        PaperKind.objects.filter(code=code).update(names={"en": en, "es": es})
    Meeting.objects.filter(symbol="RCM/2031/VM-36").update(number=36, places={"en": "Managua"})
    return world


def adopted(world, kind, **more):
    decision = drafted(world, kind=kind, convening=world.after, blocks=BLOCKS, audience=50, **more)
    texts.add_paragraphs(
        text=decision.text, after=paragraph(decision, "12"), kind=Kind.ITEM, function=Function.OPERATIVE,
        blocks=[{"en": "the first;", "es": "lo primero;"}, {"en": "the second.", "es": "lo segundo."}], by=world.keeper,
        at=world.at,
    )  # fmt: skip
    done = actions.file_decision(decision=declared(world, decision), by=world.keeper, at=world.at)
    return Decision.objects.get(pk=done.pk)


def opened(client, typed, site="intranet/"):
    answer = client.get(f"/en/{site}search/", {"q": typed})
    return answer.get("Location", "")


CITED = [
    ("XXXVI Declaration, paragraph 12", "12"), ("XXXVI Declaración, párrafo 12", "12"), ("XXXVI Declaration, para. 12 (b)", "12.b"),
    ("Declaración de la XXXVI Conferencia, párrafo 12, inciso b)", "12.b"), ("36th Declaration, paragraph 12.a", "12.a"),
    ("Declaration of Managua, paragraph 12", "12"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "anchor"), CITED)
def test_a_cited_paragraph_opens_on_the_page_of_its_decision_inside_and_in_public(
    world, client, typed, anchor
):
    decision = adopted(world, "declaration")
    client.force_login(world.keeper)

    assert opened(client, typed) == f"/en/intranet/decisions/{decision.text.symbol}/#{anchor}"
    assert opened(client, typed, "") == ""
    publish_who_we_are(at=world.at)
    publish_lists(at=world.at)
    seen = releasing.edition_of(decision).digest
    releasing.release(decision=decision, seen=seen, by=world.keeper, at=world.at)
    client.logout()
    assert opened(client, typed, "") == f"/en/decisions/{decision.text.symbol}/#{anchor}"


@pytest.mark.parametrize(
    "typed", ["Decision 1, paragraph 12.b", "Decisión 1 de la XXXVI Conferencia, párrafo 12(b)", "Decision 1/2031, para. 12b"]
)  # fmt: skip
def test_a_decision_is_cited_by_its_number_of_the_meeting_of_the_year_or_alone(world, client, typed):
    decision = adopted(world, "decision")
    client.force_login(world.keeper)

    assert opened(client, typed) == f"/en/intranet/decisions/{decision.text.symbol}/#12.b"
    # Which of two is meant nobody knows: both are suggested.
    other = adopted(world, "decision")
    both = client.get("/en/intranet/search/", {"q": "XXXVI Decision, paragraph 12"}).content.decode()
    assert all(f"/decisions/{one.text.symbol}/#12" in both for one in (decision, other))


def test_what_one_may_not_know_of_is_cited_in_vain_and_a_paragraph_that_is_not_there_opens_the_paper(
    world, client
):
    sealed = declared(world, drafted(world))
    draft = forwarded(world, sealed)
    Decision.objects.filter(pk=draft.pk).update(kind="declaration")
    client.force_login(world.keeper)
    for person in (world.keeper, world.observer):
        client.force_login(person)
        answer = client.get("/en/intranet/search/", {"q": "XXXVI Declaration, paragraph 1"})
        assert answer.status_code == 200 and draft.ref not in answer.content.decode()
    decision = adopted(world, "declaration")
    client.force_login(world.observer)
    assert not Decision.objects.visible_to(world.observer).filter(pk=decision.pk).exists()
    hidden = client.get("/en/intranet/search/", {"q": "XXXVI Declaration, paragraph 12"})
    absent = client.get("/en/intranet/search/", {"q": "XXXVI Declaration, paragraph 99"})
    assert (
        hidden.status_code == absent.status_code == 200
        and decision.text.symbol not in hidden.content.decode()
    )
    client.force_login(world.keeper)
    assert (
        opened(client, "XXXVI Declaration, paragraph 99") == f"/en/intranet/documents/{decision.text.symbol}/"
    )


@pytest.mark.parametrize(
    ("typed", "place"),
    [("XXXVI Declaration, paragraph 12 (b)", "#12.b"), ("XXXVI Declaration", ""), ("Declaración de la XXXVI Conferencia", ""),
     ("Declaration of Managua, para. 3", "#3")],
)  # fmt: skip
def test_what_is_cited_in_the_box_of_the_list_opens_there_where_one_decision_is_meant(
    world, client, typed, place
):
    decision = adopted(world, "declaration")
    box = lambda who: (client.force_login(who), client.get("/en/intranet/decisions/", {"q": typed}))[1]  # noqa: E731

    assert box(world.keeper).get("Location") == f"/en/intranet/decisions/{decision.text.symbol}/{place}"
    # Who may not know of it is told of nothing.
    unknown = box(world.observer)
    assert unknown.status_code == 200 and decision.text.symbol not in unknown.content.decode()
    other = adopted(world, "declaration")
    assert box(world.keeper).status_code == 200, f"both {decision} and {other} are meant"


def test_words_that_cite_nothing_are_looked_for(world, client):
    adopted(world, "declaration")
    client.force_login(world.keeper)

    for typed in ("request number 12", "XXXVII Declaration", "XXXVI Declaration, paragraph 99"):
        assert client.get("/en/intranet/decisions/", {"q": typed}).status_code == 200, typed
