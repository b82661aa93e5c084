"""Start of the app."""

import datetime as dt

from django.apps import AppConfig
from django.utils.translation import gettext_lazy

from puebla.core import registry
from puebla.core.operations import Chore

#: How the journal says each act to readers.
PHRASES = {
    "page.submitted": gettext_lazy("submitted a page for approval"),
    "page.scheduled": gettext_lazy("set down an hour at which a page becomes public"),
    "page.published": gettext_lazy("published a page"),
    "page.unpublished": gettext_lazy("took a page off the public site"),
    "page.removed": gettext_lazy("removed a page"),
    "pages.written": gettext_lazy("wrote the first pages of the public site"),
}


def publish_due(at: dt.datetime) -> int:
    """The chore that publishes pages at their hour and takes expired ones away."""
    from puebla.portal import actions

    return actions.publish_due(at)


def navigation(language: str) -> dict[str, list[tuple[str, str]]]:
    """The portal's entries for edited pages: only for those that are public."""
    from puebla.portal.views import pages

    return pages.navigation(language)


class PortalConfig(AppConfig):
    """The public site."""

    name = "puebla.portal"
    label = "portal"

    def ready(self) -> None:
        """Give Wagtail our policies and fill the registries."""
        from puebla.core.channels import FeedSource
        from puebla.portal import querysets, rules

        rules.register_policies()
        registry.framework_permissions.add("cms", rules.gives)
        registry.chores.add("pages.published", Chore("pages.published", publish_due), rank=20)
        registry.portal_navigation.add("pages", navigation)
        for act, words in PHRASES.items():
            registry.journal_phrases.add(act, lambda _facts, words=words: str(words))
        registry.sitemap.add("portal", querysets.standing_pages, rank=10)
        registry.sitemap.add("pages", querysets.edited_pages, rank=15)
        registry.feeds.add("news", FeedSource(gettext_lazy("News"), "portal:news", querysets.news_entries))
