"""Releasing and withdrawing: first what will change and for whom, then the act."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.models import Process
from puebla.core.verdicts import RefusedError
from puebla.documents import actions, rules
from puebla.documents.actions.releasing import preview
from puebla.documents.forms import ReleaseForm, WithdrawForm, language_name
from puebla.documents.querysets import audience_in_words
from puebla.documents.views.records import document_or_404, posted
from puebla.members.models import Audience
from puebla.members.querysets import reach_of


@signed_in
def release(request: PersonRequest, address: str) -> HttpResponseBase:
    """Show what becomes readable to everybody, then release it."""
    reach = reach_of(request.person)
    document = document_or_404(request, address, reach)
    verdict = rules.may_release(reach, document)
    form = ReleaseForm(posted(request)[0])
    if request.method == "POST" and form.is_valid():
        try:
            edition = actions.release(
                document=document,
                by=request.person,
                at=timezone.now(),
                public_from=form.cleaned_data["public_from"],
            )
        except RefusedError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Released: the public reads it at its own address."))
            return redirect("documents:record", edition.symbol)
    shown = preview(document=document, at=timezone.now())
    context = {
        "form": form, "document": document, "verdict": verdict, "preview": shown, "who_now": audience_in_words(document),
        "missing": [language_name(code) for code in shown.missing_languages],
        "files": [(language_name(version.edition.language), version) for version in shown.files],
    }  # fmt: skip
    return render(request, "documents/release.html", context)


@signed_in
def withdraw(request: PersonRequest, address: str) -> HttpResponseBase:
    """Take the public edition away, with a reason that the tombstone shows."""
    reach = reach_of(request.person)
    document = document_or_404(request, address, reach)
    verdict = rules.may_withdraw(reach, document)
    form = WithdrawForm(
        posted(request)[0], languages=Process.current().languages, cap=document.room_cap,
        initial={"audience": Audience.MEMBERS},
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
