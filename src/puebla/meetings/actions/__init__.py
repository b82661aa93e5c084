"""What is done to meetings; every act is journalled in its own transaction."""

from puebla.meetings.actions.agenda import (
    add_item,
    close_item,
    describe_item,
    move_item,
    open_item,
    place_paper,
    remove_item,
    remove_paper,
    revise_agenda,
)
from puebla.meetings.actions.calendars import close_calendar, open_calendar
from puebla.meetings.actions.convening import announce, copy, describe, look, look_at_paper, pass_to, prepare
from puebla.meetings.actions.packs import ask_for_pack, make_pack, open_pack
from puebla.meetings.actions.sessions import (
    cancel_session,
    change_session,
    hold_session,
    reinstate_session,
    seat_in_session,
)

__all__ = [
    "add_item",
    "announce",
    "ask_for_pack",
    "cancel_session",
    "change_session",
    "close_calendar",
    "close_item",
    "copy",
    "describe",
    "describe_item",
    "hold_session",
    "look",
    "look_at_paper",
    "make_pack",
    "move_item",
    "open_calendar",
    "open_item",
    "open_pack",
    "pass_to",
    "place_paper",
    "prepare",
    "reinstate_session",
    "remove_item",
    "remove_paper",
    "revise_agenda",
    "seat_in_session",
]
