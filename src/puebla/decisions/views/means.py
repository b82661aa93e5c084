"""What paragraphs do, as one line below each: written out without templates, since a text may have hundreds."""

from collections import defaultdict
from collections.abc import Collection
from html import escape

from django.template.loader import get_template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from puebla.decisions.models import Addressee, Decision, Provision, Status, Verb
from puebla.documents.models import Theme
from puebla.texts.models import Paragraph


class Means:
    """What the paragraphs of a decision do, which came through the gate; five questions, however many there are."""

    def __init__(self, decision: Decision, paragraphs: Collection[int]) -> None:
        columns = ("pk", "paragraph_id", "verb_id", "due_on", "due_precision", "asks", "status")
        rows = Provision.objects.filter(paragraph__in=paragraphs).order_by().values_list(*columns, named=True)
        self.known = {row.paragraph_id: row for row in rows}
        keys = [row.pk for row in self.known.values()]
        self.verbs = {one.pk: escape(str(one)) for one in Verb.objects.order_by()}
        self.addressees: dict[int, list[str]] = defaultdict(list)
        names: dict[tuple[object, ...], str] = {}
        for one in Addressee.objects.filter(provision__in=keys).select_related("party", "body"):
            who = (one.whom, one.party_id, one.body_id, *one.names.values())
            if who not in names:
                names[who] = escape(str(one))
            self.addressees[one.provision_id].append(names[who])
        themes = {one.pk: escape(str(one)) for one in Theme.objects.order_by()}
        self.themes: dict[int, list[str]] = defaultdict(list)
        pairs = Provision.themes.through.objects.filter(provision__in=keys).order_by(
            "theme__rank", "theme__code"
        )
        for provision, theme in pairs.values_list("provision_id", "theme_id"):
            self.themes[provision].append(themes[theme])
        self.adopted = decision.is_adopted
        self.before, _sign, self.after = reverse("decisions:status", args=[decision.ref, "0X0"]).partition(
            "0X0"
        )
        self.statuses = {one.value: escape(capfirst(str(one.label))) for one in Status}
        self.asks = escape(capfirst(_("asks for something")))
        self.due = get_template("decisions/_due.html")
        self.dues: dict[tuple[object, str], str] = {}

    def __contains__(self, key: object) -> bool:
        return key in self.known

    def line(self, paragraph: Paragraph) -> SafeString | str:
        """The line of a paragraph; nothing where nothing is known of it."""
        row = self.known.get(paragraph.pk)
        if row is None:
            return ""
        verb = f"<b>{self.verbs[row.verb_id]}</b>" if row.verb_id else ""
        parts = [
            verb,
            ", ".join(self.addressees[row.pk]),
            self._due(row.due_on, row.due_precision),
            *self.themes[row.pk],
        ]
        state = ""
        if self.adopted:
            tag = f'<span class="tag {row.status}">{self.statuses[row.status]}</span>'
            state = f' <a href="{self.before}{escape(paragraph.anchor)}{self.after}">{tag}</a>'
        elif row.asks:
            state = f' <span class="tag awaited">{self.asks}</span>'
        return mark_safe(f'<p class="means">{" · ".join(filter(None, parts))}{state}</p>')  # noqa: S308 - escaped above

    def _due(self, on: object, precision: str) -> str:
        """The due date in words; the same one is written once."""
        if on is None:
            return ""
        if (on, precision) not in self.dues:
            one = {"due_on": on, "due_precision": precision}
            self.dues[on, precision] = self.due.render({"one": one}).strip()
        return self.dues[on, precision]
