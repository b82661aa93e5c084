"""Decisions of thirty years in two languages: what the page of one costs, what is asked by all, search, and bringing one in."""

import datetime as dt
import random
import re
import time
from collections.abc import Iterator
from typing import Any

from benchmarks.measures import Measure, measure
from benchmarks.texts import Writer

TREE, IMPORT, SEARCH, ASKS = "web.decisions.tree", "decisions.import", "search.paragraphs", "web.asks.party"
#: The same list while people work: something is written before every request.
ASKS_BUSY = "web.asks.party.busy"
PARAGRAPHS, YEARS = 400, 30
SYMBOL = "BENCH/DECISION"
#: Of a hundred paragraphs, how many ask something, and how many of those still stand; an older year's have mostly been done.
ASKING, STANDING = 50, 20


def path_of_a_decision() -> str:
    """Let the decisions of thirty years stand, adopted, each paragraph with what it does; the path of one of them."""
    from django.urls import reverse
    from django.utils import timezone

    from puebla.texts.models import Text

    if not Text.objects.filter(symbol=SYMBOL).exists():
        rng = random.Random(9)
        for year in range(YEARS):
            _stand(f"{SYMBOL}/{year}" if year else SYMBOL, timezone.now(), rng, years_ago=year)
    return reverse("decisions:decision", args=[SYMBOL])


def path_of_a_search() -> str:
    """Let them stand; the path of paragraphs found by words and by a filter."""
    from django.urls import reverse

    path_of_a_decision()
    return f"{reverse('decisions:list')}?q=migration+border&status=active"


def path_of_asks(person: int) -> str:
    """Let them stand; the path of all that is asked of the party of this person."""
    from django.urls import reverse

    from puebla.members.models import Party

    path_of_a_decision()
    party = Party.objects.filter(seats__person=person).order_by("pk")[:1].get()
    return reverse("intranet:asks-party", args=[party.code])


def work_on(person: int) -> None:
    """Write something that changes nothing on any page."""
    from puebla.accounts.models import Person

    Person.objects.filter(pk=person).update(last_login=None)


def shown(page: bytes) -> int:
    """How many paragraphs the page shows."""
    return page.count(b'<tr id="')


def asked(page: bytes) -> int:
    """How many things wait, as the page says."""
    said = re.search(rb'class="lede-plain">[^<]*?([0-9][0-9,.]*) things', page)
    return int(re.sub(rb"[^0-9]", b"", said[1])) if said else 0


def _pairs(count: int, seed: int = 7) -> Iterator[dict[str, str]]:
    rng = random.Random(seed)
    writers = {code: Writer(code, rng, papers=20) for code in ("en", "es")}
    for _number in range(count):
        yield {code: " ".join(writer.page(1, 3).splitlines()[2:]) for code, writer in writers.items()}


def _stand(symbol: str, at: Any, rng: random.Random, *, years_ago: int) -> None:
    from puebla.core.models import random_ref
    from puebla.decisions.models import Decision
    from puebla.members.models import Body, Party
    from puebla.texts.actions import digest_of
    from puebla.texts.actions.indexing import index_text
    from puebla.texts.models import Paragraph, Text, tree

    body = Body.objects.select_related("room").get(code="RCGM")
    party = Party.objects.get(kind="secretariat")
    titles = {"en": "A decision of four hundred paragraphs", "es": "Una decisión de cuatrocientos párrafos"}
    text = Text.objects.create(
        ref=random_ref(), symbol=symbol, titles=titles, room=body.room, room_cap=body.room.cap, party=party, audience=50,
        original_language="en", created_at=at, changed_at=at,
    )  # fmt: skip
    place, rows = "", []
    for number, words in enumerate(_pairs(PARAGRAPHS, seed=7 + years_ago), start=1):
        place = tree.between(place, "")
        rows.append(
            Paragraph(
                text=text, place=place, serial=number, kind="paragraph", function="operative", anchor=str(number),
                words=words, changed_at=at,
            )
        )  # fmt: skip
    Paragraph.objects.bulk_create(rows)
    every = list(Paragraph.objects.filter(text=text).order_by("serial"))
    digest = digest_of(text, every, ["en", "es"])
    Text.objects.filter(pk=text.pk).update(
        state="frozen", frozen_at=at, frozen_hash=digest, frozen_languages=["en", "es"]
    )
    text.refresh_from_db()
    adopted = at - dt.timedelta(days=365 * years_ago + 30)
    Decision.objects.create(
        kind="decision", text=text, body=body, state="adopted", adopted_on=adopted.date(), adopted_at=adopted,
        adopted_hash=digest, way="session", created_at=adopted, changed_at=adopted,
    )  # fmt: skip
    _say_what_they_do(every, adopted, rng)
    index_text(text, at=at)


