"""Pages of a text: reading side by side, editing, what changed, comments, files."""
