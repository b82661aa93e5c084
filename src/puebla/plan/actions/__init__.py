"""What is done to the Plan of Action."""

from puebla.plan.actions.reporting import enter_report, file_opened, save_draft, send_report
from puebla.plan.actions.writing import (
    add_action,
    add_commitment,
    add_indicator,
    add_objective,
    add_pillar,
    begin_plan,
    describe_action,
    describe_commitment,
    describe_indicator,
    describe_objective,
    describe_pillar,
    describe_plan,
    recall_standing,
    set_audience,
)

__all__ = [
    "add_action",
    "add_commitment",
    "add_indicator",
    "add_objective",
    "add_pillar",
    "begin_plan",
    "describe_action",
    "describe_commitment",
    "describe_indicator",
    "describe_objective",
    "describe_pillar",
    "describe_plan",
    "enter_report",
    "file_opened",
    "recall_standing",
    "save_draft",
    "send_report",
    "set_audience",
]
