"""What the demonstration's people and one journalist follow, and what they were told of it by now."""

import datetime as dt

from django.db.models import F

from puebla.config.demonstration.people import Cast
from puebla.config.editions import DEMONSTRATION_DOMAIN
from puebla.notices import actions
from puebla.notices.models import Notice, SubscriptionRequest

#: Who follows what, from the day on which the private site was opened.
FOLLOWED = (
    ("secretariat", "body", "VM"),
    ("secretariat", "body", "RCGM"),
    ("assistant", "kind", "NOTE"),
    ("presidency", "body", "VM"),
    ("presidency", "body", "PPT"),
    ("focal.cri", "body", "RCGM"),
    ("delegate.cri", "body", "RCGM"),
    ("delegate.cri", "theme", "HR"),
    ("delegate.cri", "party", "GTM"),
    ("delegate.hnd", "body", "RCGM"),
    ("viceminister.mex", "kind", "DECL"),
    ("chair.lost", "body", "LOST"),
    ("liaison.gtm", "body", "LOST"),
    ("observer.unhcr", "theme", "HR"),
    ("civil", "kind", "DECL"),
)
#: Who is told at once, or by no mail at all; all others once a day.
PACES = {"delegate.hnd": "at_once", "viceminister.mex": "none"}
JOURNALIST = f"journalist{DEMONSTRATION_DOMAIN}"
#: What is older was told and read already.
NEWS = dt.timedelta(days=14)


def begin(cast: Cast, *, at: dt.datetime) -> None:
    """Everybody chooses what to follow, and a journalist subscribes to what is released."""
    for address, topic, value in FOLLOWED:
        actions.follow(topic=topic, value=value, by=cast[address], at=at)
    for address, pace in PACES.items():
        actions.set_pace(pace=pace, by=cast[address], at=at)
    actions.ask(email=JOURNALIST, language="es", topics=[("kind", "DECL"), ("body", "VM")], at=at)
    asked = SubscriptionRequest.objects.get(email=JOURNALIST)
    actions.confirm(ref=asked.ref, at=at + dt.timedelta(minutes=9))


def tell(*, at: dt.datetime) -> int:
    """Fill the inboxes; what is older than two weeks was read and mailed long ago, the rest waits for the next digest."""
    told = actions.gather(at)
    old = Notice.objects.filter(happened_at__lt=at - NEWS)
    old.update(
        read_at=F("happened_at") + dt.timedelta(days=1), mailed_at=F("happened_at") + dt.timedelta(hours=12)
    )
    return told
