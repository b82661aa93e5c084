"""People and their ways in."""

from django.apps import AppConfig

from puebla.core.guards import guard


class AccountsConfig(AppConfig):
    """Persons; signing in is allauth's."""

    name = "puebla.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Declare the guard: rights come from seats, so nobody is put into a group."""
        guard("accounts_person_no_groups", table="accounts_person_groups", event="INSERT", refuses_when="1=1",
              sentence="a person has no groups: rights come from seats")  # fmt: skip
