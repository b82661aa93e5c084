"""What is done to edited pages: the trees, first texts, the hour of publication; and what follows from each act.

Editors act through Wagtail, whose pages call the `tell_…` functions here in the transaction of the act.
"""

import datetime as dt
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from wagtail import models as cms
from wagtail.log_actions import get_active_log_context
from wagtail.users.models import UserProfile

from puebla.core import journal
from puebla.core.mail import post
from puebla.core.verdicts import RefusedError
from puebla.portal import rules
from puebla.portal.models import (
    EditedPage,
    LanguageHome,
    NewsIndex,
    NewsItem,
    Picture,
    PublicPage,
    RemovedPage,
    SecretariatReview,
)
from puebla.publications.actions import turn_epoch

logger = logging.getLogger("puebla.portal")

ABOUT, NEWS = "about", "news"


# What follows from an act ------------------------------------------------------------------------------------------


def _now() -> dt.datetime:
    """The instant of an act of Wagtail's, which brings none."""
    return timezone.now()


def tell_changed() -> None:
    """What readers see has changed: stored pages are made anew."""
    turn_epoch(at=_now())


def tell_published(*, page: PublicPage, by: Any, told: Any = True) -> None:
    """A page was published, or set down for its hour.

    Args:
        told: written into the journal; first texts are told there together.
    """
    scheduled = page.scheduled_revision
    if scheduled is not None:
        _record("page.scheduled", page, by, go_live_at=scheduled.approved_go_live_at.isoformat())
        return
    RemovedPage.objects.filter(path=page.public_path).delete()
    if told:
        _record("page.published", page, by)
    tell_changed()


def tell_unpublished(*, page: PublicPage) -> None:
    """A page is no longer public."""
    _record("page.unpublished", page, get_active_log_context().user)
    tell_changed()


def tell_removed(*, page: PublicPage) -> None:
    """A page is about to be removed with all below it: addresses that were public are kept as such."""
    at = _now()
    public = page.get_descendants(inclusive=True).exclude(first_published_at=None)
    for path, title in public.values_list("url_path", "title"):
        RemovedPage.objects.update_or_create(path=path, defaults={"title": title, "removed_at": at})
    _record("page.removed", page, get_active_log_context().user)
    tell_changed()


def tell_submitted(*, page: cms.Page, by: Any) -> None:
    """A page waits for somebody's approval: they are written to, each in their language."""
    at = _now()
    title = page.draft_title or page.title
    address = settings.BASE_URL + reverse("wagtailadmin_pages:edit", args=[page.pk])
    for person in rules.approvers():
        with translation.override(person.language):
            body = _(
                "%(editor)s has submitted the page “%(title)s” for your approval.\n\nRead it, correct it, approve it or"
                " ask for changes here:\n%(address)s\n"
            ) % {"editor": by or _("Somebody"), "title": title, "address": address}
            post(
                to=person.email, subject=_("A page waits for approval: %(title)s") % {"title": title},
                body=body, language=person.language, at=at,
            )  # fmt: skip
    _record("page.submitted", page, by)


def _record(act: str, page: cms.Page, by: Any, **facts: str) -> None:
    journal.record(
        act, at=_now(), person=by, subject=page, subject_ref=page.url_path,
        facts={"title": page.title, "language": page.locale.language_code, **facts},
    )  # fmt: skip


def keep_language(person: Any) -> None:
    """Let Wagtail speak to a person in the language of their own entry."""
    profile = UserProfile.get_for_user(person)
    if profile.preferred_language != person.language:
        profile.preferred_language = person.language
        profile.save(update_fields=["preferred_language"])


# The hour of publication -------------------------------------------------------------------------------------------


def publish_due(at: dt.datetime) -> int:
    """Publish what was approved for an hour that has come, take away what has expired; how many pages.

    A page that cannot be published is told in the log and does not hold up the others.
    """
    due = cms.Revision.objects.filter(approved_go_live_at__lte=at).order_by("approved_go_live_at", "pk")
    expired = cms.Page.objects.live().filter(expire_at__lte=at).order_by("expire_at", "pk")
    done, failed = 0, []
    for one in [*expired.specific(), *due]:
        try:
            with transaction.atomic():
                if isinstance(one, cms.Page):
                    one.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
                else:
                    one.publish(log_action="wagtail.publish.scheduled")
            done += 1
        except Exception as error:
            logger.exception("The page of %s could not be published or taken away at its hour", one)
            failed.append(error)
    if failed:
        raise failed[0]
    return done


# The trees ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PageText:
    """A page as an edition or the demonstration brings it.

    Args:
        path: below the language: `about`, `about/process`, `news/2026-first`.
        texts: by language: title, lede, body (blocks as `(kind, value)`).
        footer: named in the footer of every page.
        columns: what else the page's kind has, such as the date of news.
    """

    path: str
    texts: Mapping[str, "Words"]
    footer: bool = False
    columns: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Words:
    """A page's words in one language."""

    title: str
    lede: str
    body: list[tuple[str, Any]] = field(default_factory=list)


def content_languages(languages: Iterable[str]) -> list[str]:
    """The working languages in which there are pages: those of the software."""
    offered = dict(settings.LANGUAGES)
    return [code for code in languages if code in offered]


