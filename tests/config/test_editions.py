import datetime as dt
import shutil

import pytest
from django.db import IntegrityError, connection, transaction

from puebla.config import checks, editions
from puebla.core.models import JournalEntry, Process
from puebla.core.verdicts import RefusedError
from puebla.decisions.actions.silence import keep_rule
from puebla.decisions.models import SilenceRule
from puebla.documents.models import Kind, Theme
from puebla.members.models import Body, Meeting, Party, PresidencyTerm, Role, Room, Standing, StandingKind
from puebla.publications.models import PublicMeeting, PublicParty, PublicPresidency
from tests.factories import PersonFactory

RCM = editions.folder_of("rcm")
NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


@pytest.fixture
def copy_of_rcm(tmp_path):
    return shutil.copytree(RCM, tmp_path / "ours")


def every_text():
    for model, fields in {
        Process: ["names", "short_names", "taglines"],
        Party: ["names", "short_names"],
        Body: ["names", "short_names", "descriptions"],
        Role: ["names", "descriptions"],
        Kind: ["names", "plural_names"],
        Theme: ["names"],
        Meeting: ["titles"],
    }.items():
        for row in model.objects.all():
            for field in fields:
                yield model.__name__, str(row), field, getattr(row, field)


@pytest.fixture(scope="class")
def loaded(django_db_setup, django_db_blocker):
    """The edition, loaded once for all the questions below; rolled back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        editions.load(RCM, at=NOW)
        yield
        transaction.set_rollback(True)


@pytest.mark.usefixtures("loaded")
@pytest.mark.django_db
class TestTheEditionOfTheConference:
    def test_loading_it_twice_changes_nothing(self):
        journal_before = JournalEntry.objects.count()

        written = editions.load(RCM, at=NOW)

        assert written == 0
        assert JournalEntry.objects.count() == journal_before

    def test_everything_has_a_name_in_both_languages(self):
        pending = [entry for entry in every_text() if set(entry[3]) != {"en", "es"}]

        assert pending == []

    def test_ten_states_founded_it_and_the_eleventh_joined_at_an_unconfirmed_date(self):
        members = Standing.objects.filter(kind=StandingKind.MEMBER)

        founding = members.filter(from_on=dt.date(1996, 3, 13))
        later = members.exclude(from_on=dt.date(1996, 3, 13)).get()

        assert founding.count() == 10
        assert (later.party.code, later.confirmed, later.from_precision) == ("DOM", False, "year")

    @pytest.mark.parametrize(
        ("kind", "count"),
        [("member", 11), ("observer_state", 5), ("observer_organisation", 8), ("civil_society", 12)],
    )
    def test_as_many_take_part_as_the_brochure_names(self, kind, count):
        assert Party.objects.standing([kind], on=NOW.date()).count() == count

    def test_the_networks_rooms_are_sealed_and_all_others_open_to_the_public(self):
        sealed = set(Room.objects.filter(sealed=True, cap=40).values_list("body__code", flat=True))

        assert sealed == {"LOCP", "LOST"}
        assert set(Room.objects.filter(sealed=False).values_list("cap", flat=True)) == {80}

    def test_the_working_groups_stand_from_2021_and_not_before(self):
        def groups(day):
            return Body.objects.on(day).filter(function=Body.Function.WORKING_GROUP).count()

        assert (groups(dt.date(2010, 7, 1)), groups(dt.date(2023, 11, 14))) == (0, 4)

    def test_the_vice_ministers_met_once_a_year_since_1996(self):
        meetings = Meeting.objects.filter(body__code="VM").order_by("number")

        assert [meeting.number for meeting in meetings] == list(range(1, 32))
        assert [meeting.symbol for meeting in meetings] == [f"RCM/{year}/VM" for year in range(1996, 2027)]

    def test_what_no_source_confirms_is_marked_and_explained_in_both_languages(self):
        unconfirmed = [
            *Meeting.objects.filter(confirmed=False),
            *PresidencyTerm.objects.filter(confirmed=False),
        ]

        assert len(unconfirmed) > 20
        assert all(set(one.remark) == {"en", "es"} for one in unconfirmed)

    def test_the_troika_of_2018_is_the_one_a_source_names(self):
        troika = PresidencyTerm.objects.troika(on=dt.date(2018, 6, 1))

        assert [troika[place].party.code for place in ("previous", "current", "next")] == [
            "SLV",
            "PAN",
            "GTM",
        ]

    def test_every_presidency_hosts_the_meeting_of_its_year(self):
        presiding = {
            meeting.number: PresidencyTerm.objects.current(on=meeting.starts_on).party
            for meeting in Meeting.objects.filter(body__code="VM", precision="day", number__gt=1)
        }
        hosts = dict(Meeting.objects.filter(number__in=presiding).values_list("number", "host__code"))

        assert {number: party.code for number, party in presiding.items()} == hosts

    def test_the_public_lists_are_published_without_the_sealed_networks(self):
        assert PublicParty.objects.count() == 36
        assert PublicPresidency.objects.count() == 31
        assert not PublicMeeting.objects.filter(body_code__in=["LOCP", "LOST"]).exists()

    def test_what_no_source_confirms_of_a_standing_is_marked_in_public_too(self):
        unconfirmed = PublicParty.objects.filter(confirmed=False)

        assert {"DOM", "SEGIB", "ARG"} <= set(unconfirmed.values_list("code", flat=True))
        assert all(set(one.remark) == {"en", "es"} for one in unconfirmed)
        assert PublicParty.objects.get(code="MEX").confirmed

    def test_a_room_once_sealed_stays_sealed_in_the_database_itself(self):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE members_room SET cap = 80, sealed = %s WHERE code = 'lost'", [False])

    def test_a_second_process_is_refused(self, copy_of_rcm):
        process = copy_of_rcm / "process.toml"
        process.write_text(process.read_text().replace('code = "RCM"', 'code = "SACM"'))

        with pytest.raises(RefusedError, match="already serves “RCM”"):
            editions.load(copy_of_rcm, at=NOW)

    def test_a_corrected_name_is_brought_in_alone(self, copy_of_rcm):
        parties = copy_of_rcm / "parties.toml"
        parties.write_text(parties.read_text().replace("Belice", "Belize (es)"))

        written = editions.load(copy_of_rcm, at=NOW)

        assert written == 2  # Belize and the civil-society chapter of Belize
        assert Party.objects.get(code="BLZ").short_names["es"] == "Belize (es)"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changed", [{"confirmed": True, "sources": {"en": "Agreed."}}, {"from_on": dt.date(2009, 3, 1)}]
)
def test_a_rule_on_silence_that_the_secretariat_put_right_stays_when_the_edition_is_loaded_again(changed):
    editions.load(RCM, at=NOW)
    (rule,) = SilenceRule.objects.all()
    keep_rule(rule=rule, values=changed, revision=1, by=None, at=NOW)

    editions.load(RCM, at=NOW)

    (kept,) = SilenceRule.objects.all()
    assert {name: getattr(kept, name) for name in changed} == changed


@pytest.mark.django_db
def test_without_history_no_meeting_and_no_presidency_is_loaded():
    editions.load(RCM, at=NOW, history=False)

    assert (Meeting.objects.count(), PresidencyTerm.objects.count()) == (0, 0)
    assert Body.objects.count() == 10


@pytest.mark.django_db
def test_an_instance_may_say_its_names_and_pattern_otherwise():
    editions.load(RCM, at=NOW, changes={"symbol_pattern": "{process}/{year}/{kind}/{number}"})

    assert Process.current().symbol_pattern == "{process}/{year}/{kind}/{number}"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        ("roles.toml", 'code = "chair"', 'code = "chair"\ncolour = "red"', r"roles.toml, chair has keys nobody knows: colour"),
        ("roles.toml", '"confirm_seats"', '"fly"', "permissions nobody knows: fly"),
        ("process.toml", 'code = "RCM"', "", "process.toml lacks: code"),
        ("meetings.toml", 'body = "VM"', 'body = "XX"', "names “XX”, which is nowhere"),
        ("meetings.toml", '"1997"', '"97 or so"', "“97 or so” is not a date"),
        ("parties.toml", "[[party]]", "[[party", "parties.toml cannot be read"),
        ("parties.toml", 'code = "BLZ"', 'code = "CAN"', "parties.toml, CAN stands there twice"),
        ("parties.toml", "[[party.standing]]", "[party.standing]", "is written as"),
        ("bodies.toml", 'from = "2001-03-23"', "from = 2001-03-23", "bodies.toml, TS: “from” is a word between quotation marks"),
        ("bodies.toml", 'from = "2009"', 'from = "2009"\nuntil = "2001"', "entry LOCP cannot be kept"),
        ("bodies.toml", "[[body.silence]]", '[[body.silence]]\nfrom = "2009"\nopens = "either"\nmin_days = 5\n\n[[body.silence]]', "bodies.toml, RCGM: .* without an end"),
        ("bodies.toml", "\nsealed = true", "\nsealed = 1", "bodies.toml, LOCP: “sealed” is true or false"),
        ("meetings.toml", "number = 14", "number = 13", "entry RCM/2009/VM cannot be kept"),
        ("meetings.toml", "number = 14", 'number = "14"', "“number” is a whole number"),
        ("meetings.toml", "[[meeting]]", "[[other]]", "nothing but entries that begin with"),
        ("kinds.toml", 'names = { en = "Agenda", es = "Agenda" }', 'names = "Agenda"', "kinds.toml, AG: “names” is a text by language"),
        ("process.toml", 'languages = ["en", "es"]', 'languages = "en"', "process.toml: “languages” is a list of words"),
        ("process.toml", 'languages = ["en", "es"]', 'languages = ["english"]', "codes of two small letters"),
        ("process.toml", 'code = "RCM"', 'code = "our process"', "“code” opens every symbol"),
        ("process.toml", "America/Costa_Rica", "Mars/Base", "nobody knows the time zone “Mars/Base”"),
    ],
)  # fmt: skip
def test_a_fault_in_an_edition_is_named_and_nothing_is_loaded(copy_of_rcm, file, old, new, sentence):
    path = copy_of_rcm / file
    path.write_text(path.read_text().replace(old, new, 1))

    with pytest.raises(RefusedError, match=sentence):
        editions.load(copy_of_rcm, at=NOW)

    assert editions.is_empty()
    assert not Party.objects.exists()


def test_an_edition_that_lacks_a_file_is_refused_with_its_name(copy_of_rcm):
    (copy_of_rcm / "themes.toml").unlink()

    with pytest.raises(RefusedError, match="lacks the file themes.toml"):
        editions.read(copy_of_rcm)


def test_an_unknown_edition_is_refused_with_the_known_ones():
    with pytest.raises(RefusedError, match="Known: rcm"):
        editions.folder_of("atlantis")


@pytest.mark.django_db
class TestDemonstrationAccountsInProduction:
    def test_they_are_found_by_their_address(self):
        PersonFactory(email="focal.cri@demo.invalid")
        PersonFactory(email="maria@example.org")

        assert editions.demonstration_accounts() == ["focal.cri@demo.invalid"]

    def test_the_check_stops_production_while_one_exists(self, settings):
        settings.DEMO = False
        PersonFactory(email="focal.cri@demo.invalid")

        found = checks.no_demonstration_accounts(databases=["default"])

        assert [message.id for message in found] == ["puebla.E001"]
        assert "focal.cri@demo.invalid" in str(found[0].msg)

    def test_the_check_is_silent_without_them_and_in_the_demonstration(self, settings):
        assert checks.no_demonstration_accounts(databases=["default"]) == []
        settings.DEMO = False
        assert checks.no_demonstration_accounts(databases=["default"]) == []
        assert checks.check_accounts()[1] is True
