"""The hand-over of the Presidency: its file made ahead, what each side sees of it, signed, mended, frozen; the chair's notes."""

import datetime as dt
import io
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from puebla.core.models import JournalEntry, OutgoingMail
from puebla.core.verdicts import RefusedError
from puebla.documents.models import Document
from puebla.intranet.querysets import entries_for
from puebla.meetings import actions as meetings
from puebla.meetings.actions import chairing
from puebla.meetings.actions import handovers as actions
from puebla.meetings.models import ChairNote, HandOver, HandOverPoint
from puebla.meetings.querysets.handovers import points_for
from puebla.members.models import Audience, PresidencyTerm
from puebla.members.querysets import reach_of, today
from tests import factories

pytestmark = pytest.mark.django_db
OUT, IN = "outgoing", "incoming"


def a_world(*, days=30):
    """GTM presides and HND will in some days; both have somebody in the office, who is a delegate too; the file is made."""
    at = timezone.now()
    factories.process()
    group = factories.BodyFactory(code="RCGM", function="consultation")
    outgoing = factories.presiding_chair()
    office, role = factories.BodyFactory(code="PPT"), outgoing.seats.get().role
    factories.SeatFactory(person=outgoing, party=outgoing.seats.get().party, body=group)
    incoming = factories.delegate(party=factories.PartyFactory(code="HND"), body=group)
    factories.SeatFactory(person=incoming, party=incoming.seats.get().party, body=office, role=role)
    starts_on = today(at) + dt.timedelta(days=days)
    PresidencyTerm.objects.create(
        body=office, party=incoming.seats.filter(body=office).get().party, starts_on=starts_on
    )
    keeper = factories.secretariat_person()
    convening = factories.convening(body=group, starts_on=starts_on, ends_on=starts_on + dt.timedelta(days=2))
    open_item = meetings.add_item(convening=convening, titles={"en": "Open item"}, by=keeper, at=at)
    narrow = factories.DocumentFactory(
        state="draft", audience=Audience.PRESIDENCY, titles={"en": "Narrow draft"}
    )
    factories.DocumentFactory(
        state="draft", audience=Audience.SECRETARIAT, titles={"en": "Of the secretariat"}
    )
    actions.make_ahead(at=at)
    midnight = timezone.make_aware(dt.datetime.combine(starts_on, dt.time()))
    return SimpleNamespace(
        at=at, out=outgoing, new=incoming, keeper=keeper, convening=convening, item=open_item, narrow=narrow,
        handover=HandOver.objects.get() if days <= 60 else None, midnight=midnight,
    )  # fmt: skip


@pytest.fixture
def world():
    return a_world()


def seen(world, person, at=None):
    """What the person sees of the file: titles."""
    reach = reach_of(person, at or world.at)
    return {str(one) for one in points_for(world.handover, person, reach)}


def sign(world, person, side, *titles, at=None, remark=""):
    at = at or world.at
    points = [
        one
        for one in points_for(world.handover, person, reach_of(person, at))
        if not titles or str(one) in titles
    ]
    return actions.sign_points(
        handover=world.handover, points=[(one, one.digest) for one in points], side=side, by=person, at=at, remark=remark
    )  # fmt: skip


def browser(person):
    client = Client()
    client.force_login(person)
    return client


def test_the_file_is_made_sixty_days_ahead_and_not_before_and_both_sides_are_told_once():
    world = a_world(days=61)

    assert not HandOver.objects.exists()
    actions.make_ahead(at=world.at + dt.timedelta(days=1))
    actions.make_ahead(at=world.at + dt.timedelta(days=2))
    assert HandOver.objects.count() == 1
    told = sorted(
        OutgoingMail.objects.filter(body__contains="hand-over file").values_list("recipient", flat=True)
    )
    assert told == sorted([world.out.email, world.new.email])
    for person in (world.out, world.new):
        assert "The hand-over file is made" in browser(person).get("/en/intranet/notices/").content.decode()


