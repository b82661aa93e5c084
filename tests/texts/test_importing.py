"""A text brought in from files: recognised, paired, proposed, and stored only when confirmed."""

import io

import docx
import pytest
from django.test import Client
from django.urls import reverse
from odf.opendocument import OpenDocumentText
from odf.text import List, ListItem, ListLevelStyleNumber, ListStyle, P

from puebla.core.alignment import paragraphs
from puebla.texts.actions.importing import propose, read_file
from puebla.texts.models import Paragraph
from tests import factories as make
from tests.texts.making import a_text, living

pytestmark = pytest.mark.django_db
ENGLISH = """Declaration of the meeting

Recalling the principles of the Conference, which were adopted long ago;

1. The Vice-Ministers took note of the report.

(a) They thanked the 11 delegations;

(c) They asked for a summary.

3. They decided to meet again.
"""
SPANISH = """Declaración de la reunión

Recordando los principios de la Conferencia, que se adoptaron hace tiempo;

1. Los Viceministros tomaron nota del informe.

(a) Agradecieron a las 11 delegaciones;

(c) Solicitaron un resumen.

3. Decidieron reunirse de nuevo.
"""


def as_docx(text):
    document = docx.Document()
    for line in text.split("\n\n"):
        document.add_paragraph(line.strip())
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def upload(name, content):
    stream = io.BytesIO(content)
    stream.name = name
    return stream


@pytest.fixture
def secretary():
    return make.secretariat_person()


def test_two_files_become_one_text_when_the_table_is_confirmed(secretary):
    text = a_text(by=secretary)
    client = Client()
    client.force_login(secretary)
    address = reverse("texts:import", args=[text.ref])
    files = {"file_en": upload("d.docx", as_docx(ENGLISH)), "file_es": upload("d.txt", SPANISH.encode())}

    table = client.post(address, files)

    assert not Paragraph.objects.exists()
    page = table.content.decode()
    assert "Letter c does not follow." in page
    assert "Number 3 follows 1." in page
    for _twice in range(2):
        client.post(address, {"proposed": table.context["proposed"], "kind-4": ""})
    nodes = living(text)
    assert [(node.paragraph.kind, node.number) for node in nodes] == [
        ("heading", ""), ("paragraph", ""), ("paragraph", "1"), ("item", "1(a)"), ("paragraph", "2"),
    ]  # fmt: skip
    assert nodes[1].paragraph.function == "preambular"
    assert nodes[3].paragraph.words == {
        "en": "They thanked the 11 delegations;",
        "es": "Agradecieron a las 11 delegaciones;",
    }


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "Choose a file."),
        ({"file_en": ("a.pdf", make.a_pdf())}, "is no DOCX, ODT or plain text"),
        ({"file_en": ("a.txt", b"")}, "a.txt"),
        (
            {
                "file_en": (
                    "a.txt",
                    "\n\n".join(
                        f"{n}. Then {'abcdefghij'[n % 10] * (n // 10 + 1)} was said." for n in range(1, 403)
                    ).encode(),
                )
            },
            "has 402 paragraphs",
        ),
    ],
)
def test_what_is_no_such_file_is_refused_with_a_sentence(secretary, files, sentence):
    text = a_text(by=secretary)
    client = Client()
    client.force_login(secretary)
    address = reverse("texts:import", args=[text.ref])

    page = client.post(address, {key: upload(*one) for key, one in files.items()})

    assert sentence in page.content.decode()


def test_a_table_of_another_text_or_a_forged_one_writes_nothing(secretary):
    text, other = a_text(by=secretary), a_text(by=secretary)
    client = Client()
    client.force_login(secretary)
    table = client.post(
        reverse("texts:import", args=[text.ref]), {"file_en": upload("d.txt", ENGLISH.encode())}
    )

    for proposed in (table.context["proposed"], "forged"):
        client.post(reverse("texts:import", args=[other.ref]), {"proposed": proposed})

    assert not Paragraph.objects.exists()


def test_a_refused_confirmation_shows_the_table_again_as_it_was_chosen(secretary):
    text = a_text(by=secretary)
    client = Client()
    client.force_login(secretary)
    address = reverse("texts:import", args=[text.ref])
    table = client.post(address, {"file_en": upload("d.docx", as_docx(ENGLISH))})
    proposed = table.context["proposed"]

    again = client.post(address, {"proposed": proposed, "kind-0": "item", "kind-4": ""})

    assert not Paragraph.objects.exists()
    page = again.content.decode()
    assert "An item belongs below a paragraph." in page
    assert [row["kind"] for row in again.context["rows"]] == [
        "item",
        "paragraph",
        "paragraph",
        "item",
        "",
        "paragraph",
    ]
    client.post(address, {"proposed": again.context["proposed"]})
    assert len(living(text)) == 6


