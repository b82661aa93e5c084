"""Who has signed in: Django's sessions and allauth's way to sign in, with the two questions that every page asks put into SQL once."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from puebla.accounts.models import Person
from puebla.core.prepared import Prepared, PreparedRecords


class SessionStore(db.SessionStore):
    """Sessions in the database, as Django keeps them."""

    def _get_session_from_db(self) -> Session | None:
        for key, data, ends_at in _living.rows(self.session_key or "", timezone.now()):
            return Session(session_key=key, session_data=data, expire_date=ends_at)
        # What has ended or never was is not gone on with under its name.
        self._session_key = None
        return None


class Backend(AuthenticationBackend):
    """Signing in as allauth does it; the person of a session is read as every page reads it."""

    def get_user(self, user_id: Any) -> Person | None:
        """The active person of this key; None where there is none."""
        person: Person | None = _people.get(user_id)
        return person if person is not None and self.user_can_authenticate(person) else None


#: (key, at) → the session that has not ended then.
_living = Prepared(
    lambda key, at: (
        Session.objects.filter(session_key=key, expire_date__gt=at)
        .order_by()
        .values_list("session_key", "session_data", "expire_date")
    )
)
_people = PreparedRecords(Person)
