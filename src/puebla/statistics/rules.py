"""What may be shown of the statistics: an address is checked against the code lists, without looking at a figure."""

from django.utils.translation import gettext as _

from puebla.core.verdicts import ALLOWED, Verdict, refused
from puebla.statistics.models.cells import wrong_code


def may_be_shown(dataflow: str, key: str) -> Verdict:
    """Whether a room may show this cell: it names one series of a dataflow; that it has figures is not asked."""
    from siemmes.model.catalogue import flows, structure

    if dataflow not in flows():
        return refused(
            _("There is no dataflow “%(dataflow)s”. Choose one of: %(known)s.")
            % {"dataflow": dataflow, "known": ", ".join(flows())}
        )
    wrong = wrong_code(dataflow, key)
    if wrong is None:
        return ALLOWED
    words = {"dataflow": dataflow, "dimension": wrong, "order": ".".join(structure(dataflow).dimensions)}
    if not wrong:
        return refused(
            _("The key has more codes than %(dataflow)s has dimensions. In their order: %(order)s.") % words
        )
    return refused(
        _(
            "The key gives no code that the list of %(dimension)s knows. Write one code for each dimension, in their order:"
            " %(order)s; _T means the total."
        )
        % words
    )
