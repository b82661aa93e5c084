"""OAI-PMH: the protocol's own rules, and a foreign harvester that has to be satisfied."""

import datetime as dt
from urllib.parse import urlencode

import pytest
from django.core import signing
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import etree
from oaipmh_scythe import Scythe
from oaipmh_scythe.exceptions import BadResumptionToken, IdDoesNotExist, NoRecordsMatch

from puebla.api.views.oai import formats, protocol, tokens
from puebla.publications import actions
from tests.api.oai_schema import checked
from tests.factories import process
from tests.publications.making import a_public_document, a_public_file

NOON = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
NAMES = {"o": protocol.OAI, "dc": formats.DC, "marc": formats.MARC, "oai_dc": formats.OAI_DC}
THEME = ("HR", {"en": "Human rights", "es": "Derechos humanos"})
ROOT = "oai:localhost:"


def ask(client, verb="", **arguments):
    """The answer to a question, its shape checked; `from_` stands for `from`."""
    named = {name.rstrip("_"): value for name, value in arguments.items()}
    answer = client.get("/oai", ({"verb": verb} if verb else {}) | named)
    assert answer.status_code == 200, answer.text
    assert answer["Content-Type"] == "text/xml; charset=utf-8"
    return checked(answer.content)


def code(root):
    found = root.find("o:error", NAMES)
    return found.get("code") if found is not None else None


def identifiers(root):
    return [one.text.removeprefix(ROOT) for one in root.iterfind(".//o:identifier", NAMES)]


def withdraw(symbol, at):
    actions.withdraw_document(symbol=symbol, reason={"en": "Wrong.", "es": "Erróneo."}, at=at)


