"""Pages of circulars: from the draft to the board, in both languages, with the scripts away."""

import csv
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from puebla.circulars.forms import asked_forms
from puebla.circulars.models import Circular, Reply
from puebla.circulars.views.asks import asks
from puebla.core.asks import Question
from puebla.core.models import OutgoingMail
from puebla.members.querysets import reach_of
from tests import factories as make
from tests.circulars import making

pytestmark = pytest.mark.django_db


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


def page(client, name, *args, **query):
    answer = client.get(reverse(f"circulars:{name}", args=args), query)
    assert answer.status_code == 200, answer
    return answer.text


def hidden(text, name):
    return text.split(f'name="{name}" value="')[1].split('"')[0]


def test_from_the_draft_to_the_board_through_the_pages(settings):
    by, guest, silent = (
        making.secretary(),
        make.delegate(body=making.group()),
        make.delegate(body=making.group()),
    )
    make.delegate("observer_state", body=making.group())
    party = guest.seats.get().party
    client, delegate = client_of(by), client_of(guest)
    form = page(client, "new", kind="invitation", body="RCGM")
    assert "Will your delegation take part?" in form
    typed = {
        "kind": "invitation", "titles_en": "Invitation to the meeting", "titles_es": "", "texts_en": "Please come.",
        "texts_es": "", "opens_to": "50", "reply_on": "2099-06-01", "reply_precision": "day",
        "reply_zone": "America/Guatemala", "answering": "anybody", "remind_days": "7, 1", "papers": "", "asked": "1",
        "a0-kind": "choice", "a0-label_en": "Will you come?", "a0-label_es": "¿Vendrán?", "a0-required": "on",
        "a0-options_en": "Yes\nNo", "a0-options_es": "Sí\nNo",
    }  # fmt: skip

    answer = client.post(reverse("circulars:new") + "?kind=invitation&body=RCGM", typed)
    circular = Circular.objects.get()
    assert answer.status_code == 302 and answer.url.endswith(f"/{circular.ref}/recipients/")
    assert not OutgoingMail.objects.exists()
    chosen = {"bodies": ["RCGM"], "revision": circular.revision}
    client.post(reverse("circulars:recipients", args=[circular.ref]), chosen)
    shown = page(client, "recipients", circular.ref)
    assert "2 people would get it" in shown and "1 person was chosen but may not read it" in shown
    confirm = page(client, "send", circular.ref)
    assert "Spanish" in confirm, "the pending language is said"
    client.post(
        reverse("circulars:send", args=[circular.ref]),
        {"seen": hidden(confirm, "seen"), "revision": hidden(confirm, "revision")},
    )
    circular.refresh_from_db()
    assert circular.state == "sent" and OutgoingMail.objects.count() == 2

    assert "Please come." in page(delegate, "record", circular.symbol)
    form = page(delegate, "reply", circular.symbol)
    token = hidden(form, "token")
    post = lambda **more: delegate.post(  # noqa: E731
        reverse("circulars:reply", args=[circular.symbol]), {"token": token, "f1": "o1", **more}
    )
    assert post(revision="0", keep="1").status_code == 302
    assert Reply.objects.get().state == "draft"
    assert post(revision="1", send="1").status_code == 302
    assert post(revision="1", send="1").status_code == 302, "a double submit is answered alike"
    assert [one.state for one in Reply.objects.all()] == ["sent"]

    board = page(client, "board", circular.symbol)
    assert "In time" in board and str(silent.seats.get().party) in board and "Missing" in board
    answer = client.get(reverse("circulars:board", args=[circular.symbol]), {"export": "csv"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [row[3] for row in rows[1:]].count("missing") == 1 and "Yes" in {row[6] for row in rows[1:]}
    assert "Missing" not in page(delegate, "board", circular.symbol), "who is missing is not shown to parties"
    assert page(client, "party", circular.symbol, party.code)


def test_another_reply_from_a_page_gone_back_to_replaces_the_first():
    by, guest = making.secretary(), make.delegate(body=making.group())
    circular = making.sent(by, reply_on=making.dt.date(2099, 1, 1))
    client = client_of(guest)
    form = {
        "token": hidden(page(client, "reply", circular.symbol), "token"),
        "revision": "0",
        "f1": "o1",
        "send": "1",
    }
    address = reverse("circulars:reply", args=[circular.symbol])

    for more in ({}, {}, {"f2": "We come by train."}):
        assert client.post(address, form | more).status_code == 302

    assert [(one.state, one.answers) for one in Reply.objects.order_by("number")] == [
        ("replaced", {"f1": "o1"}), ("sent", {"f1": "o1", "f2": "We come by train."}),
    ]  # fmt: skip


def test_a_reply_in_which_something_is_missing_keeps_what_was_typed():
    by, guest = making.secretary(), make.delegate(body=making.group())
    circular = making.sent(by, reply_on=making.dt.date(2099, 1, 1))
    client = client_of(guest)
    token = hidden(page(client, "reply", circular.symbol), "token")

    answer = client.post(
        reverse("circulars:reply", args=[circular.symbol]),
        {"token": token, "revision": "0", "f2": "We will see.", "send": "1"},
    )

    assert answer.status_code == 200 and "Your draft is kept" in answer.text and "We will see." in answer.text
    assert Reply.objects.get().answers == {"f2": "We will see."}


def test_who_saves_a_draft_second_reads_what_the_first_wrote_beside_their_own():
    by = making.secretary()
    circular = making.draft(by, asked=[])
    client, here = client_of(by), reverse("circulars:edit", args=[circular.ref])
    opened = client.get(here).context["form"].initial["revision"]
    typed = {"kind": "invitation", "titles_en": "Invitation", "opens_to": "50", "reply_precision": "day",
             "reply_zone": "UTC", "answering": "anybody", "asked": "0", "revision": opened}  # fmt: skip
    first = client.post(here, typed | {"texts_en": "Words of the first."})

    second = client.post(here, typed | {"texts_en": "Words of the second."})

    assert first.status_code == 302 and second.status_code == 200
    assert "What was saved meanwhile" in second.text
    assert "Words of the first." in second.text and "Words of the second." in second.text
    assert making.again(circular).texts["en"] == "Words of the first."


def test_two_of_one_party_who_write_at_once_each_read_what_the_other_wrote():
    by, guest = making.secretary(), make.delegate(body=making.group())
    party = guest.seats.get().party
    circular = making.sent(
        by, asked=[*making.ASKED, {"kind": "nomination", "labels": {"en": "Whom?"}, "most": 1}]
    )
    here = reverse("circulars:reply", args=[circular.address])
    colleague, stranger = client_of(make.delegate(party=party)), make.delegate()
    colleague.post(here, {"f2": "Words of my own.", "revision": "0", "keep": "1"})

    second = client_of(guest).post(here, {"f2": "Mine.", "revision": "0", "keep": "1"}).text
    other = client_of(guest).post(here, {"f3_0_ref": stranger.ref, "revision": "1", "keep": "1"}).text

    assert "What was saved meanwhile" in second
    assert "Words of my own." in second and "Mine." in second
    assert "A party nominates its own people." in other
    assert Reply.objects.get().answers["f2"] == "Words of my own."
    assert circular.openings.get().party == party


@pytest.mark.parametrize("count", [2, 9])
def test_the_list_costs_the_same_whatever_its_length(count):
    by, guest = making.secretary(), make.delegate(body=making.group())
    for _again in range(count):
        making.sent(by, reply_on=making.dt.date(2099, 1, 1))
    client = client_of(guest)
    page(client, "list")

    with CaptureQueriesContext(connection) as asked:
        shown = page(client, "list")

    assert shown.count("Our reply is awaited") == count
    assert len(asked) == 12


def test_what_one_may_not_see_is_absent_from_every_page():
    by, guest = making.secretary(), make.delegate(body=making.group())
    hidden_one = making.draft(by)
    client = client_of(guest)

    assert "0 circulars" in page(client, "list")
    for name in ("record", "edit", "recipients", "send", "sent-to", "extend", "remind", "close", "cancel", "language",
                 "observers", "history", "reply", "board"):  # fmt: skip
        assert client.get(reverse(f"circulars:{name}", args=[hidden_one.ref])).status_code == 404, name


def test_a_meeting_leads_to_its_circulars_and_to_writing_one():
    from puebla.circulars.views.lists import about_a_meeting
    from puebla.members.models import Meeting

    by, guest, stranger = (
        making.secretary(),
        make.delegate(body=making.group()),
        make.delegate("civil_society"),
    )
    meeting = Meeting.objects.create(
        symbol="RCM/2026/RCGM-2",
        body=making.group(),
        titles={"en": "A meeting"},
        starts_on=making.dt.date(2099, 7, 1),
    )
    making.sent(by, meeting=meeting)

    def offered(person):
        return about_a_meeting(type("R", (), {"person": person}), meeting.symbol)

    form = page(client_of(by), "new", meeting=meeting.symbol, kind="invitation", body="RCGM")
    assert f'value="{meeting.symbol}" selected' in form
    assert offered(by)["context"]["prepares"] and len(offered(guest)["context"]["circulars"]) == 1
    assert offered(stranger) is None


def test_options_stand_in_the_order_of_their_lines_and_an_empty_one_loses_none_behind_it():
    sent = {
        "a0-kind": "choice",
        "a0-label_en": "Which?",
        "a0-options_en": "Yes\n\nNo\nLater",
        "a0-options_es": "Sí\n\n\nDespués",
    }

    (line,) = asked_forms([], ["en", "es"], sent | {"asked": "1"})

    assert line.is_valid()
    assert [one["names"] for one in line.field()["options"]] == [
        {"en": "Yes", "es": "Sí"}, {"en": "No"}, {"en": "Later", "es": "Después"},
    ]  # fmt: skip
    # One that is pending moves none behind it up, the first as little as any other.
    sent |= {"asked": "1", "a0-options_en": "Yes\r\nNo", "a0-options_es": "\r\nNo"}
    (line,) = asked_forms([], ["en", "es"], sent)
    assert line.is_valid()
    assert [one["names"] for one in line.field()["options"]] == [{"en": "Yes"}, {"en": "No", "es": "No"}]


def test_what_a_circular_asks_names_no_meeting_that_is_still_a_draft():
    by, guest = making.secretary(), make.delegate(body=making.group())
    meetings = [make.MeetingFactory(body=making.group(), draft=draft) for draft in (True, False)]
    for meeting in meetings:
        making.sent(by, meeting=meeting)
    reach = reach_of(guest, making.AT)

    asked = asks(Question(guest, reach, reach.parties, making.AT))

    assert [one.meeting for one in asked] == ["", meetings[1].symbol]


def test_a_year_that_nobody_can_mean_is_a_slip_that_is_told_beside_the_date():
    by, _guest = making.secretary(), make.delegate(body=making.group())
    circular = making.sent(by)
    typed = {
        "reply_on": "9999-12-31",
        "reply_precision": "day",
        "reply_zone": "America/Guatemala",
        "reasons_en": "A holiday.",
    }

    answer = client_of(by).post(reverse("circulars:extend", args=[circular.symbol]), typed)

    assert answer.context["form"].errors["reply_on"] == ["The year 9999 cannot be meant. Check the date."]
    assert "A holiday." in answer.text


def test_who_presides_and_writes_no_circulars_finds_the_way_to_the_board():
    by, chair, guest = making.secretary(), make.presiding_chair(), make.delegate(body=making.group())
    circular = making.sent(by)
    way = reverse("circulars:board", args=[circular.symbol])

    assert [way in page(client_of(one), "record", circular.symbol) for one in (chair, guest)] == [True, False]
    assert "Missing" in page(client_of(chair), "board", circular.symbol)


def test_who_presides_and_writes_no_circulars_allows_observers_from_the_page_of_the_circular():
    by, chair, guest = making.secretary(), make.presiding_chair(), make.delegate(body=making.group())
    circular = making.sent(by, asked=[{"kind": "agenda", "labels": {"en": "Items"}}], opens_to=60)
    way, board = (reverse(f"circulars:{name}", args=[circular.symbol]) for name in ("observers", "board"))
    shown = page(client_of(chair), "record", circular.symbol)

    assert way in shown and board in shown
    assert client_of(guest).post(way).status_code == 404
    assert "criteria of 1999" in client_of(chair).get(way).text
    client_of(chair).post(way)

    assert making.again(circular).observers_allowed_by == chair
    assert way not in page(client_of(chair), "record", circular.symbol)
