"""Badges as PDF: with a code that the door reads; one a page, or four to a sheet, of a delegation or of a whole meeting."""

import base64
import datetime as dt
import hashlib
import io
import json

from django.conf import settings
from django.core.files.storage import storages
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from puebla.core.files.portraits import SIZE
from puebla.core.languages import show
from puebla.core.typesetting import compiled, quoted
from puebla.core.verdicts import RefusedError
from puebla.meetings.actions.delegations.lists import process_name, when_and_where
from puebla.meetings.models import Convening, Delegate, Pack
from puebla.meetings.querysets.delegations import STANDINGS, parties_of

COBALT = "#12357f"
#: Badges stand on so many are printed at once by the page; more are made by the worker.
AT_ONCE = 24
PER_SHEET = 4

_BADGE = """#let sans = ("Source Sans Pro", "Libertinus Serif")
#set text(font: sans, lang: {language})
#set document(title: {title}, author: {author}, date: none)
#let badge(number, name, office, party, role, code, colour, photo) = block(width: 90mm, height: 120mm, clip: true,
    stroke: 0.4pt + rgb("#d9d3c4"), breakable: false, {{
  block(width: 100%, fill: rgb("{cobalt}"), inset: (x: 6mm, y: 3.2mm), below: 0pt,
    text(fill: white, size: 9.5pt, weight: "semibold", {meeting}) + linebreak() + text(fill: white, size: 8.5pt, {when}))
  pad(x: 6mm, top: 4mm, bottom: 0mm, grid(columns: (if photo {{ 25mm }} else {{ 0mm }}, 1fr), column-gutter: if photo {{ 4mm }} else {{ 0mm }},
    if photo {{ image("photo-" + str(number) + ".svg", width: 25mm, alt: name) }},
    {{ set par(leading: 0.45em)
      block(below: 3mm, text(size: if name.len() > 26 {{ 15pt }} else {{ 19pt }}, weight: "bold", hyphenate: false, name))
      text(size: 10pt, office) }}))
  place(bottom + left, dx: 6mm, dy: -13mm, block(width: 46mm, {{ set par(leading: 0.45em)
    text(size: 14pt, weight: "semibold", party)
    linebreak()
    text(size: 8.5pt, fill: rgb("#565f73"), font: sans, code) }}))
  place(bottom + right, dx: -6mm, dy: -13mm, image("qr-" + str(number) + ".svg", width: 27mm, alt: code))
  place(bottom + left, block(width: 100%, fill: rgb(colour), inset: (x: 6mm, y: 2.4mm),
    text(fill: white, size: 11pt, weight: "semibold", role)))
}})
"""
_ONE = "#set page(width: 90mm, height: 120mm, margin: 0mm)\n"
#: Four to a sheet of letter paper, with room for the knife between them.
_SHEET = '#set page(paper: "us-letter", margin: (x: 14mm, y: 15mm))\n'
#: From accreditation on.
WITH_BADGE = ("accredited", "registered", "present")
#: The band of the role: told by its word, helped by its colour.
COLOURS = {
    "member": COBALT, "observer_state": "#1f6b4f", "observer_organisation": "#1f6b4f", "civil_society": "#8a4b08", "secretariat": "#14213d",
}  # fmt: skip


def door_address(delegate: Delegate) -> str:
    """Where the badge's code leads whoever keeps the door."""
    return (
        settings.BASE_URL
        + reverse("meetings:door", args=[delegate.convening.symbol])
        + f"?code={delegate.badge}"
    )


def qr_svg(text: str) -> bytes:
    """The text as a QR code: dark squares as one path, with its quiet margin."""
    import qrcode
    from qrcode.image.svg import SvgPathImage

    drawn = qrcode.make(text, image_factory=SvgPathImage, border=2, error_correction=qrcode.ERROR_CORRECT_M)
    file = io.BytesIO()
    drawn.save(file)
    return file.getvalue()


