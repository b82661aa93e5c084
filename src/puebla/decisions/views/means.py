"""What paragraphs do, as one line below each: written out without templates, since a text may have hundreds."""

from collections import defaultdict
from html import escape

from django.template.loader import get_template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from puebla.decisions.models import Addressee, Decision, Provision, Status, Verb
from puebla.documents.models import Theme
from puebla.members.models import Body, Party
from puebla.texts.models import Paragraph


class Means:
    """What the paragraphs of a decision do, which came through the gate; six questions, however many there are."""

    def __init__(self, decision: Decision) -> None:
        columns = ("pk", "paragraph_id", "verb_id", "due_on", "due_precision", "asks", "status")
        # By their text: four hundred keys in each question would take longer than its answer.
        own = Provision.objects.filter(paragraph__text=decision.text_id).order_by()
        self.known = {row.paragraph_id: row for row in own.values_list(*columns, named=True)}
        self.verbs = {one.pk: escape(str(one)) for one in Verb.objects.order_by()}
        self.addressees = self._addressed(decision)
        themes = {one.pk: escape(str(one)) for one in Theme.objects.order_by()}
        self.themes: dict[int, list[str]] = defaultdict(list)
        pairs = Provision.themes.through.objects.filter(provision__paragraph__text=decision.text_id).order_by(
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

    @staticmethod
    def _addressed(decision: Decision) -> dict[int, list[str]]:
        """By provision whom it addresses; each name is made once."""
        columns = ("provision_id", "whom", "party_id", "body_id", "names")
        rows = list(
            Addressee.objects.filter(provision__paragraph__text=decision.text_id).values_list(*columns)
        )
        parties = Party.objects.in_bulk({row[2] for row in rows} - {None})
        bodies = Body.objects.in_bulk({row[3] for row in rows} - {None})
        found: dict[int, list[str]] = defaultdict(list)
        names: dict[tuple[object, ...], str] = {}
        for provision, whom, party, body, texts in rows:
            who = (whom, party, body, *texts.values())
            if who not in names:
                one = Addressee(whom=whom, party=parties.get(party), body=bodies.get(body), names=texts)
                names[who] = escape(str(one))
            found[provision].append(names[who])
        return found

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
