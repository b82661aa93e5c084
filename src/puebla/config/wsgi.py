"""The door for the web server."""

import contextlib
import gc

from django.core.wsgi import get_wsgi_application

from puebla.config.cli import choose_settings

choose_settings()
application = get_wsgi_application()

from django.db import DatabaseError  # noqa: E402 - settings are chosen first

from puebla.core.operations import live_as_the_process  # noqa: E402

# Under another server than `puebla serve` too, pages stand in the process's languages and tell its time.
with contextlib.suppress(DatabaseError):
    live_as_the_process()
# What is loaded by now lives for ever: the collector need not look through it again and again.
gc.freeze()
