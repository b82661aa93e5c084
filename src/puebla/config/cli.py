"""The command `puebla`: chooses the settings, then hands over to the command of that name."""

import os
import secrets
import sys

COMMANDS = {
    "init": "make an empty instance: edition, names, languages, first coordinator",
    "demo": "load the demonstration conference",
    "serve": "serve both sites and run the worker",
    "worker": "run the queue of slow work",
    "tick": "do what is due: mail, sweeping, published heads of the journal",
    "user": "list, invite, retire people; send an invitation again",
    "import-documents": "file a folder of documents",
    "reindex": "bring what search knows up to date, or make it anew",
    "backup": "write database and files into one archive",
    "restore": "bring an archive back into an empty instance",
    "journal": "show, verify or give the head of the journal",
    "doctor": "say what is well and what is not",
}


def choose_settings() -> None:
    """Set DJANGO_SETTINGS_MODULE from PUEBLA_ENV, unless a developer has named a module."""
    env = os.environ.get("PUEBLA_ENV", "production")
    if env not in {"demo", "production"}:
        print(f"puebla: PUEBLA_ENV is '{env}'; it must be 'demo' or 'production'.", file=sys.stderr)
        sys.exit(2)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"puebla.config.settings.{env}")


def main() -> None:
    """Entry point of the console command."""
    name = sys.argv[1] if len(sys.argv) > 1 else "--help"
    if name in {"-h", "--help", "help"}:
        width = max(map(len, COMMANDS))
        print("usage: puebla COMMAND [options]      (puebla COMMAND --help shows an example)\n")
        for command, purpose in COMMANDS.items():
            print(f"  {command:<{width}}  {purpose}")
        sys.exit(0)
    if name not in COMMANDS:
        print(f"puebla: there is no command '{name}'. Known: {', '.join(COMMANDS)}.", file=sys.stderr)
        sys.exit(2)
    if {"-h", "--help"} & set(sys.argv[2:]):
        # Whoever reads how to begin has no key yet; nothing is signed while help is shown.
        os.environ["PUEBLA_SECRET_KEY"] = secrets.token_urlsafe(48)
    choose_settings()
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(["puebla", name.replace("-", "_"), *sys.argv[2:]])
    except ImproperlyConfigured as error:
        sys.exit(f"puebla: {error}")
