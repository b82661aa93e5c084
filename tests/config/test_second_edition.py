"""Another process than ours: invented, in French and Portuguese, from a folder of data; nothing of ours shows in it."""

import html
import io
import json
import os
import re
import secrets
import subprocess
import sys
from gettext import NullTranslations
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction
from django.template.loader import render_to_string
from django.test import override_settings
from django.utils import timezone
from django.utils.translation import trans_real

from puebla.accounts.models import Person
from puebla.config import editions
from puebla.core import interface
from puebla.core.models import Catalogue, Process
from puebla.core.operations import live_as_the_process
from puebla.core.verdicts import RefusedError
from puebla.documents.actions import add_version, file_document, read_version, release, withdraw
from puebla.documents.models import Kind, Theme
from puebla.members.actions import accept_invitation
from puebla.members.models import Body, Meeting, Party
from puebla.portal.models import EditedPage
from puebla.publications.models import PublicParty
from tests.factories import a_file, a_pdf
from tests.portal.test_edited_pages import words_of as words_of_pdf

RIVERS = Path(__file__).parents[1] / "editions" / "rivers"
GIVEN = [
    "--edition",
    str(RIVERS),
    "--coordinator",
    "anne@fleuves.example",
    "--name",
    "Anne Amont",
    "--history",
    "--yes",
]
#: What belongs to the process that the software was first made for, and to no other.
OURS = re.compile(
    r"\bRCM\b|\bCRM\b|Vice-?\s?[Mm]inist|Viceminist|Puebla|\b[Ee]leven\b|Pro-T[eé]mpore|Regional Conference|Costa Rica"
    r"|San José|\bRCGM\b|Technical Secretariat|Secretaría"
)
#: Words by which English and Spanish are known, in a page of French or Portuguese.
FOREIGN = re.compile(r"\b(the|and|with|of|del|los|las|para la|reunión)\b")
#: A text is written before somebody puts it into other languages: so many may wait, and no more.
MAY_WAIT = 8
TEXTS = {"fr": "1. Sept postes.\n\n2. Une crue.\n\n3. Un pont.", "pt": "1. Oito postos.\n\n2. Uma cheia."}
#: Public pages that no link leads to, or that say what could not be done.
BESIDE_THE_WAY = (
    "nowhere/", "search/?q=zzz", "search/?q=comunique", "search/?q=D3F%202004%20CM%20COM", "documents/?q=zzz", "documents/?kind=ZZ",
    "documents/?page=99", "documents/D3F/2004/CM/COM/3/", "documents/D3F/2004/CM/COM/2/read/fr/pt/",
    "documents/D3F/2004/CM/COM/2/read/fr/", "meetings/?body=ZZ", "about/nowhere/", "news/", "news/crue/", "subscribe/asked/",
    "subscribe/confirm/19/", "subscribe/stop/19/", "accounts/apply/", "accounts/login/code/", "about/brochure.pdf",
)  # fmt: skip
#: What somebody of the secretariat opens every day.
DAILY = (
    "", "?all=1", "documents/", "documents/?q=zzz", "documents/?kind=COM", "documents/new/", "documents/drop/", "documents/languages/",
    *(f"documents/D3F/2004/CM/COM/2/{act}" for act in (
        "", "edit/", "upload/", "audience/", "release/", "withdraw/", "history/", "readers/", "relations/", "share/",
        "read/fr/", "read/fr/pt/")),
    "notices/", "notices/following/", "search/?q=zzz", "search/?q=poste", "nowhere/",
)  # fmt: skip
#: Pages that a click would leave, or that show a file.
LEFT_ALONE = re.compile(r"/logout/|/files/|export=|download|\.pdf$|/vcard|\.vcf|/pack|/cms/|\.zip")

#: A calendar turns on for 300 years of months, all made alike: so many of them are looked at.
TURNED, MONTHS = re.compile(r"[?&]month=\d"), 12


