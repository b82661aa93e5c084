"""Statements: asked for, sent, kept from others until they are delivered, in order, read by interpreters, released."""

import datetime as dt
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from puebla.core.models import JournalEntry, JournalPayload, OutgoingMail, Process
from puebla.core.verdicts import RefusedError, StaleError
from puebla.documents import actions as documents
from puebla.documents.models import Document
from puebla.meetings import actions as meetings
from puebla.meetings.actions import interpreting, reports
from puebla.meetings.actions import statements as actions
from puebla.meetings.models import Convening, InterpretersLink, Session, Statement
from puebla.meetings.rules import statements as rules
from puebla.members.actions import seat_in_room
from puebla.members.models import Audience
from puebla.publications.models import PublicDocument
from puebla.texts.models import Paragraph, tree
from tests import factories

pytestmark = pytest.mark.django_db
DAY = dt.date(2031, 3, 11)
TOKENS = iter(range(10_000))
WORDS = ("The xylophone of our delegation.", "Thank you.")


@pytest.fixture
def world():
    """A meeting in session with an open item and one behind closed doors; a chair, a keeper, delegates, an observer."""
    at = timezone.now()
    factories.process()
    factories.KindFactory(code="ST")
    keeper = factories.secretariat_person(full_name="Keeper")
    body = factories.BodyFactory(code="RCGM", function="consultation")
    chair = factories.presiding_chair(full_name="Chair")
    convening = factories.convening(
        body=body, symbol="RCM/2031/RCGM-1", state=Convening.State.IN_SESSION, convened_at=at
    )

    def session(kind, hour):
        return meetings.hold_session(
            convening=convening, by=chair, at=at, kind=kind, titles={"en": f"Hour {hour}"}, on=DAY,
            from_hour=dt.time(hour), until_hour=dt.time(hour + 1), audience=Audience.OBSERVERS,
        )  # fmt: skip

    plenary, closed = session(Session.Kind.PLENARY, 9), session(Session.Kind.CLOSED, 14)
    item = meetings.add_item(
        convening=convening, titles={"en": "Returns", "es": "Retornos"}, session=plenary, audience=Audience.OBSERVERS, by=keeper, at=at
    )  # fmt: skip
    hidden = meetings.add_item(
        convening=convening, titles={"en": "Zanzibar"}, session=closed, by=chair, at=at
    )
    party = {code: factories.PartyFactory(code=code) for code in ("CRI", "HND")}
    cri = factories.delegate(body=body, party=party["CRI"], full_name="Delegate of Costa Rica")
    hnd = factories.delegate(body=body, party=party["HND"])
    observer = factories.delegate("observer_state", body=body)
    civil = factories.delegate("civil_society", body=body)
    return SimpleNamespace(
        at=at, keeper=keeper, chair=chair, convening=convening, plenary=plenary, closed=closed, item=item, hidden=hidden,
        cri=cri, hnd=hnd, observer=observer, civil=civil, **{code.lower() + "_party": one for code, one in party.items()},
    )  # fmt: skip


def sent(world, *, by=None, party=None, item=None, **more):
    defaults = {"kind": "statement", "token": f"t{next(TOKENS)}", "texts": {"en": WORDS}, "language": "en"}
    return actions.send(
        item=item or world.item, party=party or world.cri_party, by=by or world.cri, at=world.at, **(defaults | more)
    )  # fmt: skip


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


def at_page(name, *args):
    return reverse(f"meetings:{name}", args=["RCM/2031/RCGM-1", *args])


def reads(person, statement):
    return Statement.objects.visible_to(person).filter(pk=statement.pk).exists()


def test_a_statement_is_read_by_its_party_and_the_secretariat_until_it_is_delivered_and_then_by_who_takes_part(world):  # fmt: skip
    statement = sent(world)

    before = {
        one: reads(getattr(world, one), statement) for one in ("cri", "keeper", "chair", "hnd", "observer")
    }
    actions.deliver(statement=statement, by=world.chair, at=world.at)
    after = {one: reads(getattr(world, one), statement) for one in before}

    assert before == {"cri": True, "keeper": True, "chair": False, "hnd": False, "observer": False}
    assert after == dict.fromkeys(before, True)


