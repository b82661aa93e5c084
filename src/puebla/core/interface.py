"""The languages of the pages: those of the process, with the words that come with the software or with its edition.

The software's own words are written in English and Spanish. An edition brings a catalogue for any other language
(`locale/fr.po`), or for words of these two that its process calls otherwise. Catalogues lie in the database, so that
they are backed up and every machine has them; each process writes them down as it starts, where gettext looks for them.
A text that a language lacks is shown in the process's first language, and where that lacks it too, in English.
"""

import contextlib
import gettext
import hashlib
import io
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.db import transaction
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import to_locale, trans_real

from puebla.core.languages import Texts
from puebla.core.models import Catalogue, Process
from puebla.core.verdicts import RefusedError

#: A marked place in a text: `%(name)s`, `{name}`.
_PLACES = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
_DOMAIN = "django"


def speak(languages: Iterable[str]) -> None:
    """Show pages in these languages, the first one leading, from now on in this process and those it starts."""
    codes = list(languages)
    written = write_down(codes)
    if not written and [code for code, _name in settings.LANGUAGES] == codes:
        return
    settings.LANGUAGES = [(code, own_name(code)) for code in codes]
    settings.WAGTAIL_CONTENT_LANGUAGES = settings.WAGTAILADMIN_PERMITTED_LANGUAGES = settings.LANGUAGES
    settings.LANGUAGE_CODE = codes[0]
    forget()


def own_name(code: str) -> str:
    """What a language calls itself; its code where nobody knows."""
    return capfirst(LANG_INFO[code]["name_local"]) if "name_local" in LANG_INFO.get(code, {}) else code


def has_words(code: str) -> bool:
    """Whether pages in this language have words of their own, from the software or from the edition."""
    return code in _bundled() or Catalogue.objects.filter(language=code).exists()


def in_every_language(say: Callable[[], object]) -> Texts:
    """A sentence of the software as a text of content: in every working language of the process."""
    said = {}
    for code in Process.current().languages:
        with translation.override(code):
            said[code] = str(say())
    return said


@transaction.atomic
def keep(catalogues: Mapping[str, str]) -> int:
    """Keep an edition's catalogues, by language; how many changed. Raises `RefusedError` at a fault in one."""
    changed = 0
    for language, text in catalogues.items():
        for sentence in faults(language, text):
            raise RefusedError(sentence)
        kept = Catalogue.objects.filter(language=language).first()
        if kept is None or kept.text != text:
            Catalogue.objects.update_or_create(language=language, defaults={"text": text})
            changed += 1
    return changed


def faults(language: str, text: str) -> Iterator[str]:
    """What keeps a catalogue from being used, one sentence each: a page would fail on it."""
    from babel.messages.pofile import PoFileError, read_po

    where = f"locale/{language}.po"
    try:
        catalogue = read_po(io.StringIO(text), locale=language, abort_invalid=True)
    except (PoFileError, ValueError) as error:
        yield _("%(file)s cannot be read: %(error)s.") % {"file": where, "error": error}
        return
    for message in catalogue:
        ids, strings = _several(message.id), _several(message.string)
        known = {place for one in ids for place in _PLACES.findall(one)}
        for one in filter(None, strings if message.id else ()):
            if set(_PLACES.findall(one)) - known or not _fills(one, ids):
                yield _("%(file)s: “%(text)s” has other marked places than its original “%(original)s”.") % {
                    "file": where, "text": one, "original": ids[0]}  # fmt: skip


def coverage(code: str) -> tuple[int, int]:
    """How many of the software's texts a language has, of how many."""
    every = _ids_of(_catalogue_file(_bundled_folder(), "es"))
    if code == "en":
        return len(every), len(every)
    own = set().union(*(_ids_of(_catalogue_file(Path(folder), code)) for folder in settings.LOCALE_PATHS))
    return len(every & own), len(every)


def write_down(languages: Iterable[str]) -> bool:
    """Write the catalogues kept in the database where gettext finds them; whether any was new here.

    A language that nobody has words for gets an empty one: its pages stand, with borrowed words.
    """
    kept = dict(Catalogue.objects.values_list("language", "text"))
    # Checked against the folders: Django's own answer is remembered from before.
    for code in languages:
        if code not in kept and code not in LANG_INFO and code not in _bundled():
            kept[code] = ""
    new = [code for code, text in kept.items() if _write(code, text)]
    return bool(new)


def _write(code: str, text: str) -> bool:
    target = _catalogue_file(own_folder(), code)
    stamp, digest = target.with_suffix(".sha256"), hashlib.sha256(text.encode()).hexdigest()
    if target.exists() and stamp.exists() and stamp.read_text() == digest:
        return False
    # Imported here: a start without anything new must not pay for it.
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_suffix(f".{os.getpid()}.new")
    with fresh.open("wb") as stream:
        write_mo(stream, read_po(io.StringIO(text), locale=code) if text else Catalog(charset="utf-8"))
    fresh.replace(target)
    stamp.write_text(digest)
    return True


def own_folder() -> Path:
    """Where this instance's own catalogues are written down."""
    return Path(settings.LOCALE_PATHS[0])


def _bundled_folder() -> Path:
    return Path(settings.LOCALE_PATHS[-1])


@lru_cache(maxsize=1)
def _bundled() -> frozenset[str]:
    """The languages that the software itself speaks."""
    return frozenset({"en", *(path.name for path in _bundled_folder().iterdir() if path.is_dir())})


def _catalogue_file(folder: Path, code: str) -> Path:
    return folder / to_locale(code) / "LC_MESSAGES" / f"{_DOMAIN}.mo"


def _ids_of(path: Path) -> set[str]:
    from babel.messages.mofile import read_mo

    if not path.exists():
        return set()
    with path.open("rb") as stream:
        return {_several(one.id)[0] for one in read_mo(stream) if one.id and any(_several(one.string))}


def _several(words: Any) -> list[str]:
    return [words] if isinstance(words, str) else [one for one in words or () if one]


class _Anything(dict[str, Any]):
    """Fills every marked place."""

    def __missing__(self, key: str) -> int:
        return 1


def _fills(text: str, ids: list[str]) -> bool:
    """Whether the text can be filled as its original is: a stray % would stop the page."""
    if not any("%(" in one for one in ids):
        return True
    with contextlib.suppress(TypeError, ValueError):
        return bool(text % _Anything())
    return False


def forget() -> None:
    """Let Django and Wagtail look again: both remember languages and catalogues."""
    # Python keeps every catalogue by its path for ever; Django clears both when a catalogue changes under its own server.
    gettext._translations.clear()  # type: ignore[attr-defined]
    trans_real._translations.clear()  # type: ignore[attr-defined]
    # What both do themselves where a test changes the setting; Wagtail is reached by name, for core knows no CMS.
    for reset in (trans_real.reset_cache, import_string("wagtail.coreutils.reset_cache")):
        reset(setting="LANGUAGES")
    current = translation.get_language()
    if current:
        translation.activate(current)
