"""Delegations: from nomination to the door, and what is forgotten afterwards."""

import datetime as dt

import pytest
from django.template.loader import render_to_string
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from puebla.core import journal
from puebla.core.mail import send_waiting
from puebla.core.models import JournalEntry, OutgoingMail
from puebla.core.verdicts import RefusedError
from puebla.meetings import actions as meetings
from puebla.meetings.actions import delegations as actions
from puebla.meetings.models import Attendance, Convening, Delegate, Delegation
from puebla.meetings.querysets import ConveningQuerySet
from puebla.meetings.querysets.delegations import overview, participants, present_members, quorum
from puebla.members.querysets import reach_of
from puebla.notices.models import Notice
from tests import factories
from tests.core.test_mail import server

pytestmark = pytest.mark.django_db


@pytest.fixture
def at():
    return timezone.now()


@pytest.fixture
def keeper():
    factories.process()
    return factories.secretariat_person()


def convened(**values):
    return factories.convening(**({"state": "convened"} | values))


def named(convening, focal, at, name="Ana Rivas", **values):
    party = values.pop("party", None) or focal.seats.get().party
    return actions.nominate(convening=convening, party=party, full_name=name, by=focal, at=at, **values)


def accredited(convening, focal, keeper, at, name="Ana Rivas", **values):
    return actions.accredit(delegate=named(convening, focal, at, name, **values), by=keeper, at=at)


def test_a_delegate_goes_from_nomination_to_the_door_and_stands_on_the_list(keeper, at):
    focal, convening = factories.focal_point(), convened()
    party = focal.seats.get().party

    delegate = actions.nominate(convening=convening, party=party, person=focal, role="head", by=focal, at=at)
    actions.accredit(delegate=delegate, by=keeper, at=at)
    actions.register(
        delegate=delegate, values={"phone": "+502 2410 1000"}, consents=True, revision=2, by=focal, at=at
    )
    done = actions.check_in(delegate=delegate, session=None, token="t1", by=keeper, at=at)

    found = participants(convening, keeper, reach_of(keeper, at))
    assert done.new
    assert [(one.standing, [(p.code, [str(d) for d in people]) for p, people in one.parties]) for one in found.sections] == [
        ("member", [(party.code, [focal.full_name])])
    ]  # fmt: skip
    delegate.refresh_from_db()
    assert [one.state for one in delegate.steps.all()] == ["nominated", "accredited", "registered", "present"]
    assert JournalEntry.objects.filter(
        act="delegate.checked_in", subject_ref=delegate.ref, party_code=party.code
    ).exists()


# Naming --------------------------------------------------------------------------------------------------------------


def test_another_partys_person_is_refused_with_a_sentence_and_nothing_is_written(keeper, at):
    focal, stranger, convening = factories.focal_point(), factories.delegate(), convened()
    party = focal.seats.get().party

    with pytest.raises(RefusedError, match="each party nominates its own people"):
        actions.nominate(convening=convening, party=party, person=stranger, by=focal, at=at)
    with pytest.raises(RefusedError, match="each party nominates its own people"):
        named(convening, focal, at, email=stranger.email.upper())
    with pytest.raises(RefusedError, match="nominated by its own focal point"):
        named(convening, focal, at, party=stranger.seats.get().party)
    assert not Delegate.objects.exists()


def test_an_observer_who_may_not_know_of_an_account_names_somebody_of_that_address_as_a_name(keeper, at):
    observer, stranger, convening = factories.delegate("observer_state"), factories.delegate(), convened()

    delegate = named(convening, observer, at, email=stranger.email)

    assert delegate.person is None


@pytest.mark.parametrize(("values", "sentence"), [
    ({"draft": True}, "still a draft"), ({"state": "closed"}, "nobody is nominated any more"),
])  # fmt: skip
def test_nobody_is_named_for_a_draft_or_a_closed_meeting(keeper, at, values, sentence):
    with pytest.raises(RefusedError, match=sentence):
        named(convened(**values), factories.focal_point(), at)


