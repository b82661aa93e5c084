"""A meeting of the usual size, for what its page costs; and what it takes to make a pack of two hundred files."""

import datetime as dt
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.measures import Goal, Measure, measure
from benchmarks.servers import ROOT

PACK, PACK_MEMORY = "meetings.pack", "meetings.pack.rss_mb"
BOUND, BOUND_MEMORY = "meetings.pack.bound", "meetings.pack.bound.rss_mb"
PACKS = (PACK, PACK_MEMORY, BOUND, BOUND_MEMORY)
#: What the page shows: items, papers under them, and how many of those its reader may not see.
ITEMS, PAPERS, HIDDEN = 20, 110, 23
#: What goes into the pack, and how large each file is.
FILES, FILE_SIZE = 200, 300_000
PAGE_SYMBOL, PACK_SYMBOL = "BENCH/MEETING", "BENCH/PACK"


def page_of_a_meeting(delegate_id: int, *, more_hidden: int = 0) -> str:
    """Let a meeting stand with its agenda, sessions, papers and delegations; the path of its page.

    Args:
        delegate_id: who will ask for the page.
        more_hidden: papers of this meeting beside the agenda that its reader may not see either.
    """
    from django.urls import reverse
    from django.utils import timezone

    from puebla.meetings.models import Convening

    if not Convening.objects.filter(meeting__symbol=PAGE_SYMBOL).exists():
        at = timezone.now()
        held = _convening(PAGE_SYMBOL, at=at)
        _sessions(held, at=at)
        _papers(held, _items(held, at=at), delegate_id, at=at)
        _delegations(held, at=at)
        _hide(held, more_hidden, delegate_id, at=at)
    return reverse("meetings:page", args=[PAGE_SYMBOL])


def papers_shown(page: bytes) -> int:
    """How many papers the page lists."""
    return page.count(b'<li class="paper"')


def _convening(symbol: str, *, at: dt.datetime) -> Any:
    from puebla.meetings.models import Convening
    from puebla.members.models import Body, Meeting, Party

    body = Body.objects.get(code="RCGM")
    meeting = Meeting.objects.create(
        symbol=symbol, body=body, titles={"en": "Meeting of the Group on Migration", "es": "Reunión del Grupo sobre Migración"},
        places={"en": "San José", "es": "San José"}, host=Party.objects.get(code="CRI"),
        starts_on=at.date() + dt.timedelta(days=20), ends_on=at.date() + dt.timedelta(days=22), precision="day",
    )  # fmt: skip
    return Convening.objects.create(
        meeting=meeting, zone="America/Costa_Rica", state="convened", convened_at=at, created_at=at, changed_at=at,
        notes={"en": "Visas, transport and hotels are arranged by the host.\n\n" * 6, "es": "El anfitrión se ocupa.\n\n" * 6},
    )  # fmt: skip


def _rooms() -> tuple[Any, Any]:
    """The open room in which the group meets, and the secretariat in whose name its records stand."""
    from puebla.members.models import Body, Party

    return Body.objects.select_related("room").get(code="RCGM").room, Party.objects.get(kind="secretariat")


