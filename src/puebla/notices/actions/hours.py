"""When digests go out: at one hour of the process's own time zone."""

import datetime as dt
from zoneinfo import ZoneInfo

from puebla.core.models import Process

#: The hour of the morning, in the process's time zone, from which the day's digest goes out.
DIGEST_HOUR = 7


def local(at: dt.datetime) -> dt.datetime:
    """The instant by the process's own clock."""
    process = Process.objects.first()
    return at.astimezone(ZoneInfo(process.time_zone if process else "UTC"))


def day_of(at: dt.datetime) -> dt.date:
    """The process's calendar day at this instant."""
    return local(at).date()


def digest_is_due(at: dt.datetime) -> bool:
    """Whether the hour of today's digest has come."""
    return local(at).hour >= DIGEST_HOUR
