"""Start of the app."""

from django.apps import AppConfig


class ThemeConfig(AppConfig):
    """The look: templates, one stylesheet, and the words templates share."""

    name = "puebla.theme"
    label = "theme"
