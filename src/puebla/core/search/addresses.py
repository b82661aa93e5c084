"""A question as it stands in an address: words, filters, order, page. The same on both sites."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from puebla.core.search.asking import LONGEST

#: Longer questions are not read further: what is wrong with them is told by their length.
_KEPT = 20_000
_LONGEST_VALUE = 60


@dataclass(frozen=True)
class Asked:
    """What a reader asks; nothing here can fail."""

    q: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    newest: bool = False
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str], filters: Sequence[str]) -> "Asked":
        """The question in an address.

        Args:
            filters: the names of those that are known here.
        """

        def given(name: str, most: int) -> str:
            return query.get(name, "").replace("\x00", "").strip()[:most]

        page = given("page", 7)
        return cls(
            q=given("q", _KEPT),
            filters={name: value for name in filters if (value := given(name, _LONGEST_VALUE))},
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
        """The query string of this question with changes; empty values are left out, and the pages begin anew."""
        values = {"q": self.shown, **self.filters, "sort": "newest" if self.newest else "", **changes}
        return "?" + urlencode({name: value for name, value in values.items() if value})

    @property
    def unfiltered(self) -> str:
        """The same question without its filters."""
        return self.address(**dict.fromkeys(self.filters, ""))

    def fewer(self, words: Sequence[str]) -> list[tuple[str, str]]:
        """The question with one word less, each way: (question, address); nothing where there is only one."""
        if not 1 < len(words) < 7:
            return []
        shorter = (
            [" ".join(words[:n] + words[n + 1 :]) for n in range(len(words))]
            if isinstance(words, list)
            else []
        )
        return [(one, self.address(q=one)) for one in dict.fromkeys(shorter)]
