"""Packs: the papers of a meeting taken along, exactly those the reader may see."""

import datetime as dt
import io
import zipfile

import pikepdf
import pytest
from django.urls import reverse
from django.utils import timezone

from puebla.core.models import JournalEntry
from puebla.documents.actions import add_version
from puebla.meetings import actions
from puebla.meetings.actions.packs import known_files, make_ahead
from puebla.meetings.models import Pack
from puebla.members.models import Audience
from tests import factories

pytestmark = pytest.mark.django_db(transaction=False)
TEXT = b"A paper of the meeting, in one paragraph.\n"


@pytest.fixture
def keeper():
    factories.process()
    return factories.secretariat_person()


def paper(keeper, *, audience, language="en", text=TEXT, at=None):
    document = factories.DocumentFactory(audience=audience, original_language=language)
    add_version(
        document=document,
        language=language,
        source=io.BytesIO(text),
        name="paper.txt",
        by=keeper,
        at=at or timezone.now(),
    )
    document.refresh_from_db()
    return document


def meeting_with(keeper, *documents):
    at = timezone.now()
    convening = factories.convening(state="convened")
    item = actions.add_item(
        convening=convening, titles={"en": "One"}, audience=Audience.OBSERVERS, by=keeper, at=at
    )
    for one in documents:
        actions.place_paper(item=item, document=one, by=keeper, at=at)
    return convening


def taken(client, person, convening, *, form="zip", query="", made=True, **headers):
    client.force_login(person)
    address = reverse("meetings:pack", args=[convening.symbol, "en", form]) + query
    answer = client.get(address, headers=headers)
    if made and answer.status_code == 302:
        for pack in Pack.objects.filter(state="waiting"):
            actions.make_pack.func(pack.ref)
        answer = client.get(address, headers=headers)
    return answer


def names_in(answer):
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))).namelist()


def test_a_pack_holds_what_its_reader_may_see_and_nothing_else(client, keeper):
    open_one, closed_one = (
        paper(keeper, audience=Audience.OBSERVERS),
        paper(keeper, audience=Audience.SECRETARIAT, text=b"Secret words"),
    )
    convening = meeting_with(keeper, open_one, closed_one)
    observer = factories.delegate("observer_state")

    own, theirs = (names_in(taken(client, one, convening)) for one in (keeper, observer))

    assert len(own) == 3
    assert len(theirs) == 2
    assert theirs[0] == "index.html"
    assert theirs[1].startswith("001_1_")


def test_two_readers_who_may_see_the_same_share_one_pack(client, keeper):
    convening = meeting_with(keeper, paper(keeper, audience=Audience.OBSERVERS))

    for person in (factories.delegate(), factories.delegate("observer_state")):
        taken(client, person, convening)

    assert Pack.objects.count() == 1


def test_whoever_loses_a_paper_gets_another_pack_without_it(client, keeper):
    document = paper(keeper, audience=Audience.OBSERVERS)
    convening = meeting_with(keeper, document, paper(keeper, audience=Audience.OBSERVERS, text=b"Other"))
    delegate = factories.delegate()
    assert len(names_in(taken(client, delegate, convening))) == 3

    type(document).objects.filter(pk=document.pk).update(audience=Audience.SECRETARIAT)

    assert len(names_in(taken(client, delegate, convening))) == 2


def test_an_agenda_moved_while_a_pack_is_being_made_breaks_it_not_and_the_next_has_the_new_order(
    client, keeper
):
    convening = meeting_with(keeper, paper(keeper, audience=Audience.OBSERVERS))
    first = convening.items.get()
    other = actions.add_item(convening=convening, titles={"en": "Two"}, by=keeper, at=timezone.now())
    taken(client, keeper, convening, made=False)
    waiting = Pack.objects.get()

    actions.move_item(item=other, before=first, by=keeper, at=timezone.now())
    actions.make_pack.func(waiting.ref)

    waiting.refresh_from_db()
    assert waiting.state == "made"
    assert names_in(taken(client, keeper, convening))[1].startswith("001_2_")


