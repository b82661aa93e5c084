"""Pages of delegations: each for whom it is, at a constant cost, and the whole way in a browser's own steps."""

import pytest
from django.urls import reverse
from django.utils import timezone

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
