"""The public list, the record, its files and its text."""

import csv
import datetime as dt
import importlib
import io
import json
import re

import openpyxl
import pytest
from django.apps import apps
from django.utils import timezone

from puebla.publications import actions
from puebla.publications.models import PublicDocument
from tests.factories import process
from tests.publications.making import a_meeting_row, a_public_document, a_public_file

pytestmark = pytest.mark.django_db

WITHDRAWN_ADDRESSES = ["", "files/en/", "files/en/1/", "read/en/", "cite.bib"]


def withdraw(symbol: str, **reason: str) -> None:
    actions.withdraw_document(symbol=symbol, reason=reason, at=timezone.now())


# The list ----------------------------------------------------------------------------------------------------------


def test_a_list_asks_the_same_number_of_questions_however_long_it_is(client, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    process()
    counts = []
    for more in (3, 40):
        for _n in range(more):
            a_public_document(themes=[("HR", {"en": "Human rights"})])
        client.get("/en/documents/")  # what is public changed: the facets are made anew, once
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/en/documents/?theme=HR&sort=oldest&more={more}")
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 8


def test_each_filter_counts_under_the_other_filters(client):
    for kind, year in (("REP", 2009), ("REP", 2010), ("NOTE", 2009)):
        a_public_document(kind_code=kind, kind_names={"en": kind.title()}, year=year)

    page = client.get("/en/documents/?kind=REP").text

    assert "2 public documents" in page
    assert '<option value="REP" selected>Rep (2)</option>' in page
    assert '<option value="NOTE">Note (1)</option>' in page
    assert '<option value="2009">2009 (1)</option>' in page


def test_a_kind_that_was_renamed_is_counted_once(client):
    a_public_document(kind_code="REP", kind_names={"en": "Report"})
    a_public_document(kind_code="REP", kind_names={"en": "Reports"})

    page = client.get("/en/documents/").text

    assert page.count('<option value="REP"') == 1
    assert "(2)</option>" in page


def test_withdrawn_and_embargoed_documents_are_in_no_list_and_no_count(client):
    a_public_document(symbol="A/1", kind_code="REP", themes=[("HR", {"en": "Human rights"})])
    a_public_document(symbol="A/2", kind_code="DECL", themes=[("CP", {"en": "Protection"})], public_from=timezone.now()
                      + dt.timedelta(days=1), year=2031)  # fmt: skip
    a_public_document(symbol="A/3", kind_code="GONE", themes=[("XX", {"en": "Gone theme"})], year=2032)
    withdraw("A/3")

    for address in ("/en/", "/en/documents/", "/en/documents/?q=a/"):
        page = client.get(address).text
        assert "A/1" in page
        assert not re.search(r"A/2|A/3|Protection|Gone theme|2031|2032|DECL|GONE", page)
    export = b"".join(client.get("/en/documents/?export=csv").streaming_content).decode()
    assert "A/1" in export
    assert "A/2" not in export
    assert "A/3" not in export


@pytest.mark.parametrize(
    "query", ["kind=nothing", "year=MMIX", "language=zz", "theme=x", "q=zzzz", "meeting=X"]
)
def test_a_filter_that_finds_nothing_says_what_to_do(client, query):
    a_public_document()

    answer = client.get(f"/en/documents/?{query}")

    assert answer.status_code == 200
    assert "No public document matches" in answer.text
    assert "take a filter off" in answer.text


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "Your question has 5000 characters; at most 200"), ("es", "Su consulta tiene 5000 caracteres")],
)
def test_words_longer_than_can_be_looked_for_are_refused_and_never_cut_in_silence(client, language, sentence):
    a_public_document(titles={"en": "a" * 250})

    answer = client.get(f"/{language}/documents/?q={'a' * 5000}")
    table = client.get(f"/{language}/documents/?q={'a' * 5000}&export=csv").getvalue().decode()

    assert sentence in answer.text
    assert "RCM/2009" not in answer.text + table


def test_a_filter_in_force_is_named_and_can_be_taken_off(client):
    a_public_document(kind_code="REP", kind_names={"en": "Report"}, year=2009)

    page = client.get("/en/documents/?kind=REP&year=2009").text

    assert "Kind: Report" in page
    assert 'href="?year=2009"' in page
    assert 'href="?kind=REP"' in page


