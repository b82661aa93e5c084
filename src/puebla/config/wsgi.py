"""The door for the web server."""

import contextlib
import gc
import importlib

from django.core.wsgi import get_wsgi_application

from puebla.config.cli import choose_settings

choose_settings()
application = get_wsgi_application()

from django.conf import settings  # noqa: E402 - settings are chosen first
from django.db import DatabaseError  # noqa: E402

from puebla.core.operations import live_as_the_process  # noqa: E402

# Under another server than `puebla serve` too, pages stand in the process's languages and tell its time.
with contextlib.suppress(DatabaseError):
    live_as_the_process()
# What is loaded by now, the pages' own code too, lives for ever: the collector need not look through it again and again.
importlib.import_module(settings.ROOT_URLCONF)
gc.freeze()
