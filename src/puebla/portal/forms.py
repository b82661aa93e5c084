"""What a reader asks of the list of documents, read from the address."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from django.db.models import F

from puebla.publications.querysets import PublicDocumentQuerySet

SORTS = {
    "newest": (F("dated_on").desc(nulls_last=True), "symbol"),
    "oldest": (F("dated_on").asc(nulls_last=True), "symbol"),
    "symbol": ("symbol",),
}


@dataclass(frozen=True)
class DocumentFilters:
    """The filters of the list; an empty text means any. Nothing here can fail: what is unknown finds nothing."""

    q: str = ""
    kind: str = ""
    body: str = ""
    theme: str = ""
    year: str = ""
    language: str = ""
    meeting: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "DocumentFilters":
        """The filters in a query; a NUL cannot be asked of every database, and nothing has one."""
        given = {one.name: query.get(one.name, "").replace("\x00", "").strip()[:200] for one in fields(cls)}
        return cls(**given)

    @property
    def given(self) -> dict[str, str]:
        """The filters that say something."""
        return {one.name: value for one in fields(self) if (value := getattr(self, one.name))}

    def apply(self, documents: PublicDocumentQuerySet) -> PublicDocumentQuerySet:
        """The documents that match."""
        return documents.matching(**self.given)

    def without(self, name: str) -> "DocumentFilters":
        """The same question without one filter: what its own choices are counted over."""
        return replace(self, **{name: ""})


def sorting(query: Mapping[str, str]) -> str:
    """The order asked for; another word than the known ones means the newest first."""
    asked = query.get("sort", "")
    return asked if asked in SORTS else "newest"
