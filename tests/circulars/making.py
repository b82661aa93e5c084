"""Makes circulars through the acts, as the pages do."""

import datetime as dt

from puebla.circulars import actions
from puebla.circulars.actions.holding import hold
from puebla.circulars.models import Circular
from puebla.members.querysets import reach_of
from tests import factories as make

AT = dt.datetime(2026, 5, 4, 15, tzinfo=dt.UTC)
ASKED = [
    {"kind": "choice", "labels": {"en": "Will you come?", "es": "¿Vendrán?"}, "required": True,
     "options": [{"names": {"en": "Yes", "es": "Sí"}}, {"names": {"en": "No", "es": "No"}}]},
    {"kind": "text", "labels": {"en": "Remarks", "es": "Observaciones"}, "required": False},
]  # fmt: skip
REPLY_BY = {"reply_on": dt.date(2026, 6, 1), "reply_time": dt.time(17), "reply_precision": "minute",
            "reply_zone": "America/Guatemala", "remind_days": [7, 1]}  # fmt: skip


def group():
    """The consultation group, open to all."""
    return make.BodyFactory(code="RCGM", function="consultation")


def secretary():
    """Somebody who prepares circulars."""
    make.process()
    return make.secretariat_person()


def draft(by, *, body=None, at=AT, asked=ASKED, addressed=None, **described):
    """A draft that asks a choice and a text by 1 June, five in the afternoon in Guatemala."""
    body = body or group()
    given = {
        "kind": "invitation", "titles": {"en": "Invitation", "es": "Invitación"},
        "texts": {"en": "Please come to the meeting.", "es": "Les invitamos a la reunión."},
        "body": body, "opens_to": 40 if body.room.sealed else 50, "reply_form": asked,
        "addressed": addressed or {"bodies": [body.code]}, **(REPLY_BY if asked else {}),
    }  # fmt: skip
    return actions.draft(room=body.room, by=by, at=at, **(given | described))


def send(circular, by, *, at=AT):
    """Send it to exactly those who are shown."""
    seen = actions.preview(circular, by=by, reach=reach_of(by, at), at=at).digest
    return actions.send(circular=circular, seen=seen, revision=circular.revision, by=by, at=at)


def sent(by, **described):
    """A circular that was sent."""
    return send(draft(by, **described), by)


def reply(circular, person, party, *, at=AT, token="t1", answers=None):
    """A reply of this party, sent."""
    begun = circular.replies.filter(party=party, state="draft").first()
    actions.save_draft(
        circular=circular, party=party, answers={"f1": "o1"} if answers is None else answers, by=person, at=at,
        revision=begun.revision if begun else 0, token=token,
    )  # fmt: skip
    return actions.send_reply(circular=circular, party=party, token=token, by=person, at=at)


def held(by, *, at=AT, field="f1", **file):
    """A file that came with a form."""
    return hold(make.a_file(**file), by=by, at=at, field=field)


def again(circular):
    """The circular as it stands now."""
    return Circular.objects.get(pk=circular.pk)