@pytest.mark.django_db
class TestProtocol:
    @pytest.fixture(autouse=True)
    def _process(self):
        process(contact_email="ts@rcm.example")

    def test_identify_says_who_we_are_and_that_deletions_are_kept(self, client):
        a_public_document(at=NOON)

        found = ask(client, "Identify").find("o:Identify", NAMES)

        facts = {one.tag.rpartition("}")[2]: one.text for one in found}
        assert facts["repositoryName"] == "Regional Conference on Migration"
        assert facts["baseURL"] == "http://localhost:8000/oai"
        assert facts["adminEmail"] == "ts@rcm.example"
        assert facts["earliestDatestamp"] == "2026-05-04T12:00:00Z"
        assert facts["deletedRecord"] == "persistent"

    def test_a_site_with_a_name_of_its_own_tells_how_its_identifiers_are_made(self, client, settings):
        settings.BASE_URL = "https://www.rcm.example"
        a_public_document(symbol="RCM/2009/VM/DECL/1")

        found = ask(client, "Identify")

        assert found.findtext(".//{*}sampleIdentifier") == "oai:www.rcm.example:RCM/2009/VM/DECL/1"

    def test_two_descriptions_are_offered(self, client):
        a_public_document(symbol="A/1")

        for arguments in ({}, {"identifier": f"{ROOT}A/1"}):
            found = ask(client, "ListMetadataFormats", **arguments)
            assert [one.text for one in found.iterfind(".//o:metadataPrefix", NAMES)] == ["oai_dc", "marcxml"]

    def test_kinds_bodies_and_themes_are_sets_and_so_is_each_of_these(self, client):
        a_public_document(symbol="A/1", themes=[THEME], body_code="VM", kind_code="DECL")
        a_public_document(symbol="A/2", body_code="", kind_code="a/b")

        specs = [one.text for one in ask(client, "ListSets").iterfind(".//o:setSpec", NAMES)]
        found = {
            spec: identifiers(ask(client, "ListIdentifiers", metadataPrefix="oai_dc", set=spec))
            for spec in specs
        }

        assert found == {
            "kind": ["A/1", "A/2"], "kind:DECL": ["A/1"], "kind:a~2f.b": ["A/2"], "body": ["A/1"], "body:VM": ["A/1"],
            "theme": ["A/1"], "theme:HR": ["A/1"],
        }  # fmt: skip

    def test_a_record_in_dublin_core_tells_both_languages_and_every_file(self, client):
        a_public_document(
            symbol="A/1", titles={"en": "Report", "es": "Informe"}, themes=[THEME], at=NOON, meeting_symbol="M/1",
            meeting_titles={"en": "XIV"}, files=[a_public_file(), a_public_file(language="es")],
        )  # fmt: skip

        root = ask(client, "GetRecord", identifier=f"{ROOT}A/1", metadataPrefix="oai_dc")
        told = [
            (one.tag.rpartition("}")[2], one.text, one.get(formats.XML_LANG))
            for one in root.find(".//oai_dc:dc", NAMES)
        ]

        assert root.findtext(".//o:datestamp", namespaces=NAMES) == "2026-05-04T12:00:00Z"
        assert {("title", "Report", "en"), ("title", "Informe", "es"), ("subject", "Derechos humanos", "es"),
                ("date", "2009-07-09", None), ("language", "es", None), ("identifier", "A/1", None),
                ("identifier", "http://localhost:8000/en/documents/A/1/", None), ("source", "XIV", "en"),
                ("identifier", "http://localhost:8000/es/documents/A/1/files/es/1/", None)} <= set(told)  # fmt: skip

    def test_a_record_in_marc_has_its_title_symbol_and_files(self, client):
        a_public_document(
            symbol="A/1", titles={"en": "Report", "es": "Informe"}, original_language="es", themes=[THEME],
            files=[a_public_file(language="es")],
        )  # fmt: skip

        root = ask(client, "GetRecord", identifier=f"{ROOT}A/1", metadataPrefix="marcxml")
        fields = {
            (field.get("tag"), sub.get("code")): sub.text
            for field in root.iterfind(".//marc:datafield", NAMES)
            for sub in field
        }

        assert fields[("245", "a")] == "Informe"
        assert fields[("246", "a")] == "Report"
        assert fields[("088", "a")] == "A/1"
        assert fields[("856", "q")] == "application/pdf"
        assert len(root.findtext(".//marc:leader", namespaces=NAMES)) == 24
        assert len(root.findtext(".//marc:controlfield[@tag='008']", namespaces=NAMES)) == 40

    def test_a_withdrawn_document_is_a_deleted_record_in_its_own_sets_and_tells_nothing_else(self, client):
        a_public_document(symbol="A/1", titles={"en": "Secret"}, themes=[THEME], at=NOON)
        withdraw("A/1", NOON + HOUR)

        got = ask(client, "GetRecord", identifier=f"{ROOT}A/1", metadataPrefix="oai_dc")
        listed = ask(client, "ListRecords", set="theme:HR", metadataPrefix="marcxml")

        for root in (got, listed):
            header = root.find(".//o:header", NAMES)
            assert header.get("status") == "deleted"
            assert header.findtext("o:datestamp", namespaces=NAMES) == "2026-05-04T13:00:00Z"
            assert {one.text for one in header.iterfind("o:setSpec", NAMES)} == {
                "kind:NOTE",
                "body:RCGM",
                "theme:HR",
            }
            assert root.find(".//o:metadata", NAMES) is None
            assert b"Secret" not in etree.tostring(root)

    @pytest.mark.parametrize(
        ("arguments", "found"),
        [
            ({"from_": "2026-05-04T12:00:00Z"}, ["A/1", "A/2", "A/3"]), ({"from_": "2026-05-04T12:00:01Z"}, ["A/2", "A/3"]),
            ({"until": "2026-05-04T12:00:00Z"}, ["A/1"]), ({"until": "2026-05-04"}, ["A/1", "A/2"]),
            ({"from_": "2026-05-05"}, ["A/3"]), ({"from_": "2026-05-04", "until": "2026-05-04"}, ["A/1", "A/2"]),
            ({"from_": "2026-05-04T13:00:00Z", "until": "2026-05-04T13:00:00Z"}, ["A/2"]),
            ({"from_": "2027-01-01"}, []), ({"until": "2009-01-01"}, []), ({"from_": "0000-01-01"}, None),
            ({"from_": "0001-01-01", "until": "9999-12-31"}, ["A/1", "A/2", "A/3"]),
        ],
    )  # fmt: skip
    def test_a_harvest_by_date_takes_both_ends_in_by_day_or_second(self, client, arguments, found):
        a_public_document(symbol="A/1", at=NOON + dt.timedelta(milliseconds=700))
        a_public_document(symbol="A/2", at=NOON + HOUR)
        a_public_document(symbol="A/3", at=NOON + 24 * HOUR)

        root = ask(client, "ListIdentifiers", metadataPrefix="oai_dc", **arguments)

        assert (
            code(root) == {0: "noRecordsMatch"}.get(len(found))
            if found is not None
            else code(root) == "badArgument"
        )
        assert identifiers(root) == (found or [])

    @pytest.mark.parametrize(
        ("query", "error"),
        [
            ("", "badVerb"), ("verb=Nothing", "badVerb"), ("verb=Identify&verb=Identify", "badVerb"), ("verb=identify", "badVerb"),
            ("verb=Identify&x=1", "badArgument"), ("verb=GetRecord", "badArgument"),
            ("verb=GetRecord&identifier=oai:localhost:A/1", "badArgument"),
            ("verb=ListRecords", "badArgument"), ("verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc", "badArgument"),
            ("verb=ListRecords&metadataPrefix=oai_dc&from=yesterday", "badArgument"),
            ("verb=ListRecords&metadataPrefix=oai_dc&from=", "badArgument"),
            ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-30", "badArgument"),
            ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-05-04T12:00:00%2B02:00", "badArgument"),
            ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-05-04&until=2026-05-04T12:00:00Z", "badArgument"),
            ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-05-05&until=2026-05-04", "badArgument"),
            ("verb=ListRecords&metadataPrefix=oai_dc&set=%20", "badArgument"),
            ("verb=ListRecords&metadataPrefix=oai_dc&set=", "badArgument"),
            ("verb=ListRecords&metadataPrefix=b%C3%A1d", "badArgument"),
            ("verb=ListRecords&metadataPrefix=mods", "cannotDisseminateFormat"),
            ("verb=GetRecord&identifier=oai:localhost:A/1&metadataPrefix=mods", "cannotDisseminateFormat"),
            ("verb=ListRecords&metadataPrefix=oai_dc&set=kind:UNKNOWN", "noRecordsMatch"),
            ("verb=ListRecords&metadataPrefix=oai_dc&set=nothing", "noRecordsMatch"),
            ("verb=ListRecords&metadataPrefix=oai_dc&set=kind:~0.~ffffff.", "noRecordsMatch"),
            ("verb=GetRecord&identifier=oai:localhost:NO&metadataPrefix=oai_dc", "idDoesNotExist"),
            ("verb=GetRecord&identifier=elsewhere&metadataPrefix=oai_dc", "idDoesNotExist"),
            ("verb=GetRecord&identifier=oai:localhost:%2500&metadataPrefix=oai_dc", "idDoesNotExist"),
            ("verb=ListMetadataFormats&identifier=oai:localhost:NO", "idDoesNotExist"),
            ("verb=ListSets&resumptionToken=x", "badResumptionToken"),
            ("verb=ListRecords&resumptionToken=x", "badResumptionToken"),
            ("verb=ListRecords&resumptionToken=", "badResumptionToken"),
            ("verb=ListRecords&resumptionToken=x&metadataPrefix=oai_dc", "badArgument"),
        ],
    )  # fmt: skip
    def test_every_wrong_question_has_the_error_that_the_protocol_names(self, client, query, error):
        a_public_document(symbol="A/1")

        root = checked(client.get(f"/oai?{query}").content)

        assert code(root) == error
        assert " · " in root.findtext("o:error", namespaces=NAMES)  # said in both languages
        if error in ("badVerb", "badArgument"):
            assert not root.find("o:request", NAMES).attrib

    def test_an_embargoed_document_is_as_unknown_as_none_until_its_second(self, client, monkeypatch):
        now = timezone.now()
        a_public_document(symbol="A/1", at=now, public_from=now + HOUR)
        before = [
            code(ask(client, "GetRecord", identifier=f"{ROOT}{symbol}", metadataPrefix="oai_dc"))
            for symbol in ("A/1", "A/9")
        ]
        listed = code(ask(client, "ListRecords", metadataPrefix="oai_dc"))

        monkeypatch.setattr(timezone, "now", lambda: now + HOUR)
        after = ask(client, "ListRecords", metadataPrefix="oai_dc", from_=f"{now + HOUR:%Y-%m-%dT%H:%M:%SZ}")

        assert before == ["idDoesNotExist"] * 2
        assert listed == "noRecordsMatch"
        assert identifiers(after) == ["A/1"]

    def test_it_may_be_asked_by_post_too(self, client):
        a_public_document(symbol="A/1")
        body = urlencode({"verb": "ListIdentifiers", "metadataPrefix": "oai_dc"})

        answer = client.post("/oai", body, content_type="application/x-www-form-urlencoded")

        assert identifiers(checked(answer.content)) == ["A/1"]

    def test_signs_that_xml_cannot_hold_break_no_answer(self, client):
        a_public_document(symbol="A/1", titles={"en": "A \x0b<b>&\ufffe title"})

        for prefix in formats.FORMATS:
            assert identifiers(ask(client, "ListRecords", metadataPrefix=prefix)) == ["A/1"]


