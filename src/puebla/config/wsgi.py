"""The door for the web server."""

from django.core.wsgi import get_wsgi_application

from puebla.config.cli import choose_settings

choose_settings()
application = get_wsgi_application()
