"""Pages of delegations: each for whom it is, at a constant cost, and the whole way in a browser's own steps."""

import datetime as dt
import io
import zipfile
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from puebla.core.models import JournalEntry
from puebla.meetings.actions.delegations import check_in
from puebla.meetings.models import Attendance, Delegate
from tests import factories
from tests.meetings.test_delegations import accredited, convened, named

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper():
    factories.process()
    return factories.secretariat_person()


def of(name, convening, *rest):
    return reverse(f"meetings:{name}", args=[convening.symbol, *rest])


def test_a_delegation_is_named_accredited_registered_and_let_in_by_plain_forms(client, keeper):
    focal, convening = factories.focal_point(), convened()
    party = focal.seats.get().party
    client.force_login(focal)
    client.post(
        of("nominate", convening, party.code), {"person": focal.ref, "role": "head", "language": "es"}
    )
    delegate = Delegate.objects.get()
    assert delegate.full_name == focal.full_name

    client.force_login(keeper)
    client.post(of("delegate-act", convening, delegate.ref), {"act": "accredit", "next": "queue"})
    client.force_login(focal)
    page = client.get(of("delegate-register", convening, delegate.ref)).content.decode()
    assert focal.email in page
    client.post(
        of("delegate-register", convening, delegate.ref),
        {
            "full_name": focal.full_name,
            "email": focal.email,
            "language": "en",
            "revision": 2,
            "consents": "on",
        },
    )
    client.force_login(keeper)
    door = client.get(of("door", convening), {"code": delegate.badge})
    [card] = door.context["found"]
    for _sent_twice in range(2):
        client.post(
            of("check-in", convening), {"delegate": delegate.ref, "session": "", "token": card["token"]}
        )

    delegate.refresh_from_db()
    assert delegate.state == "present"
    assert Attendance.objects.count() == 1
    assert focal.full_name in client.get(of("participants", convening)).content.decode()
    assert "1 person of 1 delegation," in client.get(of("page", convening)).content.decode()


def test_every_page_opens_for_who_convenes(client, keeper):
    focal, convening = factories.focal_point(), convened()
    at = timezone.now()
    delegate = accredited(convening, focal, keeper, at)
    waiting = named(convening, focal, at, "Beto Sol")
    code = focal.seats.get().party.code
    client.force_login(keeper)

    addresses = [
        of("page", convening), of("delegations", convening), of("delegation", convening, code), of("nominate", convening, code),
        of("accreditation", convening), of("quotas", convening), of("delegate", convening, delegate.ref),
        of("delegate", convening, waiting.ref), of("delegate-edit", convening, delegate.ref), of("door", convening) + "?q=ana",
        of("delegate-register", convening, delegate.ref), of("participants", convening),
        of("participants", convening) + "?export=docx", of("participants", convening) + "?export=xlsx",
        of("delegations", convening) + "?export=xlsx", of("delegate-badge", convening, delegate.ref),
        of("badges", convening, code), reverse("intranet:desk"),
    ]  # fmt: skip
    assert {one: client.get(one).status_code for one in addresses} == dict.fromkeys(addresses, 200)


def test_the_pages_cost_the_same_number_of_queries_whatever_the_size(client, keeper):
    at = timezone.now()
    small, large = convened(), convened()
    for convening, count in ((small, 1), (large, 5)):
        for number in range(count):
            focal = factories.focal_point()
            accredited(convening, focal, keeper, at, f"Ana {number}")
            named(convening, focal, at, f"Beto {number}")
    client.force_login(keeper)
    for name, query in (
        ("delegations", ""),
        ("accreditation", ""),
        ("participants", ""),
        ("door", "?q=ana"),
        ("page", ""),
    ):
        counts = []
        for convening in (small, large):
            client.get(of(name, convening) + query)
            with CaptureQueriesContext(connection) as counted:
                client.get(of(name, convening) + query)
            counts.append(len(counted))
        assert counts[0] == counts[1], name


