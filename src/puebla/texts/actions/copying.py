"""A text written out again in another room: the same paragraphs under the same anchors."""

import datetime as dt

from django.db import transaction

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.languages import Texts
from puebla.members.models import Party, Room
from puebla.texts.actions.editing import keep_versions
from puebla.texts.actions.indexing import index_text
from puebla.texts.models import Paragraph, ParagraphVersion, Text, tree


@transaction.atomic
def copy_text(
    *, text: Text, room: Room, party: Party, audience: int, by: Person | None, at: dt.datetime, titles: Texts | None = None
) -> tuple[Text, dict[int, Paragraph]]:  # fmt: skip
    """The living paragraphs of a text as a new one, open, in another room; earlier wordings and comments stay behind.

    The room above asks whether it may be done: who forwards a recommendation, or takes what was agreed out of a sealed room,
    need not be who edits texts there.

    Returns:
        The new text, and by the key of each old paragraph the new one.
    """
    copy = Text(
        room=room, room_cap=room.cap, party=party, audience=min(audience, room.cap), titles=titles or text.titles,
        original_language=text.original_language, created_at=at, created_by=by, changed_at=at, changed_by=by,
    )  # fmt: skip
    copy.full_clean(exclude=["room", "party", "created_by", "changed_by"])
    copy.save()
    new: dict[int, Paragraph] = {}
    # Parents come before what lies below them.
    for node in tree.in_order(Paragraph.objects.filter(text=text).living().order_by()):
        one = node.paragraph
        new[one.pk] = Paragraph.objects.create(
            text=copy, parent=new[one.parent_id] if one.parent_id else None, place=one.place, serial=one.serial,
            kind=one.kind, function=one.function, anchor=one.anchor, words=one.words, differences=one.differences,
            changed_at=at, changed_by=by,
        )  # fmt: skip
    keep_versions(list(new.values()), ParagraphVersion.What.ADDED, at, by)
    index_text(copy, at=at)
    journal.record("text.opened", at=at, person=by, subject=copy, room=room, party_code=party.code,
                   facts={"titles": copy.titles, "audience": copy.audience})  # fmt: skip
    return copy, new