def test_a_delegate_sends_it_from_the_page_and_the_same_form_again_changes_nothing(world):
    client = client_of(world.cri)
    page = client.get(at_page("statement-new", world.item.ref)).content.decode()
    token = page.split('name="token" value="')[1].split('"')[0]
    form = {"kind": "statement", "party": "CRI", "token": token, "language": "es", "speaker": "A. Vega", "publish": "on",
            "words_es": "<p class=MsoNormal><b>Gracias</b>, presidencia.<script>alert(1)</script></p>\r\n\r\nDos."}  # fmt: skip

    for _again in range(2):
        answer = client.post(at_page("statement-new", world.item.ref), form, follow=True)

    one = Statement.objects.get()
    assert one.texts.get().words == "*Gracias*, presidencia.\n\nDos."
    assert (one.languages, one.pending, one.publish_by) == ("es", ["en"], world.cri)
    assert "alert(1)" not in answer.content.decode()
    assert "<em>Gracias</em>, presidencia." in answer.content.decode()


# Who may speak ---------------------------------------------------------------------------------------------------------


def party_of(person):
    return person.seats.select_related("party").order_by("pk")[0].party


def test_an_observer_takes_the_floor_only_where_the_presidency_says_so_and_never_behind_closed_doors(world):
    party = party_of(world.observer)

    def asks(item):
        return sent(world, by=world.observer, party=party, item=item, texts={})

    with pytest.raises(RefusedError, match="only where the Presidency allows it"):
        asks(world.item)
    meetings.open_item(item=world.item, party=party, what="attend", by=world.chair, at=world.at)
    with pytest.raises(RefusedError, match="only where the Presidency allows it"):
        asks(world.item)
    meetings.open_item(item=world.item, party=party, what="speak", by=world.chair, at=world.at)
    assert asks(world.item).state == "waiting"
    with pytest.raises(RefusedError, match="There is no such item"):
        asks(world.hidden)
    with pytest.raises(RefusedError, match="does not speak for"):
        sent(world, by=world.observer, party=world.cri_party)


def test_a_head_of_delegation_without_any_permission_speaks_for_it_and_the_chair_enters_who_raised_the_flag(
    world,
):
    role = factories.RoleFactory(code="vice_minister", permissions=[])
    minister = factories.delegate(role=role, party=world.hnd_party, body=world.convening.meeting.body)
    offered = f'href="{at_page("statement-new", world.item.ref)}"'
    with pytest.raises(RefusedError, match="does not speak for"):
        sent(world, by=minister, party=world.hnd_party, texts={})
    assert offered not in client_of(minister).get(at_page("statements")).content.decode()

    sent(world, by=world.chair, party=world.hnd_party, texts={}, kind="order")

    assert Statement.objects.listed_for(world.chair).get().kind == "order"
    factories_delegation(world, minister)
    assert offered in client_of(minister).get(at_page("statements")).content.decode()
    assert sent(world, by=minister, party=world.hnd_party, texts={}).state == "waiting"


def factories_delegation(world, person):
    from puebla.meetings.models import Delegate, Delegation

    held = Delegation.objects.create(convening=world.convening, party=world.hnd_party, changed_at=world.at)
    Delegate.objects.create(
        delegation=held, convening=world.convening, person=person, full_name=person.full_name, role="head", state="accredited",
        nominated_at=world.at, changed_at=world.at,
    )  # fmt: skip


def test_after_the_end_and_in_a_draft_nobody_asks_for_the_floor(world):
    for change, why in (({"state": "closed"}, "is closed"), ({"draft": True}, "still a draft")):
        state = change.get("state", Convening.State.CONVENED)
        Convening.objects.filter(pk=world.convening.pk).update(state=state, closed_at=None)
        type(world.convening.meeting).objects.filter(pk=world.convening.meeting_id).update(
            draft=change.get("draft", False)
        )
        verdict = rules.is_open(Convening.objects.select_related("meeting").get(pk=world.convening.pk))
        assert why in str(verdict.reason)


