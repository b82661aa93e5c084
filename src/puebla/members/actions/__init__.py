"""What is done to people, seats, lists and rooms; every act is journalled in its own transaction."""

from puebla.members.actions.applications import apply_as_observer, decide_application, review_application
from puebla.members.actions.candidatures import (
    agree_candidature,
    announce_candidature,
    seat_in_office,
    withdraw_candidature,
)
from puebla.members.actions.invitations import (
    accept_invitation,
    find_invitation,
    invite,
    resend_invitation,
    withdraw_invitation,
)
from puebla.members.actions.lists import (
    announce_meeting,
    change_standing,
    correct_presidency,
    create_body,
    create_party,
    describe_body,
    describe_meeting,
    describe_party,
    describe_role,
    record_meeting,
    set_presidency,
)
from puebla.members.actions.publishing import publish_who_we_are
from puebla.members.actions.rooms import confirm_opening, request_opening
from puebla.members.actions.searches import close_feed, forget_search, looked_at, open_feed, save_search
from puebla.members.actions.seats import (
    confirm_seat,
    refuse_seat,
    retire,
    seat,
    seat_chairs,
    seat_in_room,
    unseat,
)

__all__ = [
    "accept_invitation",
    "agree_candidature",
    "announce_candidature",
    "announce_meeting",
    "apply_as_observer",
    "change_standing",
    "close_feed",
    "confirm_opening",
    "confirm_seat",
    "correct_presidency",
    "create_body",
    "create_party",
    "decide_application",
    "describe_body",
    "describe_meeting",
    "describe_party",
    "describe_role",
    "find_invitation",
    "forget_search",
    "invite",
    "looked_at",
    "open_feed",
    "publish_who_we_are",
    "record_meeting",
    "refuse_seat",
    "request_opening",
    "resend_invitation",
    "retire",
    "review_application",
    "save_search",
    "seat",
    "seat_chairs",
    "seat_in_office",
    "seat_in_room",
    "set_presidency",
    "unseat",
    "withdraw_candidature",
    "withdraw_invitation",
]
