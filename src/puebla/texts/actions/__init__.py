"""What is done with texts."""

from puebla.texts.actions.commenting import answer_comment, ask_for_comments, comment
from puebla.texts.actions.editing import (
    Worded,
    add_paragraphs,
    describe_text,
    move_paragraph,
    open_text,
    remove_paragraph,
    restore_paragraph,
    set_audience,
    word_paragraph,
)
from puebla.texts.actions.freezing import canonical, digest_of, freeze_text

__all__ = [
    "Worded",
    "add_paragraphs",
    "answer_comment",
    "ask_for_comments",
    "canonical",
    "comment",
    "describe_text",
    "digest_of",
    "freeze_text",
    "move_paragraph",
    "open_text",
    "remove_paragraph",
    "restore_paragraph",
    "set_audience",
    "word_paragraph",
]