def a_paper(person, french, portuguese, *, at, languages=("fr",)):
    """A paper with a file in these languages, whose text is read."""
    body, meeting = Body.objects.get(code="CM"), Meeting.objects.get(symbol="D3F/2004/CM")
    document = file_document(
        titles={"fr": french, "pt": portuguese},
        kind=Kind.objects.get(code="COM"), body=body, room=body.room, audience=None, meeting=meeting, state="final",
        dated_on=meeting.starts_on, themes=[Theme.objects.get(code="MOB")], party=Party.objects.get(code="SP"),
        original_language="fr", by=person, at=at,
    )  # fmt: skip
    for language in languages:
        source = a_file(a_pdf(TEXTS[language]), f"{language}.pdf")
        version = add_version(
            document=document, language=language, source=source, name=f"{language}.pdf", by=person, at=at
        )
        read_version(version=version, at=at)
    document.refresh_from_db()
    return document


@pytest.fixture(scope="class")
def founded(django_db_setup, django_db_blocker):
    """The instance as `puebla init` founds it, with its coordinator and some papers; once for all the questions below, and
    rolled back after them."""
    told = io.StringIO()
    with django_db_blocker.unblock(), override_settings(DEMO=False), transaction.atomic():
        call_command("init", *GIVEN, "--json", stdout=told)
        address = json.loads(told.getvalue())["address"]
        at = timezone.now()
        person = accept_invitation(
            token=address.rstrip("/").rsplit("/", 1)[1],
            full_name="Anne Amont",
            password="correct horse battery",
            at=at,
        ).person
        communique = a_paper(person, "Communiqué de Port-Amont", "Comunicado de Porto Montante", at=at)
        release(document=communique, by=person, at=at)
        both = a_paper(person, "Deux rives", "Duas margens", at=at, languages=("fr", "pt"))
        release(document=both, by=person, at=at)
        error = a_paper(person, "Une erreur", "Um erro", at=at)
        release(document=error, by=person, at=at)
        withdraw(
            document=error,
            reason={"fr": "Publié par erreur.", "pt": "Publicado por engano."},
            by=person,
            at=at,
        )
        yield person.pk
        transaction.set_rollback(True)


@pytest.fixture
def rivers(founded, db, settings):
    """Its coordinator, in a process that has started over it."""
    settings.DEMO = False
    live_as_the_process()
    return Person.objects.get(pk=founded)


def words_of(content):
    """A page's words as a reader has them; time zones apart, which are places of the whole world and nobody's."""
    page = re.sub(
        r'<option value="[A-Z]\w+/[^"]*"[^>]*>[^<]*</option>', " ", content.decode(errors="replace")
    )
    return html.unescape(re.sub(r"<(?!meta|input|option)[^>]*>", " ", page))


def walk(client, *starts):
    """Every page that links lead to from these: address → its words as a reader has them."""
    waiting, found, months = list(starts), {}, 0
    while waiting:
        address = waiting.pop()
        plain = address.partition("#")[0]
        if plain in found or LEFT_ALONE.search(plain):
            continue
        if TURNED.search(plain):
            months += 1
            if months > MONTHS:
                continue
        answer = client.get(plain, follow=True)
        assert answer.status_code == 200, (plain, answer.status_code)
        if not answer.headers["Content-Type"].startswith("text/html"):
            continue
        page = answer.content.decode()
        found[plain] = words_of(answer.content)
        for link in re.findall(r'href="([^"]+)"', page):
            target = html.unescape(link)
            target = plain.partition("?")[0] + target if target.startswith("?") else target
            if re.match(r"/(fr|pt)/", target) and target.count("&") < 2:
                waiting.append(target)
    return found


class Listening(NullTranslations):
    """Stands where gettext looks last, and hears which texts no catalogue has."""

    def __init__(self, below):
        super().__init__()
        self.below, self.heard = below or NullTranslations(), set()

    def gettext(self, message):
        self.heard.add(message)
        return self.below.gettext(message)

    def ngettext(self, singular, plural, number):
        self.heard.add(singular)
        return self.below.ngettext(singular, plural, number)


