"""What stands in the Presidency's hand-over file of circulars: those sent to which parties still reply."""

import datetime as dt
from collections.abc import Iterator

from django.utils.translation import gettext as _

from puebla.circulars.actions.messages import reply_by_in_words
from puebla.circulars.models import Circular
from puebla.core.handing_over import HandOverSource, Point, known_by
from puebla.core.interface import in_every_language
from puebla.members.models import Audience, Body


def circulars(office: Body, at: dt.datetime) -> Iterator[Point]:  # noqa: ARG001 - as every source
    """Circulars of open rooms that ask for replies and are not closed."""
    rows = Circular.objects.asking().filter(audience__gte=Audience.PRESIDENCY, room__sealed=False)
    for one in rows.select_related("room", "body").order_by("pk"):

        def said(one: Circular = one) -> str:
            return _("reply by %(when)s") % {"when": reply_by_in_words(one)}

        yield Point(
            key=one.ref, titles={code: f"{one.symbol}, {words}" for code, words in one.titles.items()},
            states=in_every_language(said), route=("circulars:record", one.address), room=one.room_id, room_cap=one.room_cap,
            audience=one.audience, party=one.party_id, embargo_until=one.embargo_until, due_on=one.reply_on,
        )  # fmt: skip


SOURCE = HandOverSource("circulars", circulars, known_by(Circular.objects))
