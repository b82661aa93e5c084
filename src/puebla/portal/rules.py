"""Who may do what with edited pages: answered from seats, and told to Wagtail in its own terms.

A person has no rights of their own. Wagtail asks its questions of *policies*; ours ask which permissions the person's seats
carry at this moment, so that access to the CMS ends with the seat.
"""

from collections.abc import Collection as Group
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from wagtail import models as cms
from wagtail.permission_policies.base import BasePermissionPolicy
from wagtail.permission_policies.pages import PagePermissionPolicy

from puebla.core import registry

EDIT = "edit_pages"
APPROVE = "approve_pages"
#: Wagtail's words for what an editor, and who approves, may do with pages.
PAGE_ACTIONS = {EDIT: {"add", "change", "lock"}, APPROVE: {"add", "change", "lock", "unlock", "publish"}}
PICTURE_ACTIONS = {
    EDIT: {"add", "change", "choose", "view"},
    APPROVE: {"add", "change", "delete", "choose", "view"},
}
REDIRECT_ACTIONS = {APPROVE: {"add", "change", "delete", "view"}}
#: Permissions that Wagtail asks for by name.
BY_NAME = {
    "wagtailadmin.access_admin": {EDIT, APPROVE},
    "simple_translation.submit_translation": {EDIT, APPROVE},
}

Actions = dict[str, set[str]]


def held(person: Any) -> frozenset[str]:
    """The permissions that the person's seats carry; asked once a request, since each request brings its own person."""
    if not getattr(person, "is_active", False) or not person.pk:
        return frozenset()
    known: frozenset[str] | None = getattr(person, "_editorial", None)
    if known is None:
        known = frozenset().union(*(ask(person) for ask in registry.permissions))
        person._editorial = known
    return known


def may_edit(person: Any) -> bool:
    """Whether the person may enter the CMS."""
    return bool(held(person) & {EDIT, APPROVE})


def may_approve(person: Any) -> bool:
    """Whether the person may publish what an editor has submitted."""
    return APPROVE in held(person)


def approvers() -> list[Any]:
    """Who may approve now."""
    return [person for ask in registry.holders for person in ask(APPROVE)]


def gives(person: Any, name: str) -> bool:
    """Whether a seat gives what Wagtail calls by this name; every other name is refused."""
    return bool(held(person) & BY_NAME.get(name, set()))


def actions_of(person: Any, actions: Actions) -> set[str]:
    """What the person may do, in Wagtail's words."""
    return set().union(*(actions.get(one, set()) for one in held(person)))


def everybody_with(actions: Actions, wanted: Group[str]) -> QuerySet[Any]:
    """The people whose seats allow any of these."""
    from django.contrib.auth import get_user_model

    permissions = [one for one, allowed in actions.items() if allowed & set(wanted)]
    people = {person.pk for one in permissions for ask in registry.holders for person in ask(one)}
    return get_user_model()._default_manager.filter(pk__in=people)


class PagesBySeats(PagePermissionPolicy):
    """Pages: the whole tree or nothing, as the person's seats say."""

    def get_all_permissions_for_user(self, user: Any) -> list[cms.GroupPagePermission]:
        """What Wagtail's own policy would read from groups; nothing of it is stored."""
        allowed = actions_of(user, PAGE_ACTIONS)
        root = cms.Page.get_first_root_node() if allowed else None
        if root is None:
            return []
        return [
            cms.GroupPagePermission(
                page=root, permission=Permission(codename=self._get_permission_codename(one))
            )
            for one in sorted(allowed)
        ]

    def users_with_any_permission(
        self,
        actions: Group[str],
        include_superusers: bool = True,  # noqa: ARG002
    ) -> QuerySet[Any]:
        """The people who may do any of these with some page."""
        return everybody_with(PAGE_ACTIONS, actions)

    def users_with_any_permission_for_instance(
        self,
        actions: Group[str],
        instance: cms.Page,  # noqa: ARG002
        include_superusers: bool = True,  # noqa: ARG002
    ) -> QuerySet[Any]:
        """The same for one page: nobody's rights depend on the page."""
        return everybody_with(PAGE_ACTIONS, actions)


class BySeats(BasePermissionPolicy):
    """Records whose rights are the same for each of them: pictures, redirects."""

    def __init__(self, model: Any, actions: Actions) -> None:
        super().__init__(model)
        self.actions = actions

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Whether seats allow this."""
        return action in actions_of(user, self.actions)

    def users_with_any_permission(self, actions: Group[str]) -> QuerySet[Any]:
        """The people who may do any of these."""
        return everybody_with(self.actions, actions)

    def collections_user_has_any_permission_for(self, user: Any, actions: Group[str]) -> QuerySet[Any]:
        """The collections of pictures: all, or none."""
        allowed = self.user_has_any_permission(user, actions)
        return cms.Collection.objects.all() if allowed else cms.Collection.objects.none()

    def collections_user_has_permission_for(self, user: Any, action: str) -> QuerySet[Any]:
        """The same for one action."""
        return self.collections_user_has_any_permission_for(user, [action])


def register_policies() -> None:
    """Hand Wagtail our policies in place of its own; called once from `apps.py`.

    Files are not kept in the CMS: documents are released by symbol, and pages refer to them.
    """
    from wagtail.contrib.redirects.models import Redirect
    from wagtail.documents.models import Document as CmsDocument
    from wagtail.permissions import register_permission_policy

    from puebla.portal.models import Picture

    register_permission_policy(cms.Page, PagesBySeats())
    # Exact: Wagtail's apps start after this room and register their own for the class.
    register_permission_policy(Picture, BySeats(Picture, PICTURE_ACTIONS), exact_class=True)
    register_permission_policy(Redirect, BySeats(Redirect, REDIRECT_ACTIONS), exact_class=True)
    for shut in (cms.Collection, CmsDocument):
        register_permission_policy(shut, BySeats(shut, {}), exact_class=True)
