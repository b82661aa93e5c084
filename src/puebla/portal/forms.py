"""What a reader asks of a list, read from the address: filters, order, page; and how its table writes a date."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from django import forms
from django.core import paginator
from django.core.files.base import ContentFile
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from PIL import Image, ImageOps
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from puebla.core.search.facets import Facets
from puebla.portal.querysets.facets import ORDERS
from puebla.publications.querysets import PublicDocumentQuerySet

#: Characters of a filter; longer words are refused with a sentence, and so never cut in silence.
LONGEST_WORDS = 200


@dataclass(frozen=True)
class DocumentFilters:
    """The filters of the list; an empty text means any. Nothing here can fail: what is unknown finds nothing."""

    q: str = ""
    kind: str = ""
    body: str = ""
    theme: str = ""
    year: str = ""
    language: str = ""
    meeting: str = ""
    party: str = ""

    #: What is said where more was asked than can be looked for; then nothing is looked for.
    too_long: str = field(default="", compare=False)

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "DocumentFilters":
        """The filters in a query; a NUL cannot be asked of every database, and nothing has one."""
        asked = {name: query.get(name, "").replace("\x00", "").strip() for name in cls.names()}
        length, cut = len(asked["q"]), {name: words[:LONGEST_WORDS] for name, words in asked.items()}
        if length <= LONGEST_WORDS:
            return cls(**cut)
        sentence = _(
            "Your question has %(length)d characters; at most %(most)d can be looked for. Keep the few words that matter."
        )
        return cls(**cut, too_long=sentence % {"length": length, "most": LONGEST_WORDS})

    @classmethod
    def names(cls) -> list[str]:
        """What the filters are called in an address."""
        return [one.name for one in fields(cls) if one.name != "too_long"]

    @property
    def given(self) -> dict[str, str]:
        """The filters that say something."""
        return {name: value for name in self.names() if (value := getattr(self, name))}

    def apply(self, documents: PublicDocumentQuerySet) -> PublicDocumentQuerySet:
        """The documents that match."""
        return documents.none() if self.too_long else documents.matching(**self.given)

    def in_words(self, documents: PublicDocumentQuerySet) -> PublicDocumentQuerySet:
        """The documents that have the words, whatever the other filters say."""
        return documents.none() if self.too_long else documents.matching(q=self.q)

    @property
    def chosen(self) -> dict[str, str]:
        """The filters that a list offers: all but the words."""
        return {name: value for name, value in self.given.items() if name != "q"}

    def unknown_in(self, facets: Facets) -> Iterator[tuple[str, str]]:
        """The filters whose value no public document has, with that value."""
        for name, value in self.chosen.items():
            if value not in facets.bits[name]:
                yield name, value

    def without(self, name: str) -> "DocumentFilters":
        """The same question without one filter: what its own choices are counted over."""
        return replace(self, **{name: ""})


def sorting(query: Mapping[str, str]) -> str:
    """The order asked for; another word than the known ones means the newest first."""
    asked = query.get("sort", "")
    return asked if asked in ORDERS else "newest"


@dataclass(frozen=True)
class Turned:
    """The page of a list that was asked for; where there is none, the sentence that says so and the last one there is."""

    page: paginator.Page[Any]
    beyond: str = ""


def turned_to(request: HttpRequest, rows: Any, per_page: int) -> Turned:
    """Turn to the page that the address names, the first where it names none."""
    pages = paginator.Paginator(rows, per_page)
    asked = request.GET.get("page", "").strip()[:20] or "1"
    try:
        return Turned(pages.page(asked))
    except paginator.InvalidPage:
        last = pages.num_pages
        sentence = _("There is no page “%(asked)s”: this list has %(last)s.") % {
            "asked": asked, "last": pages_in_words(last)}  # fmt: skip
        return Turned(pages.page(last), sentence)


def pages_in_words(count: int) -> str:
    """So many pages."""
    return ngettext("%(count)d page", "%(count)d pages", count) % {"count": count}


# Pictures ----------------------------------------------------------------------------------------------------------

FORMATS = {"jpeg": ("JPEG", {"quality": 90}), "png": ("PNG", {}), "webp": ("WEBP", {"quality": 90})}
#: No page shows more; a camera's file is made smaller when it comes in.
LONGEST_SIDE = 3000
UNREADABLE = _lazy("This picture cannot be read to its end. Save it anew with another program and try again.")


class PictureField(WagtailImageField):
    """The file of a picture: whatever is wrong with it is a sentence, never a fault of ours."""

    def to_python(self, data: Any) -> Any:
        """The upload as a picture, its kind and size checked."""
        try:
            return super().to_python(data)
        except forms.ValidationError:
            raise
        except Exception as error:
            raise forms.ValidationError(UNREADABLE) from error


class PictureForm(BaseImageForm):
    """The form of the CMS by which a picture comes in: drawn anew, so that nothing but the picture stays.

    A camera writes place, time and its owner's name into a file, and a hostile file carries what is no picture at all.
    """

    file = PictureField(label=_lazy("File"), widget=BaseImageForm.Meta.widgets["file"])

    def clean_file(self) -> object:
        """The picture without anything else, upright and no larger than a page can use."""
        given = self.cleaned_data["file"]
        if "file" not in self.changed_data:
            return given
        kind, options = FORMATS[given.image.format_name]
        try:
            given.seek(0)
            with Image.open(given) as opened:
                picture = ImageOps.exif_transpose(opened)
            picture = picture.convert("RGBA" if kind != "JPEG" and "A" in picture.getbands() else "RGB")
        except Exception as error:
            raise forms.ValidationError(UNREADABLE) from error
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        made = io.BytesIO()
        picture.save(made, kind, **options)
        return ContentFile(made.getvalue(), name=given.name)
