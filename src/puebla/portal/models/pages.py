"""Edited pages and news: a tree for each language, whose addresses are the portal's own."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.handlers.wsgi import WSGIRequest
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import models as cms
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, TitleFieldPanel
from wagtail.fields import StreamField

from puebla.portal.models.blocks import Body
from puebla.portal.querysets import PublicPageQuerySet

#: What is written when a draft is kept and nothing public changes.
DRAFT_FIELDS = frozenset(
    {
        "latest_revision",
        "latest_revision_created_at",
        "draft_title",
        "has_unpublished_changes",
        cms.COMMENTS_RELATION_NAME,
    }
)


class TitlePanel(TitleFieldPanel):
    """The title; a new page's address follows it, but a translation keeps the address of what it translates."""

    class BoundPanel(TitleFieldPanel.BoundPanel):
        """The panel with its page."""

        def get_should_apply(self) -> bool:
            """Whether the address follows the title as it is typed."""
            page = self.instance
            translates = bool(page is not None and page.pk and page.get_translations().exists())
            return bool(super().get_should_apply()) and not translates


class FixedPageTester(cms.PagePermissionTester):
    """What may be done with a page that the portal's own addresses lead to: edited, never moved or removed."""

    def can_delete(self, ignore_bulk: bool = False) -> bool:  # noqa: ARG002
        """Nobody: the portal's menu leads here."""
        return False

    def can_move(self) -> bool:
        """Nobody: its address is part of the portal."""
        return False

    def can_copy(self) -> bool:
        """Nobody: there is one."""
        return False


