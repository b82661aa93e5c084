"""Bringing a text in from files: a table proposes, a person confirms, and only then anything is stored."""

import hashlib
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.models import Process
from puebla.core.verdicts import RefusedError
from puebla.members.querysets import reach_of
from puebla.texts import actions, rules
from puebla.texts.actions.editing import differences_of
from puebla.texts.actions.importing import Proposal, propose, read_file
from puebla.texts.forms import FilesForm
from puebla.texts.models import Kind, Text
from puebla.texts.views.rows import in_words
from puebla.texts.views.texts import text_or_404

#: How long a proposal waits for its confirmation, in seconds.
WAITS = 24 * 60 * 60


@signed_in
def bring(request: PersonRequest, ref: str) -> HttpResponseBase:
    """Files first, then the table of what was recognised, then the text."""
    text = text_or_404(request, ref, reach_of(request.person))
    verdict = rules.may_edit(reach_of(request.person), text)
    if request.method == "POST" and "proposed" in request.POST:
        return _confirmed(request, text)
    form = FilesForm(*((request.POST, request.FILES) if request.method == "POST" else (None, None)))
    rows: list[Proposal] = []
    if request.method == "POST" and verdict and form.is_valid():
        try:
            rows = propose(
                {code: read_file(upload, upload.name, code) for code, upload in form.chosen.items()}
            )
        except RefusedError as error:
            form.add_error(None, str(error))
    return render(request, "texts/import.html", _context(text, form, rows, verdict))


def _context(text: Text, form: FilesForm, rows: list[Proposal], verdict: Any) -> dict[str, Any]:
    languages = Process.current().languages
    kinds = [(one.value, one.label) for one in Kind]
    kept = [[one.kind, one.words, one.function, one.printed, list(one.faults), one.depth] for one in rows]
    return {
        "text": text, "form": form, "verdict": verdict, "languages": languages, "kinds": kinds,
        "rows": [
            {"number": number, "row": one, "kind": one.kind, "cells": _cells(one, languages)} for number, one in enumerate(rows)
        ],
        "proposed": signing.dumps([text.ref, kept], salt="puebla.texts.import", compress=True) if rows else "",
        "faults": sum(bool(one.faults) for one in rows),
        "pending": sum(not all(one.words.get(code) for code in languages) for one in rows),
        "differing": sum(bool(differences_of(one.words)) for one in rows),
    }  # fmt: skip


def _cells(one: Proposal, languages: list[str]) -> list[dict[str, Any]]:
    only = differences_of(one.words)
    return [
        {
            "language": code,
            "words": one.words.get(code, ""),
            "only": [in_words(figure) for figure in only.get(code, ())],
        }
        for code in languages
    ]


def _confirmed(request: PersonRequest, text: Text) -> HttpResponseBase:
    try:
        of, kept = signing.loads(request.POST["proposed"], salt="puebla.texts.import", max_age=WAITS)
    except signing.BadSignature:
        of, kept = "", []
    if of != text.ref:
        messages.error(request, _("This table is too old or of another text. Choose the files again."))
        return redirect("texts:import", text.ref)
    rows = [Proposal(kind, words, printed, tuple(faults), function, depth)
            for kind, words, function, printed, faults, depth in kept]  # fmt: skip
    chosen = [request.POST.get(f"kind-{number}", one.kind) for number, one in enumerate(rows)]
    pieces = [
        replace(one, kind=kind).piece for one, kind in zip(rows, chosen, strict=True) if kind in Kind.values
    ]
    try:
        # A form sent twice over a weak line brings the same table: it is known by its signature.
        token = hashlib.sha256(request.POST["proposed"].encode()).hexdigest()
        actions.write_paragraphs(text=text, pieces=pieces, by=request.person, at=timezone.now(), token=token)
    except RefusedError as error:
        # The table stays as it was chosen: what is refused is mended in it, or tried again.
        messages.error(request, str(error))
        context = _context(text, FilesForm(), rows, rules.may_edit(reach_of(request.person), text))
        for row, kind in zip(context["rows"], chosen, strict=True):
            row["kind"] = kind
        return render(request, "texts/import.html", context)
    messages.success(request, _("Brought in: look at what is pending and what differs."))
    return redirect("texts:text", text.ref)