def listen(language):
    """What is asked for in this language from now on and has no words in it."""
    words = trans_real.translation(language)
    words._fallback = Listening(words._fallback)
    return words._fallback.heard


class TestTheRivers:
    def test_every_public_page_stands_in_both_languages_and_names_nothing_of_ours(self, client, rivers):
        lacking = {language: listen(language) for language in ("fr", "pt")}

        pages = walk(client, "/fr/", "/pt/")
        for language in lacking:
            for rest in BESIDE_THE_WAY:
                answer = client.get(f"/{language}/{rest}")
                read = words_of_pdf if answer.headers["Content-Type"] == "application/pdf" else words_of
                pages[f"/{language}/{rest}"] = read(b"".join(answer))
            for form in (
                "subscribe/?kind=COM",
                "accounts/apply/",
                "accounts/login/",
                "accounts/password/reset/",
            ):
                pages[f"refused /{language}/{form}"] = words_of(client.post(f"/{language}/{form}").content)

        assert len(pages) > 120
        assert all(len(texts) <= MAY_WAIT for texts in lacking.values()), lacking
        assert {address for address, words in pages.items() if OURS.search(words)} == set()
        assert {address for address, words in pages.items() if FOREIGN.search(words)} == set()

    def test_every_private_page_that_the_coordinator_reaches_names_nothing_of_ours(self, client, rivers):
        client.force_login(rivers)

        pages = walk(client, "/fr/intranet/")

        assert len(pages) > 60
        assert [
            (address, OURS.findall(words)) for address, words in pages.items() if OURS.search(words)
        ] == []

    def test_what_the_secretariat_opens_daily_stands_in_the_process_s_first_language(self, client, rivers):
        lacking = listen("fr")
        client.force_login(rivers)

        for rest in DAILY:
            client.get(f"/fr/intranet/{rest}")

        assert len(lacking) <= MAY_WAIT, lacking

    def test_the_first_page_speaks_the_process_s_words_in_the_reader_s_language(self, client, rivers):
        french, portuguese = client.get("/fr/").text, client.get("/pt/").text

        assert '<html lang="fr">' in french
        for words in ("Quatre pays, trois fleuves, une parole", "Coordination tournante", "Communiqués", "Jeunes en route",
                      "Communiqué de Port-Amont", "Comunicado de Porto Montante", "mars 2088", "Prochaine réunion"):  # fmt: skip
            assert words in french, words
        for words in ("Quatro países, três rios, uma palavra", "Coordenação rotativa", "arço de 2088", "Próxima reunião",
                      "PT pendente", "4 países"):  # fmt: skip
            assert words in portuguese, words

    @pytest.mark.parametrize("status", [400, 405, 500, 503, 507])
    def test_the_gravest_pages_bear_the_process_s_names_and_words(self, rivers, status):
        lacking = [listen("fr"), listen("pt")]

        page = render_to_string(f"{status}.html", {"number": "1234"})

        assert lacking == [set(), set()]
        assert re.findall(r'<section lang="(\w+)">', page) == ["fr", "pt"]
        assert '<b lang="fr">Dialogue des Trois Fleuves</b> · <b lang="pt">Diálogo dos Três Rios</b>' in page
        assert not OURS.search(page)
        assert 'href="/fr/"' in page

    def test_the_cms_bears_the_process_s_name_and_nothing_of_ours(self, client, rivers):
        client.force_login(rivers)
        about = EditedPage.objects.get(url_path="/fr/about/")

        pages = [
            client.get(f"/cms/{path}").text
            for path in ("", f"pages/{about.pk}/edit/", "images/", "reports/workflow/")
        ]

        assert "D3F" in pages[0]
        assert [OURS.findall(page) for page in pages if OURS.search(page)] == []

    def test_only_the_process_s_languages_have_pages_and_the_first_one_leads(self, client, rivers):
        assert client.get("/", headers={"accept-language": "es"}).headers["Location"] == "/fr/"
        assert client.get("/", headers={"accept-language": "pt-BR"}).headers["Location"] == "/pt/"
        assert client.get("/en/").status_code == client.get("/es/").status_code == 404
        assert 'hreflang="pt"' in client.get("/fr/documents/").text
        assert 'hreflang="es"' not in client.get("/fr/documents/").text

    def test_a_text_that_a_language_lacks_is_shown_in_english_and_the_operator_is_told_how_many(
        self, rivers, capsys
    ):
        has, of = interface.coverage("fr")

        assert 150 < has < of
        assert interface.coverage("es") == (of, of)

    def test_what_takes_part_is_called_in_the_process_s_languages(self, rivers):
        names = PublicParty.objects.get(code="OEF").standing_names

        assert names == {"fr": "organisation observatrice", "pt": "organização observadora"}

    def test_the_invitation_leads_to_a_page_in_the_process_s_first_language(self, rivers):
        assert Person.objects.get().language == "fr"
        assert Process.current().languages == ["fr", "pt"]

    def test_catalogues_are_kept_in_the_database_so_that_a_backup_has_them(self, rivers):
        assert list(Catalogue.objects.values_list("language", flat=True)) == ["fr", "pt"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('msgid "%(code)s pending"\nmsgstr "%(cote)s en attente"\n', "other marked places"),
        ('msgid "%(code)s pending"\nmsgstr "100 % %(code)s en attente"\n', "other marked places"),
        ('msgid "Title"\nTitre\n', "cannot be read"),
    ],
)
def test_a_catalogue_that_would_break_a_page_is_refused_with_the_text_at_fault(tmp_path, text, sentence):
    import shutil

    folder = shutil.copytree(RIVERS, tmp_path / "rivers")
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    (folder / "locale" / "fr.po").write_text(head + text)

    with pytest.raises(RefusedError, match=sentence):
        editions.read(folder)