# Sent, revised, delivered ----------------------------------------------------------------------------------------------


def test_what_is_sent_is_revised_until_it_is_delivered_and_then_the_text_as_delivered_stands_beside_it(world):
    one = sent(world)
    one = actions.revise(
        statement=one, revision=1, texts={"en": WORDS, "es": ("Gracias.",)}, by=world.cri, at=world.at
    )
    with pytest.raises(StaleError):
        actions.revise(statement=one, revision=1, texts={"en": ()}, by=world.cri, at=world.at)
    one = actions.deliver(statement=one, by=world.keeper, at=world.at)
    with pytest.raises(RefusedError, match="what was sent stays"):
        actions.revise(statement=one, revision=one.revision, texts={"en": ()}, by=world.cri, at=world.at)

    one = actions.word_as_delivered(
        statement=one, revision=one.revision, texts={"en": ("What I said.",)}, by=world.cri, at=world.at
    )

    kept = {(text.language, text.as_delivered): text.words for text in one.texts.all()}
    assert kept == {
        ("en", False): "\n\n".join(WORDS),
        ("es", False): "Gracias.",
        ("en", True): "What I said.",
    }
    page = client_of(world.hnd).get(at_page("statement", one.ref)).content.decode()
    assert "What I said." in page
    assert "xylophone" in page
    assert "check against delivery" in page


def test_what_was_said_without_a_text_is_filed_once_its_words_as_delivered_came_in(world):
    one = actions.deliver(statement=sent(world, texts={}), by=world.keeper, at=world.at)
    one = actions.say_publishable(statement=one, publish=True, by=world.cri, at=world.at)
    with pytest.raises(RefusedError, match="No text came in"):
        actions.file_statement(statement=one, by=world.keeper, at=world.at)

    one = actions.word_as_delivered(
        statement=one, revision=one.revision, texts={"en": ("What I said.",)}, by=world.keeper, at=world.at
    )

    assert (one.languages, one.sent_at) == ("en", None)
    with pytest.raises(RefusedError, match="it counts as delivered"):
        actions.undo_delivery(statement=one, by=world.keeper, at=world.at)
    assert actions.file_statement(statement=one, by=world.keeper, at=world.at).kind.code == "ST"


def test_a_text_that_came_in_while_the_papers_files_were_made_is_not_left_out_of_it(world):
    one = actions.deliver(statement=sent(world, publish=True), by=world.keeper, at=world.at)
    actions.word_as_delivered(
        statement=one, revision=one.revision, texts={"en": ("Else.",)}, by=world.cri, at=world.at
    )

    with pytest.raises(StaleError):
        actions.file_statement(statement=one, by=world.keeper, at=world.at)

    assert not Document.objects.exists()


def test_a_withdrawn_text_is_its_partys_alone_and_comes_back_at_the_end_of_the_list(world):
    one, other = sent(world), sent(world, by=world.hnd, party=world.hnd_party)
    actions.withdraw(statement=one, by=world.chair, at=world.at)
    assert (reads(world.cri, one), reads(world.keeper, one)) == (True, False)

    with pytest.raises(RefusedError, match="whoever took it off the list"):
        actions.put_back(statement=one, by=world.keeper, at=world.at)
    actions.put_back(statement=one, by=world.cri, at=world.at)

    assert list(Statement.objects.waiting()) == [other, one]
    with pytest.raises(RefusedError, match="is on the list already"):
        sent(world)


def test_who_took_a_delegation_off_the_list_by_mistake_puts_it_back_there_and_what_it_withdrew_stays_withdrawn(world):  # fmt: skip
    one, other = sent(world), sent(world, by=world.hnd, party=world.hnd_party)
    actions.withdraw(statement=other, by=world.hnd, at=world.at)
    client = client_of(world.keeper)

    listed = client.post(at_page("statement-act", one.ref), {"act": "withdraw"}, follow=True)

    # They read the text no longer: the answer is the list, where one button takes the mistake back.
    assert listed.status_code == 200
    assert listed.content.decode().count('value="put_back"') == 1
    for each in (one, other):
        client.post(at_page("statement-act", each.ref), {"act": "put_back", "list": "1"})
    assert list(Statement.objects.waiting()) == [one]


