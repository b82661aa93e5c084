"""Start of the app."""

import datetime as dt
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.apps import AppConfig
from django.utils.translation import gettext_lazy
from wagtail.contrib.redirects.apps import WagtailRedirectsAppConfig

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
    #: Another app's configuration stands beside it.
    default = True

    def ready(self) -> None:
        """Give Wagtail our policies and fill the registries."""
        from puebla.core.channels import FeedSource
        from puebla.portal import querysets, rules
        from puebla.portal.querysets.decisions import decision_pages
        from puebla.portal.querysets.plan import plan_entries, plan_pages

        rules.register_policies()
        registry.framework_permissions.add("cms", rules.gives)
        registry.chores.add("pages.published", Chore("pages.published", publish_due), rank=20)
        registry.portal_navigation.add("pages", navigation)
        for act, words in PHRASES.items():
            registry.journal_phrases.add(act, lambda _facts, words=words: str(words))
        registry.sitemap.add("portal", querysets.standing_pages, rank=10)
        registry.sitemap.add("decisions", decision_pages, rank=12)
        registry.sitemap.add("plan", plan_pages, rank=13)
        registry.feeds.add("plan", FeedSource(gettext_lazy("Plan of Action"), "portal:plans", plan_entries))
        registry.sitemap.add("pages", querysets.edited_pages, rank=15)
        registry.feeds.add("news", FeedSource(gettext_lazy("News"), "portal:news", querysets.news_entries))


#: What the framework behind Wagtail's own interfaces takes up where it finds it, for things that nobody asks of it here.
NEVER_ASKED = ("psycopg", "pygments", "requests", "yaml")


@contextmanager
def out_of_sight(names: Iterable[str]) -> Iterator[None]:
    """As if these modules were not installed, for what is imported meanwhile; those in use already stay."""
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


class RedirectsConfig(WagtailRedirectsAppConfig):
    """Wagtail's redirects: the first of its apps that brings the framework of its interfaces into every process."""

    def ready(self) -> None:
        """As Wagtail does it, with 15 MB less in each process."""
        with out_of_sight(NEVER_ASKED):
            super().ready()
