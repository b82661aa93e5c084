"""The list of participants and the badges as files."""

import base64
import io
import tempfile
from collections.abc import Iterable
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.storage import storages
from django.urls import reverse
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from puebla.core.files.portraits import SIZE
from puebla.core.languages import show
from puebla.core.models import Process
from puebla.core.tables import harmless
from puebla.core.typesetting import compiled, quoted
from puebla.meetings.models import Convening, Delegate
from puebla.meetings.querysets.delegations import Participants
from puebla.theme.templatetags.theme import period

HEADINGS = {
    "member": lambda: _("Member states"),
    "observer_state": lambda: _("Observer states"),
    "observer_organisation": lambda: _("Observer organisations"),
    "civil_society": lambda: _("Civil society"),
    "secretariat": lambda: _("Technical Secretariat"),
}
COBALT = "#12357f"


def left_out_in_words(found: Participants) -> str:
    """How many stand on the list whose names are not on this copy; empty where all are."""
    if not found.left_out:
        return ""
    return ngettext(
        "%(count)d participant who did not let their name be published is not on this copy.",
        "%(count)d participants who did not let their names be published are not on this copy.",
        found.left_out,
    ) % {"count": found.left_out}


def title_of(convening: Convening) -> str:
    """What the list is called: provisional until the meeting is closed."""
    if convening.state == Convening.State.CLOSED:
        return _("List of participants")
    return _("Provisional list of participants")


def as_docx(convening: Convening, found: Participants) -> BinaryIO:
    """The list as a document of Word, in the language now active."""
    from docx import Document as Word
    from docx.shared import Pt

    word = Word()
    word.core_properties.title = f"{title_of(convening)}: {show(convening.meeting.titles)}"
    word.core_properties.author = _process_name()
    word.core_properties.language = translation.get_language() or ""
    word.add_heading(title_of(convening), level=0)
    word.add_paragraph(f"{show(convening.meeting.titles)} ({convening.symbol})")
    word.add_paragraph(_when_and_where(convening))
    for section in found.sections:
        word.add_heading(HEADINGS[section.standing](), level=1)
        for party, people in section.parties:
            word.add_heading(str(show(party.names)), level=2)
            for one in people:
                line = word.add_paragraph()
                line.paragraph_format.space_after = Pt(4)
                line.add_run(one.full_name).bold = True
                line.add_run("\n" + " · ".join(filter(None, [one.office, capfirst(one.get_role_display())])))
    if left_out := left_out_in_words(found):
        word.add_paragraph().add_run(left_out).italic = True
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    word.save(file)
    file.seek(0)
    return file


def table_header() -> list[str]:
    """The columns of the list as a table."""
    return [_("Group"), _("Party"), _("Name"), _("Office held"), _("Role in the delegation"), _("State")]


def as_rows(found: Participants) -> Iterable[list[Any]]:
    """The list's lines, in its order."""
    for section in found.sections:
        for party, people in section.parties:
            for one in people:
                yield [
                    HEADINGS[section.standing](), str(show(party.names)), one.full_name, one.office,
                    capfirst(one.get_role_display()), capfirst(one.get_state_display()),
                ]  # fmt: skip
    if left_out := left_out_in_words(found):
        yield [harmless(left_out), "", "", "", "", ""]


def _process_name() -> str:
    process = Process.objects.first()
    return str(show(process.names)) if process else "Puebla"


def _when_and_where(convening: Convening) -> str:
    meeting = convening.meeting
    parts = [
        period(meeting.starts_on, meeting.ends_on, meeting.precision), str(show(meeting.places)), str(show(convening.venues)),
    ]  # fmt: skip
    return ", ".join(filter(None, parts))


# Badges ----------------------------------------------------------------------------------------------------------------

