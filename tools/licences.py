"""Every package that the product brings must carry a licence that we may pass on; another one fails the check."""

import re
import sys
from importlib import metadata
from pathlib import Path

ALLOWED = re.compile(
    r"MIT|BSD|Apache|ISC|MPL|Mozilla|PSF|Python Software Foundation|LGPL|Lesser|Public Domain|Unlicense|HPND|CNRI|OFL|"
    r"0BSD|Zlib|FIPL",
    re.IGNORECASE,
)
#: Packages whose metadata names no licence; read by a person in the source distribution.
READ_BY_HAND = {
    "font-source-sans-pro": "OFL 1.1", "font-source-serif-pro": "OFL 1.1",
}  # fmt: skip


def licence_of(name: str) -> str:
    """What a package's metadata says of its licence."""
    found = metadata.metadata(name)
    classifiers = [one for one in found.get_all("Classifier") or [] if one.startswith("License")]
    return " ".join(
        filter(None, [found.get("License-Expression"), *classifiers, (found.get("License") or "")[:200]])
    )


def main() -> int:
    """Name every package of the product whose licence is not on the list."""
    pinned = re.findall(
        r"^([A-Za-z0-9._-]+)==[^\s;\\]+(?: ; ([^\\\n]+))?",
        Path("requirements/secretariat.txt").read_text(),
        re.M,
    )
    bad = []
    for name, _marker in pinned:
        try:
            licence = READ_BY_HAND.get(name) or licence_of(name)
        except metadata.PackageNotFoundError:
            continue  # for another system or Python than this one
        if not ALLOWED.search(licence):
            bad.append(f"{name}: {licence.strip() or 'no licence named'}")
    print("\n".join(bad) or f"{len(pinned)} packages, all with a licence on the list")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