def test_the_chair_puts_a_point_of_order_first_and_two_clicks_note_one_delivery(world):
    first = sent(world)
    order = sent(world, by=world.hnd, party=world.hnd_party, kind="order", texts={})
    client = client_of(world.chair)

    client.post(at_page("statement-act", order.ref), {"act": "first", "list": "1"})
    page = client.get(at_page("speakers")).content.decode()

    assert list(Statement.objects.waiting()) == [order, first]
    # The chair learns that a text came in, and not what it says.
    assert "xylophone" not in page
    assert at_page("statement", first.ref) + '"' not in page
    assert client.get(at_page("statement", first.ref)).status_code == 404
    Convening.objects.update(zone="Europe/Madrid")
    for _click in range(2):
        client.post(at_page("statement-act", order.ref), {"act": "deliver", "list": "1"})
    # The hour is that of the clock on the wall of the room.
    hour = Statement.objects.get(pk=order.pk).delivered_at.astimezone(ZoneInfo("Europe/Madrid"))
    assert f"{hour:%H:%M}</span>" in client.get(at_page("speakers")).text
    assert JournalEntry.objects.filter(act="statement.delivered").count() == 1
    assert [
        one.state for one in (Statement.objects.get(pk=order.pk), Statement.objects.get(pk=first.pk))
    ] == ["delivered", "waiting"]


def test_an_item_under_which_somebody_spoke_is_not_removed(world):
    sent(world)

    with pytest.raises(RefusedError, match="Take them off the list of speakers first"):
        meetings.remove_item(item=world.item, by=world.keeper, at=world.at)


def test_what_is_typed_while_the_meeting_is_closed_stays_in_its_form(world):
    one, client = sent(world), client_of(world.cri)
    Convening.objects.update(state="closed")
    typed = {
        "words_en": "An hour of work.",
        "revision": one.revision,
        "kind": "statement",
        "party": "CRI",
        "token": "t-new",
    }

    pages = [client.post(at_page("statement-edit", one.ref), typed), client.post(at_page("statement-new", world.item.ref), typed)]  # fmt: skip
    item = client_of(world.keeper).post(
        at_page("item", world.item.ref), {"titles_en": "Half a day of work", "audience": 60, "revision": 1}
    )

    for page in pages:
        assert "An hour of work." in page.text
        assert "The meeting is closed, and with it the list of speakers." in page.text
    assert "Half a day of work</textarea>" in item.text
    assert "its agenda stays as it was" in item.text
    assert Statement.objects.get().texts.get().words == "\n\n".join(WORDS)


# Files -----------------------------------------------------------------------------------------------------------------


def test_a_file_is_examined_its_words_are_read_and_only_who_reads_the_statement_opens_it(world):
    one = sent(world, texts={}, files={"en": ContentFile(factories.a_pdf("Marmalade."), name="speech.pdf")})
    address = at_page("statement-file", one.ref, "en", "sent")

    answers = {
        name: client_of(getattr(world, name)).get(address).status_code
        for name in ("cri", "keeper", "chair", "hnd")
    }

    link = interpreting.issue_link(session=world.plenary, label="Booth 1", by=world.keeper, at=timezone.now())
    booth = Client()
    booth.get(reverse("meetings:interpreters-enter", args=[link.token]))
    heard = [
        booth.get(reverse("meetings:interpreters-file", args=[link.ref, one.ref, "en", "sent"]))
        for _twice in "12"
    ]

    assert {answer.status_code for answer in heard} == {200}
    assert JournalEntry.objects.get(act="interpreting.opened").subject_ref == one.ref
    assert "Marmalade." in one.texts.get().words
    assert answers == {"cri": 200, "keeper": 200, "chair": 404, "hnd": 404}
    assert JournalEntry.objects.filter(act="statement.opened").count() == 2


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("photo.jpg", b"\xff\xd8\xff" + b"0" * (40 << 20), "photo.jpg: The file is too big: it has 40"),
        ("run.exe", b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff" + b"\x00" * 50, "run.exe: "),
    ],
)
def test_a_file_that_is_refused_gets_a_sentence_and_what_was_typed_stays(world, name, content, sentence):
    client = client_of(world.cri)
    form = {
        "kind": "statement",
        "party": "CRI",
        "token": "t-file",
        "words_en": "Typed with care.",
        "speaker": "A. Vega",
    }

    page = client.post(
        at_page("statement-new", world.item.ref), form | {"file_es": ContentFile(content, name=name)}
    )

    assert sentence in page.content.decode().replace("\xa0", " ")
    assert "Typed with care." in page.content.decode()
    assert not Statement.objects.exists()


