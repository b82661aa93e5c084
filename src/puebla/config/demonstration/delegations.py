"""Delegations of the demonstration's meetings, in all states: named, reviewed, accredited, registered, at the door, purged."""

import datetime as dt
import io
from typing import Any

from puebla.accounts.models import Person
from puebla.config.demonstration.people import Cast
from puebla.core.languages import Texts
from puebla.core.typesetting import compiled, quoted
from puebla.meetings.actions import delegations as actions
from puebla.meetings.models import Convening, Delegate, Session
from puebla.members.models import Party

#: Party, whose account names, whose account comes (empty: a name), the name, role, office of who has no account.
NAMED: tuple[tuple[str, str, str, str, str, Texts], ...] = (
    ("CRI", "focal.cri", "delegate.cri", "", "head", {}),
    ("CRI", "focal.cri", "focal.cri", "", "alternate", {}),
    ("CRI", "focal.cri", "", "Irene Crisol", "adviser", {"en": "Adviser, directorate-general of migration", "es": "Asesora, dirección general de migración"}),
    ("HND", "focal.hnd", "delegate.hnd", "", "head", {}),
    ("MEX", "focal.mex", "viceminister.mex", "", "head", {}),
    ("MEX", "focal.mex", "", "Andrés Torno", "interpreter", {"en": "Interpreter", "es": "Intérprete"}),
    ("GTM", "focal.gtm", "focal.gtm", "", "head", {}),
    ("GTM", "focal.gtm", "liaison.gtm", "", "member", {}),
    ("SLV", "focal.slv", "focal.slv", "", "head", {}),
    ("SLV", "focal.slv", "statistics.slv", "", "adviser", {}),
    ("USA", "focal.usa", "focal.usa", "", "head", {}),
    ("CAN", "focal.can", "focal.can", "", "head", {}),
    ("BLZ", "focal.blz", "focal.blz", "", "head", {}),
    ("DOM", "focal.dom", "focal.dom", "", "head", {}),
    ("COL", "observer.col", "observer.col", "", "head", {}),
    ("UNHCR", "observer.unhcr", "observer.unhcr", "", "member", {}),
    ("RNCOM", "civil", "civil", "", "head", {}),
    ("TS", "secretariat", "assistant", "", "member", {}),
    ("TS", "secretariat", "secretariat", "", "head", {}),
)  # fmt: skip
QUOTAS = {"member": 6, "observer_state": 2, "observer_organisation": 2, "civil_society": 3}
#: Whose letter came, and whether it was found in order.
LETTERS = {"CRI": True, "HND": True, "GTM": True, "MEX": False}
#: Of the coming meeting: who is accredited by now, who has registered, who lets the name be published.
ACCREDITED = ("delegate.cri", "focal.cri", "delegate.hnd", "focal.gtm", "liaison.gtm", "focal.slv", "observer.col", "assistant", "secretariat")  # fmt: skip
REGISTERED = {"delegate.cri": True, "focal.gtm": True, "liaison.gtm": False, "assistant": True}


def ask(convening: Convening, cast: Cast, *, at: dt.datetime) -> None:
    """The assistant says how many each delegation may be, until when, and invites the network of civil society."""
    by = cast["assistant"]
    convening.refresh_from_db()
    actions.set_quotas(
        convening=convening, quotas=dict(QUOTAS), nominate_by=convening.meeting.starts_on - dt.timedelta(days=7),
        keep_days=90, revision=convening.revision, by=by, at=at,
    )  # fmt: skip
    actions.invite_party(convening=convening, party=Party.objects.get(code="RNCOM"), by=by, at=at)


