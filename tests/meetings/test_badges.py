"""Badges of a whole meeting: read back as the door reads them, told with their size, gone with the personal data."""

import datetime as dt
import io

import pypdfium2
import pytest
import zxingcpp
from django.urls import reverse
from django.utils import timezone, translation

from puebla.core.files.store import put
from puebla.meetings.actions.delegations import purge
from puebla.meetings.actions.delegations.badges import badges, door_address
from puebla.meetings.actions.packs import make_pack
from puebla.meetings.models import Delegate, Delegation, Pack
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper():
    factories.process()
    return factories.secretariat_person()


def of(name, convening, *rest):
    return reverse(f"meetings:{name}", args=[convening.symbol, *rest])


def coming(convening, count, *, party=None):
    """So many accredited delegates of a party."""
    party = party or factories.focal_point().seats.get().party
    held = Delegation.objects.create(convening=convening, party=party, changed_at=timezone.now())
    return Delegate.objects.bulk_create(
        Delegate(
            delegation=held, convening=convening, full_name=f"José Núñez {number}", offices={"en": "Director", "es": "Directora"},
            state="accredited", nominated_at=timezone.now(), changed_at=timezone.now(),
        )
        for number in range(count)
    )  # fmt: skip


def read(pdf):
    """What a telephone reads on each page, and the words there."""
    pages = []
    for page in pypdfium2.PdfDocument(pdf):
        codes = zxingcpp.read_barcodes(page.render(scale=3).to_pil())
        pages.append(({one.text for one in codes}, page.get_textpage().get_text_range()))
    return pages


def taken(client, address, run):
    """What comes once it was asked for; the work that follows the answer done."""
    with run(execute=True):
        client.get(address)
    answer = client.get(address)
    return b"".join(answer.streaming_content) if answer.streaming else answer


def test_every_badge_is_read_back_by_a_decoder_in_both_languages_by_party(
    client, keeper, django_capture_on_commit_callbacks
):
    convening = factories.convening(state="convened")
    first, second = coming(convening, 5), coming(convening, 2)
    left = coming(convening, 1)[0]
    Delegate.objects.filter(pk=left.pk).update(state="withdrawn")
    client.force_login(keeper)

    english, spanish = (
        read(taken(client, of("take-badges", convening, code), django_capture_on_commit_callbacks))
        for code in ("en", "es")
    )

    for code, pages in (("en", english), ("es", spanish)):
        with translation.override(code):
            expected = {door_address(one) for one in [*first, *second]}
        assert len(pages) == 2
        assert set().union(*(codes for codes, _words in pages)) == expected
    assert "Director" in english[0][1] and "Directora" in spanish[0][1]
    # The door finds whoever shows it.
    found = client.get(door_address(first[0]).removeprefix("http://localhost:8000")).context["found"]
    assert [one["delegate"].pk if isinstance(one, dict) else one.pk for one in found] == [first[0].pk]
    # A single one is read too.
    single = badges(convening, [second[0]], sheets=False, standings={})
    assert read(single)[0][0] == {door_address(second[0])}


def test_many_are_made_by_the_worker_their_size_is_told_and_a_changed_name_asks_for_new_ones(client, keeper):
    convening = factories.convening(state="convened")
    people = coming(convening, 26)
    client.force_login(keeper)
    page, file = of("all-badges", convening), of("take-badges", convening, "es")

    asked = client.get(file)
    waiting = client.get(page).content.decode()
    make_pack.call(Pack.objects.get().ref)
    ready = client.get(page).content.decode()

    assert asked["Location"] == page
    assert "26 badges, 7 sheets" in waiting and "The badges are being made." in waiting
    assert "ready, " in ready and "kB" in ready
    assert client.get(file)["Content-Type"] == "application/pdf"
    Delegate.objects.filter(pk=people[0].pk).update(full_name="José Núñez Ávila")
    assert "ready, " not in client.get(page).content.decode()


def test_badges_are_for_who_convenes_alone_and_go_with_the_personal_data(client, keeper):
    convening = factories.convening(
        state="closed", starts_on=dt.date(2026, 1, 5), ends_on=dt.date(2026, 1, 6), keep_days=30
    )
    people = coming(convening, 1)
    focal = factories.focal_point()
    stored = put(io.BytesIO(b"%PDF-1.7"), storage=_store())
    Pack.objects.create(convening=convening, form="badges", language="en", digest="0" * 64, state="made", key=stored.key,
                        contents=[{"ref": people[0].ref}], asked_at=timezone.now())  # fmt: skip

    client.force_login(focal)
    statuses = {client.get(of(*name)).status_code for name in (("all-badges", convening), ("take-badges", convening, "en"))}  # fmt: skip
    purge(dt.datetime(2026, 4, 1, tzinfo=dt.UTC))

    assert statuses == {404}
    assert not Pack.objects.exists()
    assert "badges" not in client.get(of("packs", convening)).content.decode()


def _store():
    from django.core.files.storage import storages

    return storages["default"]
