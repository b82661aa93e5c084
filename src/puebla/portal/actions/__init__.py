"""What is done to edited pages, and the brochure made of them."""

from puebla.portal.actions.brochure import brochure
from puebla.portal.actions.pages import (
    PageText,
    Words,
    bring_picture,
    keep_language,
    plant_trees,
    publish_due,
    tell_changed,
    tell_published,
    tell_removed,
    tell_submitted,
    tell_unpublished,
    write_pages,
)

__all__ = [
    "PageText", "Words", "bring_picture", "brochure", "keep_language", "plant_trees", "publish_due", "tell_changed", "tell_published", "tell_removed",
    "tell_submitted", "tell_unpublished", "write_pages",
]  # fmt: skip
