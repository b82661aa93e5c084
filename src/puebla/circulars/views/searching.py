"""Circulars as search shows them on the private site."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from puebla.circulars.actions.indexing import SOURCE, holder_of
from puebla.circulars.models import Circular, Kind, State
from puebla.circulars.querysets import keys_addressed_to
from puebla.core.languages import show
from puebla.core.models import Process
from puebla.core.search.sources import Hit
from puebla.members.querysets import today
from puebla.theme.templatetags.theme import imprecise

COLUMNS = ("pk", "symbol", "ref", "titles", "kind", "state", "sent_at")


class CircularSource:
    """Circulars, as search asks them."""

    name = "circulars"
    number = SOURCE

    def shown(self, person: Any, reach: Any, records: Sequence[int]) -> dict[int, Hit]:
        """The circulars among these that the person sees."""
        seen = Circular.objects.visible_to(person, reach=reach).filter(pk__in=list(records)).order_by()
        return {row.pk: hit_of(row) for row in seen.values_list(*COLUMNS, named=True)}

    def texts(self, pages: Sequence[tuple[int, int]]) -> dict[tuple[int, int], str]:
        """The texts of circulars: (circular and language, 1)."""
        languages: list[str] = Process.current().languages
        texts = dict(
            Circular.objects.filter(pk__in={holder // 16 for holder, _page in pages}).values_list(
                "pk", "texts"
            )
        )
        return {
            (holder_of(key, number), 1): words.get(code, "")
            for key, words in texts.items()
            for number, code in enumerate(languages)
        }

    def shared(self, person: Any, reach: Any) -> list[int]:  # noqa: ARG002 - as every source is asked
        """Circulars read only by the parties they were sent to, this person's among them."""
        return keys_addressed_to(reach)

    def cited(self, person: Any, reach: Any, citation: Any) -> list[Hit]:  # noqa: ARG002 - as every source is asked
        """Circulars are cited by their symbol alone."""
        return []


def hit_of(row: Any) -> Hit:
    """A circular's line among what was found."""
    url = f"{reverse('circulars:list')}{quote(row.symbol or row.ref, safe='/')}/"
    title = show(row.titles)
    facts = (
        capfirst(str(Kind(row.kind).label)),
        imprecise(today(row.sent_at)) if row.sent_at else "",
        capfirst(str(State(row.state).label)),
    )
    return Hit(
        url=url, title=title.text, title_language=title.language, title_pending=title.pending, symbol=row.symbol or "",
        label=_("Circular"), facts=tuple(filter(None, facts)), read=lambda _language, _page: f"{url}#text",
    )  # fmt: skip