def test_a_language_nobody_has_words_for_still_has_pages(client, db, settings, capsys):
    settings.DEMO = False
    call_command("init", *GIVEN, "--languages", "fr,ht", "--names", "ht", "Dyalòg Twa Rivyè", "--json")

    page = client.get("/ht/")

    assert page.status_code == 200
    assert '<html lang="ht">' in page.text
    assert "Dyalòg Twa Rivyè" in page.text
    assert "Prochaine réunion" in page.text  # borrowed from the process's first language


ASK = """
import json, sys
from puebla.config.wsgi import application
from django.test import Client
from puebla.config.operations.serving import prepare
prepare(lambda sentence: None)
client = Client(SERVER_NAME="localhost")
print(json.dumps({at: [client.get(at).status_code, client.get(at).content.decode()] for at in ("/fr/", "/pt/members/", "/en/")}))
"""


def test_it_is_founded_into_a_fresh_data_directory_and_served_by_any_server(tmp_path):
    env = {**os.environ, "PUEBLA_DATA_DIR": str(tmp_path / "data"), "PUEBLA_ENV": "production",
           "PUEBLA_SECRET_KEY": secrets.token_urlsafe(48), "DATABASE_URL": ""}  # fmt: skip
    env.pop("DJANGO_SETTINGS_MODULE", None)
    puebla = [sys.executable, "-c", "from puebla.config.cli import main; main()"]

    founded = subprocess.run([*puebla, "init", *GIVEN], env=env, capture_output=True, text=True, check=False)
    asked = subprocess.run([sys.executable, "-c", ASK], env=env, capture_output=True, text=True, check=False)

    assert founded.returncode == 0, founded.stderr
    assert "D3F" in founded.stdout
    assert "texts are in that language" in founded.stdout
    assert asked.returncode == 0, asked.stderr[-3000:]
    answers = json.loads(asked.stdout)
    assert (answers["/fr/"][0], answers["/pt/members/"][0], answers["/en/"][0]) == (200, 200, 404)
    assert "Estado" in answers["/pt/members/"][1]