def _say_what_they_do(paragraphs: list[Any], at: Any, rng: random.Random) -> None:
    """Verb, addressees, due date and status of each; some of what stands was answered."""
    from puebla.decisions.models import Addressee, Provision, ProvisionStatus, Verb
    from puebla.members.models import Body, Party

    verb, _made = Verb.objects.get_or_create(
        code="bench", defaults={"names": {"en": "to request", "es": "solicitar"}}
    )
    parties = list(Party.objects.filter(standings__kind="member").distinct().order_by("pk"))
    bodies = list(Body.objects.order_by("pk")[:5])

    def status() -> str:
        return (
            "active"
            if rng.random() * 100 < STANDING
            else rng.choice(["implemented", "superseded", "elapsed"])
        )

    said = Provision.objects.bulk_create(
        Provision(
            paragraph=one, verb=verb, asks=rng.random() * 100 < ASKING, status=status(), changed_at=at, **_due(at.date(), rng),
        )
        for one in paragraphs
    )  # fmt: skip
    whom = [
        rng.choices([{"whom": "members"}, {"whom": "party", "party": rng.choice(parties)}, {"whom": "body", "body": rng.choice(bodies)}], [6, 2, 2])[0]
        for _one in said
    ]  # fmt: skip
    Addressee.objects.bulk_create(Addressee(provision=one, **to) for one, to in zip(said, whom, strict=True))
    ProvisionStatus.objects.bulk_create(
        ProvisionStatus(provision=one, status=one.status, on=at.date(), at=at) for one in said
    )
    _answer([one for one in said if one.asks and one.status == "active"], parties, at, rng)


def _due(adopted: dt.date, rng: random.Random) -> dict[str, Any]:
    """Two of five have a date: a quarter or a month within three years, or a day on which one of the next meetings begins."""
    if rng.random() >= 0.4:
        return {}
    precision, months = rng.choice(["day", "month", "quarter"]), rng.randrange(1, 36)
    later = adopted.replace(day=1) + dt.timedelta(days=31 * months)
    first = later.replace(day=1)
    on = {
        "day": first.replace(month=6, day=20),
        "month": first,
        "quarter": first.replace(month=first.month - (first.month - 1) % 3),
    }
    return {"due_on": on[precision], "due_precision": precision}


def _answer(standing: list[Any], parties: list[Any], at: Any, rng: random.Random) -> None:
    """Every party has answered a tenth of what stands."""
    from puebla.decisions.models import ProvisionAnswer

    people = {one.pk: one.seats.order_by("pk").values_list("person_id", flat=True).first() for one in parties}
    ProvisionAnswer.objects.bulk_create(
        ProvisionAnswer(
            provision=one, party=party, says=rng.choice(["done", "under_way"]), words="It was done.", language="en", at=at,
            by_id=people[party.pk], room=one.paragraph.text.room, room_cap=one.paragraph.text.room_cap, audience=50,
        )
        for one in standing for party in parties if people[party.pk] and rng.random() < 0.1
    )  # fmt: skip


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
