"""What changed between two states of a text, paragraph by paragraph, word by word; and what was done with it."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.models import JournalEntry, Process
from puebla.core.phrases import sentences
from puebla.core.zones import can_be_meant
from puebla.members.querysets import reach_of
from puebla.texts.actions.comparing import Compared, compare_states, moments, state_at
from puebla.texts.models import Paragraph, ParagraphVersion, Text
from puebla.texts.views.texts import text_or_404


@signed_in
def compare(request: PersonRequest, ref: str) -> HttpResponseBase:
    """What changed since a moment, up to another; of both, the last that was asked for is kept in the address."""
    reach = reach_of(request.person)
    text = text_or_404(request, ref, reach)
    versions = versions_of(text, request)
    offered = moments(versions)
    since = _moment(request.GET.get("since", ""), offered[0] if offered else text.created_at)
    until = _moment(request.GET.get("until", ""), None)
    languages = Process.current().languages
    found = [
        _shown(one, languages)
        for one in compare_states(state_at(versions, since), state_at(versions, until), languages)
    ]
    context: dict[str, Any] = {
        "text": text, "moments": [(one.isoformat(), one) for one in offered], "since": since, "until": until,
        "since_value": since.isoformat(), "until_value": until.isoformat() if until else "", "languages": languages,
        "found": found, "total": len(found),
    }  # fmt: skip
    return render(request, "texts/changes.html", context)


def _shown(one: Compared, languages: Sequence[str]) -> dict[str, Any]:
    """A change with a cell for each language, whether it changed there or not."""
    cells = [{"language": code, "pieces": one.changes.get(code, [])} for code in languages]
    return {"anchor": one.anchor, "what": one.what, "before": one.before, "after": one.after, "cells": cells}


def versions_of(text: Text, request: PersonRequest) -> list[ParagraphVersion]:
    """Every version of the text's paragraphs in the order in which they were written; words kept beside it are none."""
    seen = Paragraph.objects.visible_to(request.person).filter(text=text).order_by()
    versions = ParagraphVersion.objects.filter(paragraph__in=seen).exclude(what=ParagraphVersion.What.ASIDE)
    return list(versions.select_related("paragraph", "by").order_by("at", "number"))


def _moment(typed: str, default: Any) -> Any:
    """An instant as the address carries it, or a day's end."""
    # A plus in an address that was typed by hand arrives as a blank.
    try:
        found = dt.datetime.fromisoformat(typed.replace(" ", "+"))
    except ValueError:
        return default
    # At the ends of the calendar clocks of some place would leave it.
    if not can_be_meant(found):
        return default
    if len(typed) <= len("2009-07-09"):
        found = found.replace(hour=23, minute=59, second=59)
    return found if timezone.is_aware(found) else timezone.make_aware(found)


@signed_in
def history(request: PersonRequest, ref: str) -> HttpResponseBase:
    """What was done with the text, by whom."""
    reach = reach_of(request.person)
    text = text_or_404(request, ref, reach)
    entries = JournalEntry.objects.filter(subject_kind="Text", subject_ref=text.ref).order_by("-sequence")
    return render(request, "texts/history.html", {"text": text, "acts": sentences(entries[:300])})