def test_civil_society_comes_where_the_meeting_is_open_to_it_or_it_is_invited_by_name(keeper, at):
    body = factories.BodyFactory(code="RCGM")
    civil, convening = factories.delegate("civil_society", body=body), convened(body=body)
    with pytest.raises(RefusedError, match="is not invited"):
        named(convening, civil, at)

    actions.invite_party(convening=convening, party=civil.seats.get().party, by=keeper, at=at)

    assert named(convening, civil, at).state == "nominated"
    assert OutgoingMail.objects.filter(recipient=civil.email, subject__startswith="Nominate").count() == 1


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    quota=st.integers(1, 4),
    own=st.one_of(st.none(), st.integers(1, 4)),
    wanted=st.integers(1, 6),
    gone=st.integers(0, 2),
)
def test_no_delegation_grows_beyond_its_quota_and_the_refusal_says_the_figure(
    keeper, at, quota, own, wanted, gone
):
    focal, convening = factories.focal_point(), convened(quotas={"member": quota})
    if own is not None:
        actions.invite_party(convening=convening, party=focal.seats.get().party, quota=own, by=keeper, at=at)
    most, made = own or quota, []
    for number in range(wanted + gone):
        try:
            made.append(named(convening, focal, at, f"Person {number}"))
        except RefusedError as error:
            assert f"may be {most} person" in str(error)
        if number < gone and made:
            actions.withdraw(delegate=made.pop(), by=focal, at=at)

    assert Delegate.objects.filter(convening=convening).active().count() == min(wanted, most)


def test_a_nomination_that_waited_while_the_meeting_was_closed_is_refused(keeper, at, monkeypatch):
    focal, convening = factories.focal_point(), convened(state="in_session")
    lock = ConveningQuerySet.locked

    def closed_first(rows, row):
        monkeypatch.undo()
        meetings.pass_to(convening=row, state="closed", by=keeper, at=at)
        return lock(rows, row)

    monkeypatch.setattr(ConveningQuerySet, "locked", closed_first)
    with pytest.raises(RefusedError):
        named(convening, focal, at)
    assert not Delegate.objects.exists()


def test_a_delegation_has_one_head_and_nobody_is_named_twice(keeper, at):
    focal, convening = factories.focal_point(), convened()
    party = focal.seats.get().party
    head = actions.nominate(convening=convening, party=party, person=focal, role="head", by=focal, at=at)

    with pytest.raises(RefusedError, match=f"{focal.full_name} heads this delegation already"):
        named(convening, focal, at, role="head")
    with pytest.raises(RefusedError, match="is named for this meeting already"):
        actions.nominate(convening=convening, party=party, person=focal, by=focal, at=at)
    actions.withdraw(delegate=head, by=focal, at=at)
    assert named(convening, focal, at, role="head").role == "head"


def test_a_nomination_after_the_day_asked_for_is_kept_and_marked_late(keeper, at):
    convening = convened(nominate_by=at.date() - dt.timedelta(days=3))

    assert named(convening, factories.focal_point(), at).late
    # At the venue the second of March has begun; where the process keeps its clock the first goes on.
    there = convened(nominate_by=dt.date(2031, 3, 1), zone="Europe/Madrid")
    night = dt.datetime(2031, 3, 1, 23, 30, tzinfo=dt.UTC)
    early, late = (
        named(there, factories.focal_point(), when).late for when in (night - dt.timedelta(hours=1), night)
    )
    assert (early, late) == (False, True)


def test_an_accredited_name_is_corrected_and_put_on_nobody_else(keeper, at):
    focal, convening = factories.focal_point(), convened()
    waiting, delegate = named(convening, focal, at, "Beto Sol"), accredited(convening, focal, keeper, at)

    def renamed(row, name):
        revision = Delegate.objects.get(pk=row.pk).revision
        return actions.describe_delegate(
            delegate=row, values={"full_name": name}, revision=revision, by=focal, at=at
        ).full_name

    assert renamed(delegate, "Ana María RÍVAS Sol") == "Ana María RÍVAS Sol"
    with pytest.raises(RefusedError, match="nominate who comes instead"):
        renamed(delegate, "Carlos Vega")
    assert renamed(waiting, "Carlos Vega") == "Carlos Vega"


