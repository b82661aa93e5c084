"""An edition's Plan of Action: what its parts and objectives are, and the goals of others that commitments are tagged with.

They stand in `plan.toml`, which an edition need not have. A list of goals is brought to what the file says; an edition of the
plan is begun where there is none of its code, and from then on it belongs to the secretariat.
"""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from puebla.core import journal
from puebla.core.models import Process, parse_imprecise
from puebla.core.verdicts import RefusedError
from puebla.documents.models import Theme
from puebla.members.models import Audience, Body, Party
from puebla.plan.models import Framework, Goal, Objective, Pillar, Plan

FILE = "plan.toml"


@transaction.atomic
def load(folder: Path, *, at: dt.datetime) -> int:
    """Load the plan of an edition's folder; how many records were written."""
    path = folder / FILE
    if not path.is_file():
        return 0
    try:
        content = tomllib.loads(path.read_text("utf-8"))
        written = sum(
            _goals(entry, rank * 10) for rank, entry in enumerate(content.get("goals", []), start=1)
        )
        written += sum(_plan(entry, at) for entry in content.get("plan", []))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RefusedError(
            _("%(file)s cannot be read: %(error)s.") % {"file": FILE, "error": error}
        ) from None
    except KeyError as error:
        raise RefusedError(_("%(where)s lacks: %(keys)s.") % {"where": FILE, "keys": error.args[0]}) from None
    if written:
        facts = {"records": written}
        journal.record("plan.loaded", at=at, subject_ref=Process.current().code, facts=facts)
    return written


def _goals(entry: dict[str, Any], rank: int) -> int:
    framework, made = Framework.objects.update_or_create(
        code=entry["code"], defaults={"names": entry["names"], "rank": rank}
    )
    standing = {one.code: one for one in framework.goals.all()}
    written = int(made)
    for number, goal in enumerate(entry["list"], start=1):
        names = {language: words for language, words in goal.items() if language != "code"}
        known = standing.get(goal["code"])
        if known is None or (known.names, known.rank) != (names, number):
            Goal.objects.update_or_create(
                framework=framework, code=goal["code"], defaults={"names": names, "rank": number}
            )
            written += 1
    return written


def _plan(entry: dict[str, Any], at: dt.datetime) -> int:
    if Plan.objects.filter(code=entry["code"]).exists():
        return 0
    body = Body.objects.select_related("room").filter(code=entry["body"]).first()
    if body is None:
        raise RefusedError(_("%(where)s names “%(code)s”, which is nowhere in the edition.")
                           % {"where": FILE, "code": entry["body"]})  # fmt: skip
    first, known = parse_imprecise(entry["from"])
    names = ("titles", "summaries", "pillar_names", "objective_names")
    plan = Plan.objects.create(
        code=entry["code"], body=body, room=body.room, room_cap=body.room.cap, audience=Audience.SECRETARIAT,
        party=Party.objects.get(kind=Party.Kind.SECRETARIAT), from_on=first, from_precision=known, created_at=at, changed_at=at,
        **{name: entry[name] for name in names},
    )  # fmt: skip
    written = 1
    for number, part in enumerate(entry["part"], start=1):
        theme = Theme.objects.filter(code=part.get("theme", "")).first()
        pillar = Pillar.objects.create(
            plan=plan, code=part["code"], number=number, names=part["names"], theme=theme
        )
        Objective.objects.bulk_create(
            Objective(pillar=pillar, number=place, names=objective)
            for place, objective in enumerate(part["objectives"], start=1)
        )
        written += 1 + len(part["objectives"])
    return written
