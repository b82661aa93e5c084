"""Sixty files at once: drop, look at the table, mend it, confirm."""

from typing import Any, BinaryIO, cast

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.files.reading import Readers
from puebla.core.models import Process
from puebla.documents import rules
from puebla.documents.actions import importing
from puebla.documents.forms import LANGUAGE_NAMES, DropForm, language_name
from puebla.documents.models import Batch, Kind
from puebla.documents.views.records import posted
from puebla.members.models import Audience, Meeting
from puebla.members.querysets import reach_of

COLUMNS = ("symbol", "language", "title", "dated", "kind", "body", "meeting", "audience", "with")


@signed_in
def drop(request: PersonRequest) -> HttpResponseBase:
    """Take many files aside and propose what they are; nothing is filed."""
    from puebla.documents.forms import bodies_to_file_in

    reach = reach_of(request.person)
    verdict = rules.may_import(reach)
    form = DropForm(posted(request)[0])
    form.fields["body"].queryset = bodies_to_file_in(reach)  # type: ignore[attr-defined]
    form.fields["meeting"].queryset = Meeting.objects.visible_to(request.person, reach=reach)  # type: ignore[attr-defined]
    uploads = request.FILES.getlist("dropped")
    if request.method == "POST" and verdict and form.is_valid():
        if not uploads:
            form.add_error("dropped", _("Choose at least one file."))
        else:
            cleaned = form.cleaned_data
            defaults = {
                "kind": cleaned["kind"].code if cleaned["kind"] else "",
                "body": cleaned["body"].code if cleaned["body"] else "",
                "meeting": cleaned["meeting"].symbol if cleaned["meeting"] else "",
            }
            batch = importing.open_batch(defaults=defaults, by=request.person, at=timezone.now())
            with Readers() as readers:
                for upload in uploads:
                    importing.stage(
                        batch=batch, name=upload.name or "", source=cast(BinaryIO, upload), readers=readers
                    )
            importing.propose(batch=batch)
            return redirect("documents:batch", batch.ref)
    waiting = Batch.objects.filter(created_by=request.person, confirmed_at=None, discarded_at=None)
    return render(request, "documents/drop.html", {"form": form, "verdict": verdict, "waiting": waiting})


@signed_in
def table(request: PersonRequest, ref: str) -> HttpResponseBase:
    """The table of proposals of one's own batch: change, confirm or throw away."""
    batch = get_object_or_404(Batch, ref=ref, created_by=request.person)
    if batch.discarded_at is not None:
        messages.info(request, _("This table was thrown away; what had been filed from it stays filed."))
        return redirect("documents:drop")
    if request.method != "POST":
        # Looking at the files may have been cut off: the table is then finished by whoever opens it.
        if batch.items.filter(proposal={}).exclude(key="").exists():
            importing.propose(batch=batch)
        return render(request, "documents/batch.html", _context(batch, request))
    if batch.confirmed_at is not None:
        messages.info(request, _("This table was confirmed already; nothing was filed twice."))
    elif "discard" in request.POST:
        importing.discard(batch=batch, at=timezone.now())
        messages.success(request, _("Thrown away; nothing more of it was filed."))
        return redirect("documents:drop")
    else:
        importing.change(batch=batch, rows=_rows_typed(request, batch))
        if "confirm" in request.POST:
            _confirm(request, batch)
    return redirect("documents:batch", batch.ref)


def _confirm(request: PersonRequest, batch: Batch) -> None:
    items = importing.confirm(batch=batch, by=request.person, at=timezone.now())
    filed = sum(item.document_id is not None for item in items)
    messages.success(
        request, _("%(filed)d of %(all)d files are filed.") % {"filed": filed, "all": len(items)}
    )
    if batch.confirmed_at is None:
        messages.warning(
            request,
            _(
                "The others wait in this table. Mend what is remarked and confirm again, skip them, or throw them away."
            ),
        )


def _rows_typed(request: PersonRequest, batch: Batch) -> dict[int, dict[str, Any]]:
    typed: dict[int, dict[str, Any]] = {}
    for number in batch.items.values_list("number", flat=True):
        row = {
            name: request.POST[f"{number}-{name}"].strip()[:1000]
            for name in COLUMNS
            if f"{number}-{name}" in request.POST
        }
        if row:
            typed[number] = row | {"skip": f"{number}-skip" in request.POST}
    return typed


def _context(batch: Batch, request: PersonRequest) -> dict[str, Any]:
    from puebla.documents.forms import bodies_to_file_in

    sentences = importing.warning_sentences()
    items = list(batch.items.select_related("document"))
    taken = importing.documents_meant(items, request.person)
    rows = [
        {
            "item": item, "proposal": item.proposal, "title": next(iter((item.proposal.get("titles") or {}).values()), ""),
            "warnings": [sentences[code] for code in item.warnings],
            # What keeps a row back stands among its remarks already, in this reader's language.
            "refusal": "" if item.key and set(importing.BLOCKING) & set(item.warnings) else item.refusal,
            "blocked": bool(set(importing.BLOCKING) & set(item.warnings)), "open": bool(item.key and item.proposal and not batch.confirmed_at), "meant": taken.get(item.number),
            "with": item.proposal.get("with", ""), "language_name": capfirst(language_name(item.proposal.get("language", ""))),
        }
        for item in items
    ]  # fmt: skip
    languages = Process.current().languages
    return {
        "batch": batch, "rows": rows, "kinds": Kind.objects.filter(retired=False),
        "bodies": bodies_to_file_in(reach_of(request.person)), "meetings": Meeting.objects.visible_to(request.person),
        "languages": [(code, capfirst(language_name(code))) for code in dict.fromkeys([*languages, *LANGUAGE_NAMES])],
        "audiences": [(code, capfirst(Audience(value).label)) for code, value in importing.AUDIENCE_CODES.items()],
        "counts": {
            "files": len(items), "filed": sum(item.document_id is not None for item in items), "refused": sum(bool(item.refusal) for item in items),
            "warned": sum(bool(item.warnings) for item in items),
            "documents": len({item.proposal["group"] for item in items if item.proposal and not item.proposal.get("skip")}),
        },
    }  # fmt: skip
