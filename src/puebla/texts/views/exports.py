"""A text as a file."""

from django.http import Http404, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.http import content_disposition_header

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.models import Process
from puebla.members.querysets import reach_of
from puebla.texts.actions import exporting
from puebla.texts.models import Text
from puebla.texts.views.texts import paragraphs_of, text_or_404

MEDIA = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "json": "application/json",
}


@signed_in
def export(request: PersonRequest, ref: str, languages: str, form: str) -> HttpResponseBase:
    """DOCX, PDF or JSON; `en`, `es`, or `en-es` side by side."""
    reach = reach_of(request.person)
    text = text_or_404(request, ref, reach)
    codes = languages.split("-")
    if (
        form not in MEDIA
        or len(codes) > 2
        or len(set(codes)) < len(codes)
        or set(codes) - set(Process.current().languages)
    ):
        raise Http404
    paragraphs = paragraphs_of(text, request, reach)
    if form == "json":
        content = exporting.as_json(text, paragraphs)
    else:
        sheet = exporting.sheet_of(text, paragraphs, codes, at=timezone.now())
        content = exporting.as_docx(sheet) if form == "docx" else exporting.as_pdf(sheet)
    answer = HttpResponse(content, content_type=MEDIA[form])
    answer["Content-Disposition"] = content_disposition_header(True, name_of(text, languages, form)) or ""
    return answer


def name_of(text: Text, languages: str, form: str) -> str:
    """The file's name: by symbol where there is one."""
    stem = text.symbol.replace("/", "-") or f"text-{text.ref}"
    return f"{stem}.{form}" if form == "json" else f"{stem}.{languages}.{form}"
