"""Filing and describing: forms in, one action, back to the record."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.forms import BoundField, ChoiceField
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.models import Process
from puebla.core.verdicts import RefusedError, StaleError, Verdict
from puebla.documents import actions, rules
from puebla.documents.forms import (
    AudienceForm,
    DescriptionForm,
    FilingForm,
    RelationForm,
    ShareForm,
    UploadForm,
    bodies_to_file_in,
)
from puebla.documents.models import Document, Relation, Share
from puebla.documents.querysets import DocumentQuerySet, named_for, readers_of
from puebla.documents.views.records import document_or_404, posted
from puebla.members.models import Audience, Meeting, Seat
from puebla.members.querysets import Reach, reach_of


def show_refusal(form: Any, error: RefusedError) -> None:
    """Put a refusal beside its field, or above the form where it has none."""
    field = error.field if error.field in form.fields else None
    if error.field == "titles":
        field = next((name for name in form.fields if name.startswith("title_")), None)
    form.add_error(field, str(error))


@signed_in
def new(request: PersonRequest) -> HttpResponseBase:
    """File one document: description, audience, a file for each language; all of it or nothing."""
    reach = reach_of(request.person)
    verdict = rules.may_import(reach)
    form = FilingForm(
        *posted(request), reach=reach, languages=Process.current().languages,
        bodies=bodies_to_file_in(reach), meetings=Meeting.objects.visible_to(request.person, reach=reach),
        may_give_symbol=reach.secretariat,
    )  # fmt: skip
    if request.method == "POST" and verdict and form.is_valid():
        try:
            document = _file(form, request.person, reach)
        except RefusedError as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("Filed as %(symbol)s.") % {"symbol": document})
            return redirect("documents:record", document.address)
    return render(request, "documents/new.html", {"form": form, "verdict": verdict})


def _file(form: FilingForm, person: Person, reach: Reach) -> Document:
    from puebla.documents.actions.importing import home_room

    cleaned = form.cleaned_data
    body = cleaned["body"]
    files = [(code, upload) for code in form.languages if (upload := cleaned.get(f"file_{code}")) is not None]
    return actions.file_with_versions(
        files=files, by=person, at=timezone.now(), room=body.room if body else home_room(reach), party=cleaned["party"],
        audience=cleaned["audience"], themes=list(cleaned["themes"]), symbol=cleaned.get("symbol") or None,
        **form.values,
    )  # fmt: skip


@signed_in
def edit(request: PersonRequest, address: str) -> HttpResponseBase:
    """Describe a document; who saves second is told, sees both, and loses nothing."""
    reach = reach_of(request.person)
    document = document_or_404(request, address, reach)
    verdict = rules.may_describe(reach, document)
    form = DescriptionForm(
        posted(request)[0], languages=Process.current().languages, bodies=bodies_to_file_in(reach),
        meetings=Meeting.objects.visible_to(request.person, reach=reach), document=document, may_give_symbol=reach.secretariat,
    )  # fmt: skip
    stale = None
    if request.method == "POST" and verdict and form.is_valid():
        try:
            document = actions.describe(
                document=document, values=form.values, themes=list(form.cleaned_data["themes"]),
                symbol=form.cleaned_data.get("symbol") or None, revision=form.cleaned_data["revision"] or 0,
                by=request.person, at=timezone.now(),
            )  # fmt: skip
        except StaleError as error:
            document.refresh_from_db()
            stale = _differences(form, document)
            # The next save is compared with what the person sees now.
            form.data = _with_revision(request, document.revision)
            form.add_error(None, str(error))
        except RefusedError as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("documents:record", document.address)
    context = {"form": form, "document": document, "verdict": verdict, "stale": stale}
    return render(request, "documents/edit.html", context)


def _with_revision(request: PersonRequest, revision: int) -> Any:
    """What was typed, with the revision that the person sees now."""
    typed = request.POST.copy()
    typed["revision"] = str(revision)
    return typed


def _differences(form: DescriptionForm, document: Document) -> list[dict[str, str]]:
    """Where the text typed differs from what now stands: label, present text, typed text."""
    present = DescriptionForm(
        languages=form.languages, bodies=form.fields["body"].queryset,  # type: ignore[attr-defined]
        meetings=form.fields["meeting"].queryset, document=document,  # type: ignore[attr-defined]
    )  # fmt: skip
    rows = []
    for name in form.fields:
        if name == "revision" or name not in present.fields:
            continue
        typed, stands = _in_words(form[name]), _in_words(present[name])
        if typed != stands:
            rows.append({"label": str(form[name].label), "present": stands, "typed": typed})
    return rows


def _in_words(bound: BoundField) -> str:
    """What a field holds as its reader reads it: names of choices, never their keys."""
    value = bound.value()
    if not isinstance(bound.field, ChoiceField):
        return str(bound.field.widget.format_value(value) or "").strip()
    chosen = {str(one) for one in value} if isinstance(value, list | tuple | set) else {str(value or "")}
    choices: Any = bound.field.choices
    return ", ".join(str(label) for key, label in choices if str(key) in chosen - {""})


@signed_in
def upload(request: PersonRequest, address: str) -> HttpResponseBase:
    """File a new version of one language."""
    reach = reach_of(request.person)
    document = document_or_404(request, address, reach)
    verdict = rules.may_describe(reach, document)
    form = UploadForm(
        *posted(request), languages=Process.current().languages,
        initial={"language": request.GET.get("language")},
    )  # fmt: skip
    if request.method == "POST" and verdict and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            version = actions.add_version(
                document=document, language=form.cleaned_data["language"], source=file, name=file.name,
                note=form.cleaned_data["note"], by=request.person, at=timezone.now(),
            )  # fmt: skip
        except RefusedError as error:
            form.add_error("file", str(error))
        else:
            messages.success(request, _("Filed as version %(number)d.") % {"number": version.number})
            return redirect("documents:record", document.address)
    return render(request, "documents/upload.html", {"form": form, "document": document, "verdict": verdict})


@signed_in
def audience(request: PersonRequest, address: str) -> HttpResponseBase:
    """Change who may read it, after seeing who that would be."""
    reach = reach_of(request.person)
    document = document_or_404(request, address, reach)
    asked = request.POST.get("audience") or request.GET.get("audience") or document.audience
    form = AudienceForm(
        {"audience": asked, "revision": request.POST.get("revision", "")}, cap=document.room_cap
    )
    wanted = form.cleaned_data["audience"] if form.is_valid() else document.audience
    verdict = rules.may_set_audience(reach, document, wanted)
    if request.method == "POST" and form.is_valid():
        try:
            document = actions.set_audience(
                document=document, audience=wanted, by=request.person, at=timezone.now(),
                revision=form.cleaned_data["revision"],
            )  # fmt: skip
        except StaleError as error:
            # The next confirmation is of what stands below now.
            document.refresh_from_db()
            form.add_error(None, str(error))
        except RefusedError as error:
            form.add_error("audience", str(error))
        else:
            messages.success(request, _("Now readable by: %(who)s.") % {"who": Audience(wanted).label})
            return redirect("documents:record", document.address)
    now, then = readers_of(document), readers_of(document, audience=wanted)
    names_now = {person.pk for group in now for person in group.people}
    names_then = {person.pk for group in then for person in group.people}
    context = {
        "form": form, "document": document, "verdict": verdict, "wanted": wanted, "wanted_label": Audience(wanted).label,
        "groups": named_for(then, request.person), "gained": len(names_then - names_now), "lost": len(names_now - names_then),
        "changes": wanted != document.audience,
    }  # fmt: skip
    return render(request, "documents/audience.html", context)


@signed_in
def consent(request: PersonRequest, address: str) -> HttpResponseBase:
    """Record the own party's consent to a wider audience."""
    reach = reach_of(request.person)
    document = document_or_404(request, address, reach)
    form = AudienceForm(posted(request)[0], cap=document.room_cap)
    verdict = rules.may_consent(reach, document)
    if request.method == "POST" and form.is_valid():
        try:
            actions.consent(
                document=document,
                audience=form.cleaned_data["audience"],
                by=request.person,
                at=timezone.now(),
            )
        except RefusedError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Your party's consent is recorded."))
            return redirect("documents:record", document.address)
    return render(request, "documents/consent.html", {"form": form, "document": document, "verdict": verdict})


