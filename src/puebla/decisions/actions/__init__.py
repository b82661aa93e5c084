"""What is done with decisions."""

from puebla.decisions.actions.adopting import (
    FILED_AS,
    against,
    declare_consensus,
    enter_adopted,
    file_decision,
    forward,
    lay_aside,
)
from puebla.decisions.actions.answering import answer
from puebla.decisions.actions.drafting import Meaning, Whom, begin, describe, link, set_status, unlink
from puebla.decisions.actions.negotiating import accept, end, lift_position, propose, take, take_position

__all__ = [
    "FILED_AS",
    "Meaning",
    "Whom",
    "accept",
    "against",
    "answer",
    "begin",
    "declare_consensus",
    "describe",
    "end",
    "enter_adopted",
    "file_decision",
    "forward",
    "lay_aside",
    "lift_position",
    "link",
    "propose",
    "set_status",
    "take",
    "take_position",
    "unlink",
]