_BADGE = """#let sans = ("Source Sans Pro", "Libertinus Serif")
#set text(font: sans, lang: {language})
#set document(title: {title}, author: {author}, date: none)
#let badge(number, name, office, party, role, code, colour, photo) = block(width: 90mm, height: 120mm, clip: true,
    stroke: 0.4pt + rgb("#d9d3c4"), breakable: false, {{
  block(width: 100%, fill: rgb("{cobalt}"), inset: (x: 6mm, y: 3.2mm), below: 0pt,
    text(fill: white, size: 9.5pt, weight: "semibold", {meeting}) + linebreak() + text(fill: white, size: 8.5pt, {when}))
  pad(x: 6mm, top: 4mm, bottom: 0mm, grid(columns: (if photo {{ 25mm }} else {{ 0mm }}, 1fr), column-gutter: if photo {{ 4mm }} else {{ 0mm }},
    if photo {{ image("photo-" + str(number) + ".svg", width: 25mm, alt: name) }},
    {{ set par(leading: 0.45em)
      block(below: 3mm, text(size: if name.len() > 26 {{ 15pt }} else {{ 19pt }}, weight: "bold", hyphenate: false, name))
      text(size: 10pt, office) }}))
  place(bottom + left, dx: 6mm, dy: -13mm, block(width: 46mm, {{ set par(leading: 0.45em)
    text(size: 14pt, weight: "semibold", party)
    linebreak()
    text(size: 8.5pt, fill: rgb("#565f73"), font: sans, code) }}))
  place(bottom + right, dx: -6mm, dy: -13mm, image("qr-" + str(number) + ".svg", width: 27mm, alt: code))
  place(bottom + left, block(width: 100%, fill: rgb(colour), inset: (x: 6mm, y: 2.4mm),
    text(fill: white, size: 11pt, weight: "semibold", role)))
}})
"""
_ONE = "#set page(width: 90mm, height: 120mm, margin: 0mm)\n"
#: Four to a sheet of letter paper, with room for the knife between them.
_SHEET = '#set page(paper: "us-letter", margin: (x: 14mm, y: 15mm))\n'
#: The band of the role: told by its word, helped by its colour.
COLOURS = {
    "member": COBALT, "observer_state": "#1f6b4f", "observer_organisation": "#1f6b4f", "civil_society": "#8a4b08", "secretariat": "#14213d",
}  # fmt: skip


def door_address(delegate: Delegate) -> str:
    """Where the badge's code leads whoever keeps the door."""
    return (
        settings.BASE_URL
        + reverse("meetings:door", args=[delegate.convening.symbol])
        + f"?code={delegate.badge}"
    )


def qr_svg(text: str) -> bytes:
    """The text as a QR code: dark squares as one path, with its quiet margin."""
    import qrcode
    from qrcode.image.svg import SvgPathImage

    drawn = qrcode.make(text, image_factory=SvgPathImage, border=2, error_correction=qrcode.ERROR_CORRECT_M)
    file = io.BytesIO()
    drawn.save(file)
    return file.getvalue()


def badges(convening: Convening, people: list[Delegate], *, sheets: bool, standings: dict[int, str]) -> bytes:
    """Badges as a tagged PDF in the language now active: one a page, or four to a sheet.

    Args:
        people: with their delegation's party.
        standings: how each party takes part, by its key.
    """
    files: dict[str, bytes] = {}
    calls = []
    for number, one in enumerate(people):
        files[f"qr-{number}.svg"] = qr_svg(door_address(one))
        if one.photo_key:
            with storages["default"].open(one.photo_key) as photo:
                files[f"photo-{number}.svg"] = _framed(photo.read())
        party = one.delegation.party
        colour = COLOURS.get(standings.get(party.pk, ""), COBALT)
        words = [
            one.full_name,
            one.office,
            str(show(party.short_names)),
            capfirst(one.get_role_display()),
            one.badge,
            colour,
        ]
        calls.append(
            f"badge({number}, {', '.join(_typed(word) for word in words)}, {str(bool(one.photo_key)).lower()})"
        )
    source = _BADGE.format(
        language=_typed((translation.get_language() or "en")[:2]), cobalt=COBALT, author=_typed(_process_name()),
        title=_typed(_("Badges: %(meeting)s") % {"meeting": convening.symbol}), meeting=_typed(str(show(convening.meeting.titles))),
        when=_typed(_when_and_where(convening)),
    )  # fmt: skip
    if sheets:
        source += _SHEET + f"#grid(columns: 2, column-gutter: 6mm, row-gutter: 6mm, {', '.join(calls)})\n"
    else:
        source += _ONE + "#pagebreak()\n".join(f"#{call}\n" for call in calls)
    return compiled(source, files, accessible=True)


def _framed(photo: bytes) -> bytes:
    """The photograph as a drawing that holds it: files in memory are texts to typst."""
    width, height = SIZE
    data = base64.b64encode(photo).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="data:image/jpeg;base64,{data}"/></svg>'
    ).encode()


def _typed(text: str) -> str:
    """The text in one line, quoted."""
    return quoted(" ".join(text.split()))
