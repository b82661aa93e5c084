"""Following, gathering what is new, writing of it; and the public's subscriptions."""

from puebla.notices.actions.digests import mail_now, send_at_once, send_digests
from puebla.notices.actions.following import (
    follow,
    read_all,
    read_record,
    read_told,
    set_pace,
    stop_mail,
    unfollow,
)
from puebla.notices.actions.gathering import gather
from puebla.notices.actions.releases import releases_now, send_releases
from puebla.notices.actions.stopping import resume_kind, stop_kind, stopped_by
from puebla.notices.actions.subscribing import (
    add,
    ask,
    confirm,
    drop,
    forget_unconfirmed,
    set_language,
    stop,
)

__all__ = [
    "add",
    "ask",
    "confirm",
    "drop",
    "follow",
    "forget_unconfirmed",
    "gather",
    "mail_now",
    "read_all",
    "read_record",
    "read_told",
    "releases_now",
    "resume_kind",
    "send_at_once",
    "send_digests",
    "send_releases",
    "set_language",
    "set_pace",
    "stop",
    "stop_kind",
    "stop_mail",
    "stopped_by",
    "unfollow",
]
