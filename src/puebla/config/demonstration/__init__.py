"""The demonstration: a living conference with papers of our own, built as real files."""
