"""Submissions kept, releases built out of them and published: the engine's store."""
