import datetime as dt
import json
import re
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import docx
import openpyxl
import pypdfium2
import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st
from odf import teletype
from odf.opendocument import load as load_odt
from odf.text import H

from puebla.accounts.models import Person
from puebla.config import editions
from puebla.config.demonstration import building, loading, people, sources, starting
from puebla.config.demonstration.measuring import DATAFLOWS, MEASURES
from puebla.config.demonstration.sources import Paragraph, SourceError, Table, plain
from puebla.core import journal
from puebla.core.asks import Question, asked_of
from puebla.core.asks import State as AskState
from puebla.core.models import JournalEntry, Process
from puebla.core.verdicts import RefusedError
from puebla.decisions.models import Decision, Proposal, SilenceProcedure
from puebla.documents.models import Document, FileVersion
from puebla.members.models import Invitation, ObserverApplication, Party, Seat
from puebla.members.querysets import reach_of
from puebla.plan.models import Indicator, Plan, Report
from puebla.plan.querysets.comparing import compared
from puebla.plan.querysets.rounds import earlier, first_day, half_of, halves_back, key_of, last_day, rounds_of
from puebla.publications.models import PublicDocument
from puebla.statistics.models import State
from puebla.statistics.querysets import cells_at
from tests.factories import PersonFactory, process

TEXTS = sources.load_all()
BY_SYMBOL = {text.symbol: text for text in TEXTS}
MEETINGS = {entry["symbol"] for entry in editions.read(editions.folder_of("rcm")).lists["meetings"]}
PARTIES = {entry["code"] for entry in editions.read(editions.folder_of("rcm")).lists["parties"]}


def paragraphs(text, language):
    return [block for block in text.bodies[language] if isinstance(block, Paragraph)]


class TestTheTexts:
    def test_there_are_at_least_sixty_of_many_kinds_years_rooms_audiences_states_and_formats(self):
        found = {
            name: set(Counter(getattr(text, name) for text in TEXTS))
            for name in ("kind", "body", "audience", "state", "format")
        }

        assert len(TEXTS) >= 60
        assert len(found["kind"]) >= 12
        assert len({text.date[:4] for text in TEXTS}) >= 15
        assert found["audience"] == set(sources.AUDIENCES)
        assert found["state"] == set(sources.STATES)
        assert found["format"] == set(sources.FORMATS)
        assert found["body"] >= {"VM", "RCGM", "PPT", "TS", "LOCP", "LOST", "WGBM", "WGLM", "WGIM", "WGPR"}

    def test_some_have_one_language_one_has_three_versions_and_one_is_scanned(self):
        assert sum(len(text.bodies) == 1 for text in TEXTS) >= 3
        assert max(text.versions for text in TEXTS) == 3
        assert sum(text.scanned for text in TEXTS) == 1

    def test_one_is_held_back_by_an_embargo_one_was_taken_back_and_two_are_awaited(self):
        assert sum(bool(text.embargo_days) for text in TEXTS) == 1
        assert [set(text.withdrawn) for text in TEXTS if text.withdrawn] == [{"en", "es"}]
        assert sum(text.state == "awaited" for text in TEXTS) == 2

    @pytest.mark.parametrize("language", sources.LANGUAGES)
    def test_no_twenty_words_stand_in_two_documents_in_a_row(self, language):
        where = defaultdict(set)
        for text in TEXTS:
            for block in paragraphs(text, language) if language in text.bodies else ():
                words = plain(block.runs).casefold().split()
                for start in range(len(words) - 19):
                    where[" ".join(words[start : start + 20])].add(text.symbol)

        assert {words: symbols for words, symbols in where.items() if len(symbols) > 1} == {}

    def test_every_paper_cited_exists(self):
        cited = re.compile(r"RCM/\d{4}/[A-Z]+(?:-\d)?(?:/[A-Z]+/\d+)?")

        missing = {
            (text.symbol, symbol)
            for text in TEXTS
            for symbol in cited.findall(text.path.read_text("utf-8"))
            if symbol not in BY_SYMBOL and symbol not in MEETINGS
        }

        assert missing == set()

    def test_every_relation_meeting_and_party_exists(self):
        assert {target for text in TEXTS for _kind, target in text.relations} <= set(BY_SYMBOL)
        assert {text.meeting for text in TEXTS} <= MEETINGS | {""}
        assert {text.party for text in TEXTS} <= PARTIES

    def test_no_paragraph_stands_in_two_documents(self):
        where = defaultdict(set)
        for text in TEXTS:
            for language in text.bodies:
                for block in paragraphs(text, language):
                    words = plain(block.runs).casefold()
                    if len(words.split()) > 8:
                        where[words].add(text.symbol)

        assert {words: symbols for words, symbols in where.items() if len(symbols) > 1} == {}

    @pytest.mark.parametrize("text", [t for t in TEXTS if len(t.bodies) == 2], ids=lambda t: t.symbol)
    def test_both_languages_are_numbered_alike(self, text):
        shapes = [
            [
                (type(block).__name__, getattr(block, "label", ""), len(getattr(block, "rows", ())))
                for block in text.bodies[language]
            ]
            for language in ("en", "es")
        ]

        assert shapes[0] == shapes[1]

    def test_nothing_of_a_sealed_room_is_wider_than_the_room_or_released(self):
        sealed = [text for text in TEXTS if text.body in {"LOCP", "LOST"}]

        assert len(sealed) >= 5
        assert {(text.audience, text.released) for text in sealed} == {("room", False)}


