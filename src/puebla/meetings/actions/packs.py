"""Packs asked for, made by the worker, swept when nobody needs them any more."""

import datetime as dt
import io
import tempfile
from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any, BinaryIO

from django.core.files.storage import storages
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks import task

from puebla.accounts.models import Person
from puebla.core.files.packing import zip_stream
from puebla.core.files.store import local_copy, put
from puebla.core.languages import show
from puebla.core.models import Process
from puebla.core.typesetting import compiled, quoted
from puebla.core.verdicts import RefusedError
from puebla.documents.actions import opened
from puebla.documents.models import Document, FileVersion
from puebla.meetings.actions.delegations.badges import badges_of
from puebla.meetings.models import Convening, Pack
from puebla.meetings.querysets.packs import Contents, contents_of
from puebla.members.models import Seat
from puebla.members.querysets import reaches, today

#: Packs of meetings this near are made before anybody asks.
AHEAD = dt.timedelta(days=21)
#: A pack that was not asked for so long is thrown away.
KEPT = dt.timedelta(days=14)
#: Different sets of papers for which packs are made ahead: members, observers, civil society, secretariat, a room more.
SETS_AHEAD = 12
#: Page numbers that are set at once.
STAMPS = 200


@transaction.atomic
def ask_for_pack(
    *, convening: Convening, contents: Contents, language: str, form: str, at: dt.datetime
) -> Pack:
    """The pack of these contents: kept already, or asked of the worker now.

    Raises:
        RefusedError: where there is no file to put into it.
    """
    if not contents.files:
        raise RefusedError(_("There is no file yet that would go into the pack."))
    pack, made = Pack.objects.get_or_create(
        digest=contents.digest, form=form, language=language,
        defaults={"convening": convening, "contents": contents.rows, "asked_at": at},
    )  # fmt: skip
    if made or pack.state == Pack.State.FAILED:
        Pack.objects.filter(pk=pack.pk).update(state=Pack.State.WAITING, error="", asked_at=at)
        transaction.on_commit(lambda: make_pack.enqueue(pack.ref))
    else:
        Pack.objects.filter(pk=pack.pk).update(asked_at=at)
    pack.refresh_from_db()
    return pack


def open_pack(*, contents: Contents, by: Person, at: dt.datetime) -> None:
    """Journal every opening that taking the pack is: no row, no file."""
    versions = FileVersion.objects.in_bulk([one["version"] for one in contents.files])
    papers = {
        one.ref: one
        for one in Document.objects.filter(
            ref__in={row["document"] for row in contents.files}
        ).select_related("room")
    }
    for one in contents.files:
        version = versions[one["version"]]
        opened(version=version, document=papers[one["document"]], by=by, at=at)


@task(queue_name="queue", backend="queue")
def make_pack(ref: str) -> None:
    """Make one pack; done again after a kill, it comes out the same."""
    pack = (
        Pack.objects.select_related("convening__meeting__body")
        .filter(ref=ref)
        .exclude(state=Pack.State.MADE)
        .first()
    )
    if pack is None:
        return
    try:
        with tempfile.TemporaryDirectory() as folder:
            made = MAKERS[Pack.Form(pack.form)](pack, Path(folder))
            stored = put(made, storage=storages["default"])
    except Exception as error:
        # Whatever it was: the page says that it failed, and the next who asks has it made anew.
        Pack.objects.filter(pk=pack.pk).update(state=Pack.State.FAILED, error=str(error)[:300])
        raise
    Pack.objects.filter(pk=pack.pk).update(
        state=Pack.State.MADE, key=stored.key, size=stored.size, sha256=stored.sha256, made_at=timezone.now()
    )


def _badges(pack: Pack, folder: Path) -> Path:
    """The badges of everybody who was named when it was asked for and still comes."""
    path = folder / "badges.pdf"
    with translation.override(pack.language):
        path.write_bytes(badges_of(pack.convening, [one["ref"] for one in pack.contents]))
    return path


