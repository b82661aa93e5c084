"""Texts as search shows them on the private site: a hit leads to its paragraph."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F
from django.db.models.fields.tuple_lookups import TupleIn
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from puebla.core.languages import show
from puebla.core.models import Process
from puebla.core.search.citing import Citation
from puebla.core.search.sources import Hit
from puebla.texts.actions.indexing import SOURCE, held
from puebla.texts.models import Paragraph, Text
from puebla.texts.models.wording import unmarked


class TextSource:
    """Texts, as search asks them."""

    name = "texts"
    number = SOURCE

    def shown(self, person: Any, reach: Any, records: Sequence[int]) -> dict[int, Hit]:
        """The texts among these that the person sees."""
        seen = Text.objects.visible_to(person, reach=reach).filter(pk__in=list(records)).order_by()
        rows = seen.values_list("pk", "ref", "symbol", "titles", "state", named=True)
        return {row.pk: hit_of(row) for row in rows}

    def texts(self, pages: Sequence[tuple[int, int]]) -> dict[tuple[int, int], str]:
        """The words of paragraphs in the language of their entry: (what holds them, serial)."""
        of = {place: found for place in pages if (found := held(place[0]))}
        if not of:
            return {}
        wanted = TupleIn(
            (F("text_id"), F("serial")), [(text, serial) for (_h, serial), (text, _n) in of.items()]
        )
        rows = Paragraph.objects.filter(wanted).order_by().values_list("text_id", "serial", "words")
        words = {(text, serial): said for text, serial, said in rows}
        languages = Process.current().languages
        return {
            (holder, serial): unmarked(words.get((text, serial), {}).get(languages[number], ""))
            for (holder, serial), (text, number) in of.items()
            if number < len(languages)
        }

    def shared(self, person: Any, reach: Any) -> list[int]:  # noqa: ARG002 - texts are not shared by name
        """None."""
        return []

    def cited(self, person: Any, reach: Any, citation: Citation) -> list[Hit]:  # noqa: ARG002 - papers are cited, not texts
        """None."""
        return []


def hit_of(row: Any) -> Hit:
    """A text's line among what was found."""
    title = show(row.titles)
    return Hit(
        url=reverse("texts:text", args=[row.ref]), title=title.text, title_language=title.language,
        title_pending=title.pending, symbol=row.symbol, label=_("Text"),
        facts=(capfirst(str(Text.State(row.state).label)),),
        read=lambda _language, page: reverse("texts:at", args=[row.ref, page]),
    )  # fmt: skip
