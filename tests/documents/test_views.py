"""The repository's pages as people use them."""

import io
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from puebla.documents import actions
from puebla.documents.models import Batch, Document, FileVersion
from puebla.members.models import Audience
from puebla.publications.models import PublicDocument
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def office():
    make.process()
    make.KindFactory(code="NOTE")
    make.BodyFactory(code="VM")
    return make.secretariat_person()


@pytest.fixture
def desk(office):
    client = Client()
    client.force_login(office)
    return client


def at(name, *args):
    return reverse(f"documents:{name}", args=args)


def upload(content=b"Some text of a note.\n", name="note.txt"):
    stream = io.BytesIO(content)
    stream.name = name
    return stream


def description(**values):
    from puebla.documents.models import Kind
    from puebla.members.models import Body, Party

    return {
        "title_en": "A note", "title_es": "Una nota", "kind": Kind.objects.get(code="NOTE").pk,
        "body": Body.objects.get(code="VM").pk, "dated": "2009-07", "state": "final",
        "party": Party.objects.get(code="TS").pk,
    } | values  # fmt: skip


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_page_opens_in_both_languages(desk, office, language):
    document = make.DocumentFactory()
    actions.add_version(
        document=document, language="en", source=make.a_file(), name="a.txt", by=office, at=NOW
    )
    with translation.override(language):
        addresses = [at("list"), at("new"), at("drop"), *(
            at(name, document.symbol)
            for name in ("record", "edit", "upload", "audience", "consent", "share", "relations", "release", "withdraw",
                         "readers", "history")
        ), at("read", document.symbol, "en")]  # fmt: skip

    for address in addresses:
        response = desk.get(address)

        assert response.status_code == 200, address
        assert f'<html lang="{language}"' in response.content.decode()


def test_filing_by_hand_makes_the_document_with_its_files(desk):
    response = desk.post(
        at("new"), description(file_en=upload(), file_es=upload(b"Texto de una nota.\n", "nota.txt"))
    )

    document = Document.objects.get()
    assert response.status_code == 302
    assert (document.symbol, document.precision, document.filed_languages) == (
        "RCM/2009/VM/NOTE/1",
        "month",
        "en,es",
    )


def test_a_refused_file_files_nothing_and_keeps_what_was_typed(desk):
    response = desk.post(at("new"), description(title_en="Typed with care", file_en=upload(b"", "empty.pdf")))

    assert response.status_code == 200
    assert not Document.objects.exists()
    assert "Typed with care" in response.content.decode()


def test_a_title_too_long_gets_a_sentence(desk):
    response = desk.post(at("new"), description(title_en="x" * 301))

    assert "300" in response.content.decode()
    assert not Document.objects.exists()


def test_a_symbol_typed_in_the_box_opens_its_document(desk):
    document = make.DocumentFactory()

    response = desk.get(at("list"), {"q": document.symbol.lower()})

    assert response["Location"] == at("record", document.symbol)


def test_an_audience_is_changed_as_it_was_shown_or_shown_again(desk, office):
    document = make.DocumentFactory(audience=Audience.SECRETARIAT)
    shown = desk.get(at("audience", document.symbol), {"audience": Audience.MEMBERS.value}).content.decode()
    asked = {
        "audience": Audience.MEMBERS.value,
        "revision": re.search(r'name="revision" value="(\d+)"', shown)[1],
    }
    actions.describe(document=document, values={"titles": {"en": "Theirs"}}, revision=1, by=office, at=NOW)

    told = desk.post(at("audience", document.symbol), asked)

    assert "changed since you looked at it" in told.content.decode()
    document.refresh_from_db()
    assert document.audience == Audience.SECRETARIAT

    again = re.search(r'name="revision" value="(\d+)"', told.content.decode())[1]
    assert desk.post(at("audience", document.symbol), asked | {"revision": again}).status_code == 302


def test_the_second_editor_sees_both_texts_and_can_save_again(desk, office):
    document = make.DocumentFactory(titles={"en": "Old"})
    form = desk.get(at("edit", document.symbol)).context["form"]
    actions.describe(document=document, values={"titles": {"en": "Theirs"}}, revision=1, by=office, at=NOW)
    typed = description(title_en="Mine", title_es="", revision=form["revision"].value())

    told = desk.post(at("edit", document.symbol), typed)

    page = told.content.decode()
    assert "Theirs" in page
    assert "Mine" in page

    again = desk.post(
        at("edit", document.symbol), typed | {"revision": told.context["form"]["revision"].value()}
    )

    assert again.status_code == 302
    document.refresh_from_db()
    assert document.titles["en"] == "Mine"


