"""Editions: what a process is and who takes part in it, as data that an instance loads.

An edition is a folder of TOML files (`process`, `parties`, `bodies`, `roles`, `kinds`, `themes`, `verbs`,
`meetings`, `presidencies`); another process brings another folder. Loading compares before it writes, so that loading twice
changes nothing.
"""

import datetime as dt
import re
import tomllib
import zoneinfo
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import interface, journal
from puebla.core.models import DatePrecision, Process, parse_imprecise
from puebla.core.operations import live_as_the_process
from puebla.core.verdicts import RefusedError
from puebla.decisions.models import SilenceRule, Verb
from puebla.decisions.rules import silence as silence_rules
from puebla.documents.actions.lists import publish_lists
from puebla.documents.models import Kind, Theme
from puebla.members.actions import publish_who_we_are
from puebla.members.models import (
    Audience,
    Body,
    Meeting,
    Party,
    Permission,
    PresidencyTerm,
    Role,
    Room,
    Seat,
    Standing,
)
from puebla.texts.models import Function

FOLDER = Path(__file__).resolve().parent
DEMONSTRATION_DOMAIN = "@demo.invalid"

#: file → (its list, keys every entry needs, keys it may have)
SHAPES: dict[str, tuple[str, set[str], set[str]]] = {
    "parties": (
        "party",
        {"code", "kind", "names", "short_names", "standing"},
        {"iso2", "iso3", "parent", "website", "zone"},
    ),
    "bodies": (
        "body",
        {"code", "function", "from", "names", "short_names"},
        {"descriptions", "until", "sealed", "silence"},
    ),
    "roles": ("role", {"code", "names", "permissions"}, {"descriptions", "observes", "second_factor"}),
    "kinds": ("kind", {"code", "names"}, {"plural_names", "clues", "leading"}),
    "themes": ("theme", {"code", "names"}, {"from", "until"}),
    "verbs": ("verb", {"code", "names"}, {"forms", "function", "asks"}),
    "meetings": (
        "meeting",
        {"symbol", "body", "dates", "titles"},
        {"number", "host", "confirmed", "places", "theme", "remark", "joint", "joint_code", "joint_symbol"},
    ),
    "presidencies": ("term", {"starts"}, {"party", "confirmed", "remark", "body"}),
}
STANDING_KEYS = ({"kind", "from"}, {"until", "confirmed", "note"})
#: What a body's rules say of silence procedures (`decisions.models.SilenceRule`).
SILENCE_KEYS = (
    {"from", "opens", "min_days"},
    {"until", "confirmed", "extensions", "extended_days", "reminders", "sources"},
)
NUMBERS = {"extended_days", "extensions", "min_days", "number"}
PROCESS_KEYS = (
    {"code", "names", "short_names", "edition", "languages", "symbol_pattern"},
    {"headlines", "nature", "taglines", "time_zone", "founded", "contact_email", "secretariat_address"},
)
#: What a key holds, wherever it stands; every other one holds a word.
TEXTS = {
    "descriptions", "headlines", "joint", "names", "nature", "note", "places", "plural_names", "remark", "secretariat_address", "short_names", "sources", "taglines",
    "theme", "titles",
}  # fmt: skip
WORDS = {"clues", "languages", "permissions"}
FLAGS = {"asks", "confirmed", "leading", "observes", "sealed", "second_factor"}
#: What tells the entries of a list apart.
IDENTITIES = {"meetings": ("symbol",), "presidencies": ("body", "starts")}
#: Files that an edition may do without.
OPTIONAL = {"verbs"}
#: Files of what happened: an empty instance may leave them out.
HISTORY = ("meetings", "presidencies")


@dataclass(frozen=True)
class Edition:
    """An edition as read from its folder, checked for its shape."""

    code: str
    folder: Path
    process: dict[str, Any]
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    #: Words of the pages by language: the texts of `locale/<language>.po`.
    catalogues: dict[str, str] = field(default_factory=dict)


def available() -> list[str]:
    """The codes of the editions that come with the programme."""
    return sorted(path.parent.name for path in FOLDER.glob("*/process.toml"))


def folder_of(code: str) -> Path:
    """The folder of a bundled edition, or of one given by its path."""
    for folder in (FOLDER / code, Path(code)):
        if (folder / "process.toml").is_file():
            return folder
    raise RefusedError(
        _("There is no edition “%(code)s”. Known: %(known)s; or give the path of a folder with process.toml.")
        % {"code": code, "known": ", ".join(available())}
    )


