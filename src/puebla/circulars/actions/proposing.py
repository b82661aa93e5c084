"""The reply form that each kind of circular begins with, in every language of the process."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from puebla.circulars.models import FieldKind, Kind
from puebla.core.interface import in_every_language


def _asked(kind: FieldKind, label: str | Promise, *, required: bool = False, **more: Any) -> dict[str, Any]:
    return {
        "kind": kind.value,
        "labels": in_every_language(partial(str, label)),
        "required": required,
        **more,
    }


def _options(*names: str | Promise) -> list[dict[str, Any]]:
    return [{"names": in_every_language(partial(str, one))} for one in names]


def _invitation() -> list[dict[str, Any]]:
    options = _options(_("We take part on the spot"), _("We take part from afar"), _("We do not take part"))
    return [
        _asked(FieldKind.CHOICE, _("Will your delegation take part?"), required=True, options=options),
        _asked(FieldKind.NOMINATION, _("Members of the delegation"), most=5),
        _asked(FieldKind.TEXT, _("Remarks")),
    ]


def _comments() -> list[dict[str, Any]]:
    return [
        _asked(FieldKind.TEXT, _("Comments"), required=True),
        _asked(FieldKind.FILE, _("Comments as a file")),
    ]


def _nominations() -> list[dict[str, Any]]:
    return [
        _asked(FieldKind.NOMINATION, _("Person nominated"), required=True, most=3),
        _asked(FieldKind.TEXT, _("Reasons")),
    ]


PROPOSED: dict[str, Callable[[], list[dict[str, Any]]]] = {
    Kind.INVITATION: _invitation,
    Kind.COMMENTS: _comments,
    Kind.NOMINATIONS: _nominations,
    Kind.INFORMATION: list,
}
