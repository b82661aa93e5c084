"""The manual is true: its commands, addresses, accounts, files and settings exist, and the promised ones resolve."""

import importlib
import os
import re
import tomllib
from pathlib import Path

import pytest
import wagtail
from babel.messages.pofile import read_po
from django.core.management import get_commands, load_command_class
from django.urls import Resolver404, resolve
from django.utils import translation

from puebla.config import editions
from puebla.config.cli import COMMANDS
from tools import translations

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PROMISED = [
    "/", "/healthz", "/readyz", "/api/v1/", "/api/v1/openapi.json", "/oai", "/feeds/documents.atom", "/sitemap.xml", "/robots.txt",
    "/{language}/", "/{language}/members/", "/{language}/presidency/", "/{language}/documents/",
    "/{language}/documents/RCM/2009/VM/DEC/1/", "/{language}/meetings/", "/{language}/meetings/RCM/2009/VM/",
    "/{language}/intranet/", "/{language}/intranet/documents/", "/{language}/intranet/people/",
    "/{language}/accounts/login/",
]  # fmt: skip
#: Words that stand for something in an address of the manual.
STAND_INS = {
    "<language>": "en",
    "<symbol>": "RCM/2009/VM/DEC/1",
    "<token>": "a-token",
    "<number>": "1",
    "<ref>": "ref",
}


def name(path):
    return path.relative_to(ROOT).as_posix()


def text_of(path):
    return path.read_text(encoding="utf-8")


def code_of(path):
    """What stands in code: fenced blocks and inline."""
    text = text_of(path)
    return [*re.findall(r"^```\w*\n(.*?)^```", text, re.M | re.S), *re.findall(r"`([^`\n]+)`", text)]


def resolves(address):
    try:
        # Addresses carry a language: they are known in that language only.
        with translation.override(address[1:3]):
            resolve(address.split("?")[0].split("#")[0])
    except Resolver404:
        return False
    return True


@pytest.mark.parametrize("address", PROMISED)
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_promised_address_resolves_in_both_languages(address, language):
    assert resolves(address.format(language=language))


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_a_page_names_only_commands_and_options_that_exist(path):
    wrong = []
    for code in code_of(path):
        for line in code.splitlines():
            for command, options in re.findall(r"(?<![\w/.-])puebla ([a-z][a-z-]+)([^#|`;&]*)", line):
                if command not in COMMANDS:
                    wrong.append(f"puebla {command}")
                    continue
                known = options_of(command)
                wrong += [
                    f"{command} {one}" for one in re.findall(r"(--[a-z][a-z-]*)", options) if one not in known
                ]

    assert wrong == []


def options_of(command):
    found = command.replace("-", "_")
    parser = load_command_class(get_commands()[found], found).create_parser("puebla", found)
    parsers = [parser]
    for action in parser._actions:
        choices = getattr(action, "choices", None)
        if isinstance(choices, dict):
            parsers += [one for one in choices.values() if hasattr(one, "_actions")]
    return {option for one in parsers for action in one._actions for option in action.option_strings}


#: Set in italics without being a word of a page: a language's own name, and words stressed.
NO_LABELS = {"Español", "En español:"}


def every_text_of_a_page():
    for message in translations.gather():
        yield from message.id if isinstance(message.id, (tuple, list)) else (message.id,)


def every_text_of_the_cms():
    """What Wagtail's own pages say."""
    for room in ("", "admin/", "contrib/redirects/", "contrib/simple_translation/"):
        with (Path(wagtail.__file__).parent / f"{room}locale/en/LC_MESSAGES/django.po").open("rb") as stream:
            for message in read_po(stream):
                yield from message.id if isinstance(message.id, (tuple, list)) else (message.id,)


