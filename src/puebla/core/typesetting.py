"""What all files set for reading share: PDFs by typst in the product's own fonts, Word files in the same look.

Nothing here knows Django: the demonstration's files are built in processes of their own, which must start fast.
"""

from collections.abc import Mapping
from typing import Any

#: What readers of PDF and Word files are told of a language beside its code.
REGIONS = {"en": "US", "es": "CR", "fr": "CA", "pt": "BR"}
#: Styles of a Word file with their sizes.
_WORD_STYLES = (("Title", 19), ("Heading 1", 13), ("Heading 2", 11), ("Heading 3", 10.5))


def quoted(text: str) -> str:
    """A string of typst's own language: nothing in it is read as markup, and a line break stays one.

    >>> print(quoted('a "b" \\\\ #c'))
    "a \\"b\\" \\\\ #c"
    """
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def compiled(source: str, files: Mapping[str, bytes] | None = None, *, accessible: bool = False) -> bytes:
    """A tagged PDF; no font of the machine enters, so that the same source gives the same bytes everywhere.

    Args:
        files: what the source names. accessible: refuse what PDF/UA-1 does not allow, and say that it was kept.
    """
    import font_source_sans_pro
    import font_source_serif_pro
    import typst

    fonts: list[Any] = [font_source_serif_pro.font_directory, font_source_sans_pro.font_directory]
    made = typst.compile(
        {"main.typ": source.encode(), **(files or {})}, font_paths=fonts, ignore_system_fonts=True,
        pdf_standards="ua-1" if accessible else [],
    )  # fmt: skip
    if not isinstance(made, bytes):
        raise TypeError("typst gave no PDF")
    return made


def locale_of(language: str) -> str:
    """The language with its region, as Word wants it: "es-CR"."""
    return "-".join(filter(None, [language, REGIONS.get(language, "")]))


def style_word(document: Any, language: str, colour: str) -> None:
    """Give a Word file the product's look, and say in which language its words are."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Georgia", Pt(10.5)
    normal.paragraph_format.space_after = Pt(7)
    said = OxmlElement("w:lang")
    said.set(qn("w:val"), locale_of(language))
    normal.element.get_or_add_rPr().append(said)
    for name, size in _WORD_STYLES:
        font = document.styles[name].font
        font.name, font.size, font.color.rgb = "Georgia", Pt(size), RGBColor.from_string(colour)
        # Word prefers a theme's font to the one that is named.
        fonts = document.styles[name].element.rPr.rFonts
        for attribute in [key for key in fonts.attrib if "Theme" in key or "theme" in key]:
            del fonts.attrib[attribute]


def add_field(paragraph: Any, code: str) -> None:
    """Add what Word counts itself to a paragraph: PAGE, NUMPAGES."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)
