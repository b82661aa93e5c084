"""A party names who comes, changes it, takes it back."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core.languages import Texts
from puebla.core.verdicts import RefusedError, Verdict, require, require_unchanged
from puebla.core.words import one_line
from puebla.meetings.actions.delegation_mail import tell_withdrawn
from puebla.meetings.actions.delegations.rows import (
    delegation_of,
    locked,
    step,
    take_from_public,
    tell_journal,
)
from puebla.meetings.models import Convening, Delegate, DelegateStep, Delegation
from puebla.meetings.models.delegations import badge_code
from puebla.meetings.querysets.days import day_there
from puebla.meetings.querysets.delegations import ACTIVE
from puebla.meetings.rules import delegations as rules
from puebla.members.models import Party, Seat
from puebla.members.querysets import reach_of

#: What may be changed of a delegate.
FIELDS = ("full_name", "offices", "role", "email", "phone", "language", "needs")


@transaction.atomic
def nominate(
    *, convening: Convening, party: Party, by: Person, at: dt.datetime, person: Person | None = None,
    full_name: str = "", offices: Texts | None = None, role: str = Delegate.Role.MEMBER, email: str = "",
    phone: str = "", language: str = "", needs: str = "",
) -> Delegate:  # fmt: skip
    """Name one of the party's people for the meeting.

    Args:
        person: somebody with an account; what is known of them fills what is not said. Others stand by their name.

    Raises:
        RefusedError: another party's person, a quota that is full, a second head, a closed meeting; nothing is written.
    """
    convening = Convening.objects.locked(convening)
    held = Delegation.objects.filter(convening=convening, party=party).first()
    reach = reach_of(by, at)
    require(rules.may_nominate(reach, convening, party, held))
    row = delegation_of(convening, party, at=at)
    person = person or _of_this_address(email, by=by, at=at)
    if person is not None:
        _refuse_unless(rules.is_of_party(person, party, at=at), "person")
        _not_twice(convening, person)
    standing = rules.standing_at(convening, party)
    require(rules.has_room(convening, row, standing))
    _refuse_unless(rules.may_lead(row, role), "role")
    delegate = Delegate(
        delegation=row, convening=convening, person=person, role=role, nominated_at=at, changed_at=at, needs=needs.strip(),
        full_name=one_line(full_name or (person.full_name if person else "")),
        offices=offices or (person.job_titles if person else {}), email=email or (person.email if person else ""),
        phone=phone or (person.phone if person else ""), language=language or (person.language if person else "en"),
        # The day is over when it is over at the venue: so the list of what is asked and calendars say it.
        late=convening.nominate_by is not None and day_there(convening, at) > convening.nominate_by,
    )  # fmt: skip
    _save(delegate)
    DelegateStep.objects.create(delegate=delegate, state=delegate.state, at=at, by=by)
    tell_journal("delegate.nominated", delegate, by=by, at=at, facts={"role": role, "late": delegate.late})
    return delegate


def _of_this_address(email: str, *, by: Person, at: dt.datetime) -> Person | None:
    """Whose address this is, among the people of whom `by` may know; anybody else stays a name."""
    found = Person.objects.with_address(email).filter(is_active=True).first() if email else None
    if found is None:
        return None
    known = Seat.objects.visible_to(by, reach=reach_of(by, at)).effective(at).filter(person=found)
    return found if known.exists() else None


def _not_twice(convening: Convening, person: Person) -> None:
    standing = Delegate.objects.filter(convening=convening, person=person, state__in=ACTIVE)
    found = standing.select_related("delegation__party").first()
    if found is not None:
        raise RefusedError(
            _("%(name)s is named for this meeting already, by %(party)s.")
            % {"name": person.full_name, "party": found.delegation.party},
            field="person",
        )


def _refuse_unless(verdict: Verdict, field: str) -> None:
    if not verdict:
        raise RefusedError(verdict.reason, field=field)


def _save(delegate: Delegate) -> None:
    if not delegate.full_name:
        raise RefusedError(_("Write the name as it is to stand on the badge."), field="full_name")
    try:
        delegate.clean_fields(exclude=["delegation", "convening", "person"])
    except ValidationError as error:
        field, sentences = next(iter(error.message_dict.items()))
        raise RefusedError(" ".join(sentences), field=field) from error
    delegate.save()


@transaction.atomic
def describe_delegate(
    *, delegate: Delegate, values: dict[str, Any], revision: int, by: Person, at: dt.datetime
) -> Delegate:
    """Change what is known of a delegate (`FIELDS`); the state stays."""
    row, reach = locked(delegate), reach_of(by, at)
    require(rules.may_describe(reach, by, row))
    require_unchanged(row, revision)
    if values.get("role", row.role) != row.role and not rules.gives_role(reach, row):
        raise RefusedError(
            _("The role is given by the focal point of the delegation, or by who convenes the meeting."),
            field="role",
        )
    changed = write(row, values, at=at)
    tell_journal("delegate.described", row, by=by, at=at, facts={"changed": changed})
    return row


def write(row: Delegate, values: dict[str, Any], *, at: dt.datetime) -> list[str]:
    """Write these values into a locked row; the names of those that changed."""
    if "role" in values:
        _refuse_unless(rules.may_lead(row.delegation, values["role"], besides=row.pk), "role")
    _refuse_unless(rules.is_same_person(row, values.get("full_name", "")), "full_name")
    changed = [name for name in FIELDS if name in values and getattr(row, name) != values[name]]
    for name in changed:
        setattr(row, name, values[name])
    row.full_name = one_line(row.full_name)
    row.changed_at = at
    row.revision += 1
    _save(row)
    return changed


@transaction.atomic
def consent(*, delegate: Delegate, given: bool, by: Person, at: dt.datetime) -> Delegate:
    """Keep that the name may be published, or take it back: it then leaves every copy but the members' own."""
    row = locked(delegate)
    require(rules.may_consent(reach_of(by, at), by, row))
    if given != (row.consent_at is not None):
        row.consent_at, row.consent_by = (at, by) if given else (None, None)
        row.save(update_fields=["consent_at", "consent_by"])
        if not given:
            take_from_public(row, at=at)
        act = "delegate.consented" if given else "delegate.consent_withdrawn"
        tell_journal(act, row, by=by, at=at)
    return row