def test_the_incoming_presidency_reads_by_its_own_seats_and_what_was_signed_to_it_until_its_day(world):
    assert {"1. Open item", "Narrow draft"} <= {
        one.partition(", ")[2] or one for one in seen(world, world.out)
    }
    narrow = f"{world.narrow.symbol}, Narrow draft"
    assert narrow not in seen(world, world.new)

    sign(world, world.out, OUT, narrow)

    assert narrow in seen(world, world.new)
    assert not Document.objects.visible_to(world.new).filter(pk=world.narrow.pk).exists()
    assert (
        Document.objects.visible_to(world.new, reach=reach_of(world.new, world.midnight))
        .filter(pk=world.narrow.pk)
        .exists()
    )
    assert not any(
        "secretariat" in one for one in seen(world, world.out) | seen(world, world.new, world.midnight)
    )
    assert not HandOver.objects.visible_to(factories.focal_point()).exists()


def test_a_point_mended_after_it_was_signed_is_signed_again_and_one_no_longer_open_stays_as_signed(world):
    sign(world, world.out, OUT, "1. Open item", remark="Half done.")
    sign(world, world.new, IN, "1. Open item")
    point = HandOverPoint.objects.get(section="items")
    narrow = HandOverPoint.objects.get(section="papers")

    actions.mend_point(
        point=point, notes={"en": "See the annex."}, digest=point.digest, by=world.out, at=world.at
    )

    (row,) = [
        one
        for one in points_for(world.handover, world.out, reach_of(world.out, world.at))
        if one.pk == point.pk
    ]
    assert (row.given, row.mended) == ({}, True)
    with pytest.raises(RefusedError, match="was mended after"):
        actions.sign_points(
            handover=world.handover, points=[(point, point.digest)], side=OUT, by=world.out, at=world.at
        )
    sign(world, world.out, OUT, "1. Open item")
    meetings.remove_item(item=world.item, by=world.keeper, at=world.at)
    Document.objects.filter(pk=world.narrow.pk).update(state="final")
    actions.make_ahead(at=world.at)
    narrow.refresh_from_db()
    assert narrow.gone_at is not None
    assert "1. Open item" in seen(world, world.out)
    assert str(narrow) not in seen(world, world.out)


def test_signed_whole_by_both_it_is_frozen_with_its_digest_even_against_the_database(world):
    with pytest.raises(RefusedError, match="signs first"):
        sign(world, world.new, IN)
    with pytest.raises(RefusedError, match="Not every point"):
        actions.complete(handover=world.handover, by=world.out, at=world.at)
    sign(world, world.out, OUT)
    sign(world, world.new, IN)

    frozen = actions.complete(handover=world.handover, by=world.keeper, at=world.at)

    assert frozen.sha256 == actions.digest_of(frozen)
    Document.objects.filter(pk=world.narrow.pk).update(titles={"en": "Another title"})
    actions.make_ahead(at=world.at)
    assert actions.digest_of(HandOver.objects.get()) == frozen.sha256
    with transaction.atomic(), pytest.raises(DatabaseError):
        HandOverPoint.objects.update(titles={"en": "Forged"})
    with pytest.raises(RefusedError, match="frozen"):
        actions.add_point(handover=world.handover, titles={"en": "Late"}, notes={}, by=world.out, at=world.at)


def test_from_the_day_on_nothing_is_added_the_focal_point_signs_and_what_the_presidency_alone_reads_is_taken_over(
    world,
):
    focal, other = (
        factories.focal_point(party=world.handover.outgoing),
        factories.focal_point(party=world.handover.incoming),
    )
    narrow = f"{world.narrow.symbol}, Narrow draft"
    assert not any(HandOver.objects.visible_to(one).exists() for one in (focal, other))
    world.out.seats.exclude(body__function="presidency").delete()

    factories.DocumentFactory(
        state="draft", audience=Audience.MEMBERS, titles={"en": "Of the next Presidency"}
    )
    Document.objects.filter(pk=world.narrow.pk).update(titles={"en": "Another title"})
    actions.make_ahead(at=world.midnight)

    at = world.midnight
    assert not any("Of the next" in one for one in seen(world, world.new, at))
    assert not HandOver.objects.visible_to(world.out, reach=reach_of(world.out, at)).exists()
    assert not HandOver.objects.visible_to(other, reach=reach_of(other, at)).exists()
    assert narrow not in seen(world, focal, at)
    with pytest.raises(RefusedError, match="signs first"):
        sign(world, world.new, IN, at=at)
    sign(world, focal, OUT, at=at)
    sign(world, world.new, IN, at=at)
    assert {one.party.code for one in HandOverPoint.objects.get(section="papers").signatures.all()} == {"HND"}
    assert actions.complete(handover=world.handover, by=world.new, at=at).sha256


