"""A text brought in from files: recognised, paired, proposed, and stored only when confirmed."""

import io

import docx
import pytest
from django.test import Client
from django.urls import reverse

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
