"""What paragraphs do, in one line each: written out without templates, since a text may have hundreds."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import lru_cache
from html import escape
from typing import Any

from django.db.models import QuerySet
from django.template.loader import get_template
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from puebla.core.languages import show
from puebla.core.memory import Remembered
from puebla.core.prepared import Prepared
from puebla.decisions.models import Addressee, Decision, Provision, Status, Verb
from puebla.theme.templatetags.theme import state_tag

#: Of a provision what its line tells.
COLUMNS = ("pk", "paragraph_id", "verb_id", "due_on", "due_precision", "asks", "status")


def due_of(on: Any, precision: str) -> str:
    """Until when something is due, in words; nothing where no date was set."""
    return "" if on is None else _due(on, precision, get_language())


@lru_cache(maxsize=1000)
def _due(on: Any, precision: str, _language: str | None) -> str:
    """The same day is written once in each language."""
    one = {"due_on": on, "due_precision": precision}
    return get_template("decisions/_due.html").render({"one": one}).strip()


class Facts:
    """What paragraphs do, which came through the gate; in five questions, however many there are."""

    def __init__(
        self,
        provisions: Iterable[Any],
        addressees: Iterable[tuple[int, str]],
        themes: Iterable[tuple[int, str]],
    ) -> None:
        #: As they were read: lines of what reads alike are alike.
        self.read = (tuple(provisions), tuple(addressees), tuple(themes), tuple(_verbs.rows()))

    @cached_property
    def known(self) -> dict[int, Any]:
        """By paragraph, what it does."""
        return {row.paragraph_id: row for row in self.read[0]}

    @cached_property
    def addressees(self) -> dict[int, list[str]]:
        """By provision, whom it addresses, escaped."""
        return _listed(self.read[1])

    @cached_property
    def themes(self) -> dict[int, list[str]]:
        """By provision, its themes, escaped."""
        return _listed(self.read[2])

    @cached_property
    def verbs(self) -> dict[int, str]:
        """What verbs are called, escaped."""
        return dict(self.read[3])

    @cached_property
    def statuses(self) -> dict[str, str]:
        """What statuses are called, escaped."""
        return {one.value: escape(capfirst(str(one.label))) for one in Status}


class Listed(Facts):
    """Of paragraphs of several decisions, as a list tells it."""

    def __init__(self, paragraphs: Collection[int]) -> None:
        keys = sorted(paragraphs)
        super().__init__(_of_these.rows(keys), _addressed_of_these.rows(keys), _themes_of_these.rows(keys))

    def line(self, paragraph: int) -> SafeString | str:
        """What one does; nothing where nothing is known of it."""
        row = self.known.get(paragraph)
        if row is None:
            return ""
        parts = [
            self.verbs.get(row.verb_id, ""), ", ".join(self.addressees.get(row.pk, ())), due_of(row.due_on, row.due_precision),
            state_tag(row.status, self.statuses[row.status]), *self.themes.get(row.pk, ()),
        ]  # fmt: skip
        return mark_safe(f'<p class="meta">{" · ".join(filter(None, parts))}</p>')  # noqa: S308 - escaped above


class Means(Facts):
    """Of the paragraphs of one decision, as its page tells it below each."""

    def __init__(self, decision: Decision) -> None:
        # By their text: four hundred keys in each question would take longer than its answer.
        text = decision.text_id
        read = _read.get(
            (text, get_language()),
            lambda: (_of_text.rows(text), _addressed_of_text.rows(text), _themes_of_text.rows(text)),
        )
        super().__init__(*read)
        self.adopted = decision.is_adopted
        self.before, _sign, self.after = reverse("decisions:status", args=[decision.ref, "0X0"]).partition(
            "0X0"
        )
        self.asks = escape(capfirst(_("asks for something")))

    def line(self, paragraph: Any) -> SafeString | str:
        """The line of a paragraph; nothing where nothing is known of it."""
        row = self.known.get(paragraph.pk)
        if row is None:
            return ""
        addressees, themes = self.addressees.get(row.pk, ()), self.themes.get(row.pk, ())
        verb, place = self.verbs.get(row.verb_id, ""), f"{self.before}{paragraph.anchor}"
        parts = [
            f"<b>{verb}</b>" if verb else "", ", ".join(addressees), due_of(row.due_on, row.due_precision), *themes,
        ]  # fmt: skip
        state = ""
        if self.adopted:
            tag = f'<span class="tag {row.status}">{self.statuses[row.status]}</span>'
            state = f' <a href="{escape(place)}{self.after}">{tag}</a>'
        elif row.asks:
            state = f' <span class="tag awaited">{self.asks}</span>'
        return mark_safe(f'<p class="means">{" · ".join(filter(None, parts))}{state}</p>')  # noqa: S308 - escaped above


def _listed(pairs: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for provision, name in pairs:
        found[provision].append(name)
    return found


# Asked of every text and every list: put into SQL once, and what reads as before is what it was --------------------------


class Row:
    """A provision as its line tells it: the same as long as it reads as it did (`Prepared`)."""

    pk: int
    paragraph_id: int
    due_on: Any
    due_precision: str
    asks: bool
    status: str

    def __init__(self, row: dict[str, Any]) -> None:
        self.__dict__.update(row)


def _named(row: dict[str, Any]) -> tuple[int, str]:
    """A provision, and somebody it addresses by name (as `Addressee` calls itself), escaped."""
    party, body = row["party__short_names"], row["body__names"]
    if row["party__code"]:
        name = str(show(party)) or row["party__code"]
    elif row["body__code"]:
        name = str(show(body)) or row["body__code"]
    else:
        name = str(show(row["names"])) or str(Addressee.Whom(row["whom"]).label)
    return row["provision_id"], escape(name)


def _theme(row: dict[str, Any]) -> tuple[int, str]:
    return row["provision_id"], escape(str(show(row["theme__names"])) or row["theme__code"])


def _verb(row: dict[str, Any]) -> tuple[int, str]:
    return row["pk"], escape(str(show(row["names"])) or row["code"])


def _provisions(**of: Any) -> QuerySet[Any, Any]:
    return Provision.objects.filter(**of).order_by().values(*COLUMNS)


def _addressees(**of: Any) -> QuerySet[Any, Any]:
    columns = (
        "provision_id",
        "whom",
        "names",
        "party__code",
        "party__short_names",
        "body__code",
        "body__names",
    )
    return Addressee.objects.filter(**of).values(*columns)


def _themes(**of: Any) -> QuerySet[Any, Any]:
    pairs = Provision.themes.through.objects.filter(**of).order_by("theme__rank", "theme__code")
    return pairs.values("provision_id", "theme__code", "theme__names")


_verbs = Prepared(lambda: Verb.objects.order_by().values("pk", "code", "names"), make=_verb, kept=200)
_of_text = Prepared(lambda text: _provisions(paragraph__text=text), make=Row, kept=2000)
_of_these = Prepared(lambda keys: _provisions(paragraph__in=keys), make=Row, kept=500)
_addressed_of_text = Prepared(
    lambda text: _addressees(provision__paragraph__text=text), make=_named, kept=2000
)
_addressed_of_these = Prepared(lambda keys: _addressees(provision__paragraph__in=keys), make=_named, kept=500)
_themes_of_text = Prepared(lambda text: _themes(provision__paragraph__text=text), make=_theme, kept=2000)
_themes_of_these = Prepared(lambda keys: _themes(provision__paragraph__in=keys), make=_theme, kept=500)
#: What paragraphs of long texts do, for who passed the gate of each.
_read: Remembered[tuple[list[Any], list[Any], list[Any]]] = Remembered(most=6)