def _zipped(pack: Pack, folder: Path) -> Path:
    """All files in order with an `index.html` that opens from disk."""
    path = folder / "pack.zip"
    with translation.override(pack.language):
        index = render_to_string(
            "meetings/pack_index.html",
            {
                "pack": pack,
                "meeting": pack.convening.meeting,
                "rows": pack.contents,
                "process": Process.current(),
            },
        )
    entries: list[tuple[str, Callable[[], BinaryIO]]] = [("index.html", lambda: io.BytesIO(index.encode()))]
    for row in pack.contents:
        entries += [(one["name"], _opener(one["key"])) for one in row["files"]]
    with path.open("wb") as target:
        for chunk in zip_stream(entries):
            target.write(chunk)
    return path


def _opener(key: str) -> Callable[[], BinaryIO]:
    return lambda: storages["default"].open(key)  # type: ignore[return-value]


def _bound(pack: Pack, folder: Path) -> Path:
    """One PDF: a list of contents, every paper with its bookmark, page numbers through all of it.

    What is no PDF comes in as its text, page by page as it was read, and says so. Nothing is held in memory but what is
    written at the moment: papers are put together from disk, and bookmarks and numbers are added on the way to the last file.
    """
    import pikepdf

    together, path = folder / "together.pdf", folder / "bound.pdf"
    with translation.override(pack.language):
        front = folder / "front.pdf"
        front.write_bytes(_typeset(_front(pack)))
        parts = [
            front,
            *(_as_pdf(one, pack.language, folder) for row in pack.contents for one in row["files"]),
        ]
        lengths = [_length(part) for part in parts]
        pikepdf.Job(["pikepdf", "--empty", "--pages", *map(str, parts), "--", str(together)]).run()
        with pikepdf.Pdf.open(together, access_mode=pikepdf.AccessMode.stream) as book:
            _bookmark(book, pack, lengths)
            _number(book)
            book.save(path, linearize=True)
    return path


def _length(part: Path) -> int:
    """How many pages a PDF has; 0 where it cannot be opened."""
    import pikepdf

    try:
        with pikepdf.Pdf.open(part, access_mode=pikepdf.AccessMode.stream) as pages:
            return len(pages.pages)
    except pikepdf.PdfError:
        return 0


def _bookmark(book: Any, pack: Pack, lengths: list[int]) -> None:
    """A bookmark for each item, and below it for each of its papers."""
    import pikepdf

    begins = iter(accumulate(lengths))
    # What is written in the outline is kept when it is left.
    with book.open_outline() as outline:
        for row in pack.contents:
            if not row["files"]:
                continue
            pages = [next(begins) for _one in row["files"]]
            title = f"{row['label']} {show(row['titles'], pack.language)}"
            above = pikepdf.OutlineItem(title, pages[0])
            for one, page in zip(row["files"], pages, strict=True):
                above.children.append(pikepdf.OutlineItem(_name(one, pack.language), page))
            outline.root.append(above)


def _name(one: dict[str, Any], language: str) -> str:
    return " ".join(filter(None, (one["symbol"], show(one["titles"], language).text)))


def _as_pdf(one: dict[str, Any], language: str, folder: Path) -> Path:
    """A file as PDF: itself where it is one that can be opened, else pages with its text."""
    own = folder / str(one["version"])
    own.mkdir(exist_ok=True)
    if one["kind"] == "PDF":
        stored = local_copy(one["key"], storage=storages["default"], folder=own)
        if _length(stored):
            return stored
    text = own / "text.pdf"
    text.write_bytes(_typeset(_text_of(one, language)))
    return text


def _text_of(one: dict[str, Any], language: str) -> str:
    """The text of a file as it was read, as a document of typst."""
    pages = FileVersion.objects.get(pk=one["version"]).pages.order_by("number").values_list("text", flat=True)
    said = _("This paper is no PDF; here stands its text as it was read. The file itself is in the ZIP.")
    parts = [f"#heading(level: 1, {quoted(_name(one, language))})", f"#emph({quoted(said)})"]
    for text in pages:
        parts += [f"#par({quoted(part)})" for part in str(text).split("\n\n") if part.strip()]
        parts.append("#pagebreak(weak: true)")
    return "\n\n".join(parts)