@pytest.mark.parametrize("asked", ["999", "-1", "0", "x", "1e9"])
def test_a_page_that_is_not_there_is_told_with_the_ways_back(client, asked):
    for _n in range(30):
        a_public_document()

    answer = client.get(f"/en/documents/?page={asked}&kind=NOTE")

    assert answer.status_code == 200
    assert f"There is no page “{asked}”: this list has 2 pages." in answer.text
    assert 'href="?kind=NOTE"' in answer.text
    assert 'href="?page=2&amp;kind=NOTE"' in answer.text
    assert "RCM/2009/RCGM/NOTE" not in answer.text
    assert "Primera página" in client.get(f"/es/documents/?page={asked}").text


def test_the_second_page_goes_on_where_the_first_ended(client):
    symbols = {a_public_document().symbol for _n in range(30)}

    pages = [client.get(f"/en/documents/?page={number}&kind=NOTE").text for number in (1, 2)]
    shown = [re.findall(r'<span class="symbol">(.*?)</span>', page) for page in pages]

    assert [len(one) for one in shown] == [25, 5]
    assert {*shown[0], *shown[1]} == symbols


@pytest.mark.parametrize(
    "address",
    ["/en/documents/?kind=DEC", "/es/documents/?sort=symbol&export=csv", "/en/meetings/RCM/2009/VM/XIV/",
     "/api/v1/documents?sort=symbol&body=VM", "/api/v1/documents?kind=DEC"],
)  # fmt: skip
def test_papers_are_listed_as_people_count(client, address):
    for number in (10, 2, 1):
        a_public_document(
            symbol=f"RCM/2009/VM/DEC/{number}",
            kind_code="DEC",
            body_code="VM",
            meeting_symbol="RCM/2009/VM/XIV",
        )
    actions.publish_meetings([a_meeting_row()], at=timezone.now())

    page = client.get(address).getvalue().decode()

    assert list(dict.fromkeys(re.findall(r"VM/DEC/(\d+)", page))) == ["1", "2", "10"]


def test_rows_from_before_symbols_were_counted_are_put_in_order_by_the_migration():
    fill = importlib.import_module("puebla.publications.migrations.0008_fill_order_of_symbols").fill
    for number in (10, 2):
        a_public_document(symbol=f"RCM/2009/VM/DEC/{number}")
    PublicDocument.objects.update(symbol_order="")

    fill(apps, None)

    found = PublicDocument.objects.order_by("symbol_order").values_list("symbol", flat=True)
    assert list(found) == ["RCM/2009/VM/DEC/2", "RCM/2009/VM/DEC/10"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("kind=XX", "No public document is of the kind “XX”."),
        ("body=XX", "No public document belongs to the body “XX”."),
        ("meeting=XX", "No public document belongs to the meeting “XX”."),
        ("theme=XX", "No public document has the theme “XX”."),
        ("year=MMIX", "No public document is of the year “MMIX”."),
        ("language=zz", "No public document is in the language “zz”."),
        ("party=XX", "No public document was given by “XX”."),
    ],
)
def test_an_unknown_value_of_a_filter_is_told_with_a_way_back(client, query, sentence):
    a_public_document()

    page = client.get(f"/en/documents/?{query}").text

    assert sentence in page
    assert '<a href="/en/documents/">All public documents</a>' in page


def test_documents_are_found_by_the_meeting_they_belong_to(client):
    titles = {"en": "XIV Conference, Guatemala 2009", "es": "XIV Conferencia, Guatemala 2009"}
    actions.publish_meetings(
        [a_meeting_row(titles=titles), a_meeting_row(symbol="RCM/2010/VM/XV", titles={"en": "XV Conference"},
                                                     starts_on=dt.date(2010, 5, 1))], at=timezone.now())  # fmt: skip
    a_public_document(symbol="A/1", meeting_symbol="RCM/2009/VM/XIV", meeting_titles=titles)
    a_public_document(symbol="A/2", meeting_symbol="RCM/2010/VM/XV", meeting_titles={"en": "XV"})
    a_public_document(symbol="A/3")

    page = client.get("/en/documents/?meeting=RCM/2009/VM/XIV").text

    assert '<option value="RCM/2009/VM/XIV" selected>XIV Conference, Guatemala 2009 (1)</option>' in page
    assert page.index("RCM/2010/VM/XV") < page.index('value="RCM/2009/VM/XIV"')  # the newest first
    assert re.findall(r'<span class="symbol">(A/\d)</span>', page) == ["A/1"]
    assert "XIV Conferencia, Guatemala 2009 (1)" in client.get("/es/documents/").text