@pytest.mark.parametrize(
    "path", [ROOT / "README.md", *sorted((ROOT / "docs" / "guide").glob("*.md"))], ids=name
)
def test_what_a_guide_sets_in_italics_stands_on_a_page_or_in_the_edition(path):
    edition = editions.read(editions.folder_of("rcm"))
    names = {
        entry["names"]["en"] for entries in edition.lists.values() for entry in entries if "names" in entry
    }
    words = NO_LABELS | names | set(every_text_of_a_page())
    if path.name == "editor.md":
        words |= set(every_text_of_the_cms())
    prose = re.sub(r"^```.*?^```|`[^`\n]+`", "", text_of(path), flags=re.M | re.S)
    named = set(re.findall(r"(?<![*\w])\*([^*\n]+)\*(?![*\w])", prose))

    assert named - words == set()


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_a_page_names_only_make_targets_that_exist(path):
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.M))
    named = {one for code in code_of(path) for one in re.findall(r"(?:^|\s)make ([a-z][a-z-]*)", code)}

    assert named - targets == set()


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_a_page_names_only_addresses_that_resolve(path):
    addresses = re.findall(
        r"(?:http://localhost:\d+|(?<=`))(/(?:(?:en|es|<language>)/|healthz|readyz)[^\s`)>\]|]*)",
        text_of(path),
    )
    wrong = []
    for address in addresses:
        for stand_in, value in STAND_INS.items():
            address = address.replace(stand_in, value)
        if "…" not in address and not resolves(address):
            wrong.append(address)

    assert wrong == []


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_a_page_names_only_files_that_exist(path):
    here = path.parent
    linked = [one.split("#")[0] for one in re.findall(r"\]\(([^)\s]+)\)", text_of(path)) if "://" not in one]
    missing = [one for one in linked if one and not (here / one).exists()]

    assert missing == []


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_a_page_names_only_demonstration_accounts_that_exist(path):
    people = ROOT / "src" / "puebla" / "config" / "demonstration" / "people.toml"
    known = {one["address"] for one in tomllib.loads(text_of(people))["person"]}
    named = set(re.findall(r"`([\w.]+)@demo\.invalid`", text_of(path)))

    assert named - known == set()


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_a_page_names_only_settings_that_are_read(path):
    source = "".join(text_of(one) for one in (ROOT / "src" / "puebla" / "config").rglob("*.py"))
    named = {one for code in code_of(path) for one in re.findall(r"\bPUEBLA_[A-Z_]+\b", code)}

    assert {one for one in named if one not in source} == set()


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_a_page_names_no_place_of_one_machine(path):
    assert (
        re.findall(rf"(?<![\w.]){re.escape(os.path.sep)}(?:home|root|work|tmp|Users)/\S+", text_of(path))
        == []
    )


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_a_page_names_only_code_that_exists(path):
    dotted = {
        one
        for code in re.findall(r"`([^`\n]+)`", text_of(path))
        for one in re.findall(
            r"^(?:core|accounts|publications|members|documents|intranet)(?:\.[A-Za-z_]+)+$", code
        )
    }

    measures = "".join(one.read_text() for one in Path("benchmarks").glob("*.py"))

    assert sorted(one for one in dotted if not found(one) and f'"{one}"' not in measures) == []


def found(dotted):
    """Whether `members.models.Seat.party` names something under `puebla`."""
    parts = ["puebla", *dotted.split(".")]
    for end in range(len(parts), 1, -1):
        try:
            here = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            if not hasattr(here, part):
                return False
            here = getattr(here, part)
        return True
    return False


def test_the_glossary_gives_every_word_in_both_languages_and_in_the_code():
    rows = re.findall(
        r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", text_of(ROOT / "GLOSSARY.md"), re.M
    )
    words = [row for row in rows if row[0] not in {"English"}]

    assert len(words) >= 60
    assert [row[0] for row in words if not all(cell.strip() for cell in row)] == []
    assert len({row[0] for row in words}) == len(words)


def test_every_decision_has_its_four_parts_and_its_own_number():
    records = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))

    assert [int(one.name[:4]) for one in records] == list(range(1, len(records) + 1))
    for one in records:
        assert re.findall(r"^\*\*(\w+)[:.]\*\*", text_of(one), re.M) == [
            "Status",
            "Context",
            "Decision",
            "Consequences",
        ]
