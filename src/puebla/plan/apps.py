"""The Plan of Action: editions, commitments, reports, the monitoring matrix."""

from django.apps import AppConfig


class PlanConfig(AppConfig):
    """What was committed to, and how far it has come."""

    name = "puebla.plan"
    label = "plan"
