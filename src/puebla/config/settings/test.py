"""Tests: their own data directory, no mail leaves, tasks run when the test says so."""

import tempfile
from pathlib import Path

from .base import *  # noqa: F403
from .base import CACHES, DATABASES, STORAGES

DEMO = True
SECRET_KEY = "only-for-tests-and-never-elsewhere-0123456789"  # noqa: S105
ALLOWED_HOSTS = ["*"]
DATA_DIR = Path(tempfile.mkdtemp(prefix="puebla-test-"))
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir()
FILES_DIR = DATA_DIR / "files"
PUBLIC_FILES_DIR = DATA_DIR / "public"
STORAGES = STORAGES | {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": FILES_DIR}},
    "public": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": PUBLIC_FILES_DIR},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CACHES = CACHES | {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "tests"}
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
DATABASES["default"]["CONN_MAX_AGE"] = 0
if "sqlite3" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["NAME"] = str(DATA_DIR / "puebla.sqlite3")
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"
