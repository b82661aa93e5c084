"""Stored bytes as an answer: whole, in part, or not at all because the reader has them already.

Who may have them was decided before; nothing here looks at rights.
"""

import logging
import re
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO, cast

from django.core.files.storage import Storage
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, http_date, parse_http_date_safe

from .kinds import FileKind

log = logging.getLogger(__name__)

CHUNK = 1 << 16
_RANGE = re.compile(r"bytes=[ \t]*(\d{0,18})-(\d{0,18})[ \t]*")
_INLINE = frozenset(kind.media_type for kind in FileKind if kind.inline_safe)


def serve(
    request: HttpRequest,
    *,
    storage: Storage,
    key: str,
    size: int,
    sha256: str,
    media_type: str,
    name: str,
    inline: bool = True,
    last_modified: datetime | None,
    public: bool = False,
) -> HttpResponseBase:
    """Answer GET or HEAD for one stored file.

    Args:
        name: shown to the reader as the file's name; any alphabet.
        inline: show it in the browser, where its kind is safe to show and the reader did not ask for a download (`?download`);
            everything else is downloaded.
        last_modified: aware; None where the bytes alone tell what is new.
        public: shared caches may keep it, but ask again each time: what is withdrawn must vanish.
    """
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    headers = _headers(
        sha256=sha256,
        media_type=media_type,
        name=name,
        inline=inline and media_type in _INLINE and "download" not in request.GET,
        last_modified=last_modified,
        public=public,
    )
    known = _answer_for_who_has_it(request, headers, last_modified)
    if known is not None:
        return known
    if request.method == "HEAD":
        return HttpResponse(headers=headers | {"Content-Length": str(size)})
    wanted = _wanted_range(request, headers, size=size)
    if wanted is None:
        return _whole(storage, key, headers)
    start, end = wanted
    if start >= end:
        headers.pop("Content-Disposition")
        return HttpResponse(status=416, headers=headers | {"Content-Range": f"bytes */{size}"})
    return _part(storage, key, headers, start=start, end=end, size=size)


def _headers(
    *, sha256: str, media_type: str, name: str, inline: bool, last_modified: datetime | None, public: bool
) -> dict[str, str]:
    dated = {"Last-Modified": http_date(last_modified.timestamp())} if last_modified else {}
    return dated | {
        "Content-Type": media_type,
        "Content-Disposition": content_disposition_header(not inline, name) or "attachment",
        "ETag": f'"{sha256}"',
        "Accept-Ranges": "bytes",
        "Cache-Control": "public, no-cache" if public else "private, no-cache",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }


def _answer_for_who_has_it(
    request: HttpRequest, headers: dict[str, str], last_modified: datetime | None
) -> HttpResponseBase | None:
    """304 or 412 where the reader's conditions say so."""
    plain = HttpResponse(headers=headers)
    # Django's own HttpRequest/Response names, so that If-Match and its kin keep the order of RFC 9110.
    changed = int(last_modified.timestamp()) if last_modified else None
    answer = get_conditional_response(request, etag=headers["ETag"], last_modified=changed, response=plain)
    return None if answer is plain else answer


def _wanted_range(request: HttpRequest, headers: dict[str, str], *, size: int) -> tuple[int, int] | None:
    """The part asked for as (first byte, byte after the last), empty where it cannot be had; None for the whole.

    Several parts at once, other units and bad grammar are answered with the whole file, as the standard allows.
    """
    found = _RANGE.fullmatch(request.headers.get("Range", ""))
    if found is None or not _range_still_fits(request, headers):
        return None
    first, last = found.groups()
    if not first and not last:
        return None
    if not first:
        length = int(last)
        return (max(0, size - length), size) if length else (size, size)
    start = int(first)
    if last and int(last) < start:
        return None
    end = min(int(last) + 1, size) if last else size
    return (start, end) if start < size else (size, size)


def _range_still_fits(request: HttpRequest, headers: dict[str, str]) -> bool:
    """A download that is taken up again (If-Range) must be of the same bytes."""
    condition = request.headers.get("If-Range", "").strip()
    if not condition:
        return True
    if condition.startswith(('"', "W/")):
        return condition == headers["ETag"]
    given = parse_http_date_safe(condition)
    return given is not None and given == parse_http_date_safe(headers.get("Last-Modified", ""))


def _opened(storage: Storage, key: str) -> BinaryIO:
    try:
        return cast(BinaryIO, storage.open(key, "rb"))
    except FileNotFoundError as error:
        log.exception("The stored file %s is missing: restore it from a backup.", key)
        raise Http404 from error


def _whole(storage: Storage, key: str, headers: dict[str, str]) -> HttpResponseBase:
    response = FileResponse(_opened(storage, key))
    # Afterwards: FileResponse replaces the disposition it is given by one made from the name in the store.
    for name, value in headers.items():
        response[name] = value
    return response


def _part(
    storage: Storage, key: str, headers: dict[str, str], *, start: int, end: int, size: int
) -> HttpResponseBase:
    file = _opened(storage, key)
    headers = headers | {
        "Content-Length": str(end - start),
        "Content-Range": f"bytes {start}-{end - 1}/{size}",
    }
    response = StreamingHttpResponse(
        _slice(file, start=start, length=end - start), status=206, headers=headers
    )
    # Closed with the response too: a reader who leaves before the first byte would else keep it open.
    response._resource_closers.append(file.close)  # type: ignore[attr-defined]
    return response


def _slice(file: BinaryIO, *, start: int, length: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        while length > 0 and (chunk := file.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk
