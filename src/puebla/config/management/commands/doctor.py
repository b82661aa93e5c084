"""`puebla doctor`: what is well and what is not."""

from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from puebla.core.operations import Found, OperatorCommand


class Command(OperatorCommand):
    """Look at everything an instance stands on."""

    help = "Say what is well and what is not: settings, tables, queue, mail, disk, files, journal, back-ups. 1 when anything is wrong."
    example = "puebla doctor\npuebla doctor --full --json      # reads every stored file"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See the class."""
        parser.add_argument(
            "--full", action="store_true", help="read every stored file and compare its digest"
        )
        parser.add_argument("--json", action="store_true", dest="as_json", help="print for a machine, with the tracebacks of failed jobs")  # fmt: skip

    def handle(self, *, full: bool, as_json: bool, **_options: Any) -> None:
        """Look, tell, and end with 1 when anything is wrong."""
        from puebla.config.operations.health import look
        from puebla.config.operations.working import failed_jobs

        found = []
        for name, well, sentence in look(full=full):
            found.append({"check": name, "ok": well, "sentence": sentence})
            if not as_json:
                mark = self.style.SUCCESS("ok   ") if well else self.style.ERROR("WRONG")
                self.stdout.write(f"{mark}  {name:12} {sentence}")
        wrong = [one for one in found if not one["ok"]]
        failed = failed_jobs()
        if as_json:
            self.write_json({"ok": not wrong, "checks": found, "failed_jobs": failed})
        else:
            for job in failed[:5]:
                self.stdout.write(_("       failed job  %(job)s at %(failed_at)s: %(error)s") % job)
        if wrong:
            self.stderr.write(
                ngettext("%(count)d thing is wrong.", "%(count)d things are wrong.", len(wrong))
                % {"count": len(wrong)}
            )
            raise Found
