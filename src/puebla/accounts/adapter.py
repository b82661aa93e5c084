"""Where allauth asks the house: nobody registers; people come by invitation. And what the house is called."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core.languages import show
from puebla.core.models import Process


def _house(*, short: bool = False) -> str:
    """What the process is called, for mail and for the keys that people keep."""
    process = Process.objects.first()
    if process is None:
        return "Puebla"
    return str(show(process.short_names if short else process.names))


class ByInvitation(DefaultAccountAdapter):
    """Closed registration; mail in the name of the process."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        signed = {"house": _house(), "house_address": settings.BASE_URL}
        super().send_mail(template_prefix, email, signed | context)


class SecondFactors(DefaultMFAAdapter):
    """Passkeys and codes carry the name of the process, since people keep those of many houses."""

    def get_totp_issuer(self) -> str:
        return _house(short=True)

    def _get_site_name(self) -> str:
        return _house()

    def generate_authenticator_name(self, user: Person, type: Authenticator.Type) -> str:  # noqa: A002 - allauth's name
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Key %(number)d") % {"number": number}
