"""How a document is described to a harvester: simple Dublin Core, which everybody reads, and MARC 21 for libraries."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml import etree

from puebla.core.languages import Texts
from puebla.core.models import Process
from puebla.core.words import one_line
from puebla.publications.models import PublicDocument
from puebla.publications.views import address, addresses, file_address, themes_of

XSI = "http://www.w3.org/2001/XMLSchema-instance"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
DC = "http://purl.org/dc/elements/1.1/"
MARC = "http://www.loc.gov/MARC21/slim"
#: ISO 639-2, as MARC writes languages; others are left out there.
MARC_LANGUAGES = {"en": "eng", "es": "spa", "fr": "fre", "pt": "por"}

Fields = Iterator[tuple[str, str, str]]


@dataclass(frozen=True)
class Format:
    """A description that can be asked for by its prefix."""

    prefix: str
    schema: str
    namespace: str
    describe: Callable[[PublicDocument, Process | None], etree._Element]


def _root(name: str, namespace: str, schema: str, **prefixes: str) -> etree._Element:
    root = etree.Element(f"{{{namespace}}}{name}", nsmap=dict(prefixes) | {"xsi": XSI})
    root.set(f"{{{XSI}}}schemaLocation", f"{namespace} {schema}")
    return root


# Dublin Core -------------------------------------------------------------------------------------------------------


def dublin_core(document: PublicDocument, process: Process | None) -> etree._Element:
    """The document in the fifteen elements of Dublin Core, each text in each of its languages."""
    root = _root("dc", OAI_DC, FORMATS["oai_dc"].schema, oai_dc=OAI_DC, dc=DC)
    for name, words, language in _elements(document, process):
        text = one_line(words)
        if text:
            node = etree.SubElement(root, f"{{{DC}}}{name}")
            node.text = text
            if language:
                node.set(XML_LANG, language)
    return root


def _elements(document: PublicDocument, process: Process | None) -> Fields:
    names = process.names if process else {}
    files = [file for file in document.files.all() if file.current]
    yield from _each("title", document.titles)
    yield from _each("creator", document.party_names or names)
    for theme in themes_of(document):
        yield from _each("subject", theme.names)
    yield from _each("publisher", names)
    yield "date", document.written_date, ""
    yield from _each("type", document.kind_names)
    for media_type in sorted({file.media_type for file in files}):
        yield "format", media_type, ""
    yield "identifier", document.symbol, ""
    for page in addresses("portal:document", document.symbol).values():
        yield "identifier", page, ""
    for file in files:
        yield "identifier", file_address(document, file, file.language), ""
    yield from _each("source", document.meeting_titles)
    for language in sorted({file.language for file in files}):
        yield "language", language, ""
    if document.meeting_symbol:
        yield "relation", address("portal:meeting", document.meeting_symbol), ""
    for relation in document.relations:
        yield "relation", relation["symbol"], ""


def _each(name: str, texts: Texts) -> Fields:
    return ((name, words, code) for code, words in texts.items())


# MARC 21 -----------------------------------------------------------------------------------------------------------


def marc(document: PublicDocument, process: Process | None) -> etree._Element:
    """The document as a library's record: titles in all languages, symbol, body, meeting, themes, files."""
    root = _root("record", MARC, FORMATS["marcxml"].schema, marc=MARC)
    _sub(root, "leader").text = "00000nam a2200000 i 4500"
    _sub(root, "controlfield", tag="001").text = one_line(document.symbol)
    year = document.written_date[:4] or "uuuu"
    files = [file for file in document.files.all() if file.current]
    spoken = list(dict.fromkeys(code for file in files if (code := MARC_LANGUAGES.get(file.language))))
    original = MARC_LANGUAGES.get(document.original_language) or (spoken[0] if spoken else "und")
    # Forty places: entered on, year, country unknown, seventeen that are not coded, language, source.
    _sub(
        root, "controlfield", tag="008"
    ).text = f"{document.released_at:%y%m%d}s{year}    xx {'|' * 17}{original} d"
    if len(spoken) > 1:
        _field(root, "041", "0 ", *(("a", code) for code in spoken))
    _field(root, "088", "  ", ("a", document.symbol))
    _authors(root, document, process)
    _titles(root, document)
    _field(root, "264", " 1", ("b", _first(process.names if process else {})), ("c", document.written_date))
    for words in document.kind_names.values():
        _field(root, "655", " 7", ("a", words), ("2", "local"))
    for theme in themes_of(document):
        for words in theme.names.values():
            _field(root, "650", " 7", ("a", words), ("2", "local"))
    for page in addresses("portal:document", document.symbol).values():
        _field(root, "856", "42", ("u", page))
    for file in files:
        _field(root, "856", "40", ("u", file_address(document, file, file.language)), ("q", file.media_type),
               ("s", str(file.size)), ("3", MARC_LANGUAGES.get(file.language, file.language)))  # fmt: skip
    return root


def _authors(root: etree._Element, document: PublicDocument, process: Process | None) -> None:
    _field(
        root, "110", "2 ", ("a", _first(process.names if process else {})), ("b", _first(document.body_names))
    )
    if document.meeting_symbol:
        _field(root, "711", "2 ", ("a", _first(document.meeting_titles)))
    if document.party_names:
        _field(root, "710", "2 ", ("a", _first(document.party_names)))


def _titles(root: etree._Element, document: PublicDocument) -> None:
    """The title in the original language, the others as parallel titles."""
    codes = sorted(document.titles, key=lambda code: code != document.original_language)
    for number, code in enumerate(codes):
        _field(
            root, "245" if number == 0 else "246", "10" if number == 0 else "31", ("a", document.titles[code])
        )


def _first(texts: Texts) -> str:
    return next(iter(texts.values()), "")


def _field(root: etree._Element, tag: str, indicators: str, *subfields: tuple[str, str]) -> None:
    """One field; subfields without words are left out, and so is a field without any but its source."""
    given = [(code, words) for code, text in subfields if (words := one_line(text))]
    if not [code for code, _words in given if code != "2"]:
        return
    node = _sub(root, "datafield", tag=tag, ind1=indicators[0], ind2=indicators[1])
    for code, words in given:
        _sub(node, "subfield", code=code).text = words


def _sub(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{MARC}}}{name}", attributes)


FORMATS = {
    one.prefix: one
    for one in (
        Format("oai_dc", "http://www.openarchives.org/OAI/2.0/oai_dc.xsd", OAI_DC, dublin_core),
        Format("marcxml", "http://www.loc.gov/standards/marcxml/schema/MARC21slim.xsd", MARC, marc),
    )
}
