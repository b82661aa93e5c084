"""What is done with texts."""

from puebla.texts.actions.commenting import answer_comment, ask_for_comments, comment
from puebla.texts.actions.copying import copy_text
from puebla.texts.actions.editing import (
    Piece,
    Worded,
    add_paragraphs,
    describe_text,
    give_symbol,
    move_paragraph,
    open_text,
    remove_paragraph,
    restore_paragraph,
    set_audience,
    word_paragraph,
    write_paragraphs,
)
from puebla.texts.actions.freezing import canonical, digest_of, freeze_text, hold_text, let_go_text

__all__ = [
    "Piece",
    "Worded",
    "add_paragraphs",
    "answer_comment",
    "ask_for_comments",
    "canonical",
    "comment",
    "copy_text",
    "describe_text",
    "digest_of",
    "freeze_text",
    "give_symbol",
    "hold_text",
    "let_go_text",
    "move_paragraph",
    "open_text",
    "remove_paragraph",
    "restore_paragraph",
    "set_audience",
    "word_paragraph",
    "write_paragraphs",
]
