"""Two pages of the manual: who sees what, and what each role may do. `python -m tools.matrix` writes them.

The tables below are the specification, written by hand and read by people; `tests/access/test_matrix.py` holds the gate to
every cell of them. Permissions and roles come from the code and from the edition's data.
"""

import os
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MATRIX_PAGE = ROOT / "docs" / "reference" / "who-sees-what.md"
PERMISSIONS_PAGE = ROOT / "docs" / "reference" / "permissions.md"
ROLES = ROOT / "src" / "puebla" / "config" / "editions" / "rcm" / "roles.toml"
YES, NO = "✓", "–"
#: The ladder, narrowest first; a sealed room knows the first four rungs only.
AUDIENCES = (
    ("own party", "propia parte"),
    ("secretariat", "secretaría"),
    ("presidency", "presidencia"),
    ("members of the room", "miembros de la sala"),
    ("all member states", "todos los Países Miembros"),
    ("observers", "observadores"),
    ("accredited civil society", "sociedad civil acreditada"),
    ("public", "público"),
)
SITUATIONS = {
    "open": ("In an open room", "En una sala abierta"),
    "open_embargo": (
        "In an open room, before the embargo ends",
        "En una sala abierta, antes de que termine el embargo",
    ),
    "sealed": ("In a sealed room", "En una sala reservada"),
    "sealed_embargo": (
        "In a sealed room, before the embargo ends",
        "En una sala reservada, antes de que termine el embargo",
    ),
}


@dataclass(frozen=True)
class Reader:
    """Somebody with (or without) a seat, and what they read of a paper that a member state gave.

    Each string has one sign for each rung of the ladder, narrowest audience first.
    """

    english: str
    spanish: str
    open: str
    open_embargo: str
    sealed: str
    sealed_embargo: str


NOTHING = ("––––––––", "––––––––", "––––", "––––")
READERS = {
    "giver_in_room": Reader(
        "the giving party's delegate, seated in the room", "delegación de la parte autora, con asiento en la sala",
        "✓✓✓✓✓✓✓✓", "✓✓✓✓✓✓✓✓", "✓✓✓✓", "✓✓✓✓"),
    "giver_elsewhere": Reader(
        "the giving party's delegate, seated elsewhere", "delegación de la parte autora, con asiento en otra sala",
        "✓✓✓✓✓✓✓✓", "✓✓✓✓✓✓✓✓", "––––", "––––"),
    "member_in_room": Reader(
        "another member's delegate, seated in the room", "delegación de otro miembro, con asiento en la sala",
        "–––✓✓✓✓✓", "––––––––", "–––✓", "––––"),
    "member_elsewhere": Reader(
        "another member's delegate, seated elsewhere", "delegación de otro miembro, con asiento en otra sala",
        "––––✓✓✓✓", "––––––––", "––––", "––––"),
    "member_observing": Reader(
        "another member's delegate who only observes in the room",
        "delegación de otro miembro que solo observa en la sala",
        "––––✓✓✓✓", "––––––––", "––––", "––––"),
    "observer_of_room": Reader(
        "observer of the room (state)", "País Observador de la sala",
        "–––––✓✓✓", "––––––––", "––––", "––––"),
    "observer_state": Reader(
        "observer state, seated elsewhere", "País Observador, con asiento en otra sala",
        "–––––✓✓✓", "––––––––", "––––", "––––"),
    "observer_organisation": Reader(
        "observer organisation, seated elsewhere", "Organismo Observador, con asiento en otra sala",
        "–––––✓✓✓", "––––––––", "––––", "––––"),
    "civil_society": Reader(
        "accredited civil society", "sociedad civil acreditada",
        "––––––✓✓", "––––––––", "––––", "––––"),
    "secretariat": Reader(
        "secretariat, seated in its own office", "secretaría, con asiento en su oficina",
        "–✓✓✓✓✓✓✓", "–✓✓✓✓✓✓✓", "––––", "––––"),
    "secretariat_in_room": Reader(
        "secretariat, seated in the room", "secretaría, con asiento en la sala",
        "–✓✓✓✓✓✓✓", "–✓✓✓✓✓✓✓", "–✓✓✓", "–✓✓✓"),
    "technology": Reader(
        "secretariat's information technology", "informática de la secretaría",
        "–✓✓✓✓✓✓✓", "–✓✓✓✓✓✓✓", "––––", "––––"),
    "presiding": Reader(
        "Presidency, while the party presides", "Presidencia, mientras la parte preside",
        "––✓✓✓✓✓✓", "––✓✓✓✓✓✓", "––––", "––––"),
    "presiding_in_room": Reader(
        "Presidency, seated in the room too", "Presidencia, con asiento también en la sala",
        "––✓✓✓✓✓✓", "––✓✓✓✓✓✓", "––✓✓", "––✓✓"),
    "presiding_observing": Reader(
        "only observes in the Presidency, while the party presides",
        "solo observa en la Presidencia, mientras la parte preside",
        "––––✓✓✓✓", "––––––––", "––––", "––––"),
    "presided_before": Reader(
        "seat in the Presidency of a party that presides no more",
        "asiento en la Presidencia de una parte que ya no preside", *NOTHING),
    "presides_next": Reader(
        "seat in the Presidency of the party that presides next",
        "asiento en la Presidencia de la parte que presidirá después", *NOTHING),
    "shared": Reader(
        "civil society, with a share of this one paper until a day",
        "sociedad civil, con acceso personal a este documento hasta una fecha",
        "✓✓✓✓✓✓✓✓", "✓✓✓✓✓✓✓✓", "––––", "––––"),
    "opened": Reader(
        "secretariat, after two named persons opened the sealed room",
        "secretaría, después de que dos personas identificadas abrieron la sala reservada",
        "–✓✓✓✓✓✓✓", "–✓✓✓✓✓✓✓", "✓✓✓✓", "✓✓✓✓"),
    "opening_asked": Reader(
        "secretariat, opening of the sealed room asked but not confirmed",
        "secretaría, apertura de la sala reservada pedida y sin confirmar",
        "–✓✓✓✓✓✓✓", "–✓✓✓✓✓✓✓", "––––", "––––"),
    "retired": Reader("retired, with a seat in the room", "persona retirada, con asiento en la sala", *NOTHING),
    "no_seat": Reader("signed in, without any seat", "con sesión iniciada, sin asiento", *NOTHING),
    "future_seat": Reader("seat in the room from tomorrow", "asiento en la sala a partir de mañana", *NOTHING),
    "ended_seat": Reader("seat in the room until yesterday", "asiento en la sala hasta ayer", *NOTHING),
    "unconfirmed": Reader(
        "only a seat in a sealed room that its chair has not confirmed",
        "solo un asiento en una sala reservada que su coordinación no ha confirmado", *NOTHING),
    "standing_ended": Reader(
        "delegate of a party whose standing ended", "delegación de una parte cuya participación terminó", *NOTHING),
    "nobody": Reader("nobody signed in", "sin sesión iniciada", *NOTHING),
}  # fmt: skip