def _front(pack: Pack) -> str:
    """The first page: which meeting, and what is in here."""
    meeting = pack.convening.meeting
    parts = [
        f"#heading(level: 1, {quoted(show(meeting.titles, pack.language).text)})", f"#par({quoted(meeting.symbol)})",
        f"#heading(level: 2, {quoted(_('Contents'))})",
    ]  # fmt: skip
    for row in pack.contents:
        parts.append(f"#par(strong({quoted(row['label'] + ' ' + show(row['titles'], pack.language).text)}))")
        parts += [f"#par({quoted('– ' + _name(one, pack.language))})" for one in row["files"]]
    return "\n\n".join(parts)


def _typeset(body: str) -> bytes:
    head = '#set page(paper: "us-letter", margin: (x: 2.4cm, y: 2.4cm))\n#set text(size: 10.5pt)\n#set par(spacing: 0.9em)\n'
    return compiled(head + body)


def _number(book: Any) -> None:
    """Write "3 / 120" at the foot of every page; the numbers are set some hundred at a time."""
    total = len(book.pages)
    for start in range(0, total, STAMPS):
        _stamp(book, range(start, min(total, start + STAMPS)), total)


def _stamp(book: Any, places: range, total: int) -> None:
    import pikepdf

    marks = (
        "#set page(width: 120pt, height: 14pt, margin: 0pt)\n#set text(size: 8pt)\n"
        + "\n#pagebreak()\n".join(f"#align(center)[{place + 1} \\/ {total}]" for place in places)
    )
    with pikepdf.Pdf.open(io.BytesIO(compiled(marks))) as stamps:
        for place, stamp in zip(places, stamps.pages, strict=True):
            page = book.pages[place]
            box = page.trimbox
            middle = (float(box[0]) + float(box[2])) / 2
            foot = float(box[1]) + 10
            page.add_overlay(stamp, pikepdf.Rectangle(middle - 60, foot, middle + 60, foot + 14))


MAKERS: dict[Pack.Form, Callable[[Pack, Path], Path]] = {
    Pack.Form.ZIP: _zipped, Pack.Form.BOUND: _bound, Pack.Form.BADGES: _badges,
}  # fmt: skip


def make_ahead(*, at: dt.datetime) -> int:
    """Ask for the packs that most people will want of meetings to come or in session; how many were new."""
    near = Convening.objects.filter(
        meeting__draft=False,
        state__in=["convened", "in_session"],
        meeting__starts_on__lte=today(at + AHEAD),
    )
    asked = 0
    for convening in near.select_related("meeting__body"):
        for contents, language in _sets(convening, at=at):
            known = Pack.objects.filter(
                digest=contents.digest, form=Pack.Form.ZIP, language=language
            ).exists()
            if contents.files and not known:
                ask_for_pack(
                    convening=convening, contents=contents, language=language, form=Pack.Form.ZIP, at=at
                )
                asked += 1
    return asked


def _sets(convening: Convening, *, at: dt.datetime) -> Iterator[tuple[Contents, str]]:
    """The different sets of papers that people with a seat may see, those of most people first."""
    languages = Process.current().languages
    people = Person.objects.filter(pk__in=Seat.objects.effective(at).order_by().values("person_id")).in_bulk()
    same: dict[Any, list[int]] = {}
    for key, reach in reaches(list(people), at).items():
        same.setdefault((reach.rooms, reach.rung, reach.secretariat, reach.presidency), []).append(key)
    most = sorted(same.values(), key=len, reverse=True)[:SETS_AHEAD]
    of_all = reaches([holders[0] for holders in most], at)
    for first, reach in of_all.items():
        for language in languages:
            yield contents_of(convening, people[first], reach, language=language), language


def forget_packs(*, at: dt.datetime) -> int:
    """Throw away packs that nobody asked for in two weeks; their bytes are swept afterwards."""
    return Pack.objects.filter(asked_at__lt=at - KEPT).delete()[0]


def known_files(keys: list[str]) -> set[str]:
    """Which of these stored files a pack still uses."""
    return set(Pack.objects.filter(key__in=keys).values_list("key", flat=True))
