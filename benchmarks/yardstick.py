"""The yardstick: a constant answer of 30 kB from a bare WSGI callable, under the same server as the pages."""

from collections.abc import Callable, Iterable
from typing import Any

BODY = (b"<p>The quick brown fox jumps over the lazy dog.</p>\n" * 600)[:30_000]
HEADERS = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(BODY)))]


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:  # noqa: ARG001
    """Answer every request with the same page."""
    start_response("200 OK", HEADERS)
    return [BODY]