def test_nobody_makes_themselves_head_of_their_delegation(keeper, at, client):
    focal, convening = factories.focal_point(), convened()
    party = focal.seats.get().party
    colleague = factories.delegate(party=party)
    adviser = actions.nominate(
        convening=convening, party=party, person=colleague, role="adviser", by=focal, at=at
    )
    client.force_login(colleague)

    page = client.get(f"/en/intranet/meetings/{convening.symbol}/delegates/{adviser.ref}/edit/").text
    with pytest.raises(RefusedError, match="The role is given by the focal point"):
        actions.describe_delegate(
            delegate=adviser, values={"role": "alternate"}, revision=1, by=colleague, at=at
        )
    own = actions.describe_delegate(delegate=adviser, values={"needs": "Ramp", "role": "adviser"}, revision=1, by=colleague, at=at)  # fmt: skip
    given = actions.describe_delegate(
        delegate=adviser, values={"role": "alternate"}, revision=2, by=focal, at=at
    )

    assert 'name="needs"' in page and 'name="role"' not in page
    assert (own.needs, given.role) == ("Ramp", "alternate")


# Accreditation -------------------------------------------------------------------------------------------------------


def test_the_chair_accredits_and_the_delegate_is_told(keeper, at):
    chair, focal, convening = factories.presiding_chair(), factories.focal_point(), convened()
    delegate = named(convening, focal, at, email="ana@example.org", language="es")

    actions.accredit(delegate=delegate, by=chair, at=at)

    mail = OutgoingMail.objects.get(recipient="ana@example.org")
    assert (mail.language, mail.about) == ("es", f"delegate:{delegate.ref}")
    with pytest.raises(RefusedError, match="accredited by the secretariat and the Presidency"):
        actions.accredit(delegate=named(convening, focal, at, "Beto Sol"), by=focal, at=at)


def test_delegations_mail_has_two_shapes_stands_in_the_inbox_and_is_ended_with_one_click(keeper, at, client):
    focal, convening = factories.focal_point(), convened()
    party = focal.seats.get().party
    delegate = actions.nominate(convening=convening, party=party, person=focal, by=focal, at=at)

    actions.accredit(delegate=delegate, by=keeper, at=at)
    mail = OutgoingMail.objects.get(recipient=focal.email)
    client.post(mail.stop_url.removeprefix("http://localhost:8000"), {"List-Unsubscribe": "One-Click"})
    actions.refuse(delegate=delegate, reason="Two of one name.", by=keeper, at=at + dt.timedelta(minutes=1))

    for words in (mail.body, mail.html):
        assert convening.symbol in words
        assert f"/en/intranet/meetings/{convening.symbol}/delegates/{delegate.ref}/" in words
        assert mail.stop_url in words
    assert "<p>" in mail.html
    assert OutgoingMail.objects.count() == 1
    client.force_login(focal)
    inbox = client.get("/en/intranet/notices/").content.decode()
    assert "Accredited · Not accredited" in inbox
    assert (
        "delegations: whom to name" in client.get("/en/intranet/notices/following/").content.decode().lower()
    )


def test_mail_on_a_delegate_that_waited_does_not_reach_whoever_left_the_party_meanwhile(keeper, at, settings):
    left, convening = factories.focal_point(), convened()
    party = left.seats.get().party
    stays = factories.focal_point(party=party)
    delegate = named(convening, left, at, email="ana@example.org")
    actions.refuse(delegate=delegate, reason="Not on the list.", by=keeper, at=at)
    left.seats.update(until_on=at.date() - dt.timedelta(days=2))

    with server() as (letterbox, settings.MAIL_URL):
        send_waiting(at=at)

    assert {one["To"] for one in letterbox.letters} == {stays.email, "ana@example.org"}


def test_a_focal_point_who_named_themselves_is_told_once_with_the_way_to_the_reason(keeper, at):
    focal, convening = factories.focal_point(), convened()
    own = actions.nominate(convening=convening, party=focal.seats.get().party, person=focal, by=focal, at=at)

    actions.refuse(delegate=own, reason="Not on the list.", by=keeper, at=at)

    assert f"/delegates/{own.ref}/" in OutgoingMail.objects.get(recipient=focal.email).body


def test_observers_people_are_accredited_after_the_secretariats_review_alone(keeper, at):
    chair, observer, convening = (
        factories.presiding_chair(),
        factories.delegate("observer_organisation"),
        convened(),
    )
    delegate = named(convening, observer, at)
    with pytest.raises(RefusedError, match="has not reviewed"):
        actions.accredit(delegate=delegate, by=chair, at=at)
    with pytest.raises(RefusedError, match="reviewed by the secretariat"):
        actions.review(delegate=delegate, by=chair, at=at)

    actions.review(delegate=delegate, by=keeper, at=at)

    assert actions.accredit(delegate=delegate, by=chair, at=at).state == "accredited"


def test_who_is_refused_and_named_again_is_reviewed_again(keeper, at):
    observer, convening = factories.delegate("observer_state"), convened()
    delegate = named(convening, observer, at)
    actions.review(delegate=delegate, by=keeper, at=at)
    with pytest.raises(RefusedError, match="Write the reason"):
        actions.refuse(delegate=delegate, reason=" ", by=keeper, at=at)
    actions.refuse(delegate=delegate, reason="The letter names somebody else.", by=keeper, at=at)

    again = actions.nominate_again(delegate=delegate, by=observer, at=at)

    assert (again.state, again.reason, again.reviewed_at) == ("nominated", "", None)


STEPS = ("accredit", "register", "check_in", "undo", "withdraw", "refuse", "again")


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(STEPS), max_size=9))
def test_nobody_comes_in_without_having_been_accredited_since_they_were_last_named(keeper, at, steps):
    focal, convening = factories.focal_point(), convened()
    delegate = named(convening, focal, at)
    for number, step in enumerate(steps):
        try:
            _take(step, delegate, convening, focal, keeper, at, number)
        except RefusedError:
            continue

    delegate.refresh_from_db()
    states = [one.state for one in delegate.steps.all()]
    for place, state in enumerate(states):
        if state in {"registered", "present"}:
            since = max(
                n
                for n, before in enumerate(states[:place])
                if before in {"nominated", "withdrawn", "refused"}
            )
            assert "accredited" in states[since:place]
    assert delegate.state == states[-1]
    there = Attendance.objects.standing().filter(delegate=delegate, session=None).count()
    assert there == (delegate.state == "present")


def _take(step, delegate, convening, focal, keeper, at, number):
    if step == "check_in":
        actions.check_in(delegate=delegate, session=None, token=f"t{number}", by=keeper, at=at)
    elif step == "undo":
        there = Attendance.objects.standing().filter(delegate=delegate).first()
        if there is not None:
            actions.undo_check_in(attendance=there, reason="A mistake.", by=keeper, at=at)
    elif step == "register":
        revision = Delegate.objects.get(pk=delegate.pk).revision
        actions.register(delegate=delegate, values={}, consents=False, revision=revision, by=focal, at=at)
    elif step == "refuse":
        actions.refuse(delegate=delegate, reason="No letter came.", by=keeper, at=at)
    elif step == "again":
        actions.nominate_again(delegate=delegate, by=focal, at=at)
    elif step == "withdraw":
        actions.withdraw(delegate=delegate, by=focal, at=at)
    else:
        actions.accredit(delegate=delegate, by=keeper, at=at)


# The door ------------------------------------------------------------------------------------------------------------


def held_session(convening, by, at, **values):
    defaults = {
        "kind": "plenary",
        "on": dt.date(2031, 3, 11),
        "from_hour": dt.time(9),
        "until_hour": dt.time(11),
    }
    return meetings.hold_session(convening=convening, by=by, at=at, **(defaults | values))


def test_the_same_form_sent_twice_counts_once_and_a_mistake_is_undone_with_its_reason(keeper, at):
    delegate = accredited(convened(), factories.focal_point(), keeper, at)

    first, again = (
        actions.check_in(delegate=delegate, session=None, token="one", by=keeper, at=at) for _n in range(2)
    )
    other = actions.check_in(delegate=delegate, session=None, token="two", by=keeper, at=at)
    assert (first.new, again.new, other.new, Attendance.objects.count()) == (True, False, False, 1)
    with pytest.raises(RefusedError, match="why the check-in is taken back"):
        actions.undo_check_in(attendance=first.attendance, reason="", by=keeper, at=at)
    actions.undo_check_in(attendance=first.attendance, reason="Another person.", by=keeper, at=at)

    delegate.refresh_from_db()
    assert delegate.state == "registered"
    assert actions.check_in(delegate=delegate, session=None, token="three", by=keeper, at=at).new


