"""Start of the app."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """See the package's own words."""

    name = "puebla.config"
    label = "config"
