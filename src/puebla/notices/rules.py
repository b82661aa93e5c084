"""May somebody follow something, and why not."""

from django.utils.translation import gettext_lazy as _

from puebla.accounts.models import Person
from puebla.core import registry
from puebla.core.news import Followable, Offer
from puebla.core.verdicts import Verdict, refused
from puebla.members.querysets import Reach

#: More would be a digest that nobody reads, and a burden on every round.
MOST_FOLLOWED = 200


def followable_of(topic: str) -> Followable | None:
    """Who knows of this topic."""
    return next((one for one in registry.followables if one.offered and topic in one.topics), None)


def offer_of(person: Person, reach: Reach, topic: str, value: str) -> Offer | None:
    """What the person may know of the thing; None where there is no such thing for them."""
    known = followable_of(topic)
    return known.offers(person, reach, topic, [value]).get(value) if known else None


def may_follow(offer: Offer | None, *, followed: int) -> Verdict:
    """Follow what is offered, besides the number that is followed already."""
    if offer is None:
        return refused(_("There is no such thing to follow."))
    if followed >= MOST_FOLLOWED:
        return refused(_("You follow 200 things. Stop one before you follow another."))
    return offer.verdict
