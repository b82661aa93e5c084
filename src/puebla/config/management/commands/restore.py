"""`puebla restore`: an archive back into an empty instance."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from puebla.core.operations import Found, OperatorCommand


class Command(OperatorCommand):
    """Restore all of a back-up, or nothing."""

    needs_instance = False
    help = (
        "Bring an archive of “puebla backup” into an empty instance, on SQLite or PostgreSQL, whichever it came from."
        " Everything in it is checked first; all of it is restored, or nothing. People sign in anew afterwards."
    )
    example = (
        "puebla restore /mnt/safe/rcm.zip --verify-only\n"
        "PUEBLA_DATA_DIR=/srv/puebla puebla restore /mnt/safe/rcm.zip"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See the class."""
        parser.add_argument("file", type=Path, help="the archive")
        parser.add_argument("--verify-only", action="store_true", help="check the archive and write nothing")
        parser.add_argument("--accept-journal-faults", action="store_true", help="restore although the journal in the archive has faults")  # fmt: skip
        parser.add_argument("--json", action="store_true", dest="as_json", help="print for a machine")

    def handle(
        self, *, file: Path, verify_only: bool, accept_journal_faults: bool, as_json: bool, **_options: Any
    ) -> None:
        """Check, restore, and say what came back; 1 when it was refused or the journal has faults."""
        from puebla.config.operations.restoring import check, restore

        faults: list[str] = []
        if verify_only:
            manifest = check(file, shown=not as_json)
        else:
            manifest, faults = restore(file, accept_faults=accept_journal_faults, shown=not as_json)
        told = {
            "made_at": manifest["made_at"],
            "version": manifest.get("version", ""),
            "rows": sum(one["rows"] for one in manifest["tables"].values()),
            "files": sum(len(files) for files in manifest["files"].values()),
            "journal": manifest["journal"],
            "restored": not verify_only,
            "faults": faults,
        }
        if as_json:
            self.write_json(told)
        elif verify_only:
            self.stdout.write(
                _("The archive is whole: %(rows)d rows and %(files)d files of %(made_at)s.") % told
            )
        else:
            self.stdout.write(_("Restored: %(rows)d rows and %(files)d files of %(made_at)s. Start with: puebla serve") % told)  # fmt: skip
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            raise Found
