"""The theme's test addresses below a language, as on the real site."""

from django.conf.urls.i18n import i18n_patterns

from tests.theme import pages

urlpatterns = i18n_patterns(*pages.urlpatterns)
