"""Pictures of edited pages: public by definition, in the sizes in which pages show them."""

import hashlib

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from puebla.portal.models import PictureRendition

MEDIA_TYPES = {"webp": "image/webp", "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png"}


@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponseBase:
    """One picture in one size; its name changes with its content, so it may be kept."""
    if "\x00" in name:
        raise Http404
    found = PictureRendition.objects.filter(file__endswith=f"/{name}").first()
    media_type = MEDIA_TYPES.get(name.rpartition(".")[2].lower())
    if found is None or media_type is None:
        raise Http404
    try:
        with found.file.open("rb") as stream:
            content = stream.read()
    except FileNotFoundError:
        raise Http404 from None
    etag = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
    headers = {"ETag": etag, "Cache-Control": "public, max-age=86400", "Content-Disposition": "inline"}
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(content, content_type=media_type, headers=headers)