HEAD = """+++
symbol = "RCM/2009/VM/NOTE/9"
kind = "NOTE"
body = "VM"
meeting = ""
date = "2009-07"
themes = []
state = "final"
party = "TS"
audience = "members"
released = false
format = "txt"
original = "en"
versions = 1
scanned = false
relations = []
[title]
en = "A note"
+++
"""
PATH = Path("RCM-2009-VM-NOTE-9.md")


class TestParsing:
    def test_blocks_are_told_apart(self):
        text = sources.parse(
            HEAD
            + "=== en\nOpening words\nof two lines.\n\n## A heading\n\n1. First **bold** and *italic*.\n\n"
            "(a) lettered;\n(b) again.\n\n- bullet\n\n| A | B |\n|---|---|\n| 1 | 2 |\n",
            PATH,
        )

        labels = [getattr(block, "label", type(block).__name__) for block in text.bodies["en"]]
        assert labels == ["", "Heading", "1.", "(a)", "(b)", "•", "Table"]
        first = text.bodies["en"][2].runs
        assert [(run.text, run.bold, run.italic) for run in first][1:4] == [
            ("bold", True, False), (" and ", False, False), ("italic", False, True),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("old", "new", "sentence"),
        [
            ('kind = "NOTE"', 'kind = "NOTE"\ncolour = 1', "unknown keys: colour"),
            ('party = "TS"\n', "", "missing keys: party"),
            ('audience = "members"', 'audience = "all"', "audience is 'all'"),
            ("released = false", "released = true", "only a public document is released"),
            ('state = "final"', 'state = "awaited"', "an awaited document has no body"),
            ("versions = 1", "versions = 2", "versions is 2, but 1 are described"),
            ("versions = 1", 'versions = "1"', "versions must be int"),
            ("NOTE/9", "NOTE/8", "the file's name is not"),
            ('date = "2009-07"', 'date = "July"', "date is 'July'"),
            ("released = false", "released = false\nembargo_days = 3", "is released first"),
            ("released = false", 'released = false\nembargo_days = "3"', "embargo_days must be int"),
            ('state = "final"', 'state = "withdrawn"', "a withdrawn document says why"),
            ("=== en", "=== fr", "unknown language fr"),
        ],
    )
    def test_a_slip_is_named(self, old, new, sentence):
        with pytest.raises(SourceError, match=sentence):
            sources.parse((HEAD + "=== en\nWords.\n").replace(old, new, 1), PATH)

    @given(st.text())
    def test_the_words_survive_the_marks_whatever_they_are(self, words):
        runs = sources.runs_of(words)

        assert plain(runs).replace("*", "") == words.replace("*", "")

    @pytest.mark.parametrize(
        ("date", "language", "words"),
        [("2009-07-09", "es", "9 de julio de 2009"), ("2009-07", "en", "July 2009"), ("2009", "es", "2009")],
    )
    def test_a_date_is_written_as_precisely_as_it_is_known(self, date, language, words):
        assert sources.date_in_words(date, language) == words


