"""The directory, a person's page, a person's card."""

import datetime as dt
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.languages import show
from puebla.core.tables import export_of
from puebla.core.verdicts import Verdict
from puebla.core.words import fold
from puebla.members import rules
from puebla.members.forms import DirectoryFilter
from puebla.members.models import Seat
from puebla.members.querysets import Reach, SeatQuerySet, reach_of, today
from puebla.members.views.vcards import vcard as write_vcard

PAGE = 25


@dataclass(frozen=True)
class Entry:
    """A person in a list with the seats that the reader may know of."""

    person: Person
    seats: list[Seat]


def entries_of(person_ids: list[int], seats: SeatQuerySet) -> list[Entry]:
    """The people in this order, each with their seats among these; two queries whatever their number."""
    people = Person.objects.in_bulk(person_ids)
    held: dict[int, list[Seat]] = {}
    for seat in seats.filter(person_id__in=person_ids).select_related("party", "body", "role", "room"):
        held.setdefault(seat.person_id, []).append(seat)
    return [Entry(people[pk], held.get(pk, [])) for pk in person_ids if pk in people]


@signed_in
def directory(request: PersonRequest) -> HttpResponseBase:
    """Everybody with a seat today that the reader may know of."""
    now = timezone.now()
    reach = reach_of(request.person, now)
    seats = Seat.objects.effective(now).visible_to(request.person, reach=reach)
    form = DirectoryFilter(request.GET, seats=seats)
    found = form.narrow(seats)
    names = dict(found.order_by().values_list("person_id", "person__full_name"))
    words = fold(form.words()).split()
    ids = [pk for pk, name in names.items() if all(word in fold(name) for word in words)]
    ids.sort(key=lambda pk: (fold(names[pk]), pk))
    if request.GET.get("export"):
        exported = export_of(
            request,
            name="directory",
            header=[
                _("Name"),
                _("Office held"),
                _("E-mail"),
                _("Telephone"),
                _("Party"),
                _("Body"),
                _("Role"),
                _("Until"),
            ],
            rows=_rows(entries_of(ids, seats)),
        )
        if exported is not None:
            return exported
    page = Paginator(ids, PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "entries": entries_of(list(page.object_list), seats),
        "empty": reach.is_empty,
    }
    return render(request, "members/directory.html", context)


def _rows(entries: list[Entry]) -> list[list[object]]:
    return [
        [
            entry.person.full_name,
            show(entry.person.job_titles),
            entry.person.email,
            entry.person.phone,
            show(seat.party.short_names),
            show(seat.body.names) if seat.body else "",
            show(seat.role.names),
            seat.until_on.isoformat() if seat.until_on else "",
        ]
        for entry in entries
        for seat in entry.seats
    ]


@dataclass(frozen=True)
class SeatLine:
    """A seat on a page, with what the reader may do to it."""

    seat: Seat
    unseat: Verdict
    waiting: bool


def seat_lines(seats: list[Seat], reader: Person, reach: Reach, *, at: dt.datetime) -> list[SeatLine]:
    """Seats with the verdicts of their buttons."""
    return [
        SeatLine(
            seat,
            rules.may_unseat(reader, seat, at=at, reach=reach),
            waiting=seat.room.sealed and seat.confirmed_at is None,
        )
        for seat in seats
    ]


@signed_in
def person(request: PersonRequest, ref: str) -> HttpResponseBase:
    """One person with their seats present and past, as far as the reader may know of them."""
    now = timezone.now()
    reach = reach_of(request.person, now)
    known, seats = _known(request.person, reach, ref)
    day = today(now)
    running = [one for one in seats if one.ended_at is None and (one.until_on is None or one.until_on >= day)]
    context = {
        "known": known,
        "is_self": known.pk == request.person.pk,
        "present": seat_lines(running, request.person, reach, at=now),
        "past": [one for one in seats if one not in running],
        "may_retire": rules.may_retire(request.person, known, at=now, reach=reach),
        "may_seat": known.is_active and any(rules.manages(reach, one.party) for one in seats),
        "manages": rules.manages_all(reach) or any(rules.manages(reach, one.party) for one in seats),
        "title": show(known.job_titles),
    }
    return render(request, "members/person.html", context)


def _known(reader: Person, reach: Reach, ref: str) -> tuple[Person, list[Seat]]:
    """The person and the seats that the reader may know of; nothing may be known of whoever has none of these."""
    known = get_object_or_404(Person, ref=ref)
    seats = Seat.objects.visible_to(reader, reach=reach).filter(person=known)
    found = list(seats.select_related("party", "body", "role", "room").order_by("-from_on", "pk"))
    for one in found:
        one.person = known
    if not found and known.pk != reader.pk:
        raise Http404
    return known, found


@signed_in
def vcard(request: PersonRequest, ref: str) -> HttpResponseBase:
    """The person's card for an address book."""
    now = timezone.now()
    reach = reach_of(request.person, now)
    known, seats = _known(request.person, reach, ref)
    day = today(now)
    # A seat that its chair has not confirmed is a proposal: it goes into no address book.
    running = [
        one
        for one in seats
        if one.from_on <= day
        and (one.until_on is None or one.until_on >= day)
        and (one.confirmed_at or not one.room.sealed)
    ]
    url = request.build_absolute_uri(request.path.removesuffix("card.vcf"))
    return HttpResponse(
        write_vcard(known, running, url=url, at=now),
        content_type="text/vcard; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{known.ref}.vcf"'},
    )
