import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from puebla.accounts.models import Person
from puebla.config import founding
from puebla.core.models import JournalEntry, OutgoingMail, Process
from puebla.core.verdicts import RefusedError
from puebla.documents.models import Document, Kind
from puebla.members.actions import accept_invitation
from puebla.members.models import Body, Invitation, Meeting, Party, Permission
from puebla.members.querysets import reach_of
from tests.factories import PersonFactory

GIVEN = ["--edition", "rcm", "--coordinator", "maria@example.org", "--name", "María Pérez", "--yes"]


@pytest.fixture
def production(db, settings):
    settings.DEMO = False


def init(*options, capsys):
    call_command("init", *GIVEN, *options)
    return capsys.readouterr().out


@pytest.mark.usefixtures("production")
class TestAnInstanceMade:
    def test_it_has_parties_bodies_roles_and_kinds_but_nobody_and_no_paper(self, capsys):
        init(capsys=capsys)

        assert Process.current().code == "RCM"
        assert (Party.objects.count(), Body.objects.count(), Kind.objects.count()) == (37, 10, 16)
        assert not Person.objects.exists()
        assert not Document.objects.exists()
        assert not Meeting.objects.exists()

    def test_the_coordinator_is_invited_and_the_address_printed_lets_them_in(self, capsys):
        address = json.loads(init("--json", capsys=capsys))["address"]

        seat = accept_invitation(
            token=address.rstrip("/").rsplit("/", 1)[1],
            full_name="María Pérez",
            password="correct horse battery",
            at=timezone.now(),
        )

        assert address in OutgoingMail.objects.get(recipient="maria@example.org").body
        assert (seat.party.code, seat.body.code, seat.role.code) == ("TS", "TS", "coordinator")
        assert reach_of(seat.person).may(Permission.MANAGE_ALL_PEOPLE)

    def test_names_languages_and_pattern_may_be_given(self, capsys):
        init(
            "--names-en",
            "Our Process",
            "--languages",
            "es,en",
            "--pattern",
            "{process}/{year}/{number}",
            "--contact",
            "office@example.org",
            capsys=capsys,
        )

        process = Process.current()
        assert process.contact_email == "office@example.org"
        assert process.names == {"en": "Our Process", "es": "Conferencia Regional sobre Migración"}
        assert process.languages == ["es", "en"]
        assert process.symbol_pattern == "{process}/{year}/{number}"
        assert Invitation.objects.get().language == "es"

    def test_a_language_named_twice_or_in_capitals_counts_once(self, capsys):
        init("--languages", "ES, en,es", capsys=capsys)

        assert Process.current().languages == ["es", "en"]

    def test_a_third_working_language_has_its_name_and_the_invitation_one_that_the_pages_speak(self, capsys):
        init("--languages", "fr,es,en", "--names", "fr", "Conférence régionale", capsys=capsys)

        assert Process.current().names["fr"] == "Conférence régionale"
        assert Process.current().languages == ["fr", "es", "en"]
        assert Invitation.objects.get().language == "es"
        assert "/es/accounts/invitation/" in OutgoingMail.objects.get().body

    def test_history_is_loaded_when_asked_for(self, capsys):
        init("--history", capsys=capsys)

        assert Meeting.objects.count() == 50

    def test_it_is_journalled(self, capsys):
        init(capsys=capsys)

        acts = list(JournalEntry.objects.order_by("sequence").values_list("act", flat=True))
        assert acts == [
            "edition.loaded",
            "pages.written",
            "plan.loaded",
            "invitation.made",
            "instance.founded",
        ]

    def test_a_second_time_is_refused_and_changes_nothing(self, capsys):
        init(capsys=capsys)
        journal_before = JournalEntry.objects.count()

        with pytest.raises(RefusedError, match="not empty"):
            init(capsys=capsys)

        assert JournalEntry.objects.count() == journal_before
        assert Invitation.objects.count() == 1


@pytest.mark.usefixtures("production")
@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("{process}/{year}/{colour}/{number}", "names “colour”"),
        ("{process}/{year}/{kind}", "needs {year} and {number}"),
        ("{process}/{number}/{year}", "ends with {number}"),
        ("{process}/{year}{number}", "ends with {number}"),
        ("{process}/{number}/{year}/{number}", "and has it once"),
        ("{year}/{number}", "needs {process} or {body}"),
        ("{process} {year} {number}", "makes no symbols"),
        ("puebla/{year}/{number}", "makes no symbols"),
    ],
)
def test_a_pattern_that_makes_no_symbols_is_refused_and_nothing_is_made(capsys, pattern, sentence):
    with pytest.raises(RefusedError, match=sentence):
        init("--pattern", pattern, capsys=capsys)

    assert not Process.objects.exists()


@pytest.mark.usefixtures("production")
class TestWrongUse:
    def test_without_a_terminal_a_missing_coordinator_is_named(self):
        with pytest.raises(CommandError, match="--coordinator") as stopped:
            call_command("init", "--edition", "rcm", "--yes")

        assert stopped.value.returncode == 2

    def test_an_address_that_is_none_is_refused(self):
        with pytest.raises(RefusedError, match="“maria” is not an e-mail address"):
            call_command("init", "--coordinator", "maria", "--name", "María", "--yes")

        assert not Process.objects.exists()

    @pytest.mark.parametrize(
        ("options", "sentence"),
        [
            (["--coordinator", "maria@demo.invalid"], "address of the demonstration"),
            (["--name", "   "], "name is empty"),
            (["--language", "fr"], "no pages in “fr”"),
        ],
    )
    def test_what_would_lead_nowhere_is_refused_and_nothing_is_made(self, options, sentence, capsys):
        with pytest.raises(RefusedError, match=sentence):
            init(*options, capsys=capsys)

        assert not Process.objects.exists()

    def test_a_missing_name_in_a_third_language_is_asked_for_by_the_option_that_exists(self, capsys):
        with pytest.raises(CommandError, match="give --names fr NAME") as stopped:
            init("--languages", "fr,en", capsys=capsys)

        assert stopped.value.returncode == 2

    def test_an_instance_with_people_is_refused(self, capsys):
        PersonFactory()

        with pytest.raises(RefusedError, match="not empty"):
            init(capsys=capsys)


@pytest.mark.usefixtures("production")
def test_on_a_terminal_it_asks_for_what_is_missing_and_asks_again_for_what_is_wrong(monkeypatch, capsys):
    answers = iter(
        [
            "atlantis",
            "",
            "english",
            "",
            "",
            "",
            "nonsense",
            "{process}/{year}/{number}",
            "maria",
            "maria@example.org",
            "María",
            "y",
        ]
    )
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _question: next(answers))

    call_command("init")

    assert Process.current().symbol_pattern == "{process}/{year}/{number}"
    assert Invitation.objects.get().email == "maria@example.org"


@pytest.mark.usefixtures("production")
def test_answering_no_makes_nothing(monkeypatch):
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda question: "n" if "Make it" in question else "")

    with pytest.raises(RefusedError, match="Nothing was made"):
        call_command("init", "--coordinator", "maria@example.org", "--name", "María")

    assert not Process.objects.exists()


@pytest.mark.django_db
def test_the_demonstrations_environment_is_refused():
    verdict = founding.may_found()

    assert not verdict
    assert "PUEBLA_ENV=production" in str(verdict.reason)
