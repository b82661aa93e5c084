"""An application for observer standing is received, reviewed, decided; admitting makes the party."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from puebla.core.models import JournalEntry, OutgoingMail
from puebla.core.verdicts import RefusedError, StaleError
from puebla.members import actions, rules
from puebla.members.models import ObserverApplication, Party
from puebla.publications.models import PublicParty
from tests import factories as f

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 11, 23, 18, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _process(db):
    f.process()


def an_application(**values):
    defaults = {
        "names": {"en": "Institute of Migration Studies", "es": "Instituto de Estudios Migratorios"},
        "short_name": "IMS",
        "kind": "observer_organisation",
        "contact_name": "Ana Mora",
        "contact_email": "ana@ims.example",
        "reasons": "We have studied migration in the region for twenty years and publish what we find.",
        "language": "es",
    }
    return actions.apply_as_observer(**(defaults | values), at=AT)


def reviewed(by):
    application = an_application()
    return actions.review_application(application=application, review="In order.", revision=1, by=by, at=AT)


def test_an_application_is_received_acknowledged_and_told_to_the_secretariat():
    secretariat = f.secretariat_person()

    application = an_application()

    recipients = list(OutgoingMail.objects.order_by("pk").values_list("recipient", "language"))
    assert recipients == [("ana@ims.example", "es"), (secretariat.email, "en")]
    assert application.state == "received"
    assert JournalEntry.objects.get().person_ref == ""


def test_the_same_application_is_not_received_twice():
    an_application()

    with pytest.raises(RefusedError, match="received already"):
        an_application()


def test_admitting_makes_the_party_and_its_standing_from_that_day():
    secretariat = f.secretariat_person()
    application = reviewed(secretariat)

    actions.decide_application(
        application=application, admitted=True, note="XXXI Conference, paragraph 4.", code="IMS",
        from_on=TODAY, revision=2, by=secretariat, at=AT,
    )  # fmt: skip

    party = Party.objects.get(code="IMS")
    assert rules.standing_of(party, on=TODAY) == "observer_organisation"
    assert rules.standing_of(party, on=TODAY - dt.timedelta(days=1)) is None
    assert PublicParty.objects.get(code="IMS").names["es"] == "Instituto de Estudios Migratorios"
    assert ObserverApplication.objects.get().party == party
    assert OutgoingMail.objects.filter(recipient="ana@ims.example").count() == 2


def test_declining_makes_no_party():
    secretariat = f.secretariat_person()

    actions.decide_application(
        application=reviewed(secretariat), admitted=False, note="No consensus.", code="", from_on=TODAY, revision=2,
        by=secretariat, at=AT,
    )  # fmt: skip

    assert not Party.objects.filter(code="IMS").exists()
    assert ObserverApplication.objects.get().state == "declined"


def test_a_decision_stands_once():
    secretariat = f.secretariat_person()
    values = {"admitted": False, "note": "No.", "code": "", "from_on": TODAY, "by": secretariat, "at": AT}
    decided = actions.decide_application(application=reviewed(secretariat), revision=2, **values)

    with pytest.raises(RefusedError, match="decided already"):
        actions.decide_application(application=decided, revision=3, **values)


def test_two_reviews_at_once_do_not_overwrite_each_other():
    secretariat = f.secretariat_person()
    application = reviewed(secretariat)

    with pytest.raises(StaleError):
        actions.review_application(
            application=application, review="Other.", revision=1, by=secretariat, at=AT
        )


def test_a_code_that_is_taken_is_refused_at_its_field_and_nothing_is_decided():
    secretariat = f.secretariat_person()
    f.PartyFactory(code="IMS")

    with pytest.raises(RefusedError) as refusal:
        actions.decide_application(
            application=reviewed(secretariat), admitted=True, note="Yes.", code="IMS", from_on=TODAY, revision=2,
            by=secretariat, at=AT,
        )  # fmt: skip

    assert refusal.value.field == "code"
    assert ObserverApplication.objects.get().state == "under_review"


# The pages --------------------------------------------------------------------------------------------------


FORM = {
    "names_en": "Institute of Migration Studies",
    "names_es": "",
    "short_name": "IMS",
    "kind": "observer_organisation",
    "contact_name": "Ana Mora",
    "contact_email": "ana@ims.example",
    "reasons": "We have studied migration in the region for twenty years and publish what we find.",
}


@pytest.mark.parametrize("language", ["en", "es"])
def test_anybody_may_apply_by_the_public_form(language):
    address = f"/{language}/accounts/apply/"
    client = Client()

    answer = client.post(address, FORM, follow=True)

    assert ObserverApplication.objects.get().names == {"en": "Institute of Migration Studies"}
    assert 'role="status"' in answer.content.decode()


def test_the_public_form_stops_after_five_from_one_address():
    client = Client()

    codes = [
        client.post("/en/accounts/apply/", FORM | {"short_name": f"IMS{n}"}).status_code for n in range(6)
    ]

    assert codes == [302] * 5 + [429]
    assert ObserverApplication.objects.count() == 5


def test_what_is_missing_is_said_at_its_field():
    answer = Client().post("/en/accounts/apply/", FORM | {"names_en": "", "reasons": "Short."})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "in one language at least" in page
    assert not ObserverApplication.objects.exists()


def test_applications_are_hidden_from_observers_and_shown_to_members():
    application = an_application()
    pages = [reverse("members:applications"), reverse("members:application", args=[application.ref])]
    codes = {}

    for name, person in (("member", f.delegate()), ("observer", f.delegate("observer_state"))):
        client = Client()
        client.force_login(person)
        codes[name] = [client.get(page).status_code for page in pages]

    assert codes == {"member": [200, 200], "observer": [404, 404]}


def test_the_secretariat_reviews_and_decides_on_the_page():
    application = an_application()
    client = Client()
    client.force_login(f.secretariat_person())
    page = reverse("members:application", args=[application.ref])

    client.post(page + "review/", {"review": "In order.", "revision": "1"})
    decision = {
        "admitted": "yes",
        "note": "Adopted.",
        "code": "ims",
        "from_on": "2026-11-23",
        "revision": "2",
    }
    client.post(page + "decide/", decision)

    assert Party.objects.filter(code="IMS").exists()
    assert "Adopted." in client.get(page).content.decode()


def test_a_stale_review_keeps_what_was_typed():
    application = an_application()
    client = Client()
    client.force_login(f.secretariat_person())
    page = reverse("members:application", args=[application.ref])
    client.post(page + "review/", {"review": "The first.", "revision": "1"})

    answer = client.post(page + "review/", {"review": "The second.", "revision": "1"}).content.decode()

    assert "The second." in answer
    assert "somebody else" in answer
    assert ObserverApplication.objects.get().review == "The first."


@pytest.mark.parametrize(
    ("language", "words"), [("en", "admitted your application"), ("es", "admitieron su solicitud")]
)
def test_the_applicant_is_told_the_decision_in_the_language_of_the_application(language, words):
    secretariat = f.secretariat_person()
    application = an_application(language=language)
    actions.review_application(application=application, review="In order.", revision=1, by=secretariat, at=AT)

    actions.decide_application(
        application=application,
        admitted=True,
        note="XXX, 3",
        code="IMS",
        from_on=TODAY,
        revision=2,
        by=secretariat,
        at=AT,
    )

    told = OutgoingMail.objects.filter(recipient="ana@ims.example").latest("pk")
    assert told.language == language
    assert words in told.body


def test_an_applicant_takes_the_application_back_and_may_apply_again():
    secretariat = f.secretariat_person()
    application = reviewed(secretariat)

    actions.decide_application(
        application=application, admitted=None, note="Their letter of today.", code="", from_on=TODAY, revision=2,
        by=secretariat, at=AT,
    )  # fmt: skip

    application.refresh_from_db()
    assert application.state == "withdrawn"
    assert not Party.objects.filter(code="IMS").exists()
    assert an_application().pk != application.pk


def test_an_admitted_partys_contact_is_invited_from_the_page():
    secretariat = f.secretariat_person()
    application = reviewed(secretariat)
    client = Client()
    client.force_login(secretariat)
    page = client.get(reverse("members:application", args=[application.ref])).content.decode()
    client.post(
        reverse("members:application-decide", args=[application.ref]),
        {"admitted": "yes", "note": "XXX, 3", "code": "IMS", "from_on": "2026-11-01", "revision": "2"},
    )

    decided = client.get(reverse("members:application", args=[application.ref])).content.decode()
    form = client.get(reverse("members:invite"), {"application": application.ref}).content.decode()

    assert page.count('id="id_revision"') == 1
    assert f"?application={application.ref}" in decided
    assert 'value="ana@ims.example"' in form
    assert 'value="IMS" selected' in form