def test_a_record_names_what_supersedes_it_on_top_and_its_meetings_other_papers(client):
    of_meeting = {"meeting_symbol": "RCM/2009/VM/XIV", "meeting_titles": {"en": "XIV Conference"}}
    a_public_document(symbol="A/1", **of_meeting)
    a_public_document(
        symbol="A/2", titles={"en": "The newer text"}, relations=[{"kind": "supersedes", "symbol": "A/1"}]
    )
    a_public_document(symbol="A/3", titles={"en": "Its neighbour"}, **of_meeting)

    page = client.get("/en/documents/A/1/").text

    assert page.index("Superseded by") < page.index("<h1>")
    assert "Its neighbour" in page.partition("Of the same meeting")[2]
    assert "Superseded by" not in client.get("/en/documents/A/2/").text


def test_a_record_describes_itself_to_those_who_pass_it_on(client):
    process()
    a_public_document(symbol="A/1", titles={"en": 'A "quoted" <title>'})

    head = client.get("/en/documents/A/1/").text.partition("</head>")[0]

    assert '<meta name="description" content="A/1. Note, Regional Consultation Group, 9 July 2009' in head
    assert 'og:title" content="A &quot;quoted&quot; &lt;title&gt;"' in head
    assert "og:image" not in head


@pytest.mark.parametrize(
    ("sort", "order"),
    [("newest", ["A/2", "A/1", "A/3"]), ("oldest", ["A/1", "A/2", "A/3"]), ("symbol", ["A/1", "A/2", "A/3"]),
     ("nonsense", ["A/2", "A/1", "A/3"])],
)  # fmt: skip
def test_the_order_is_the_one_asked_for_and_undated_documents_come_last(client, sort, order):
    for symbol, day in (("A/1", dt.date(2001, 1, 1)), ("A/2", dt.date(2002, 1, 1)), ("A/3", None)):
        a_public_document(symbol=symbol, dated_on=day)

    page = client.get(f"/en/documents/?sort={sort}").text

    assert re.findall(r'<span class="symbol">(A/\d)</span>', page) == order


@pytest.mark.parametrize(
    "typed", ["RCM/2009/VM/DEC/1", "rcm/2009/vm/dec/1", " RCM/2009/VM/DEC/1/ ", "CRM/2009/VM/DEC/1"]
)
def test_a_symbol_typed_into_the_search_opens_its_record(client, typed):
    process()
    a_public_document(symbol="RCM/2009/VM/DEC/1")
    a_public_document(symbol="RCM/2009/VM/DEC/11")

    answer = client.get("/es/documents/", {"q": typed})

    assert (answer.status_code, answer["Location"]) == (302, "/es/documents/RCM/2009/VM/DEC/1/")


def test_the_symbol_of_a_meeting_typed_into_the_search_opens_the_meeting(client):
    actions.publish_meetings([a_meeting_row()], at=timezone.now())

    answer = client.get("/en/documents/", {"q": "rcm/2009/vm/xiv"})

    assert (answer.status_code, answer["Location"]) == (302, "/en/meetings/RCM/2009/VM/XIV/")


def test_an_embargoed_symbol_typed_into_the_search_is_unknown(client):
    a_public_document(symbol="A/1", public_from=timezone.now() + dt.timedelta(days=1))

    answer = client.get("/en/documents/", {"q": "A/1"})

    assert answer.status_code == 200
    assert "No public document matches" in answer.text


def test_the_list_as_csv_and_as_xlsx_says_the_same(client):
    process()
    a_public_document(symbol="A/1", titles={"en": "=1+1", "es": "Nota"}, precision="month")

    text = b"".join(client.get("/en/documents/?export=csv").streaming_content).decode("utf-8-sig")
    book = b"".join(client.get("/en/documents/?export=xlsx").streaming_content)
    from_csv = list(csv.reader(io.StringIO(text)))
    from_xlsx = [
        list(row) for row in openpyxl.load_workbook(io.BytesIO(book)).active.iter_rows(values_only=True)
    ]

    assert from_csv[0][:3] == ["Symbol", "Title (English)", "Title (Spanish)"]
    assert from_csv[1][:3] == ["A/1", "'=1+1", "Nota"]
    assert from_csv[1][6:8] == ["2009-07", "en"]
    assert from_csv[1][8].endswith("/en/documents/A/1/")
    assert [[cell or "" for cell in row] for row in from_xlsx] == from_csv


