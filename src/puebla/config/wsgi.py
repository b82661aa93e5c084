"""The door for the web server."""

import contextlib
import ctypes
import gc
import importlib

from django.core.wsgi import get_wsgi_application

from puebla.config.cli import choose_settings

# By itself glibc takes ever larger pieces of memory from where everything else lies, and keeps ever more of what is free.
# From this size on (bytes) a piece is the system's own and given back; below it pages are not slowed down by asking for more.
# (M_MMAP_THRESHOLD, M_TRIM_THRESHOLD; elsewhere than on glibc all is as it is.)
with contextlib.suppress(OSError, AttributeError, TypeError):
    for _name, _size in ((-3, 2 << 20), (-1, 4 << 20)):
        ctypes.CDLL(None).mallopt(_name, _size)

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
