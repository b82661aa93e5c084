"""What is done to circulars and replies."""

from puebla.circulars.actions.holding import circular_file_opened, forget_held, hold_all, said_in
from puebla.circulars.actions.purging import purge
from puebla.circulars.actions.recipients import Preview, preview
from puebla.circulars.actions.replying import file_opened, save_draft, send_reply, withdraw_reply
from puebla.circulars.actions.sending import (
    add_language,
    ask_about_refused,
    cancel,
    close,
    extend,
    note_opened,
    note_returned,
    remind,
    remind_due,
    send,
)
from puebla.circulars.actions.writing import address, allow_observers, describe, draft

__all__ = [
    "Preview", "add_language", "address", "allow_observers", "ask_about_refused", "cancel", "circular_file_opened", "close", "describe", "draft",
    "extend", "file_opened", "forget_held", "hold_all", "note_opened", "note_returned", "preview", "purge", "remind", "remind_due", "said_in", "save_draft", "send", "send_reply",
    "withdraw_reply",
]  # fmt: skip
