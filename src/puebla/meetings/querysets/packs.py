"""What goes into a reader's pack."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from puebla.members.querysets import Reach

if TYPE_CHECKING:
    from puebla.accounts.models import Person


@dataclass(frozen=True)
class Contents:
    """A pack before it is made.

    Attributes:
        rows: items in order: label, titles, depth, and files (key of the version, name in the pack, document's titles,
            symbol, language, size, sha256, kind).
        size: bytes of all files; a ZIP adds some hundred for each.
    """

    rows: list[dict[str, Any]]

    @property
    def files(self) -> list[dict[str, Any]]:
        """Every file once, in order."""
        return [one for row in self.rows for one in row["files"]]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(one["size"] for one in self.files)

    @property
    def digest(self) -> str:
        """What is in it, as SHA-256: the same for whoever may see the same."""
        return hashlib.sha256(json.dumps(self.rows, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def contents_of(
    convening: Any, person: "Person | None", reach: Reach, *, language: str, since: dt.datetime | None = None
) -> Contents:
    """The papers of a meeting that this person may see, in one language, else in the paper's original one.

    A paper without a file in the language is taken in its original: it is better on the plane in the wrong language than
    not at all; its name says which it is.

    Args:
        since: only files filed later.
    """
    from puebla.documents.models import FileVersion
    from puebla.meetings.models import AgendaItem
    from puebla.meetings.querysets.programme import papers_of

    items = AgendaItem.objects.visible_to(person, reach=reach).filter(convening=convening).order_by("path")
    placed = papers_of(convening, person, reach, since=None)
    papers = {one["document"].pk: one["document"] for rows in placed.values() for one in rows}
    versions: dict[int, dict[str, Any]] = {}
    found = FileVersion.objects.filter(edition__document__in=list(papers)).order_by("number")
    for one in found.select_related("edition"):
        versions.setdefault(one.edition.document_id, {})[one.edition.language] = one
    rows, taken, number = [], set(), 0
    for item in items:
        files = []
        for paper in placed.get(item.pk, []):
            document = paper["document"]
            version = _in_language(versions.get(document.pk, {}), language, document.filed_languages)
            if version is None or version.pk in taken or (since is not None and version.filed_at <= since):
                continue
            taken.add(version.pk)
            number += 1
            files.append(_file(number, item, document, version))
        if files or since is None:
            rows.append({"label": item.label, "depth": item.depth, "titles": item.titles, "files": files})
    return Contents(rows)


def _in_language(held: dict[str, Any], language: str, filed: str) -> Any:
    """The newest version in this language, else in the first one it was filed in."""
    return next((held[one] for one in (language, *filed.split(",")) if one in held), None)


def _file(number: int, item: Any, document: Any, version: Any) -> dict[str, Any]:
    from puebla.core.files.kinds import FileKind

    symbol = document.address.replace("/", "-")
    ending = FileKind[version.kind].extension.lstrip(".")
    return {
        "version": version.pk, "ref": version.ref, "document": document.ref, "symbol": document.symbol or "",
        "titles": document.titles, "language": version.edition.language, "size": version.size, "sha256": version.sha256,
        "kind": version.kind, "key": version.key,
        "name": f"{number:03d}_{item.label}_{symbol}_{version.edition.language}.{ending}",
    }  # fmt: skip