@transaction.atomic
def plant_trees(*, languages: Iterable[str], at: dt.datetime) -> None:
    """A tree for each working language with `about/` and `news/`, not yet public; what stands is left alone."""
    codes = content_languages(languages)
    root = cms.Page.get_first_root_node() or cms.Page.add_root(
        instance=cms.Page(title="Root", slug="root", locale=_locale(codes[0]))
    )
    if not cms.Collection.objects.exists():
        cms.Collection.add_root(name="Root")
    first = None
    for code in codes:
        home = _home(root, code, first)
        first = first or home
    _drop_welcome(root, first)
    _set_workflow(root)
    turn_epoch(at=at)


def _locale(code: str) -> cms.Locale:
    locale, _made = cms.Locale.objects.get_or_create(language_code=code)
    return locale


def _home(root: cms.Page, code: str, first: LanguageHome | None) -> LanguageHome:
    """The tree of a language; as a translation of the first one."""
    home: LanguageHome | None = LanguageHome.objects.filter(locale__language_code=code).first()
    if home is None:
        kin = {"translation_key": first.translation_key} if first else {}
        name = dict(settings.LANGUAGES)[code]
        home = root.add_child(instance=LanguageHome(title=name, slug=code, locale=_locale(code), **kin))
    with translation.override(code):
        tops: dict[str, PublicPage] = {
            ABOUT: EditedPage(title=_("About"), lede=_("Who we are.")),
            NEWS: NewsIndex(title=_("News")),
        }
    for slug, page in tops.items():
        if not home.get_children().filter(slug=slug).exists():
            page.slug, page.locale, page.live = slug, home.locale, False
            elder = first.get_children().filter(slug=slug).first() if first else None
            if elder is not None:
                page.translation_key = elder.translation_key
            home.add_child(instance=page)
    return home


def _drop_welcome(root: cms.Page, home: LanguageHome | None) -> None:
    """Point Wagtail's one site at our tree, and take the page away with which Wagtail greets."""
    cms.Site.objects.update_or_create(
        is_default_site=True, defaults={"hostname": "localhost", "port": 80, "root_page": home or root}
    )
    for page in root.get_children().filter(slug="home"):
        if page.specific_class is cms.Page:
            page.delete()


def _set_workflow(root: cms.Page) -> None:
    """Everything an editor writes is read by whoever may approve; what Wagtail proposes instead knows only groups."""
    if SecretariatReview.objects.exists():
        return
    cms.Workflow.objects.all().delete()
    cms.Task.objects.all().delete()
    Group.objects.all().delete()
    workflow = cms.Workflow.objects.create(name="Review · Revisión")
    task = SecretariatReview.objects.create(name="Secretariat · Secretaría")
    cms.WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    cms.WorkflowPage.objects.create(workflow=workflow, page=root)


@transaction.atomic
def write_pages(texts: Iterable[PageText], *, languages: Iterable[str], at: dt.datetime) -> int:
    """Write and publish the first texts, each where nobody has written yet; how many pages.

    What editors have changed, or removed, stays as they left it.
    """
    codes = content_languages(languages)
    plant_trees(languages=codes, at=at)
    written = 0
    for text in texts:
        kin: PublicPage | None = None
        for code in codes:
            words = text.texts.get(code)
            if words is None:
                continue
            page = _page_for(text, code, words, kin)
            kin = kin or (page[0] if page else None)
            if page is not None and page[1]:
                page[0].save_revision(clean=False, log_action=False).publish(log_action=False)
                written += 1
    if written:
        journal.record("pages.written", at=at, facts={"pages": written})
    return written


def bring_picture(*, title: str, name: str, content: bytes) -> Picture:
    """Keep a picture as an editor's upload is kept: by the form that draws it anew.

    Raises:
        RefusedError: where it is no picture.
    """
    from wagtail.images.forms import get_image_form

    uploaded = SimpleUploadedFile(name, content)
    root = cms.Collection.get_first_root_node()
    form = get_image_form(Picture)({"title": title, "collection": root.pk}, {"file": uploaded}, user=None)
    if not form.is_valid():
        raise RefusedError(" ".join(message for messages in form.errors.values() for message in messages))
    kept: Picture = form.save()
    return kept


def _page_for(
    text: PageText, code: str, words: Words, kin: PublicPage | None
) -> tuple[PublicPage, bool] | None:
    """The page at this path, and whether it is ours to write; None where its parent is not there or it was removed."""
    path = f"/{code}/{text.path}/"
    standing = cms.Page.objects.filter(url_path=path).first()
    if standing is not None and standing.latest_revision_id is not None:
        return standing.specific, False
    if RemovedPage.objects.filter(path=path).exists():
        return None
    values = {
        "title": words.title,
        "lede": words.lede,
        "body": words.body,
        "show_in_menus": text.footer,
        **text.columns,
    }
    if standing is not None:
        page = standing.specific
        for name, value in values.items():
            setattr(page, name, value)
        return page, True
    above, _slash, slug = text.path.rpartition("/")
    parent = cms.Page.objects.filter(url_path=f"/{code}/{above}/").first()
    if parent is None:
        return None
    kind = NewsItem if parent.specific_class is NewsIndex else EditedPage
    if kin is not None:
        values["translation_key"] = kin.translation_key
    page = parent.add_child(instance=kind(slug=slug, locale=_locale(code), live=False, **values))
    return page, True