@signed_in
def share(request: PersonRequest, address: str) -> HttpResponseBase:
    """Open the document to one person until a day."""
    reach = reach_of(request.person)
    document = document_or_404(request, address, reach)
    verdict = rules.may_share(reach, document)
    known = Seat.objects.visible_to(request.person, reach=reach).effective(timezone.now())
    people = Person.objects.filter(pk__in=known.values("person_id")).order_by("full_name")
    form = ShareForm(posted(request)[0], people=people)
    if request.method == "POST" and form.is_valid():
        day: dt.date = form.cleaned_data["until"]
        until_at = timezone.make_aware(dt.datetime.combine(day, dt.time(23, 59, 59)))
        try:
            actions.share(
                document=document, person=form.cleaned_data["person"], why=form.cleaned_data["why"], until_at=until_at,
                by=request.person, at=timezone.now(),
            )  # fmt: skip
        except RefusedError as error:
            form.add_error("until" if error.field else None, str(error))
        else:
            messages.success(request, _("Shared."))
            return redirect("documents:record", document.address)
    return render(request, "documents/share.html", {"form": form, "document": document, "verdict": verdict})


@signed_in
def end_share(request: PersonRequest, address: str, ref: str) -> HttpResponseBase:
    """End a share before its day."""
    document = document_or_404(request, address)
    found = get_object_or_404(Share, document=document, ref=ref)
    if request.method == "POST":
        try:
            actions.end_share(share=found, by=request.person, at=timezone.now())
        except RefusedError as error:
            messages.error(request, str(error))
    return redirect("documents:record", document.address)