#: Whether somebody reads a paper that their own party gave, whatever its audience: in each situation, in their order.
OWN_PAPERS = {
    "member_in_room": "✓✓✓✓", "member_elsewhere": "✓✓––", "member_observing": "✓✓––", "observer_of_room": "✓✓––",
    "observer_state": "✓✓––", "observer_organisation": "✓✓––", "civil_society": "✓✓––", "secretariat": "✓✓––",
    "secretariat_in_room": "✓✓✓✓", "technology": "✓✓––", "presiding": "✓✓––", "presiding_in_room": "✓✓✓✓",
    "presided_before": "––––", "presides_next": "––––", "presiding_observing": "✓✓––", "opened": "✓✓✓✓",
    "opening_asked": "✓✓––", "retired": "––––", "no_seat": "––––", "future_seat": "––––", "ended_seat": "––––",
    "unconfirmed": "––––", "standing_ended": "––––", "nobody": "––––",
}  # fmt: skip

INTRODUCTION = """\
<!-- Written by `python -m tools.matrix`; a test fails where it differs. Change tools/matrix.py, never this page. -->
# Who sees what · Quién ve qué

Every paper lies in a **room** and has an **audience**, one rung of a ladder. People have no rights; the **seats** they hold
today open papers to them. The tables say who reads a paper that **a member state gave**, for each audience. The same
query stands behind lists, pages, counts, search, packs, exports, downloads and suggestions, and a test asks it every cell.
Who reads nothing gets the answer of an address that does not exist.

*Cada documento está en una **sala** y tiene una **audiencia**, un peldaño de una escala. Las personas no tienen derechos;
los **asientos** que ocupan hoy les abren los documentos. Las tablas dicen quién lee un documento **presentado por un Estado
miembro**, según su audiencia. La misma consulta rige listas, páginas, recuentos, búsquedas, paquetes, exportaciones,
descargas y sugerencias, y una prueba comprueba cada casilla. Quien no puede leer recibe la misma respuesta que ante una
dirección inexistente.*

- ✓ reads · lee    – does not know of it · no sabe que existe
- A paper of the secretariat's own is read by the secretariat at every rung; in a sealed room, by its seats there. · *Un
  documento de la propia secretaría lo lee la secretaría en todos los peldaños; en una sala reservada, quienes tengan allí su
  asiento.*
- An embargo counts as “Presidency at most” until it ends. · *Hasta que termina, un embargo equivale a «como máximo, la
  Presidencia».*
- Whoever is not signed in reads the copies that were released to the public site, and never these papers. · *Quien no ha
  iniciado sesión lee las copias publicadas en el portal, nunca estos documentos.*
"""


