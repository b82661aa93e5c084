"""The ground floor."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class CoreConfig(AppConfig):
    """Journal, verdicts, registries, languages, files, outgoing mail."""

    name = "puebla.core"
    label = "core"

    def ready(self) -> None:
        """Install what models cannot express once the tables stand (with or without migrations); fill the registries."""
        from puebla.core.guards import install_guards, remove_guards
        from puebla.core.operations import register_core
        from puebla.core.search.tables import install_indexes

        pre_migrate.connect(remove_guards, sender=self, dispatch_uid="core.guards")
        post_migrate.connect(install_guards, sender=self, dispatch_uid="core.guards")
        post_migrate.connect(install_indexes, sender=self, dispatch_uid="core.search")
        register_core()
