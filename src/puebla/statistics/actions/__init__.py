"""Released statistics are noticed, and the cells that rooms show are read: by the worker, never while a page is made."""

from puebla.statistics.actions.reading import ask_to_read, read_now, read_released
from puebla.statistics.actions.shipping import release_shipped

__all__ = ["ask_to_read", "read_now", "read_released", "release_shipped"]
