"""What every instance shares.

The environment is read here, once; each variable stands in docs/reference/settings.md, and a test fails on one
that does not.
"""

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

PACKAGE_DIR = Path(__file__).resolve().parent.parent.parent


#: Random characters have about as many different ones; words and patterns have fewer.
_FEWEST_DIFFERENT = 10


def is_weak(key: str) -> bool:
    """Whether a key is too short, a few characters again and again, or one that stands in a public source."""
    repeats = key in (key + key)[1:-1]
    public = key.startswith(("django-insecure-", "only-for-tests-"))
    return len(key) < 32 or len(set(key)) < _FEWEST_DIFFERENT or repeats or public


def address_in(variable: str, text: str, schemes: tuple[str, ...], example: str) -> SplitResult:
    """The parts of an address that a variable holds; stops the start where it is none of these schemes."""
    try:
        parts = urlsplit(text)
        _port = parts.port
    except ValueError:
        parts = SplitResult("", "", "", "", "")
    if parts.scheme not in schemes:
        # Without the value: a password may stand in it.
        raise ImproperlyConfigured(
            f"{variable} must begin with one of: {', '.join(f'{scheme}:' for scheme in schemes)}. Write it such as"
            f" {example}; docs/reference/settings.md says more."
        )
    return parts


def whole_megabytes(variable: str, text: str) -> int:
    """Bytes, of a number of MiB that a variable holds."""
    if not re.fullmatch(r"[1-9][0-9]{0,5}", text):
        raise ImproperlyConfigured(f"{variable} is '{text}'; it must be a whole number of MiB, such as 50.")
    return int(text) * 1024 * 1024


def base_url_from(text: str) -> str:
    """The address under which people reach the site, without a slash at its end."""
    example = "https://www.example.org"
    parts = address_in("PUEBLA_BASE_URL", text, ("http", "https"), example)
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise ImproperlyConfigured(
            f"PUEBLA_BASE_URL is '{text}'; it must be a scheme and a host and nothing else, such as {example}."
        )
    return text.rstrip("/")


def mail_url_from(text: str) -> str:
    """The address of the mail server; empty where mail is to wait."""
    example = "smtp+tls://user:password@mail.example.org:587"
    if text and not address_in("PUEBLA_MAIL_URL", text, ("smtp", "smtp+tls", "smtps"), example).hostname:
        raise ImproperlyConfigured(f"PUEBLA_MAIL_URL names no server. Write it such as {example}.")
    return text


def sender_from(mail_url: str, base_url: str) -> str:
    """Who our mail comes from: `?from=` of the mail server's address, else the secretariat at the site's own host."""
    asked = dict(parse_qsl(urlsplit(mail_url).query)).get("from", "")
    return asked or f"secretariat@{(urlsplit(base_url).hostname or 'localhost').removeprefix('www.')}"


def database_from(address: str, data_dir: Path) -> dict[str, Any]:
    """Django's description of the database at this address; SQLite in the data directory when it is empty."""
    if not address or address.startswith("sqlite:"):
        name = unquote(urlsplit(address).path)[1:] if address else str(data_dir / "puebla.sqlite3")
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": name,
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                # Immediate: a writer waits at the door instead of failing half-way through its transaction.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000;"
                " PRAGMA cache_size=-9000; PRAGMA foreign_keys=ON;",
            },
        }
    example = "postgresql://user:password@host:5432/name"
    parts = address_in("DATABASE_URL", address, ("sqlite", "postgresql", "postgres"), example)
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", None) or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


DATA_DIR = Path(os.environ.get("PUEBLA_DATA_DIR") or "var").resolve()
BASE_URL = base_url_from(os.environ.get("PUEBLA_BASE_URL") or "http://localhost:8000")
# A refused start is kinder than a forged session: no default key outside the demonstration and the tests.
SECRET_KEY = os.environ.get("PUEBLA_SECRET_KEY", "")
DATABASES = {"default": database_from(os.environ.get("DATABASE_URL", ""), DATA_DIR)}
MAIL_URL = mail_url_from(os.environ.get("PUEBLA_MAIL_URL", ""))
# Bytes; a larger file is refused with a sentence.
UPLOAD_LIMIT = whole_megabytes("PUEBLA_UPLOAD_LIMIT_MB", os.environ.get("PUEBLA_UPLOAD_LIMIT_MB") or "50")

DEBUG = False
ALLOWED_HOSTS = [urlsplit(BASE_URL).hostname or "localhost"]
CSRF_TRUSTED_ORIGINS = [BASE_URL]
ROOT_URLCONF = "puebla.config.urls"
WSGI_APPLICATION = "puebla.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "puebla.config",
    "puebla.portal",
    "puebla.intranet",
    "puebla.api",
    "puebla.plan",
    "puebla.decisions",
    "puebla.statistics",
    "puebla.meetings",
    "puebla.circulars",
    "puebla.texts",
    "puebla.documents",
    "puebla.notices",
    "puebla.members",
    "puebla.accounts",
    "puebla.publications",
    "puebla.theme",
    "puebla.core",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_tasks",
    "django_tasks_db",
    "puebla.portal.apps.RedirectsConfig",
    "wagtail.contrib.simple_translation",
    "wagtail.users",
    "wagtail.images",
    "wagtail.documents",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
]

