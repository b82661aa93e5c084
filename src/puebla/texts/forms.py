"""What people type into a text; pasted pages become plain paragraphs."""

import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

import nh3
from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puebla.accounts.forms import TextsForm, working_languages
from puebla.core.languages import Texts
from puebla.core.words import one_line, without_nul
from puebla.members.models import Audience, Body, Party
from puebla.members.querysets import Reach
from puebla.texts import rules
from puebla.texts.actions.commenting import NARROWEST
from puebla.texts.models import Comment, Function, Kind, Paragraph, Text, tree
from puebla.texts.models.wording import LONGEST, unmarked
from puebla.theme.templatetags.theme import language_name

# Pasted pages ------------------------------------------------------------------------------------------------------

_EMPHASIS = {"em", "i", "b", "strong"}
_BLOCKS = {"p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"}
_PAGE = re.compile(
    r"<!--|<!doctype|<\s*/?\s*(?:html|body|head|meta|link|style|script|p|div|span|br|font|table|tr|td|ul|ol|li|h[1-6]"
    r"|em|strong|i|b|u|a|img|svg|iframe|object|o:p)(?:\s[^<>]*|\s*/)?>",
    re.IGNORECASE,
)


def paragraphs_of(pasted: str) -> list[str]:
    """What was typed or pasted as plain paragraphs, parted by blank lines; of a page's marks emphasis alone is kept.

    >>> paragraphs_of("<p class=MsoNormal><i>Take note</i> of it<script>alert(1)</script></p>")
    ['*Take note* of it']
    >>> paragraphs_of("Chair,\\n\\nwe <b>thank</b> you.\\n\\n<p>It is\\n\\nso.</p>")
    ['Chair,', 'we *thank* you.', 'It is so.']
    """
    text = without_nul(pasted).replace("\r\n", "\n").replace("\r", "\n")
    if _PAGE.search(text):
        text = _from_page(text)
    return [line for block in re.split(r"\n[^\S\n]*\n", text) if (line := one_line(block))]


def _from_page(page: str) -> str:
    import lxml.html

    clean = nh3.clean(
        page, tags=_EMPHASIS | _BLOCKS | {"br"}, attributes={}, clean_content_tags={"script", "style"}
    )
    body = lxml.html.fragment_fromstring(clean, create_parent="div")
    pieces: list[str] = []
    _read(body, pieces, set_off=False)
    return "".join(pieces)


def _spaced(words: str | None, *, outside: bool) -> str:
    """Words with single blanks; outside every mark a blank line is one that somebody typed, and parts paragraphs."""
    parts = re.split(r"\n[^\S\n]*\n", words or "") if outside else [words or ""]
    return "\n\n".join(re.sub(r"\s+", " ", part) for part in parts)


def _read(element: Any, pieces: list[str], *, set_off: bool) -> None:
    begins = element.tag in _EMPHASIS and not set_off
    outside = element.getparent() is None
    inside = [_spaced(element.text, outside=outside)]
    for child in element:
        _read(child, inside, set_off=set_off or begins)
        inside.append(_spaced(child.tail, outside=outside))
    words = "".join(inside)
    if element.tag in _BLOCKS:
        words = f"\n\n{words}\n\n"
    elif element.tag == "br":
        words = " "
    elif begins and words.strip() and "\n\n" not in words:
        core = words.strip()
        front, back = words[: len(words) - len(words.lstrip())], words[len(words.rstrip()) :]
        words = f"{front}*{core.replace('*', '')}*{back}"
    pieces.append(words)


class WordsField(forms.CharField):
    """Words of one language: a list of paragraphs."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, strip=True, **kwargs)

    def clean(self, value: Any) -> list[str]:
        found = paragraphs_of(super().clean(value) or "")
        for one in found:
            if len(one) > LONGEST:
                raise ValidationError(
                    _(
                        "A paragraph has %(length)d characters; at most %(limit)d are kept. Divide it by a blank line."
                    )
                    % {"length": len(one), "limit": LONGEST}
                )
        return found


# Forms -------------------------------------------------------------------------------------------------------------


class WordsForm(forms.Form):
    """The words of a paragraph, a field for every working language."""

    def __init__(self, *args: Any, rows: int = 8, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.languages = working_languages()
        # Not the languages' own codes alone: a form beside may have fields of that name.
        fields = {
            f"words_{code}": WordsField(
                label=language_name(code),
                widget=forms.Textarea(attrs={"lang": code, "rows": rows, "spellcheck": "true"}),
            )
            for code in self.languages
        }
        self.fields = fields | self.fields

    @property
    def blocks(self) -> list[Texts]:
        """Paragraph by paragraph, what was typed in each language."""
        typed = [self.cleaned_data.get(f"words_{code}") or [] for code in self.languages]
        return [
            {code: words for code, words in zip(self.languages, one, strict=True) if words}
            for one in zip_longest(*typed, fillvalue="")
        ]

    @property
    def pairs(self) -> list[forms.BoundField]:
        """The fields of the languages."""
        return [self[f"words_{code}"] for code in self.languages]


def _languages() -> list[tuple[str, str]]:
    return [(code, language_name(code)) for code in working_languages()]


def _functions() -> list[tuple[str, str]]:
    return [(value, capfirst(str(label))) for value, label in Function.choices]


class ParagraphForm(WordsForm):
    """One paragraph."""

    function = forms.ChoiceField(choices=_functions, label=gettext_lazy("Function"), required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, paragraph: Paragraph, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {
            **{f"words_{code}": paragraph.words.get(code, "") for code in self.languages},
            "function": paragraph.function, "revision": paragraph.revision,
        }  # fmt: skip
        if paragraph.kind != Kind.PARAGRAPH:
            del self.fields["function"]

    @property
    def words(self) -> Texts:
        """The words of the paragraph itself, by language; an emptied one is there as empty."""
        return {code: (self.cleaned_data.get(f"words_{code}") or [""])[0] for code in self.languages}

    @property
    def rest(self) -> list[Texts]:
        """What was pasted beyond it."""
        return self.blocks[1:]


class PlaceField(forms.ChoiceField):
    """After which paragraph something is put; the empty choice is the beginning."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def offer(self, nodes: Sequence[tree.Node | None]) -> None:
        """Offer these places."""
        self.choices = [
            (node.paragraph.anchor, line_of(node)) if node else ("", _("At the beginning")) for node in nodes
        ]


