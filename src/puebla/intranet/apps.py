"""Start of the app."""

from django.apps import AppConfig


class IntranetConfig(AppConfig):
    """See the package's own words."""

    name = "puebla.intranet"
    label = "intranet"
