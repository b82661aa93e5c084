"""Recommendations, decisions by consensus, declarations: what the bodies of the process agree, and what is asked by it."""