def test_an_export_follows_the_filters(client):
    a_public_document(symbol="A/1", kind_code="REP")
    a_public_document(symbol="A/2")

    text = b"".join(client.get("/en/documents/?export=csv&kind=REP").streaming_content).decode()

    assert "A/1" in text
    assert "A/2" not in text


# The record --------------------------------------------------------------------------------------------------------


def test_a_record_shows_both_languages_as_equals_and_says_what_is_pending(client):
    process()
    a_public_document(symbol="A/1", files=[a_public_file(b"x" * 1500)])

    english, spanish = client.get("/en/documents/A/1/").text, client.get("/es/documents/A/1/").text

    for page in (english, spanish):
        assert 'id="in-en"' in page
        assert 'id="in-es"' in page
    assert "Spanish pending" in english
    assert "1 December 2026" in english
    assert "PDF, 2 kB" in english


def test_a_record_keeps_its_earlier_versions_readable(client):
    a_public_document(symbol="A/1", files=[a_public_file(b"one")])
    a_public_document(symbol="A/1", files=[a_public_file(b"two", number=2)])

    page = client.get("/en/documents/A/1/").text
    current = b"".join(client.get("/en/documents/A/1/files/en/").streaming_content)
    first = b"".join(client.get("/en/documents/A/1/files/en/1/").streaming_content)

    assert "/en/documents/A/1/files/en/1/" in page
    assert (current, first) == (b"two", b"one")


def test_a_symbol_in_other_letters_leads_to_its_own_address(client):
    a_public_document(symbol="RCM/2009/VM/DEC/1")

    answer = client.get("/en/documents/rcm/2009/vm/dec/1/")

    assert (answer.status_code, answer["Location"]) == (301, "/en/documents/RCM/2009/VM/DEC/1/")


def test_relations_are_shown_from_both_ends_and_only_to_what_is_public(client):
    a_public_document(symbol="A/1", titles={"en": "Old rules"})
    a_public_document(symbol="A/2", titles={"en": "New rules"},
                      relations=[{"kind": "supersedes", "symbol": "A/1"}, {"kind": "answers", "symbol": "A/3"}])  # fmt: skip
    a_public_document(
        symbol="A/3", titles={"en": "Secret yet"}, public_from=timezone.now() + dt.timedelta(days=1)
    )
    a_public_document(symbol="A/11", titles={"en": "A neighbour"})

    old, new, other = (client.get(f"/en/documents/{symbol}/").text for symbol in ("A/1", "A/2", "A/11"))

    assert "Superseded by" in old
    assert "New rules" in old
    assert "Supersedes" in new
    assert "Old rules" in new
    assert "Secret yet" not in new
    assert "A/3" not in new
    assert "Superseded by" not in other


def test_a_record_speaks_to_machines_and_a_title_cannot_break_out(client):
    process()
    a_public_document(symbol="A/1", titles={"en": "</script><script>alert(1)</script> & more"})

    page = client.get("/en/documents/A/1/").text
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)

    assert found is not None
    facts = json.loads(found.group(1))
    assert facts["identifier"] == "A/1"
    assert facts["name"][0]["@value"].startswith("</script>")
    assert "<script>alert" not in page


def test_a_citation_names_process_title_symbol_and_date(client):
    process()
    a_public_document(symbol="A/1", titles={"en": "Guidelines <draft>"})

    page = client.get("/en/documents/A/1/").text

    assert (
        'Regional Conference on Migration, <cite lang="en">Guidelines &lt;draft&gt;</cite>, A/1, 9 July 2009'
        in page
    )


@pytest.mark.parametrize("below", WITHDRAWN_ADDRESSES)
def test_a_withdrawn_document_answers_gone_with_the_reason_in_the_reader_s_language(client, below):
    a_public_document(symbol="A/1", titles={"en": "Old guide", "es": "Guía vieja"})
    withdraw("A/1", en="Its annex was wrong.", es="Su anexo era erróneo.")

    english, spanish = (client.get(f"/{code}/documents/A/1/{below}") for code in ("en", "es"))

    assert (english.status_code, spanish.status_code) == (410, 410)
    assert "Its annex was wrong." in english.text
    assert "Su anexo era erróneo." in spanish.text


@pytest.mark.parametrize("below", WITHDRAWN_ADDRESSES)
def test_an_embargoed_document_answers_exactly_as_an_unknown_one(client, below):
    a_public_document(symbol="A/1", public_from=timezone.now() + dt.timedelta(days=1))

    hidden = client.get(f"/en/documents/A/1/{below}")
    absent = client.get(f"/en/documents/B/1/{below}")

    assert hidden.status_code == absent.status_code == 404
    assert hidden.text.replace("A/1", "B/1") == absent.text