def matrix_page() -> str:
    """The tables as a person reads them, in both languages."""
    tables = [line for code in SITUATIONS for line in _table(code)]
    return "\n".join([INTRODUCTION, *tables, *_own_papers()]).rstrip() + "\n"


def _own_papers() -> Iterator[str]:
    yield "## A paper that one's own party gave, whatever its audience · Un documento de la propia parte, sea cual sea su audiencia\n"
    heads = [
        f"{english[0].lower()}{english[1:]}<br>*{spanish[0].lower()}{spanish[1:]}*"
        for english, spanish in SITUATIONS.values()
    ]
    yield "| Seat · Asiento | " + " | ".join(heads) + " |"
    yield "|---|" + ":-:|" * len(heads)
    for name, cells in OWN_PAPERS.items():
        yield f"| {READERS[name].english}<br>*{READERS[name].spanish}* | " + " | ".join(cells) + " |"
    yield ""


def _table(situation: str) -> Iterator[str]:
    english, spanish = SITUATIONS[situation]
    audiences = AUDIENCES[: 4 if situation.startswith("sealed") else 8]
    yield f"## {english} · {spanish}\n"
    yield "| Seat · Asiento | " + " | ".join(f"{one}<br>*{other}*" for one, other in audiences) + " |"
    yield "|---|" + ":-:|" * len(audiences)
    for reader in READERS.values():
        cells = getattr(reader, situation)
        if len(cells) != len(audiences):
            raise ValueError(
                f"{reader.english}: {situation} has {len(cells)} signs for {len(audiences)} audiences"
            )
        yield f"| {reader.english}<br>*{reader.spanish}* | " + " | ".join(cells) + " |"
    yield ""


def permissions_page() -> str:
    """What each permission means, and which roles of the edition carry it."""
    from django.utils import translation

    from puebla.members.models import Permission
    from puebla.members.rules import SECRETARIAT_PERMISSIONS

    with ROLES.open("rb") as stream:
        roles = tomllib.load(stream)["role"]
    with translation.override("en"):
        meanings = {one.value: str(one.label) for one in Permission}
    lines = [
        "<!-- Written by `python -m tools.matrix`; a test fails where it differs. -->",
        "# Permissions and roles · Permisos y funciones\n",
        "A role is data; a seat in that role carries its permissions, for the seat's party and room, and only while the",
        "seat gives rights. Nobody hands out a role that may do more than they may themselves; who manages everybody's people may",
        "hand out the ordinary work of a delegation too: `file_own`, `manage_own_people`, `confirm_seats`.\n",
        "## Permissions · Permisos\n",
        "| Permission | Lets its holder | Only in roles of the secretariat |",
        "|---|---|:-:|",
    ]
    lines += [
        f"| `{code}` | {said} | {YES if code in SECRETARIAT_PERMISSIONS else NO} |"
        for code, said in meanings.items()
    ]
    lines += [
        "\n## Roles of the edition `rcm` · Funciones de la edición `rcm`\n",
        "| Role · Función | What it is · Qué es | " + " | ".join(f"`{code}`" for code in meanings) + " |",
        "|---|---|" + ":-:|" * len(meanings),
    ]
    for role in roles:
        names, said = role["names"], role["descriptions"]
        signs = " | ".join(YES if code in role["permissions"] else NO for code in meanings)
        observes = " (observes · observa)" if role.get("observes") else ""
        lines.append(
            f"| {names['en']}<br>*{names['es']}* `{role['code']}`{observes} | {said['en']}<br>*{said['es']}* | {signs} |"
        )
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write both pages."""
    import django

    # The checks' own settings: they need no key and no database is asked.
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "puebla.config.settings.test")
    django.setup()
    for path, text in ((MATRIX_PAGE, matrix_page()), (PERMISSIONS_PAGE, permissions_page())):
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