def test_who_may_not_know_of_a_delegate_is_told_of_nobody_on_any_channel(client, keeper):
    focal, convening = factories.focal_point(), convened()
    at = timezone.now()
    delegate, code = accredited(convening, focal, keeper, at), focal.seats.get().party.code
    hidden = [
        of("delegation", convening, code), of("nominate", convening, code), of("letter", convening, code),
        of("badges", convening, code), of("quotas", convening), of("accreditation", convening), of("door", convening),
        of("delegate", convening, delegate.ref), of("delegate-edit", convening, delegate.ref),
        of("delegate-register", convening, delegate.ref), of("delegate-photo", convening, delegate.ref),
        of("delegate-badge", convening, delegate.ref),
    ]  # fmt: skip
    posted = [
        of("delegate-act", convening, delegate.ref),
        of("check-in", convening),
        of("check-in-undo", convening),
    ]
    for person in (factories.focal_point(), factories.delegate("observer_state")):
        client.force_login(person)

        assert {client.get(one).status_code for one in hidden} == {404}
        assert {client.post(one, {"act": "accredit"}).status_code for one in posted} == {404}
    listed = client.get(of("participants", convening)).content.decode()
    assert "Ana Rivas" not in listed
    assert "1 participant who did not let" in listed
    for kind in ("csv", "docx", "xlsx"):
        assert b"Ana Rivas" not in _bytes(client.get(of("participants", convening) + f"?export={kind}"))


def _bytes(answer):
    """The answer's words, out of the archive where it is one."""
    content = b"".join(answer.streaming_content)
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def test_a_colleague_reads_the_states_of_the_own_party_and_nothing_personal(client, keeper):
    focal, convening = factories.focal_point(), convened()
    delegate = named(convening, focal, timezone.now(), email="ana@example.org", needs="Ramp")
    client.force_login(factories.delegate(party=focal.seats.get().party))

    page = client.get(of("delegate", convening, delegate.ref)).content.decode()

    assert "Ana Rivas" in page
    assert "ana@example.org" not in page
    assert "Ramp" not in page


def test_somebody_of_another_party_is_refused_in_words_and_nothing_typed_is_lost(client, keeper):
    focal, convening = factories.focal_point(), convened()
    client.force_login(focal)

    page = client.post(
        of("nominate", convening, focal.seats.get().party.code),
        {
            "person": factories.focal_point().ref,
            "full_name": "Ana María Rivas",
            "role": "head",
            "language": "es",
        },
    ).content.decode()

    assert "A delegation names people of its own party" in page
    assert 'value="Ana María Rivas"' in page
    assert not Delegate.objects.exists()


def test_a_photograph_of_40_mb_is_refused_beside_its_field_and_nothing_typed_is_lost(client, keeper):
    focal, convening = factories.focal_point(), convened()
    delegate = accredited(convening, focal, keeper, timezone.now())
    client.force_login(focal)
    typed = {"full_name": "Ana María Rivas", "language": "es", "revision": delegate.revision}

    page = client.post(
        of("delegate-register", convening, delegate.ref),
        typed | {"photo": factories.a_file(b"\xff\xd8\xff" + bytes(40 << 20), "ana.jpg")},
    ).content.decode()

    assert "The file is too big: it has 40 MB, and at most 12 MB" in page
    assert 'value="Ana María Rivas"' in page
    delegate.refresh_from_db()
    assert (delegate.state, delegate.photo_key) == ("accredited", "")


def test_a_photograph_is_drawn_anew_without_what_the_camera_wrote(client, keeper):
    focal, convening = factories.focal_point(), convened()
    delegate = accredited(convening, focal, keeper, timezone.now())
    client.force_login(focal)
    taken, exif = io.BytesIO(), Image.Exif()
    exif[0x010F] = "Camera of Ana"
    Image.new("RGB", (1600, 1200), "teal").save(taken, "JPEG", exif=exif)
    client.post(
        of("delegate-register", convening, delegate.ref),
        {"full_name": "Ana Rivas", "language": "es", "revision": delegate.revision, "photo": factories.a_file(taken.getvalue(), "ana.jpg")},
    )  # fmt: skip

    kept = _bytes(client.get(of("delegate-photo", convening, delegate.ref)))

    assert Image.open(io.BytesIO(kept)).size == (480, 640)
    assert b"Camera of Ana" not in kept
    _bytes(client.get(of("delegate-photo", convening, delegate.ref)))
    assert JournalEntry.objects.get(act="delegate.photo_opened").subject_ref == delegate.ref
    badge = client.get(of("delegate-badge", convening, delegate.ref)).content
    assert badge.startswith(b"%PDF")
    assert len(badge) > len(kept)


