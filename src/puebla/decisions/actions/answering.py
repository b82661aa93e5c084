"""What a party says of a paragraph that asks something of it."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.models import random_ref
from puebla.core.verdicts import RefusedError, require
from puebla.core.words import without_nul
from puebla.decisions import rules
from puebla.decisions.models import Provision, ProvisionAnswer
from puebla.decisions.querysets.asking import addressed
from puebla.members.models import Audience, Party
from puebla.members.querysets import reach_of


@transaction.atomic
def answer(
    *, provision: Provision, party: Party, says: str, words: str, language: str, by: Person, at: dt.datetime, token: str
) -> ProvisionAnswer:  # fmt: skip
    """Say what a party did about a paragraph; secretariat and Presidency read it. The form sent twice counts once.

    Raises:
        RefusedError: where the paragraph does not ask this party, or nothing was written.
    """
    words = without_nul(words).strip()
    before = ProvisionAnswer.objects.filter(token=token).first()
    if before is not None and (before.provision_id, before.party_id, before.says, before.words) == (
        provision.pk, party.pk, says, words,
    ):  # fmt: skip
        return before
    if before is not None:
        # A page gone back to with other words: they are a new answer.
        token = random_ref()
    text = provision.paragraph.text
    require(rules.may_answer(reach_of(by, at), text.decision, party))
    meant = addressed([party.pk], at=at)
    if not provision.asks or not any(meant.by(one) for one in provision.addressees.all()):
        raise RefusedError(_("This paragraph asks nothing of %(party)s.") % {"party": party}, field="party")
    one = ProvisionAnswer(
        token=token, provision=provision, says=says, words=words, language=language, room=text.room,
        room_cap=text.room.cap, audience=min(Audience.PRESIDENCY, text.room.cap), party=party, at=at, by=by,
    )  # fmt: skip
    try:
        one.clean_fields(exclude=["room", "party", "provision", "by"])
    except ValidationError as error:
        name, sentences = next(iter(error.message_dict.items()))
        raise RefusedError(" ".join(sentences), field=name) from error
    one.save()
    journal.record("paragraph.answered", at=at, person=by, subject=text.decision, room=text.room, party_code=party.code,
                   facts={"anchor": provision.paragraph.anchor, "says": says})  # fmt: skip
    return one
