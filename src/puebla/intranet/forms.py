"""What is asked of search, read from the address."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from puebla.core.search.asking import LONGEST

FILTERS = ("kind", "body", "year", "theme", "language", "state")
#: Longer questions are not read further: what is wrong with them is told by their length.
KEPT = 20_000


@dataclass(frozen=True)
class Asked:
    """A question with its filters, order and page; nothing here can fail."""

    q: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    newest: bool = False
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        """The question in an address."""

        def given(name: str, most: int) -> str:
            return query.get(name, "").replace("\x00", "").strip()[:most]

        page = given("page", 9)
        return cls(
            q=given("q", KEPT),
            filters={name: value for name in FILTERS if (value := given(name, 60))},
            newest=given("sort", 10) == "newest",
            page=max(1, int(page)) if page.isdecimal() and page.isascii() else 1,
        )

    @property
    def is_plain(self) -> bool:
        """Whether nothing but the box was used: then a symbol opens its document."""
        return not self.filters and self.page == 1 and not self.newest

    @property
    def shown(self) -> str:
        """The question as it stands in the box again."""
        return self.q[: LONGEST * 2]

    def address(self, **changes: str) -> str:
        """The query string of this question with changes; empty values are left out, and the page begins anew."""
        values = {"q": self.q, **self.filters, "sort": "newest" if self.newest else "", **changes}
        return "?" + urlencode({name: value for name, value in values.items() if value})