# Interpreters ----------------------------------------------------------------------------------------------------------


def test_interpreters_read_by_a_link_in_the_order_of_the_list_until_it_is_ended(world):
    one = sent(
        world, texts={"en": WORDS, "es": ("El xilófono.",)}, said_as="EH-leh-nah", speaker="Elena Mora"
    )
    link = interpreting.issue_link(session=world.plenary, label="Booth 1", by=world.keeper, at=world.at)
    booth, address = Client(), reverse("meetings:interpreters-enter", args=[link.token])

    shown = booth.get(address, follow=True)

    page = shown.content.decode()
    assert link.token not in shown.redirect_chain[-1][0]
    for words in ("xylophone", "El xilófono.", "EH-leh-nah", "State of CRI", "Estado de CRI"):
        assert words in page
    assert "Delivered now" not in page
    assert shown["Cache-Control"].count("no-store")
    booth.post(shown.request["PATH_INFO"], {"seen": timezone.now().isoformat()})
    assert booth.post(shown.request["PATH_INFO"], {"seen": "2031-02-30T25:00:00Z"}).status_code == 302
    actions.revise(statement=one, revision=1, texts={"en": ("Newer.",)}, by=world.cri, at=timezone.now())
    assert "I have seen 1 new text" in booth.get(shown.request["PATH_INFO"]).content.decode()
    # The session is moved by two hours, and the link with it.
    until = link.until_at
    meetings.change_session(
        session=world.plenary,
        revision=1,
        by=world.chair,
        at=world.at,
        from_hour=dt.time(11),
        until_hour=dt.time(12),
    )
    link.refresh_from_db()
    assert link.until_at - until == dt.timedelta(hours=2)
    assert Client().get(shown.request["PATH_INFO"]).status_code == 404

    interpreting.end_link(link=link, by=world.keeper, at=timezone.now())

    assert booth.get(shown.request["PATH_INFO"]).status_code == 404
    assert booth.get(address).status_code == 404


def test_an_item_without_a_session_is_heard_in_every_open_one_and_in_no_closed_one(world):
    loose = meetings.add_item(
        convening=world.convening, titles={"en": "Other matters"}, by=world.keeper, at=world.at
    )
    one = sent(world, item=loose)

    heard = {
        name: Statement.objects.for_interpreters_of(session).filter(pk=one.pk).exists()
        for name, session in (("plenary", world.plenary), ("closed", world.closed))
    }
    called = client_of(world.chair).get(at_page("speakers"), {"session": world.plenary.ref}).content.decode()

    assert heard == {"plenary": True, "closed": False}
    assert f'id="item-{loose.ref}"' in called
    assert f'id="item-{world.hidden.ref}"' not in called


