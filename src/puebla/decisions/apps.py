"""Decisions by consensus."""

from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    """Recommendations, decisions by consensus, declarations, and what is asked by them."""

    name = "puebla.decisions"
    label = "decisions"