def test_points_of_a_closed_session_are_seen_and_signed_by_who_sits_there_and_are_never_printed(world):
    from puebla.members.actions import seat_chairs

    session = meetings.hold_session(
        convening=world.convening, by=world.out, at=world.at, kind="closed", titles={"en": "Heads"}, places={}, zone="UTC",
        on=world.convening.meeting.starts_on, from_hour=dt.time(9), until_hour=dt.time(10),
    )  # fmt: skip
    meetings.add_item(
        convening=world.convening, titles={"en": "Secret item"}, session=session, by=world.out, at=world.at
    )
    actions.make_ahead(at=world.at)
    seat_chairs(room=session.room, at=world.at)

    assert any("Secret item" in one for one in seen(world, world.out))
    sign(world, world.out, OUT)
    for person in (world.new, world.keeper):
        assert not any("Secret" in one for one in seen(world, person))
    assert any("Secret item" in one for one in seen(world, world.new, world.midnight))
    sign(world, world.new, IN)
    # What the others cannot see holds nothing up.
    assert actions.complete(handover=world.handover, by=world.new, at=world.at).sha256
    text = _words_of(
        browser(world.out).get(reverse("meetings:handover-file", args=[world.handover.ref, "en", "docx"]))
    )
    assert "Open item" in text
    assert "Secret" not in text


def _words_of(answer):
    import docx

    return "\n".join(one.text for one in docx.Document(io.BytesIO(answer.content)).paragraphs)


def test_the_pages_sign_in_both_languages_and_give_pdf_and_word(world):
    point = HandOverPoint.objects.get(section="items")
    client = browser(world.out)
    page = reverse("meetings:handover", args=[world.handover.ref])

    answer = client.post(reverse("meetings:handover-sign", args=[world.handover.ref]),
                         {"point": f"{point.ref}:{point.digest}", "side": OUT, "remark": "Con notas."}, follow=True)  # fmt: skip

    assert "Con notas." in answer.content.decode()
    # Somebody mended another point after the page was opened: the remark stays in its field.
    late = HandOverPoint.objects.get(section="papers")
    refused = client.post(reverse("meetings:handover-sign", args=[world.handover.ref]),
                          {"point": f"{late.ref}:as-it-was-read", "side": OUT, "remark": "Con reservas."})  # fmt: skip
    assert "was mended after" in refused.text
    assert 'value="Con reservas."' in refused.text
    assert client.get(refused.request["PATH_INFO"])["Location"] == page
    assert "Firmar y entregar" in client.get(page.replace("/en/", "/es/")).content.decode()
    pdf = client.get(reverse("meetings:handover-file", args=[world.handover.ref, "all", "pdf"]))
    assert pdf.content.startswith(b"%PDF")
    assert "signed by" in _words_of(
        client.get(reverse("meetings:handover-file", args=[world.handover.ref, "en", "docx"]))
    )
    assert browser(factories.focal_point()).get(page).status_code == 404


def test_the_presidencys_desk_says_what_waits_with_links_and_is_no_page_for_others(world):
    client = browser(world.out)
    this, day = timezone.localtime(world.at, ZoneInfo("America/Guatemala")).date(), dt.timedelta(days=1)
    today_s = factories.convening(
        body=world.convening.meeting.body, state="convened", starts_on=this, ends_on=this + day
    )
    over = factories.convening(
        body=world.convening.meeting.body,
        state="in_session",
        starts_on=this - 9 * day,
        ends_on=this - 7 * day,
    )

    words = client.get(reverse("meetings:presidency")).content.decode()

    assert reverse("meetings:page", args=[world.convening.meeting.symbol]) in words
    for one, said in ((today_s, "its days have begun, to be opened"), (over, "over, to be closed")):
        assert said in words.partition(reverse("meetings:page", args=[one.symbol]))[2].partition("</li>")[0]
    assert reverse("meetings:handover", args=[world.handover.ref]) in words
    for person in (world.keeper, world.new):
        assert browser(person).get(reverse("meetings:presidency")).status_code == 404
    assert reverse("meetings:handover", args=[world.handover.ref]) not in browser(world.new).get("/en/intranet/").content.decode()  # fmt: skip
    sign(world, world.out, OUT, "1. Open item")
    assert reverse("meetings:handover", args=[world.handover.ref]) in browser(world.new).get("/en/intranet/").content.decode()  # fmt: skip


