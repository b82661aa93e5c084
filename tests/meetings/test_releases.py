"""A meeting's programme for the public: what was released, nothing else, on every channel; withdrawn in one act."""

import datetime as dt
import html

import pytest
from django.core.cache import caches
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from puebla.core.verdicts import RefusedError, StaleError
from puebla.meetings import actions
from puebla.meetings.actions import delegations
from puebla.meetings.actions.releases import release_programme, withdraw_programme
from puebla.meetings.models import AgendaItem, Delegate, ItemPaper, Session
from puebla.meetings.querysets.public import Choice, digest_of, offer_of, standing_of, subset_of
from puebla.members.actions import publish_who_we_are
from puebla.members.models import Audience
from puebla.members.querysets import reach_of
from puebla.publications.models import PublicDocument
from tests import factories

pytestmark = pytest.mark.django_db
DAY = dt.date(2031, 3, 11)
NOBODYS = "NobodySaidYes"


@pytest.fixture
def keeper():
    factories.process()
    return factories.secretariat_person()


def released(convening, by, choice):
    at = timezone.now()
    offer = offer_of(convening, by, reach_of(by, at))
    seen = digest_of(subset_of(convening, offer, choice))
    publish_who_we_are(at=at)
    return release_programme(convening=convening, choice=choice, seen=seen, by=by, at=at)


def channels(client, symbol):
    """Everything that the public can ask of a meeting, as one text in each place."""
    client.logout()
    # Examples are rolled back, and with them the number by which kept pages are known.
    for cache in caches.all():
        cache.clear()
    addresses = [
        *(f"/{code}/meetings/{symbol}/" for code in ("en", "es")), "/calendar/puebla.ics", f"/api/v1/meetings/{symbol}",
        "/api/v1/meetings", "/sitemap.xml",
    ]  # fmt: skip
    addresses[2] = reverse("api:calendar")
    answers = [client.get(address) for address in addresses]
    assert {one.status_code for one in answers} == {200}
    texts = [b"".join(one).decode() if one.streaming else one.text for one in answers]
    return [html.unescape(one).replace("\r\n ", "") for one in texts]


def paper_under(item, *, public):
    document = factories.DocumentFactory(audience=Audience.PUBLIC if public else 60, titles={"en": f"Paper{item.pk}{'Open' if public else 'Hidden'}"})  # fmt: skip
    ItemPaper.objects.create(item=item, document=document)
    if public:
        PublicDocument.objects.create(
            symbol=document.symbol, titles=document.titles, kind_code="NOTE", kind_names={"en": "note"}, state="final",
            public_from=timezone.now() - dt.timedelta(hours=1), released_at=timezone.now() - dt.timedelta(hours=1),
        )  # fmt: skip
    return document


ITEMS = st.lists(
    st.tuples(st.sampled_from([40, 50, 60, 70]), st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=4
)  # fmt: skip


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    items=ITEMS,
    consents=st.lists(st.booleans(), max_size=3),
    sealed=st.booleans(),
    participants=st.booleans(),
)
def test_the_public_never_reads_what_was_not_released_on_any_channel(
    client, keeper, items, consents, sealed, participants
):
    with transaction.atomic():
        chair = factories.presiding_chair()
        convening = factories.convening(
            notes={"en": "SecretNotes"}, link="https://secret.example/room", state="convened"
        )
        chosen, secret, open_words = set(), ["SecretNotes", "secret.example"], []
        if sealed:
            closed = session(convening, chair, 8, kind="closed", titles={"en": "SecretSession"})
            actions.add_item(
                convening=convening, titles={"en": "SecretItem"}, session=closed, by=chair, at=timezone.now()
            )
            secret += ["SecretSession", "SecretItem", closed.room.code]
        for number, (audience, choose, public_paper, hidden_paper) in enumerate(items):
            item = actions.add_item(
                convening=convening, titles={"en": f"Item{number}{'Open' if choose else 'Kept'}"}, audience=audience, by=keeper,
                notes={"en": "SecretNotes"}, at=timezone.now(),
            )  # fmt: skip
            (open_words if choose else secret).append(item.titles["en"])
            chosen |= {item.ref} if choose else set()
            if public_paper:
                open_words += [paper_under(item, public=True).titles["en"]] if choose else []
            if hidden_paper:
                document = paper_under(item, public=False)
                secret += [document.titles["en"], f"{document.symbol}/"]
        kept, shown = session(convening, keeper, 9, titles={"en": "KeptSession"}), session(convening, keeper, 11, titles={"en": "ShownSession"})  # fmt: skip
        secret.append(kept.titles["en"])
        open_words.append(shown.titles["en"])
        for number, consent in enumerate(consents):
            name = f"Delegate{number}{'Yes' if consent else NOBODYS}"
            accredited(convening, name, keeper, consents=consent)
            (open_words if consent and participants else secret).append(name)

        released(convening, keeper, Choice(frozenset(chosen), frozenset({shown.ref}), participants))
        told = channels(client, convening.symbol)

        transaction.set_rollback(True)
    assert [(word, place) for word in secret for place, text in enumerate(told) if word in text] == []
    assert [word for word in open_words if word not in told[0]] == []
    assert shown.ref in told[2] and kept.ref not in told[2]


