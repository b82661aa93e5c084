"""A text to read: both languages side by side, what is pending, what differs; and the list of texts."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, Q
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.models import Process
from puebla.core.verdicts import RefusedError, StaleError
from puebla.members.forms import AudienceForm
from puebla.members.models import Audience, Body, Party
from puebla.members.querysets import Reach, reach_of, read_by
from puebla.texts import actions, rules
from puebla.texts.forms import OpenForm, TitleForm
from puebla.texts.models import Comment, Paragraph, Text, tree
from puebla.texts.views.rows import rows_of

PER_PAGE = 30


def text_or_404(request: PersonRequest, ref: str, reach: Reach | None = None) -> Text:
    """The text of this reference, or 404 where the person may not know that it exists."""
    seen = Text.objects.visible_to(request.person, reach=reach).at_address(ref)
    found = next(iter(seen.order_by().select_related("room", "party")[:1]), None)
    if found is None:
        raise Http404
    assert isinstance(found, Text)  # noqa: S101 - told to the type checker
    return found


def paragraphs_of(text: Text, request: PersonRequest, reach: Reach) -> list[Paragraph]:
    """Every paragraph of a text, removed ones too."""
    seen = Paragraph.objects.visible_to(request.person, reach=reach).filter(text=text)
    return list(seen.order_by())


def comment_counts(text: Text, request: PersonRequest, reach: Reach) -> dict[int, tuple[int, int]]:
    """How many comments the person sees on each paragraph, and how many of them wait."""
    seen = Comment.objects.visible_to(request.person, reach=reach).filter(paragraph__text=text)
    waiting = Count("pk", filter=Q(state=Comment.State.OPEN))
    grouped = seen.order_by().values("paragraph_id").annotate(total=Count("pk"), waiting=waiting)
    return {one["paragraph_id"]: (one["total"], one["waiting"]) for one in grouped}


SHOWN = {"pending", "differing", "comments"}


@signed_in
def show_text(request: PersonRequest, ref: str) -> HttpResponseBase:
    """One text, paragraph by paragraph; `?show=` narrows it to what somebody should look at."""
    now = timezone.now()
    reach = reach_of(request.person, now)
    text = text_or_404(request, ref, reach)
    every = paragraphs_of(text, request, reach)
    living = tree.in_order(one for one in every if one.removed_at is None)
    process = Process.current()
    may_edit = rules.may_edit(reach, text)
    counts = comment_counts(text, request, reach)
    rows = rows_of(text, living, process.languages, counts=counts, may_edit=bool(may_edit))
    asked = request.GET.get("show", "")
    narrowed = {
        "pending": [row for row in rows if row.pending],
        "differing": [row for row in rows if row.differs],
        "comments": [row for row in rows if row.comments],
    }
    context = {
        "process": process, "text": text, "languages": process.languages, "total": len(rows),
        "rows": narrowed.get(asked, rows), "show": asked if asked in SHOWN else "",
        "counts": {name: len(found) for name, found in narrowed.items()},
        "first_pending": narrowed["pending"][0].node.paragraph.anchor if narrowed["pending"] else "",
        "removed": sorted((one for one in every if one.removed_at is not None), key=lambda one: one.serial),
        "may_edit": may_edit, "may_comment": rules.may_comment(reach, text, at=now),
        "may_set_audience": rules.may_keep(reach, text),
        "intact": not text.is_frozen or actions.digest_of(text, every, text.frozen_languages) == text.frozen_hash,
    }  # fmt: skip
    return render(request, "texts/text.html", context)


@signed_in
def at_serial(request: PersonRequest, ref: str, serial: int) -> HttpResponseBase:
    """Where search leads: the paragraph that came to the text as this one."""
    reach = reach_of(request.person)
    text = text_or_404(request, ref, reach)
    seen = Paragraph.objects.visible_to(request.person, reach=reach).filter(text=text, serial=serial)
    anchor = seen.values_list("anchor", flat=True).first()
    return redirect(f"{reverse('texts:text', args=[ref])}{f'#{anchor}' if anchor else ''}")


@signed_in
def text_list(request: PersonRequest) -> HttpResponseBase:
    """The texts that the person sees, the last changed first."""
    reach = reach_of(request.person)
    seen = Text.objects.visible_to(request.person, reach=reach)
    languages = Process.current().languages
    living = Q(paragraphs__removed_at=None, paragraphs__isnull=False)
    page = Paginator(seen.only("pk"), PER_PAGE).get_page(request.GET.get("page"))
    shown_texts = (
        Text.objects.visible_to(request.person, reach=reach)
        .filter(pk__in=[one.pk for one in page])
        .select_related("party")
        .annotate(
            paragraph_count=Count("paragraphs", filter=living), changed_by_name=F("changed_by__full_name")
        )
    )
    context = {
        "page": page, "texts": shown_texts, "languages": languages, "now": timezone.now(),
        "may_open": bool(_bodies(reach)),
    }  # fmt: skip
    return render(request, "texts/list.html", context)


def _bodies(reach: Reach) -> Any:
    """Bodies in whose rooms the person may begin a text."""
    own = Party.objects.filter(pk__in=reach.parties).order_by("pk").first()
    if own is None:
        return Body.objects.none()
    bodies = [one for one in Body.objects.select_related("room") if rules.may_open(reach, one.room, own)]
    return Body.objects.filter(pk__in=[one.pk for one in bodies]).select_related("room")


@signed_in
def new(request: PersonRequest) -> HttpResponseBase:
    """Begin a text."""
    reach = reach_of(request.person)
    form = OpenForm(request.POST or None, bodies=_bodies(reach))
    party = Party.objects.filter(pk__in=reach.parties).order_by("pk").first()
    if request.method == "POST" and party is not None and form.is_valid():
        found = form.cleaned_data
        try:
            text = actions.open_text(
                by=request.person, at=timezone.now(), room=found["body"].room, party=party, titles=found["titles"],
                audience=found["audience"], original_language=found["original_language"],
            )  # fmt: skip
        except RefusedError as error:
            form.refuse(error)
        else:
            return redirect("texts:add", text.ref)
    return render(request, "texts/new.html", {"form": form})


@signed_in
def title(request: PersonRequest, ref: str) -> HttpResponseBase:
    """The title of a text and its original language."""
    reach = reach_of(request.person)
    text = text_or_404(request, ref, reach)
    verdict = rules.may_edit(reach, text)
    initial = {"titles": text.titles, "original_language": text.original_language, "revision": text.revision}
    form = TitleForm(request.POST or None, initial=initial)
    if request.method == "POST" and verdict and form.is_valid():
        found = form.cleaned_data
        try:
            actions.describe_text(
                text=text, titles=found["titles"], original_language=found["original_language"],
                revision=found["revision"] or 0, by=request.person, at=timezone.now(),
            )  # fmt: skip
        except StaleError as error:
            text.refresh_from_db()
            typed = request.POST.copy()
            typed["revision"] = str(text.revision)
            form.data = typed
            form.add_error(None, str(error))
        except RefusedError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("texts:text", ref)
    return render(request, "texts/title.html", {"form": form, "text": text, "verdict": verdict})


@signed_in
def audience(request: PersonRequest, ref: str) -> HttpResponseBase:
    """Who reads the text: shown first what the change would open or close."""
    reach = reach_of(request.person)
    text = text_or_404(request, ref, reach)
    typed = request.POST if request.method == "POST" else request.GET
    form = AudienceForm(
        typed if "audience" in typed else None, cap=text.room_cap, initial={"audience": text.audience}
    )
    wanted = form.cleaned_data["audience"] if form.is_bound and form.is_valid() else text.audience
    verdict = rules.may_set_audience(reach, text, wanted)
    if request.method == "POST" and form.is_bound and form.is_valid() and verdict:
        try:
            actions.set_audience(text=text, audience=wanted, by=request.person, at=timezone.now())
        except RefusedError as error:
            form.add_error("audience", str(error))
        else:
            messages.success(request, _("Changed who can read it."))
            return redirect("texts:text", ref)
    before, after = read_by(text), read_by(text, audience=wanted)
    context = {
        "form": form, "text": text, "titles": text.titles, "verdict": verdict, "wanted": wanted, "wanted_label": Audience(wanted).label,
        "gained": len(after - before), "lost": len(before - after), "changes": wanted != text.audience,
    }  # fmt: skip
    return render(request, "texts/audience.html", context)
