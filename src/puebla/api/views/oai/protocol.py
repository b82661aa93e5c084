"""The six questions of OAI-PMH 2.0, and the answer to whatever is none."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from django.conf import settings
from django.db.models import Exists, Min, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from lxml import etree

from puebla.api import querysets
from puebla.api.views.oai import tokens
from puebla.api.views.oai.formats import FORMATS, XSI, Format
from puebla.core.languages import show
from puebla.core.models import Process
from puebla.core.words import one_line
from puebla.publications.models import PublicDocument, PublicTheme
from puebla.publications.querysets import PublicDocumentQuerySet
from puebla.publications.views import themes_of

OAI = "http://www.openarchives.org/OAI/2.0/"
IDENTIFIERS = "http://www.openarchives.org/OAI/2.0/oai-identifier"
GRANULARITY = "YYYY-MM-DDThh:mm:ssZ"
PER_PAGE = 100
#: The topics that are sets; each is a set itself, that of all records which have one.
SETS = ("kind", "body", "theme")
SET_NAMES = {"kind": "Kinds of documents", "body": "Bodies", "theme": "Themes"}
_SPEC = re.compile(r"[A-Za-z0-9\-_.!~*'()]+(:[A-Za-z0-9\-_.!~*'()]+)*")
_PREFIX = re.compile(r"[A-Za-z0-9\-_.!~*'()]+")
_DOMAIN = re.compile(r"[a-zA-Z][a-zA-Z0-9\-]*(\.[a-zA-Z][a-zA-Z0-9\-]*)+")
_DAY, _SECOND = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class OaiError(Exception):
    """A question that gets no answer: its code in the protocol, and a sentence for whoever runs the harvester.

    The sentence is told in every language: harvesters ask for none, and the answer is kept for everybody.
    """

    def __init__(self, code: str, sentence: object, **facts: object) -> None:
        super().__init__(sentence)
        self.code = code
        self._sentence, self._facts = sentence, facts

    def __str__(self) -> str:
        told = []
        for language, _name in settings.LANGUAGES:
            with override(language):
                told.append(str(self._sentence) % self._facts if self._facts else str(self._sentence))
        return " · ".join(told)


@dataclass(frozen=True)
class Verb:
    """A question: what it must be given, and what it may."""

    answer: Callable[[dict[str, str], dt.datetime], etree._Element]
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    #: Whether its lists go on by a token, which then stands alone.
    goes_on: bool = False


def oai(request: HttpRequest) -> HttpResponse:
    """Answer a harvester; asked by GET or POST."""
    at = timezone.now()
    asked = request.POST if request.method == "POST" else request.GET
    arguments: dict[str, str] = {}
    try:
        arguments = _arguments(asked)
        answer = [VERBS[arguments["verb"]].answer(arguments, at)]
    except OaiError as error:
        answer = [_error(error)]
        if error.code in ("badVerb", "badArgument"):
            arguments = {}  # as the protocol has it: what is not understood is not said again
    return _written(answer, arguments, at)


def _arguments(asked: Any) -> dict[str, str]:
    """The arguments of a question that the protocol allows.

    Raises:
        OaiError: badVerb or badArgument.
    """
    verb = VERBS.get(asked.get("verb", ""))
    if verb is None or len(asked.getlist("verb")) != 1:
        raise OaiError("badVerb", _("Ask with one of: %(known)s."), known=", ".join(VERBS))
    given = {name: asked.get(name) for name in asked if name != "verb"}
    repeated = [name for name in given if len(asked.getlist(name)) > 1]
    alone = verb.goes_on and "resumptionToken" in given
    allowed = {"resumptionToken"} if alone else verb.required | verb.optional
    unknown = [name for name in given if name not in allowed]
    missing = [] if alone else sorted(verb.required - set(given))
    for names, sentence in (
        (repeated, _("Given more than once: %(names)s.")),
        (unknown, _("Not to be given here: %(names)s.")),
        (missing, _("Missing: %(names)s.")),
    ):
        if names:
            raise OaiError("badArgument", sentence, names=", ".join(one_line(name)[:40] for name in names))
    return {"verb": asked["verb"]} | {name: str(value) for name, value in given.items()}


# The six questions -------------------------------------------------------------------------------------------------


def _identify(_asked: dict[str, str], at: dt.datetime) -> etree._Element:
    node = etree.Element(_name("Identify"))
    process = Process.objects.first()
    earliest = PublicDocument.objects.known(at=at).aggregate(first=Min("changed_at"))["first"]
    facts = [
        ("repositoryName", str(show(process.names)) if process else "Puebla"),
        ("baseURL", base_url()),
        ("protocolVersion", "2.0"),
        ("adminEmail", _contact(process)),
        ("earliestDatestamp", _instant(earliest or at)),
        ("deletedRecord", "persistent"),
        ("granularity", GRANULARITY),
        ("compression", "gzip"),
        ("compression", "br"),
    ]
    for name, words in facts:
        _text(node, name, words)
    if _DOMAIN.fullmatch(_host()):
        node.append(_identifiers(at))
    return node


def _identifiers(at: dt.datetime) -> etree._Element:
    """How our identifiers are made; only where the site has a name of its own."""
    sample = PublicDocument.objects.known(at=at).order_by("symbol").values_list("symbol", flat=True).first()
    node = etree.Element(_name("description"))
    scheme = etree.SubElement(node, f"{{{IDENTIFIERS}}}oai-identifier", nsmap={None: IDENTIFIERS, "xsi": XSI})
    scheme.set(f"{{{XSI}}}schemaLocation", f"{IDENTIFIERS} {IDENTIFIERS}.xsd")
    for name, words in (
        ("scheme", "oai"),
        ("repositoryIdentifier", _host()),
        ("delimiter", ":"),
        ("sampleIdentifier", identifier(sample or "SYMBOL")),
    ):
        etree.SubElement(scheme, f"{{{IDENTIFIERS}}}{name}").text = words
    return node


def _list_metadata_formats(asked: dict[str, str], at: dt.datetime) -> etree._Element:
    if "identifier" in asked:
        _find(asked["identifier"], at)
    node = etree.Element(_name("ListMetadataFormats"))
    for one in FORMATS.values():
        item = etree.SubElement(node, _name("metadataFormat"))
        _text(item, "metadataPrefix", one.prefix)
        _text(item, "schema", one.schema)
        _text(item, "metadataNamespace", one.namespace)
    return node


def _list_sets(asked: dict[str, str], at: dt.datetime) -> etree._Element:
    if "resumptionToken" in asked:
        raise _bad_token()  # all sets are given at once, so none was ever given out
    node = etree.Element(_name("ListSets"))
    topics = chain.from_iterable(querysets.topics(name, at=at) for name in SETS)
    sets = [
        *SET_NAMES.items(),
        *((spec_of(one.name, one.code), str(show(one.names)) or one.code) for one in topics),
    ]
    for spec, words in sorted(sets, key=lambda pair: SETS.index(pair[0].partition(":")[0])):
        item = etree.SubElement(node, _name("set"))
        _text(item, "setSpec", spec)
        _text(item, "setName", words)
    return node


def _get_record(asked: dict[str, str], at: dt.datetime) -> etree._Element:
    form = _format(asked["metadataPrefix"])
    found = _find(asked["identifier"], at)
    node = etree.Element(_name("GetRecord"))
    [shown] = querysets.with_open_relations([found], at=at)
    node.append(_record(shown, form, Process.objects.first()))
    return node


def _list_records(asked: dict[str, str], at: dt.datetime) -> etree._Element:
    question, rows, more = _rows(asked, at, querysets.complete)
    form, process = _format(question.prefix), Process.objects.first()
    node = etree.Element(_name("ListRecords"))
    node.extend([_record(one, form, process) for one in querysets.with_open_relations(rows, at=at)])
    _go_on(node, question, rows, at, more=more)
    return node


def _list_identifiers(asked: dict[str, str], at: dt.datetime) -> etree._Element:
    question, rows, more = _rows(asked, at, lambda found: found.prefetch_related("themes"))
    node = etree.Element(_name("ListIdentifiers"))
    node.extend([_header(one) for one in rows])
    _go_on(node, question, rows, at, more=more)
    return node


LIST = {
    "required": frozenset({"metadataPrefix"}), "optional": frozenset({"from", "until", "set"}), "goes_on": True,
}  # fmt: skip
VERBS = {
    "Identify": Verb(_identify),
    "ListMetadataFormats": Verb(_list_metadata_formats, optional=frozenset({"identifier"})),
    "ListSets": Verb(_list_sets, goes_on=True),
    "GetRecord": Verb(_get_record, required=frozenset({"identifier", "metadataPrefix"})),
    "ListIdentifiers": Verb(_list_identifiers, **LIST),  # type: ignore[arg-type] # the three of them, as named
    "ListRecords": Verb(_list_records, **LIST),  # type: ignore[arg-type] # the three of them, as named
}


# Lists -------------------------------------------------------------------------------------------------------------


def _rows(
    asked: dict[str, str], at: dt.datetime, complete: Callable[[PublicDocumentQuerySet], PublicDocumentQuerySet]
) -> tuple[tokens.Token, list[PublicDocument], bool]:  # fmt: skip
    """The records of one page of a list, with the question they answer, and whether there are more."""
    question = _question(asked)
    found = _matching(question, at)
    total = question.total or found.count()
    if question.changed_at:
        changed_at, pk = question.after
        found = found.filter(Q(changed_at__gt=changed_at) | Q(changed_at=changed_at, pk__gt=pk))
    rows = list(complete(found.order_by("changed_at", "pk"))[: PER_PAGE + 1])
    if not rows:
        raise OaiError("noRecordsMatch", _("Nothing matches. Ask for a longer time or another set."))
    asked_in_full = tokens.Token(
        question.verb,
        question.prefix,
        question.begins,
        question.ends,
        question.spec,
        "",
        0,
        question.given,
        total,
    )
    return asked_in_full, rows[:PER_PAGE], len(rows) > PER_PAGE


def _question(asked: dict[str, str]) -> tokens.Token:
    """What is asked for, from the arguments or from the token that stands for them."""
    if "resumptionToken" not in asked:
        begins, ends = asked.get("from", ""), asked.get("until", "")
        _check_times(begins, ends, given=[name for name in ("from", "until") if name in asked])
        spec = asked.get("set", "")
        if "set" in asked and not _SPEC.fullmatch(spec):
            raise OaiError("badArgument", _("The set is not written as sets are; ListSets lists them."))
        prefix = _format(asked["metadataPrefix"]).prefix
        return tokens.Token(asked["verb"], prefix, begins, ends, spec, "", 0, 0, 0)
    try:
        token = tokens.read(asked["resumptionToken"])
    except tokens.BadTokenError as error:
        raise _bad_token() from error
    if token.verb != asked["verb"]:
        raise _bad_token()
    return token


def _matching(question: tokens.Token, at: dt.datetime) -> PublicDocumentQuerySet:
    """What is readable or a tombstone now, within the times and the set of the question."""
    found = PublicDocument.objects.known(at=at)
    if question.begins:
        found = found.filter(changed_at__gte=_first_of(question.begins))
    if question.ends:
        found = found.filter(changed_at__lt=_end_of(question.ends))
    name, _colon, code = question.spec.partition(":")
    if not name:
        return found
    if name not in SETS:
        return found.none()
    if code:
        return found.matching(**{name: _code_in(code)})
    themed = Exists(PublicTheme.objects.filter(document=OuterRef("pk")))
    return found.filter({"kind": ~Q(kind_code=""), "body": ~Q(body_code=""), "theme": themed}[name])


def _go_on(
    node: etree._Element,
    question: tokens.Token,
    rows: Sequence[PublicDocument],
    at: dt.datetime,
    *,
    more: bool,
) -> None:
    """Say from where the list goes on; on its last page, that it ends. A list that fits on one page says nothing."""
    if not more and not question.given:
        return
    token = etree.SubElement(node, _name("resumptionToken"))
    token.set("completeListSize", str(max(question.total, question.given + len(rows))))
    token.set("cursor", str(question.given))
    if more:
        last = rows[-1]
        following = tokens.Token(
            question.verb, question.prefix, question.begins, question.ends, question.spec,
            last.changed_at.isoformat(), last.pk, question.given + len(rows), question.total,
        )  # fmt: skip
        token.text = following.written()
        token.set("expirationDate", _instant(at + tokens.GOOD_FOR))


def _check_times(begins: str, ends: str, *, given: list[str]) -> None:
    for name in given:
        value = begins if name == "from" else ends
        if _first_or_none(value) is None:
            raise OaiError(
                "badArgument",
                _("“%(name)s” must be a day such as 2026-05-04 or a second such as 2026-05-04T12:00:00Z."),
                name=name,
            )
    if begins and ends and len(begins) != len(ends):
        raise OaiError("badArgument", _("“from” and “until” must both be days, or both seconds."))
    if begins and ends and begins > ends:
        raise OaiError("badArgument", _("“from” must not be later than “until”."))


def _first_or_none(text: str) -> dt.datetime | None:
    """The first instant of this day or second; None where it is neither."""
    if not (_DAY.fullmatch(text) or _SECOND.fullmatch(text)) or not text.isascii():
        return None
    try:
        found = dt.datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=dt.UTC)
    except ValueError:
        return None
    # Databases disagree about the first and the last years, of which nobody has records.
    return min(max(found, dt.datetime(1900, 1, 1, tzinfo=dt.UTC)), dt.datetime(2200, 1, 1, tzinfo=dt.UTC))


def _first_of(text: str) -> dt.datetime:
    found = _first_or_none(text)
    if found is None:
        raise _bad_token()
    return found


def _end_of(text: str) -> dt.datetime:
    """The first instant that lies no longer within this day or second."""
    return _first_of(text) + (dt.timedelta(seconds=1) if text.endswith("Z") else dt.timedelta(days=1))


def _bad_token() -> OaiError:
    return OaiError(
        "badResumptionToken",
        _("This token was not given out here, or it is older than a day. Begin the harvest again."),
    )


# Records -----------------------------------------------------------------------------------------------------------


def _record(document: PublicDocument, form: Format, process: Process | None) -> etree._Element:
    node = etree.Element(_name("record"))
    node.append(_header(document))
    if document.withdrawn_at is None:
        etree.SubElement(node, _name("metadata")).append(form.describe(document, process))
    return node


def _header(document: PublicDocument) -> etree._Element:
    node = etree.Element(_name("header"))
    if document.withdrawn_at is not None:
        node.set("status", "deleted")
    _text(node, "identifier", identifier(document.symbol))
    _text(node, "datestamp", _instant(document.changed_at))
    specs = [("kind", document.kind_code), ("body", document.body_code)]
    specs += [("theme", theme.code) for theme in themes_of(document)]
    for name, code in specs:
        if code:
            _text(node, "setSpec", spec_of(name, code))
    return node


def _find(text: str, at: dt.datetime) -> PublicDocument:
    """The record of this identifier, withdrawn ones included."""
    prefix = f"oai:{_host()}:"
    symbol = unquote(text.removeprefix(prefix)) if text.startswith(prefix) else ""
    found = None
    if symbol and "\x00" not in symbol:
        found = querysets.complete(PublicDocument.objects.known(at=at)).filter(symbol=symbol).first()
    if found is None:
        raise OaiError("idDoesNotExist", _("No record has this identifier; ListIdentifiers lists them."))
    return found


def _format(prefix: str) -> Format:
    if not _PREFIX.fullmatch(prefix):
        raise OaiError("badArgument", _("“metadataPrefix” is written in letters and digits, such as oai_dc."))
    if prefix not in FORMATS:
        raise OaiError("cannotDisseminateFormat", _("Known are: %(known)s."), known=", ".join(FORMATS))
    return FORMATS[prefix]


def identifier(symbol: str) -> str:
    """The identifier of a record for ever."""
    return f"oai:{_host()}:{quote(symbol, safe='/')}"


def spec_of(name: str, code: str) -> str:
    """The set of a code; signs that sets cannot hold are written as `~` and their number."""
    written = "".join(
        sign if sign.isascii() and (sign.isalnum() or sign in "-_.!*'()") else f"~{ord(sign):x}."
        for sign in code
    )
    return f"{name}:{written}"


def _code_in(written: str) -> str:
    """The code that a set was made of; a set that nobody made gives a code that nothing has."""

    def sign(found: re.Match[str]) -> str:
        number = int(found[1], 16)
        return chr(number) if 0 < number < 0x110000 else "~"

    return re.sub(r"~([0-9a-f]{1,6})\.", sign, written)


# Writing -----------------------------------------------------------------------------------------------------------


def base_url() -> str:
    """The address at which we are harvested."""
    return f"{settings.BASE_URL}/oai"


def _host() -> str:
    return urlsplit(settings.BASE_URL).hostname or "localhost"


def _contact(process: Process | None) -> str:
    """An address that the protocol takes: it asks for a dot behind the sign."""
    found = (process.contact_email if process else "") or settings.DEFAULT_FROM_EMAIL
    return found if "." in found.rpartition("@")[2] else f"{found}.invalid"


def _error(error: OaiError) -> etree._Element:
    node = etree.Element(_name("error"))
    node.set("code", error.code)
    node.text = str(error)
    return node


def _written(answer: Sequence[etree._Element], arguments: dict[str, str], at: dt.datetime) -> HttpResponse:
    root = etree.Element(_name("OAI-PMH"), nsmap={None: OAI, "xsi": XSI})
    root.set(f"{{{XSI}}}schemaLocation", f"{OAI} {OAI}OAI-PMH.xsd")
    _text(root, "responseDate", _instant(at))
    request = etree.SubElement(root, _name("request"))
    request.text = base_url()
    for name, value in arguments.items():
        request.set(name, one_line(value))
    root.extend(answer)
    text = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return HttpResponse(text, content_type="text/xml; charset=utf-8")


def _name(name: str) -> str:
    return f"{{{OAI}}}{name}"


def _text(parent: etree._Element, name: str, words: str) -> None:
    etree.SubElement(parent, _name(name)).text = one_line(words)


def _instant(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
