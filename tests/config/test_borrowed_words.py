"""The CMS speaks Spanish where its own catalogue does not: words of ours for texts that are Wagtail's."""

from pathlib import Path

import pytest
import wagtail
from babel.messages.pofile import read_po
from django.utils import translation

from tools.translations import BORROWED, _faults

CATALOGUES = sorted(BORROWED.rglob("*.po"))
WAGTAIL = Path(wagtail.__file__).parent


def messages(path):
    with path.open("rb") as stream:
        return [one for one in read_po(stream, locale=path.parts[-3]) if one.id]


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_every_text_is_one_of_wagtail_s_and_keeps_its_marked_places(path):
    theirs = {
        one.id for name in WAGTAIL.rglob(f"locale/en/LC_MESSAGES/{path.name}") for one in messages(name)
    }

    assert [one.id for one in messages(path) if one.id not in theirs] == []
    assert [fault for one in messages(path) for fault in _faults(one)] == []


def test_what_wagtail_leaves_in_english_stands_in_spanish():
    with translation.override("es"):
        assert translation.gettext("Search all pages…") == "Buscar en todas las páginas…"
        assert translation.ngettext(
            "%(num_parent_objects)d page", "%(num_parent_objects)d pages", 2
        ).startswith("%(num_parent_objects)d páginas")
