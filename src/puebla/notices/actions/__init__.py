"""Following, gathering what is new, and writing of it."""

from puebla.notices.actions.digests import send_at_once, send_digests
from puebla.notices.actions.following import follow, read_all, read_record, set_pace, stop_mail, unfollow
from puebla.notices.actions.gathering import gather

__all__ = [
    "follow",
    "gather",
    "read_all",
    "read_record",
    "send_at_once",
    "send_digests",
    "set_pace",
    "stop_mail",
    "unfollow",
]
