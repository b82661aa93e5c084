"""The demonstration: anyone may look, mail is caught and shown, the key is made on first start."""

from django.core.management.utils import get_random_secret_key

from .base import *  # noqa: F403
from .base import DATA_DIR, SECRET_KEY

DEMO = True
# Caught and shown, whatever server is named: the demonstration's people have no mailbox.
MAIL_URL = ""
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", "testserver"]
CSRF_TRUSTED_ORIGINS = []
if not SECRET_KEY:
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    _key = DATA_DIR / "demo.key"
    if not _key.exists():
        _key.write_text(get_random_secret_key())
    SECRET_KEY = _key.read_text()
# Passkeys need a secure origin or the name localhost, which this allows.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
