"""A decision of four hundred paragraphs in two languages, what its page costs, and how fast a text is brought in from files."""

import random
import time
from collections.abc import Iterator
from typing import Any

from benchmarks.measures import Measure, measure
from benchmarks.texts import Writer

TREE, IMPORT, SEARCH = "web.decisions.tree", "decisions.import", "search.paragraphs"
PARAGRAPHS = 400
SYMBOL = "BENCH/DECISION"


def path_of_a_decision() -> str:
    """Let a decision stand, adopted, each paragraph with what it does; the path of its page."""
    from django.urls import reverse
    from django.utils import timezone

    from puebla.texts.models import Text

    if not Text.objects.filter(symbol=SYMBOL).exists():
        _stand(timezone.now())
    return reverse("decisions:decision", args=[SYMBOL])


def path_of_a_search() -> str:
    """Let it stand; the path of paragraphs found by words and by a filter."""
    from django.urls import reverse

    path_of_a_decision()
    return f"{reverse('decisions:list')}?q=migration+border&status=active"


def shown(page: bytes) -> int:
    """How many paragraphs the page shows."""
    return page.count(b'<tr id="')


def _pairs(count: int) -> Iterator[dict[str, str]]:
    rng = random.Random(7)
    writers = {code: Writer(code, rng, papers=20) for code in ("en", "es")}
    for _number in range(count):
        yield {code: " ".join(writer.page(1, 3).splitlines()[2:]) for code, writer in writers.items()}


def _stand(at: Any) -> None:
    from puebla.core.models import random_ref
    from puebla.decisions.models import Addressee, Decision, Provision, ProvisionStatus, Verb
    from puebla.members.models import Body, Party
    from puebla.texts.actions import digest_of
    from puebla.texts.actions.indexing import index_text
    from puebla.texts.models import Paragraph, Text, tree

    body = Body.objects.select_related("room").get(code="RCGM")
    party = Party.objects.get(kind="secretariat")
    titles = {"en": "A decision of four hundred paragraphs", "es": "Una decisión de cuatrocientos párrafos"}
    text = Text.objects.create(
        ref=random_ref(), symbol=SYMBOL, titles=titles, room=body.room, room_cap=body.room.cap, party=party, audience=50,
        original_language="en", created_at=at, changed_at=at,
    )  # fmt: skip
    place, rows = "", []
    for number, words in enumerate(_pairs(PARAGRAPHS), start=1):
        place = tree.between(place, "")
        rows.append(
            Paragraph(
                text=text, place=place, serial=number, kind="paragraph", function="operative", anchor=str(number),
                words=words, changed_at=at,
            )
        )  # fmt: skip
    Paragraph.objects.bulk_create(rows)
    every = list(Paragraph.objects.filter(text=text))
    digest = digest_of(text, every, ["en", "es"])
    Text.objects.filter(pk=text.pk).update(
        state="frozen", frozen_at=at, frozen_hash=digest, frozen_languages=["en", "es"]
    )
    text.refresh_from_db()
    Decision.objects.create(
        kind="decision", text=text, body=body, state="adopted", adopted_on=at.date(), adopted_at=at, adopted_hash=digest,
        way="session", created_at=at, changed_at=at,
    )  # fmt: skip
    verb, _made = Verb.objects.get_or_create(
        code="bench", defaults={"names": {"en": "to request", "es": "solicitar"}}
    )
    said = Provision.objects.bulk_create(
        Provision(paragraph=one, verb=verb, asks=True, changed_at=at) for one in every
    )
    Addressee.objects.bulk_create(Addressee(provision=one, whom="members") for one in said)
    ProvisionStatus.objects.bulk_create(
        ProvisionStatus(provision=one, status="active", on=at.date(), at=at) for one in said
    )
    index_text(text, at=at)


def importing(*, paragraphs: int = PARAGRAPHS) -> Measure:
    """Paragraphs a second from two files to a table with numbers, languages side by side, verbs, addressees and dates."""
    from django.utils import timezone

    from puebla.core.alignment import paragraphs as read
    from puebla.decisions.actions.recognising import Known, recognise
    from puebla.texts.actions.importing import propose

    pairs = list(_pairs(paragraphs))
    files = {
        code: "\n\n".join(f"{number}. {words[code]}" for number, words in enumerate(pairs, start=1))
        for code in ("en", "es")
    }
    known = Known.now(on=timezone.now().date())
    started = time.perf_counter()
    proposed = propose({code: read([(1, text)], code) for code, text in files.items()})
    for one in proposed:
        recognise(one.words, known)
    took = time.perf_counter() - started
    if not paragraphs <= len(proposed) <= paragraphs * 2:
        raise AssertionError(f"{len(proposed)} rows were made of {paragraphs} paragraphs.")
    return measure(IMPORT, paragraphs / took, "paragraphs/s")