@pytest.mark.parametrize("below", ["files/es/", "files/en/7/", "read/es/", "files/en/x/"])
def test_a_language_or_version_that_is_not_there_is_not_found(client, below):
    a_public_document(symbol="A/1")

    assert client.get(f"/en/documents/A/1/{below}").status_code == 404


# Files -------------------------------------------------------------------------------------------------------------


def test_a_file_can_be_had_in_part_and_asked_for_by_head(client):
    a_public_document(symbol="A/1", files=[a_public_file(b"0123456789", name="Declaración.pdf")])
    address = "/es/documents/A/1/files/en/"

    head = client.head(address)
    part = client.get(address, headers={"Range": "bytes=2-4"})
    known = client.get(address, headers={"If-None-Match": head["ETag"]})

    assert (head.status_code, head["Content-Length"], head["Accept-Ranges"]) == (200, "10", "bytes")
    assert (part.status_code, part["Content-Range"], b"".join(part.streaming_content)) == (
        206,
        "bytes 2-4/10",
        b"234",
    )
    assert known.status_code == 304
    assert "Declaraci%C3%B3n.pdf" in head["Content-Disposition"]
    assert not any(answer.cookies for answer in (head, part, known))


def test_a_file_opens_in_the_browser_unless_a_download_is_asked_for(client):
    a_public_document(symbol="A/1")

    opened = client.get("/en/documents/A/1/files/en/")
    taken = client.get("/en/documents/A/1/files/en/?download=1")

    assert opened["Content-Disposition"].startswith("inline")
    assert taken["Content-Disposition"].startswith("attachment")


def test_the_text_alone_is_shown_page_by_page_with_its_language_and_escaped(client):
    texts = [f"Text of page {n} <b>bold</b>" for n in range(1, 24)]
    a_public_document(symbol="A/1", files=[a_public_file(texts=texts)])

    first = client.get("/es/documents/A/1/read/en/").text
    second = client.get("/es/documents/A/1/read/en/?page=2").text

    assert "Text of page 20 &lt;b&gt;" in first
    assert "Text of page 21" not in first
    assert "Text of page 23" in second
    assert '<div class="text" lang="en">' in first


@pytest.mark.parametrize(
    ("form", "media_type", "begins"),
    [
        ("bib", "application/x-bibtex", "@techreport{A-1,"),
        ("ris", "application/x-research-info-systems", "TY  - RPRT\r\n"),
        ("json", "application/vnd.citationstyles.csl+json", "[\n"),
    ],
)
def test_a_citation_is_had_as_a_file_from_the_record(client, form, media_type, begins):
    process()
    a_public_document(symbol="A/1", titles={"en": "Guide", "es": "Guía"})

    page = client.get("/es/documents/A/1/").text
    answer = client.get(f"/es/documents/A/1/cite.{form}")

    assert f'href="/es/documents/A/1/cite.{form}"' in page
    assert answer["Content-Type"] == f"{media_type}; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="A-1.{form}"'
    assert answer.text.startswith(begins)
    assert "Guía" in answer.text


def test_linked_data_tell_both_languages_every_version_and_the_meeting(client):
    process()
    a_public_document(symbol="A/1", files=[a_public_file(b"first")])
    a_public_document(
        symbol="A/1", titles={"en": "Guide", "es": "Guía"}, meeting_symbol="M/1", meeting_titles={"en": "XIV"},
        files=[a_public_file(b"second", number=2)],
    )  # fmt: skip

    page = client.get("/en/documents/A/1/").text
    facts = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)[1])

    assert {one["@language"]: one["@value"] for one in facts["name"]} == {"en": "Guide", "es": "Guía"}
    assert {(one["version"], one["creativeWorkStatus"]) for one in facts["encoding"]} == {
        ("2", "current"),
        ("1", "superseded"),
    }
    assert facts["isPartOf"]["about"]["@id"].endswith("/en/meetings/M/1/")
    assert facts["publisher"]["alternateName"][0]["@value"] == "RCM"


def test_each_language_in_a_list_leads_to_its_file(client):
    a_public_document(files=[a_public_file(language="en"), a_public_file(language="es")])

    page = client.get("/en/documents/").text
    leads = re.findall(r'<a class="chip" href="([^"]+)"', page)

    assert len(leads) == 2
    assert [client.get(address).status_code for address in leads] == [200, 200]
