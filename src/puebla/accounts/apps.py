"""People and their ways in."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Persons; signing in is allauth's."""

    name = "puebla.accounts"
    label = "accounts"
