"""Gathering what is new: every person's notices, exactly once, through the gate."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

from puebla.accounts.models import Person
from puebla.core import registry
from puebla.core.news import Followed, Happening
from puebla.members.querysets import Reach, reaches
from puebla.notices.models import Correspondence, Follow, Mark, Notice, Pace

#: The longest run over one source's news before the next chore has its turn.
ROUNDS = 50


def gather(at: dt.datetime) -> int:
    """Write a notice for everybody who follows what something new falls under, and sees it now; how many.

    A mark is moved only when everybody was told. A run that is cut is repeated, and whoever was told already is not told
    again: one notice a person and event.
    """
    return sum(_gather(mark, at) for mark in Mark.objects.order_by("source"))


def _gather(mark: Mark, at: dt.datetime) -> int:
    source = registry.news_sources.named(mark.source)
    told, more, rounds = 0, source is not None, 0
    while source is not None and more and rounds < ROUNDS:
        happened, coming, more = source.since(mark.mark, at)
        told += _tell(mark.source, happened, at) if happened else 0
        if coming != mark.mark:
            mark.mark = coming
            mark.save(update_fields=["mark"])
        rounds += 1
    return told


def _tell(source: str, happened: list[Happening], at: dt.datetime) -> int:
    follows: dict[int, dict[Followed, dt.datetime]] = defaultdict(dict)
    rows = Follow.objects.filter(person__is_active=True)
    for key, topic, value, began in rows.values_list("person_id", "topic", "value", "created_at"):
        follows[key][topic, value] = began
    reach_of = reaches(follows, at) if follows else {}
    people = Person.objects.in_bulk(reach_of)
    silent = set(Correspondence.objects.filter(pace=Pace.NONE).values_list("person_id", flat=True))
    told = _Told(source, happened)
    notices = [
        Notice(
            person_id=key, source=source, event=one.event, subject=one.subject, what=one.what,
            language=one.language, number=one.number, happened_at=one.at, made_at=at,
            mailed_at=at if key in silent else None,
        )
        for key, person in people.items()
        for one in _concerning(person, reach_of[key], source, follows[key], happened)
        if told.is_news(key, one)
    ]  # fmt: skip
    # Another worker may tell the same at this moment: the database keeps one of the two.
    Notice.objects.bulk_create(notices, batch_size=500, ignore_conflicts=True)
    return len(notices)


class _Told:
    """What was told already, by earlier rounds and by this one."""

    def __init__(self, source: str, happened: list[Happening]) -> None:
        standing = Notice.objects.filter(source=source)
        events = standing.filter(event__in=[one.event for one in happened])
        self.events = set(events.values_list("person_id", "event"))
        late = [one.subject for one in happened if one.unless_told_since is not None]
        before = standing.filter(subject__in=late).order_by("happened_at") if late else standing.none()
        self.last = {
            (person, subject): when
            for person, subject, when in before.values_list("person_id", "subject", "happened_at")
        }

    def is_news(self, person: int, one: Happening) -> bool:
        """Whether this person was not told of it; they are then counted as told."""
        last, since = self.last.get((person, one.subject)), one.unless_told_since
        if (person, one.event) in self.events or (since is not None and last is not None and last >= since):
            return False
        self.last[person, one.subject] = max(last or one.at, one.at)
        return True


def _concerning(
    person: Person,
    reach: Reach,
    source: str,
    followed: dict[Followed, dt.datetime],
    happened: list[Happening],
) -> Iterator[Happening]:
    """What of the news this person sees and has followed since before it happened."""
    refs = {one.subject for one in happened}
    found: dict[str, set[Followed]] = defaultdict(set)
    for followable in registry.followables:
        own = [one for one in followed if one[0] in followable.topics]
        if own and followable.source == source:
            for ref, topics in followable.under(person, reach, own, refs).items():
                found[ref] |= topics
    for one in happened:
        topics = found.get(one.subject, set())
        since = [followed[topic] for topic in topics if not one.topics or topic[0] in one.topics]
        if one.to in (None, person.pk) and any(began <= one.at for began in since):
            yield one
