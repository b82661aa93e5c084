"""Reading what was submitted and judging it: bad data gives findings, never errors."""
