"""Applications for observer standing: received from the public, reviewed by the secretariat, decided by the members."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.languages import Texts
from puebla.core.models import Process
from puebla.core.verdicts import RefusedError, StaleError, require
from puebla.members import rules
from puebla.members.actions import messages
from puebla.members.actions.publishing import publish_who_we_are
from puebla.members.models import ObserverApplication, Party, Permission, Seat, Standing, StandingKind

#: What kind of party an admitted applicant becomes.
PARTY_KIND = {
    StandingKind.OBSERVER_STATE: Party.Kind.STATE,
    StandingKind.OBSERVER_ORGANISATION: Party.Kind.ORGANISATION,
    StandingKind.CIVIL_SOCIETY: Party.Kind.NETWORK,
}

OUTCOMES = {
    True: ObserverApplication.State.ADMITTED,
    False: ObserverApplication.State.DECLINED,
    None: ObserverApplication.State.WITHDRAWN,
}


@transaction.atomic
def apply_as_observer(
    *,
    names: Texts,
    short_name: str,
    kind: str,
    contact_name: str,
    contact_email: str,
    reasons: str,
    language: str,
    at: dt.datetime,
) -> ObserverApplication:
    """Receive an application from the public form; who keeps the lists is told, the applicant gets a receipt."""
    pending = ObserverApplication.objects.filter(
        state__in=rules.OPEN_APPLICATIONS, contact_email__iexact=contact_email
    )
    if pending.filter(short_name__iexact=short_name).exists():
        raise RefusedError(
            _(
                "Your application was received already and is being reviewed; you will be told the decision by mail."
            )
        )
    application = ObserverApplication(
        names=names,
        short_name=short_name,
        kind=kind,
        contact_name=contact_name,
        contact_email=contact_email,
        reasons=reasons,
        language=language,
        received_at=at,
    )
    application.full_clean()
    application.save()
    messages.acknowledge_application(name=contact_name, email=contact_email, language=language, at=at)
    messages.tell_application_arrived(_reviewers(at), short_name=short_name, at=at)
    journal.record(
        "application.received", at=at, subject=application, facts={"name": short_name, "kind": kind}
    )
    return application


def _reviewers(at: dt.datetime) -> list[Person]:
    seats = (
        Seat.objects.effective(at).filter(party__kind=Party.Kind.SECRETARIAT).select_related("person", "role")
    )
    people = {one.person_id: one.person for one in seats if Permission.EDIT_LISTS in one.carries}
    return list(people.values())


def _fresh(application: ObserverApplication, revision: int) -> ObserverApplication:
    locked = ObserverApplication.objects.select_for_update().get(pk=application.pk)
    if locked.revision != revision:
        raise StaleError(
            _(
                "This application was changed by somebody else meanwhile. Your text is kept below; compare and save again."
            )
        )
    return locked


@transaction.atomic
def review_application(
    *, application: ObserverApplication, review: str, revision: int, by: Person, at: dt.datetime
) -> ObserverApplication:
    """Write the secretariat's review; from then on the application is under review."""
    locked = _fresh(application, revision)
    require(rules.may_review_application(by, locked, at=at))
    locked.review, locked.state = review, ObserverApplication.State.UNDER_REVIEW
    locked.revision += 1
    locked.full_clean()
    locked.save()
    journal.record(
        "application.reviewed", at=at, person=by, subject=locked, facts={"name": locked.short_name}
    )
    return locked


@transaction.atomic
def decide_application(
    *,
    application: ObserverApplication,
    admitted: bool | None,
    note: str,
    code: str,
    from_on: dt.date,
    revision: int,
    by: Person,
    at: dt.datetime,
) -> ObserverApplication:
    """Record the decision of the member states. Admitting makes the party and its standing from that day.

    Args:
        admitted: None when the applicant took the application back before it was decided.
        code: of the new party; not read when declined.
    """
    locked = _fresh(application, revision)
    require(rules.may_decide_application(by, locked, at=at))
    if not note.strip():
        raise RefusedError(_("Write what was decided, and where: the meeting, the paragraph."), field="note")
    if admitted:
        locked.party = _admit(locked, code=code, from_on=from_on)
    locked.state = OUTCOMES[admitted]
    locked.decided_at, locked.decided_by, locked.decision_note = at, by, note
    locked.revision += 1
    locked.full_clean()
    locked.save()
    process = Process.objects.first()
    messages.tell_decision(
        name=locked.contact_name,
        email=locked.contact_email,
        language=locked.language or (process.languages[0] if process else "en"),
        admitted=admitted,
        note=note,
        at=at,
    )
    if admitted:
        publish_who_we_are(at=at)
    facts = {
        "name": locked.short_name,
        "admitted": admitted,
        "note": note,
        "from": from_on if admitted else None,
    }
    journal.record(
        "application.decided",
        at=at,
        person=by,
        subject=locked,
        party_code=code if admitted else "",
        facts=facts,
    )
    return locked


def _admit(application: ObserverApplication, *, code: str, from_on: dt.date) -> Party:
    known = Party.objects.filter(code__iexact=code).first()
    if known is not None and rules.standing_of(known, on=from_on) is not None:
        raise RefusedError(
            _("A party with the code %(code)s takes part already.") % {"code": code}, field="code"
        )
    party = known
    if party is None:
        # An abbreviation is the same in every language until the lists say otherwise.
        short_names = dict.fromkeys(application.names, application.short_name)
        kind = PARTY_KIND[StandingKind(application.kind)]
        party = Party(code=code, kind=kind, names=application.names, short_names=short_names)
        party.full_clean()
        party.save()
    standing = Standing(party=party, kind=application.kind, from_on=from_on)
    standing.full_clean()
    standing.save()
    return party
