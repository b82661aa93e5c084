"""Files that come with forms: examined and kept at once, so that a form which is refused for another reason loses none."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from puebla.accounts.models import Person
from puebla.circulars.models import CircularFile, HeldFile, Reply, ReplyFile, StoredFile
from puebla.core.files.examine import examine
from puebla.core.files.store import put
from puebla.core.verdicts import RefusedError
from puebla.documents.actions.filing import as_path
from puebla.members.actions import openings

#: Larger ones do not go through the lines of some of the parties.
MOST_BYTES = 25 << 20
MOST_FILES = 20
#: So long a file waits for a form that was refused.
KEPT = dt.timedelta(days=1)
COLUMNS = ("key", "name", "kind", "media_type", "size", "sha256")


def hold(source: Any, *, by: Person, at: dt.datetime, field: str = "") -> HeldFile:
    """Keep one upload aside.

    Raises:
        RefusedError: with a sentence that names the file; nothing is kept of it.
    """
    with as_path(source) as path:
        one = examine(path, name=str(source.name), limit=min(MOST_BYTES, settings.UPLOAD_LIMIT))
        stored = put(path, storage=storages["default"])
    return HeldFile.objects.create(
        person=by, field=field, key=stored.key, name=one.name, kind=one.kind.name, media_type=one.media_type, size=one.size,
        sha256=one.sha256, held_at=at,
    )  # fmt: skip


def hold_all(
    uploads: Iterable[tuple[str, Any]], refs: Iterable[str], *, by: Person, at: dt.datetime
) -> tuple[list[HeldFile], list[tuple[str, str]]]:
    """What came with a form now, and what it brought before; and why the others were refused.

    Args:
        uploads: each with the field that it answers. refs: of this person's files held for an earlier try.
    """
    held = list(HeldFile.objects.filter(person=by, ref__in=list(refs)[: MOST_FILES * 2]))
    refused = []
    for field, source in uploads:
        if len(held) >= MOST_FILES:
            refused.append((field, _too_many(str(source.name))))
            continue
        try:
            held.append(hold(source, by=by, at=at, field=field))
        except RefusedError as error:
            refused.append((field, str(error)))
    return held, refused


def _too_many(name: str) -> str:
    return _("“%(name)s” is left out: at most %(most)d files go with one form.") % {
        "name": name, "most": MOST_FILES,
    }  # fmt: skip


def attach(
    files: Any, held: Sequence[HeldFile], dropped: Iterable[str], *, field: str, at: dt.datetime
) -> None:
    """Take files off a draft and put those held to it; the caller holds the transaction and has asked the rule.

    Args:
        files: of the draft: a circular's, a report's. field: of the form, that they are typed into.

    Raises:
        RefusedError: where they are too many.
    """
    files.filter(ref__in=list(dropped)).delete()
    if files.count() + len(held) > MOST_FILES:
        raise RefusedError(
            ngettext(
                "At most %(count)d file goes with it. Take some away.",
                "At most %(count)d files go with it. Take some away.",
                MOST_FILES,
            ) % {"count": MOST_FILES},
            field=field,
        )  # fmt: skip
    for one in held:
        files.create(filed_at=at, **{name: getattr(one, name) for name in COLUMNS})
    release(held)


def keep_files(files: Any, standing: Iterable[StoredFile]) -> None:
    """Put the files of what stands to the draft that is to replace it; their bytes are stored once."""
    for file in standing:
        kept = {one.attname: getattr(file, one.attname) for one in file._meta.concrete_fields}
        for name in ("id", "ref", files.field.attname):
            del kept[name]
        files.create(**kept)


def answer_with(reply: Reply, held: Mapping[str, HeldFile], *, at: dt.datetime) -> None:
    """Put the files held to a party's draft, each to its field; the caller holds the transaction."""
    ReplyFile.objects.bulk_create(
        ReplyFile(reply=reply, field=code, filed_at=at, **{name: getattr(one, name) for name in COLUMNS})
        for code, one in held.items()
    )
    release(list(held.values()))


def release(held: Sequence[HeldFile]) -> None:
    """They are filed now."""
    HeldFile.objects.filter(pk__in=[one.pk for one in held]).delete()


def forget_held(*, at: dt.datetime) -> int:
    """Forget files of forms that nobody came back to; their bytes are swept afterwards."""
    return HeldFile.objects.filter(held_at__lt=at - KEPT).delete()[0]


def circular_file_opened(*, file: CircularFile, by: Person, at: dt.datetime) -> None:
    """Journal that a file of a circular is opened."""
    openings.file_opened(
        "circular.file_opened",
        file_ref=file.ref,
        subject=file.circular,
        facts={"name": file.name},
        by=by,
        at=at,
    )


def said_in(form: QueryDict, held: Iterable[HeldFile]) -> tuple[object, ...]:
    """All that a form says, the files that came with it by their digests: the same where it is sent twice."""
    known = form.getlist("held")
    files = sorted(one.sha256 for one in held if one.ref not in known)
    return sorted((name, form.getlist(name)) for name in form if name != "csrfmiddlewaretoken"), files
