"""The journal: what was done, by whom, when; append-only and chained, so that tampering shows.

Every action writes its entry in its own transaction by calling `record` last. The head row is locked there, so the
chain cannot fork, and a transaction that fails leaves no entry. What a person reads is recorded by `record_once`.
"""

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from puebla.core.models import JournalEntry, JournalHead, JournalPayload, PublishedHead

#: The act of erasing an entry's words; its subject is the number of that entry.
ERASED = "journal.erased"


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of_payload(salt: str, facts: dict[str, Any]) -> str:
    """Digest of an entry's words with its salt."""
    return _sha(salt + json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":")))


def digest_of(entry: JournalEntry, sequence: int | None = None) -> str:
    """Digest of an entry: the previous digest, its own facts, the digest of its payload.

    Args:
        sequence: under another number than its own, to find out whether it was renumbered.
    """
    at = entry.at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    number = entry.sequence if sequence is None else sequence
    facts = [entry.previous, number, at, entry.act, entry.person_ref, entry.party_code, entry.subject_kind,
             entry.subject_ref, entry.room_ref, entry.once_key or "", entry.payload_digest]  # fmt: skip
    return _sha(json.dumps(facts, ensure_ascii=False, separators=(",", ":")))


def record(
    act: str,
    *,
    at: dt.datetime,
    person: Any = None,
    subject: Any = None,
    subject_ref: str = "",
    room: Any = None,
    room_ref: str = "",
    party_code: str = "",
    facts: dict[str, Any] | None = None,
    once_key: str | None = None,
) -> JournalEntry:
    """Append one entry; call it last in the act's transaction.

    Args:
        act: dotted name, `document.released`; its sentence for readers is registered in `journal_phrases`.
        person: who did it; None for the system itself. Only the person's reference enters the chain.
        subject: the record acted on; its class name and `symbol`, `ref`, `code` or key are kept as text.
        room: the room in whose journal the entry is read; entries of sealed rooms are read there alone.
        facts: the words (titles, before and after), kept in the erasable payload.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A journal entry belongs to the transaction of its act.")
    head = JournalHead.objects.select_for_update().filter(pk=1).first()
    if head is None:
        JournalHead.objects.get_or_create(pk=1)
        head = JournalHead.objects.select_for_update().get(pk=1)
    entry = JournalEntry(
        sequence=head.sequence + 1,
        at=at,
        act=act,
        person_ref=getattr(person, "ref", "") or "",
        party_code=party_code,
        subject_kind=type(subject).__name__ if subject is not None else "",
        subject_ref=subject_ref or reference_of(subject),
        room_ref=room_ref or getattr(room, "ref", "") or "",
        once_key=once_key,
        previous=head.digest,
    )
    if facts:
        salt = secrets.token_hex(16)
        payload = JournalPayload(
            sequence=entry.sequence, salt=salt, facts=json.loads(json.dumps(facts, default=str))
        )
        entry.payload_digest = digest_of_payload(salt, payload.facts)
        payload.save(force_insert=True)
    entry.digest = digest_of(entry)
    entry.save(force_insert=True)
    head.sequence, head.digest = entry.sequence, entry.digest
    head.save(update_fields=["sequence", "digest"])
    return entry


def record_once(act: str, *, once_key: str, **kwargs: Any) -> None:
    """Append an entry unless one with this key stands already (an opening counts once by person, file and hour)."""
    if JournalEntry.objects.filter(once_key=once_key).exists():
        return
    with transaction.atomic():
        # The head is taken before looking again: whoever waited here must see the other's entry.
        JournalHead.objects.get_or_create(pk=1)
        JournalHead.objects.select_for_update().get(pk=1)
        if not JournalEntry.objects.filter(once_key=once_key).exists():
            record(act, once_key=once_key, **kwargs)


def words_about(person_ref: str) -> list[int]:
    """Numbers of the entries whose words are of this person: done by or to them, or naming them."""
    naming = JournalPayload.objects.annotate(written=Cast("facts", TextField())).filter(
        written__contains=f'"{person_ref}"'
    )
    own = JournalEntry.objects.filter(Q(person_ref=person_ref) | Q(subject_ref=person_ref))
    living = JournalPayload.objects.filter(erased_at=None)
    found = living.filter(Q(pk__in=naming.values("pk")) | Q(pk__in=own.values("pk")))
    return list(found.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def erase(sequences: Iterable[int], *, at: dt.datetime, why: str, by: Any = None) -> int:
    """Erase the words of these entries for ever; how many had any.

    The chain holds, since only a salted digest of them is in it, and the salt goes with the words. That it was done, and
    why, is an entry of its own for each: words that vanish without one are a fault.
    """
    living = JournalPayload.objects.select_for_update().filter(pk__in=list(sequences), erased_at=None)
    numbers = list(living.order_by("pk").values_list("pk", flat=True))
    rooms = dict(JournalEntry.objects.filter(pk__in=numbers).values_list("pk", "room_ref"))
    JournalPayload.objects.filter(pk__in=numbers).update(facts={}, salt="", erased_at=at)
    for number in numbers:
        record(
            ERASED,
            at=at,
            person=by,
            subject_ref=str(number),
            room_ref=rooms.get(number, ""),
            facts={"why": why},
        )
    return len(numbers)


def reference_of(subject: Any) -> str:
    """How the journal names a record: by symbol, reference or code, by key as a last resort."""
    for name in ("ref", "symbol", "code", "pk"):
        value = getattr(subject, name, None)
        if value:
            return str(value)
    return ""


@dataclass(frozen=True)
class Fault:
    """Something wrong in the chain: the number of the entry and what was found there."""

    sequence: int
    kind: str  # altered, removed, inserted, cut, payload, head
    sentence: str


def verify(heads: Iterable[tuple[int, str]] = ()) -> Iterator[Fault]:
    """Walk the whole chain and name what was altered, removed, inserted or cut; acts may go on meanwhile.

    Args:
        heads: (sequence, digest) pairs kept outside (a back-up's, the portal's published ones): only with these can a
            chain that was rewritten as a whole, or cut at its end, be found out.
    """
    known = dict(heads)
    for published in PublishedHead.objects.all():
        known.setdefault(published.sequence, published.digest)
    # Read before the walk: what is appended during it lies beyond this head and is no fault.
    head = JournalHead.objects.filter(pk=1).first()
    walk = _Walk(known=known, head=(head.sequence, head.digest) if head else (0, ""))
    erased: set[int] = set()
    for entry, payload in _entries():
        yield from walk.step(entry)
        faults = list(_payload_faults(entry, payload))
        yield from faults
        if not faults and payload is not None and payload.erased_at is not None:
            erased.add(entry.sequence)
        if entry.act == ERASED and entry.subject_ref.isdecimal():
            # Erased words lie before the entry that says so.
            erased.discard(int(entry.subject_ref))
    for sequence in sorted(erased):
        yield Fault(
            sequence,
            "payload",
            _("The words of entry %(n)d were erased, and no entry says so.") % {"n": sequence},
        )
    yield from walk.end(JournalHead.objects.filter(pk=1).first())
    strays = JournalPayload.objects.filter(
        ~Exists(JournalEntry.objects.filter(sequence=OuterRef("sequence")))
    )
    for sequence in strays.order_by("sequence").values_list("sequence", flat=True):
        yield Fault(
            sequence, "payload", _("Words stand at %(n)d, where there is no entry.") % {"n": sequence}
        )


def _entries(batch: int = 1000) -> Iterator[tuple[JournalEntry, JournalPayload | None]]:
    """Every entry with its words, in order; memory does not grow with the journal."""
    last = -1
    while entries := list(JournalEntry.objects.filter(sequence__gt=last).order_by("sequence")[:batch]):
        span = (entries[0].sequence, entries[-1].sequence)
        payloads = {one.sequence: one for one in JournalPayload.objects.filter(sequence__range=span)}
        for entry in entries:
            yield entry, payloads.get(entry.sequence)
        last = entries[-1].sequence


@dataclass
class _Walk:
    """Where the walk along the chain stands.

    Attributes:
        known: heads kept outside that were not met yet.
        head: the chain's own head before the walk.
        last: number of the entry before.
        digests: digests of the two entries before, the nearer one last.
        shift: by how much the entries from here on were renumbered.
    """

    known: dict[int, str]
    head: tuple[int, str]
    last: int = 0
    digests: tuple[str, str] = ("", "")
    shift: int = 0
    faulty: int = -1

    def step(self, entry: JournalEntry) -> Iterator[Fault]:
        """Compare an entry with itself, with the one before it, and with the heads."""
        number = entry.sequence
        for fault in (self._place(entry), self._own(entry), self._link(entry), self._heads(entry)):
            if fault is not None and fault.sequence != self.faulty:
                self.faulty = fault.sequence
                yield fault
        if number > self.last:
            self.last, self.digests = number, (self.digests[1], entry.digest)

    def _place(self, entry: JournalEntry) -> Fault | None:
        first, number = self.last + 1, entry.sequence
        if number < first:
            return Fault(number, "inserted", _("Entry %(n)d was inserted before the first.") % {"n": number})
        if number > first:
            # The link to a removed entry cannot be judged: take this one's word.
            self.digests = ("", entry.previous)
            return Fault(first, "removed", _("Entries %(first)d to %(last)d were removed.") % {"first": first, "last": number - 1})  # fmt: skip
        return None

    def _own(self, entry: JournalEntry) -> Fault | None:
        number = entry.sequence
        for shift in (self.shift, self.shift + 1, self.shift - 1):
            if digest_of(entry, number - shift) == entry.digest:
                break
        else:
            return Fault(
                number, "altered", _("Entry %(n)d (%(act)s) was altered.") % {"n": number, "act": entry.act}
            )
        grown, self.shift = shift - self.shift, shift
        if grown > 0:
            self.digests = ("", entry.previous)
            return Fault(number - 1, "inserted", _("Entry %(n)d was inserted; the later ones were renumbered.") % {"n": number - 1})  # fmt: skip
        if grown < 0:
            self.digests = ("", entry.previous)
            return Fault(number, "removed", _("An entry before entry %(n)d was removed; the later ones were renumbered.") % {"n": number})  # fmt: skip
        return None

    def _link(self, entry: JournalEntry) -> Fault | None:
        if entry.previous == self.digests[1]:
            return None
        words = {"n": entry.sequence, "before": entry.sequence - 1}
        if entry.previous == self.digests[0] and self.last > 1:
            return Fault(entry.sequence - 1, "inserted", _("Entry %(before)d was inserted: entry %(n)d does not follow from it.") % words)  # fmt: skip
        if self.last == 0:
            return Fault(
                entry.sequence, "altered", _("Entry %(n)d is not the beginning of the chain.") % words
            )
        return Fault(entry.sequence - 1, "altered", _("Entry %(before)d was rewritten: entry %(n)d does not follow from it.") % words)  # fmt: skip

    def _heads(self, entry: JournalEntry) -> Fault | None:
        number = entry.sequence
        if number in self.known and self.known.pop(number) != entry.digest:
            return Fault(number, "head", _("Entry %(n)d differs from the head kept outside.") % {"n": number})
        if number == self.head[0] and self.head[1] != entry.digest:
            return Fault(
                number, "head", _("The chain's head does not agree with entry %(n)d.") % {"n": number}
            )
        return None

    def end(self, head: JournalHead | None) -> Iterator[Fault]:
        """What the heads say of the chain's end."""
        words = {"first": self.last + 1, "last": self.head[0]}
        if self.head[0] > self.last:
            yield Fault(
                self.last + 1, "cut", _("Entries %(first)d to %(last)d were cut off the end.") % words
            )
        if head is None:
            if self.last:
                yield Fault(self.last, "head", _("The chain's head was removed."))
        elif head.sequence < self.last:
            words = {"first": head.sequence + 1, "last": self.last}
            yield Fault(head.sequence + 1, "inserted", _("Entries %(first)d to %(last)d were inserted at the end.") % words)  # fmt: skip
        for sequence in sorted(self.known):
            if sequence > max(self.last, self.head[0]):
                words = {"n": sequence, "last": self.last}
                yield Fault(sequence, "cut", _("A head kept outside names entry %(n)d; the journal ends at %(last)d.") % words)  # fmt: skip


def _payload_faults(entry: JournalEntry, payload: JournalPayload | None) -> Iterator[Fault]:
    words = {"n": entry.sequence}
    if not entry.payload_digest:
        if payload is not None:
            yield Fault(entry.sequence, "payload", _("Words were added to entry %(n)d.") % words)
    elif payload is None:
        yield Fault(entry.sequence, "payload", _("The words of entry %(n)d were removed.") % words)
    elif payload.erased_at is not None:
        if payload.facts or payload.salt:
            yield Fault(entry.sequence, "payload", _("Words were put where those of entry %(n)d had been erased.") % words)  # fmt: skip
    elif digest_of_payload(payload.salt, payload.facts) != entry.payload_digest:
        yield Fault(entry.sequence, "payload", _("The words of entry %(n)d were altered.") % words)


def publish_head(*, on: dt.date) -> PublishedHead | None:
    """Set down today's head for the outside world (portal, back-ups); once a day, None for an empty journal."""
    head = JournalHead.objects.filter(pk=1).first()
    if head is None or not head.sequence:
        return None
    published, _made = PublishedHead.objects.get_or_create(
        on=on, defaults={"sequence": head.sequence, "digest": head.digest}
    )
    return published
