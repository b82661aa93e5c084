"""One paragraph: its words in every language beside each other, saved by itself; its place, its history, its comments."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.alignment.merging import changes
from puebla.core.models import Process
from puebla.core.verdicts import RefusedError, Verdict
from puebla.members.querysets import Reach, reach_of
from puebla.texts import actions, rules
from puebla.texts.actions.editing import Worded, removal_of
from puebla.texts.forms import CommentForm, MoveForm, NewParagraphForm, ParagraphForm
from puebla.texts.models import Comment, Kind, Paragraph, ParagraphVersion, Text, tree
from puebla.texts.views.rows import in_words, rows_of
from puebla.texts.views.texts import paragraphs_of, text_or_404


class Place:
    """A paragraph in its text, as a request asked for it.

    Attributes:
        node: where it stands; None where it was removed. living: the whole text in order.
    """

    def __init__(self, request: PersonRequest, ref: str, anchor: str) -> None:
        self.reach: Reach = reach_of(request.person, timezone.now())
        self.text: Text = text_or_404(request, ref, self.reach)
        self.every = paragraphs_of(self.text, request, self.reach)
        self.living = tree.in_order(one for one in self.every if one.removed_at is None)
        found = next((one for one in self.every if one.anchor == anchor), None)
        if found is None:
            raise Http404
        self.paragraph: Paragraph = found
        self.paragraph.text = self.text
        self.node = next((node for node in self.living if node.paragraph is found), None)

    @property
    def neighbours(self) -> tuple[tree.Node | None, tree.Node | None]:
        """What stands before and after it."""
        if self.node is None:
            return None, None
        at = self.living.index(self.node)
        return (
            self.living[at - 1] if at else None,
            self.living[at + 1] if at + 1 < len(self.living) else None,
        )

    def next_pending(self, languages: Sequence[str]) -> tree.Node | None:
        """The next paragraph that lacks a language; from the beginning again where there is none further on."""
        at = self.living.index(self.node) if self.node else 0
        order = [*self.living[at + 1 :], *self.living[:at]]
        return next((one for one in order if any(not one.paragraph.words.get(c) for c in languages)), None)


@signed_in
def paragraph(request: PersonRequest, ref: str, anchor: str) -> HttpResponseBase:
    """A paragraph to read and to word; who saves second sees what it was, what stands, and both together."""
    place = Place(request, ref, anchor)
    verdict = rules.may_edit(place.reach, place.text)
    form = ParagraphForm(request.POST if request.method == "POST" else None, paragraph=place.paragraph)
    worded: Worded | None = None
    if request.method == "POST" and form.is_valid():
        try:
            worded = _word(request, place, form)
        except RefusedError as error:
            form.add_error(None, str(error))
        else:
            if not worded.merges:
                return _onwards(request, place, worded)
            form = _merging(request, place, worded)
    return render(request, "texts/paragraph.html", _context(request, place, form, verdict, worded))


def _word(request: PersonRequest, place: Place, form: ParagraphForm) -> Worded:
    found = form.cleaned_data
    return actions.word_paragraph(
        paragraph=place.paragraph, words=form.words, revision=found["revision"], function=found.get("function") or None,
        rest=form.rest, by=request.person, at=timezone.now(),
    )  # fmt: skip


def _onwards(request: PersonRequest, place: Place, worded: Worded) -> HttpResponse:
    """After saving: back to the text, or on to the next paragraph, or to the next that waits for a language."""
    if worded.joined:
        messages.success(request, _("Saved. Somebody else had saved meanwhile; both changes are kept."))
    else:
        messages.success(request, _("Saved."))
    languages = Process.current().languages
    following = {"next": place.neighbours[1], "pending": place.next_pending(languages)}
    node = following.get(request.POST.get("then", ""))
    if node is not None:
        return redirect("texts:paragraph", place.text.ref, node.paragraph.anchor)
    return redirect(f"{reverse('texts:text', args=[place.text.ref])}#{place.paragraph.anchor}")


def _merging(request: PersonRequest, place: Place, worded: Worded) -> ParagraphForm:
    """The form with both changes together, to be looked at and saved on what stands now."""
    place.paragraph.refresh_from_db()
    typed = request.POST.copy()
    typed["revision"] = str(worded.paragraph.revision)
    for code in Process.current().languages:
        typed[f"words_{code}"] = worded.proposed.get(code, "")
    return ParagraphForm(typed, paragraph=place.paragraph)


def _context(
    request: PersonRequest, place: Place, form: ParagraphForm, verdict: Verdict, worded: Worded | None
) -> dict[str, Any]:
    process = Process.current()
    node, text = place.node, place.text
    before, after = place.neighbours
    may_comment = rules.may_comment(place.reach, text, at=timezone.now())
    editable = node is not None and bool(verdict)
    context = {
        "editable": editable,
        "process": process, "text": text, "paragraph": place.paragraph, "node": node, "form": form, "verdict": verdict,
        "languages": process.languages, "merges": _shown_merges(worded), "before": _beside(text, before, process),
        "after": _beside(text, after, process), "itself": _beside(text, node, process),
        "differences": [
            {"language": code, "only": [in_words(figure) for figure in only]}
            for code, only in place.paragraph.differences.items()
        ],
        "history": history_of(place.paragraph, process.languages),
        "comments": comments_on(request, place.paragraph, place.reach, place.text), "may_comment": may_comment,
        "comment_form": CommentForm(reach=place.reach, text=text, initial={"language": request.LANGUAGE_CODE}),
        "may_answer": rules.may_keep(place.reach, text),
    }  # fmt: skip
    if editable and node is not None:
        context |= _placing(place, node, request)
    return context


def _beside(text: Text, node: tree.Node | None, process: Process) -> Any:
    """A paragraph shown beside the one that is edited."""
    return rows_of(text, [node], process.languages, near=True)[0].html if node is not None else ""


def _placing(place: Place, node: tree.Node, request: PersonRequest) -> dict[str, Any]:
    """Where the paragraph may be put, and whether it may go."""
    targets = tree.targets(place.living, node.paragraph.kind, node)
    now = tree.standing_after(node, place.living)
    at = next((number for number, one in enumerate(targets) if one is now), None)
    initial = {"after": now.paragraph.anchor if now else ""}
    going = [one.paragraph for one in place.living if tree.is_within(one, node)]
    return {
        "move_form": MoveForm(places=targets, initial=initial), "removal": removal_of(place.text, going, request.person),
        "goes_along": len(going) - 1,
        "up": _anchor(targets[at - 1]) if at else None,
        "down": _anchor(targets[at + 1]) if at is not None and at + 1 < len(targets) else None,
    }  # fmt: skip


def _anchor(node: tree.Node | None) -> str:
    """Of the paragraph after which something is put; empty for the beginning."""
    return node.paragraph.anchor if node else ""


def _shown_merges(worded: Worded | None) -> list[dict[str, Any]]:
    if worded is None:
        return []
    return [
        {
            "language": code, "merge": merge, "theirs": changes(merge.base, merge.theirs),
            "yours": changes(merge.base, merge.yours),
        }
        for code, merge in worded.merges.items()
    ]  # fmt: skip


def history_of(one: Paragraph, languages: Sequence[str]) -> list[dict[str, Any]]:
    """Every version, the newest first, with what each changed in each language."""
    found: list[dict[str, Any]] = []
    before: dict[str, str] = {}
    stood: dict[int, dict[str, str]] = {}
    for version in one.versions.select_related("by").order_by("number"):
        # What is kept beside the text tells what its writer changed in the wording that they saw.
        beside = version.what == ParagraphVersion.What.ASIDE
        was = stood.get(version.revision, before) if beside else before
        changed = {
            code: changes(was.get(code, ""), version.words.get(code, ""))
            for code in languages
            if was.get(code, "") != version.words.get(code, "")
        }
        found.insert(0, {"version": version, "changes": changed})
        if not beside:
            before = stood[version.revision] = version.words
    return found


def comments_on(request: PersonRequest, one: Paragraph, reach: Reach, text: Text) -> list[Comment]:
    """What the person reads of the comments on a paragraph."""
    seen = Comment.objects.visible_to(request.person, reach=reach).filter(paragraph=one)
    found: list[Comment] = list(seen.select_related("by", "party", "answered_by"))
    for comment in found:
        comment.room = text.room
    return found


@signed_in
def add(request: PersonRequest, ref: str) -> HttpResponseBase:
    """New paragraphs, in all languages at once or in one."""
    reach = reach_of(request.person)
    text = text_or_404(request, ref, reach)
    every = paragraphs_of(text, request, reach)
    living = tree.in_order(one for one in every if one.removed_at is None)
    verdict = rules.may_edit(reach, text)
    last = living[-1].paragraph if living else None
    asked = request.GET.get("after", last.anchor if last else "")
    standing = next((one for one in every if one.anchor == asked), None)
    initial = {"after": asked, "kind": standing.kind if standing and standing.kind != Kind.HEADING else Kind.PARAGRAPH,
               "function": standing.function if standing else "informational"}  # fmt: skip
    form = NewParagraphForm(
        request.POST if request.method == "POST" else None, living=living, initial=initial
    )
    if request.method == "POST" and verdict and form.is_valid():
        try:
            added = _added(request, text, every, form)
        except RefusedError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("Added."))
            if request.POST.get("then") == "more":
                return redirect(f"{reverse('texts:add', args=[ref])}?after={added[-1].anchor}")
            return redirect(f"{reverse('texts:text', args=[ref])}#{added[-1].anchor}")
    return render(request, "texts/add.html", {"form": form, "text": text, "verdict": verdict})


def _added(
    request: PersonRequest, text: Text, every: Sequence[Paragraph], form: NewParagraphForm
) -> list[Paragraph]:
    found = form.cleaned_data
    after = next((one for one in every if one.anchor == found["after"]), None)
    return actions.add_paragraphs(
        text=text, after=after, kind=found["kind"], function=found["function"] or "informational", blocks=form.blocks,
        by=request.person, at=timezone.now(),
    )  # fmt: skip


@signed_in
@require_POST
def move(request: PersonRequest, ref: str, anchor: str) -> HttpResponse:
    """Put a paragraph elsewhere."""
    place = Place(request, ref, anchor)
    wanted = request.POST.get("after", "")
    after = next((one for one in place.every if one.anchor == wanted), None)
    if wanted and after is None:
        messages.error(request, _("It cannot stand there: choose another place."))
        return redirect("texts:paragraph", ref, anchor)
    try:
        actions.move_paragraph(paragraph=place.paragraph, after=after, by=request.person, at=timezone.now())
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Moved; its anchor stays #%(anchor)s.") % {"anchor": anchor})
    return redirect("texts:paragraph", ref, anchor)


@signed_in
@require_POST
def remove(request: PersonRequest, ref: str, anchor: str) -> HttpResponse:
    """Remove a paragraph; its anchor stays and says so."""
    place = Place(request, ref, anchor)
    try:
        actions.remove_paragraph(paragraph=place.paragraph, by=request.person, at=timezone.now())
    except RefusedError as error:
        messages.error(request, str(error))
        return redirect("texts:paragraph", ref, anchor)
    messages.success(request, _("Removed. It can be brought back below, under its own anchor."))
    return redirect(f"{reverse('texts:text', args=[ref])}#{anchor}")


@signed_in
@require_POST
def restore(request: PersonRequest, ref: str, anchor: str) -> HttpResponse:
    """Bring a removed paragraph back."""
    place = Place(request, ref, anchor)
    try:
        actions.restore_paragraph(paragraph=place.paragraph, by=request.person, at=timezone.now())
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Brought back."))
    return redirect(f"{reverse('texts:text', args=[ref])}#{anchor}")