def _sessions(held: Any, *, at: dt.datetime) -> None:
    from puebla.meetings.models import Session
    from puebla.members.models import Audience, Room

    room, host = _rooms()
    sealed = Room.objects.create(
        code="bench-closed-session", names={"en": "Closed"}, sealed=True, cap=Audience.ROOM
    )
    for number in range(9):
        closed = number == 4
        begins = dt.datetime.combine(held.meeting.starts_on + dt.timedelta(days=number // 3), dt.time(15 + 2 * (number % 3)), tzinfo=dt.UTC)  # fmt: skip
        Session.objects.create(
            convening=held, kind="closed" if closed else "plenary", titles={"en": f"Session {number}", "es": f"Sesión {number}"},
            places={"en": "Salón Irazú"}, on=begins.date(), from_hour=dt.time(9), until_hour=dt.time(11), zone=held.zone,
            starts_at=begins, ends_at=begins + dt.timedelta(hours=2), changed_at=at, room=sealed if closed else room,
            room_cap=(sealed if closed else room).cap, audience=Audience.ROOM if closed else Audience.OBSERVERS, party=host,
        )  # fmt: skip


def _items(held: Any, *, at: dt.datetime) -> list[Any]:
    from puebla.meetings.models import AgendaItem, Session
    from puebla.members.models import Audience

    room, host = _rooms()
    sessions = list(Session.objects.filter(convening=held, kind="plenary").order_by("starts_at"))
    return AgendaItem.objects.bulk_create(
        AgendaItem(
            convening=held, position=number, label=str(number), path=f"{number:03}.", session=sessions[number % len(sessions)] if sessions else None,
            titles={"en": f"Item {number}: exchange of views on the regional programme", "es": f"Punto {number}: intercambio"},
            notes={"en": "The Secretariat introduces its note; delegations are invited to comment.", "es": "La Secretaría presenta."},
            room=room, room_cap=room.cap, audience=Audience.OBSERVERS, party=host, created_at=at, changed_at=at,
        )
        for number in range(1, ITEMS + 1)
    )  # fmt: skip


def _papers(held: Any, items: list[Any], delegate_id: int, *, at: dt.datetime) -> None:
    from puebla.meetings.models import ItemPaper

    made = _documents(held, PAPERS - HIDDEN, at=at) + _documents(held, HIDDEN, at=at, hidden_from=delegate_id)
    ItemPaper.objects.bulk_create(
        ItemPaper(item=items[number % len(items)], document=one, position=number)
        for number, one in enumerate(made)
    )


def _hide(held: Any, count: int, delegate_id: int, *, at: dt.datetime) -> None:
    for start in range(0, count, 1_000):
        _documents(held, min(1_000, count - start), at=at, hidden_from=delegate_id)


def _documents(held: Any, count: int, *, at: dt.datetime, hidden_from: int = 0) -> list[Any]:
    """Papers of the meeting that every member reads, or other parties' own and ones under embargo."""
    from puebla.documents.models import Document, Kind
    from puebla.members.models import Audience, Party, Seat

    room, secretariat = _rooms()
    own = Seat.objects.filter(person=hidden_from).values("party_id")
    others = list(Party.objects.exclude(pk__in=own).exclude(kind="secretariat").order_by("pk"))
    kind = Kind.objects.order_by("pk")[0]
    began = Document.objects.count()
    return Document.objects.bulk_create(
        Document(
            room=room, room_cap=room.cap, body=held.meeting.body, meeting=held.meeting, kind=kind,
            symbol=f"BENCH/{'H' if hidden_from else 'P'}/{began + number}", titles={
                "en": f"Note number {number} by the Secretariat on returns by land", "es": f"Nota número {number} de la Secretaría"},
            audience=Audience.OWN_PARTY if hidden_from and number % 4 else Audience.MEMBERS,
            embargo_until=at + dt.timedelta(days=900) if hidden_from and number % 4 == 0 else None,
            party=others[number % len(others)] if hidden_from else secretariat, dated_on=at.date(), state="final",
            original_language="en", filed_languages="en,es", words=f"note {number}", created_at=at, changed_at=at,
        )
        for number in range(count)
    )  # fmt: skip


def _delegations(held: Any, *, at: dt.datetime) -> None:
    from puebla.meetings.models import Delegate, Delegation
    from puebla.members.models import Party

    for party in Party.objects.members(on=at.date()):
        delegation = Delegation.objects.create(convening=held, party=party, changed_at=at)
        Delegate.objects.bulk_create(
            Delegate(
                delegation=delegation, convening=held, full_name=f"{party.code} {number}", role="member" if number else "head",
                state="registered", nominated_at=at, changed_at=at,
            )
            for number in range(4)
        )  # fmt: skip


# Packs -------------------------------------------------------------------------------------------------------------------


def packing(wanted: set[str], *, files: int, rounds: int) -> Iterator[Measure]:
    """Megabytes a second from the worker's task to the kept pack, beside `zip` of the same files; memory of a process that does it.

    `zip` is asked for what we do: the files as they are, since PDFs hardly shrink. It compresses otherwise and is slower still.
    """
    plain = _fill_pack(files)
    size = sum(len(content) for content in plain.values()) / 1e6
    with tempfile.TemporaryDirectory(prefix="puebla-bench-") as folder:
        for name, content in plain.items():
            (Path(folder) / name).write_bytes(content)
        theirs = statistics.median(_zipped(Path(folder)) for _again in range(rounds))
    for form, name, memory in (("zip", PACK, PACK_MEMORY), ("bound", BOUND, BOUND_MEMORY)):
        if not wanted & {name, memory}:
            continue
        found = [_made(form) for _again in range(rounds)]
        took = statistics.median(one["seconds"] for one in found)
        ratio = theirs / took if shutil.which("zip") else None
        judged = {"reference": size / theirs, "ratio": ratio} if ratio else {}
        if name in wanted:
            goal = Goal(0.5) if form == "zip" and ratio else None
            yield measure(name, size / took, "MB/s", goal=goal, **judged)
        if memory in wanted:
            peak = max(one["rss_mb"] for one in found)
            yield measure(memory, peak, "MB", goal=Goal(200, at_least=False))


def _zipped(folder: Path) -> float:
    """Seconds that `zip` takes for the files of a folder; 0 where it is not installed."""
    program = shutil.which("zip")
    if program is None:
        return 0.0
    target = folder / "all.zip"
    target.unlink(missing_ok=True)
    started = time.perf_counter()
    subprocess.run([program, "-q", "-0", target, *sorted(folder.glob("*.pdf"))], check=True)
    return time.perf_counter() - started


def _fill_pack(count: int) -> dict[str, bytes]:
    """A meeting with so many filed papers; their bytes by name."""
    from django.core.files.storage import storages
    from django.utils import timezone

    from puebla.core.files.store import put
    from puebla.documents.models import FileVersion, LanguageEdition
    from puebla.meetings.models import Convening, ItemPaper

    found = {f"{number:03}.pdf": _pdf(number) for number in range(count)}
    if Convening.objects.filter(meeting__symbol=PACK_SYMBOL).exists():
        return found
    at = timezone.now()
    held = _convening(PACK_SYMBOL, at=at)
    items = _items(held, at=at)
    papers = _documents(held, count, at=at)
    for number, (document, content) in enumerate(zip(papers, found.values(), strict=True)):
        ItemPaper.objects.create(item=items[number % len(items)], document=document, position=number)
        with tempfile.TemporaryFile() as source:
            source.write(content)
            source.seek(0)
            stored = put(source, storage=storages["default"])  # type: ignore[arg-type]
        FileVersion.objects.create(
            edition=LanguageEdition.objects.create(document=document, language="en"), number=1, key=stored.key,
            name=f"{number}.pdf", kind="PDF", media_type="application/pdf", size=stored.size, sha256=stored.sha256, filed_at=at,
            reading="done",
        )  # fmt: skip
    return found


def _pdf(number: int) -> bytes:
    """A PDF of three pages with a picture that does not shrink, as scans are."""
    import io

    import pikepdf

    drawn = random.Random(number)
    with pikepdf.Pdf.new() as book:
        for page in range(3):
            shown = book.add_blank_page(page_size=(612, 792))
            picture = pikepdf.Stream(book, drawn.randbytes(FILE_SIZE // 3))
            picture.stream_dict = pikepdf.Dictionary(
                Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=250, Height=FILE_SIZE // 3 // 250,
                ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8,
            )  # fmt: skip
            shown.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=picture))
            shown.Contents = pikepdf.Stream(book, f"q 500 0 0 700 50 {40 + page} cm /Im0 Do Q".encode())
        target = io.BytesIO()
        book.save(target)
    return target.getvalue()


#: What the worker does with a pack, in a process that does nothing else: seconds of the task, and the most memory ever held.
_TASK = """
import json, sys, time
import django
django.setup()
from django.utils import timezone
from benchmarks.memory import peak_mb
from puebla.accounts.models import Person
from puebla.meetings.actions.packs import make_pack
from puebla.meetings.models import Convening, Pack
from puebla.meetings.querysets.packs import contents_of
from puebla.members.querysets import reach_of
person = Person.objects.order_by("pk")[0]
held = Convening.objects.get(meeting__symbol=sys.argv[2])
contents = contents_of(held, person, reach_of(person), language="en")
Pack.objects.filter(convening=held).delete()
pack = Pack.objects.create(convening=held, language="en", form=sys.argv[1], digest=contents.digest, contents=contents.rows,
                           asked_at=timezone.now())
started = time.perf_counter()
make_pack.func(pack.ref)
took = time.perf_counter() - started
pack.refresh_from_db()
print(json.dumps({"seconds": took, "rss_mb": peak_mb(), "state": pack.state, "files": len(contents.files), "size": pack.size}))
"""


def _made(form: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", _TASK, form, PACK_SYMBOL], cwd=ROOT, capture_output=True, text=True, check=False
    )  # fmt: skip
    if done.returncode:
        raise AssertionError(f"No pack was made: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if found["state"] != "made" or not found["size"]:
        raise AssertionError(f"The pack was not made: {found}")
    return found