def test_a_chairing_note_leaves_no_trace_for_anybody_but_the_chair(world):
    note = chairing.write_note(
        convening=world.convening, item=world.item, words="Ask PAN firstzq", by=world.out, at=world.at
    )
    symbol = world.convening.meeting.symbol

    for person in (world.keeper, world.new):
        client = browser(person)
        assert client.get(reverse("meetings:chair", args=[symbol])).status_code == 404
        page = client.get(reverse("meetings:page", args=[symbol])).content.decode()
        assert "firstzq" not in page
        assert "hairing" not in page
        found = client.get(reverse("intranet:search"), {"q": "firstzq"}).content.decode()
        assert reverse("meetings:page", args=[symbol]) not in found
        assert (
            not entries_for(person, reach_of(person, world.at)).filter(act__startswith="chairnote").exists()
        )
        assert not ChairNote.objects.visible_to(person).exists()
    assert "firstzq" in browser(world.out).get(reverse("meetings:chair", args=[symbol])).content.decode()
    with pytest.raises(RefusedError, match="who chairs"):
        chairing.write_note(convening=world.convening, words="Mine", by=world.keeper, at=world.at)
    assert JournalEntry.objects.get(act="chairnote.written").subject_ref == note.ref
    spanish = browser(world.out).get(f"/es/intranet/meetings/{symbol}/chair/").text
    assert "Sobre" in spanish.partition('for="id_about"')[2].partition("</label>")[0]


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    acts=st.lists(
        st.sampled_from(["note", "offer", "keep", "pass", "sign", "refresh", "new note"]), min_size=2, max_size=8
    )
)  # fmt: skip
def test_whatever_is_done_a_note_is_read_by_its_own_party_and_by_whom_it_was_handed_to_alone(world, acts):
    with transaction.atomic():
        at, handed = world.at, set()
        for what in acts:
            try:
                with transaction.atomic():
                    if what == "note":
                        chairing.write_note(convening=world.convening, words="Sealed", by=world.out, at=at)
                    elif what == "new note":
                        chairing.write_note(
                            convening=world.convening, words="Sealed too", by=world.new, at=at
                        )
                    elif what == "pass":
                        at = world.midnight
                    elif what == "refresh":
                        actions.make_ahead(at=at)
                    elif what == "sign":
                        sign(world, world.out, OUT, at=at)
                    elif note := ChairNote.objects.filter(written_by=world.out).order_by("pk").first():
                        if what == "offer":
                            chairing.offer_note(note=note, handover=world.handover, by=world.out, at=at)
                            handed.add(note.pk)
                        else:
                            chairing.keep_note(note=note, by=world.out, at=at)
                            handed.discard(note.pk)
            except RefusedError:
                pass
            for person in (world.out, world.new, world.keeper):
                reads = set(
                    ChairNote.objects.visible_to(person, reach=reach_of(person, at)).values_list(
                        "pk", flat=True
                    )
                )
                own = set(ChairNote.objects.filter(written_by=person).values_list("pk", flat=True))
                assert reads == own | (handed if person == world.new else set())
            assert sum(reach_of(one, at).presidency for one in (world.out, world.new)) == 1
        transaction.set_rollback(True)


def test_a_hand_over_page_asks_as_much_for_many_points_as_for_few(world, django_assert_max_num_queries):
    client, page = browser(world.out), reverse("meetings:handover", args=[world.handover.ref])
    client.get(page)
    with CaptureQueriesContext(connection) as few:
        client.get(page)
    for number in range(4):
        factories.DocumentFactory(
            state="draft", audience=Audience.PRESIDENCY, titles={"en": f"Draft {number}"}
        )
    actions.make_ahead(at=world.at)

    with django_assert_max_num_queries(len(few)):
        answer = client.get(page)

    assert "Draft 3" in answer.content.decode()