def session(convening, by, hour, **values):
    return actions.hold_session(
        convening=convening, by=by, at=timezone.now(), kind=values.pop("kind", "plenary"), on=DAY, from_hour=dt.time(hour),
        until_hour=dt.time(hour + 1), **values,
    )  # fmt: skip


def accredited(convening, name, by, *, consents):
    party = factories.PartyFactory(standing="member")
    delegation = convening.delegations.create(party=party, changed_at=timezone.now())
    return Delegate.objects.create(
        delegation=delegation, convening=convening, full_name=name, state="accredited", nominated_at=timezone.now(),
        changed_at=timezone.now(), consent_at=timezone.now() if consents else None, consent_by=by if consents else None,
    )  # fmt: skip


def one_released(keeper, **values):
    convening = factories.convening(state="convened")
    item = actions.add_item(
        convening=convening, titles={"en": "Opening", "es": "Apertura"}, by=keeper, at=timezone.now()
    )
    released(convening, keeper, Choice(frozenset({item.ref}), **values))
    return convening, item


def test_what_changed_inside_stays_inside_until_it_is_released_anew_and_the_secretariat_is_told(
    client, keeper
):
    convening, item = one_released(keeper)
    before = standing_of(convening, keeper, reach_of(keeper))
    actions.describe_item(
        item=item, values={"titles": {"en": "Another title"}}, revision=1, by=keeper, at=timezone.now()
    )
    actions.add_item(convening=convening, titles={"en": "A second item"}, by=keeper, at=timezone.now())

    standing = standing_of(convening, keeper, reach_of(keeper))
    client.force_login(keeper)
    page = client.get(reverse("meetings:page", args=[convening.symbol])).text
    public = channels(client, convening.symbol)[0]

    assert (before.shown, before.differs, before.came) == (True, False, 0)
    assert (standing.shown, standing.differs, standing.came) == (True, True, 1)
    assert "differs from what the public sees" in page
    assert "Another title" not in public and "A second item" not in public and "Opening" in public


def test_a_withdrawn_programme_leaves_its_reason_and_nothing_else(client, keeper):
    convening, _item = one_released(keeper)

    withdraw_programme(convening=convening, reason={"en": "The dates moved.", "es": "Cambiaron las fechas."}, by=keeper, at=timezone.now())  # fmt: skip
    english, spanish, *rest = channels(client, convening.symbol)

    assert "The dates moved." in english and "Cambiaron las fechas." in spanish
    assert not any(word in text for text in (english, spanish, *rest) for word in ("Opening", "Apertura"))


def test_a_name_leaves_the_public_page_the_moment_its_bearer_takes_the_consent_back(client, keeper):
    convening, item = one_released(keeper)
    focal = factories.focal_point()
    delegation = convening.delegations.create(party=focal.seats.get().party, changed_at=timezone.now())
    named = Delegate.objects.create(
        delegation=delegation, convening=convening, full_name="Ana Solís", state="accredited", nominated_at=timezone.now(),
        changed_at=timezone.now(), consent_at=timezone.now(), consent_by=focal,
    )  # fmt: skip
    released(convening, keeper, Choice(frozenset({item.ref}), participants=True))
    assert "Ana Solís" in channels(client, convening.symbol)[0]

    delegations.consent(delegate=named, given=False, by=focal, at=timezone.now())

    assert not any("Ana Solís" in text for text in channels(client, convening.symbol))


def test_nothing_is_released_that_its_releaser_did_not_see_and_only_by_the_secretariat(keeper):
    convening, item = one_released(keeper)
    chair = factories.presiding_chair()
    for by, refusal in ((keeper, StaleError), (chair, RefusedError)):
        with pytest.raises(refusal):
            release_programme(convening=convening, choice=Choice(frozenset({item.ref})), seen="another", by=by, at=timezone.now())  # fmt: skip
    draft = factories.convening(draft=True)
    with pytest.raises(RefusedError, match="draft"):
        release_programme(convening=draft, choice=Choice(), seen="", by=keeper, at=timezone.now())


def test_the_preview_is_what_the_public_then_reads_in_both_languages(client, keeper):
    convening = factories.convening(state="convened")
    publish_who_we_are(at=timezone.now())
    item = actions.add_item(
        convening=convening, titles={"en": "Opening", "es": "Apertura"}, by=keeper, at=timezone.now()
    )
    client.force_login(keeper)
    address = reverse("meetings:public", args=[convening.symbol])

    page = client.get(address)
    data = {"chosen": "1", "seen": page.context["seen"], "item": [item.ref]}
    client.post(address, data)
    english, spanish, *_rest = channels(client, convening.symbol)

    preview = page.text.partition("Exactly this becomes public")[2]
    assert "Opening" in preview and "Apertura" in preview
    assert "<h4>Opening</h4>" in english and "<h4>Apertura</h4>" in spanish
    assert not AgendaItem.objects.exclude(pk=item.pk).exists() and not Session.objects.exists()