def first_of(kind_of_file, **values):
    def fits(text):
        return text.format == kind_of_file and all(getattr(text, k) == v for k, v in values.items())

    return next(text for text in TEXTS if text.bodies and fits(text))


def numbered(text, language):
    return [plain(block.runs) for block in paragraphs(text, language) if block.is_numbered]


class TestBuilding:
    def test_a_pdf_is_tagged_names_its_language_and_carries_symbol_title_date_and_mark(self, tmp_path):
        text = first_of("pdf", scanned=False)

        path = building.build(text, "es", 1, tmp_path)

        content = path.read_bytes()
        document = pypdfium2.PdfDocument(content)
        words = " ".join(document[0].get_textpage().get_text_range().split())
        assert b"/StructTreeRoot" in content
        assert re.search(rb"/Lang ?\(es-CR\)", content)
        assert document.get_metadata_dict()["Title"] == text.titles["es"]
        for expected in (text.symbol, "Documento de demostración", "Página 1 de", text.date[:4]):
            assert expected in words

    def test_a_scanned_page_has_no_text(self, tmp_path):
        text = first_of("pdf", scanned=True)

        document = pypdfium2.PdfDocument(building.build(text, text.original, 1, tmp_path))

        assert [page.get_textpage().get_text_range() for page in document] == [""] * len(document)

    def test_a_word_file_has_real_headings_and_tables_and_its_language(self, tmp_path):
        text = next(
            t
            for t in TEXTS
            if t.format == "docx" and any(isinstance(b, Table) for b in t.bodies.get("en", ()))
        )

        built = docx.Document(str(building.build(text, "en", text.versions_of("en"), tmp_path)))

        styles = {paragraph.style.name for paragraph in built.paragraphs}
        assert {"Title", "Heading 1"} <= styles
        assert len(built.tables) == sum(isinstance(block, Table) for block in text.bodies["en"])
        assert built.core_properties.subject == text.symbol
        assert built.core_properties.language == "en-US"

    def test_an_earlier_version_lacks_the_paragraphs_added_later(self, tmp_path):
        text = next(t for t in TEXTS if t.versions == 3)
        language = text.earlier[0].language

        words = [
            "\n".join(
                p.text
                for p in docx.Document(str(building.build(text, language, number, tmp_path))).paragraphs
            )
            for number in (1, 2, 3)
        ]

        last = numbered(text, language)
        present = [[paragraph in version for paragraph in last].count(True) for version in words]
        assert present[0] < present[1] < present[2] == len(last)

    def test_an_opendocument_text_has_real_headings(self, tmp_path):
        text = first_of("odt")

        built = load_odt(str(building.build(text, "es", 1, tmp_path)))

        assert teletype.extractText(built.getElementsByType(H)[0]) == text.titles["es"]

    def test_a_workbook_has_a_sheet_a_table_with_numbers_as_numbers(self, tmp_path):
        text = first_of("xlsx")

        book = openpyxl.load_workbook(building.build(text, "en", 1, tmp_path))

        assert len(book.sheetnames) == sum(isinstance(block, Table) for block in text.bodies["en"])
        assert text.symbol in book.worksheets[0]["A2"].value
        cells = [cell for sheet in book for row in sheet.iter_rows(min_row=5) for cell in row]
        assert any(isinstance(cell.value, int) for cell in cells)

    @pytest.mark.parametrize("kind_of_file", ["html", "txt"])
    def test_pages_and_plain_texts_carry_symbol_title_and_mark(self, tmp_path, kind_of_file):
        text = first_of(kind_of_file)

        words = building.build(text, "es", 1, tmp_path).read_text("utf-8")

        assert text.symbol in words
        assert text.titles["es"].casefold() in " ".join(words.casefold().split())
        assert "Documento de demostración" in words

    @pytest.mark.parametrize(
        ("text", "language", "value"),
        [
            ("12,500", "en", 12500),
            ("12.500", "es", 12500),
            ("2009", "es", 2009),
            ("1.5", "en", "1.5"),
            ("007", "en", "007"),
        ],
    )
    def test_numbers_are_read_as_their_language_writes_them(self, text, language, value):
        assert building._value(text, language) == value

    def test_a_file_stands_until_its_text_changes(self, tmp_path):
        text = first_of("txt")
        path = building.build(text, "en", 1, tmp_path)
        before = path.stat().st_mtime_ns

        again = building.build_all([text], tmp_path)

        assert again[text.symbol, "en", 1].stat().st_mtime_ns == before