def test_sixty_files_dropped_at_once_become_thirty_documents_after_confirmation(desk):
    make.KindFactory(code="DECL")
    files = [
        upload(f"{title} {n}\n\n{text}".encode(), f"RCM-{1990 + n}-VM-DECL-1_{code}.txt")
        for n in range(6, 36)
        for code, title, text in (
            ("en", "Declaration number", "The Vice-Ministers met and talked about migration in the region."),
            (
                "es",
                "Declaración número",
                "Los Viceministros se reunieron y hablaron de la migración en la región.",
            ),
        )
    ]

    table = desk.post(at("drop"), {"dropped": files}, follow=True)

    assert not Document.objects.exists()
    assert table.context["counts"] == {"files": 60, "filed": 0, "refused": 0, "warned": 0, "documents": 30}

    desk.post(at("batch", Batch.objects.get().ref), {"confirm": "1"})

    assert Document.objects.count() == 30
    assert set(Document.objects.values_list("filed_languages", flat=True)) <= {"en,es", "es,en"}


def test_somebody_else_s_table_is_not_there(desk):
    other = make.delegate()
    from puebla.documents.actions import importing

    batch = importing.open_batch(defaults={}, by=other, at=NOW)

    assert desk.get(at("batch", batch.ref)).status_code == 404


def test_releasing_shows_what_becomes_readable_then_releases(desk, office):
    document = make.DocumentFactory()
    actions.add_version(
        document=document, language="en", source=make.a_file(), name="a.txt", by=office, at=NOW
    )

    page = desk.get(at("release", document.symbol)).content.decode()

    assert "everybody in the world" in page
    assert "Spanish" in page
    assert not PublicDocument.objects.exists()

    desk.post(at("release", document.symbol), {"public_from": ""})

    assert PublicDocument.objects.get().symbol == document.symbol


def test_a_release_at_an_hour_is_held_until_then(desk, office):
    document = make.DocumentFactory()
    actions.add_version(
        document=document, language="en", source=make.a_file(), name="a.txt", by=office, at=NOW
    )

    desk.post(at("release", document.symbol), {"public_from": "2099-01-01T09:00"})

    assert not PublicDocument.objects.readable(at=timezone.now()).exists()


def test_a_download_answers_ranges_etag_and_head(desk, office):
    document = make.DocumentFactory()
    actions.add_version(
        document=document, language="en", source=make.a_file(b"0123456789"), name="a.txt", by=office, at=NOW
    )
    address = at("file", document.symbol, "en")

    whole = desk.get(address)
    part = desk.get(address, headers={"Range": "bytes=2-4"})
    known = desk.get(address, headers={"If-None-Match": whole["ETag"]})
    head = desk.head(address)

    assert b"".join(part.streaming_content) == b"234"
    assert (part.status_code, part["Content-Range"]) == (206, "bytes 2-4/10")
    assert known.status_code == 304
    assert (head.status_code, head["Content-Length"]) == (200, "10")


def test_html_with_scripts_is_kept_as_a_file_and_shown_without_them(desk, office):
    document = make.DocumentFactory()
    hostile = (
        b"<html><body><h1>Title</h1><script>alert(1)</script><p onclick='x()'>Words here.</p></body></html>"
    )
    version = actions.add_version(
        document=document, language="en", source=make.a_file(hostile), name="a.html", by=office, at=NOW
    )
    actions.read_version(version=version, at=NOW)

    shown = desk.get(at("read", document.symbol, "en")).content.decode()
    file = desk.get(at("file", document.symbol, "en"))

    assert "Words here." in shown
    assert "alert(1)" not in shown
    assert "onclick" not in shown
    assert b"".join(file.streaming_content) == hostile
    assert file["Content-Disposition"].startswith("attachment")


