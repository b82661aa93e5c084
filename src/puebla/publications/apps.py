"""What was released to the public."""

from django.apps import AppConfig


class PublicationsConfig(AppConfig):
    """Public copies: the only rows that the public site reads."""

    name = "puebla.publications"
    label = "publications"
