"""Makes public editions by the action that releases use; everything not said is plausible."""

import datetime as dt
import hashlib
import io
import itertools
from typing import Any

from django.core.files.storage import storages
from django.utils import timezone

from puebla.publications import actions
from puebla.publications.models import PublicDocument

_numbers = itertools.count(1)


def a_public_file(content: bytes = b"%PDF-1.7 bytes of a note", **columns: Any) -> dict[str, Any]:
    """The columns of a file whose bytes lie in the public store."""
    key = storages["public"].save(f"aa/bb/{next(_numbers):032}", io.BytesIO(content))
    return {
        "language": "en", "number": 1, "current": True, "key": key, "name": "note.pdf",
        "media_type": "application/pdf", "label": "PDF", "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(), "page_count": 1,
        "filed_at": dt.datetime(2009, 7, 10, tzinfo=dt.UTC), "texts": ["Text of the first page."],
    } | columns  # fmt: skip


def a_public_document(
    *,
    symbol: str | None = None,
    files: list[dict[str, Any]] | None = None,
    themes: list[tuple[str, dict[str, str]]] | None = None,
    at: dt.datetime | None = None,
    **facts: Any,
) -> PublicDocument:
    """A released document with one English file and Spanish pending."""
    number = next(_numbers)
    at = at or timezone.now()
    columns = {
        "titles": {"en": f"Note number {number}", "es": f"Nota número {number}"},
        "kind_code": "NOTE", "kind_names": {"en": "Note", "es": "Nota"},
        "body_code": "RCGM", "body_names": {"en": "Regional Consultation Group", "es": "Grupo Regional de Consulta"},
        "dated_on": dt.date(2009, 7, 9), "year": 2009, "state": "final", "original_language": "en",
        "pending": [{"language": "es", "on": "2026-12-01"}], "public_from": at, "released_at": at,
    }  # fmt: skip
    return actions.publish_document(
        symbol=symbol or f"RCM/2009/RCGM/NOTE/{number}",
        facts=columns | facts,
        themes=themes or [],
        files=[a_public_file()] if files is None else files,
        at=at,
    )


def a_meeting_row(**columns: Any) -> dict[str, Any]:
    """The columns of a public meeting."""
    return {
        "symbol": "RCM/2009/VM/XIV", "body_code": "VM",
        "body_names": {"en": "Vice-Ministers’ meeting", "es": "Reunión Viceministerial"}, "number": 14,
        "titles": {"en": "XIV Conference", "es": "XIV Conferencia"},
        "places": {"en": "Guatemala City", "es": "Ciudad de Guatemala"}, "starts_on": dt.date(2009, 7, 9),
        "ends_on": dt.date(2009, 7, 10), "precision": "day",
    } | columns  # fmt: skip


def a_party_row(**columns: Any) -> dict[str, Any]:
    """The columns of a public party."""
    return {
        "code": "CRI", "standing": "member", "standing_names": {"en": "member state", "es": "Estado miembro"},
        "names": {"en": "Republic of Costa Rica", "es": "República de Costa Rica"},
        "short_names": {"en": "Costa Rica", "es": "Costa Rica"}, "iso3": "CRI", "since_on": dt.date(1996, 3, 13),
    } | columns  # fmt: skip


def an_item(**facts: Any) -> dict[str, Any]:
    """An item of a public programme."""
    return {
        "ref": "I1",
        "label": "1",
        "depth": 0,
        "titles": {"en": "Opening", "es": "Apertura"},
        "papers": [],
    } | facts


def a_session(**facts: Any) -> dict[str, Any]:
    """A session of a public programme."""
    return {
        "ref": "S1", "kind_names": {"en": "Plenary", "es": "Plenaria"}, "titles": {"en": "First plenary"}, "places": {},
        "on": "2009-07-09", "starts_at": "2009-07-09T15:00:00+00:00", "ends_at": "2009-07-09T17:00:00+00:00",
        "zone": "America/Guatemala", "cancelled": False, "sequence": 0, "changed_at": "2009-07-01T00:00:00+00:00", "items": [],
    } | facts  # fmt: skip