class PublicPage(cms.Page):
    """What all edited pages share: address, preview, and that every public change is told to page store and journal."""

    objects = cms.PageManager.from_queryset(PublicPageQuerySet)()
    #: Everything here is for everybody.
    private_page_options: list[str] = []

    class Meta:
        abstract = True

    @property
    def language(self) -> str:
        """The language of the page's words."""
        return str(self.locale.language_code)

    @property
    def public_path(self) -> str:
        """The address on the portal: the trees are built so that it is the page's own path."""
        return str(self.url_path)

    def get_url_parts(self, request: HttpRequest | None = None) -> tuple[int, str, str] | None:  # noqa: ARG002
        """The address as Wagtail asks for it; no record of a site decides it."""
        return (1, settings.BASE_URL, self.public_path) if self.url_path else None

    # Preview -------------------------------------------------------------------------------------------------------

    def make_preview_request(
        self,
        original_request: HttpRequest | None = None,
        preview_mode: str | None = None,
        extra_request_attrs: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page as the public would see it, drawn for an editor.

        Not through the middleware, as Wagtail would: at this address the store of public pages answers first.
        """
        request = WSGIRequest(self._get_dummy_headers(original_request))
        said = {
            # Wagtail's bar, which checks accessibility in the preview, is shown to whom it concerns.
            "user": getattr(original_request, "user", AnonymousUser()),
            "is_dummy": True,
            "is_preview": True,
            "preview_mode": preview_mode,
        }
        for name, value in (said | (extra_request_attrs or {})).items():
            setattr(request, name, value)
        with translation.override(self.language):
            return self.serve_preview(request, preview_mode)

    def serve_preview(self, request: HttpRequest, mode_name: str | None) -> HttpResponse:  # noqa: ARG002
        """The page in the portal's own look."""
        from puebla.portal.views.pages import show_page

        return show_page(request, self, language=self.language)

    # What the public sees ------------------------------------------------------------------------------------------

    def publish(self, revision: Any, user: Any = None, **options: Any) -> None:
        """Publish, or set down for its hour, in one transaction with what follows from it."""
        from puebla.portal.actions import tell_published

        with transaction.atomic():
            super().publish(revision, user=user, **options)
            # Wagtail publishes another object than this one: the revision's own.
            tell_published(
                page=type(self).objects.get(pk=self.pk), by=user, told=options.get("log_action", True)
            )

    def save(self, *args: Any, **kwargs: Any) -> Any:
        """Save; what readers see of it is made anew, unless only a draft was kept, and a page taken off is told."""
        from puebla.portal.actions import tell_changed, tell_unpublished

        only = kwargs.get("update_fields")
        with transaction.atomic():
            was_live = self.pk is not None and type(self).objects.filter(pk=self.pk, live=True).exists()
            saved = super().save(*args, **kwargs)
            if was_live and not self.live:
                tell_unpublished(page=self)
            elif self.live and (only is None or not set(only) <= DRAFT_FIELDS):
                tell_changed()
        return saved

    def move(self, *args: Any, **kwargs: Any) -> Any:
        """Move the page with all below it; where it stood, a redirect leads to where it stands."""
        from puebla.portal.actions import tell_changed

        with transaction.atomic():
            moved = super().move(*args, **kwargs)
            tell_changed()
        return moved


class LanguageHome(PublicPage):
    """The root of a language's tree: its slug is the language's code, and so the beginning of every address below."""

    parent_page_types: list[str] = []
    subpage_types: list[str] = []
    preview_modes: list[Any] = []

    class Meta:
        verbose_name = _("language")
        verbose_name_plural = _("languages")

    def permissions_for_user(self, user: Any) -> cms.PagePermissionTester:
        """Nobody moves or removes a language."""
        return FixedPageTester(user, self)


class EditedPage(PublicPage):
    """A page about the process, below `about/`; the topmost one lists the others."""

    lede = models.TextField(
        _("introduction"), max_length=500, help_text=_("One or two sentences: what the reader learns here.")
    )
    body = StreamField(Body(), verbose_name=pgettext_lazy("of a page", "body"), blank=True)

    template = "portal/pages/edited.html"
    parent_page_types = ["portal.EditedPage"]
    subpage_types = ["portal.EditedPage"]
    content_panels = [TitlePanel("title"), FieldPanel("lede"), FieldPanel("body")]
    promote_panels = [
        MultiFieldPanel(
            [
                FieldPanel("slug"),
                FieldPanel("show_in_menus", heading=_("Show in the footer of every page")),
                FieldPanel("search_description"),
            ],
            heading=_("Address and finding"),
        )
    ]

    class Meta:
        verbose_name = _("page about the process")
        verbose_name_plural = _("pages about the process")

    @property
    def is_top(self) -> bool:
        """Whether this is the page at `about/` itself."""
        return bool(self.depth == 3)

    def permissions_for_user(self, user: Any) -> cms.PagePermissionTester:
        """The topmost page stays; the others follow the editor's rights."""
        return FixedPageTester(user, self) if self.is_top else super().permissions_for_user(user)


class NewsIndex(PublicPage):
    """The list of news and press releases, at `news/`."""

    lede = models.TextField(_("introduction"), max_length=500, blank=True)
    body = StreamField(
        Body(),
        verbose_name=_("for the press"),
        blank=True,
        help_text=_("Shown below the list: contact, usage of pictures."),
    )

    template = "portal/pages/news.html"
    parent_page_types: list[str] = []
    subpage_types = ["portal.NewsItem"]
    content_panels = [TitlePanel("title"), FieldPanel("lede"), FieldPanel("body")]
    promote_panels = [FieldPanel("search_description")]

    class Meta:
        verbose_name = _("list of news")
        verbose_name_plural = _("lists of news")

    def permissions_for_user(self, user: Any) -> cms.PagePermissionTester:
        """The list stays."""
        return FixedPageTester(user, self)


class NewsItem(PublicPage):
    """A piece of news or a press release."""

    class Kind(models.TextChoices):
        NEWS = "news", _("news")
        RELEASE = "release", _("press release")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.NEWS)
    dated_on = models.DateField(
        _("date"), help_text=_("The date that readers see, and by which news are ordered.")
    )
    lede = models.TextField(
        _("introduction"), max_length=500, help_text=_("What happened, in one or two sentences.")
    )
    body = StreamField(Body(), verbose_name=pgettext_lazy("of a page", "body"), blank=True)

    template = "portal/pages/news_item.html"
    parent_page_types = ["portal.NewsIndex"]
    subpage_types: list[str] = []
    content_panels = [
        TitlePanel("title"), FieldPanel("kind"), FieldPanel("dated_on"), FieldPanel("lede"), FieldPanel("body"),
    ]  # fmt: skip
    promote_panels = [
        MultiFieldPanel(
            [FieldPanel("slug"), FieldPanel("search_description")], heading=_("Address and finding")
        )
    ]

    class Meta:
        verbose_name = _("news item")
        verbose_name_plural = _("news items")


class RemovedPage(models.Model):
    """An address that was public and whose page was removed: it answers so, and not that it never was."""

    path = models.CharField(max_length=700, unique=True)
    title = models.CharField(max_length=255)
    removed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.path
