"""`puebla init`: an empty instance, ready for its first coordinator."""

import re
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _

from puebla.core.operations import OperatorCommand
from puebla.core.verdicts import RefusedError, require


class Command(OperatorCommand):
    """Ask what is missing, make the tables, load an edition, invite the coordinator."""

    needs_instance = False
    help = (
        "Make an empty instance: the edition's parties, bodies, roles, kinds and themes, no people and no documents; and"
        " invite the first coordinator. On a terminal it asks for what you do not give."
    )
    example = (
        "puebla init\n"
        "puebla init --edition rcm --coordinator maria@example.org --name 'María Pérez' --yes\n"
        "puebla init --edition ./our-process --languages es,en --coordinator … --name … --yes"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See the class."""
        parser.add_argument(
            "--edition", metavar="CODE|FOLDER", help="a bundled edition (rcm), or a folder like it"
        )
        parser.add_argument("--coordinator", metavar="EMAIL", help="who is invited first")
        parser.add_argument("--name", metavar="FULL NAME", help="of the coordinator")
        parser.add_argument(
            "--language", metavar="CODE", help="of the invitation; default: the process's first"
        )
        parser.add_argument("--languages", metavar="en,es", help="working languages, the first one leading")
        for code, words in settings.LANGUAGES:
            parser.add_argument(f"--names-{code}", metavar="NAME", help=f"the process's name in {words}, if not the edition's")  # fmt: skip
        parser.add_argument(
            "--names", nargs=2, action="append", default=[], metavar=("CODE", "NAME"),
            help="its name in another working language, such as: --names fr 'Notre processus'",
        )  # fmt: skip
        parser.add_argument(
            "--pattern",
            metavar="PATTERN",
            help="of symbols, such as {process}/{year}/{body}/{kind}/{number}",
        )
        parser.add_argument(
            "--contact", metavar="EMAIL",
            help="where the public, the press and whoever answers a message reach the secretariat; it can be set later",
        )  # fmt: skip
        parser.add_argument(
            "--history",
            action="store_true",
            help="load the edition's meetings and presidencies too; those not confirmed by a source are marked",
        )
        parser.add_argument("--yes", action="store_true", help="ask nothing")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print for a machine")

    def handle(self, **options: Any) -> None:
        """Found the instance; refuses where one stands."""
        from puebla.config import editions, founding
        from puebla.config.demonstration import starting

        asks = sys.stdin.isatty() and not options["yes"] and not options["as_json"]
        if not settings.DEMO:
            starting.make_ready()
        require(founding.may_found())
        options["edition"] = self._value(options, "edition", _("Edition"), "rcm", asks, _edition)
        folder = editions.folder_of(options["edition"])
        edition = editions.read(folder)
        process = edition.process
        changes = self._changes(options, process, asks, founding.check_pattern)
        email = self._value(options, "coordinator", _("Coordinator's e-mail address"), "", asks, _email)
        name = self._value(options, "name", _("Coordinator's full name"), "", asks, _name)
        language = founding.invitation_language(
            options["language"], changes.get("languages") or process["languages"], edition.catalogues
        )
        if asks:
            self._confirm(folder, process | changes, email)
        founded = founding.found(
            folder=folder,
            changes=changes,
            email=email,
            full_name=name,
            language=language,
            history=options["history"],
            at=timezone.now(),
        )
        self._tell(founded, options["as_json"])

    def _changes(
        self, options: dict[str, Any], process: dict[str, Any], asks: bool, check: Callable[[str], str]
    ) -> dict[str, Any]:
        """What this instance says otherwise than the edition."""
        standard = ",".join(process["languages"])
        given = self._value(options, "languages", _("Working languages"), standard, asks, _languages)
        languages = given.split(",")
        names = dict(process["names"])
        options |= {f"names_{code.lower()}": name for code, name in options["names"]}
        for code in languages:
            label = _("Name of the process (%(language)s)") % {"language": code}
            names[code] = self._value(options, f"names_{code}", label, names.get(code, ""), asks)
        pattern = self._value(
            options, "pattern", _("Pattern of symbols"), process["symbol_pattern"], asks, check
        )
        changes: dict[str, Any] = {"languages": languages, "names": names, "symbol_pattern": pattern}
        if options["contact"]:
            changes["contact_email"] = _email(options["contact"])
        return {key: value for key, value in changes.items() if value != process.get(key)}

    def _value(
        self,
        options: dict[str, Any],
        key: str,
        label: str,
        standard: str,
        asks: bool,
        check: Callable[[str], str] = str,
    ) -> str:
        """What was given, else what is answered, else the standard; wrong use (2) where there is none."""
        given = options.get(key)
        while given is None and asks:
            answer = input(f"{label} [{standard}]: " if standard else f"{label}: ").strip() or standard
            try:
                given = check(answer) if answer else None
            except RefusedError as error:
                self.stderr.write(str(error))
        if given is None:
            given = standard
        if not given:
            raise CommandError(
                _("%(label)s is missing: give --%(option)s.") % {"label": label, "option": _option(key)},
                returncode=2,
            )
        return check(given)

    def _confirm(self, folder: Path, process: dict[str, Any], email: str) -> None:
        for label, value in (
            (_("Edition"), folder.name),
            (_("Names"), "; ".join(process["names"].values())),
            (_("Languages"), ", ".join(process["languages"])),
            (_("Symbols"), process["symbol_pattern"]),
            (_("Coordinator"), email),
            (_("Data directory"), settings.DATA_DIR),
        ):
            self.stdout.write(f"  {label}: {value}")
        if input(_("Make it? [y/N] ")).strip().lower() not in {"y", "yes", "s", "sí", "si"}:
            raise RefusedError(_("Nothing was made."))

    def _tell(self, founded: Any, as_json: bool) -> None:
        if as_json:
            self.write_json(asdict(founded))
            return
        self.stdout.write(
            _("%(process)s stands: %(parties)d parties, %(bodies)d bodies, no people, no documents.")
            % asdict(founded)
        )
        self._tell_languages()
        self.stdout.write(
            _(
                "%(coordinator)s is invited. The address works once, for 14 days; hand it on if mail is not set up yet:"
            )
            % asdict(founded)
        )
        self.stdout.write(f"  {founded.address}")
        self.stdout.write(_("Next: puebla serve"))

    def _tell_languages(self) -> None:
        """Say which languages lack words of the pages, and how many."""
        from puebla.core.interface import coverage

        for code, name in settings.LANGUAGES:
            has, of = coverage(code)
            if has < of:
                told = {"language": name, "has": has, "of": of, "code": code}
                self.stdout.write(
                    _(
                        "Pages in %(language)s: %(has)d of the software’s %(of)d texts are in that language; the others are"
                        " shown in another. An edition brings them in its file locale/%(code)s.po."
                    )
                    % told
                )


def _edition(text: str) -> str:
    from puebla.config import editions

    editions.read(editions.folder_of(text))
    return text


def _languages(text: str) -> str:
    codes = list(dict.fromkeys(code.strip().lower() for code in text.split(",") if code.strip()))
    if not codes or any(not re.fullmatch("[a-z]{2}", code) for code in codes):
        raise RefusedError(_("“%(given)s” are no languages. Write codes such as en,es.") % {"given": text})
    return ",".join(codes)


def _option(key: str) -> str:
    """How the option of this name is written."""
    code = key.removeprefix("names_")
    return (
        f"names {code} NAME"
        if code != key and code not in dict(settings.LANGUAGES)
        else key.replace("_", "-")
    )


def _email(text: str) -> str:
    from puebla.config.editions import DEMONSTRATION_DOMAIN

    text = text.strip()
    try:
        validate_email(text)
    except ValidationError:
        raise RefusedError(_("“%(text)s” is not an e-mail address.") % {"text": text}) from None
    if text.lower().endswith(DEMONSTRATION_DOMAIN):
        raise RefusedError(
            _(
                "“%(text)s” is an address of the demonstration, which a real instance refuses. Give a real one."
            )
            % {"text": text}
        )
    return text


def _name(text: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise RefusedError(_("The coordinator's name is empty. Write the name as it stands on letters."))
    return text
