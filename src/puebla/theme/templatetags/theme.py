"""Words, forms and navigation that every template shares; built in, so no template loads them."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.core.cache import caches
from django.core.paginator import Page
from django.forms import BaseForm, BoundField, CheckboxInput, ChoiceField, ModelChoiceField
from django.http import HttpRequest
from django.template import Context
from django.template.loader import render_to_string
from django.templatetags.static import static as static_address
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, get_language_info, pgettext
from django.utils.translation import gettext as _

from puebla.theme.context import address_of

register = template.Library()

Texts = Mapping[str, str]
#: Seconds that a part of the portal's frame is kept: longer than a day, with which its key changes, makes no sense.
_FRAME_KEPT_FOR = 24 * 60 * 60
#: What Django shows where nothing is chosen yet.
EMPTY_LABEL = "---------"
#: Languages that join day, month and year with a word of their own.
DATE_FORMATS = {code: {"day": r"j \d\e F \d\e Y", "month": r"F \d\e Y"} for code in ("es", "pt")}
PLAIN_FORMATS = {"day": "j F Y", "month": "F Y", "year": "Y"}
#: Marks in what browsers send, the more particular first: most claim to be Safari as well.
BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox": "Firefox",
            "FxiOS": "Firefox", "CriOS": "Chrome", "Chrome": "Chrome", "Safari": "Safari"}  # fmt: skip
SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "CrOS": "ChromeOS",
           "Mac OS X": "macOS", "Linux": "Linux"}  # fmt: skip
ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
         (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip


# Words ---------------------------------------------------------------------------------------------------
@register.filter
def in_language(texts: Texts | None) -> SafeString:
    """The text in the reader's language; else in another, marked as such, with "pending" beside it."""
    words, language = _best(texts)
    wanted = _reading()
    if language == wanted:
        return format_html("{}", words)
    pending = format_html('<span class="pending">{}</span>', _pending(wanted))
    if not words:
        return pending
    return format_html('<span lang="{}">{}</span> {}', language, words, pending)


@register.filter
def marked(texts: Texts | str | None) -> SafeString:
    """The text in the best language, its language told to whoever reads it aloud; for mentions of a record."""
    words, language = _best(texts)
    if language in ("", _reading()):
        return format_html("{}", words)
    return format_html('<span lang="{}">{}</span>', language, words)


@register.filter
def words(texts: Texts | None) -> str:
    """The text in the best language as plain words, for titles, attributes and sentences."""
    return _best(texts)[0]


@register.filter
def language_name(code: str) -> str:
    """A language in the reader's own words, with a capital; its code where nobody knows a name."""
    return _language_name(code)


@register.filter
def size(count: int | None) -> str:
    """The number of bytes as people read it: "412 kB", "1.1 MB" (in Spanish "1,1 MB")."""
    if count is None:
        return ""
    amount = float(count)
    for unit in ("B", "kB", "MB"):
        if amount < 1000 or unit == "MB":
            break
        amount /= 1000
    decimals = 1 if unit == "MB" and amount < 100 else 0
    if unit == "kB" and round(amount) == 1000:  # 999,600 bytes would read "1000 kB"
        amount, unit, decimals = 1.0, "MB", 1
    return f"{number_format(round(amount, decimals), decimal_pos=decimals)} {unit}"


@register.filter
def imprecise(date: dt.date | None, precision: str = "day") -> str:
    """The date as far as it is known: "9 July 2009", "July 2009", "2009"; in Spanish "julio de 2009"."""
    if date is None:
        return ""
    return _dated(date, precision, _reading())


@lru_cache(maxsize=4096)
def _dated(date: dt.date, precision: str, language: str) -> str:
    """The words of a date: lists say the same dates again and again, and each costs more than the rest of its line."""
    form = DATE_FORMATS.get(language, {}).get(precision) or PLAIN_FORMATS.get(precision, PLAIN_FORMATS["day"])
    return date_format(date, form)


@register.filter
def since(date: dt.date | None, precision: str = "day") -> str:
    """From when something holds: "since July 2009"; Spanish sets an article before a day."""
    if date is None:
        return ""
    words = pgettext("a day", "since %(date)s") if precision == "day" else _("since %(date)s")
    return words % {"date": imprecise(date, precision)}


@register.simple_tag
def tenure(
    from_on: dt.date,
    until_on: dt.date | None = None,
    from_precision: str = "day",
    until_precision: str = "day",
) -> str:
    """From when until when: "from 9 May 2026" while no end is known, else "9 May 2026 – 8 May 2027"."""
    begins = imprecise(from_on, from_precision)
    if until_on is not None:
        return f"{begins} – {imprecise(until_on, until_precision)}"
    words = pgettext("a day", "from %(date)s") if from_precision == "day" else _("from %(date)s")
    return words % {"date": begins}


