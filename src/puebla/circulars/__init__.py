"""Circulars: what the secretariat sends to parties, by number, and what they reply."""
