"""Doing things to documents: each act checks its rule, writes once, and leaves one journal row."""

from puebla.documents.actions.filing import (
    add_version,
    await_language,
    carry_consent,
    consent,
    describe,
    end_share,
    file_document,
    file_frozen,
    file_with_versions,
    opened,
    relate,
    set_audience,
    share,
    unrelate,
)
from puebla.documents.actions.reading import read_version
from puebla.documents.actions.releasing import release, withdraw

__all__ = [
    "add_version",
    "await_language",
    "carry_consent",
    "consent",
    "describe",
    "end_share",
    "file_document",
    "file_frozen",
    "file_with_versions",
    "opened",
    "read_version",
    "relate",
    "release",
    "set_audience",
    "share",
    "unrelate",
    "withdraw",
]
