"""Web pages: their text, and their body with everything taken out that could act or fetch."""

import re
from collections.abc import Iterator

import lxml.html
import nh3
from lxml import etree

from puebla.core.files.decoding import encoding_of, text_of

from . import Job, UnparsableError
from .paragraphs import into_pages, normalised

_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_SILENT = {
    "script",
    "style",
    "template",
    "noscript",
    "iframe",
    "object",
    "svg",
    "math",
    "head",
    "select",
    "textarea",
}
_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html",
    "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
}  # fmt: skip
# Words and their order only: no pictures (they would be fetched), no forms, no styles, no identifiers of the page.
_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "col", "colgroup", "dd", "del", "dfn", "div", "dl",
    "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "ins", "li", "ol", "p", "pre",
    "q", "s", "section", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
    "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
}


def parse(job: Job) -> None:
    """Read the running text and keep the page itself in a harmless form."""
    source = _source(job)
    parser = lxml.html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = lxml.html.document_fromstring(source or "<p></p>", parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise UnparsableError("broken") from error
    job.title = " ".join((root.findtext(".//title") or "").split())
    body = root.find("body")
    if body is None:
        return
    job.pages = list(into_pages(_blocks(body)))
    job.html = _harmless(body)


def _source(job: Job) -> str:
    """Decoded by the mark at the start, by what the page says of itself, or as it reads."""
    head = job.path.open("rb").read(4096)
    said = _CHARSET.search(head)
    if said and encoding_of(job.path) not in ("utf-8-sig", "utf-16"):
        try:
            text = job.path.read_bytes().decode(said.group(1).decode("ascii"))
        except (LookupError, UnicodeError):
            text = text_of(job.path)
    else:
        text = text_of(job.path)
    # A declaration of encoding within decoded text would be refused by the parser.
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text.replace("\0", ""), count=1)


def _harmless(body: lxml.html.HtmlElement) -> str:
    content = lxml.html.tostring(body, encoding="unicode")
    return nh3.clean(
        content,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        clean_content_tags=_SILENT,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    ).strip()


def _blocks(body: lxml.html.HtmlElement) -> Iterator[str]:
    """Blocks of text; the rows of a table stay together as lines."""
    gathered: list[str] = []
    for event, text in _walk(body):
        if event == "text":
            gathered.append(text)
        elif gathered and (block := _tidied(gathered)):
            yield block
            gathered = []
        else:
            gathered = []
    if block := _tidied(gathered):
        yield block


def _tidied(parts: list[str]) -> str:
    lines = normalised("".join(parts).replace("\t", "\ue000")).replace("\ue000", "\t").split("\n")
    return "\n".join(line for line in (line.strip() for line in lines) if line)


def _walk(element: etree._Element) -> Iterator[tuple[str, str]]:
    """Text and ends of blocks, in order."""
    for event, node in etree.iterwalk(element, events=("start", "end")):
        name = node.tag if isinstance(node.tag, str) else ""
        if event == "start" and name in _SILENT:
            node.clear(keep_tail=True)
        elif event == "start":
            yield from _opening(name, node)
        else:
            yield from _closing(name)
            if node is not element and node.tail:
                yield "text", re.sub(r"\s+", " ", node.tail)


def _opening(name: str, node: etree._Element) -> Iterator[tuple[str, str]]:
    if name in _BLOCKS and name not in ("tr", "tbody", "thead", "tfoot") and not _in_cell(node):
        yield "break", ""
    if name == "br":
        yield "text", "\n"
    if node.text:
        yield "text", node.text if name == "pre" else re.sub(r"\s+", " ", node.text)


def _closing(name: str) -> Iterator[tuple[str, str]]:
    if name in ("td", "th"):
        yield "text", "\t"
    elif name == "tr":
        yield "text", "\n"
    elif name in _BLOCKS and name not in ("tbody", "thead", "tfoot"):
        yield "break", ""


def _in_cell(node: etree._Element) -> bool:
    return next(node.iterancestors("td", "th"), None) is not None
