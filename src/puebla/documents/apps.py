"""The repository of documents."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext as _

from puebla.core import registry
from puebla.core.guards import guard
from puebla.core.operations import Chore
from puebla.core.search.sources import Keeper

#: Younger files are spared by the sweep: their record may be about to be written.
SPARED = dt.timedelta(days=2)


def read_waiting(at: dt.datetime) -> int:
    """The chore that asks again for files nobody read."""
    from puebla.documents.actions import reading

    return reading.read_waiting(at=at)


def discard_forgotten(at: dt.datetime) -> int:
    """The chore that throws away tables of dropped files which nobody confirmed for a week."""
    from puebla.documents.actions import importing

    return importing.discard_forgotten(at=at)


def publish_lists(at: dt.datetime) -> int:
    """The chore that keeps the public lists of kinds and themes those of the repository."""
    from puebla.documents.actions.lists import publish_lists

    publish_lists(at=at)
    return 1


def sweep_private(at: dt.datetime) -> int:
    """The chore that removes private files no record knows."""
    from django.core.files.storage import storages

    from puebla.core.files.store import sweep

    return sweep(storages["default"], known=known_private, older_than=at - SPARED)


def sweep_public(at: dt.datetime) -> int:
    """The chore that removes public copies that were withdrawn."""
    from django.core.files.storage import storages

    from puebla.core.files.store import sweep

    return sweep(storages["public"], known=known_public, older_than=at - SPARED)


def known_private(keys: list[str]) -> set[str]:
    """Which of these keys a file, a thumbnail, a page's picture or a dropped file still uses."""
    from puebla.documents.models import BatchItem, FileVersion, Page

    places = ((FileVersion, "key"), (FileVersion, "thumbnail_key"), (Page, "picture_key"), (BatchItem, "key"))
    found = {
        key
        for model, field in places
        for key in model._default_manager.filter(**{f"{field}__in": keys})
        .order_by()
        .values_list(field, flat=True)
    }
    for kept in registry.kept_files:
        found |= kept(keys)
    return found


def known_public(keys: list[str]) -> set[str]:
    """Which of these keys a public file still uses."""
    from puebla.publications.models import PublicFile

    return set(PublicFile.objects.filter(key__in=keys).order_by().values_list("key", flat=True))


def _audience(value: object) -> str:
    from puebla.members.models import Audience

    return str(Audience(int(str(value))).label) if value else ""


def _language(facts: dict[str, Any]) -> str:
    from puebla.documents.forms import language_name

    return language_name(str(facts.get("language", "")))


def _fields(names: Iterable[str]) -> str:
    """The fields of a document as its form calls them."""
    from puebla.documents.models import Document

    known = {one.name: one for one in Document._meta.get_fields()}
    return ", ".join(
        str(getattr(known[name], "verbose_name", name)) if name in known else name for name in names
    )