def test_a_pdf_is_read_by_page_with_pictures_beside_the_text(desk, office):
    document = make.DocumentFactory()
    pdf = make.a_pdf("A sentence about the region.", pages=2)
    version = actions.add_version(
        document=document, language="en", source=make.a_file(pdf), name="a.pdf", by=office, at=NOW
    )

    actions.read_version(version=FileVersion.objects.get(pk=version.pk), at=NOW)

    page = desk.get(at("read", document.symbol, "en")).content.decode()
    picture = desk.get(at("picture", document.symbol, "en", 1, 2))
    assert page.count("A sentence about the region.") == 2
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/webp")


def test_every_list_exports_as_xlsx(desk):
    from openpyxl import load_workbook

    make.DocumentFactory.create_batch(3)

    response = desk.get(at("list"), {"export": "xlsx"})

    rows = list(load_workbook(io.BytesIO(b"".join(response.streaming_content))).active.values)
    assert len(rows) == 4


def test_an_exported_cell_that_looks_like_a_formula_is_not_one(desk):
    make.DocumentFactory(titles={"en": "=1+1"})

    text = b"".join(desk.get(at("list"), {"export": "csv"}).streaming_content).decode()

    assert "'=1+1" in text


@pytest.mark.parametrize(
    "query", ["year=abc", "audience=x", "kind=NOPE", "page=99999", "page=x", "language=zz", "q=" + "x" * 5000]
)
def test_an_odd_filter_gives_a_page_and_never_an_error(desk, query):
    assert desk.get(at("list") + "?" + query).status_code == 200


def test_a_refused_button_is_greyed_and_says_why(office):
    client = Client()
    client.force_login(make.delegate())
    document = make.DocumentFactory(audience=Audience.MEMBERS)

    page = client.get(at("record", document.symbol)).content.decode()

    assert "Releasing to the public is done by the secretariat." in page


def test_a_control_sign_in_a_title_costs_nobody_the_list(desk):
    from openpyxl import load_workbook

    desk.post(at("new"), description(title_en="A\x01 note\r\non \u202ereturns"))
    make.DocumentFactory(titles={"en": "Older\x0b than the rule"})

    response = desk.get(at("list"), {"export": "xlsx"})

    rows = list(load_workbook(io.BytesIO(b"".join(response.streaming_content))).active.values)
    assert {row[1] for row in rows[1:]} == {"A note on returns", "Older than the rule"}


def test_a_year_of_two_figures_is_no_date(desk):
    response = desk.post(at("new"), description(dated="13"))

    assert "“13” is not a date" in response.content.decode()
    assert not Document.objects.exists()


def test_what_two_editors_changed_is_told_in_words_and_themes_are_among_it(desk, office):
    from puebla.members.models import Body

    document = make.DocumentFactory(titles={"en": "Old"}, body=Body.objects.get(code="VM"))
    theirs = make.BodyFactory(code="RCGM", names={"en": "The group", "es": "El grupo"})
    theme = make.ThemeFactory(names={"en": "Human rights", "es": "Derechos humanos"})
    actions.describe(
        document=document, values={"body": theirs}, themes=[theme], revision=1, by=office, at=NOW
    )

    told = desk.post(at("edit", document.symbol), description(title_en="Old", title_es="", revision=1))

    rows = {row["label"]: (row["present"], row["typed"]) for row in told.context["stale"]}
    assert rows["Body"] == ("The group", str(Body.objects.get(code="VM")))
    assert rows["Themes"] == ("Human rights", "")


@pytest.mark.parametrize("language", ["en", "es"])
def test_saving_a_form_as_it_came_changes_no_date_in_either_language(desk, language):
    import datetime as dt

    document = make.DocumentFactory(
        titles={"en": "Awaited"}, expected_on=dt.date(2030, 3, 4), dated_on=dt.date(2029, 5, 1), precision="month",
        embargo_until=dt.datetime(2031, 1, 2, 15, 30, tzinfo=dt.UTC),
    )  # fmt: skip
    with translation.override(language):
        address = at("edit", document.symbol)
    form = desk.get(address).context["form"]
    as_it_came = {
        bound.html_name: bound.field.widget.format_value(bound.value()) or "" for bound in form if bound.name != "themes"
    }  # fmt: skip

    desk.post(
        address, {name: value[0] if isinstance(value, list) else value for name, value in as_it_came.items()}
    )

    saved = Document.objects.get()
    assert saved.revision == document.revision + 1
    assert (saved.expected_on, saved.dated_on, saved.precision, saved.embargo_until) == (
        document.expected_on, document.dated_on, "month", document.embargo_until,
    )  # fmt: skip
    assert as_it_came["expected_on"] == "2030-03-04"


