"""How commitments are held in the index of the private site."""

from collections.abc import Sequence
from typing import Any

from puebla.core.models import Process

#: The number of this room in the index, for ever.
SOURCE = 4


def holder_of(commitment: int, number: int) -> int:
    """Names the text of a commitment in its language of this number."""
    return commitment * 16 + number


def words_of(row: Any, language: str) -> str:
    """What a commitment says beside its title: its description and its next step."""
    return "\n".join(filter(None, (row.texts.get(language, ""), row.next_steps.get(language, ""))))


def texts_of(pages: Sequence[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """The texts of these pages: (commitment and language, 1)."""
    from puebla.plan.models import Commitment

    languages: list[str] = Process.current().languages
    asked = Commitment.objects.filter(pk__in={holder // 16 for holder, _page in pages}).order_by()
    return {
        (holder_of(row.pk, number), 1): words_of(row, code)
        for row in asked.values_list("pk", "texts", "next_steps", named=True)
        for number, code in enumerate(languages)
    }
