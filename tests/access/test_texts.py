"""Texts and comments on every channel: page, list, search, files, paragraphs; what is hidden answers as what is absent."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from puebla.members.models import Audience
from puebla.texts import actions
from puebla.texts.models import Text
from puebla.texts.urls import urlpatterns
from tests import factories as make
from tests.texts.making import AT, add

pytestmark = pytest.mark.django_db
LADDER = [one for one in Audience if one != Audience.PUBLIC]
#: What follows a text's reference in each address below it.
BELOW = {
    "text": (), "title": (), "audience": (), "at": (1,), "changes": (), "history": (), "export": ("en", "json"), "add": (),
    "import": (),
    "paragraph": ("1",), "comment": ("1",),
}  # fmt: skip
#: Addresses that only take a form.
POSTED = {"move": ("1",), "remove": ("1",), "restore": ("1",), "answer": ("x",)}


def readers(body):
    """One of each kind, with nobody of the room itself but its member."""
    return {
        "secretariat": make.secretariat_person(), "member of the room": make.delegate(body=body), "member": make.delegate(),
        "observer": make.delegate("observer_state"), "civil society": make.delegate("civil_society"),
        "without a seat": make.PersonFactory(),
    }  # fmt: skip


def channels(client, text):
    """By channel, whether the text is there."""
    found = {
        name: client.get(reverse(f"texts:{name}", args=[text.ref, *more])).status_code in (200, 302)
        for name, more in BELOW.items()
    }
    found |= {
        name: client.post(reverse(f"texts:{name}", args=[text.ref, *more])).status_code != 404
        for name, more in POSTED.items() if name != "answer"
    }  # fmt: skip
    found["list"] = text.ref in client.get(reverse("texts:list")).content.decode()
    found["search"] = text.ref in client.get(reverse("intranet:search"), {"q": "quetzal"}).content.decode()
    return found


def test_every_address_below_a_text_is_asked_here():
    names = {one.name for one in urlpatterns} - {"list", "new"}

    assert names == set(BELOW) | set(POSTED)


def test_every_channel_gives_one_person_one_set_of_texts():
    make.process()
    body = make.BodyFactory(code="RCGM", function="consultation")
    people = readers(body)
    for audience in LADDER:
        text = actions.open_text(
            by=people["secretariat"], at=AT, room=body.room, party=make.secretariat_party(), audience=audience,
            titles={"en": f"Quetzal {audience}"},
        )  # fmt: skip
        add(text, "A quetzal flew.", by=people["secretariat"])
        for who, person in people.items():
            client = Client()
            client.force_login(person)

            found = channels(client, text)

            seen = Text.objects.visible_to(person).filter(pk=text.pk).exists()
            assert set(found.values()) == {seen}, (who, audience, found)
    assert Text.objects.visible_to(people["observer"]).count() == 2


def test_nobody_outside_a_sealed_room_finds_its_text_administrators_included():
    make.process()
    sealed = make.BodyFactory(code="LOST", sealed=True)
    inside, people = make.delegate(body=sealed), readers(make.BodyFactory())
    text = actions.open_text(
        by=inside, at=AT, room=sealed.room, party=inside.seats.get().party, audience=Audience.ROOM,
        titles={"en": "Quetzal sealed"},
    )  # fmt: skip
    add(text, "A quetzal flew.", by=inside)

    for person in people.values():
        client = Client()
        client.force_login(person)
        assert set(channels(client, text).values()) == {False}
    client = Client()
    client.force_login(inside)
    assert set(channels(client, text).values()) == {True}


def test_a_comment_for_the_secretariat_alone_is_on_no_page_of_anybody_else():
    make.process()
    body = make.BodyFactory(code="RCGM", function="consultation")
    people = readers(body)
    text = actions.open_text(
        by=people["secretariat"], at=AT, room=body.room, party=make.secretariat_party(), audience=Audience.MEMBERS,
        titles={"en": "Report"},
    )  # fmt: skip
    one = add(text, "One.", by=people["secretariat"])
    actions.ask_for_comments(text=text, until=AT + dt.timedelta(days=1), by=people["secretariat"], at=AT)
    writer = make.delegate()
    made = actions.comment(
        paragraph=one, party=writer.seats.get().party, words="A quetzal?", language="en", audience=Audience.SECRETARIAT,
        by=writer, at=AT,
    )  # fmt: skip

    for who, person in {**people, "writer": writer}.items():
        client = Client()
        client.force_login(person)
        page = client.get(reverse("texts:paragraph", args=[text.ref, "1"])).content.decode()
        whole = client.get(reverse("texts:text", args=[text.ref])).content.decode()
        answered = (
            client.post(reverse("texts:answer", args=[text.ref, made.ref]), {"answer": "x"}).status_code
            != 404
        )
        seen = who in {"secretariat", "writer"}
        assert ("quetzal" in page, "1 comment" in whole, answered) == (seen, seen, seen), who