MIDDLEWARE = [
    "puebla.config.middleware.security_headers",
    "puebla.config.middleware.worded_refusals",
    "puebla.config.middleware.signs_of_life",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Public pages are answered here, before a session is touched.
    "puebla.config.middleware.public_pages",
    "puebla.config.middleware.private_pages",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "puebla.config.middleware.person",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "puebla.theme.context.site",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.app_directories.Loader"],
                )
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "puebla.theme.templatetags.theme",
            ],
        },
    }
]

# Languages ----------------------------------------------------------------------------------------------
# The software's own, until the process's are known, which every command reads as it starts (`core.interface`).
LANGUAGES = [("en", "English"), ("es", "Español")]
LANGUAGE_CODE = "en"
# An edition's catalogues before the software's own; in between, words that Wagtail's Spanish lacks.
LOCALE_PATHS = [DATA_DIR / "locale", PACKAGE_DIR / "config" / "locale", PACKAGE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
# What the process calls itself, by language, for pages that may ask nothing of the database.
PROCESS_NAMES: dict[str, str] = {}
# Until the process's own is known (`time_zone` of its edition), which every command reads as it starts.
TIME_ZONE = "America/Costa_Rica"
USE_THOUSAND_SEPARATOR = True

# People -------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["puebla.accounts.sessions.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "intranet:desk"
ACCOUNT_LOGOUT_REDIRECT_URL = "portal:home"
ACCOUNT_ADAPTER = "puebla.accounts.adapter.ByInvitation"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ADAPTER = "puebla.accounts.adapter.SecondFactors"
MFA_FORMS = {"add_webauthn": "puebla.accounts.forms.keys.AddKeyForm"}
# Every page would pay for it with three queries; the list of sessions shows when each began.
USERSESSIONS_TRACK_ACTIVITY = False
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SESSION_ENGINE = "puebla.accounts.sessions"

# Files, cache, queue ------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.AppDirectoriesFinder"]
# Two stores, so that what was never released cannot be reached by a mistaken public address.
FILES_DIR = DATA_DIR / "files"
PUBLIC_FILES_DIR = DATA_DIR / "public"
# Where the command `siemmes` keeps submissions and releases too, unless `--store` says otherwise.
STATISTICS_DIR = DATA_DIR / "siemmes"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": FILES_DIR}},
    "public": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": PUBLIC_FILES_DIR},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_HANDLERS = ["puebla.core.files.uploading.WholeFileUploadHandler"]
FILE_UPLOAD_TEMP_DIR = None
DATA_UPLOAD_MAX_NUMBER_FILES = 200
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"},
    # Whole public pages, in the process: their key carries the publications' epoch, so no process can serve an old one.
    "pages": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 1000}},
}
TASKS = {
    "default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"},
    "queue": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["queue"]},
}
DEFAULT_FROM_EMAIL = sender_from(MAIL_URL, BASE_URL)
EMAIL_BACKEND = "puebla.core.mail.OutboxBackend"

# Headers ------------------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self';"
    " form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)

# To the terminal, where whoever runs the process sees it or keeps it: a fault of ours leaves its traceback there.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"terminal": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["terminal"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["terminal"], "level": "WARNING", "propagate": False},
        # A 404 is an answer, not a fault.
        "django.request": {"handlers": ["terminal"], "level": "ERROR", "propagate": False},
    },
}
FORMAT_MODULE_PATH = ["puebla.config.formats"]

# Edited pages -------------------------------------------------------------------------------------------
CMS_ADDRESS = "/cms/"
WAGTAIL_SITE_NAME = "Puebla"
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAIL_I18N_ENABLED = True
WAGTAIL_ALLOW_UNICODE_SLUGS = False
WAGTAIL_CONTENT_LANGUAGES = WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
# Nobody signs in at the CMS's own door, which knows no second factor, and it keeps no people.
WAGTAILADMIN_LOGIN_URL = WAGTAIL_FRONTEND_LOGIN_URL = LOGIN_URL
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILADMIN_NOTIFICATION_INCLUDE_SUPERUSERS = False
# Nothing is asked of other servers.
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
# An old address leads to the page's new one.
WAGTAILREDIRECTS_AUTO_CREATE = True
WAGTAILIMAGES_IMAGE_MODEL = "portal.Picture"
WAGTAILIMAGES_RENDITION_STORAGE = "public"
WAGTAILIMAGES_IMAGE_FORM_BASE = "puebla.portal.forms.PictureForm"
WAGTAILIMAGES_EXTENSIONS = ["jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 40_000_000
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database.fallback"}}
