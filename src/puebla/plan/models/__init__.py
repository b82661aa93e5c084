"""Editions of the Plan of Action, their commitments, what countries report of them, indicators, and what was released.

Words of an edition are data: its parts are themes in one and pillars in another. Who sees an edition sees all that
stands in it; a report is its party's own until it is sent.
"""

from puebla.plan.models.commitments import Action, Commitment, Framework, Goal, Involvement, Mark
from puebla.plan.models.editions import Objective, Pillar, Plan
from puebla.plan.models.indicators import Indicator
from puebla.plan.models.releases import PlanRelease
from puebla.plan.models.reports import Report, ReportFile

__all__ = [
    "Action",
    "Commitment",
    "Framework",
    "Goal",
    "Indicator",
    "Involvement",
    "Mark",
    "Objective",
    "Pillar",
    "Plan",
    "PlanRelease",
    "Report",
    "ReportFile",
]
