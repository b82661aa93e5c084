"""Releasing and withdrawing: first what will change and for whom, then the act."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.models import Process
from puebla.core.verdicts import RefusedError, StaleError
from puebla.documents import actions, rules
from puebla.documents.actions.releasing import preview
from puebla.documents.forms import ReleaseForm, WithdrawForm, language_name
from puebla.documents.models import Document
from puebla.documents.querysets import Readers, audience_in_words, named_for, readers_by_audience
from puebla.documents.views.records import document_or_404, posted
from puebla.members.models import Audience
from puebla.members.querysets import reach_of


@signed_in
def release(request: PersonRequest, address: str) -> HttpResponseBase:
    """Show what becomes readable to everybody, then release it."""
    reach = reach_of(request.person)
    document = document_or_404(request, address, reach)
    verdict = rules.may_release(reach, document)
    form = ReleaseForm(posted(request)[0], initial={"revision": document.revision})
    if request.method == "POST" and form.is_valid():
        try:
            edition = actions.release(
                document=document,
                by=request.person,
                at=timezone.now(),
                public_from=form.cleaned_data["public_from"],
                revision=form.cleaned_data["revision"],
            )
        except StaleError as error:
            document.refresh_from_db()
            # The next confirmation is of what stands below now.
            form.data = request.POST.copy()
            form.data["revision"] = str(document.revision)
            form.add_error(None, str(error))
        except RefusedError as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, _("Released: the public reads it at its own address."))
            return redirect("documents:record", edition.symbol)
    asked = form.cleaned_data.get("public_from") if form.is_bound and hasattr(form, "cleaned_data") else None
    return render(
        request,
        "documents/release.html",
        _preview(request, document, asked) | {"form": form, "verdict": verdict},
    )


def _preview(request: PersonRequest, document: Document, public_from: dt.datetime | None) -> dict[str, Any]:
    """What the page shows of a release before it is done."""
    at = timezone.now()
    shown = preview(document=document, at=at, public_from=public_from)
    return {
        "document": document, "preview": shown, "who_now": audience_in_words(document),
        "missing": [language_name(code) for code in shown.missing_languages],
        "files": [(language_name(version.edition.language), version) for version in shown.files],
        "standing": [(language_name(file.language), file) for file in shown.standing],
        "gains": named_for(shown.gains, request.person), "gained": _count(shown.gains), "later": shown.public_from > at,
        "themes": document.themes.all(),
    }  # fmt: skip


def _count(groups: list[Readers]) -> int:
    return sum(len(group.people) for group in groups)


@signed_in
def withdraw(request: PersonRequest, address: str) -> HttpResponseBase:
    """Take the public edition away, with a reason that the tombstone shows."""
    reach = reach_of(request.person)
    document = document_or_404(request, address, reach)
    verdict = rules.may_withdraw(reach, document)
    form = WithdrawForm(
        posted(request)[0], languages=Process.current().languages, cap=document.room_cap,
        initial={"audience": Audience.MEMBERS}, readers=readers_by_audience(document),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw(
                document=document, reason=form.reason, audience=form.cleaned_data["audience"], by=request.person,
                at=timezone.now(),
            )  # fmt: skip
        except RefusedError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Withdrawn: the public address now shows a tombstone."))
            return redirect("documents:record", document.address)
    return render(
        request, "documents/withdraw.html", {"form": form, "document": document, "verdict": verdict}
    )
