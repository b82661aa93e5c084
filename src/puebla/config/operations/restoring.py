"""Restore: everything of a back-up into an empty instance, or nothing.

The whole archive is read once and every digest compared before anything is written. Then the files are laid aside, the
rows go in within one transaction, the journal is verified against the back-up's head, the files take their place, and only
then the transaction ends.
"""

import contextlib
import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _

from puebla.config.operations import tables
from puebla.config.operations.archives import MANIFEST, members, room_on
from puebla.config.operations.saving import FORMAT
from puebla.config.operations.serving import make_tables
from puebla.config.operations.stores import STORES, Filling, keys_of
from puebla.core import journal
from puebla.core.guards import install_guards
from puebla.core.models import JournalHead
from puebla.core.operations import progress
from puebla.core.search.building import build
from puebla.core.verdicts import RefusedError

_MANIFEST_LIMIT = 1 << 30


def check(path: Path, *, shown: bool = True) -> dict[str, Any]:
    """Read the whole archive and compare every digest with the manifest; the manifest.

    Raises:
        RefusedError: where anything is missing, added or changed, or it does not fit this version.
    """
    read: dict[str, tuple[int, str]] = {}
    manifest: dict[str, Any] | None = None
    for member in progress(members(path, room=room_on(settings.DATA_DIR)), _("Checking"), shown=shown):
        if member.name == MANIFEST:
            manifest = _manifest_of(member.stream.read(_MANIFEST_LIMIT))
            continue
        member.stream.finish()
        read[member.name] = (member.stream.size, member.stream.sha256)
    if manifest is None:
        raise RefusedError(
            _("%(file)s has no manifest: it is no back-up, or was cut off.") % {"file": path.name}
        )
    _compare(read, _promised(manifest))
    _require_fit(manifest)
    return manifest


def _manifest_of(text: bytes) -> dict[str, Any]:
    with contextlib.suppress(ValueError):
        value = json.loads(text)
        if isinstance(value, dict) and isinstance(value.get("format"), int):
            if value["format"] > FORMAT:
                raise RefusedError(_("This back-up was made by a newer version (%(version)s); restore it with that one.") % {"version": value.get("version", "?")})  # fmt: skip
            return value
    raise RefusedError(_("The archive's manifest cannot be read; use another copy of the back-up."))


def _promised(manifest: dict[str, Any]) -> dict[str, tuple[int, str]]:
    try:
        promised = {
            f"database/{name}.jsonl": (one["size"], one["sha256"]) for name, one in manifest["tables"].items()
        }
        for store in STORES:
            for key, one in manifest["files"][store].items():
                promised[f"files/{store}/{key}"] = (one["size"], one["sha256"])
        int(manifest["journal"]["sequence"]), str(manifest["journal"]["digest"])
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise RefusedError(
            _("The archive's manifest cannot be read; use another copy of the back-up.")
        ) from error
    return promised


def _compare(read: dict[str, tuple[int, str]], promised: dict[str, tuple[int, str]]) -> None:
    for names, sentence in (
        (promised.keys() - read.keys(), _("The archive lacks %(name)s and %(more)d more; use another copy of the back-up.")),
        (read.keys() - promised.keys(), _("The archive holds %(name)s and %(more)d more, of which its manifest knows nothing.")),
        ({name for name in read if read[name] != promised.get(name)},
         _("%(name)s and %(more)d more differ from the manifest; the archive was damaged or changed. Use another copy.")),
    ):  # fmt: skip
        if names:
            raise RefusedError(sentence % {"name": min(names), "more": len(names) - 1})


def _require_fit(manifest: dict[str, Any]) -> None:
    here = {tables.label(model): tables.columns_of(model) for model in tables.tables()}
    there = {name: one.get("columns") for name, one in manifest["tables"].items()}
    odd = sorted(name for name in here.keys() | there.keys() if here.get(name) != there.get(name))
    if odd:
        raise RefusedError(
            _("This back-up was made by version %(version)s, whose tables differ from ours (%(tables)s). Restore it with"
              " that version, then upgrade.")
            % {"version": manifest.get("version") or "?", "tables": ", ".join(odd[:5])}
        )  # fmt: skip


