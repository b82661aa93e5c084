"""ZIP containers judged by their table of contents alone, before anything in them is unpacked."""

import struct
import zipfile
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from puebla.core.verdicts import RefusedError

from .sentences import sentence

MAX_MEMBERS = 10_000
MAX_UNPACKED = 1 << 30
RATIO_FREE = 50 << 20
MAX_RATIO = 200
# Ten thousand members with long names fit; a table made to exhaust memory while it is parsed does not.
MAX_TABLE = 4 << 20

_END = struct.Struct("<4s4H2LH")


def open_archive(path: Path) -> zipfile.ZipFile:
    """Open a ZIP container whose table of contents is sound and modest.

    Raises:
        RefusedError: for a broken container, a bomb, or member names that would leave their folder.
    """
    _check_table_size(path)
    try:
        archive = zipfile.ZipFile(path)
    except (
        zipfile.BadZipFile,
        ValueError,
        OSError,
        NotImplementedError,
        RecursionError,
        struct.error,
    ) as error:
        raise broken() from error
    try:
        _check_members(archive.infolist(), size=path.stat().st_size)
    except RefusedError:
        archive.close()
        raise
    return archive


def broken() -> RefusedError:
    """The refusal of a container that was cut or damaged."""
    return RefusedError(
        _(
            "The file is damaged or incomplete and cannot be opened. Open it in the program that made it, "
            "save it again and send the new file."
        )
    )


def read_member(archive: zipfile.ZipFile, name: str, *, limit: int) -> bytes:
    """At most `limit` bytes of one member; a damaged one is refused, an absent one is empty."""
    try:
        with archive.open(name) as member:
            return member.read(limit)
    except KeyError:
        return b""
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise broken() from error
    except Exception as error:  # the decompressors (zlib, lzma, bz2) each raise a class of their own
        if type(error).__module__ in {"zlib", "_lzma", "lzma", "_bz2", "bz2"}:
            raise broken() from error
        raise


def _check_table_size(path: Path) -> None:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _END.size - 65_535))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise broken()
    _sign, _disk, _table_disk, _here, _members, table, _offset, _comment = _END.unpack_from(tail, at)
    if table > MAX_TABLE:
        raise _bomb()


def _check_members(members: list[zipfile.ZipInfo], *, size: int) -> None:
    if len(members) > MAX_MEMBERS:
        raise _bomb()
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if unpacked > MAX_UNPACKED or (unpacked > RATIO_FREE and unpacked > MAX_RATIO * max(size, 1)):
        raise _bomb()
    # More packed bytes than the file has: members overlap, the trick of the flat zip bomb.
    if packed > size:
        raise _bomb()
    names = [member.filename for member in members]
    if len(set(names)) != len(names) or any(map(_leaves_its_folder, names)):
        raise RefusedError(
            _(
                "The file contains parts whose names are repeated or point outside the file, as attacks do. "
                "Save it again from the program that made it and send the new file."
            )
        )


def _leaves_its_folder(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return "\0" in name or name.startswith(("/", "\\")) or ".." in parts or (len(name) > 1 and name[1] == ":")


def _bomb() -> RefusedError:
    return RefusedError(
        sentence(
            _(
                "The file would grow beyond all measure when opened (more than {members} parts, 1 GB, or {ratio} "
                "times its own size), as attacks do. Save it again in parts, or as PDF."
            ),
            members=MAX_MEMBERS,
            ratio=MAX_RATIO,
        )
    )
