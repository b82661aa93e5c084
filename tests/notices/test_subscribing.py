"""The public's subscriptions: confirmed by the address itself, told of what is released, stopped with one click, forgotten."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from puebla.core.mail import send_waiting
from puebla.core.models import JournalEntry, OutgoingMail
from puebla.notices import actions
from puebla.notices.models import SubscribedTopic, Subscription, SubscriptionRequest, ToldRelease
from puebla.publications.actions import publish_document, withdraw_document
from tests import factories as make

pytestmark = pytest.mark.django_db

NIGHT = dt.datetime(2026, 3, 4, 23, 0, tzinfo=dt.UTC)
MORNING = dt.datetime(2026, 3, 5, 13, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _process():
    make.process(contact_email="secretariat@rcm.example")


def released(symbol="RCM/2026/VM/DECL/1", *, at=NIGHT, public_from=None, **facts):
    """A public edition with one file in English."""
    columns = {
        "titles": {"en": f"Declaration {symbol}", "es": f"Declaración {symbol}"},
        "kind_code": "DECL", "kind_names": {"en": "Declaration", "es": "Declaración"},
        "body_code": "VM", "body_names": {"en": "Vice-Ministers", "es": "Viceministros"},
        "party_code": "CRI", "party_names": {"en": "Costa Rica", "es": "Costa Rica"},
        "dated_on": dt.date(2026, 3, 4), "year": 2026, "state": "final", "public_from": public_from or at,
        "released_at": at,
    }  # fmt: skip
    file = {
        "language": "en", "number": 1, "current": True, "key": "k", "name": "decl.pdf", "media_type": "application/pdf",
        "label": "PDF", "size": 412_000, "sha256": "0" * 64, "page_count": 3, "filed_at": at, "texts": ["The Vice-Ministers", "agreed on orderly return by land."],
    }  # fmt: skip
    return publish_document(
        symbol=symbol, facts=columns | facts, themes=[("HR", {"en": "Human rights"})], files=[file], at=at
    )


def subscribed(*topics, email="journalist@example.org", language="en", at=NIGHT - DAY):
    """A subscription that its address has confirmed."""
    actions.ask(email=email, language=language, topics=topics or [("body", "VM")], at=at)
    return actions.confirm(ref=SubscriptionRequest.objects.get(email=email).ref, at=at)


def digests(email="journalist@example.org"):
    return list(
        OutgoingMail.objects.filter(recipient=email, about__startswith="subscription:").order_by("pk")
    )


def links(mail, page):
    return re.findall(rf"http://localhost:8000(/\w\w/subscribe/{page}/\S+)", mail.body)


# The way of an address -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_journalist_subscribes_confirms_from_the_mail_is_told_and_stops_with_one_click(client, language):
    with translation.override(language):
        form, asked = reverse("subscriptions:subscribe"), reverse("subscriptions:asked")
    released("RCM/2025/VM/DECL/1", at=timezone.now() - 40 * DAY)

    answer = client.post(form, {"email": "Journalist@Example.org", "language": language, "body": ["body:VM"]})
    letter = OutgoingMail.objects.get()
    (link,) = links(letter, "confirm")
    shown = client.get(link)
    before = Subscription.objects.count()
    begun = client.post(link, follow=True)

    assert answer["Location"] == asked
    assert letter.recipient == "journalist@example.org"
    assert {"en": "Vice-Ministers", "es": "Viceministros"}[language] in letter.body
    assert (shown.status_code, before) == (200, 0)
    assert "journalist@example.org" in begun.content.decode()

    now = timezone.now()
    paper = released("RCM/2026/VM/DECL/1", at=now + dt.timedelta(minutes=1))
    actions.send_releases((now + DAY).replace(hour=13))
    (digest,) = digests()
    stop = digest.stop_url.removeprefix("http://localhost:8000")
    stopped = Client(enforce_csrf_checks=True).post(stop, {"List-Unsubscribe": "One-Click"})

    assert paper.symbol in digest.body
    assert paper.titles[language] in digest.html
    assert digest.language == language
    assert "412 kB" in digest.body
    assert stopped.status_code == 200
    assert not Subscription.objects.exists()
    assert not OutgoingMail.objects.filter(recipient="journalist@example.org").exists()


def test_the_answer_tells_nothing_of_an_address(client):
    released()
    subscribed(email="known@example.org", at=timezone.now())
    sent = {"language": "en", "body": ["body:VM"]}

    answers = [
        client.post(reverse("subscriptions:subscribe"), sent | {"email": email}, follow=True)
        for email in ("known@example.org", "unknown@example.org", "unknown@example.org")
    ]

    assert {answer.status_code for answer in answers} == {200}
    assert len({re.sub(rb'value="\w{64}"', b"", answer.content) for answer in answers}) == 1


def test_nobody_adds_to_another_ones_subscription_without_its_confirmation():
    row = subscribed(("body", "VM"))

    actions.ask(email=row.email, language="en", topics=[("kind", "DECL")], at=NIGHT)

    assert list(row.topics.values_list("topic", "value")) == [("body", "VM")]


def test_a_letter_holds_no_words_of_whoever_asked():
    actions.ask(email="a@example.org", language="en", topics=[("search", "q=Buy+cheap+pills")], at=NIGHT)

    letter = OutgoingMail.objects.get()
    assert "pills" not in letter.body + letter.html + letter.subject
    assert "- a search" in letter.body


def test_an_address_that_never_confirms_gets_nothing_and_is_forgotten_after_two_days(client):
    actions.ask(email="a@example.org", language="en", topics=[("body", "VM")], at=NIGHT)
    (link,) = links(OutgoingMail.objects.get(), "confirm")
    released()

    actions.send_releases(MORNING)
    early = actions.forget_unconfirmed(NIGHT + dt.timedelta(hours=47))
    late = actions.forget_unconfirmed(NIGHT + dt.timedelta(hours=48))
    answer = client.get(link)

    assert (early, late) == (0, 1)
    assert not SubscriptionRequest.objects.exists()
    assert not OutgoingMail.objects.exists()
    assert answer.status_code == 404
    assert "48 hours" in answer.content.decode()


def test_a_link_of_confirmation_is_over_after_48_hours_though_no_chore_has_run():
    actions.ask(email="a@example.org", language="en", topics=[("body", "VM")], at=NIGHT)
    asked = SubscriptionRequest.objects.get()

    with pytest.raises(actions.subscribing.RefusedError, match="48 hours"):
        actions.confirm(ref=asked.ref, at=NIGHT + dt.timedelta(hours=48))

    assert not Subscription.objects.exists()


def test_a_link_that_was_cut_or_forged_is_answered_with_a_sentence(client):
    row = subscribed()

    for page in ("confirm", "manage", "stop", "stop-person"):
        for token in ("nonsense", f"{row.ref}.forged", row.ref):
            answer = client.post(reverse(f"subscriptions:{page}", args=[token]))

            assert answer.status_code == 404
            assert re.search("This link (does not work|confirms nothing)", answer.content.decode())
    assert Subscription.objects.exists()


def test_an_address_gets_few_letters_that_it_does_not_answer():
    for _number in range(10):
        actions.ask(email="a@example.org", language="en", topics=[("body", "VM")], at=NIGHT)

    assert OutgoingMail.objects.count() == 3


def test_one_client_asks_for_few_subscriptions_an_hour_and_no_address_of_it_is_kept(client):
    from django.core.cache import cache

    released(at=timezone.now())
    sent = {"language": "en", "body": ["body:VM"]}

    answers = [
        client.post(reverse("subscriptions:subscribe"), sent | {"email": f"a{n}@example.org"},
                    REMOTE_ADDR="198.51.100.7").status_code
        for n in range(22)
    ]  # fmt: skip
    other = client.post(
        reverse("subscriptions:subscribe"), sent | {"email": "b@example.org"}, REMOTE_ADDR="198.51.100.8"
    )

    assert answers == [302] * 20 + [429] * 2
    assert other.status_code == 302
    assert not any("198.51.100" in key for key in cache._cache)


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"email": "not an address", "body": ["body:VM"]}, "valid email address"),
        ({"email": "a@example.org"}, "Tick at least one thing"),
        ({"email": "a@example.org", "body": ["body:XX"]}, "not one of the available choices"),
        ({"email": "a@example.org\r\nBcc: b@example.org", "body": ["body:VM"]}, "valid email address"),
    ],
)
def test_a_form_that_is_wrong_says_what_and_keeps_nothing(client, sent, sentence):
    released(at=timezone.now())

    answer = client.post(reverse("subscriptions:subscribe"), {"language": "en"} | sent)

    assert sentence in answer.content.decode()
    assert not SubscriptionRequest.objects.exists()


def test_a_search_of_the_portal_is_offered_with_its_box_ticked(client):
    released(at=timezone.now())

    page = client.get(reverse("subscriptions:subscribe") + "?q=human+rights&kind=DECL").content.decode()

    assert "Search: “human rights”, Declaration" in page
    assert re.search(r'value="search:q=human\+rights&amp;kind=DECL"[^>]*checked', page)


def test_a_single_filter_of_the_portal_ticks_its_own_box(client):
    released(at=timezone.now())

    page = client.get(reverse("subscriptions:subscribe") + "?kind=DECL").content.decode()

    assert "This search" not in page
    assert re.search(r'value="kind:DECL"[^>]*checked', page)


# The digest ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "topic",
    [
        ("body", "VM"),
        ("theme", "HR"),
        ("kind", "DECL"),
        ("party", "CRI"),
        ("search", "q=declaracion&year=2026"),
        ("search", "q=%22orderly+return%22"),
        ("search", "year=2026&kind=DECL"),
    ],
)
def test_every_topic_tells_of_what_is_released_under_it(topic):
    subscribed(topic)
    released()

    actions.send_releases(MORNING)

    (digest,) = digests()
    assert "RCM/2026/VM/DECL/1" in digest.body


@pytest.mark.parametrize(
    "topic",
    [
        ("body", "TS"),
        ("theme", "XX"),
        ("kind", "NOTE"),
        ("party", "HND"),
        ("search", "q=nothing&year=2026"),
        ("search", "q=declaration&year=2025"),
        ("search", "q=%22%22"),
        ("search", "q=-declaration"),
    ],
)
def test_nothing_else_is_told_and_an_empty_digest_is_not_sent(topic):
    subscribed(topic)
    released()

    assert actions.send_releases(MORNING) == 0
    assert digests() == []


def test_a_digest_comes_once_a_day_from_the_hour_on_and_tells_each_release_once():
    subscribed()
    released()

    sent = [actions.send_releases(at) for at in (NIGHT, MORNING, MORNING, MORNING + DAY, MORNING + 2 * DAY)]

    # Nothing had run since that day's hour: its digest goes out late rather than never.
    assert sent == [1, 0, 0, 0, 0]
    assert len(digests()) == 1


def test_what_is_released_after_the_hour_waits_for_tomorrow():
    subscribed()
    released("RCM/2026/VM/DECL/1", at=MORNING - DAY)
    actions.send_releases(MORNING)
    released("RCM/2026/VM/DECL/2", at=MORNING + dt.timedelta(hours=1))

    same_day = actions.send_releases(MORNING + dt.timedelta(hours=2))
    next_day = actions.send_releases(MORNING + DAY)

    assert (same_day, next_day) == (0, 1)
    assert "DECL/2" in digests()[-1].body
    assert "DECL/1" not in digests()[-1].body


def test_an_embargo_is_kept_to_its_instant():
    subscribed()
    released(public_from=MORNING + dt.timedelta(minutes=1))

    before = actions.send_releases(MORNING)
    after = actions.send_releases(MORNING + DAY)

    assert (before, after) == (0, 1)


def test_what_was_withdrawn_meanwhile_is_not_told():
    subscribed()
    released()
    withdraw_document(symbol="RCM/2026/VM/DECL/1", reason={"en": "A fault"}, at=NIGHT)

    assert actions.send_releases(MORNING) == 0


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_digest_that_waits_for_a_server_keeps_no_trace_of_what_was_withdrawn_meanwhile(settings, language):
    subscribed(("body", "VM"), language=language)
    subscribed(("kind", "DECL"), email="other@example.org")
    released(titles={"en": "A false figure", "es": "Una cifra falsa"})
    released("RCM/2026/VM/NOTE/1", kind_code="NOTE")
    actions.send_releases(MORNING)
    settings.MAIL_URL = "smtp://127.0.0.1:9"
    withdraw_document(symbol="RCM/2026/VM/DECL/1", reason={"en": "A fault"}, at=MORNING)

    send_waiting(at=MORNING)

    (mail,) = digests()
    assert digests("other@example.org") == []
    assert "RCM/2026/VM/NOTE/1" in mail.body
    assert not any(trace in mail.body + mail.html for trace in ("DECL", "false", "falsa"))
    assert mail.language == language


def test_what_was_released_before_the_subscription_is_not_told():
    released(at=NIGHT - 2 * DAY)
    subscribed()

    assert actions.send_releases(MORNING) == 0


def test_a_document_released_again_is_told_as_that():
    subscribed()
    released()
    actions.send_releases(MORNING)
    released(at=MORNING + dt.timedelta(hours=3))

    actions.send_releases(MORNING + DAY)

    first, second = digests()
    assert "Released · English" in first.body
    assert "Released again · English" in second.body


def test_a_digest_has_one_identity_by_address_and_day_and_says_how_it_is_stopped():
    row = subscribed()
    released()
    actions.send_releases(MORNING)
    (digest,) = digests()

    OutgoingMail.objects.all().delete()
    ToldRelease.objects.all().delete()
    Subscription.objects.update(digested_on=None)
    actions.send_releases(MORNING)
    (again,) = digests()

    assert again.message_id == digest.message_id
    assert digest.reply_to == "secretariat@rcm.example"
    assert links(digest, "stop") == [digest.stop_url.removeprefix("http://localhost:8000")]
    assert row.email not in digest.message_id


# Looking after it ------------------------------------------------------------------------------------------------------


def manage_link(row):
    from puebla.notices.actions.messages import sign

    return reverse("subscriptions:manage", args=[sign("subscription", row.ref)])


def test_a_subscription_is_changed_by_the_link_in_its_mail(client):
    released(at=timezone.now())
    row = subscribed(("body", "VM"))
    page = manage_link(row)

    client.post(page, {"act": "add", "theme": ["theme:HR"], "kind": ["kind:DECL"]})
    client.post(page, {"act": "language", "language": "es"})
    client.post(page, {"act": "drop", "topic": "kind:DECL"})

    row.refresh_from_db()
    assert set(row.topics.values_list("topic", "value")) == {("body", "VM"), ("theme", "HR")}
    assert row.language == "es"
    assert "Human rights" in client.get(page).content.decode()


def test_who_drops_the_last_thing_is_forgotten(client):
    row = subscribed(("body", "VM"))

    answer = client.post(manage_link(row), {"act": "drop", "topic": "body:VM"})

    assert "your address is deleted" in answer.content.decode()
    assert not Subscription.objects.exists()


def test_stopping_forgets_the_address_everywhere_and_twice_is_no_fault(client):
    row = subscribed(("body", "VM"))
    released()
    actions.send_releases(MORNING)
    actions.ask(email=row.email, language="en", topics=[("kind", "DECL")], at=MORNING)
    stop = digests()[0].stop_url

    asked = client.get(stop)
    still = Subscription.objects.count()
    once, twice = client.post(stop), client.post(stop)

    assert (asked.status_code, still) == (200, 1)
    assert (once.status_code, twice.status_code) == (200, 200)
    for model in (Subscription, SubscriptionRequest, SubscribedTopic, ToldRelease, OutgoingMail):
        assert not model.objects.exists()
    assert not JournalEntry.objects.filter(subject_ref__contains="@").exists()


def test_subscription_pages_are_kept_in_no_cache_and_offered_to_no_robot(client):
    row = subscribed()

    answer = client.get(manage_link(row))

    assert answer["Cache-Control"] == "private, no-store"
    assert '<meta name="robots" content="noindex">' in answer.content.decode()


def test_writing_digests_costs_the_same_queries_however_many_releases():
    spent = []
    for count in (1, 12):
        subscribed(
            ("body", "VM"), ("theme", "HR"), ("search", "q=declaration"), email=f"a{count}@example.org"
        )
        Subscription.objects.exclude(email=f"a{count}@example.org").delete()
        for number in range(count):
            released(f"RCM/2026/VM/DECL/{number + 1}")
        with CaptureQueriesContext(connection) as queries:
            assert actions.send_releases(MORNING) == 1
        spent.append(len(queries))

    assert spent[0] == spent[1]