# Lists that go on --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
class TestGoingOn:
    @pytest.fixture(autouse=True)
    def _small_pages(self, monkeypatch):
        process()
        monkeypatch.setattr(protocol, "PER_PAGE", 3)

    def walk(self, client, verb="ListIdentifiers", between=lambda _page: None, **arguments):
        """All pages of a list; `between` runs after each."""
        root, pages = ask(client, verb, metadataPrefix="oai_dc", **arguments), []
        while True:
            pages.append([(one.findtext("o:identifier", namespaces=NAMES).removeprefix(ROOT), one.get("status"))
                          for one in root.iterfind(".//o:header", NAMES)])  # fmt: skip
            token = root.find(".//o:resumptionToken", NAMES)
            if token is None or not token.text:
                return pages, token
            between(len(pages))
            root = ask(client, verb, resumptionToken=token.text)

    @pytest.mark.parametrize(("total", "sizes"), [(2, [2]), (3, [3]), (4, [3, 1]), (7, [3, 3, 1])])
    def test_a_list_comes_in_pages_whose_last_says_that_it_ends(self, client, total, sizes):
        for number in range(total):
            a_public_document(symbol=f"A/{number}", at=NOON)

        pages, last = self.walk(client, set="kind:NOTE", from_="2026-01-01")

        assert [len(page) for page in pages] == sizes
        assert {symbol for page in pages for symbol, _status in page} == {
            f"A/{number}" for number in range(total)
        }
        if len(sizes) == 1:
            assert last is None
        else:
            assert (last.text, last.get("completeListSize"), last.get("cursor")) == (
                None,
                str(total),
                str(3 * (len(sizes) - 1)),
            )

    def test_what_changes_between_two_pages_is_neither_lost_nor_told_wrong(self, client):
        for number in range(9):
            a_public_document(symbol=f"A/{number}", at=NOON + number * HOUR)
        now = NOON + 100 * HOUR

        def between(page):
            if page == 1:
                withdraw("A/0", now)  # given already: told again, as deleted
                withdraw("A/5", now)  # still to come: told as deleted
                a_public_document(symbol="A/6", at=now)  # still to come: told as it is now
                a_public_document(symbol="B/1", at=now)

        pages, _last = self.walk(client, between=between)
        told = [one for page in pages for one in page]

        assert dict(told) == {f"A/{n}": None for n in (1, 2, 3, 4, 6, 7, 8)} | {
            "A/0": "deleted",
            "A/5": "deleted",
            "B/1": None,
        }
        assert told.count(("A/6", None)) == 1

    def test_a_harvest_until_a_day_ends_though_everything_left_changed_meanwhile(self, client):
        for number in range(4):
            a_public_document(symbol=f"A/{number}", at=NOON)
        first = ask(client, "ListIdentifiers", metadataPrefix="oai_dc", until="2026-05-04")
        left = ({f"A/{n}" for n in range(4)} - set(identifiers(first))).pop()

        a_public_document(symbol=left, at=NOON + 48 * HOUR)
        token = first.findtext(".//o:resumptionToken", namespaces=NAMES)

        assert code(ask(client, "ListIdentifiers", resumptionToken=token)) == "noRecordsMatch"

    def a_token(self, client):
        for number in range(4):
            a_public_document(symbol=f"A/{number}", at=NOON)
        return ask(client, "ListRecords", metadataPrefix="oai_dc").find(".//o:resumptionToken", NAMES)

    def test_a_token_is_refused_once_it_is_old(self, client, monkeypatch):
        import time

        token, now = self.a_token(client), time.time()
        monkeypatch.setattr(signing.time, "time", lambda: now + 23 * 3600)
        still = code(ask(client, "ListRecords", resumptionToken=token.text))
        monkeypatch.setattr(signing.time, "time", lambda: now + 25 * 3600)
        from django.core.cache import caches

        caches["pages"].clear()

        assert still is None
        assert code(ask(client, "ListRecords", resumptionToken=token.text)) == "badResumptionToken"
        expires = dt.datetime.fromisoformat(token.get("expirationDate"))
        assert dt.timedelta(hours=23) < expires - timezone.now() <= tokens.GOOD_FOR

    def test_a_forged_token_one_of_another_question_and_one_of_another_house_are_refused(
        self, client, settings
    ):
        token = self.a_token(client).text
        facts = signing.loads(token, salt=tokens.SALT)
        forged = [
            token[:-1] + ("A" if token[-1] != "A" else "B"), "x" + token, signing.dumps(facts, salt="another"),
            signing.dumps(["ListRecords"], salt=tokens.SALT), signing.dumps(None, salt=tokens.SALT),
            signing.dumps(facts, salt=tokens.SALT, key="another key"),
        ]  # fmt: skip

        assert {code(ask(client, "ListRecords", resumptionToken=one)) for one in forged} == {
            "badResumptionToken"
        }
        assert code(ask(client, "ListIdentifiers", resumptionToken=token)) == "badResumptionToken"

    @pytest.mark.parametrize("verb", ["ListRecords", "ListIdentifiers", "ListSets"])
    def test_a_page_costs_the_same_number_of_queries_at_two_sizes(self, client, monkeypatch, verb):
        monkeypatch.setattr(protocol, "PER_PAGE", 100)
        counts = []
        for size in (2, 30):
            for number in range(size):
                a_public_document(themes=[THEME], at=NOON, kind_code=f"K{number}")
            arguments = {} if verb == "ListSets" else {"metadataPrefix": "oai_dc"}
            with CaptureQueriesContext(connection) as queries:
                ask(client, verb, **arguments)
            counts.append(len(queries))

        assert counts[0] == counts[1] <= 12


