"""The words of a paragraph (`core.wording`), under the name by which this room knows them."""

from puebla.core.wording import LONGEST, runs, shown, unmarked

__all__ = ["LONGEST", "runs", "shown", "unmarked"]
