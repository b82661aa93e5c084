"""PDFs and Word files: words are words, never markup; the same source gives the same bytes, in the product's own fonts."""

import docx
import pypdfium2

from puebla.core.typesetting import add_field, compiled, quoted, style_word

AWKWARD = r'#let "x" \ *bold* [a] $1$ <b> @c // d'


def words_of(pdf):
    return pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_bounded()


def test_nothing_in_words_is_read_as_markup_and_the_same_source_gives_the_same_bytes():
    source = f"#set document(date: none)\n#par({quoted(AWKWARD)})"

    made = compiled(source)

    assert words_of(made) == AWKWARD
    assert compiled(source) == made


def test_a_source_takes_files_and_a_line_break_stays_one():
    made = compiled(
        f'#set document(title: "T", date: none)\n#read("a.txt")\n#par({quoted("b" + chr(10) + "c")})',
        {"a.txt": b"from a file"},
        accessible=True,
    )

    assert words_of(made).split() == ["from", "a", "file", "b", "c"]
    assert b"pdfuaid" in made


def test_a_word_file_names_its_language_counts_its_pages_and_has_no_font_of_a_theme():
    document = docx.Document()

    style_word(document, "es", "12357F")
    add_field(document.add_paragraph(), "PAGE")

    styles = document.styles.element.xml
    assert 'w:lang w:val="es-CR"' in document.styles["Normal"].element.xml
    assert "Theme" not in "".join(
        document.styles[name].element.rPr.rFonts.xml for name in ("Title", "Heading 1")
    )
    assert "Georgia" in styles
    assert 'w:instr="PAGE"' in document.element.xml