@register.simple_tag
def period(starts_on: dt.date, ends_on: dt.date | None = None, precision: str = "day") -> str:
    """The days of a meeting, saying nothing twice: "13–14 November 2019", "30 June – 2 July 2021"."""
    last = imprecise(ends_on or starts_on, precision)
    if imprecise(starts_on, precision) == last or ends_on is None:
        return last
    if precision != "day" or starts_on.year != ends_on.year:
        return f"{imprecise(starts_on, precision)} – {last}"
    if starts_on.month == ends_on.month:
        return f"{starts_on.day}–{last}"
    return f"{date_format(starts_on, 'MONTH_DAY_FORMAT')} – {last}"


@register.filter
def browser(user_agent: str) -> str:
    """What a browser calls itself, in words: "Firefox, Windows"; as it is where we know neither name."""
    names = (_named(user_agent, known) for known in (BROWSERS, SYSTEMS))
    return ", ".join(filter(None, names)) or user_agent


@register.filter
def roman(number: int | None) -> str:
    """The number as meetings carry it: 14 gives XIV; what has no Roman form stays as it is."""
    if not isinstance(number, int) or not 0 < number < 4000:
        return "" if number is None else str(number)
    written = ""
    for value, sign in ROMAN:
        times, number = divmod(number, value)
        written += sign * times
    return written


# Pages that may ask nothing ------------------------------------------------------------------------------
@register.simple_tag
def standing_languages() -> list[str]:
    """The languages of the pages, known without a question."""
    return [code for code, _name in settings.LANGUAGES]


@register.simple_tag
def house_names() -> list[tuple[str, str]]:
    """What the process calls itself in each language, known without a question; the software's name before there is one."""
    return list(settings.PROCESS_NAMES.items()) or [(settings.LANGUAGE_CODE, "Puebla")]


@register.simple_tag
def static(path: str) -> str:
    """The address of a file that comes with the software; each page names several, and they stay while the process runs."""
    return _static(path, settings.STATIC_URL)


@lru_cache(maxsize=256)
def _static(path: str, _below: str) -> str:
    return static_address(path)


# Navigation ----------------------------------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def entry(context: Context, name: str, label: str) -> str:
    """An entry of a menu; nothing where that room does not stand in this instance."""
    address = address_of(name)
    if not address:
        return ""
    path = getattr(context.get("request"), "path", "")
    current = "page" if path == address else "true" if path.startswith(address) and name not in HOMES else ""
    mark = format_html(' aria-current="{}"', current) if current else ""
    return format_html('<li><a href="{}"{}>{}</a></li>', address, mark, label)


#: Addresses below which everything else stands: they are current only as themselves.
HOMES = {"portal:home", "intranet:desk", "mfa_index"}


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """The present query string with these replacements; an empty or None value takes its key away."""
    request: HttpRequest | None = context.get("request")
    parameters = request.GET.copy() if request else {}
    for key, value in changes.items():
        if value is None or value == "":
            parameters.pop(key, None)
        elif hasattr(parameters, "setlist"):
            parameters[key] = str(value)
    encoded = parameters.urlencode() if hasattr(parameters, "urlencode") else ""
    return f"?{encoded}"


@register.inclusion_tag("theme/pager.html", takes_context=True)
def pager(context: Context, page: Page[Any], key: str = "page") -> dict[str, Any]:
    """Previous, numbers, next; other parameters of the address stay."""

    def address(number: int | None) -> str:
        return query(context, **{key: number if number and number > 1 else None})

    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "page": page,
        "previous": address(page.previous_page_number()) if page.has_previous() else "",
        "next": address(page.next_page_number()) if page.has_next() else "",
        "numbers": [(number, address(number) if isinstance(number, int) else "") for number in numbers],
    }


@register.simple_block_tag(takes_context=True)
def about_page(context: Context, content: str) -> SafeString:
    """What those who list or pass on a page say of it, from one sentence; nothing where the page says none of its own.

    No picture is named: it would be fetched from wherever the page is shown.
    """
    described = " ".join(content.split())
    if not described:
        return SafeString("")
    request = context.get("request")
    address = settings.BASE_URL + request.path if request else ""
    site = words(getattr(context.get("process"), "names", None))
    return format_html(
        '<meta name="description" content="{0}">\n<meta property="og:type" content="website">'
        '<meta property="og:description" content="{0}"><meta property="og:url" content="{1}">'
        '<meta property="og:site_name" content="{2}">\n',
        SafeString(described), address, site,
    )  # fmt: skip


