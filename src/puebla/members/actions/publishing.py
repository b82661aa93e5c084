"""The public lists of who we are: written from today's records whenever one of them changes."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import translation

from puebla.core.languages import Texts
from puebla.core.models import Process
from puebla.members.models import Audience, Meeting, Party, PresidencyTerm, Standing, StandingKind
from puebla.members.querysets import today
from puebla.publications import actions as publications


@transaction.atomic
def publish_who_we_are(*, at: dt.datetime) -> None:
    """Copy parties, presidencies and meetings to the public lists; call it inside the act's transaction.

    A standing that begins or ends by date alone changes the lists without an act, so this also runs daily.
    """
    languages = _languages()
    publications.publish_parties(_party_rows(today(at), languages), at=at)
    publications.publish_presidencies(_presidency_rows(), at=at)
    publications.publish_meetings(_meeting_rows(), at=at)


def _languages() -> list[str]:
    return Process.objects.values_list("languages", flat=True).first() or ["en", "es"]


def _in_every_language(kind: str, languages: list[str]) -> Texts:
    names = {}
    for code in languages:
        with translation.override(code):
            names[code] = str(StandingKind(kind).label)
    return names


def _party_rows(day: dt.date, languages: list[str]) -> list[dict[str, Any]]:
    """Everybody who takes part on this day; the secretariat serves and is no party to the public."""
    kinds = [one.value for one in StandingKind if one is not StandingKind.SECRETARIAT]
    names = {kind: _in_every_language(kind, languages) for kind in kinds}
    standings: dict[int, Standing] = {}
    for standing in Standing.objects.filter(from_on__lte=day).order_by("from_on"):
        if standing.until_on is None or standing.until_on >= day:
            standings[standing.party_id] = standing
    return [
        {
            "code": party.code,
            "standing": standings[party.pk].kind,
            "standing_names": names[standings[party.pk].kind],
            "names": party.names,
            "short_names": party.short_names,
            "iso3": party.iso3,
            "website": party.website,
            "since_on": standings[party.pk].from_on,
            "since_precision": standings[party.pk].from_precision,
            "confirmed": standings[party.pk].confirmed,
            "remark": standings[party.pk].note,
        }
        for party in Party.objects.order_by("code")
        if party.pk in standings and standings[party.pk].kind in names
    ]


def _presidency_rows() -> list[dict[str, Any]]:
    return [
        {
            "body_code": term.body.code,
            "starts_on": term.starts_on,
            "precision": term.precision,
            "party_code": term.party.code if term.party else "",
            "party_names": term.party.short_names if term.party else {},
            "confirmed": term.confirmed,
            "remark": term.remark,
        }
        for term in PresidencyTerm.objects.select_related("body", "party")
    ]


def _meeting_rows() -> list[dict[str, Any]]:
    """Meetings of bodies whose room may open to the public: a sealed network's meetings stay with it."""
    meetings = Meeting.objects.filter(body__room__cap__gte=Audience.PUBLIC).select_related("body", "host")
    return [
        {
            "symbol": meeting.symbol,
            "body_code": meeting.body.code,
            "body_names": meeting.body.names,
            "number": meeting.number,
            "titles": meeting.titles,
            "places": meeting.places,
            "host_names": meeting.host.short_names if meeting.host else {},
            "themes_text": meeting.themes_text,
            "starts_on": meeting.starts_on,
            "ends_on": meeting.ends_on,
            "precision": meeting.precision,
            "confirmed": meeting.confirmed,
            "remark": meeting.remark,
        }
        for meeting in meetings
    ]