@signed_in
def relations(request: PersonRequest, address: str) -> HttpResponseBase:
    """Link the document to others, or take a link away."""
    reach = reach_of(request.person)
    document = document_or_404(request, address, reach)
    verdict = rules.may_describe(reach, document)
    visible = Document.objects.visible_to(request.person, reach=reach)
    form = RelationForm(request.POST if "target" in request.POST else None)
    if request.method == "POST":
        try:
            if "remove" in request.POST:
                gone = get_object_or_404(
                    Relation, source=document, target__in=visible, target__ref=request.POST["remove"],
                    kind=request.POST.get("kind"),
                )  # fmt: skip
                actions.unrelate(relation=gone, by=request.person, at=timezone.now())
                return redirect("documents:relations", document.address)
            if form.is_valid():
                target = visible.at_address(form.cleaned_data["target"].strip()).first()
                if target is None:
                    form.add_error("target", _("There is no document of that symbol."))
                    return _relations_page(request, document, form, verdict, visible)
                actions.relate(
                    source=document,
                    target=target,
                    kind=form.cleaned_data["kind"],
                    by=request.person,
                    at=timezone.now(),
                )
                return redirect("documents:relations", document.address)
        except RefusedError as error:
            form.add_error("target" if error.field else None, str(error))
    return _relations_page(request, document, form, verdict, visible)


def _relations_page(
    request: PersonRequest,
    document: Document,
    form: RelationForm,
    verdict: Verdict,
    visible: DocumentQuerySet,
) -> HttpResponseBase:
    relations = document.relations.filter(target__in=visible).select_related("target")
    context = {"form": form, "document": document, "verdict": verdict, "relations": relations}
    return render(request, "documents/relations.html", context)
