"""The Plan of Action: what was committed to, who does it, how far it has come, and what countries report of it."""
