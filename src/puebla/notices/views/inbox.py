"""A person's inbox: what they were told and may still see."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Window
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from puebla.accounts.models import Person
from puebla.accounts.views import PersonRequest, signed_in
from puebla.members.querysets import Reach, reach_of
from puebla.members.querysets.prepared import PreparedForReader
from puebla.notices import actions
from puebla.notices.actions.messages import Entry, entries_of
from puebla.notices.models import Notice
from puebla.notices.querysets import NoticeQuerySet

PER_PAGE = 50
ON_THE_DESK = 5
#: Of what changed at one meeting.
PARTS_SHOWN = 4


@signed_in
@require_safe
def inbox(request: PersonRequest) -> HttpResponseBase:
    """Everything the person was told, newest first, by document; or only what is unread."""
    reach = reach_of(request.person)
    seen = Notice.objects.visible_to(request.person, reach=reach)
    unread = seen.filter(read_at=None)
    only_unread = request.GET.get("show") == "unread"
    page = Paginator(unread if only_unread else seen, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": lines_of(list(page.object_list), request.person, reach),
        "unread": unread.count(),
        "only_unread": only_unread,
    }
    return render(request, "notices/inbox.html", context)


def lines_of(notices: list[Notice], person: Person, reach: Reach) -> list[dict[str, Any]]:
    """The entries of a page; the link of each marks its notices as read on the way."""
    return [_line(entry) for entry in entries_of(notices, person, reach)]


def _line(entry: Entry) -> dict[str, Any]:
    newest = max(entry.notices, key=lambda one: (one.happened_at, one.pk))
    # The newest parts first; the rest a click away.
    parts = sorted(
        (_line(part) for part in entry.parts), key=lambda part: part["notice"].happened_at, reverse=True
    )
    return {
        "entry": entry,
        "notice": newest,
        "unread": any(one.read_at is None for one in entry.notices),
        "parts": parts,
        "shown": parts[:PARTS_SHOWN],
        "folded": parts[PARTS_SHOWN:],
    }


def desk_panel(person: Person, reach: Reach) -> dict[str, object] | None:
    """The newest notices that were not read; None where there are none."""
    found = _unread.rows(person, reach)
    if not found:
        return None
    kept = Notice.objects.in_bulk([key for key, _count in found])
    newest = [kept[key] for key, _count in found if key in kept]
    lines = lines_of(newest, person, reach)[:ON_THE_DESK]
    return {"template": "notices/desk.html", "context": {"lines": lines, "unread": found[0][1]}}


def _newest_unread(person: Person, reach: Reach) -> Any:
    """Keys of the newest notices that were not read, each with how many there are in all."""
    unread = Notice.objects.visible_to(person, reach=reach).filter(read_at=None)
    return unread.annotate(of=Window(Count("pk"))).values_list("pk", "of")[: ON_THE_DESK * 3]


_unread = PreparedForReader(_newest_unread)


@signed_in
@require_safe
def open_notice(request: PersonRequest, ref: str) -> HttpResponseBase:
    """Go to what a notice is about; it is read then, with all others on the same record."""
    reach = reach_of(request.person)
    seen = Notice.objects.visible_to(request.person, reach=reach)
    notice = seen.filter(ref=ref).first()
    if notice is None:
        raise Http404
    if "all" in request.GET:
        return _open_whole(request, notice, seen, reach)
    entries = entries_of([notice], request.person, reach)
    if not entries:
        raise Http404
    actions.read_record(source=notice.source, subject=notice.subject, by=request.person, at=timezone.now())
    return redirect(entries[0].line.address)


def _open_whole(
    request: PersonRequest, notice: Notice, seen: NoticeQuerySet, reach: Reach
) -> HttpResponseBase:
    """Go to the meeting that the notice belongs to; whatever the inbox's page told of it is read then."""
    near = seen.filter(happened_at__lte=notice.happened_at)[: PER_PAGE * 2]
    entries = entries_of(list(near), request.person, reach)
    whole = next((one for one in entries if notice in one.notices), None)
    if whole is None:
        raise Http404
    actions.read_told(notices=whole.notices, by=request.person, at=timezone.now())
    return redirect(whole.line.address)


@signed_in
@require_POST
def read_all(request: PersonRequest) -> HttpResponseBase:
    """Mark everything as read."""
    count = actions.read_all(by=request.person, at=timezone.now())
    told = ngettext("%(count)d notice is marked as read.", "%(count)d notices are marked as read.", count)
    messages.success(request, told % {"count": count})
    return redirect("notices:inbox")


def wanted(request: HttpRequest, name: str, length: int = 200) -> str:
    """A short text that a form sent; a NUL cannot be asked of every database."""
    return request.POST.get(name, request.GET.get(name, "")).replace("\x00", "").strip()[:length]
