"""The list of participants as files."""

import tempfile
from collections.abc import Iterable
from typing import Any, BinaryIO

from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from puebla.core.languages import show
from puebla.core.models import Process
from puebla.core.tables import harmless
from puebla.meetings.models import Convening
from puebla.meetings.querysets.delegations import Participants
from puebla.theme.templatetags.theme import period

HEADINGS = {
    "member": lambda: _("Member states"),
    "observer_state": lambda: _("Observer states"),
    "observer_organisation": lambda: _("Observer organisations"),
    "civil_society": lambda: _("Civil society"),
    "secretariat": lambda: _("Technical Secretariat"),
}


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
    word.core_properties.author = process_name()
    word.core_properties.language = translation.get_language() or ""
    word.add_heading(title_of(convening), level=0)
    word.add_paragraph(f"{show(convening.meeting.titles)} ({convening.symbol})")
    word.add_paragraph(when_and_where(convening))
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


def process_name() -> str:
    """The process's name, in the language now active."""
    process = Process.objects.first()
    return str(show(process.names)) if process else "Puebla"


def when_and_where(convening: Convening) -> str:
    """The meeting's days and place, in the language now active."""
    meeting = convening.meeting
    parts = [
        period(meeting.starts_on, meeting.ends_on, meeting.precision), str(show(meeting.places)), str(show(convening.venues)),
    ]  # fmt: skip
    return ", ".join(filter(None, parts))
