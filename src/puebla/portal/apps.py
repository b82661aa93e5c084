"""Start of the app."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """See the package's own words."""

    name = "puebla.portal"
    label = "portal"