def test_a_link_into_a_closed_session_opens_nothing_before_its_chair_confirms_it_and_the_room_is_told(world):
    seat_in_room(room=world.closed.room, person=world.cri, by=world.chair, at=world.at)
    hidden = sent(world, item=world.hidden)
    with pytest.raises(RefusedError, match="no such session"):
        interpreting.issue_link(session=world.closed, label="Booth", by=world.keeper, at=world.at)
    assistant = factories.secretariat_person()
    seat_in_room(room=world.closed.room, person=assistant, by=world.chair, at=world.at)
    OutgoingMail.objects.all().delete()

    link = interpreting.issue_link(session=world.closed, label="Cabin of glass", by=assistant, at=world.at)

    address = reverse("meetings:interpreters-enter", args=[link.token])
    assert Client().get(address).status_code == 404
    with pytest.raises(RefusedError, match="confirmed by its chair"):
        interpreting.confirm_link(link=link, by=assistant, at=world.at)
    assert not InterpretersLink.objects.visible_to(world.keeper).exists()
    assert not InterpretersLink.objects.visible_to(world.cri).exists()
    client_of(world.chair).post(at_page("interpreters-link", world.closed.ref, link.ref), {"act": "confirm"})
    assert "xylophone" in Client().get(address, follow=True).content.decode()
    told = set(OutgoingMail.objects.values_list("recipient", flat=True))
    assert told == {world.cri.email, world.chair.email, assistant.email}
    assert hidden.ref not in " ".join(OutgoingMail.objects.values_list("body", flat=True))
    # Who sits there sees for whom it is, as the mail says, and its address is for who gives it out.
    links = at_page("interpreters-links", world.closed.ref)
    assert client_of(world.keeper).get(links).status_code == 404
    for name, gives in (("cri", False), ("chair", True)):
        page = client_of(getattr(world, name)).get(links).content.decode()
        assert "Cabin of glass" in page
        # What people pass on begins with the address that the house is known by, however the page itself was reached.
        shown = f'value="http://localhost:8000{address}"' in page
        assert (shown, 'value="end"' in page) == (gives, gives)


def test_the_view_costs_the_same_number_of_questions_whatever_the_length_of_the_list(world):
    client = client_of(world.keeper)
    pages = [at_page("booth", world.plenary.ref), at_page("speakers"), at_page("statements"), at_page("page")]
    sent(world)

    def counted():
        found = []
        for page in pages:
            client.get(page)
            with CaptureQueriesContext(
                connection,
            ) as asked:
                assert client.get(page).status_code == 200
            found.append(len(asked))
        return found

    before = counted()
    for _more in range(6):
        party = factories.PartyFactory()
        one = sent(world, by=world.keeper, party=party)
        if _more % 2:
            actions.deliver(statement=one, by=world.keeper, at=world.at)
    assert counted() == before


# Released, and the report ----------------------------------------------------------------------------------------------


def test_a_statement_becomes_a_paper_only_with_its_partys_word_and_is_released_and_withdrawn_like_any_other(
    world,
):
    one = actions.deliver(statement=sent(world), by=world.keeper, at=world.at)
    with pytest.raises(RefusedError, match="has not said that it may be published"):
        actions.file_statement(statement=one, by=world.keeper, at=world.at)
    with pytest.raises(RefusedError, match="said by the delegation that gives it"):
        actions.say_publishable(statement=one, publish=True, by=world.keeper, at=world.at)
    actions.say_publishable(statement=one, publish=True, by=world.cri, at=world.at)

    answer = client_of(world.keeper).post(at_page("statement-act", one.ref), {"act": "file"}, follow=True)

    paper = Document.objects.get()
    assert answer.status_code == 200
    assert (paper.party, paper.kind.code, paper.audience) == (world.cri_party, "ST", Audience.SECRETARIAT)
    assert paper.consents.get().given_by == world.cri
    assert not PublicDocument.objects.exists()
    documents.release(document=paper, by=world.keeper, at=timezone.now())
    assert PublicDocument.objects.get().titles["en"] == "Statement by CRI: Returns"
    paper.refresh_from_db()
    documents.withdraw(document=paper, reason={"en": "Error"}, by=world.keeper, at=timezone.now())
    assert PublicDocument.objects.get().withdrawn_at is not None


def test_the_draft_report_says_who_spoke_in_order_and_takes_in_what_may_be_published(world):
    factories.KindFactory(code="REP")
    Process.objects.update(languages=["en", "es", "fr"])
    first_words = {"en": "A figure of 12.", "es": "Una cifra de 12.", "fr": "Le chiffre de 12."}
    later = sent(
        world, publish=True, texts={code: (words, f"Second, {code}.") for code, words in first_words.items()}
    )
    first = sent(world, by=world.hnd, party=world.hnd_party, texts={"en": ("Kept to ourselves.",)})
    for one in (first, later):
        actions.deliver(statement=one, by=world.chair, at=timezone.now())

    report = reports.draft_report(
        convening=world.convening, kind="report", by=world.keeper, at=timezone.now(), with_statements=True
    )

    words = [
        node.paragraph.words for node in tree.in_order(Paragraph.objects.filter(text=report.text).living())
    ]
    english = " | ".join(one.get("en", "") for one in words)
    assert "Statements were made by: HND, CRI." in english
    assert first_words in words
    assert "Kept to ourselves." not in english
    assert "Zanzibar" not in english