def test_a_session_counts_the_members_present_who_speak_for_them(keeper, at):
    convening = convened()
    session = held_session(convening, keeper, at)
    members = [factories.focal_point() for _n in range(3)]
    for number, (focal, role) in enumerate(zip(members, ("head", "adviser", "interpreter"), strict=True)):
        delegate = accredited(convening, focal, keeper, at, f"Person {number}", role=role)
        actions.check_in(delegate=delegate, session=session, token=f"s{number}", by=keeper, at=at)

    there = [one.seats.get().party for one in members[:2]]
    assert set(present_members(session)) == set(there)
    assert (len(quorum(session).members), quorum(session).of, quorum(session).people) == (2, 3, 3)
    assert Delegate.objects.filter(state="present").count() == 3
    with translation.override("es"):
        assert "Presentes</h2>" in render_to_string("meetings/_present.html", {"present": quorum(session)})


def test_attendance_of_a_closed_session_stays_in_its_room(keeper, at):
    chair, focal, convening = factories.presiding_chair(), factories.focal_point(), convened()
    session = held_session(convening, chair, at, kind="closed")
    delegate = accredited(convening, focal, keeper, at)
    with pytest.raises(RefusedError, match="no such session"):
        actions.check_in(delegate=delegate, session=session, token="a", by=keeper, at=at)

    done = actions.check_in(delegate=delegate, session=session, token="b", by=chair, at=at)

    assert Attendance.objects.visible_to(chair).get() == done.attendance
    assert not Attendance.objects.visible_to(keeper).exists()
    assert not Attendance.objects.visible_to(focal).exists()
    delegate.refresh_from_db()
    assert delegate.state == "accredited"
    assert JournalEntry.objects.get(act="delegate.checked_in").room_ref == session.room.ref


# Who may know --------------------------------------------------------------------------------------------------------


def test_a_delegation_is_known_to_its_party_and_to_who_convenes(keeper, at):
    focal, other, convening = factories.focal_point(), factories.focal_point(), convened()
    chair, observer = factories.presiding_chair(), factories.delegate("observer_state")
    delegate = named(convening, focal, at)

    def known(person):
        return Delegate.objects.visible_to(person).exists(), Delegation.objects.visible_to(person).exists()

    assert [known(one) for one in (focal, keeper, chair)] == [(True, True)] * 3
    assert [known(one) for one in (other, observer, None)] == [(False, False)] * 3
    assert str(delegate) == "Ana Rivas"


def test_who_sits_for_another_party_meanwhile_finds_their_own_place_and_takes_their_consent_back(keeper, at):
    focal, convening = factories.focal_point(), convened()
    delegate = actions.nominate(
        convening=convening, party=focal.seats.get().party, person=focal, by=focal, at=at
    )
    actions.consent(delegate=delegate, given=True, by=focal, at=at)
    colleague = named(convening, focal, at)
    focal.seats.update(party=factories.PartyFactory(code="BLZ", standing="member"))

    assert list(Delegate.objects.visible_to(focal)) == [delegate]
    assert colleague not in Delegate.objects.visible_to(focal)
    assert actions.consent(delegate=delegate, given=False, by=focal, at=at).consent_at is None


def test_a_sealed_bodys_delegations_are_not_known_to_who_does_not_sit_there(keeper, at):
    body = factories.BodyFactory(code="LOST", function="network", sealed=True)
    convening = convened(body=body)
    member = factories.delegate(body=body)
    delegate = named(convening, member, at)

    assert Delegate.objects.visible_to(member).get() == delegate
    assert not Delegate.objects.visible_to(keeper).exists()


def test_a_name_without_consent_is_not_on_an_observers_copy_which_says_how_many_are_left_out(keeper, at):
    focal, observer, convening = factories.focal_point(), factories.delegate("observer_state"), convened()
    shown, hidden = (accredited(convening, focal, keeper, at, name) for name in ("Ana Rivas", "Beto Sol"))
    actions.consent(delegate=shown, given=True, by=focal, at=at)

    copies = {one: participants(convening, one, reach_of(one, at)) for one in (keeper, focal, observer)}

    assert [(one.count, one.left_out) for one in copies.values()] == [(2, 0), (2, 0), (1, 1)]
    names = [
        str(person)
        for one in copies[observer].sections
        for _party, people in one.parties
        for person in people
    ]
    assert names == [str(shown)]
    actions.consent(delegate=shown, given=False, by=focal, at=at)
    assert participants(convening, observer, reach_of(observer, at)).count == 0
    assert hidden.consent_at is None


