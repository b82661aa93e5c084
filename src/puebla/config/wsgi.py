"""The door for the web server."""

import gc

from django.core.wsgi import get_wsgi_application

from puebla.config.cli import choose_settings

choose_settings()
application = get_wsgi_application()
# What is loaded by now lives for ever: the collector need not look through it again and again.
gc.freeze()
