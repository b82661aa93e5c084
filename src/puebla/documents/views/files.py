"""Files, pictures and the reading page: every byte passes the gate and, where restricted, the journal."""

from typing import Any

from django.core.files.storage import storages
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.files.kinds import FileKind
from puebla.core.files.serving import serve
from puebla.documents.actions import opened
from puebla.documents.forms import language_name
from puebla.documents.models import Document, FileVersion
from puebla.documents.views.records import document_or_404


def version_or_404(document: Document, language: str, number: int | None = None) -> FileVersion:
    """The version of this number, or the newest of the language."""
    versions = FileVersion.objects.filter(edition__document=document, edition__language=language)
    found = versions.select_related("edition")
    found = found.filter(number=number) if number is not None else found.order_by("-number")
    version = found.first()
    if version is None:
        raise Http404
    return version


@signed_in
def current(request: PersonRequest, address: str, language: str) -> HttpResponseBase:
    """The newest file of a language, behind an address that never changes."""
    return _serve(request, address, language, None)


@signed_in
def version(request: PersonRequest, address: str, language: str, number: int) -> HttpResponseBase:
    """One version of a file, for ever."""
    return _serve(request, address, language, number)


def _serve(request: PersonRequest, address: str, language: str, number: int | None) -> HttpResponseBase:
    document = document_or_404(request, address)
    found = version_or_404(document, language, number)
    opened(version=found, document=document, by=request.person, at=timezone.now())
    return serve(
        request, storage=storages["default"], key=found.key, size=found.size, sha256=found.sha256,
        media_type=found.media_type, name=found.name, last_modified=found.filed_at,
    )  # fmt: skip


@signed_in
def read(request: PersonRequest, address: str, language: str, number: int | None = None) -> HttpResponseBase:
    """The reading page: page pictures beside the text, ten pages at a time."""
    document = document_or_404(request, address)
    found = version_or_404(document, language, number)
    opened(version=found, document=document, by=request.person, at=timezone.now())
    from django.core.paginator import Paginator

    page = Paginator(found.pages.all(), 10).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "document": document, "version": found, "language": language, "language_name": language_name(language),
        "numbered": number is not None,
        "page": page, "inline": FileKind[found.kind].inline_safe,
    }  # fmt: skip
    return render(request, "documents/read.html", context)


@signed_in
def picture(request: PersonRequest, address: str, language: str, number: int, page: int) -> HttpResponseBase:
    """The picture of a page; page 0 is the thumbnail."""
    document = document_or_404(request, address)
    found = version_or_404(document, language, number)
    if page:
        opened(version=found, document=document, by=request.person, at=timezone.now())
        key = found.pages.filter(number=page).values_list("picture_key", flat=True).first()
    else:
        key = found.thumbnail_key
    store = storages["default"]
    if not key or not store.exists(key):
        raise Http404
    return serve(
        request, storage=store, key=key, size=store.size(key), sha256=f"{found.sha256}-{page}",
        media_type="image/webp", name=f"{page}.webp", last_modified=found.filed_at,
    )  # fmt: skip
