"""What is told is exactly what is followed and seen: notices, inbox, desk, digest, pages of following; by drawn worlds."""

import datetime as dt
import re

from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from puebla.core import journal
from puebla.core.mail import send_waiting
from puebla.core.models import OutgoingMail
from puebla.documents.models import Document
from puebla.members.models import Seat
from puebla.notices import actions
from puebla.notices.models import Correspondence, Follow, Mark, Notice, Pace, SubscriptionRequest
from puebla.publications.actions import publish_document, withdraw_document
from tests import factories as make
from tests.access.test_gate import build, worlds

HOUR = dt.timedelta(hours=1)


@st.composite
def told_worlds(draw):
    """A world, who follows what in it, and what changes after it was told."""
    index = st.integers(0, 9)
    follows = st.tuples(index, st.sampled_from(["body", "party", "kind", "document"]), index)
    changes = st.tuples(st.sampled_from(["narrow", "unseat", "embargo"]), index)
    return draw(worlds()), draw(st.lists(follows, max_size=8)), draw(st.lists(changes, max_size=3))


def value_of(topic, document):
    return {
        "body": document.body.code, "party": document.party.code, "kind": document.kind.code, "document": document.ref,
    }[topic]  # fmt: skip


def follow(people, documents, drawn, at):
    """Past the rules, so that the gate alone decides."""
    Mark.objects.get_or_create(source="documents", defaults={"mark": _mark_of_now(at)})
    for person, topic, which in drawn:
        value = value_of(topic, documents[which % len(documents)])
        Follow.objects.get_or_create(
            person=people[person % len(people)], topic=topic, value=value, defaults={"created_at": at}
        )
    for person in people:
        Correspondence.objects.get_or_create(person=person, defaults={"pace": Pace.AT_ONCE})


def _mark_of_now(at):
    from puebla.documents.views.news import since

    return since(None, at).mark


def happen(documents, at):
    for document in documents:
        with transaction.atomic():
            journal.record("document.filed", at=at, subject=document, room=document.room)


def followed_by(person, documents):
    follows = set(person.follows.values_list("topic", "value"))
    return {d.pk for d in documents if any(value_of(topic, d) == value for topic, value in follows)}


def seen_by(person):
    return set(Document.objects.visible_to(person).values_list("pk", flat=True))


def named_in(text, documents):
    return {d.pk for d in documents if re.search(rf"{re.escape(d.symbol)}(?!\d)", text)}


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


def page(client, name, *args):
    return client.get(reverse(name, args=args))


def change(world_people, documents, drawn):
    """What was open closes: an audience is narrowed, a seat ends, an embargo is set."""
    for what, which in drawn:
        document = documents[which % len(documents)]
        if what == "narrow":
            Document.objects.filter(pk=document.pk).update(audience=10)
        elif what == "embargo":
            Document.objects.filter(pk=document.pk).update(
                embargo_until=timezone.now() + dt.timedelta(days=1)
            )
        else:
            person = world_people[which % len(world_people)]
            Seat.objects.filter(person=person).update(until_on=timezone.localdate() - dt.timedelta(days=1))


