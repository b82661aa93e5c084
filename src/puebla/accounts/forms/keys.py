"""The form that adds a passkey; apart, because allauth's forms want every app loaded."""

from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy


class AddKeyForm(AddWebAuthnForm):
    """A new key is a passkey unless said otherwise: that is what people come for."""

    passwordless = forms.BooleanField(
        label=gettext_lazy("Sign in with this key alone, without the password"),
        required=False,
        initial=True,
        help_text=gettext_lazy(
            "The key then asks for your fingerprint, your face or a code. Without this it is a second factor after the password."
        ),
    )
