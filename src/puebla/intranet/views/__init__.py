"""The private site's own pages: the desk, who sees what, and the demonstration's mail."""
