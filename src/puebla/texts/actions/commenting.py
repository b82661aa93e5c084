"""Comments by delegations on a draft, until a date."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.verdicts import RefusedError, StaleError, require
from puebla.members.models import Audience, Party
from puebla.members.querysets import reach_of
from puebla.texts import rules
from puebla.texts.actions.editing import locked, touch
from puebla.texts.actions.messages import ask_to_comment
from puebla.texts.models import Comment, Paragraph, Text

LONGEST = 5000


@transaction.atomic
def ask_for_comments(*, text: Text, until: dt.datetime | None, by: Person, at: dt.datetime) -> Text:
    """Let delegations comment until an instant, and ask them to; None takes the question back."""
    row = locked(text)
    require(rules.may_edit(reach_of(by, at), row))
    if until is not None and until <= at:
        raise RefusedError(_("This moment has passed; choose a later one."), field="until")
    row.comments_until = until
    touch(row, by, at)
    if until is not None:
        ask_to_comment(row, at=at)
    journal.record("text.comments_asked", at=at, person=by, subject=row, room=row.room,
                   facts={"until": until.isoformat() if until else ""})  # fmt: skip
    return row


@transaction.atomic
def comment(
    *, paragraph: Paragraph, party: Party, words: str, language: str, audience: int | None, by: Person, at: dt.datetime
) -> Comment:  # fmt: skip
    """Say something of a paragraph in a party's name.

    Args:
        audience: who reads it, never more than read the text; None for all who do.
    """
    text = locked(paragraph.text)
    reach = reach_of(by, at)
    require(rules.may_comment(reach, text, at=at))
    if party.pk not in rules.commenting_parties(reach):
        raise RefusedError(_("You can comment in the name of your own party only."), field="party")
    said = "\n".join(line.strip() for line in words.replace("\x00", "").strip().splitlines())
    if not said:
        raise RefusedError(_("Write your comment."), field="words")
    if len(said) > LONGEST:
        raise RefusedError(
            _("The comment has %(length)d characters; at most %(limit)d are kept. Shorten it.")
            % {"length": len(said), "limit": LONGEST},
            field="words",
        )
    current = Paragraph.objects.get(pk=paragraph.pk)
    if current.removed_at is not None:
        raise RefusedError(_("This paragraph was removed meanwhile. Comment on the one before it."))
    widest = text.audience
    made = Comment.objects.create(
        room=text.room, room_cap=text.room_cap, party=party, audience=min(audience or widest, widest),
        paragraph=current, on_revision=current.revision, language=language, words=said, at=at, by=by,
    )  # fmt: skip
    journal.record("comment.made", at=at, person=by, subject=made, room=text.room, party_code=party.code,
                   facts={"text": text.ref, "anchor": current.anchor, "audience": made.audience})  # fmt: skip
    return made


@transaction.atomic
def answer_comment(
    *, comment: Comment, answer: str, close: bool, by: Person, at: dt.datetime, seen: str | None = None
) -> Comment:
    """Answer a comment, or close it, with or without a word.

    Args:
        seen: its mark when the answer was begun; None where nobody looked.

    Raises:
        StaleError: somebody else answered it since; nothing is written.
    """
    text = locked(comment.paragraph.text)
    reach = reach_of(by, at)
    row: Comment = Comment.objects.select_for_update(of=("self",)).get(pk=comment.pk)
    require(rules.may_answer(reach, row, reach_text=rules.may_keep(reach, text)))
    if seen is not None and seen != row.mark:
        raise StaleError(
            _("%(who)s answered this comment meanwhile. What you wrote stands below: compare, then send it.")
            % {"who": row.answered_by or _("Somebody")}
        )
    said = answer.replace("\x00", "").strip()
    if not said and not close:
        raise RefusedError(_("Write an answer, or close the comment."), field="answer")
    if len(said) > LONGEST:
        raise RefusedError(
            _("At most %(limit)d characters are kept. Shorten it.") % {"limit": LONGEST}, field="answer"
        )
    row.answer = said or row.answer
    row.state = Comment.State.CLOSED if close else Comment.State.ANSWERED
    row.answered_at, row.answered_by = at, by
    row.save()
    journal.record("comment.closed" if close else "comment.answered", at=at, person=by, subject=row, room=text.room,
                   facts={"text": text.ref, "anchor": row.paragraph.anchor})  # fmt: skip
    return row


#: What a comment may be opened to at least: the secretariat, who must read it.
NARROWEST = Audience.SECRETARIAT
