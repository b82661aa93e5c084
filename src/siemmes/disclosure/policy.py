"""What a store keeps for protection: thresholds that senders set for themselves, and the secret of the noise.

Both lie in the store's private folder. `policy.toml` is dated data, kept by the secretariat:

    [[threshold]]
    sender = "CRI"            # a country or a source; of a country it holds for every figure on it, whoever sent it
    flow = "MIG_STOCK"        # left out: for every dataflow
    threshold = 10            # counts above zero and under it are small
    from = 2026-01-01         # left out: always
    until = 2028-01-01        # the first day on which it no longer holds; left out: for ever
"""

import contextlib
import datetime as dt
import os
import secrets
import tomllib
from pathlib import Path
from typing import Any

from siemmes.model.errors import RefusedError

POLICY, SECRET = "policy.toml", "noise.key"
_BYTES = 32
_KNOWN = {"sender", "flow", "threshold", "from", "until"}


def thresholds(private: Path, flow: str, on: dt.date) -> dict[str, int]:
    """The senders' own thresholds for a flow on a day; empty where none are kept.

    Args:
        private: the store's private folder.

    Raises:
        RefusedError: where the file cannot be understood; nothing is published by a guess.
    """
    try:
        text = (private / POLICY).read_text("utf-8")
    except FileNotFoundError:
        return {}
    try:
        found: dict[str, int] = {}
        for entry in tomllib.loads(text).get("threshold", []):
            sender, number = _checked(entry)
            if entry.get("flow", flow) == flow and _holds(entry, on):
                found[sender] = max(number, found.get(sender, 0))
    except (ValueError, TypeError, KeyError) as error:
        raise RefusedError(
            {
                "en": f"“{POLICY}” in the store's private folder cannot be understood ({error}). Each [[threshold]] needs a "
                "sender and a whole threshold, and may have flow, from and until (dates). Mend it and build again.",
                "es": f"No se entiende «{POLICY}» en la carpeta privada del almacén ({error}). Cada [[threshold]] necesita "
                "sender y un threshold entero, y puede llevar flow, from y until (fechas). Corríjalo y construya de nuevo.",
            }
        ) from error
    return found


def _checked(entry: dict[str, Any]) -> tuple[str, int]:
    if unknown := entry.keys() - _KNOWN:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    sender, number = entry["sender"], entry["threshold"]
    if not isinstance(sender, str) or not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise ValueError(f"{sender}: {number}")
    return sender, number


def _holds(entry: dict[str, Any], on: dt.date) -> bool:
    since, until = entry.get("from"), entry.get("until")
    return (since is None or since <= on) and (until is None or on < until)


def noise_key(private: Path) -> bytes:
    """The store's secret for the noise of rounding: made once, never published.

    Who loses it gives every cell a second, different noise; it belongs into the backup.

    Raises:
        RefusedError: where the file holds something else.
    """
    private.mkdir(parents=True, exist_ok=True)
    path = private / SECRET
    if not path.exists():
        aside = path.with_name(f".{SECRET}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(aside, path)
        aside.unlink()
    try:
        found = bytes.fromhex(path.read_text("ascii").strip())
    except ValueError:
        found = b""
    if len(found) != _BYTES:
        raise RefusedError(
            {
                "en": f"“{SECRET}” in the store's private folder is not a key of {_BYTES} bytes. Restore it from the backup: "
                "with another key every rounded figure would change.",
                "es": f"«{SECRET}» en la carpeta privada del almacén no es una clave de {_BYTES} bytes. Restáurelo de la copia de "
                "respaldo: con otra clave cambiarían todas las cifras redondeadas.",
            }
        )
    return found