def read(folder: Path) -> Edition:
    """Read an edition strictly: an unknown or missing key is refused with the file and entry at fault."""
    process = _toml(folder / "process.toml")
    _check_keys(process, *PROCESS_KEYS, where="process.toml")
    _check_process(process)
    present = [name for name in SHAPES if name not in OPTIONAL or (folder / f"{name}.toml").is_file()]
    lists: dict[str, list[dict[str, Any]]] = {name: [] for name in SHAPES} | {
        name: list(_entries(folder, name)) for name in present
    }
    return Edition(folder.name, folder, process, lists, dict(_catalogues(folder)))


def load(
    folder: Path,
    *,
    at: dt.datetime,
    changes: Mapping[str, Any] | None = None,
    history: bool = True,
    by: Person | None = None,
) -> int:
    """Bring the instance's lists to what the edition says; how many records were written.

    Args:
        changes: values of the process that this instance gives otherwise (names, languages, symbol pattern).
        history: also the edition's meetings and presidencies.
    """
    edition = read(folder)
    with transaction.atomic():
        loading = _Loading()
        loading.process(edition.process | dict(changes or {}))
        loading.written += interface.keep(edition.catalogues)
        # The lists that follow are published in the process's languages and on its days.
        live_as_the_process()
        for name, step in loading.steps().items():
            if history or name not in HISTORY:
                for rank, entry in enumerate(edition.lists[name], start=1):
                    step(entry, rank * 10)
        if loading.written:
            journal.record(
                "edition.loaded",
                at=at,
                person=by,
                subject_ref=edition.process["code"],
                facts={"edition": edition.process["edition"], "records": loading.written},
            )
            publish_who_we_are(at=at)
            publish_lists(at=at)
    return loading.written


def is_empty() -> bool:
    """Whether nothing has been set up here: no process, nobody, no seat."""
    return not (Process.objects.exists() or Person.objects.exists() or Seat.objects.exists())


def demonstration_accounts() -> list[str]:
    """Addresses of demonstration accounts in this instance: a real one must have none."""
    if Person._meta.db_table not in connection.introspection.table_names():
        return []
    found = Person.objects.filter(email__iendswith=DEMONSTRATION_DOMAIN).order_by("email")
    return list(found.values_list("email", flat=True))


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise RefusedError(_("The edition lacks the file %(file)s.") % {"file": path.name}) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RefusedError(
            _("%(file)s cannot be read: %(error)s.") % {"file": path.name, "error": error}
        ) from None


