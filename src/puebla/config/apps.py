"""Start of the app."""

from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext as _

from puebla.core import registry


class ConfigConfig(AppConfig):
    """See the package's own words."""

    name = "puebla.config"
    label = "config"

    def ready(self) -> None:
        """Register checks, and the journal's sentences for what an instance is loaded with."""
        from puebla.config.checks import check_accounts, no_demonstration_accounts

        checks.register(no_demonstration_accounts, checks.Tags.database)
        registry.health_checks.add("accounts", check_accounts, rank=50)
        for act, phrase in {
            "edition.loaded": lambda facts: _("loaded the edition %(edition)s (%(records)s records)") % facts,
            "demonstration.loaded": lambda facts: _("loaded the demonstration"),  # noqa: ARG005
            "instance.founded": lambda facts: _("founded this instance and invited %(coordinator)s") % facts,
        }.items():
            registry.journal_phrases.add(act, phrase)