def test_a_form_that_somebody_else_was_quicker_than_leaves_the_photograph_as_it_was(client, keeper):
    focal, convening = factories.focal_point(), convened()
    delegate = accredited(convening, focal, keeper, timezone.now())
    client.force_login(focal)
    taken = io.BytesIO()
    Image.new("RGB", (40, 40)).save(taken, "JPEG")

    answer = client.post(
        of("delegate-edit", convening, delegate.ref),
        {"full_name": "Ana Rivas", "language": "es", "role": delegate.role, "revision": 0,
         "photo": factories.a_file(taken.getvalue(), "ana.jpg")},
    )  # fmt: skip

    delegate.refresh_from_db()
    assert answer.status_code == 200
    assert delegate.photo_key == ""


def test_a_letter_is_handed_in_read_by_who_convenes_and_checked(client, keeper):
    focal, convening = factories.focal_point(), convened()
    code, letter = focal.seats.get().party.code, of("letter", convening, focal.seats.get().party.code)
    client.force_login(focal)
    client.post(letter, {"letter": factories.a_file(b"MZ not a letter", "letter.exe")})
    assert client.get(letter).status_code == 404
    client.post(letter, {"letter": factories.a_file(factories.a_pdf("Credentials"), "letter.pdf")})

    client.force_login(keeper)
    assert _bytes(client.get(letter)).startswith(b"%PDF")
    client.post(letter, {"in_order": "yes"})

    assert "in order" in client.get(of("delegation", convening, code)).content.decode()
    client.force_login(factories.delegate())
    assert client.get(letter).status_code == 404


def test_the_door_finds_people_without_accents_and_by_badge_and_lets_nobody_in_who_is_not_accredited(
    client, keeper
):
    focal, convening = factories.focal_point(), convened()
    at = timezone.now()
    comes = accredited(convening, focal, keeper, at, "Iñaki Muñoz")
    waits = named(convening, focal, at, "Rosa Muñoz")
    client.force_login(keeper)

    assert [
        one["delegate"] for one in client.get(of("door", convening), {"q": "munoz"}).context["found"]
    ] == [comes, waits]
    assert [
        one["delegate"]
        for one in client.get(of("door", convening), {"code": comes.badge.lower()}).context["found"]
    ] == [comes]
    answer = client.post(
        of("check-in", convening), {"delegate": waits.ref, "session": "", "token": "t"}, follow=True
    )
    assert "and not accredited" in answer.content.decode()
    assert not Attendance.objects.exists()


def test_the_door_says_hours_by_the_clocks_of_the_venue(client, keeper):
    focal, convening = factories.focal_point(), convened(zone="Europe/Madrid")
    delegate = accredited(convening, focal, keeper, timezone.now())
    came = dt.datetime(2031, 3, 11, 8, 5, tzinfo=dt.UTC)
    check_in(delegate=delegate, session=None, token="t", by=keeper, at=came)
    client.force_login(keeper)

    shown = client.get(of("door", convening), {"q": "ana"}).text
    form = {"delegate": delegate.ref, "session": "", "token": "u"}
    again = client.post(of("check-in", convening), form, follow=True).text

    assert "In since 09:05" in shown
    assert "was in already, since 09:05." in again
    assert (
        client.get(of("packs", convening)).context["morning"].astimezone(ZoneInfo("Europe/Madrid")).hour == 0
    )


def test_what_is_asked_and_the_calendar_lead_who_names_a_delegation_to_it(client, keeper):
    focal, convening = factories.focal_point(), convened()
    led = {}
    for person in (focal, factories.delegate()):
        client.force_login(person)
        led[person] = client.get(of("delegations", convening))["Location"]

    assert list(led.values()) == [
        of("delegation", convening, focal.seats.get().party.code),
        of("participants", convening),
    ]


def test_the_desk_asks_a_focal_point_to_name_a_delegation_and_the_secretariat_to_accredit(client, keeper):
    day = timezone.localdate() + dt.timedelta(days=20)
    focal, convening = factories.focal_point(), convened(starts_on=day, ends_on=day)
    client.force_login(focal)
    assert "Nominate your delegation" in client.get(reverse("intranet:desk")).content.decode()
    named(convening, focal, timezone.now(), role="head")

    client.force_login(keeper)

    assert "Delegates who wait for accreditation" in client.get(reverse("intranet:desk")).content.decode()
