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

from puebla.core.models import JournalEntry, JournalHead, JournalPayload, PublishedHead


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of_payload(salt: str, facts: dict[str, Any]) -> str:
    """Digest of an entry's words with its salt."""
    return _sha(salt + json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":")))


def digest_of(entry: JournalEntry) -> str:
    """Digest of an entry: the previous digest, its own facts, the digest of its payload."""
    at = entry.at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    facts = [entry.previous, entry.sequence, at, entry.act, entry.person_ref, entry.party_code, entry.subject_kind,
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
        room_ref=getattr(room, "ref", "") or "",
        once_key=once_key,
        previous=head.digest,
    )
    if facts:
        salt = secrets.token_hex(16)
        payload = JournalPayload(sequence=entry.sequence, salt=salt, facts=json.loads(json.dumps(facts, default=str)))
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
    """Walk the whole chain and name what was altered, removed, inserted or cut.

    Args:
        heads: (sequence, digest) pairs kept outside (a back-up's, the portal's published ones): only with these can a
            chain that was rewritten as a whole, or cut at its end, be found out.
    """
    known = {sequence: digest for sequence, digest in heads}
    for head in PublishedHead.objects.all():
        known.setdefault(head.sequence, head.digest)
    payloads = {p.sequence: p for p in JournalPayload.objects.iterator()}
    previous, expected = "", 1
    for entry in JournalEntry.objects.order_by("sequence").iterator():
        if entry.sequence != expected:
            yield Fault(expected, "removed", f"Entries {expected} to {entry.sequence - 1} were removed.")
        elif entry.previous != previous:
            yield Fault(entry.sequence, "inserted", f"Entry {entry.sequence} does not follow from the one before it.")
        if digest_of(entry) != entry.digest:
            yield Fault(entry.sequence, "altered", f"Entry {entry.sequence} ({entry.act}) was altered.")
        yield from _payload_faults(entry, payloads.pop(entry.sequence, None))
        if entry.sequence in known and known.pop(entry.sequence) != entry.digest:
            yield Fault(entry.sequence, "head", f"Entry {entry.sequence} differs from the head kept outside.")
        previous, expected = entry.digest, entry.sequence + 1
    for sequence in payloads:
        yield Fault(sequence, "payload", f"Words stand at {sequence}, where there is no entry.")
    head = JournalHead.objects.filter(pk=1).first()
    last = expected - 1
    if head is not None and (head.sequence, head.digest) != (last, previous):
        if head.sequence > last:
            yield Fault(last + 1, "cut", f"Entries {last + 1} to {head.sequence} were cut off the end.")
        else:
            yield Fault(last, "head", "The head does not agree with the last entry.")
    for sequence in sorted(known):
        if sequence > last:
            yield Fault(sequence, "cut", f"A head kept outside names entry {sequence}; the journal ends at {last}.")


def _payload_faults(entry: JournalEntry, payload: JournalPayload | None) -> Iterator[Fault]:
    if not entry.payload_digest:
        if payload is not None:
            yield Fault(entry.sequence, "payload", f"Words were added to entry {entry.sequence}.")
    elif payload is None:
        yield Fault(entry.sequence, "payload", f"The words of entry {entry.sequence} were removed.")
    elif payload.erased_at is None and digest_of_payload(payload.salt, payload.facts) != entry.payload_digest:
        yield Fault(entry.sequence, "payload", f"The words of entry {entry.sequence} were altered.")


def publish_head(*, on: dt.date) -> PublishedHead | None:
    """Set down today's head for the outside world (portal, back-ups); once a day, None for an empty journal."""
    head = JournalHead.objects.filter(pk=1).first()
    if head is None or not head.sequence:
        return None
    published, _made = PublishedHead.objects.get_or_create(
        on=on, defaults={"sequence": head.sequence, "digest": head.digest}
    )
    return published
