"""What meetings put into calendars: their days, their sessions, and of closed ones the hours."""

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from puebla.core.calendars import CalendarEntry, other_language
from puebla.core.languages import show
from puebla.meetings.models import Session
from puebla.meetings.querysets.dates import (
    bilaterals_between,
    lines_between,
    meetings_between,
    nominations_between,
    sessions_between,
)
from puebla.members.querysets import Reach
from puebla.members.querysets.prepared import PreparedForReader

if TYPE_CHECKING:
    from puebla.accounts.models import Person

KINDS = {one.value: one.label for one in Session.Kind}


def entries(person: "Person", reach: Reach, first: dt.datetime, last: dt.datetime) -> Iterator[CalendarEntry]:
    """What this person may know of meetings between these instants."""
    years = (
        timezone.localtime(first).replace(month=1, day=1),
        timezone.localtime(last).replace(month=12, day=31),
    )
    yield from _meetings.rows(person, reach, first, last, *years)
    yield from _sessions.rows(person, reach, first, last)
    yield from _lines.rows(person, reach, first, last)
    yield from _bilaterals.rows(person, reach, first, last)
    yield from _nominations.rows(person, reach, first, last)


def _of_meeting(row: dict[str, Any]) -> CalendarEntry:
    body = str(show(row["body__short_names"])) or row["body__code"]
    sealed = _("Meeting, %(body)s") % {"body": body} if row["body__room__sealed"] else ""
    return CalendarEntry(
        uid=uid_of_meeting(row["symbol"]), kind="meeting", language=other_language(row["titles"]), title=str(show(row["titles"])) or row["symbol"], on=row["starts_on"],
        until_on=row["ends_on"], precision=row["precision"], zone=row["convening__zone"] or "UTC", place=str(show(row["places"])),
        link=row["joined_at"] or "", address=reverse("meetings:page", args=[row["symbol"]]), body=row["body__code"],
        body_name=body, about=row["symbol"], sequence=row["revision"] - 1, tentative=row["draft"] or not row["confirmed"],
        changed_at=row["convening__changed_at"], outside=sealed,
    )  # fmt: skip


def uid_of_meeting(symbol: str) -> str:
    """A meeting's name in calendars, the same in the public one."""
    return f"meeting-{symbol.replace('/', '-')}"


def _of_session(row: dict[str, Any]) -> CalendarEntry:
    kind = capfirst(str(KINDS[row["kind"]]))
    body = _body(row)
    title = f"{show(row['titles']) if row['titles'] else kind} · {body}"
    return CalendarEntry(
        uid=f"session-{row['ref']}", kind="session", language=other_language(row["titles"]), title=title, starts_at=row["starts_at"], ends_at=row["ends_at"],
        zone=row["zone"], place=str(show(row["places"])), link=row["link"],
        address=reverse("meetings:session", args=[row["convening__meeting__symbol"], row["ref"]]),
        body=row["convening__meeting__body__code"], body_name=body, about=str(show(row["convening__meeting__titles"])),
        sequence=row["sequence"], cancelled=row["cancelled_at"] is not None, changed_at=row["changed_at"],
        # Whose calendar is read by other programs has no sealed words there.
        outside=f"{kind} · {body}" if row["room__sealed"] else "", room=row["room_id"],
    )  # fmt: skip


def _of_line(row: dict[str, Any]) -> CalendarEntry:
    # Another name than the session's own: who is let in later gets the session, and nobody else its address. It is the name
    # of these hours, and counts no changes: what is changed inside is told to nobody, and moved hours are another line.
    named = f"{row['ref']}:{row['starts_at'].timestamp()}:{row['ends_at'].timestamp()}"
    mark = salted_hmac("puebla.meetings.line", named).hexdigest()[:20]
    return CalendarEntry(
        uid=f"line-{mark}", kind="line", title=f"{_('Closed session')} · {_body(row)}", starts_at=row["starts_at"],
        ends_at=row["ends_at"], zone=row["zone"],
        address=reverse("meetings:page", args=[row["convening__meeting__symbol"]]),
        body=row["convening__meeting__body__code"], body_name=_body(row),
    )  # fmt: skip


def _of_bilateral(row: dict[str, Any]) -> CalendarEntry:
    body = _body(row)
    # With whom is known to the two alone: not to a program that reads the calendar from outside.
    outside = f"{capfirst(_('bilateral meeting'))} · {body}"
    title = _("Bilateral meeting with %(party)s") % {"party": show(row["partner"])}
    return CalendarEntry(
        uid=f"bilateral-{row['ref']}", kind="bilateral", title=f"{title} · {body}", starts_at=row["slot__starts_at"],
        ends_at=row["slot__ends_at"], zone=row["slot__zone"], place=str(show(row["slot__room__names"])),
        address=reverse("meetings:bilateral", args=[row["convening__meeting__symbol"], row["ref"]]),
        body=row["convening__meeting__body__code"], body_name=body, sequence=row["sequence"],
        cancelled=row["state"] != "agreed", changed_at=row["changed_at"], outside=outside,
    )  # fmt: skip


def _of_nominations(row: dict[str, Any]) -> CalendarEntry:
    words, body = _("Nominations for: %(title)s"), str(show(row["meeting__body__short_names"]))
    symbol = row["meeting__symbol"]
    return CalendarEntry(
        uid=f"nominations-{symbol.replace('/', '-')}", kind="asked", title=words % {"title": show(row["meeting__titles"]).text or symbol},
        language=other_language(row["meeting__titles"]), on=row["nominate_by"], zone=row["zone"],
        address=reverse("meetings:delegations", args=[symbol]), body=row["meeting__body__code"], body_name=body, about=symbol,
        sequence=row["revision"] - 1, changed_at=row["changed_at"],
        outside=words % {"title": body or row["meeting__body__code"]} if row["meeting__body__room__sealed"] else "",
    )  # fmt: skip


def _body(row: dict[str, Any]) -> str:
    return str(show(row["convening__meeting__body__short_names"])) or row["convening__meeting__body__code"]


#: Programs ask every hour for what seldom changes.
_meetings = PreparedForReader(meetings_between, make=_of_meeting, kept=100)
_sessions = PreparedForReader(sessions_between, make=_of_session, kept=600)
_lines = PreparedForReader(lines_between, make=_of_line, kept=100)
_bilaterals = PreparedForReader(bilaterals_between, make=_of_bilateral, kept=100)
_nominations = PreparedForReader(nominations_between, make=_of_nominations, kept=100)
