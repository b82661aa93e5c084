"""A real instance: nothing has a default that would be unsafe."""

from django.core.exceptions import ImproperlyConfigured

from .base import *  # noqa: F403
from .base import BASE_URL, SECRET_KEY, is_weak

DEMO = False
if is_weak(SECRET_KEY):
    raise ImproperlyConfigured(
        "PUEBLA_SECRET_KEY must be set to at least 32 random characters. Make one with:"
        " python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
    )
if BASE_URL.startswith("https://"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 31536000
