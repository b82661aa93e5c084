"""May it be done to a person's entry, and why not."""

from django.utils.translation import gettext_lazy as _

from puebla.accounts.models import Person
from puebla.core.verdicts import ALLOWED, Verdict, refused


def may_describe(person: Person, other: Person) -> Verdict:
    """Change name, office, telephone and language in the directory: everybody keeps their own entry."""
    if person.pk == other.pk:
        return ALLOWED
    return refused(
        _("Everybody keeps their own entry; ask %(name)s to change it.") % {"name": other.full_name}
    )