#: How the journal says each act to readers; facts are the entry's own words.
PHRASES: dict[str, Callable[[dict[str, Any]], str]] = {
    "document.filed": lambda facts: (
        _("filed the document, for: %(who)s") % {"who": _audience(facts.get("audience"))}
    ),
    "kind.entered": lambda facts: _("entered a kind of document"),  # noqa: ARG005
    "kind.described": lambda facts: _("changed a kind of document"),  # noqa: ARG005
    "theme.entered": lambda facts: _("entered a theme"),  # noqa: ARG005
    "theme.described": lambda facts: _("changed a theme"),  # noqa: ARG005
    "pattern.set": lambda facts: _("changed the pattern of symbols from %(before)s to %(after)s") % facts,
    "contact.set": lambda facts: (
        _("set the contact address to %(after)s") % facts
        if facts["after"]
        else _("took the contact address away")
    ),
    "document.described": lambda facts: (
        _("changed the description (%(fields)s)") % {"fields": _fields(facts.get("changed", {})) or "—"}
    ),
    "document.version_filed": lambda facts: (
        _("filed version %(number)s in %(language)s: %(name)s")
        % {
            "number": facts.get("number", ""),
            "language": _language(facts),
            "name": facts.get("name", ""),
        }
    ),
    "document.audience_changed": lambda facts: (
        _("changed who reads it from “%(before)s” to “%(after)s”")
        % {"before": _audience(facts.get("from")), "after": _audience(facts.get("to"))}
    ),
    "document.consent_given": lambda facts: (
        _("recorded the party's consent up to “%(who)s”") % {"who": _audience(facts.get("audience"))}
    ),
    "document.consent_carried": lambda facts: (
        _("kept the party's consent up to “%(who)s”, given with its statement")
        % {"who": _audience(facts.get("audience"))}
    ),
    "document.shared": lambda facts: (
        _("shared it with %(who)s: %(why)s") % {"who": facts.get("with", ""), "why": facts.get("why", "")}
    ),
    "document.share_ended": lambda _facts: _("ended a share"),
    "document.related": lambda _facts: _("linked it to another document"),
    "document.unrelated": lambda _facts: _("removed a link to another document"),
    "document.language_awaited": lambda facts: (
        _("announced the file in %(language)s") % {"language": _language(facts)}
    ),
    "document.opened": lambda facts: (
        _("opened version %(number)s in %(language)s")
        % {"number": facts.get("number", ""), "language": _language(facts)}
    ),
    "document.released": lambda facts: (
        _("released it to the public (%(languages)s)") % {"languages": facts.get("languages", "")}
    ),
    "document.withdrawn": lambda facts: (
        _("withdrew it from the public; inside it is read by: %(who)s")
        % {"who": _audience(facts.get("audience"))}
    ),
    "documents.imported": lambda facts: (
        _("filed %(count)s files at once") % {"count": facts.get("files", "")}
    ),
}


class DocumentsConfig(AppConfig):
    """Papers of the Conference, their language editions and files."""

    name = "puebla.documents"
    label = "documents"

    def ready(self) -> None:
        """Declare guards and fill the registries."""
        for event in ("INSERT", "UPDATE"):
            guard(f"documents_share_{event.lower()}", table="documents_share", event=event, sentence="no share of a sealed paper",
                  refuses_when="(SELECT room_cap FROM documents_document WHERE id = NEW.document_id) < 50")  # fmt: skip
        for act, phrase in PHRASES.items():
            registry.journal_phrases.add(act, phrase)
        from puebla.documents.views import dates, handing_over, news
        from puebla.documents.views.asks import asks

        registry.handover_sections.add("documents", handing_over.SOURCE)

        registry.asks.add("documents", asks, rank=20)
        registry.calendar.add("documents", dates.entries, rank=20)
        registry.news_sources.add("documents", news.SOURCE, rank=10)
        registry.followables.add("documents", news.FOLLOWABLE, rank=10)
        registry.followables.add("searches", news.SEARCHES, rank=20)
        from puebla.documents.actions import indexing
        from puebla.documents.views import searching
        from puebla.members.actions.indexing import begin_anew, odd_entries

        registry.search_sources.add("documents", searching.DocumentSource(), rank=10)
        keeper = Keeper(
            "documents", indexing.behind, indexing.every, indexing.prepare_documents,
            lambda: begin_anew(indexing.SOURCE, indexing.every()), odd_entries,
        )  # fmt: skip
        registry.search_keepers.add("documents", keeper, rank=10)
        minute, day = dt.timedelta(minutes=1), dt.timedelta(days=1)
        registry.chores.add(
            "documents.read_waiting", Chore("documents.read_waiting", read_waiting, every=minute), rank=40
        )
        registry.chores.add(
            "documents.forgotten", Chore("documents.forgotten", discard_forgotten, every=day), rank=89
        )
        registry.chores.add("documents.lists", Chore("documents.lists", publish_lists, every=day), rank=51)
        registry.chores.add("documents.swept", Chore("documents.swept", sweep_private, every=day), rank=90)
        registry.chores.add(
            "publications.swept", Chore("publications.swept", sweep_public, every=day), rank=91
        )