def test_only_what_is_new_since_an_instant_goes_into_the_pack(client, keeper):
    now = timezone.now()
    old = paper(keeper, audience=Audience.OBSERVERS, at=now - dt.timedelta(days=3))
    new = paper(keeper, audience=Audience.OBSERVERS, text=b"New", at=now)
    convening = meeting_with(keeper, old, new)
    since = (now - dt.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")

    assert len(names_in(taken(client, keeper, convening, query=f"?since={since}"))) == 2


def test_a_pack_is_named_by_the_day_on_which_it_was_made_at_the_venue(client, keeper):
    convening = meeting_with(keeper, paper(keeper, audience=Audience.OBSERVERS))
    taken(client, keeper, convening)
    # The evening of the tenth in Guatemala; in Greenwich the eleventh has begun.
    Pack.objects.update(made_at=dt.datetime(2031, 3, 11, 3, tzinfo=dt.UTC))

    assert "_en_2031-03-10.zip" in taken(client, keeper, convening)["Content-Disposition"]


def test_a_pack_is_resumed_where_the_line_broke(client, keeper):
    convening = meeting_with(keeper, paper(keeper, audience=Audience.OBSERVERS))
    whole = b"".join(taken(client, keeper, convening).streaming_content)

    rest = taken(client, keeper, convening, range="bytes=40-")

    assert rest.status_code == 206
    assert b"".join(rest.streaming_content) == whole[40:]


def test_taking_a_pack_journals_every_opening(client, keeper):
    convening = meeting_with(
        keeper,
        paper(keeper, audience=Audience.OBSERVERS),
        paper(keeper, audience=Audience.OBSERVERS, text=b"Two"),
    )

    taken(client, factories.delegate(), convening)

    assert JournalEntry.objects.filter(act="document.opened").count() == 2


def test_the_bound_form_has_bookmarks_and_a_page_for_what_is_no_pdf(client, keeper):
    convening = meeting_with(keeper, paper(keeper, audience=Audience.OBSERVERS))

    answer = taken(client, keeper, convening, form="bound")

    with (
        pikepdf.Pdf.open(io.BytesIO(b"".join(answer.streaming_content))) as book,
        book.open_outline() as outline,
    ):
        assert len(book.pages) >= 2
        assert [one.title for one in outline.root] == ["1 One"]
        assert len(outline.root[0].children) == 1


def test_a_meeting_without_files_offers_no_pack_and_says_so(client, keeper):
    convening = meeting_with(keeper)

    answer = client.get(taken(client, keeper, convening, made=False).url)

    assert "no file yet" in answer.content.decode()
    assert not Pack.objects.exists()


def test_the_page_says_sizes_before_the_click_and_what_lies_ready(client, keeper):
    convening = meeting_with(keeper, paper(keeper, audience=Audience.OBSERVERS))
    client.force_login(keeper)
    address = reverse("meetings:packs", args=[convening.symbol])

    before = client.get(address).content.decode()
    taken(client, keeper, convening)
    after = client.get(address).content.decode()

    assert "1 file, 42 B" in before
    assert "ready" in after


def test_packs_of_near_meetings_are_made_before_anybody_asks_and_once(keeper):
    convening = meeting_with(keeper, paper(keeper, audience=Audience.OBSERVERS))
    factories.delegate()
    convening.meeting.starts_on = timezone.now().date() + dt.timedelta(days=5)
    convening.meeting.ends_on = None
    convening.meeting.save()

    assert make_ahead(at=timezone.now()) == 2
    assert make_ahead(at=timezone.now()) == 0


def test_the_sweep_spares_the_bytes_of_packs(client, keeper):
    taken(client, keeper, meeting_with(keeper, paper(keeper, audience=Audience.OBSERVERS)))
    key = Pack.objects.get().key

    assert known_files([key, "aa/bb/none"]) == {key}


def test_a_pack_that_cannot_be_made_says_so_and_is_made_anew_for_whoever_asks_next(client, keeper):
    convening = meeting_with(keeper, paper(keeper, audience=Audience.OBSERVERS))
    taken(client, keeper, convening, made=False)
    pack = Pack.objects.get()
    Pack.objects.filter(pk=pack.pk).update(
        contents=[{"label": "1", "depth": 0, "titles": {}, "files": [{"name": "a"}]}]
    )

    with pytest.raises(ValueError, match="could not convert"):
        actions.make_pack.func(pack.ref)
    page = client.get(reverse("meetings:packs", args=[convening.symbol])).content.decode()

    assert "could not be made" in page
    Pack.objects.filter(pk=pack.pk).update(contents=pack.contents)
    assert taken(client, keeper, convening).status_code == 200
