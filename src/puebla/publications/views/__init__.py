"""A public record in forms that other programs read: its addresses, its citation, its linked data.

The portal's page and the doors for machines show the same; neither knows the other, so it stands below both.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import get_language, override

from puebla.core.citing import Reference
from puebla.core.languages import Texts
from puebla.core.models import Process
from puebla.core.zones import place_of
from puebla.publications.models import (
    PublicDocument,
    PublicFile,
    PublicMeeting,
    PublicProgramme,
    PublicTheme,
)


def address(name: str, *args: Any, language: str | None = None) -> str:
    """The whole address of a public page, for use outside: in citations, feeds, linked data."""
    with override(language or get_language() or settings.LANGUAGE_CODE):
        return settings.BASE_URL + reverse(name, args=args)


def paths(name: str, *args: Any) -> Texts:
    """The same page in every language, without the site's own address.

    Addresses differ by the code of the language alone, so one is written from another: a sitemap needs thousands.
    """
    own = settings.LANGUAGE_CODE
    with override(own):
        path = reverse(name, args=args)
    below = path.removeprefix(f"/{own}/")
    return {code: f"/{code}/{below}" for code, _name in settings.LANGUAGES}


def addresses(name: str, *args: Any) -> Texts:
    """The same page in every language of the software, with the site's own address."""
    return {code: settings.BASE_URL + path for code, path in paths(name, *args).items()}


def file_address(document: PublicDocument, file: PublicFile, language: str | None = None) -> str:
    """Where one version of a file lies for ever."""
    return address("portal:file-version", document.symbol, file.language, file.number, language=language)


def themes_of(document: PublicDocument) -> list[PublicTheme]:
    """The themes of a document, always in the same order."""
    return sorted(document.themes.all(), key=lambda theme: theme.code)


def reference_of(
    document: PublicDocument, process: Process | None, *, language: str | None = None
) -> Reference:
    """What a citation of this document names."""
    return Reference(
        authors=process.names if process else {},
        short_authors=process.short_names if process else {},
        titles=document.titles,
        symbol=document.symbol,
        kinds=document.kind_names,
        meetings=document.meeting_titles,
        address=address("portal:document", document.symbol, language=language),
        dated_on=document.dated_on,
        precision=document.precision,
        original=document.original_language,
        themes=[theme.names for theme in themes_of(document)],
    )


def programme_of(row: PublicProgramme | None, *, at: dt.datetime) -> dict[str, Any] | None:
    """What was released of a meeting as pages and programs show it; papers only while the public may read them.

    Returns:
        None where nothing was; of what was withdrawn, `withdrawn_at` and the reason alone.
    """
    if row is None:
        return None
    if row.withdrawn_at is not None:
        return {
            "withdrawn_at": row.withdrawn_at,
            "reason": row.withdrawn_reason,
            "changed_at": row.changed_at,
        }
    return programmes_of([row], at=at)[row.symbol]


def programmes_of(rows: Iterable[PublicProgramme], *, at: dt.datetime) -> dict[str, dict[str, Any]]:
    """By symbol what was released of many meetings, none of them withdrawn."""
    listed = list(rows)
    named = {symbol for row in listed for item in row.items for symbol in item["papers"]}
    named |= {symbol for row in listed for symbol in row.reports}
    current = Prefetch("files", PublicFile.objects.filter(current=True).order_by("language"), "current_files")
    readable = PublicDocument.objects.readable(at=at).filter(symbol__in=named).prefetch_related(current)
    papers = {one.symbol: one for one in readable}
    return {row.symbol: _programme(row, papers) for row in listed}


def _programme(row: PublicProgramme, papers: Mapping[str, PublicDocument]) -> dict[str, Any]:
    sessions = sessions_of(row)
    days: dict[dt.date, list[dict[str, Any]]] = {}
    for one in sessions:
        days.setdefault(one["on"], []).append(one)
    return {
        "row": row, "days": days, "sessions": sessions, "participants": row.participants, "changed_at": row.changed_at,
        "place": place_of(row.zone) if row.zone else "", "reports": [papers[one] for one in row.reports if one in papers],
        "items": [
            one | {"papers": [papers[symbol] for symbol in one["papers"] if symbol in papers]} for one in row.items
        ],
    }  # fmt: skip


def sessions_of(row: PublicProgramme) -> list[dict[str, Any]]:
    """The sessions that were released of a meeting, in order; none of what was withdrawn."""
    return sorted(map(_session, row.sessions), key=lambda one: one["starts_at"])


def _session(one: dict[str, Any]) -> dict[str, Any]:
    """A released session with its instants, and its hours by the clocks of the venue."""
    starts_at, ends_at = (dt.datetime.fromisoformat(one[name]) for name in ("starts_at", "ends_at"))
    there = ZoneInfo(one["zone"])
    return one | {
        "on": dt.date.fromisoformat(one["on"]), "starts_at": starts_at, "ends_at": ends_at,
        "changed_at": dt.datetime.fromisoformat(one["changed_at"]),
        "hours": "–".join(instant.astimezone(there).strftime("%H:%M") for instant in (starts_at, ends_at)),
    }  # fmt: skip