@transaction.atomic
def withdraw(*, delegate: Delegate, by: Person, at: dt.datetime, reason: str = "") -> Delegate:
    """Say that a delegate does not come; the place is free again."""
    row = locked(delegate)
    require(rules.may_withdraw(reach_of(by, at), by, row))
    was = row.state
    step(row, Delegate.State.WITHDRAWN, by=by, at=at, reason=reason.strip())
    if was != Delegate.State.NOMINATED:
        tell_withdrawn(row, by=by, at=at)
    tell_journal("delegate.withdrawn", row, by=by, at=at, facts={"before": was})
    return row


@transaction.atomic
def nominate_again(*, delegate: Delegate, by: Person, at: dt.datetime) -> Delegate:
    """Name somebody anew who was withdrawn or refused: from the beginning, to be accredited again."""
    row = locked(delegate)
    convening, party = row.convening, row.delegation.party
    require(rules.may_nominate(reach_of(by, at), convening, party, row.delegation))
    require(rules.passes(row, Delegate.State.NOMINATED))
    if row.purged_at is not None:
        raise RefusedError(_("The personal data of this delegate were deleted after the meeting."))
    if row.person is not None:
        require(rules.is_of_party(row.person, party, at=at))
        _not_twice(convening, row.person)
    require(rules.has_room(convening, row.delegation, rules.standing_at(convening, party)))
    require(rules.may_lead(row.delegation, row.role))
    row.reviewed_at = row.reviewed_by = None
    step(row, Delegate.State.NOMINATED, by=by, at=at, fields=("reviewed_at", "reviewed_by"))
    tell_journal("delegate.nominated", row, by=by, at=at, facts={"role": row.role, "again": True})
    return row


@transaction.atomic
def reissue_badge(*, delegate: Delegate, by: Person, at: dt.datetime) -> Delegate:
    """Give the badge another code: a lost one opens nothing any more."""
    row = locked(delegate)
    require(rules.may_invite(reach_of(by, at), row.convening))
    row.badge = badge_code()
    row.save(update_fields=["badge"])
    tell_journal("delegate.badge_reissued", row, by=by, at=at)
    return row
