"""The public lists of who we are: written from today's records whenever one of them changes."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import translation

from puebla.core.languages import Texts
from puebla.core.models import Process
from puebla.members.models import Audience, Body, Meeting, Party, PresidencyTerm, Standing, StandingKind
from puebla.members.querysets import today
from puebla.publications import actions as publications


@transaction.atomic
def publish_who_we_are(*, at: dt.datetime) -> None:
    """Copy parties, bodies, presidencies and meetings to the public lists; call it inside the act's transaction.

    A standing that begins or ends by date alone changes the lists without an act, so this also runs daily.
    """
    names = _names_of_standings(_languages())
    publications.publish_parties(_party_rows(today(at), names), at=at)
    publications.publish_standings(_standing_rows(names), at=at)
    publications.publish_bodies(_body_rows(), at=at)
    publications.publish_presidencies(_presidency_rows(), at=at)
    publications.publish_meetings(_meeting_rows(), at=at)


def _languages() -> list[str]:
    return Process.objects.values_list("languages", flat=True).first() or ["en", "es"]


def _names_of_standings(languages: list[str]) -> dict[str, Texts]:
    """Standings and what each is called; the secretariat serves and is no party to the public."""
    kinds = [one for one in StandingKind if one is not StandingKind.SECRETARIAT]
    return {one.value: _in_every_language(one, languages) for one in kinds}


def _in_every_language(kind: StandingKind, languages: list[str]) -> Texts:
    names = {}
    for code in languages:
        with translation.override(code):
            names[code] = str(kind.label)
    return names


def _party_rows(day: dt.date, names: dict[str, Texts]) -> list[dict[str, Any]]:
    """Everybody who takes part on this day, and who once did: their pages stay."""
    latest: dict[int, Standing] = {}
    for standing in Standing.objects.filter(from_on__lte=day, kind__in=names).order_by("from_on"):
        latest[standing.party_id] = standing
    rows = []
    for party in Party.objects.filter(pk__in=latest).select_related("parent").order_by("code"):
        standing = latest[party.pk]
        takes_part = standing.until_on is None or standing.until_on >= day
        rows.append({
            "code": party.code, "kind": party.kind, "parent_code": party.parent.code if party.parent else "",
            "standing": standing.kind if takes_part else "",
            "standing_names": names[standing.kind] if takes_part else {},
            "names": party.names, "short_names": party.short_names, "iso3": party.iso3, "website": party.website,
            "since_on": standing.from_on, "since_precision": standing.from_precision,
            "confirmed": standing.confirmed, "remark": standing.note,
        })  # fmt: skip
    return rows


def _standing_rows(names: dict[str, Texts]) -> list[dict[str, Any]]:
    return [
        {
            "party_code": one.party.code, "kind": one.kind, "kind_names": names[one.kind],
            "from_on": one.from_on, "precision": one.from_precision, "until_on": one.until_on,
            "confirmed": one.confirmed, "remark": one.note,
        }
        for one in Standing.objects.filter(kind__in=names).select_related("party").order_by("from_on", "pk")
    ]  # fmt: skip


def _body_rows() -> list[dict[str, Any]]:
    """Bodies whose room may open to the public: what a sealed network is, it tells itself."""
    return [
        {
            "code": body.code, "function": body.function, "names": body.names, "short_names": body.short_names,
            "descriptions": body.descriptions, "from_on": body.from_on, "precision": body.from_precision,
            "until_on": body.until_on, "rank": body.rank,
        }
        for body in Body.objects.filter(room__cap__gte=Audience.PUBLIC)
    ]  # fmt: skip


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
    meetings = Meeting.objects.filter(draft=False, body__room__cap__gte=Audience.PUBLIC).select_related(
        "body", "host"
    )
    return [
        {
            "symbol": meeting.symbol,
            "body_code": meeting.body.code,
            "body_names": meeting.body.names,
            "number": meeting.number,
            "titles": meeting.titles,
            "places": meeting.places,
            "host_code": meeting.host.code if meeting.host else "",
            "host_names": meeting.host.short_names if meeting.host else {},
            "themes_text": meeting.themes_text,
            "joint_with": meeting.joint_with,
            "joint_code": meeting.joint_code,
            "joint_symbol": meeting.joint_symbol,
            "starts_on": meeting.starts_on,
            "ends_on": meeting.ends_on,
            "precision": meeting.precision,
            "confirmed": meeting.confirmed,
            "remark": meeting.remark,
        }
        for meeting in meetings
    ]