def name(convening: Convening, cast: Cast, *, at: dt.datetime) -> None:
    """Focal points name their people; four send their letter."""
    for code, by, comes, full_name, role, offices in NAMED:
        actions.nominate(
            convening=convening, party=Party.objects.get(code=code), by=cast[by], person=cast[comes] if comes else None,
            full_name=full_name, offices=offices, role=role, language="es", at=at,
        )  # fmt: skip
    for code, in_order in LETTERS.items():
        held = actions.set_letter(
            convening=convening, party=Party.objects.get(code=code), source=_letter(code, convening), name=f"credentials-{code}.pdf",
            by=cast[f"focal.{code.lower()}"], at=at,
        )  # fmt: skip
        if in_order:
            actions.check_letter(delegation=held, in_order=True, by=cast["assistant"], at=at)


def _letter(code: str, convening: Convening) -> io.BytesIO:
    words = (
        f"{code}: credenciales / credentials, {convening.symbol}. Documento inventado / invented document."
    )
    return io.BytesIO(compiled(f"#set document(date: none)\n#{quoted(words)}\n"))


def decide(convening: Convening, cast: Cast, *, at: dt.datetime) -> None:
    """The secretariat reviews and accredits, the chair accredits members; one is refused, one party withdraws somebody."""
    for address in ACCREDITED:
        one = _delegate(convening, cast[address])
        if address.startswith("observer"):
            actions.review(delegate=one, by=cast["secretariat"], at=at)
        actions.accredit(delegate=one, by=cast["presidency"], at=at)
    refused = Delegate.objects.get(convening=convening, person=None, role="interpreter")
    actions.refuse(
        delegate=refused, by=cast["assistant"], at=at,
        reason="La sede pone la interpretación; no hace falta acreditarla. / The host provides interpretation.",
    )  # fmt: skip
    actions.withdraw(
        delegate=_delegate(convening, cast["statistics.slv"]),
        by=cast["focal.slv"],
        at=at,
        reason="Otra misión / another mission",
    )


def register(convening: Convening, cast: Cast, *, at: dt.datetime) -> None:
    """Some register; the assistant tries the door on the day the badges are printed."""
    for address, consents in REGISTERED.items():
        _register(_delegate(convening, cast[address]), cast[address], consents=consents, at=at)
    mine = _delegate(convening, cast["assistant"])
    actions.check_in(
        delegate=mine, session=None, token=f"demonstration-{mine.ref}", by=cast["assistant"], at=at
    )


def hold_whole(convening: Convening, cast: Cast, *, at: dt.datetime) -> None:
    """Of the meeting that was held everybody is accredited and registered."""
    for one in Delegate.objects.filter(convening=convening).select_related("person", "delegation__party"):
        if one.delegation.party.code in {"COL", "UNHCR", "RNCOM"}:
            actions.review(delegate=one, by=cast["secretariat"], at=at)
        actions.accredit(delegate=one, by=cast["presidency"], at=at)
        _register(one, one.person or cast[f"focal.{one.delegation.party.code.lower()}"], consents=True, at=at)


def attend(convening: Convening, cast: Cast, *, at: dt.datetime) -> None:
    """They come to the meeting and to its first plenary; two stay away."""
    first = (
        Session.objects.filter(convening=convening, kind=Session.Kind.PLENARY).order_by("starts_at").first()
    )
    coming = Delegate.objects.filter(convening=convening).exclude(delegation__party__code__in=["BLZ", "DOM"])
    for one in coming.order_by("pk"):
        for session in (None, first):
            actions.check_in(
                delegate=one, session=session, token=f"demo-{one.ref}{'-1' if session else ''}", by=cast["assistant"], at=at
            )  # fmt: skip


def purge(*, at: dt.datetime) -> int:
    """What the daily round would have purged by now."""
    return actions.purge(at)


def _register(one: Delegate, by: Person, *, consents: bool, at: dt.datetime) -> None:
    revision = Delegate.objects.values_list("revision", flat=True).get(pk=one.pk)
    values: dict[str, Any] = {}
    actions.register(delegate=one, values=values, consents=consents, revision=revision, by=by, at=at)


def _delegate(convening: Convening, person: Person) -> Delegate:
    found: Delegate = Delegate.objects.active().get(convening=convening, person=person)
    return found
