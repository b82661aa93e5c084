"""Files in their wrappings: gzip and zip are taken off, never trusted."""

import gzip
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

from siemmes.model.errors import UnreadableError

_CHUNK = 1 << 20
#: Parts of a ZIP that tell an office file from a wrapped one.
_OFFICE = {"[Content_Types].xml", "mimetype"}


@contextmanager
def unwrapped(path: Path, *, limit: int) -> Iterator[Path]:
    """The file itself, or what a gzip or zip around it holds, in a file that is gone after the block.

    Raises:
        UnreadableError: where the wrapping is broken, holds several files or none, or more than `limit` bytes.
    """
    with path.open("rb") as file:
        magic = file.read(4)
    if path.stat().st_size > limit:
        raise _too_much(path.name, limit)
    if magic[:2] == b"\x1f\x8b":
        with _emptied_into_file(
            lambda: gzip.open(path), _inner_name(path.name, ".gz"), path.name, limit
        ) as plain:
            yield plain
    elif magic == b"PK\x03\x04" and (member := _only_member(path)) is not None:
        archive = zipfile.ZipFile(path)
        with (
            archive,
            _emptied_into_file(lambda: archive.open(member), member.filename, path.name, limit) as plain,
        ):
            yield plain
    else:
        yield path


def _inner_name(name: str, suffix: str) -> str:
    return name[: -len(suffix)] if name.lower().endswith(suffix) else name


def _only_member(path: Path) -> zipfile.ZipInfo | None:
    """The one file in a ZIP; None where the ZIP is an office file, which is read as it is."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
        raise _broken(path.name) from error
    if any(one.filename in _OFFICE for one in members):
        return None
    inner = [one for one in members if not one.filename.startswith("__MACOSX/")]
    if len(inner) != 1:
        raise UnreadableError(
            {
                "en": f"“{path.name}” holds {len(inner)} files; send one file of figures in it.",
                "es": f"«{path.name}» contiene {len(inner)} archivos; envíe en él un solo archivo de cifras.",
            }
        )
    if inner[0].flag_bits & 1:
        raise UnreadableError(
            {
                "en": f"“{path.name}” is encrypted; send it without a password.",
                "es": f"«{path.name}» está cifrado; envíelo sin contraseña.",
            }
        )
    return inner[0]


@contextmanager
def _emptied_into_file(opened: Callable[[], Any], inner: str, outer: str, limit: int) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="siemmes-") as folder:
        plain = Path(folder) / (PurePosixPath(inner.replace("\\", "/")).name or "figures")
        try:
            with opened() as source, plain.open("wb") as target:
                _copy(source, target, outer, limit)
        except (
            OSError,
            EOFError,
            zlib.error,
            zipfile.BadZipFile,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise _broken(outer) from error
        yield plain


def _copy(source: IO[bytes], target: IO[bytes], name: str, limit: int) -> None:
    written = 0
    while chunk := source.read(_CHUNK):
        written += len(chunk)
        if written > limit:
            raise _too_much(name, limit)
        target.write(chunk)


def _too_much(name: str, limit: int) -> UnreadableError:
    size = f"{limit / (1 << 20):,.0f} MiB"
    return UnreadableError(
        {
            "en": f"“{name}” holds more than {size} once unpacked. Send it in parts, a period or a country each.",
            "es": f"«{name}» contiene más de {size} una vez descomprimido. Envíelo en partes, por período o por país.",
        }
    )


def _broken(name: str) -> UnreadableError:
    return UnreadableError(
        {
            "en": f"“{name}” is broken or was cut off; nothing was read. Send it again.",
            "es": f"«{name}» está dañado o incompleto; no se leyó nada. Envíelo de nuevo.",
        }
    )