def badges(convening: Convening, people: list[Delegate], *, sheets: bool, standings: dict[int, str]) -> bytes:
    """Badges as a tagged PDF in the language now active: one a page, or four to a sheet.

    Args:
        people: with their delegation's party.
        standings: how each party takes part, by its key.
    """
    files: dict[str, bytes] = {}
    calls = []
    for number, one in enumerate(people):
        files[f"qr-{number}.svg"] = qr_svg(door_address(one))
        if one.photo_key:
            with storages["default"].open(one.photo_key) as photo:
                files[f"photo-{number}.svg"] = _framed(photo.read())
        party = one.delegation.party
        colour = COLOURS.get(standings.get(party.pk, ""), COBALT)
        words = [
            one.full_name,
            one.office,
            str(show(party.short_names)),
            capfirst(one.get_role_display()),
            one.badge,
            colour,
        ]
        calls.append(
            f"badge({number}, {', '.join(_typed(word) for word in words)}, {str(bool(one.photo_key)).lower()})"
        )
    source = _BADGE.format(
        language=_typed((translation.get_language() or "en")[:2]), cobalt=COBALT, author=_typed(process_name()),
        title=_typed(_("Badges: %(meeting)s") % {"meeting": convening.symbol}), meeting=_typed(str(show(convening.meeting.titles))),
        when=_typed(when_and_where(convening)),
    )  # fmt: skip
    if sheets:
        source += _SHEET + f"#grid(columns: 2, column-gutter: 6mm, row-gutter: 6mm, {', '.join(calls)})\n"
    else:
        source += _ONE + "#pagebreak()\n".join(f"#{call}\n" for call in calls)
    return compiled(source, files, accessible=True)


def _framed(photo: bytes) -> bytes:
    """The photograph as a drawing that holds it: files in memory are texts to typst."""
    width, height = SIZE
    data = base64.b64encode(photo).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="data:image/jpeg;base64,{data}"/></svg>'
    ).encode()


def _typed(text: str) -> str:
    """The text in one line, quoted."""
    return quoted(" ".join(text.split()))


# Of a whole meeting ----------------------------------------------------------------------------------------------------


def everybody(convening: Convening, language: str) -> list[Delegate]:
    """Whoever gets a badge: member states first, by party in the order of the language, heads before others. Two questions."""
    rows = Delegate.objects.filter(convening=convening, state__in=WITH_BADGE).in_order()
    by_party: dict[int, list[Delegate]] = {}
    for one in rows.select_related("delegation__party", "convening__meeting"):
        by_party.setdefault(one.delegation.party_id, []).append(one)
    parties = parties_of(convening, by_party, language=language)
    ordered = sorted(parties, key=lambda party: STANDINGS.index(party.standing_kind))
    return [one for party in ordered for one in by_party[party.pk]]


def digest_of(convening: Convening, people: list[Delegate], language: str) -> str:
    """What would be printed, as SHA-256: whoever changed a name or a photograph finds other badges."""
    standings = {one.pk: one.standing_kind for one in parties_of(convening, [one.delegation.party_id for one in people])}  # fmt: skip
    printed = [
        [one.ref, one.badge, one.full_name, one.offices, one.role, one.photo_sha256, one.delegation.party.short_names,
         standings.get(one.delegation.party_id, "")]
        for one in people
    ]  # fmt: skip
    with translation.override(language):
        words = [convening.symbol, convening.meeting.titles, when_and_where(convening), language, printed]
    return hashlib.sha256(json.dumps(words, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@transaction.atomic
def ask_for_badges(*, convening: Convening, people: list[Delegate], language: str, at: dt.datetime) -> Pack:
    """The badges of these people: kept already, or to be made; of a few at once, of many by the worker.

    Raises:
        RefusedError: where nobody is accredited.
    """
    from puebla.meetings.actions.packs import make_pack

    if not people:
        raise RefusedError(_("Nobody is accredited yet: there are no badges to print."))
    pack, made = Pack.objects.get_or_create(
        digest=digest_of(convening, people, language), form=Pack.Form.BADGES, language=language,
        # References alone: what is printed is read when it is printed.
        defaults={"convening": convening, "contents": [{"ref": one.ref} for one in people], "asked_at": at},
    )  # fmt: skip
    if made or pack.state == Pack.State.FAILED:
        Pack.objects.filter(pk=pack.pk).update(state=Pack.State.WAITING, error="", asked_at=at)
        make = make_pack.call if len(people) <= AT_ONCE else make_pack.enqueue
        transaction.on_commit(lambda: make(pack.ref), robust=True)
    else:
        Pack.objects.filter(pk=pack.pk).update(asked_at=at)
    return pack


def badges_of(convening: Convening, refs: list[str]) -> bytes:
    """The badges of these delegates, four to a sheet, in the language now active; who withdrew meanwhile has none."""
    found = Delegate.objects.filter(convening=convening, ref__in=refs, state__in=WITH_BADGE)
    known = {one.ref: one for one in found.select_related("delegation__party", "convening__meeting")}
    people = [known[ref] for ref in refs if ref in known]
    standings = {one.pk: one.standing_kind for one in parties_of(convening, [one.delegation.party_id for one in people])}  # fmt: skip
    return badges(convening, people, sheets=True, standings=standings)