# Linked data ---------------------------------------------------------------------------------------------------


def linked_document(document: PublicDocument, process: Process | None) -> dict[str, Any]:
    """A document as schema.org says it: both languages, every version of every file, the meeting it belongs to."""
    facts = {
        "@type": "DigitalDocument",
        "@id": address("portal:document", document.symbol, language=settings.LANGUAGE_CODE),
        "identifier": document.symbol,
        "url": address("portal:document", document.symbol),
        "name": every(document.titles),
        "datePublished": document.written_date or None,
        "dateModified": document.changed_at.isoformat(timespec="seconds"),
        "inLanguage": sorted({file.language for file in document.files.all() if file.current}),
        "genre": every(document.kind_names),
        "creativeWorkStatus": document.state,
        "about": [
            {"@type": "DefinedTerm", "termCode": theme.code, "name": every(theme.names)}
            for theme in themes_of(document)
        ],
        "author": _party(document),
        "publisher": linked_process(process),
        "isPartOf": _meeting(document),
        "encoding": [_file(document, file) for file in document.files.all()],
    }
    return {key: value for key, value in facts.items() if value}


#: How a meeting is held, as schema.org has it.
ATTENDANCE = {
    "in_person": "OfflineEventAttendanceMode", "hybrid": "MixedEventAttendanceMode", "remote": "OnlineEventAttendanceMode",
}  # fmt: skip


def linked_meeting(
    meeting: PublicMeeting, process: Process | None, programme: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A meeting as schema.org says it, with its public sessions.

    Args:
        programme: as `programme_of` gives it.
    """
    shown = programme if programme and "row" in programme else None
    facts = {
        "@type": "Event",
        "@id": address("portal:meeting", meeting.symbol, language=settings.LANGUAGE_CODE),
        "identifier": meeting.symbol,
        "url": address("portal:meeting", meeting.symbol),
        "name": every(meeting.titles),
        "startDate": meeting.written_date,
        "endDate": meeting.ends_on.isoformat() if meeting.ends_on and meeting.precision == "day" else None,
        "location": {"@type": "Place", "name": every(meeting.places)} if meeting.places else None,
        "organizer": linked_process(process),
        "eventAttendanceMode": f"https://schema.org/{ATTENDANCE[shown['row'].manner]}"
        if shown and shown["row"].manner in ATTENDANCE
        else None,
        "subEvent": [_linked_session(one, meeting) for one in shown["sessions"]] if shown else None,
        "about": [every(one["titles"]) for one in shown["items"]] if shown else None,
    }
    return {key: value for key, value in facts.items() if value}


def _linked_session(one: dict[str, Any], meeting: PublicMeeting) -> dict[str, Any]:
    state = "EventCancelled" if one["cancelled"] else "EventScheduled"
    place = every(one["places"] or meeting.places)
    facts = {
        "@type": "Event",
        "name": every(one["titles"] or one["kind_names"]),
        "startDate": one["starts_at"].isoformat(),
        "endDate": one["ends_at"].isoformat(),
        "eventStatus": f"https://schema.org/{state}",
        "location": {"@type": "Place", "name": place} if place else None,
    }
    return {key: value for key, value in facts.items() if value}


def linked_process(process: Process | None) -> dict[str, Any] | None:
    """The conference as the publisher of its papers."""
    if process is None:
        return None
    return {
        "@type": "Organization",
        "name": every(process.names),
        "alternateName": every(process.short_names),
        "url": f"{settings.BASE_URL}/",
    }


def every(texts: Texts) -> list[dict[str, str]]:
    """A text in each of its languages, as JSON-LD writes it."""
    return [{"@language": code, "@value": words} for code, words in texts.items()]


def _party(document: PublicDocument) -> dict[str, Any] | None:
    return {"@type": "Organization", "name": every(document.party_names)} if document.party_names else None


def _meeting(document: PublicDocument) -> dict[str, Any] | None:
    """The papers of a meeting, as the collection that a document is part of."""
    if not document.meeting_symbol:
        return None
    at = address("portal:meeting", document.meeting_symbol, language=settings.LANGUAGE_CODE)
    return {
        "@type": "Collection",
        "name": every(document.meeting_titles),
        "url": at,
        "about": {"@type": "Event", "@id": at, "name": every(document.meeting_titles)},
    }


def _file(document: PublicDocument, file: PublicFile) -> dict[str, Any]:
    return {
        "@type": "MediaObject",
        "inLanguage": file.language,
        "version": str(file.number),
        "creativeWorkStatus": "current" if file.current else "superseded",
        "encodingFormat": file.media_type,
        "contentSize": str(file.size),
        "sha256": file.sha256,
        "uploadDate": file.filed_at.date().isoformat(),
        "contentUrl": file_address(document, file),
    }
