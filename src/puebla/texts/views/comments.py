"""Comments by delegations, and answers to them."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.verdicts import RefusedError
from puebla.members.querysets import reach_of
from puebla.texts import actions, rules
from puebla.texts.forms import AnswerForm, CommentForm
from puebla.texts.models import Comment
from puebla.texts.views.paragraphs import Place
from puebla.texts.views.texts import text_or_404


@signed_in
def make(request: PersonRequest, ref: str, anchor: str) -> HttpResponseBase:
    """Comment on a paragraph; what was written is never lost where it is refused."""
    place = Place(request, ref, anchor)
    verdict = rules.may_comment(place.reach, place.text, at=timezone.now())
    form = CommentForm(
        request.POST if request.method == "POST" else None, reach=place.reach, text=place.text,
        initial={"language": request.LANGUAGE_CODE},
    )  # fmt: skip
    if request.method == "POST" and verdict and form.is_valid():
        found = form.cleaned_data
        try:
            actions.comment(
                paragraph=place.paragraph, party=found["party"], words=found["words"], language=found["language"],
                audience=found["audience"], by=request.person, at=timezone.now(),
            )  # fmt: skip
        except RefusedError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("Your comment is kept."))
            return redirect(f"{reverse('texts:paragraph', args=[ref, anchor])}#comments")
    context: dict[str, Any] = {"form": form, "text": place.text, "node": place.node, "verdict": verdict,
                               "paragraph": place.paragraph}  # fmt: skip
    return render(request, "texts/comment.html", context)


@signed_in
def answer(request: PersonRequest, ref: str, comment: str) -> HttpResponse:
    """Answer a comment or close it; what was written is never lost where it is refused."""
    reach = reach_of(request.person)
    text = text_or_404(request, ref, reach)
    seen = Comment.objects.visible_to(request.person, reach=reach).filter(paragraph__text=text, ref=comment)
    found = next(iter(seen.select_related("paragraph__text__room", "party")[:1]), None)
    if found is None:
        raise Http404
    form = AnswerForm(
        request.POST if request.method == "POST" else None,
        initial={"answer": found.answer, "seen": found.mark},
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer_comment(
                comment=found, answer=form.cleaned_data["answer"], close="close" in request.POST, by=request.person,
                at=timezone.now(), seen=form.cleaned_data["seen"],
            )  # fmt: skip
        except RefusedError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("Kept."))
            return redirect(f"{reverse('texts:paragraph', args=[ref, found.paragraph.anchor])}#comments")
    if form.is_bound:
        found.refresh_from_db()
        form.go_on_from(found)
    verdict = rules.may_answer(reach, found, reach_text=rules.may_keep(reach, text))
    context = {"form": form, "text": text, "comment": found, "paragraph": found.paragraph, "verdict": verdict}
    return render(request, "texts/answer.html", context)
