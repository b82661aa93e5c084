"""Gathering what is new: every person's notices, exactly once, through the gate."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from puebla.accounts.models import Person
from puebla.core import registry
from puebla.core.news import Followed, Happening, TakingPart
from puebla.core.operations import one_by_one
from puebla.members.querysets import Reach, reaches
from puebla.notices.actions.hours import day_of, digest_is_due
from puebla.notices.models import Correspondence, Follow, MailStop, Mark, Notice, Pace

#: The longest run over one source's news before the next chore has its turn.
ROUNDS = 50


def gather(at: dt.datetime) -> int:
    """Write a notice for everybody who follows what something new falls under, or takes part in it, and sees it; how many.

    A mark is moved only when everybody was told. A run that is cut is repeated, and whoever was told already is not told
    again: one notice a person and event.
    """
    begin_marks(at)
    listeners = _Listeners(at)
    return one_by_one(Mark.objects.order_by("source"), lambda mark: _gather(mark, listeners))


def begin_marks(at: dt.datetime) -> None:
    """Every source is listened to from the first round on."""
    known = set(Mark.objects.values_list("source", flat=True))
    for name, source in registry.news_sources.items():
        if name not in known:
            Mark.objects.get_or_create(source=name, defaults={"mark": source.since(None, at).mark})


def _gather(mark: Mark, listeners: "_Listeners") -> int:
    source = registry.news_sources.named(mark.source)
    told, more, rounds = 0, source is not None, 0
    while source is not None and more and rounds < ROUNDS:
        happened, coming, more = source.since(mark.mark, listeners.at)
        told += _tell(mark.source, happened, listeners) if happened else 0
        if coming != mark.mark:
            mark.mark = coming
            mark.save(update_fields=["mark"])
        rounds += 1
    return told


@dataclass
class _Listener:
    """What one person follows, each since when; and what they take part in, with the kind of mail that tells of it."""

    follows: dict[Followed, dt.datetime] = field(default_factory=dict)
    parts: dict[Followed, tuple[str, TakingPart]] = field(default_factory=dict)

    @property
    def topics(self) -> list[Followed]:
        """All of it, each once."""
        return list({**self.follows, **self.parts})


class _Listeners:
    """Everybody who is told of something: fetched once a round, and only where something happened."""

    def __init__(self, at: dt.datetime) -> None:
        self.at = at

    @cached_property
    def all(self) -> dict[int, _Listener]:
        """By the person's key."""
        found: dict[int, _Listener] = defaultdict(_Listener)
        rows = Follow.objects.filter(person__is_active=True)
        for key, topic, value, began in rows.values_list("person_id", "topic", "value", "created_at"):
            found[key].follows[topic, value] = began
        for kind, parts in registry.taking_part.items():
            for one in parts(self.at):
                found[one.person].parts[one.followed] = kind, one
        return dict(found)

    @cached_property
    def reaches(self) -> dict[int, Reach]:
        """What each may see; who has no seat now is not in it."""
        return reaches(self.all, self.at) if self.all else {}

    @cached_property
    def people(self) -> dict[int, Person]:
        """The same people, those in service."""
        return Person.objects.filter(is_active=True).in_bulk(self.reaches)

    @cached_property
    def silent(self) -> set[int]:
        """Who wants no mail of what is new."""
        return set(Correspondence.objects.filter(pace=Pace.NONE).values_list("person_id", flat=True))

    @cached_property
    def stopped(self) -> set[tuple[int, str]]:
        """Who wants no mail of a kind."""
        return {(one.person_id, one.source) for one in MailStop.objects.all()}


def _tell(source: str, happened: list[Happening], listeners: _Listeners) -> int:
    told = _Told(source, happened)
    notices = [
        _notice(key, source, one, listeners, followed=followed, part=part)
        for key, person in listeners.people.items()
        for one, followed, part in _concerning(
            person, listeners.reaches[key], source, listeners.all[key], happened
        )
        if told.is_news(key, one)
    ]
    _begin_correspondence({one.person_id for one in notices}, listeners.at)
    # Another worker may tell the same at this moment: the database keeps one of the two.
    Notice.objects.bulk_create(notices, batch_size=500, ignore_conflicts=True)
    return len(notices)


def _notice(
    key: int, source: str, one: Happening, listeners: _Listeners, *, followed: bool, part: tuple[str, TakingPart] | None
) -> Notice:  # fmt: skip
    """What this person is told: at once where they take part and it goes on now, unless they did it or stopped such mail."""
    kind, taking = part or ("", None)
    stopped = (key, kind) in listeners.stopped
    silent = key in listeners.silent or (stopped and not followed)
    own = bool(one.by) and one.by == listeners.people[key].ref
    at_once = kind if taking is not None and taking.now and not (stopped or silent or own) else ""
    return Notice(
        person_id=key, source=source, event=one.event, subject=one.subject, what=one.what, language=one.language,
        number=one.number, happened_at=one.at, made_at=listeners.at, mailed_at=listeners.at if silent else None, at_once=at_once,
    )  # fmt: skip


def _begin_correspondence(people: set[int], at: dt.datetime) -> None:
    """Who is told without ever having followed anything is written to as others are: once a day."""
    known = set(Correspondence.objects.filter(person__in=people).values_list("person_id", flat=True))
    began = day_of(at) if digest_is_due(at) else None
    made = [Correspondence(person_id=key, digested_on=began) for key in sorted(people - known)]
    if made:
        Correspondence.objects.bulk_create(made, ignore_conflicts=True)


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
    person: Person, reach: Reach, source: str, listener: _Listener, happened: list[Happening]
) -> Iterator[tuple[Happening, bool, tuple[str, TakingPart] | None]]:
    """What of the news this person sees, and has followed or taken part in since before it happened.

    Returns:
        Of each: whether they follow it, and what of theirs it belongs to.
    """
    refs = {one.subject for one in happened}
    found: dict[str, set[Followed]] = defaultdict(set)
    for followable in registry.followables:
        mine = [one for one in listener.topics if one[0] in followable.topics]
        if mine and followable.source == source:
            for ref, topics in followable.under(person, reach, mine, refs).items():
                found[ref] |= topics
    for one in happened:
        if one.to not in (None, person.pk):
            continue
        own = [of for of in found.get(one.subject, ()) if not one.topics or of[0] in one.topics]
        followed = any(of in listener.follows and listener.follows[of] <= one.at for of in own)
        parts = [listener.parts[of] for of in own if of in listener.parts]
        part = next((each for each in parts if each[1].since <= one.at), None)
        if followed or (part is not None and one.by != person.ref):
            yield one, followed, part