class _KeptNode(template.Node):
    """A part of the portal's frame; of one address, in one language, it is the same until something public changes."""

    def __init__(self, name: str, inside: template.NodeList) -> None:
        self.name, self.inside = name, inside

    def render(self, context: Context) -> SafeString:
        request: Any = context.get("request")
        edition = getattr(request, "public_edition", "")
        match = getattr(request, "resolver_match", None)
        # A page without a question is kept whole, and of a fixed address there is one: nobody fills the memory with these.
        if not edition or match is None or match.args or match.kwargs or not request.META.get("QUERY_STRING"):
            return self.inside.render(context)
        key = f"frame-{self.name}-{edition}-{get_language()}-{request.path}".replace(" ", "-")
        kept: str | None = caches["pages"].get(key)
        if kept is None:
            kept = str(self.inside.render(context))
            caches["pages"].set(key, kept, _FRAME_KEPT_FOR)
        return SafeString(kept)


@register.tag
def kept(parser: template.base.Parser, token: template.base.Token) -> _KeptNode:
    """`{% kept "footer" %}…{% endkept %}`: a part that says nothing of the question in the address."""
    _tag, name = token.split_contents()
    inside = parser.parse(("endkept",))
    parser.delete_first_token()
    return _KeptNode(name.strip('"'), inside)


# This room and `core` do not import each other: the registry is reached by its address.
PAGE_OFFERS = "puebla.core.registry.page_offers"


@register.simple_tag(takes_context=True)
def offers(context: Context, topic: str, value: str) -> SafeString:
    """What rooms offer on the page of something, such as to follow it; nothing to whom nothing is offered."""
    request = context.get("request")
    found = [offer(request, topic, value) for offer in import_string(PAGE_OFFERS)] if request else []
    written = (render_to_string(one["template"], one["context"], request=request) for one in found if one)
    return format_html_join("", "{}", ((one,) for one in written))


# Forms ---------------------------------------------------------------------------------------------------
@register.inclusion_tag("theme/field.html")
def field(bound: BoundField, label: str = "") -> dict[str, Any]:
    """A field with label, hint and error, tied together for screen readers by the ids that Django writes."""
    widget = bound.field.widget
    _say_choices(bound)
    return {
        "field": bound,
        "label": label or bound.label,
        "group": widget.use_fieldset and not bound.is_hidden,
        "check": isinstance(widget, CheckboxInput),
        # A box to tick is optional by nature.
        "optional": not (
            bound.field.required or widget.attrs.get("required") or isinstance(widget, CheckboxInput)
        ),
        "timed": widget.attrs.get("type") == "datetime-local",
    }


def _say_choices(bound: BoundField) -> None:
    """Words for "nothing chosen", and a capital for every choice, instead of dashes and codes' small letters."""
    known: Any = bound.field
    if isinstance(known, ModelChoiceField):
        if known.empty_label == EMPTY_LABEL:
            known.empty_label = _("Choose") if known.required else "—"
    elif isinstance(known, ChoiceField):
        known.widget.choices = [
            (value, label if isinstance(label, (list, tuple)) else capfirst(str(label)))
            for value, label in known.widget.choices
        ]