# A foreign harvester -----------------------------------------------------------------------------------------------


@pytest.fixture
def scythe(live_server, settings):
    settings.BASE_URL = str(live_server)
    process(contact_email="ts@rcm.example")
    with Scythe(f"{live_server}/oai") as harvester:
        yield harvester


@pytest.mark.django_db(transaction=True)
def test_a_foreign_harvester_takes_everything_and_then_only_what_changed(scythe, monkeypatch):
    monkeypatch.setattr(protocol, "PER_PAGE", 10)
    for number in range(35):
        a_public_document(symbol=f"A/{number}", at=NOON, themes=[THEME] if number % 2 else [])
    symbols = lambda records: {one.header.identifier.rpartition(":")[2] for one in records}  # noqa: E731

    records = list(scythe.list_records(metadata_prefix="oai_dc"))
    withdraw("A/1", NOON + HOUR)
    a_public_document(symbol="A/2", titles={"en": "New title"}, at=NOON + HOUR)
    changed = list(scythe.list_records(metadata_prefix="oai_dc", from_="2026-05-04T12:30:00Z"))

    assert len(records) == 35
    assert symbols(records) == {f"A/{number}" for number in range(35)}
    assert {(one.header.identifier.rpartition(":")[2], one.deleted) for one in changed} == {
        ("A/1", True),
        ("A/2", False),
    }
    assert next(one for one in changed if not one.deleted).metadata["title"][0] == "New title"
    assert len(list(scythe.list_identifiers(metadata_prefix="marcxml", set_="theme:HR"))) == 17
    assert scythe.identify().repositoryName == "Regional Conference on Migration"
    assert {one.setSpec for one in scythe.list_sets()} == {
        "kind",
        "body",
        "theme",
        "kind:NOTE",
        "body:RCGM",
        "theme:HR",
    }


