"""Edited pages: what the secretariat writes for the public beside the records, in a tree for each language."""

from puebla.portal.models.pages import EditedPage, LanguageHome, NewsIndex, NewsItem, PublicPage, RemovedPage
from puebla.portal.models.pictures import Picture, PictureRendition
from puebla.portal.models.reviews import SecretariatReview

__all__ = [
    "EditedPage", "LanguageHome", "NewsIndex", "NewsItem", "Picture", "PictureRendition", "PublicPage", "RemovedPage",
    "SecretariatReview",
]  # fmt: skip