class TestWhatIsTold(TestCase):
    @given(told_worlds())
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    def test_what_is_told_is_what_is_followed_and_seen_and_no_more_after_it_closes(self, drawn):
        world, follows, changes = drawn
        make.process()
        people, documents = build(world)
        now = timezone.now()
        follow(people, documents, follows, now - HOUR)
        happen(documents, now)

        actions.gather(now)
        actions.gather(now)
        actions.send_at_once(now)
        actions.send_at_once(now)

        sealed = {d.pk for d in documents if d.room.sealed}
        by_ref = {d.ref: d.pk for d in documents}
        for person in people:
            expected = followed_by(person, documents) & seen_by(person)
            notices = list(Notice.objects.filter(person=person).values_list("subject", flat=True))
            mails = list(OutgoingMail.objects.filter(recipient=person.email))
            words = "".join(mail.subject + mail.body + mail.html for mail in mails)

            assert sorted(by_ref[ref] for ref in notices) == sorted(expected)
            assert len(mails) == bool(expected)
            assert named_in(words, documents) == expected - sealed
            assert not any(d.titles["en"] + "<" in words for d in documents if d.pk not in expected - sealed)

        change(people, documents, changes)
        with override_settings(MAIL_URL="smtp://127.0.0.1:9"):
            send_waiting(at=timezone.now())

        for person in people:
            client = client_of(person)
            mails = OutgoingMail.objects.filter(recipient=person.email)
            waiting = "".join(mail.subject + mail.body + mail.html for mail in mails)
            if not person.is_active:
                assert waiting == ""
                assert not person.notices.exists()
                assert page(client, "notices:inbox").status_code == 302
                continue
            kept = followed_by(person, documents) & seen_by(person)
            told = {by_ref[ref] for ref in person.notices.values_list("subject", flat=True)}
            inbox = page(client, "notices:inbox").content.decode()

            assert named_in(inbox, documents) == kept & told
            assert named_in(waiting, documents) == (kept & told) - sealed
            assert bool(waiting) == bool(kept & told)
            assert f"{len(kept & told)} unread" in inbox
            assert named_in(page(client, "intranet:desk").content.decode(), documents) <= seen_by(person)
            following = page(client, "notices:following").content.decode()
            assert not any(
                f"{d.titles['en']}<" in following for d in documents if d.pk not in seen_by(person)
            )
            for notice in person.notices.all():
                status = page(client, "notices:open", notice.ref).status_code
                assert status == (302 if by_ref[notice.subject] in kept else 404)
            for document in documents:
                address = f"{reverse('notices:choose')}?topic=document&value={document.ref}"
                assert client.get(address).status_code == (200 if document.pk in seen_by(person) else 404)


# The public's digest ---------------------------------------------------------------------------------------------------

AT = dt.datetime(2026, 3, 5, 13, 0, tzinfo=dt.UTC)


@st.composite
def releases(draw):
    """What was released when, under embargo or taken back, and what an address subscribed to."""
    hours = st.integers(-60, 30)
    rows = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["VM", "RCGM"]), st.sampled_from(["DECL", "NOTE"]), st.sampled_from(["CRI", "HND"]),
                hours, st.integers(0, 40), st.booleans(),
            ),
            max_size=6,
        )
    )  # fmt: skip
    topics = draw(
        st.sets(
            st.sampled_from(
                [("body", "VM"), ("kind", "NOTE"), ("party", "HND"), ("search", "kind=DECL&body=RCGM")]
            )
        )
    )
    return rows, topics


class TestThePublicsDigest(TestCase):
    @given(releases())
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    def test_it_tells_exactly_what_was_released_since_under_what_was_subscribed_to(self, drawn):
        rows, topics = drawn
        make.process()
        began = AT - dt.timedelta(hours=30)
        actions.ask(email="a@example.org", language="en", topics=sorted(topics), at=began)
        actions.confirm(ref=SubscriptionRequest.objects.get().ref, at=began)
        expected = set()
        for number, (body, kind, party, released, embargo, withdrawn) in enumerate(rows):
            symbol = f"RCM/2026/X/{kind}/{number + 1}"
            at = AT + HOUR * min(released, 0)
            public_from = at + HOUR * embargo
            facts = {
                "titles": {"en": f"Paper {number}"}, "kind_code": kind, "kind_names": {"en": kind}, "body_code": body,
                "body_names": {"en": body}, "party_code": party, "state": "final", "public_from": public_from,
                "released_at": at,
            }  # fmt: skip
            publish_document(symbol=symbol, facts=facts, themes=[], files=[], at=at)
            if withdrawn:
                withdraw_document(symbol=symbol, reason={"en": "A fault"}, at=AT)
            under = {("body", body), ("kind", kind), ("party", party)}
            if (body, kind) == ("RCGM", "DECL"):
                under.add(("search", "kind=DECL&body=RCGM"))
            if began <= max(at, public_from) <= AT and not withdrawn and under & topics:
                expected.add(symbol)

        sent = [actions.send_releases(AT), actions.send_releases(AT)]

        mails = OutgoingMail.objects.filter(about__startswith="subscription:")
        words = "".join(mail.body + mail.html + mail.subject for mail in mails)
        assert sent == [bool(expected), 0]
        assert set(re.findall(r"RCM/2026/X/\w+/\d+(?= ·)", "".join(m.body for m in mails))) == expected
        assert all((f"RCM/2026/X/{row[1]}/{n + 1} " in words) == (f"RCM/2026/X/{row[1]}/{n + 1}" in expected)
                   for n, row in enumerate(rows))  # fmt: skip