def test_the_index_of_a_pack_names_every_title(desk):
    import zipfile

    make.DocumentFactory(titles={"en": "A note", "es": "Una nota"})

    pack = zipfile.ZipFile(io.BytesIO(b"".join(desk.get(at("pack")).streaming_content)))

    index = pack.read("index.html").decode()
    assert '<b lang="en">A note</b><b lang="es">Una nota</b>' in index


@pytest.mark.parametrize("page", ["new", "upload"])
def test_an_upload_cut_off_in_the_middle_saves_nothing_of_the_form(desk, page):
    from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

    document = make.DocumentFactory()
    address = at("new") if page == "new" else at("upload", document.symbol)
    field = "file_en" if page == "new" else "file"
    whole = encode_multipart(
        BOUNDARY, description(language="en", **{field: upload(b"Words of a note. " * 5000)})
    )

    answer = desk.generic("POST", address, whole[:-2000], content_type=MULTIPART_CONTENT)

    assert answer.status_code == 400
    assert "No se guardó nada" in answer.text
    assert (Document.objects.count(), FileVersion.objects.count()) == (1, 0)


def test_a_row_that_was_refused_can_be_mended_on_the_same_page(desk):
    desk.post(
        at("drop"),
        {"dropped": [upload("El grupo se reunió y habló de la migración.".encode(), "papel_es.txt")]},
    )
    address = at("batch", Batch.objects.get().ref)
    row = {
        "1-language": "es",
        "1-title": "Papel",
        "1-kind": "NOTE",
        "1-body": "VM",
        "1-symbol": "",
        "1-dated": "2009-13",
    }

    told = desk.post(address, row | {"confirm": "1"}, follow=True)

    assert told.content.decode().count("This is not a date.") == 1
    assert 'value="2009-13"' in told.content.decode()

    desk.post(address, row | {"1-dated": "2009-12", "confirm": "1"})
    again = desk.post(address, row | {"confirm": "1"}, follow=True)

    assert Document.objects.get().precision == "month"
    assert "nothing was filed twice" in again.content.decode()


def test_a_table_thrown_away_in_another_window_is_told(desk):
    desk.post(at("drop"), {"dropped": [upload()]})
    address = at("batch", Batch.objects.get().ref)
    desk.post(address, {"discard": "1"})

    told = desk.post(address, {"confirm": "1"}, follow=True)

    assert "This table was thrown away" in told.content.decode()
    assert not Document.objects.exists()


def test_a_table_whose_looking_was_cut_off_is_finished_when_it_is_opened(desk, office):
    from puebla.documents.actions import importing

    batch = importing.open_batch(defaults={}, by=office, at=NOW)
    importing.stage(
        batch=batch, name="RCM-2009-VM-NOTE-1_en.txt", source=make.a_file(b"A note of the group.\n")
    )

    page = desk.get(at("batch", batch.ref)).content.decode()

    assert 'value="RCM/2009/VM/NOTE/1"' in page


def test_the_table_of_dropped_files_and_the_record_cost_the_same_number_of_queries_whatever_they_hold(
    desk, office
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from puebla.documents.actions import importing

    document = make.DocumentFactory()
    counts = []
    for size in (2, 20):
        batch = importing.open_batch(defaults={}, by=office, at=NOW)
        for number in range(size):
            other = make.DocumentFactory()
            actions.relate(source=document, target=other, kind="answers", by=office, at=NOW)
            importing.stage(
                batch=batch, name=f"{other.symbol.replace('/', '-')}_en.txt",
                source=make.a_file(f"A note of the group, number {number} of {size}.\n".encode()),
            )  # fmt: skip
        importing.propose(batch=batch)
        asked = []
        for address in (at("batch", batch.ref), at("record", document.symbol)):
            desk.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert desk.get(address).status_code == 200
            asked.append(len(queries))
        counts.append(asked)

    assert counts[0] == counts[1]