@register.simple_tag
def clock() -> str:
    """Whose time the pages tell: "Costa Rica (UTC−6)"."""
    here = timezone.localtime()
    minutes = int((here.utcoffset() or dt.timedelta()).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    place = timezone.get_current_timezone_name().rpartition("/")[2].replace("_", " ")
    return f"{place} (UTC{'−' if minutes < 0 else '+'}{hours}{f':{rest:02}' if rest else ''})"


@register.inclusion_tag("theme/fields.html")
def fields(form: BaseForm) -> dict[str, Any]:
    """All fields of a form, hidden ones included."""
    return {"form": form}


@register.inclusion_tag("theme/errors.html")
def errors(form: BaseForm) -> dict[str, Any]:
    """What is wrong with a form, each line leading to its field; nothing for a form in order."""
    return {"lines": list(_errors(form)) if form.is_bound else []}


@register.simple_tag
def act(label: str, verdict: Any = None, kind: str = "", name: str = "", value: str = "") -> SafeString:
    """A button that sends its form; greyed, with the reason beside it, where the verdict refuses."""
    attributes = format_html_join(
        "", ' {}="{}"', ((k, v) for k, v in (("name", name), ("value", value)) if v)
    )
    classes = f"button {kind}".strip()
    if verdict is None or verdict:
        return format_html('<button type="submit" class="{}"{}>{}</button>', classes, attributes, label)
    return format_html(
        '<span class="act"><button type="submit" class="{}" aria-disabled="true" disabled>{}</button>'
        ' <span class="reason">{}</span></span>',
        classes,
        label,
        verdict.reason,
    )


# Signs ---------------------------------------------------------------------------------------------------
@register.simple_tag
def state_tag(state: str, label: str = "") -> SafeString:
    """A state as a coloured word; colour never says more than the word does."""
    return format_html('<span class="tag {}">{}</span>', state, capfirst(str(label or state)))


@register.simple_tag
def languages_chips(editions: Any, languages: Iterable[str] | None = None, title: str = "") -> SafeString:
    """The languages a document can be read in, each leading there; missing ones of `languages` are shown as pending.

    Args:
        editions: mapping of language code to address, or things with `language` and `url`.
        languages: all that are expected; those of the software by default.
        title: of the document, so that a screen reader says more than "EN".
    """
    addresses = dict(_addresses(editions))
    expected = list(languages) if languages is not None else [code for code, _name in settings.LANGUAGES]
    codes = [*expected, *(code for code in addresses if code not in expected)]
    chips = (_chip(code, addresses.get(code), title) for code in codes)
    return format_html(
        '<ul class="chips">{}</ul>', format_html_join("", "<li>{}</li>", ((c,) for c in chips))
    )


# -----------------------------------------------------------------------------------------------------------
def _named(user_agent: str, known: Mapping[str, str]) -> str:
    return next((name for mark, name in known.items() if mark in user_agent), "")


def _reading() -> str:
    return (get_language() or settings.LANGUAGE_CODE)[:2]


def _best(texts: Texts | str | None) -> tuple[str, str]:
    wanted = _reading()
    if isinstance(texts, str):
        return texts, wanted
    texts = texts or {}
    for code in (wanted, *texts):
        if texts.get(code):
            return texts[code], code
    return "", ""


def _language_name(code: str) -> str:
    try:
        return capfirst(get_language_info(code)["name_translated"])
    except KeyError:  # a language of papers that the software itself does not speak, nor Django know
        return code


def _pending(code: str) -> str:
    return _("%(language)s pending") % {"language": _language_name(code)}


def _addresses(editions: Any) -> Iterator[tuple[str, str]]:
    if isinstance(editions, Mapping):
        yield from ((str(code), str(address or "")) for code, address in editions.items())
        return
    for one in editions or ():
        if isinstance(one, Mapping):
            yield str(one["language"]), str(one.get("url") or "")
        else:
            address = getattr(one, "url", None) or getattr(one, "get_absolute_url", "")
            yield str(one.language), str(address() if callable(address) else address or "")


def _chip(code: str, address: str | None, title: str) -> SafeString:
    if not address:
        return format_html(
            '<span class="chip pending">{}</span>', _("%(code)s pending") % {"code": code.upper()}
        )
    spoken = f"{title}, {_language_name(code)}" if title else _language_name(code)
    return format_html(
        '<a class="chip" href="{}" hreflang="{}" aria-label="{} ({})">{}</a>',
        address,
        code,
        code.upper(),
        spoken,
        code.upper(),
    )


def _errors(form: BaseForm) -> Iterator[dict[str, Any]]:
    # In the order of the page, whatever the order in which they were found; what concerns the whole form comes first.
    for name, found in sorted(
        form.errors.items(), key=lambda one: [*form.fields].index(one[0]) if one[0] in form.fields else -1
    ):
        bound = form[name] if name in form.fields else None
        for sentence in found:
            yield {
                "sentence": sentence,
                "label": bound.label if bound and not bound.is_hidden else "",
                "target": _first_control(bound) if bound and not bound.is_hidden else "",
            }


def _first_control(bound: BoundField) -> str:
    """The id that the summary's link leads to: of the first choice where the field is a group of them."""
    return (
        f"{bound.auto_id}_0" if bound.field.widget.use_fieldset else str(bound.id_for_label or bound.auto_id)
    )


@register.simple_tag(takes_context=True)
def once(context: Context, path: str) -> SafeString:
    """Include a template that stands twice on a page (wide and narrow menu), rendering it once."""
    done: dict[str, SafeString] = context.render_context.setdefault("once", {})  # type: ignore[assignment,arg-type]
    if path not in done:
        template_ = context.template.engine.get_template(path)  # type: ignore[union-attr]
        done[path] = template_.render(context)
    return done[path]