# No trace --------------------------------------------------------------------------------------------------------------

PEOPLE = ("cri", "hnd", "keeper", "chair", "observer", "civil")
STATES = st.sampled_from(["waiting", "delivered", "withdrawn"])
SEATED = st.sets(st.sampled_from(["cri", "hnd", "keeper"]))
EVERYWHERE = ("statements", "page", "agenda", "speakers", "packs")


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(closed=st.booleans(), state=STATES, audience=st.sampled_from([50, 60, 70]), seated=SEATED)
def test_nobody_outside_finds_a_statement_nor_counts_it_nor_its_place_in_the_list(world, closed, state, audience, seated):  # fmt: skip
    with transaction.atomic():
        one = in_state(world, closed, state, audience, seated)
        inside = {"cri", "chair", *seated} if closed else set(PEOPLE)
        rungs = {"observer": 60, "civil": 70}
        hearing = set(PEOPLE) if closed else {name for name in PEOPLE if rungs.get(name, 50) <= audience}
        readers = {"waiting": {"cri", "keeper"}, "delivered": hearing, "withdrawn": {"cri"}}[state] & inside
        listed = readers | ({"keeper", "chair"} & inside)

        for name in PEOPLE:
            person = getattr(world, name)
            seen = Statement.objects.visible_to(person)
            assert (seen.filter(pk=one.pk).exists(), seen.count()) == (name in readers, name in readers), name
            assert Statement.objects.listed_for(person).exists() == (name in listed), name
        transaction.set_rollback(True)


def in_state(world, closed, state, audience, seated):
    type(world.item).objects.filter(pk=world.item.pk).update(audience=audience)
    for name in seated | {"cri"} if closed else ():
        seat_in_room(room=world.closed.room, person=getattr(world, name), by=world.chair, at=world.at)
    texts = {"en": ("The xylophone and the brontosaurus.",)}
    one = sent(
        world, item=world.hidden if closed else world.item, speaker="Quetzalina Zarandaja", texts=texts
    )
    if state == "delivered":
        return actions.deliver(statement=one, by=world.chair, at=world.at)
    return actions.withdraw(statement=one, by=world.cri, at=world.at) if state == "withdrawn" else one


@pytest.mark.parametrize(("closed", "state", "person"), [
    (True, "delivered", "keeper"), (True, "waiting", None), (False, "waiting", "hnd"), (False, "withdrawn", "observer"),
])  # fmt: skip
def test_who_does_not_read_a_statement_finds_no_trace_of_it_in_any_channel(world, closed, state, person):
    one = in_state(world, closed, state, Audience.CIVIL_SOCIETY, {"hnd"} if closed else set())
    client = client_of(getattr(world, person)) if person else Client()

    assert client.get(at_page("statement", one.ref)).status_code == (404 if person else 302)

    pages = [at_page(name) for name in EVERYWHERE]
    pages += ["/en/intranet/", "/en/intranet/search/?q=xylophone", "/en/intranet/meetings/calendar/", "/en/intranet/journal/",
              "/api/v1/documents", "/en/search/?q=xylophone"]  # fmt: skip
    for page in pages:
        told = client.get(page).content.decode()
        assert not [word for word in ("brontosaurus", "Zarandaja", one.ref) if word in told], page
    facts = JournalPayload.objects.filter(
        pk__in=JournalEntry.objects.filter(subject_ref=one.ref).values("pk")
    )
    assert not [
        one
        for one in facts.values_list("facts", flat=True)
        if "xylophone" in str(one) or "Zarandaja" in str(one)
    ]
