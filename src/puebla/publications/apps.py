"""What was released to the public."""

import datetime as dt

from django.apps import AppConfig

from puebla.core import registry
from puebla.core.operations import Chore
from puebla.core.search.sources import Keeper


def show_heads(at: dt.datetime) -> int:
    """The chore that shows the world the journal's newest head."""
    from puebla.publications.actions import publish_heads

    return publish_heads(at=at)


class PublicationsConfig(AppConfig):
    """Public copies: the only rows that the public site reads."""

    name = "puebla.publications"
    label = "publications"

    def ready(self) -> None:
        """Fill the registries; heads are shown right after the chore that sets them down."""
        chore = Chore("publications.heads", show_heads, every=dt.timedelta(minutes=10))
        from puebla.publications.actions import indexing

        keeper = Keeper(
            "publications", indexing.behind, indexing.every, indexing.prepare_documents,
            indexing.begin_anew, indexing.odd_entries,
        )  # fmt: skip
        registry.search_keepers.add("publications", keeper, rank=20)
        decided = Keeper(
            "public decisions", indexing.decisions_behind, indexing.every_decision, indexing.prepare_decisions,
            indexing.forget_decisions,
        )  # fmt: skip
        # After the papers, whose keeper empties the whole index before it begins anew.
        registry.search_keepers.add("publications.decisions", decided, rank=21)
        registry.chores.add("publications.heads", chore, rank=81)