def restore(
    path: Path, *, accept_faults: bool = False, shown: bool = True
) -> tuple[dict[str, Any], list[str]]:
    """Bring a back-up into this empty instance; its manifest, and faults of its journal that were accepted."""
    manifest = check(path, shown=shown)
    require_empty()
    with contextlib.ExitStack() as stack:
        fillings = {name: stack.enter_context(Filling(name)) for name in STORES}
        with transaction.atomic():
            tables.clear_born()
            _load(path, manifest, fillings, shown=shown)
            tables.reset_sequences()
            connection.check_constraints()
            faults = _journal_faults(manifest)
            if faults and not accept_faults:
                raise RefusedError(
                    _("The journal in this back-up has faults (%(first)s); nothing was restored. To restore it all the"
                      " same, add --accept-journal-faults.") % {"first": faults[0]}
                )  # fmt: skip
            for filling in fillings.values():
                filling.settle()
    install_guards()
    # The words of the search indexes are no rows of ours: they are made anew from what came back.
    build(at=dt.datetime.fromisoformat(manifest["made_at"]), everything=True)
    with contextlib.suppress(DatabaseError):
        from django.core.cache import caches

        for cache in caches.all():
            cache.clear()
    return manifest, faults


def require_empty() -> None:
    """Make the tables where there are none; stop where anything stands already."""
    existing = set(connection.introspection.table_names())
    if not {model._meta.db_table for model in tables.tables()} <= existing:
        make_tables()
    filled = tables.filled()
    if not filled:
        for name, alias in STORES.items():
            if next(keys_of(storages[alias]), None) is not None:
                filled[f"files/{name}"] = 1
    if filled:
        raise RefusedError(
            _("This instance is not empty (%(what)s), and a restore replaces nothing. Name an empty place with"
              " PUEBLA_DATA_DIR, and with DATABASE_URL when PostgreSQL is used; then restore again.")
            % {"what": ", ".join(sorted(filled)[:4])}
        )  # fmt: skip


def _load(path: Path, manifest: dict[str, Any], fillings: dict[str, Filling], *, shown: bool) -> None:
    by_label = {tables.label(model): model for model in tables.tables()}
    total = len(manifest["tables"]) + sum(len(files) for files in manifest["files"].values()) + 1
    promised = _promised(manifest)
    going = members(path, room=room_on(settings.DATA_DIR))
    for member in progress(going, _("Restoring"), total=total, shown=shown):
        place, _slash, rest = member.name.partition("/")
        if place == "database":
            _load_table(by_label[rest.removesuffix(".jsonl")], member.stream, manifest)
        elif place == "files":
            store, _slash, key = rest.partition("/")
            fillings[store].put(key, member.stream)
        member.stream.finish()
        # Compared again: the archive could have been exchanged between the two readings.
        if member.name != MANIFEST and promised.get(member.name) != (
            member.stream.size,
            member.stream.sha256,
        ):
            raise RefusedError(
                _("%(name)s changed while it was read; nothing was restored.") % {"name": member.name}
            )


def _load_table(model: Any, stream: Any, manifest: dict[str, Any]) -> None:
    name = tables.label(model)
    try:
        count = tables.load(model, tables.lines_of(stream))
    except (DatabaseError, ValueError) as error:
        raise RefusedError(
            _("The database did not take the table %(table)s (%(error)s); nothing was restored.")
            % {"table": name, "error": " ".join(str(error).split())}
        ) from error
    if count != manifest["tables"][name].get("rows"):
        raise RefusedError(_("The table %(table)s has another number of rows than promised; nothing was restored.") % {"table": name})  # fmt: skip


def _journal_faults(manifest: dict[str, Any]) -> list[str]:
    promised = (manifest["journal"]["sequence"], manifest["journal"]["digest"])
    head = JournalHead.objects.filter(pk=1).first() or JournalHead()
    faults = [fault.sentence for fault in journal.verify([promised] if promised[0] else [])]
    if (head.sequence, head.digest) != promised:
        faults.insert(0, _("The journal's head is not the one that the manifest promises."))
    return faults