def test_every_language_is_brought_in_and_numbers_letters_and_small_roman_ones_keep_their_depth():
    def read(*lines):
        return paragraphs([(1, "\n\n".join(lines))], "en")

    rows = propose({
        "en": read("(1) First of them, which is long enough.", "(a) letter one;", "(i) roman one;", "(ii) roman two;", "(b) letter two.", "2) Second of them is here.", "(i) alone one;", "(ii) alone two."),
        "es": read("(1) La primera, que es bastante larga.", "(a) letra una;", "(i) romano uno;", "(ii) romano dos;", "(b) letra dos.", "2) La segunda está aquí.", "(i) solo uno;", "(ii) solo dos."),
        "fr": read("(1) La première, qui est assez longue.", "(a) lettre une;", "(i) romain un;", "(ii) romain deux;", "(b) lettre deux.", "2) La deuxième est ici.", "(i) seul un;", "(ii) seul deux."),
    })  # fmt: skip

    assert [(one.kind, one.depth) for one in rows] == [
        ("paragraph", 0), ("item", 1), ("item", 2), ("item", 2), ("item", 1), ("paragraph", 0), ("item", 1), ("item", 1),
    ]  # fmt: skip
    assert [one.faults for one in rows] == [()] * 8
    assert all(set(one.words) == {"en", "es", "fr"} for one in rows)


def test_a_long_section_with_a_roman_number_is_read_too_and_small_items_stand_below_their_letter(secretary):
    text = a_text(by=secretary)
    client = Client()
    client.force_login(secretary)
    address = reverse("texts:import", args=[text.ref])
    content = b"II. A long line that ends as a sentence does.\n\n1. One;\n\n(a) a letter;\n\n(i) below it;\n\n(b) another."

    table = client.post(address, {"file_en": upload("d.txt", content)})
    client.post(address, {"proposed": table.context["proposed"]})

    assert [node.number for node in living(text)][1:] == ["1", "1(a)", "1(a)(i)", "1(b)"]


def test_numbers_that_the_word_processor_sets_by_itself_are_read(secretary):
    """They stand nowhere in the words: a file of a real office would otherwise come in without numbers."""
    document = docx.Document()
    document.add_paragraph("Recalling what was agreed in the year before,")
    for words, style in (("Decides to meet again.", "List Number"), ("Urges all to come.", "List Number")):
        document.add_paragraph(words, style=style)
    word = io.BytesIO()
    document.save(word)
    writer = OpenDocumentText()
    style = ListStyle(name="L1")
    style.addElement(ListLevelStyleNumber(level=1, numformat="1", numsuffix="."))
    style.addElement(ListLevelStyleNumber(level=2, numformat="a", numprefix="(", numsuffix=")"))
    writer.automaticstyles.addElement(style)
    for continues, words, below in (
        ("false", "Decide reunirse.", ["con datos;"]),
        ("true", "Insta a todos.", []),
    ):
        numbered = List(stylename=style, continuenumbering=continues)
        item, inside = ListItem(), List()
        item.addElement(P(text=words))
        for one in below:
            lower = ListItem()
            lower.addElement(P(text=one))
            inside.addElement(lower)
            item.addElement(inside)
        numbered.addElement(item)
        writer.text.addElement(numbered)
    odt = io.BytesIO()
    writer.save(odt)

    english = propose({"en": read_file(io.BytesIO(word.getvalue()), "a.docx", "en")})
    spanish = propose({"es": read_file(io.BytesIO(odt.getvalue()), "a.odt", "es")})

    assert [(one.kind, one.printed, one.function) for one in english] == [
        ("paragraph", "", "preambular"), ("paragraph", "1.", "informational"), ("paragraph", "2.", "informational"),
    ]  # fmt: skip
    assert [(one.printed, one.words["es"]) for one in spanish] == [
        ("1.", "Decide reunirse."), ("(a)", "con datos;"), ("2.", "Insta a todos."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "lines",
    [
        f"Title\r\n1. The first of them is long enough that no margin would have left it on one line{' indeed' * 5}.\r\n2. The second.",
        "Title\n1. The first of them was broken by a margin as lines\nof a terminal are, and then it goes on and on here\nuntil it ends.\n2. The second.",
    ],
)  # fmt: skip
def test_a_plain_text_without_blank_lines_falls_into_its_paragraphs(lines):
    rows = propose({"en": read_file(io.BytesIO(lines.encode()), "a.txt", "en")})

    assert [(one.kind, one.printed) for one in rows] == [
        ("heading", ""),
        ("paragraph", "1."),
        ("paragraph", "2."),
    ]


def test_the_table_says_which_figures_differ_and_what_is_pending_before_anything_is_stored(secretary):
    client = Client()
    client.force_login(secretary)
    files = {
        "file_en": upload(
            "d.txt", b"1. They thanked the 12 delegations.\n\n2. They met in the old town hall again."
        ),
        "file_es": upload("d.txt", b"1. Agradecieron a las 14 delegaciones."),
    }

    page = client.post(reverse("texts:import", args=[a_text(by=secretary).ref]), files).content.decode()

    assert "Only here: 12" in page
    assert "Only here: 14" in page
    assert "1 pending in a language · 1 with figures or dates that differ" in page


def test_a_letter_below_a_heading_is_told_before_anything_is_refused():
    rows = propose(
        {
            "en": read_file(
                io.BytesIO(b"1. First.\n\nIntroduction\n\n(a) a part.\n\n2. Second:\n\n(a) a part."),
                "a.txt",
                "en",
            )
        }
    )

    assert [bool(one.faults) for one in rows] == [False, False, True, False, False]
