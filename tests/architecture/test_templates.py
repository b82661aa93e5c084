"""Templates: every word is marked for translation, and nothing stands in them that the security policy would refuse."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "puebla"
TEMPLATES = sorted(SOURCE.rglob("templates/**/*.html"))
#: The same in every language.
SAME = {
    "BibTeX", "CSL-JSON", "RIS", "CSV", "XLSX", "ODS", "PDF", "DOCX", "ZIP", "vCard", "SHA-256", "JSON", "TOTP", "QR", "Puebla", "English", "Español", "ISO",
    "UTC", "OCR",
}  # fmt: skip
SPOKEN = {"alt", "title", "placeholder", "aria-label", "aria-description", "data-label", "content"}
#: Opened from disk, out of a zip, where no style sheet of ours lies beside it; no policy speaks there.
FROM_DISK = {"pack_index.html"}


def bare(text):
    """The template without comments, texts marked for translation, variables and tags."""
    text = re.sub(r"{#.*?#}|{%\s*comment\b.*?{%\s*endcomment\s*%}", "", text, flags=re.S)
    text = re.sub(r"<(/?){%.*?%}", r"<\1x", text)
    text = re.sub(r"{%\s*(blocktranslate|blocktrans)\b.*?{%\s*end\1\s*%}", "", text, flags=re.S)
    return re.sub(r"{{.*?}}|{%.*?%}", " ", text, flags=re.S)


class Words(HTMLParser):
    """Gathers what a reader would see or hear, and what a strict policy refuses."""

    def __init__(self):
        super().__init__()
        self.said, self.refused, self._silent = [], [], 0

    def handle_starttag(self, tag, attrs):
        self._silent += tag in {"script", "style"}
        values = {name: value or "" for name, value in attrs}
        if tag == "style":
            self.refused.append("<style>")
        # Data is not run: JSON-LD is read by machines and passes the policy.
        if tag == "script" and "src" not in values and values.get("type") != "application/ld+json":
            self.refused.append("<script> without src")
        self.refused += [
            f'{name}="…"' for name in values if name == "style" or re.fullmatch(r"on[a-z]+", name)
        ]
        self.refused += [
            f"{name}: javascript" for name, value in values.items() if value.startswith("javascript:")
        ]
        spoken = SPOKEN - ({"content"} if values.get("name") != "description" else set())
        self.said += [value for name, value in values.items() if name in spoken]

    def handle_endtag(self, tag):
        self._silent -= tag in {"script", "style"}

    def handle_data(self, data):
        if not self._silent:
            self.said.append(data)


def read(path):
    words = Words()
    words.feed(bare(path.read_text(encoding="utf-8")))
    return words


def name(path):
    return path.relative_to(SOURCE).as_posix()


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_word_of_a_template_is_marked_for_translation(path):
    said = [word for text in read(path).said for word in re.findall(r"[^\W\d_][\w.-]+", text)]

    assert [word for word in said if word not in SAME] == []


@pytest.mark.parametrize("path", [one for one in TEMPLATES if one.name not in FROM_DISK], ids=name)
def test_a_template_holds_no_inline_script_style_or_event(path):
    assert read(path).refused == []


@pytest.mark.parametrize(
    "faulty",
    [
        "<p>Hello there</p>",
        '<img alt="A picture">',
        "{% translate 'Yes' %} but no",
    ],
)
def test_a_bare_word_is_noticed(faulty):
    words = Words()

    words.feed(bare(faulty))

    assert re.search(r"[a-z]{2}", " ".join(words.said))
