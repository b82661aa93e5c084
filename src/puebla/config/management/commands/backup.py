"""`puebla backup`: database and files in one archive."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from puebla.core.operations import OperatorCommand


class Command(OperatorCommand):
    """Write a back-up while people go on working."""

    help = (
        "Write database and files into one archive (.zip or .tar.gz), while people go on working. It holds everything,"
        " sealed rooms too, but no open sessions: keep it as safe as the instance itself."
    )
    example = (
        "puebla backup      # into the data directory, named by day and hour\n"
        "puebla backup /mnt/safe/rcm.zip\n"
        "puebla backup /mnt/safe/"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See the class."""
        parser.add_argument(
            "file", nargs="?", type=Path, help="archive to write, or a folder to write it into"
        )
        parser.add_argument("--json", action="store_true", dest="as_json", help="print for a machine")

    def handle(self, *, file: Path | None, as_json: bool, **_options: Any) -> None:
        """Write it, and say what it holds."""
        from puebla.config.operations.saving import back_up, default_place

        at = timezone.now()
        path = default_place(at) if file is None else file / default_place(at).name if file.is_dir() else file
        manifest = back_up(path, at=at, shown=not as_json)
        told = {
            "file": str(path.absolute()),
            "size": path.stat().st_size,
            "rows": sum(one["rows"] for one in manifest["tables"].values()),
            "files": sum(len(files) for files in manifest["files"].values()),
            "vanished": manifest["vanished"],
            "journal": manifest["journal"],
        }
        if as_json:
            self.write_json(told)
            return
        self.stdout.write(_("%(rows)d rows and %(files)d files are in %(file)s.") % told)
        self.stdout.write(
            _("Keep %(file)s.head.json elsewhere too: with it “puebla journal verify” finds out tampering.")
            % {"file": path}
        )
