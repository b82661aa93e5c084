"""What search knows of texts: every paragraph is a page of its own, whose number is the paragraph's serial."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from puebla.core.languages import show
from puebla.core.models import Process
from puebla.core.search.words import ALGORITHMS
from puebla.members.actions.indexing import Part, Prepared, Record, lost_records, prepare_records
from puebla.members.models import Party
from puebla.members.querysets import today
from puebla.texts.models import Paragraph, Text
from puebla.texts.models.wording import unmarked

#: The number of this room in the index, for ever; and what tells its entries from all others to who looks for texts alone.
SOURCE = 2
OF_TEXTS = {"source": "texts"}
_COLUMNS = (
    "pk", "ref", "symbol", "titles", "changed_at", "created_at", "revision", "room_id", "room_cap", "audience", "party_id",
    "embargo_until",
)  # fmt: skip


#: More working languages than a process has.
_LANGUAGES = 100


def index_text(text: Text, *, at: dt.datetime) -> None:
    """Write what search knows of this text anew; part of the act's own transaction."""
    index_texts([text.pk], at=at)


def index_texts(keys: Sequence[int], *, at: dt.datetime) -> int:
    """Write what search knows of these texts anew; how many entries."""
    return prepare_texts(keys, at=at).write()


def prepare_texts(keys: Sequence[int], *, at: dt.datetime) -> Prepared:
    """Read and fold what search is to know of these texts."""
    standing = list(Text.objects.filter(pk__in=keys).order_by("pk").values_list(*_COLUMNS, named=True))
    return prepare_records(SOURCE, keys, _records(standing), at=at)


def _records(texts: Sequence[Any]) -> Iterator[Record]:
    working = Process.current().languages
    parties = dict(Party.objects.order_by().values_list("pk", "code"))
    words: dict[int, dict[int, dict[str, str]]] = defaultdict(dict)
    rows = Paragraph.objects.filter(text__in=[one.pk for one in texts]).living().order_by()
    for text, serial, said in rows.values_list("text_id", "serial", "words"):
        words[text][serial] = said
    for one in texts:
        yield _record(one, words[one.pk], working, parties)


def _record(
    text: Any, words: dict[int, dict[str, str]], working: Sequence[str], parties: dict[int, str]
) -> Record:
    last = max(words, default=0)
    said = {code for each in words.values() for code in each}
    parts = [
        Part(
            language=code, number=number, title=show(text.titles, code).text, holder=holder_of(text.pk, number),
            pages=[unmarked(words.get(serial, {}).get(code, "")) for serial in range(1, last + 1)],
            stems=[code] if code in ALGORITHMS else [one for one in working if one in ALGORITHMS],
        )
        for number, code in enumerate(working)
        if code in said or text.titles.get(code)
    ]  # fmt: skip
    day = today(text.changed_at)
    return Record(
        source=SOURCE, key=text.pk, address=text.ref, symbol=text.symbol, lies=text, day=day, revision=text.revision,
        created_at=text.created_at, parts=parts,
        filters={"party": [parties[text.party_id]], "year": [day.year], **{name: [one] for name, one in OF_TEXTS.items()}},
    )  # fmt: skip


def holder_of(text: int, number: int) -> int:
    """Whose pages an entry's are: a text in one of the working languages, counted from 0; below zero, to be told from a key."""
    return -(text * _LANGUAGES + number)


def held(holder: int) -> tuple[int, int] | None:
    """The text and the number of its language; nothing for an entry that was written before languages were told apart."""
    return divmod(-holder, _LANGUAGES) if holder < 0 else None


def behind() -> list[int]:
    """Texts of which search knows nothing, or an older state, the newest first."""
    keys = Text.objects.behind_in_search().values_list("pk", flat=True)
    return sorted({*keys, *lost_records(SOURCE)}, reverse=True)


def every() -> list[int]:
    """All texts."""
    return list(Text.objects.order_by("pk").values_list("pk", flat=True))