def line_of(node: tree.Node) -> str:
    """A paragraph in a line: its number and its first words."""
    words = unmarked(next((one for one in node.paragraph.words.values() if one), ""))
    short = words if len(words) <= 60 else f"{words[:57].rsplit(' ', 1)[0]} …"
    return f"{node.number or '—'} {short}".strip()


class NewParagraphForm(WordsForm):
    """New paragraphs: blank lines part them."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    function = forms.ChoiceField(choices=_functions, label=gettext_lazy("Function"), required=False)
    after = PlaceField(label=gettext_lazy("After"))

    def __init__(self, *args: Any, living: Sequence[tree.Node], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [one for one in Kind if one != Kind.ITEM or living]
        self.fields["kind"].choices = [(one.value, capfirst(str(one.label))) for one in kinds]  # type: ignore[attr-defined]
        self.fields["after"].offer([None, *living])  # type: ignore[attr-defined]


class MoveForm(forms.Form):
    """A paragraph's new place."""

    after = PlaceField(label=gettext_lazy("Put it after"))

    def __init__(self, *args: Any, places: Sequence[tree.Node | None], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["after"].offer(places)  # type: ignore[attr-defined]


class TitleForm(TextsForm):
    """A text's title and original language."""

    texts = {"titles": (gettext_lazy("Title"), 300, True, 1)}
    original_language = forms.ChoiceField(
        choices=_languages, label=gettext_lazy("Original language"), required=False
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)


class OpenForm(TextsForm):
    """A new text."""

    texts = {"titles": (gettext_lazy("Title"), 300, True, 1)}
    body = forms.ModelChoiceField(Body.objects.none(), to_field_name="code", label=gettext_lazy("Body"))
    audience = forms.TypedChoiceField(
        choices=Audience, coerce=int, required=False, empty_value=None, label=gettext_lazy("Who may read it")
    )
    original_language = forms.ChoiceField(
        choices=_languages, label=gettext_lazy("Original language"), required=False
    )

    def __init__(self, *args: Any, bodies: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].queryset = bodies  # type: ignore[attr-defined]
        self.fields["audience"].choices = [  # type: ignore[attr-defined]
            ("", _("Default: the party that begins it, or the secretariat for its own texts")), *Audience.choices
        ]  # fmt: skip


class FilesForm(forms.Form):
    """A file for each language."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in working_languages():
            self.fields[f"file_{code}"] = forms.FileField(
                label=_("File in %(language)s") % {"language": language_name(code)}, required=False, allow_empty_file=True,
                widget=forms.FileInput(attrs={"accept": ".docx,.odt,.txt"}),
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """One file at least."""
        found = super().clean() or {}
        if not any(found.values()):
            raise ValidationError(_("Choose a file."))
        return found

    @property
    def chosen(self) -> dict[str, Any]:
        """The files by language."""
        return {name.removeprefix("file_"): one for name, one in self.cleaned_data.items() if one}


class LinesField(forms.CharField):
    """Words of several lines, whose ends count as one sign each, as a browser counts them."""

    def to_python(self, value: Any) -> Any:
        """As Django's."""
        return (super().to_python(value) or "").replace("\r\n", "\n")


class CommentForm(forms.Form):
    """A delegation's comment."""

    words = LinesField(
        max_length=5000, label=gettext_lazy("Your comment"), widget=forms.Textarea(attrs={"rows": 4})
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=_languages)
    party = forms.ModelChoiceField(
        Party.objects.none(), to_field_name="code", label=gettext_lazy("In the name of")
    )
    audience = forms.TypedChoiceField(
        coerce=int, label=gettext_lazy("Who reads it"), required=False, empty_value=None
    )

    def __init__(self, *args: Any, reach: Reach, text: Text, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parties = Party.objects.filter(pk__in=rules.commenting_parties(reach)).order_by("code")
        self.fields["party"].queryset = parties  # type: ignore[attr-defined]
        self.fields["party"].initial = parties.first()
        offered = [(text.audience, _("Everybody who reads the text"))]
        if text.audience > NARROWEST:
            offered.append((int(NARROWEST), _("The secretariat and your own delegation")))
        self.fields["audience"].choices = offered  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    """An answer to a comment."""

    answer = LinesField(
        max_length=5000,
        required=False,
        label=gettext_lazy("Answer"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def go_on_from(self, comment: Comment) -> None:
        """What was typed stays; it is sent anew on what stands now."""
        typed: Any = self.data.copy()  # type: ignore[attr-defined]
        typed["seen"] = comment.mark
        self.data = typed
