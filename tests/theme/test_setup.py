"""What set-up makes: the faces under our own name, and the Spanish catalogue."""

import gettext
import re
from dataclasses import replace

import pytest

from tools import assets, translations

CUT = assets.CUTS[0]


@pytest.fixture
def catalogue(tmp_path, monkeypatch):
    """A small house of its own: one module, one template, an empty catalogue."""
    source = tmp_path / "puebla"
    (source / "room" / "templates").mkdir(parents=True)
    (source / "room" / "views.py").write_text(
        "from django.utils.translation import gettext as _, ngettext, pgettext\n"
        '_("Saved on %(day)s.") % {"day": 1}\n'
        'ngettext("%(n)s page", "%(n)s pages", 2)\n'
        'pgettext("verb", "file")\n'
        'not_marked("Left alone")\n'
    )
    (source / "room" / "templates" / "page.html").write_text(
        "<div>\n      {% translate 'Documents' %}\n  {% field x _(\"Title\") %}\n"
        "   {% blocktranslate trimmed with who=a.b %}\n  Given by\n  {{ who }}\n{% endblocktranslate %}\n</div>"
    )
    monkeypatch.setattr(translations, "SOURCE", source)
    monkeypatch.setattr(translations, "LOCALE", source / "locale")
    monkeypatch.setattr(translations.gather, "__defaults__", (source,))
    return source


def translate(catalogue, words):
    path = translations.path_of("es")
    text = path.read_text()
    for english, spanish in words.items():
        text = text.replace(f'msgid "{english}"\nmsgstr ""', f'msgid "{english}"\nmsgstr "{spanish}"')
    path.write_text(text)


def test_texts_of_modules_and_templates_are_gathered(catalogue):
    found = {(message.context, message.id) for message in translations.gather(catalogue) if message.id}

    assert found == {
        (None, "Saved on %(day)s."),
        (None, ("%(n)s page", "%(n)s pages")),
        ("verb", "file"),
        (None, "Documents"),
        (None, "Title"),
        (None, "Given by %(who)s"),
    }


def test_an_update_brings_new_texts_and_keeps_what_is_translated(catalogue, capsys):
    translations.main(["update"])
    translate(catalogue, {"Documents": "Documentos"})
    with (catalogue / "room" / "views.py").open("a") as more:
        more.write('_("New")\n')

    translations.main(["update"])

    present = translations.read("es")
    assert present["Documents"].string == "Documentos"
    assert "New" in present
    assert not re.search(r"^#: .*:\d", translations.path_of("es").read_text(), re.MULTILINE)


def test_an_update_without_change_writes_the_same_bytes(catalogue, capsys):
    translations.main(["update"])
    before = translations.path_of("es").read_bytes()

    translations.main(["update"])

    assert translations.path_of("es").read_bytes() == before


def test_the_check_names_what_is_missing_empty_unused_or_broken(catalogue, capsys):
    translations.main(["update"])
    translate(catalogue, {"Documents": "Documentos", "Saved on %(day)s.": "Guardado el %(dia)s."})
    with (catalogue / "room" / "views.py").open("a") as more:
        more.write('_("New")\n')
    (catalogue / "room" / "templates" / "page.html").write_text("{% translate 'Documents' %}")
    capsys.readouterr()

    code = translations.main(["check"])

    said = capsys.readouterr().out
    assert code == 1
    assert 'es: missing: "New"' in said
    assert 'es: empty: "file" (verb)' in said
    assert 'es: unused: "Title"' in said
    assert 'es: differs in its placeholders: "Saved on %(day)s."' in said
    assert '"Documents"' not in said


def test_what_is_compiled_speaks_spanish(catalogue, capsys):
    translations.main(["update"])
    translate(catalogue, {"Documents": "Documentos"})

    translations.main(["compile"])

    with translations.path_of("es", ".mo").open("rb") as stream:
        assert gettext.GNUTranslations(stream).gettext("Documents") == "Documentos"


def test_a_face_carries_our_name_and_still_its_licence(tmp_path):
    from fontTools.ttLib import TTFont

    source = assets.original(CUT)
    if source is None:
        pytest.skip("font-source-serif-pro is not installed: make setup")

    assets.subset(source, tmp_path / CUT.file, CUT)

    font = TTFont(tmp_path / CUT.file)
    names = {record.nameID: record.toUnicode() for record in font["name"].names}
    assert {
        number: text for number, text in names.items() if "Source" in text and number not in (0, 13)
    } == {}
    assert names[1] == "Puebla Serif"
    assert "Open Font License" in names[13]
    assert set(map(ord, "ÁñüçãœŁ–—“”’…→✓0123456789")) <= set(font.getBestCmap())
    assert (
        len({font["hmtx"][font.getBestCmap()[ord(figure)]][0] for figure in "0123456789"}) == 1
    )  # they stand in columns


@pytest.mark.parametrize("cut", assets.CUTS, ids=lambda cut: cut.style)
def test_the_face_that_stands_in_is_as_high_as_ours(cut):
    from fontTools.ttLib import TTFont

    source = assets.original(cut)
    if source is None:
        pytest.skip(f"{cut.package} is not installed: make setup")
    font = TTFont(source)
    size = font["head"].unitsPerEm

    assert cut.rise == pytest.approx(font["hhea"].ascent / size, abs=0.002)
    assert cut.fall == pytest.approx(-font["hhea"].descent / size, abs=0.002)
    assert f'font-family:"{cut.family} like"' in assets.face(cut)


def test_the_faces_together_stay_within_their_budget():
    made = [assets.FONTS_DIR / cut.file for cut in assets.CUTS]
    if not all(path.exists() for path in made):
        pytest.skip("the faces were not made: make setup")

    assert sum(path.stat().st_size for path in made) <= 60_000


def test_without_the_wheel_a_line_says_so_and_no_stale_sheet_stays(tmp_path, capsys):
    absent = replace(CUT, package="font_nobody_has", source="X.ttf")
    (tmp_path / "fonts.css").write_text("stale")

    assets.make_fonts([absent], tmp_path)

    assert "font_nobody_has not installed" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []
