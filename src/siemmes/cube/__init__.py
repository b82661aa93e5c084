"""How published figures lie on disk, and every answer to a question on them."""
