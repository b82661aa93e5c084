"""The board of replies: every party that was asked, what came and when, what is missing; as CSV and XLSX too."""

import datetime as dt
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from puebla.accounts.views import PersonRequest, signed_in
from puebla.circulars import rules
from puebla.circulars.models import Circular, FieldKind, Reply
from puebla.circulars.views.records import circular_or_404, date_facts, recipients_by_party
from puebla.circulars.views.replying import words_of
from puebla.core.languages import show
from puebla.core.tables import export_of
from puebla.members.models import StandingKind
from puebla.members.querysets import Reach, reach_of


@signed_in
@require_safe
def board(request: PersonRequest, address: str) -> HttpResponseBase:
    """Replies that the reader may read; who also sees what is missing sees every party that was asked."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    circular = circular_or_404(request, address, reach)
    whole = bool(rules.may_see_board(reach, circular))
    rows = rows_of(request, circular, reach, whole=whole)
    name = f"{circular.address.replace('/', '-')}-{_('replies')}"
    export = export_of(
        request, name=name, header=_header(circular), rows=(_cells(circular, one) for one in rows)
    )
    if export is not None:
        return export
    context = {
        "circular": circular, "rows": rows, "whole": whole, "sees_openings": rules.may_see_openings(reach, circular),
        "counts": _counts(rows), "late": circular.is_late(at), "reminders": circular.reminders.all() if whole else [],
        "totals": _totals(circular, rows), **date_facts(circular),
    }  # fmt: skip
    return render(request, "circulars/board.html", context)


def rows_of(request: PersonRequest, circular: Circular, reach: Reach, *, whole: bool) -> list[dict[str, Any]]:
    """One line a party, those missing among them where the reader sees that; a constant number of questions."""
    seen = (
        Reply.objects.visible_to(request.person, reach=reach).filter(circular=circular).exclude(state="draft")
    )
    standing: dict[int, Reply] = {}
    withdrawn: set[int] = set()
    for one in seen.select_related("sent_by").prefetch_related("files"):
        if one.state == "sent":
            standing[one.party_id] = one
        elif one.state == "withdrawn":
            withdrawn.add(one.party_id)
    opened: dict[int, dt.datetime] = {}
    if rules.may_see_openings(reach, circular):
        opened = dict(circular.openings.values_list("party_id", "opened_at"))
    return [
        {
            "party": group.party, "standing": group.standing, "people": len(group.people),
            "reply": standing.get(group.party.pk), "withdrawn": group.party.pk in withdrawn,
            "opened_at": opened.get(group.party.pk), "own": group.party.pk in reach.parties,
            "state": _state(circular, group.standing, standing.get(group.party.pk), withdrawn=group.party.pk in withdrawn),
        }
        for group in recipients_by_party(circular)
        if group.party.kind != "secretariat"
        and (whole or group.party.pk in standing or group.party.pk in reach.parties)
    ]  # fmt: skip


def _state(circular: Circular, standing: str, one: Reply | None, *, withdrawn: bool) -> str:
    if one is not None:
        return "late" if one.late else "replied"
    if withdrawn:
        return "withdrawn"
    asked = standing == StandingKind.MEMBER or not rules.is_kept_for_members(circular)
    return "missing" if asked else "not_asked"


def _counts(rows: list[dict[str, Any]]) -> dict[str, int]:
    return {
        state: sum(one["state"] == state for one in rows)
        for state in ("replied", "late", "missing", "withdrawn")
    }


def _totals(circular: Circular, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """How often each option of a choice was taken."""
    found = []
    for asked in circular.reply_form:
        if asked["kind"] != FieldKind.CHOICE:
            continue
        taken = [one["reply"].answers.get(asked["code"]) for one in rows if one["reply"]]
        options = [
            {"names": option["names"], "count": taken.count(option["code"])} for option in asked["options"]
        ]
        found.append({"labels": asked["labels"], "options": options})
    return found


def _header(circular: Circular) -> list[str]:
    asked = [str(show(one["labels"])) for one in circular.reply_form]
    return [_("Code"), _("Party"), _("Standing"), _("State"), _("Sent"), _("Sent by"), *asked]


def _cells(circular: Circular, row: dict[str, Any]) -> list[Any]:
    words = {
        "replied": _("in time"),
        "late": _("late"),
        "missing": _("missing"),
        "not_asked": _("only informed"),
        "withdrawn": pgettext("circular", "withdrawn"),
    }
    reply = row["reply"]
    filed = {one.field: one.name for one in reply.files.all()} if reply else {}
    answers = [
        filed.get(one["code"], "") or words_of(one, reply.answers.get(one["code"])) if reply else ""
        for one in circular.reply_form
    ]
    return [
        row["party"].code, str(row["party"]), str(StandingKind(row["standing"]).label), words[row["state"]],
        timezone.localtime(reply.sent_at).strftime("%Y-%m-%d %H:%M:%S") if reply else "",
        reply.sent_by.full_name if reply else "", *answers,
    ]  # fmt: skip
