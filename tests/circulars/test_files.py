"""Files that come with a circular's form and with a reply's: none is lost where something else is wrong, none is open to others."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from puebla.circulars import actions
from puebla.circulars.models import Circular, CircularFile, HeldFile, Reply
from puebla.core.models import JournalEntry, OutgoingMail
from puebla.core.verdicts import RefusedError
from puebla.documents import actions as papers
from puebla.members.models import Role
from tests import factories as make
from tests.circulars import making

pytestmark = pytest.mark.django_db

TYPED = {
    "kind": "invitation", "titles_en": "Invitation", "titles_es": "Invitación", "texts_en": "Please come.", "texts_es": "Vengan.",
    "opens_to": "50", "reply_on": "2099-06-01", "reply_precision": "day", "reply_zone": "America/Guatemala", "answering": "anybody",
    "remind_days": "7, 1", "papers": "", "asked": "0",
}  # fmt: skip
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>"


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


def held_in(page):
    """References of the files that a form keeps."""
    return [part.split('"')[0] for part in page.split('name="held" value="')[1:]]


def test_files_come_with_the_form_and_a_refused_form_loses_none_though_one_is_a_photograph_of_40_mb():
    by, guest = making.secretary(), make.delegate(body=making.group())
    outsider = make.delegate("civil_society")
    client, address = client_of(by), reverse("circulars:new") + "?kind=invitation&body=RCGM"

    refused = client.post(
        address,
        TYPED | {"remind_days": "often", "uploads": [
            make.a_file(b"Programme", "programme.txt"), make.a_file(b"\xff\xd8\xff" + bytes(40 << 20), "venue.jpg"),
            make.a_file(b"MZ" + bytes(200), "agenda.pdf"),
        ]},
    )  # fmt: skip

    page = refused.text
    assert refused.status_code == 200
    assert 'value="Invitación"' in page
    assert "programme.txt" in page
    assert "venue.jpg" in page and "The file is too big: it has 40 MB, and at most 25 MB" in page
    assert "agenda.pdf" in page
    assert (Circular.objects.count(), HeldFile.objects.count()) == (0, 1)
    # Another person's form takes none of it.
    stolen = client_of(make.secretariat_person()).post(
        address, TYPED | {"held": held_in(page), "remind_days": "x"}
    )
    assert held_in(stolen.text) == []

    answer = client.post(
        address, TYPED | {"held": held_in(page), "uploads": [make.a_file(b"Map", "map.txt")], "asked": "0", "reply_on": ""}
    )  # fmt: skip

    circular = Circular.objects.get()
    assert answer.status_code == 302
    assert [one.name for one in circular.files.all()] == ["programme.txt", "map.txt"]
    assert not HeldFile.objects.exists()
    dropped = circular.files.last()
    form = reverse("circulars:edit", args=[circular.ref])
    assert "map.txt" in client.get(form).text
    client.post(form, TYPED | {"dropped": dropped.ref, "revision": circular.revision, "reply_on": ""})
    assert [one.name for one in circular.files.all()] == ["programme.txt"]

    # Whoever reads the circular reads its files, and nobody else knows of them; the mail names it and does not carry it.
    circular.refresh_from_db()
    addressed = actions.address(
        circular=circular, addressed={"bodies": ["RCGM"]}, revision=circular.revision, by=by, at=making.AT
    )  # fmt: skip
    file = reverse("circulars:attachment", args=[circular.ref, circular.files.get().ref])
    before = client_of(guest).get(file).status_code
    making.send(addressed, by)
    read = client_of(guest).get(file)
    assert (before, read.status_code, b"".join(read.streaming_content)) == (404, 200, b"Programme")
    assert JournalEntry.objects.filter(act="circular.file_opened", person_ref=guest.ref).count() == 1
    assert "programme.txt" in client_of(guest).get(reverse("circulars:record", args=[making.again(circular).symbol])).text  # fmt: skip
    assert client_of(outsider).get(file).status_code == 404
    letter = OutgoingMail.objects.get(recipient=guest.email)
    assert "programme.txt (9 B)" in letter.body and "programme.txt (9 B)" in letter.html


def test_a_file_of_a_reply_is_kept_where_something_else_of_it_is_refused():
    by, guest = making.secretary(), make.delegate(body=making.group())
    asked = [
        {"kind": "file", "labels": {"en": "Your comments"}, "required": True},
        {"kind": "nomination", "labels": {"en": "Who comes"}, "required": False, "most": 1},
    ]
    circular = making.sent(by, asked=asked, reply_on=dt.date(2099, 1, 1))
    client, address = client_of(guest), reverse("circulars:reply", args=[circular.symbol])
    token = client.get(address).text.split('name="token" value="')[1].split('"')[0]
    typed = {"token": token, "revision": "0", "f2_0_name": "Ana", "f2_0_email": "no address", "send": "1"}

    refused = client.post(address, typed | {"f1": make.a_file(b"Comments", "comments.txt")}).text
    assert "is no e-mail address" in refused
    assert "comments.txt" in refused
    assert not Reply.objects.exists()
    sent = client.post(address, typed | {"f2_0_email": "ana@example.org", "held": held_in(refused)})

    assert sent.status_code == 302
    assert [one.name for one in Reply.objects.get(state="sent").files.all()] == ["comments.txt"]


def test_a_mail_names_the_papers_with_symbol_title_size_and_address():
    by, guest = making.secretary(), make.delegate(body=making.group())
    body = making.group()
    paper = papers.file_document(
        by=by, at=making.AT, room=body.room, body=body, audience=50, party=make.secretariat_party(), kind=make.KindFactory(),
        dated_on=dt.date(2026, 5, 1), titles={"en": "Provisional agenda", "es": "Agenda provisional"},
    )  # fmt: skip
    papers.add_version(document=paper, language="en", source=make.a_file(), name="a.txt", by=by, at=making.AT)

    making.sent(by, papers=[paper])

    letter = OutgoingMail.objects.get(recipient=guest.email)
    for words in (letter.body, letter.html):
        for said in (paper.symbol, "Provisional agenda", "(22 B)", f"/en/intranet/documents/{paper.symbol}/"):
            assert said in words


def test_of_papers_that_another_writer_put_to_a_draft_nothing_is_told_and_none_is_lost():
    by, chair = making.secretary(), make.presiding_chair()
    Role.objects.filter(code="presidency").update(permissions=["send_circulars"])
    own, hidden = (
        make.DocumentFactory(audience=50),
        make.DocumentFactory(audience=20, symbol="RCM/2026/TS/NOTE/9"),
    )
    circular = making.draft(by, papers=[own, hidden])
    client = client_of(chair)

    pages = [
        client.get(reverse(f"circulars:{name}", args=[circular.ref])) for name in ("edit", "send", "record")
    ]
    form = {**TYPED, "papers": own.address, "asked": "0", "reply_on": "", "revision": circular.revision}
    saved = client.post(reverse("circulars:edit", args=[circular.ref]), form)

    assert [one.status_code for one in pages] == [200, 200, 200]
    assert not [one for one in pages if "NOTE/9" in one.text or str(hidden.titles["en"]) in one.text]
    assert saved.status_code == 302
    assert set(circular.papers.all()) == {own, hidden}


def test_a_paper_of_a_sealed_room_goes_with_no_circular_outside_it():
    by, sealed = making.secretary(), make.BodyFactory(code="NET", sealed=True)
    make.SeatFactory(person=by, party=by.seats.get().party, body=sealed)
    paper = make.DocumentFactory(body=sealed, room=sealed.room, audience=40)
    circular = making.draft(by)

    for act in (
        lambda: making.draft(by, papers=[paper]),
        lambda: actions.describe(circular=circular, values={"papers": [paper]}, revision=circular.revision, by=by, at=making.AT),
    ):  # fmt: skip
        with pytest.raises(RefusedError, match="known in that room alone"):
            act()

    assert making.draft(by, body=sealed, papers=[paper]).papers.get() == paper


def test_of_observers_nothing_is_awaited_that_is_reserved_to_members_until_the_presidency_allows_it():
    by, member = making.secretary(), make.delegate(body=making.group())
    observer = make.delegate("observer_state", body=making.group())
    asked = [{"kind": "agenda", "labels": {"en": "Items"}, "required": False}]
    circular = making.sent(by, asked=asked, opens_to=60, reply_on=dt.date(2099, 1, 1))

    def awaited(person):
        client = client_of(person)
        on_list = "Our reply is awaited" in client.get(reverse("circulars:list")).text
        return on_list, "Awaiting your party’s reply" in client.get(reverse("intranet:desk")).text

    board = client_of(by).get(reverse("circulars:board", args=[circular.symbol])).text
    before = awaited(member), awaited(observer)
    allowing = make.presiding_chair()
    Circular.objects.update(observers_allowed_at=making.AT, observers_allowed_by=allowing)

    assert before == ((True, True), (False, False))
    assert "only informed: what is asked is reserved to members" in board
    assert awaited(observer)[0]


def test_a_file_of_a_form_that_nobody_came_back_to_is_forgotten_after_a_day_and_is_known_to_the_sweep_till_then():
    from puebla.documents.apps import known_private

    by = making.secretary()
    kept = making.held(by)

    known = known_private([kept.key])
    actions.forget_held(at=making.AT + dt.timedelta(hours=23))
    still = HeldFile.objects.exists()
    actions.forget_held(at=making.AT + dt.timedelta(hours=25))

    assert (known, still) == ({kept.key}, True)
    assert not HeldFile.objects.exists()
    assert not CircularFile.objects.exists()