def test_the_list_stands_in_the_order_of_the_readers_language(keeper, at):
    convening = convened()
    for code, english, spanish in (
        ("USA", "United States", "Estados Unidos"),
        ("MEX", "Mexico", "México"),
        ("PAN", "Panama", "Panamá"),
    ):
        party = factories.PartyFactory(code=code, short_names={"en": english, "es": spanish})
        accredited(convening, factories.focal_point(party), keeper, at)
    reach = reach_of(keeper, at)

    def order(language):
        [section] = participants(convening, keeper, reach, language=language).sections
        return [party.code for party, _people in section.parties]

    assert (order("en"), order("es")) == (["MEX", "PAN", "USA"], ["USA", "MEX", "PAN"])


# Mail ----------------------------------------------------------------------------------------------------------------


def test_convening_asks_each_focal_point_once_and_announcing_nobody(keeper, at):
    focal, observer = (
        factories.focal_point(),
        factories.delegate("observer_state", body=factories.BodyFactory(code="RCGM")),
    )
    convening = factories.convening(body=factories.BodyFactory(code="RCGM"), draft=True)
    civil = factories.delegate("civil_society", body=convening.meeting.body)

    meetings.announce(convening=convening, by=keeper, at=at)
    actions.invite_party(convening=convening, party=civil.seats.get().party, by=keeper, at=at)
    assert not OutgoingMail.objects.exists()
    meetings.pass_to(convening=convening, state=Convening.State.CONVENED, by=keeper, at=at)

    # Whoever was invited by name before it was convened is asked as well.
    asked = [focal, observer, civil]
    assert sorted(OutgoingMail.objects.values_list("recipient", flat=True)) == sorted(
        one.email for one in asked
    )
    assert set(Notice.objects.values_list("person", "what")) == {(one.pk, "nominate") for one in asked}


# Forgetting ----------------------------------------------------------------------------------------------------------


def test_what_is_personal_is_purged_so_long_after_the_end_and_the_list_stays(keeper, at):
    focal, convening = factories.focal_point(), convened(keep_days=30)
    comes = accredited(
        convening, focal, keeper, at, email="ana@example.org", phone="+502 2410 1000", needs="Ramp"
    )
    gone = actions.withdraw(delegate=named(convening, focal, at, "Beto Sol"), by=focal, at=at, reason="Ill.")
    actions.set_letter(convening=convening, party=focal.seats.get().party, source=factories.a_file(factories.a_pdf(), "l.pdf"),
                       name="l.pdf", by=focal, at=at)  # fmt: skip
    after = dt.datetime(2031, 4, 13, 12, tzinfo=dt.UTC)

    assert actions.purge(dt.datetime(2031, 4, 12, 12, tzinfo=dt.UTC)) == 0
    assert actions.purge(after) == 2
    assert actions.purge(after) == 0

    comes.refresh_from_db()
    gone.refresh_from_db()
    assert (comes.full_name, comes.email, comes.phone, comes.needs) == ("Ana Rivas", "", "", "")
    assert (gone.full_name, gone.reason) == ("", "—")
    assert Delegation.objects.get().letter_key == ""
    assert not OutgoingMail.objects.filter(about__contains=comes.ref).exists()
    assert not journal.words_about(comes.ref)
    assert list(journal.verify()) == []


def test_a_letter_is_purged_too_where_nobody_was_named_and_another_party_sent_none(keeper, at):
    focal, other, convening = (
        factories.focal_point(),
        factories.PartyFactory(code="BLZ"),
        convened(keep_days=30),
    )
    actions.set_letter(convening=convening, party=focal.seats.get().party, source=factories.a_file(factories.a_pdf(), "l.pdf"),
                       name="l.pdf", by=focal, at=at)  # fmt: skip
    Delegation.objects.create(convening=convening, party=other, changed_at=at)

    actions.purge(dt.datetime(2031, 4, 13, 12, tzinfo=dt.UTC))

    assert not Delegation.objects.exclude(letter_key="").exists()


def test_the_overview_says_what_is_missing(keeper, at):
    focal, convening = factories.focal_point(), convened(quotas={"member": 4})
    named(convening, focal, at)

    line = next(one for one in overview(convening) if one.party == focal.seats.get().party)

    assert (line.active, line.quota, line.missing) == (1, 4, ["head", "letter"])
