"""Start of the app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """See the package's own words."""

    name = "puebla.api"
    label = "api"

    def ready(self) -> None:
        """Fill the registries: the pages of public records stand in the sitemap."""
        from puebla.api import querysets
        from puebla.core import registry

        registry.sitemap.add("documents", querysets.document_pages, rank=40)
        registry.sitemap.add("parties", querysets.party_pages, rank=20)
        registry.sitemap.add("meetings", querysets.meeting_pages, rank=30)