def _entries(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    key, needed, allowed = SHAPES[name]
    content = _toml(folder / f"{name}.toml")
    entries = content.get(key, [])
    if set(content) - {key} or not _are_entries(entries):
        raise RefusedError(
            _("%(file)s holds nothing but entries that begin with [[%(key)s]].")
            % {"file": f"{name}.toml", "key": key}
        )
    seen: set[tuple[str, ...]] = set()
    for number, entry in enumerate(entries, start=1):
        where = f"{name}.toml, {entry.get('code') or entry.get('symbol') or number}"
        _check_keys(entry, needed, allowed, where=where)
        for standing in entry.get("standing", []):
            _check_keys(standing, *STANDING_KEYS, where=where)
        for rule in entry.get("silence", []):
            _check_keys(rule, *SILENCE_KEYS, where=where)
        identity = tuple(str(entry.get(one, "")) for one in IDENTITIES.get(name, ("code",)))
        if identity in seen:
            raise RefusedError(_("%(where)s stands there twice.") % {"where": where})
        seen.add(identity)
        yield entry


def _catalogues(folder: Path) -> Iterator[tuple[str, str]]:
    """The catalogues of words that an edition brings, each fit to be used."""
    for path in sorted(folder.glob("locale/*.po")):
        if not re.fullmatch("[a-z]{2}", path.stem):
            raise RefusedError(
                _("locale/%(file)s: a catalogue is named after its language, such as fr.po.")
                % {"file": path.name}
            )
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError as error:
            raise RefusedError(
                _("%(file)s cannot be read: %(error)s.") % {"file": f"locale/{path.name}", "error": error}
            ) from None
        for sentence in interface.faults(path.stem, text):
            raise RefusedError(sentence)
        yield path.stem, text


def _are_entries(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def _check_process(process: Mapping[str, Any]) -> None:
    """Refuse what the process's own facts cannot be."""
    languages = process["languages"]
    if not languages or not all(re.fullmatch("[a-z]{2}", one) for one in languages):
        raise RefusedError(
            _(
                "process.toml: “languages” holds codes of two small letters, such as “en”; the first one leads."
            )
        )
    if not re.fullmatch(r"[A-Z][A-Z0-9-]{1,19}", process["code"]):
        raise RefusedError(
            _("process.toml: “code” opens every symbol; write capitals and figures, such as “RCM”.")
        )
    if process.get("time_zone", "UTC") not in zoneinfo.available_timezones():
        raise RefusedError(
            _("process.toml: nobody knows the time zone “%(zone)s”; write one such as “America/Costa_Rica”.")
            % {"zone": process["time_zone"]}
        )


def _check_keys(entry: Mapping[str, Any], needed: set[str], allowed: set[str], *, where: str) -> None:
    missing, unknown = needed - set(entry), set(entry) - needed - allowed
    if missing:
        raise RefusedError(
            _("%(where)s lacks: %(keys)s.") % {"where": where, "keys": ", ".join(sorted(missing))}
        )
    if unknown:
        raise RefusedError(
            _("%(where)s has keys nobody knows: %(keys)s.")
            % {"where": where, "keys": ", ".join(sorted(unknown))}
        )
    for key, value in entry.items():
        if sentence := _oddity(key, value):
            raise RefusedError(f"{where}: {sentence % {'key': key}}")


def _oddity(key: str, value: Any) -> str:
    """What is wrong with the sort of a value; nothing where it is right."""
    if key in TEXTS:
        fits = isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
        return "" if fits else _("“%(key)s” is a text by language (en = …, es = …).")
    if key == "forms":
        fits = isinstance(value, dict) and all(
            isinstance(some, list) and all(isinstance(one, str) for one in some) for some in value.values()
        )
        return "" if fits else _("“%(key)s” is lists of words by language (en = […], es = […]).")
    if key in WORDS:
        fits = isinstance(value, list) and all(isinstance(one, str) for one in value)
        return "" if fits else _("“%(key)s” is a list of words.")
    if key in FLAGS:
        return "" if isinstance(value, bool) else _("“%(key)s” is true or false.")
    if key in NUMBERS:
        return "" if type(value) is int else _("“%(key)s” is a whole number.")
    if key == "standing":
        return "" if _are_entries(value) else _("“%(key)s” is written as [[party.standing]].")
    if key == "silence":
        return "" if _are_entries(value) else _("“%(key)s” is written as [[body.silence]].")
    if key == "reminders":
        fits = isinstance(value, list) and all(type(one) is int and one > 0 for one in value)
        return "" if fits else _("“%(key)s” is a list of hours before the end.")
    return "" if isinstance(value, str) else _("“%(key)s” is a word between quotation marks.")


def _day(text: str) -> tuple[dt.date, DatePrecision]:
    try:
        return parse_imprecise(text)
    except ValueError:
        raise RefusedError(
            _("“%(text)s” is not a date. Write 2009, 2009-07 or 2009-07-09.") % {"text": text}
        ) from None


def _known(found: dict[str, Any], code: str, *, where: str) -> Any:
    if code not in found:
        raise RefusedError(_("%(where)s names “%(code)s”, which is nowhere in the edition.")
                           % {"where": where, "code": code})  # fmt: skip
    return found[code]


class _Loading:
    """One run over an edition's lists; counts what it had to write."""

    def __init__(self) -> None:
        self.written = 0
        self.parties: dict[str, Party] = {}
        self.bodies: dict[str, Body] = {}

    def steps(self) -> dict[str, Callable[[dict[str, Any], int], None]]:
        """What to do with each list, in the order in which they lean on each other."""
        return {
            "parties": self.party,
            "bodies": self.body,
            "roles": self.role,
            "kinds": self.kind,
            "themes": self.theme,
            "verbs": self.verb,
            "meetings": self.meeting,
            "presidencies": self.term,
        }

    def put(self, model: type[models.Model], key: dict[str, Any], values: dict[str, Any]) -> Any:
        """The record of this key with these values; written only where it is new or differs."""
        found = model._default_manager.filter(**key).first()
        if found is None:
            found = model(**key, **values)
        elif all(getattr(found, name) == value for name, value in values.items()):
            return found
        for name, value in values.items():
            setattr(found, name, value)
        # What an edition leaves empty is empty on purpose: a role without permissions, a kind without clues.
        try:
            found.clean_fields(
                exclude=[name for name, value in values.items() if value in ([], {}, "", None)]
            )
            found.validate_unique()
            found.validate_constraints()
        except ValidationError as error:
            raise RefusedError(
                _("The edition's entry %(entry)s cannot be kept: %(why)s")
                % {"entry": ", ".join(map(str, key.values())), "why": " ".join(error.messages)}
            ) from error
        found.save()
        self.written += 1
        return found

    def process(self, facts: dict[str, Any]) -> None:
        other = Process.objects.exclude(code=facts["code"]).first()
        if other is not None:
            raise RefusedError(
                _("This instance already serves “%(code)s”; an instance serves one process.")
                % {"code": other.code}
            )
        values = {name: value for name, value in facts.items() if name not in {"code", "founded"}}
        if facts.get("founded"):
            values["founded_on"] = _day(facts["founded"])[0]
        self.put(Process, {"code": facts["code"]}, values)

    def party(self, entry: dict[str, Any], _rank: int) -> None:
        parent = entry.get("parent")
        values = {
            "kind": entry["kind"],
            "names": entry["names"],
            "short_names": entry["short_names"],
            "iso2": entry.get("iso2", ""),
            "iso3": entry.get("iso3", ""),
            "website": entry.get("website", ""),
            "zone": entry.get("zone", ""),
            "parent": _known(self.parties, parent, where=entry["code"]) if parent else None,
        }
        party = self.parties[entry["code"]] = self.put(Party, {"code": entry["code"]}, values)
        for standing in entry["standing"]:
            self.standing(party, standing)

    def standing(self, party: Party, entry: dict[str, Any]) -> None:
        from_on, precision = _day(entry["from"])
        values = {
            "kind": entry["kind"],
            "from_precision": precision,
            "until_on": _day(entry["until"])[0] if entry.get("until") else None,
            "confirmed": entry.get("confirmed", True),
            "note": entry.get("note", {}),
        }
        self.put(Standing, {"party": party, "from_on": from_on}, values)

    def body(self, entry: dict[str, Any], rank: int) -> None:
        from_on, precision = _day(entry["from"])
        values = {
            "function": entry["function"],
            "names": entry["names"],
            "short_names": entry["short_names"],
            "descriptions": entry.get("descriptions", {}),
            "room": self.room(entry),
            "from_on": from_on,
            "from_precision": precision,
            "until_on": _day(entry["until"])[0] if entry.get("until") else None,
            "rank": rank,
        }
        body = self.bodies[entry["code"]] = self.put(Body, {"code": entry["code"]}, values)
        rules = entry.get("silence", [])
        for rule in rules:
            self.silence(body, rule, [_day(one["from"])[0] for one in rules])

    def silence(self, body: Body, entry: dict[str, Any], proposed: list[dt.date]) -> None:
        """What the body's rules say of silence procedures; what the secretariat entered or changed since stays as it is."""
        key = {"body": body, "from_on": _day(entry["from"])[0]}
        known = SilenceRule.objects.filter(**key).first()
        if known is not None and (known.revision > 1 or known.procedures.exists()):
            return
        if entry["opens"] not in SilenceRule.Opens.values:
            raise RefusedError(
                _("%(where)s: “opens” is one of: %(known)s.")
                % {"where": f"bodies.toml, {body.code}", "known": ", ".join(SilenceRule.Opens.values)}
            )
        values = {
            "until_on": _day(entry["until"])[0] if entry.get("until") else None, "opens": entry["opens"],
            "min_days": entry["min_days"], "extensions": entry.get("extensions", 0), "extended_days": entry.get("extended_days", 0),
            "reminders": entry.get("reminders", []), "sources": entry.get("sources", {}), "confirmed": entry.get("confirmed", True),
        }  # fmt: skip
        row = SilenceRule(pk=known.pk if known else None, **key, until_on=values["until_on"])
        if not (alone := silence_rules.alone(row)):
            if SilenceRule.objects.beside(row).filter(from_on__in=proposed, revision=1).exists():
                raise RefusedError(f"bodies.toml, {body.code}: {alone.reason}")
            return
        self.put(SilenceRule, key, values)

    def room(self, entry: dict[str, Any]) -> Room:
        """The body's room; its cap and seal are fixed for ever once it stands."""
        sealed = entry.get("sealed", False)
        cap = Audience.ROOM if sealed else Audience.PUBLIC
        code = entry["code"].lower()
        room = Room.objects.filter(code=code).first()
        if room is not None and room.sealed != sealed:
            raise RefusedError(
                _("The room of %(body)s stands already; whether it is sealed can no longer change.")
                % {"body": entry["code"]}
            )
        fixed = {"cap": cap, "sealed": sealed} if room is None else {}
        made: Room = self.put(Room, {"code": code}, {"names": entry["names"], **fixed})
        return made

    def role(self, entry: dict[str, Any], rank: int) -> None:
        unknown = set(entry["permissions"]) - set(Permission.values)
        if unknown:
            raise RefusedError(
                _("The role %(role)s has permissions nobody knows: %(names)s.")
                % {"role": entry["code"], "names": ", ".join(sorted(unknown))}
            )
        values = {
            "names": entry["names"],
            "descriptions": entry.get("descriptions", {}),
            "permissions": entry["permissions"],
            "observes": entry.get("observes", False),
            "second_factor": entry.get("second_factor", False),
            "rank": rank,
        }
        self.put(Role, {"code": entry["code"]}, values)

    def kind(self, entry: dict[str, Any], rank: int) -> None:
        values = {
            "names": entry["names"],
            "plural_names": entry.get("plural_names", {}),
            "clues": entry.get("clues", []),
            "leading": entry.get("leading", False),
            "rank": rank,
        }
        self.put(Kind, {"code": entry["code"]}, values)

    def theme(self, entry: dict[str, Any], rank: int) -> None:
        values = {
            "names": entry["names"],
            "from_on": _day(entry["from"])[0] if entry.get("from") else None,
            "until_on": _day(entry["until"])[0] if entry.get("until") else None,
            "rank": rank,
        }
        self.put(Theme, {"code": entry["code"]}, values)

    def verb(self, entry: dict[str, Any], rank: int) -> None:
        function = entry.get("function", Function.OPERATIVE)
        if function not in Function.values:
            raise RefusedError(
                _("The verb %(verb)s has the function “%(function)s”. Known: %(known)s.")
                % {"verb": entry["code"], "function": function, "known": ", ".join(Function.values)}
            )
        values = {
            "names": entry["names"], "forms": entry.get("forms", {}), "function": function,
            "asks": entry.get("asks", False), "rank": rank,
        }  # fmt: skip
        self.put(Verb, {"code": entry["code"]}, values)

    def meeting(self, entry: dict[str, Any], _rank: int) -> None:
        first, _slash, last = entry["dates"].partition("/")
        starts_on, precision = _day(first)
        host = entry.get("host")
        values = {
            "body": _known(self.bodies, entry["body"], where=entry["symbol"]),
            "number": entry.get("number"),
            "titles": entry["titles"],
            "places": entry.get("places", {}),
            "themes_text": entry.get("theme", {}),
            "joint_with": entry.get("joint", {}),
            "joint_code": entry.get("joint_code", ""),
            "joint_symbol": entry.get("joint_symbol", ""),
            "host": _known(self.parties, host, where=entry["symbol"]) if host else None,
            "starts_on": starts_on,
            "ends_on": _day(last)[0] if last else None,
            "precision": precision,
            "confirmed": entry.get("confirmed", True),
            "remark": entry.get("remark", {}),
        }
        self.put(Meeting, {"symbol": entry["symbol"]}, values)

    def term(self, entry: dict[str, Any], _rank: int) -> None:
        starts_on, precision = _day(entry["starts"])
        body = self.presiding_body(entry.get("body"))
        party = entry.get("party")
        values = {
            "party": _known(self.parties, party, where=entry["starts"]) if party else None,
            "precision": precision,
            "confirmed": entry.get("confirmed", True),
            "remark": entry.get("remark", {}),
        }
        self.put(PresidencyTerm, {"body": body, "starts_on": starts_on}, values)

    def presiding_body(self, code: str | None) -> Body:
        """The body named, or the edition's first that is a presidency."""
        if code:
            named: Body = _known(self.bodies, code, where="presidencies.toml")
            return named
        bodies: Sequence[Body] = list(self.bodies.values())
        found = next((body for body in bodies if body.function == Body.Function.PRESIDENCY), None)
        if found is None:
            raise RefusedError(_("The edition has presidencies but no body whose function is presidency."))
        return found
