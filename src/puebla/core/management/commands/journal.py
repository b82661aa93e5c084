"""`puebla journal`: what was done, and whether the record of it still stands."""

import json
import re
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from puebla.core import journal
from puebla.core.models import JournalEntry, JournalHead
from puebla.core.operations import Found, OperatorCommand

_LINE = re.compile(r"\b(\d+)[\s,;|]+([0-9a-f]{64})\b")


class Command(OperatorCommand):
    """List, verify, give the head, erase words."""

    help = "Show the journal's newest entries, verify its chain, give its head to be kept outside, or erase words."
    example = (
        "puebla journal list --limit 20\n"
        "puebla journal head --json > head.json      # keep this elsewhere\n"
        "puebla journal verify --heads head.json\n"
        "puebla journal erase --entry 120 121 --why 'Request of 3 May 2026'"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See the class."""
        acts = parser.add_subparsers(dest="act", required=True, metavar="list|verify|head|erase")
        listing = acts.add_parser("list", help="the newest entries")
        listing.add_argument("--limit", type=int, default=30, help="how many; default %(default)s")
        verify = acts.add_parser("verify", help="walk the whole chain; 1 when anything is wrong")
        verify.add_argument(
            "--heads",
            type=Path,
            metavar="FILE",
            help="heads kept outside: of “journal head”, or written beside a back-up",
        )
        head = acts.add_parser("head", help="the end of the chain")
        erase = acts.add_parser(
            "erase", help="erase the words of entries for ever; the chain holds and says so"
        )
        whose = erase.add_mutually_exclusive_group(required=True)
        whose.add_argument("--entry", type=int, nargs="+", metavar="NUMBER", help="numbers of entries")
        whose.add_argument("--person", metavar="EMAIL", help="every entry by, about or naming this person")
        erase.add_argument("--why", required=True, help="the reason, kept in the journal")
        for one in (listing, verify, head, erase):
            one.add_argument("--json", action="store_true", dest="as_json", help="print for a machine")

    def handle(self, *, act: str, **options: Any) -> None:
        """Hand over to the act."""
        getattr(self, f"_{act}")(**options)

    def _list(self, *, limit: int, as_json: bool, **_options: Any) -> None:
        if limit < 1:
            raise CommandError(_("The limit is a number from 1."), returncode=2)
        names = (
            "sequence",
            "at",
            "act",
            "person_ref",
            "party_code",
            "subject_kind",
            "subject_ref",
            "room_ref",
            "digest",
        )
        rows = list(JournalEntry.objects.order_by("-sequence").values(*names)[:limit])
        if as_json:
            self.write_json(rows)
            return
        for row in rows:
            at = timezone.localtime(row["at"]).strftime("%Y-%m-%d %H:%M:%S")
            self.stdout.write(
                f"{row['sequence']:>8}  {at}  {row['act']:28} {row['subject_ref']:32} {row['person_ref']}".rstrip()
            )

    def _head(self, *, as_json: bool, **_options: Any) -> None:
        head = JournalHead.objects.filter(pk=1).first() or JournalHead()
        if as_json:
            self.write_json(
                {"sequence": head.sequence, "digest": head.digest, "at": timezone.now().isoformat()}
            )
        else:
            self.stdout.write(f"{head.sequence} {head.digest}")

    def _erase(
        self, *, entry: list[int] | None, person: str | None, why: str, as_json: bool, **_options: Any
    ) -> None:
        if not why.strip():
            raise CommandError(_("Say why: the reason is kept in the journal."), returncode=2)
        numbers = entry if entry is not None else journal.words_about(_ref_of(str(person)))
        count = journal.erase(numbers, at=timezone.now(), why=why.strip())
        if as_json:
            self.write_json({"erased": count})
            return
        self.stdout.write(
            ngettext(
                "The words of %(count)d entry are erased.",
                "The words of %(count)d entries are erased.",
                count,
            )
            % {"count": count}
        )

    def _verify(self, *, heads: Path | None, as_json: bool, **_options: Any) -> None:
        kept = _kept_in(heads) if heads else []
        faults = list(journal.verify(heads=kept))
        count = JournalEntry.objects.count()
        if as_json:
            self.write_json(
                {"entries": count, "heads": len(kept), "ok": not faults, "faults": [vars(f) for f in faults]}
            )
        else:
            for fault in faults:
                self.stdout.write(f"{fault.kind:9} {fault.sentence}")
            if not faults:
                self.stdout.write(
                    ngettext(
                        "%(count)d entry; the chain holds.", "%(count)d entries; the chain holds.", count
                    )
                    % {"count": count}
                )
        if faults:
            self.stderr.write(
                ngettext("%(count)d fault was found.", "%(count)d faults were found.", len(faults))
                % {"count": len(faults)}
            )
            raise Found


def _ref_of(email: str) -> str:
    from django.contrib.auth import get_user_model

    found = (
        get_user_model()._default_manager.filter(email__iexact=email).values_list("ref", flat=True).first()
    )
    if found is None:
        raise CommandError(_("Nobody here has the address %(email)s.") % {"email": email}, returncode=2)
    return str(found)


def _kept_in(path: Path) -> list[tuple[int, str]]:
    try:
        kept = list(heads_in(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(
            _("%(file)s cannot be read (%(error)s). Name the file that “puebla journal head --json” wrote.")
            % {"file": path, "error": error},
            returncode=2,
        ) from error
    if not kept:
        raise CommandError(
            _("There is no head of a journal in %(file)s; “puebla journal head --json” writes one.")
            % {"file": path},
            returncode=2,
        )
    return kept


def heads_in(text: str) -> Iterator[tuple[int, str]]:
    """Heads written in a file: JSON of `journal head`, of a back-up, a list of either, or lines of number and digest."""
    try:
        yield from _heads_of(json.loads(text))
    except ValueError:
        for line in text.splitlines():
            found = _LINE.search(line)
            if found:
                yield int(found[1]), found[2]
            elif line.strip().startswith("{"):
                yield from heads_in_line(line)


def heads_in_line(line: str) -> Iterator[tuple[int, str]]:
    """Heads of one line of JSON; none where it is no JSON."""
    try:
        yield from _heads_of(json.loads(line))
    except ValueError:
        return


def _heads_of(value: Any) -> Iterator[tuple[int, str]]:
    if isinstance(value, list):
        for one in value:
            yield from _heads_of(one)
    elif isinstance(value, dict):
        number, digest = value.get("sequence"), value.get("digest")
        if isinstance(number, int) and isinstance(digest, str) and number > 0:
            yield number, digest
        for one in value.values():
            if isinstance(one, dict | list):
                yield from _heads_of(one)
