"""The repository of documents."""

from django.apps import AppConfig
from django.utils.translation import gettext as _

from puebla.core import registry


class DocumentsConfig(AppConfig):
    """Papers of the Conference, their language editions and files."""

    name = "puebla.documents"
    label = "documents"

    def ready(self) -> None:
        """Fill the registries."""
        registry.menu.add("documents", lambda person: (_("Documents"), "documents:list"), rank=20)
