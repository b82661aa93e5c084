"""What a party says of a paragraph that asks something of it."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.rows import sent_before
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
    answers = ProvisionAnswer.objects.filter(provision=provision, party=party)
    last = answers.filter(pk__in=answers.order_by("-pk").values("pk")[:1])
    before, token = sent_before(last, token, provision.pk, party.pk, says, words)
    if before is not None:
        return before
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
