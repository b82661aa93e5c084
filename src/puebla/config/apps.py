"""Start of the app."""

import datetime as dt
from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext as _

from puebla.core import registry
from puebla.core.operations import Chore


class ConfigConfig(AppConfig):
    """See the package's own words."""

    name = "puebla.config"
    label = "config"

    def ready(self) -> None:
        """Register checks, and the journal's sentences for what an instance is loaded with."""
        from puebla.config.checks import check_accounts, no_demonstration_accounts

        checks.register(no_demonstration_accounts, checks.Tags.database)
        registry.health_checks.add("accounts", check_accounts, rank=50)
        for act, phrase in {
            "edition.loaded": lambda facts: _("loaded the edition %(edition)s (%(records)s records)") % facts,
            "demonstration.loaded": lambda facts: _("loaded the demonstration"),  # noqa: ARG005
            "job.run_again": lambda facts: _("ran the failed job %(job)s again") % facts,
            "mail.sent_again": lambda facts: _("had a message tried again that was given up"),  # noqa: ARG005
            "health.examination_asked": lambda facts: _("had the journal and the files examined"),  # noqa: ARG005
            "instance.founded": lambda facts: _("founded this instance and invited %(coordinator)s") % facts,
        }.items():
            registry.journal_phrases.add(act, phrase)
        registry.desk_panels.add("config.technology", state_of_the_machine, rank=90)
        examined = Chore("health.examined", examine, every=dt.timedelta(hours=12))
        registry.chores.add("health.examined", examined, rank=90)


def state_of_the_machine(_person: Any, reach: Any) -> dict[str, object] | None:
    """The desk's panel for whoever looks after the machine: what failed, and the way to the page; nothing for others."""
    from django_tasks_db.models import DBTaskResult

    from puebla.config.rules import may_operate
    from puebla.core.mail import given_up
    from puebla.core.models import OutgoingMail

    if not may_operate(reach):
        return None
    failed = DBTaskResult.objects.failed().count()
    return {
        "template": "config/desk_technology.html",
        "context": {"failed": failed, "given_up": given_up(OutgoingMail.objects.all()).count()},
    }


def examine(at: dt.datetime) -> int:
    """The chore that examines the journal and the files."""
    from puebla.config.actions import keep_examination

    return keep_examination(at=at)
