"""Texts with paragraphs, for tests."""

import datetime as dt

from puebla.members.models import Audience
from puebla.texts import actions
from puebla.texts.models import Kind, Paragraph, tree
from tests import factories as make

AT = dt.datetime(2026, 3, 2, 15, tzinfo=dt.UTC)


def a_text(*, by, body=None, audience=Audience.MEMBERS, titles=None, party=None):
    """A text of the secretariat in an open body's room, unless said otherwise."""
    make.process()
    body = body or make.BodyFactory(code="RCGM", function="consultation")
    return actions.open_text(
        by=by, at=AT, room=body.room, party=party or make.secretariat_party(), audience=audience,
        titles=titles or {"en": "Report of the meeting", "es": "Informe de la reunión"}, original_language="en",
    )  # fmt: skip


def add(text, words, *, by, after=None, kind=Kind.PARAGRAPH, at=AT, **more):
    """One paragraph; its words are English, or a mapping."""
    words = words if isinstance(words, dict) else {"en": words}
    return actions.add_paragraphs(text=text, after=after, kind=kind, blocks=[words], by=by, at=at, **more)[0]


def living(text):
    """The text in order."""
    return tree.in_order(Paragraph.objects.filter(text=text).living())


def numbers(text):
    """Number and anchor of every paragraph in order."""
    return [(node.number, node.paragraph.anchor) for node in living(text)]