@pytest.mark.django_db(transaction=True)
def test_a_foreign_harvester_is_told_what_was_released_and_withdrawn_between_two_pages(scythe, monkeypatch):
    monkeypatch.setattr(protocol, "PER_PAGE", 10)
    for number in range(25):
        a_public_document(symbol=f"A/{number}", at=NOON + number * dt.timedelta(minutes=1))
    told = {}
    for number, record in enumerate(scythe.list_records(metadata_prefix="oai_dc")):
        told[record.header.identifier.rpartition(":")[2]] = record.deleted
        if number == 12:
            withdraw("A/0", NOON + HOUR)
            withdraw("A/24", NOON + HOUR)
            a_public_document(symbol="B/1", at=NOON + HOUR)

    assert told == {f"A/{number}": False for number in range(1, 24)} | {
        "A/0": True,
        "A/24": True,
        "B/1": False,
    }


@pytest.mark.django_db(transaction=True)
def test_a_foreign_harvester_understands_our_refusals(scythe):
    a_public_document(symbol="A/1", at=NOON)

    with pytest.raises(NoRecordsMatch):
        list(scythe.list_records(metadata_prefix="oai_dc", from_="2100-01-01"))
    with pytest.raises(BadResumptionToken):
        list(scythe.list_records(resumption_token="forged"))
    with pytest.raises(IdDoesNotExist):
        scythe.get_record(identifier="oai:localhost:NO", metadata_prefix="oai_dc")
