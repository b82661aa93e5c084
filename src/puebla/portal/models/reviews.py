"""The step of the workflow in which somebody else than the editor reads a page before the public does."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from wagtail.models import Task, TaskState

from puebla.portal import rules


class SecretariatReview(Task):
    """Whoever may approve, by their seat, approves what was submitted or asks for changes."""

    class Meta:
        verbose_name = _lazy("review by the secretariat")
        verbose_name_plural = _lazy("reviews by the secretariat")

    def start(self, workflow_state: Any, user: Any = None) -> TaskState:
        """Begin the review and write to those who may approve."""
        from puebla.portal.actions import tell_submitted

        # Wagtail begins a review in a transaction of its own, but takes one up again in none.
        with transaction.atomic():
            state = super().start(workflow_state, user=user)
            tell_submitted(page=workflow_state.content_object, by=user)
        return state

    def user_can_access_editor(self, obj: Any, user: Any) -> bool:  # noqa: ARG002
        """Who approves may also correct."""
        return rules.may_approve(user)

    def locked_for_user(self, obj: Any, user: Any) -> bool:  # noqa: ARG002
        """While it is read, others do not change it."""
        return not rules.may_approve(user)

    def user_can_lock(self, obj: Any, user: Any) -> bool:  # noqa: ARG002
        """Who approves may hold the page."""
        return rules.may_approve(user)

    def user_can_unlock(self, obj: Any, user: Any) -> bool:  # noqa: ARG002
        """The review's own lock ends with it."""
        return False

    def get_actions(self, obj: Any, user: Any) -> list[tuple[str, str, bool]]:  # noqa: ARG002
        """Approve, or ask for changes with a comment."""
        if not rules.may_approve(user):
            return []
        return [
            ("reject", _("Ask for changes"), True),
            ("approve", _("Approve"), False),
            ("approve", _("Approve with a comment"), True),
        ]

    def get_task_states_user_can_moderate(self, user: Any, **_options: Any) -> QuerySet[Any]:
        """What waits for this person."""
        if not rules.may_approve(user):
            none: QuerySet[Any] = TaskState.objects.none()
            return none
        waiting: QuerySet[Any] = self.task_states.filter(status=TaskState.STATUS_IN_PROGRESS)
        return waiting

    @classmethod
    def get_description(cls) -> str:
        """What the CMS says of this step."""
        return _("People whose seat lets them approve pages read it before the public does")