def with_what_they_refer_to(*symbols):
    wanted, waiting = {}, list(symbols)
    while waiting:
        symbol = waiting.pop()
        if symbol not in wanted:
            wanted[symbol] = BY_SYMBOL[symbol]
            waiting += [target for _kind, target in BY_SYMBOL[symbol].relations]
    return list(wanted.values())


NOW = dt.datetime(2026, 11, 23, 15, tzinfo=dt.UTC)
SOME = with_what_they_refer_to(
    "RCM/2004/VM/DEC/1", "RCM/2009/LOCP/AG/1", "RCM/2009/LOST/AG/1", "RCM/2026/VM/ST/1", "RCM/2026/VM/ST/2",
    "RCM/2026/VM/DECL/1", "RCM/2026/TS/BUD/1", "RCM/2014/RCGM/ST/2", "RCM/2003/RCGM/CONC/1", "RCM/2026/PPT/WP/1",
    "RCM/2018/TS/INF/1", "RCM/2026/VM/INF/1",
)  # fmt: skip


@pytest.fixture(scope="class")
def small_demonstration(django_db_setup, django_db_blocker):
    """Some papers, loaded once for all the questions below; rolled back after them."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        loading.load(at=NOW, processes=1, texts=SOME)
        yield
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.usefixtures("small_demonstration")
class TestTheDemonstration:
    def seen(self, address):
        person = Person.objects.get(email=f"{address}@demo.invalid")
        return set(
            Document.objects.visible_to(person, reach=reach_of(person, NOW)).values_list("symbol", flat=True)
        )

    def test_the_accounts_of_the_manual_are_there_with_their_seats(self):
        seats = {account["email"].split("@")[0]: account["seats"] for account in people.accounts()}

        def places(address):
            return {(one["party"], one["body"], one["role"]) for one in seats[address]}

        assert places("focal.cri") >= {("CRI", "RCGM", "focal_point")}
        assert places("viceminister.mex") == {("MEX", "VM", "vice_minister")}
        assert places("presidency") == {("GTM", "PPT", "presidency")}
        assert places("liaison.gtm") == {("GTM", "LOCP", "liaison"), ("GTM", "LOST", "liaison")}
        assert set(seats) >= {
            "secretariat", "assistant", "technology", "presidency", "focal.cri", "delegate.cri", "delegate.hnd",
            "viceminister.mex", "observer.col", "observer.unhcr", "civil", "liaison.gtm", "statistics.slv", "editor",
        }  # fmt: skip

    def test_indicators_of_the_plan_show_real_figures_and_say_where_none_is_released(self):
        cells = cells_at(Indicator.objects.values_list("dataflow", "key"))

        assert len(cells) == len(MEASURES)
        assert {one.state for one in cells.values() if one.dataflow in DATAFLOWS} == {State.RELEASED}
        assert {one.state for one in cells.values() if one.dataflow not in DATAFLOWS} == {State.NO_RELEASE}
        assert cells["RETURN", "A.USA.GTM.REMOVAL._T._T._T._T"].value == 27594

    def test_what_is_negotiated_stands_at_every_stage_and_reports_of_this_half_year_are_not_due_yet(self):
        recommended = Decision.objects.get(kind="recommendation", convening__isnull=False, origin=None)
        open_ = Decision.objects.get(origin=recommended)

        assert [(one.party.code, one.kind) for one in recommended.positions.all()] == [("BLZ", "reservation")]
        assert {one.party.code for one in Proposal.objects.filter(decision=open_)} == {"CRI", "HND", "MEX"}
        assert Counter(SilenceProcedure.objects.values_list("state", flat=True)) == {
            "adopted": 1,
            "broken": 1,
            "running": 1,
        }
        plan, half = Plan.objects.get(code="2010"), half_of(NOW.date())
        asked = rounds_of([plan], [half])[plan.pk][half]
        assert asked.meeting and not asked.due.is_over(NOW)

    def test_countries_reported_of_earlier_half_years_too_and_years_of_the_plan_differ(self):
        plan, (half, before, year_ago) = Plan.objects.get(code="2010"), halves_back(NOW.date(), 3)
        members = frozenset(Party.objects.members(on=NOW.date()).values_list("pk", flat=True))
        secretary = Person.objects.get(email="secretariat@demo.invalid")
        asked = asked_of(Question(secretary, reach_of(secretary, NOW), members, NOW))
        states = Counter(
            (one.ref.rpartition(".")[2], one.state(NOW)) for one in asked if one.source == "plan"
        )
        given = Counter(Report.objects.standing().values_list("year", "half"))

        assert plan.in_force_on == first_day(before)
        assert states[key_of(before), AskState.DONE] > 100 > states[key_of(before), AskState.LATE] > 5
        assert not any(states[key_of(half), state] for state in (AskState.LATE, AskState.ENDED))
        assert {state for one, state in states if one == key_of(year_ago)} == {AskState.DONE}, (
            "it was over before"
        )
        assert given[year_ago] > 100 and given[before] > 100 and 0 < given[half] < 50
        found = compared(plan.commitments.all(), last_day(earlier(half, 2)), NOW.date())
        assert found.same > 3 and len(found.moved) > 20 and found.before.progress < found.after.progress

    def test_everybody_signs_in_with_the_same_password(self):
        assert all(
            person.check_password("puebla-demo")
            for person in Person.objects.filter(email__in=["civil@demo.invalid", "editor@demo.invalid"])
        )

    def test_sealed_papers_are_seen_by_who_sits_there_and_not_by_the_secretariat(self):
        sealed = {"RCM/2009/LOCP/AG/1", "RCM/2009/LOST/AG/1"}

        assert sealed <= self.seen("liaison.gtm")
        assert not sealed & self.seen("secretariat")
        assert not sealed & self.seen("liaison.dom")  # proposed, not confirmed

    def test_a_partys_draft_is_seen_by_that_party_alone_and_has_no_symbol(self):
        drafts = Document.objects.filter(audience=10)

        assert {(one.party.code, one.symbol) for one in drafts} == {("CRI", None), ("HND", None)}
        assert None in self.seen("focal.cri")
        assert None not in self.seen("secretariat")
        assert None not in self.seen("viceminister.mex")

    def test_the_budget_is_the_secretariats_and_the_work_plan_the_presidencys(self):
        assert "RCM/2026/TS/BUD/1" in self.seen("editor")
        assert "RCM/2026/TS/BUD/1" not in self.seen("presidency")
        assert "RCM/2026/PPT/WP/1" in self.seen("presidency")
        assert "RCM/2026/PPT/WP/1" not in self.seen("focal.mex")

    def test_a_partys_paper_was_opened_with_its_recorded_consent(self):
        statement = Document.objects.get(symbol="RCM/2014/RCGM/ST/2")

        assert [consent.party.code for consent in statement.consents.all()] == ["RNCOM"]
        assert "RCM/2014/RCGM/ST/2" in self.seen("civil")

    def test_what_is_released_is_public_with_its_text_and_pending_language(self):
        released = {text.symbol for text in SOME if text.released and text.state != "awaited"}

        public = PublicDocument.objects.get(symbol="RCM/2003/RCGM/CONC/1")
        assert set(PublicDocument.objects.values_list("symbol", flat=True)) == released
        assert public.files.get().pages.exclude(text="").exists()
        assert [one["language"] for one in public.pending] == ["en"]

    def test_what_was_taken_back_has_a_tombstone_with_its_reason_and_stays_with_the_members(self):
        tombstone = PublicDocument.objects.get(symbol="RCM/2018/TS/INF/1")
        paper = Document.objects.get(symbol="RCM/2018/TS/INF/1")

        assert tombstone.withdrawn_at
        assert set(tombstone.withdrawn_reason) == {"en", "es"}
        assert not tombstone.files.exists()
        assert paper.state == "withdrawn"
        assert "RCM/2018/TS/INF/1" in self.seen("focal.mex")
        assert "RCM/2018/TS/INF/1" not in self.seen("observer.col")

    def test_what_is_under_embargo_becomes_public_by_itself_and_until_then_is_for_the_offices(self):
        paper = PublicDocument.objects.get(symbol="RCM/2026/VM/INF/1")

        assert paper.public_from == dt.datetime(2026, 12, 14, 15, tzinfo=dt.UTC)
        assert "RCM/2026/VM/INF/1" in self.seen("secretariat")
        assert "RCM/2026/VM/INF/1" not in self.seen("focal.mex")

    def test_every_file_was_read_in_the_language_it_says(self):
        versions = FileVersion.objects.select_related("edition")

        assert {version.reading for version in versions} == {"done"}
        assert all(version.language_found == version.edition.language for version in versions)

    def test_something_waits_for_everybody(self):
        assert Invitation.objects.open(NOW).count() == 1
        assert Seat.objects.filter(room__sealed=True, confirmed_at=None).count() == 1
        assert ObserverApplication.objects.get().state == "received"

    def test_every_act_lies_in_order_before_now_and_the_chain_holds(self):
        instants = list(JournalEntry.objects.order_by("sequence").values_list("at", flat=True))

        assert list(journal.verify()) == []
        assert all(earlier <= later for earlier, later in pairwise(instants))
        assert instants[-1] <= NOW
        assert instants[0] >= NOW - dt.timedelta(days=201)

    def test_it_counts_as_loaded(self):
        assert loading.is_loaded()
        assert not starting.is_left_half()
        call_command("demo", "--if-empty")

    def test_a_second_loading_is_refused_with_the_way_out(self):
        with pytest.raises(RefusedError, match="puebla demo --reset"):
            call_command("demo")


@pytest.mark.django_db
class TestRefusals:
    @pytest.mark.parametrize("option", [[], ["--reset"], ["--accounts"], ["--if-empty"]])
    def test_production_refuses_every_form_of_it(self, settings, option):
        settings.DEMO = False

        with pytest.raises(RefusedError, match="PUEBLA_ENV=demo"):
            call_command("demo", *option)

        assert not Process.objects.exists()

    def test_a_real_instance_is_never_taken_away(self):
        process()

        with pytest.raises(RefusedError, match="Nothing was taken away"):
            call_command("demo", "--reset")

        assert Process.objects.exists()

    def test_people_of_a_real_instance_are_never_taken_away(self):
        PersonFactory(email="maria@example.org")

        with pytest.raises(RefusedError, match="Nothing was taken away"):
            starting.reset()

    def test_it_is_not_loaded_over_something_else(self):
        PersonFactory(email="maria@example.org")

        with pytest.raises(RefusedError, match="Something else"):
            call_command("demo")

    def test_accounts_are_not_listed_before_it_is_loaded(self):
        with pytest.raises(RefusedError, match="Nothing is loaded yet"):
            call_command("demo", "--accounts")


def test_the_whole_demonstration_is_loaded_by_one_command(demonstration):
    again = demonstration.run("demo", "--if-empty")
    accounts = demonstration.run("demo", "--accounts", "--json")

    counts = json.loads(demonstration.said)
    assert counts["documents"] == len(TEXTS)
    assert counts["files"] == sum(len(building.sheets_of(text)) for text in TEXTS)
    assert counts["released"] == sum(text.released and text.state != "awaited" for text in TEXTS)
    assert (again.returncode, again.stdout) == (0, "")
    assert len(json.loads(accounts.stdout)["accounts"]) == counts["accounts"]
