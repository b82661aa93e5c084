"""What a party says of a paragraph that asks something of it: a short form, on a phone as well."""

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from puebla.accounts.views import PersonRequest, signed_in
from puebla.decisions import actions, rules
from puebla.decisions.forms import AnswerForm
from puebla.decisions.models import ProvisionAnswer
from puebla.decisions.querysets.asking import addressed
from puebla.decisions.views.decision import written
from puebla.decisions.views.reading import Reading
from puebla.members.models import Party


@signed_in
def answer(request: PersonRequest, ref: str, anchor: str) -> HttpResponseBase:
    """Answer for one's party; what was said before stands below."""
    reading = Reading(request, ref)
    paragraph = reading.paragraph(anchor)
    one = reading.provision(paragraph)
    if one is None or not one.asks:
        raise Http404
    one.paragraph = paragraph
    parties = list(Party.objects.filter(pk__in=reading.reach.parties).order_by("code"))
    meant = addressed([party.pk for party in parties], at=reading.at)
    asked = {key for each in one.addressees.all() for key in meant.by(each)}
    parties = [
        party
        for party in parties
        if party.pk in asked and rules.may_answer(reading.reach, reading.decision, party)
    ]
    verdict = rules.ALLOWED if parties else rules.refused(_("This paragraph asks nothing of your party, or your seat does not include answering for it."))  # fmt: skip
    form = AnswerForm(
        request.POST or None,
        parties=parties,
        initial={"language": request.LANGUAGE_CODE, "says": ProvisionAnswer.Says.DONE},
    )
    if request.method == "POST" and verdict and form.is_valid():
        found = form.cleaned_data

        def act() -> None:
            actions.answer(
                provision=one, party=found["party"], says=found["says"], words=found["words"], language=found["language"],
                token=found["token"], by=request.person, at=reading.at,
            )  # fmt: skip

        if form.carries_out(act):
            messages.success(request, _("Kept. The secretariat and the Presidency read it."))
            return redirect(reverse("intranet:asks"))
    before = ProvisionAnswer.objects.visible_to(request.person, reach=reading.reach).filter(provision=one)
    context = {
        "decision": reading.decision, "form": form, "verdict": verdict, "anchor": anchor, "words": written(paragraph.words),
        "title": _("Answer for paragraph %(anchor)s") % {"anchor": anchor}, "before": before.select_related("party", "by"),
    }  # fmt: skip
    return render(request, "decisions/step.html", context)
