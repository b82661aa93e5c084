"""What a paragraph does, read from its words: the verb it opens with, whom it addresses, until when; all of it only proposed."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import override, pgettext

from puebla.core.alignment.figures import dates_in
from puebla.core.models import Process
from puebla.core.wording import unmarked
from puebla.core.words import fold
from puebla.decisions.actions.drafting import Whom
from puebla.decisions.models import Addressee, Provision, Verb
from puebla.members.models import Body, Party

Precision = Provision.Precision
#: Words before the verb in which whoever speaks is named: "The Vice-Ministers request …".
SUBJECT = 7
#: Signs after the verb in which whom it addresses is looked for where nothing ends them earlier.
OBJECT = 160


@dataclass(frozen=True)
class Recognised:
    """What was read of a paragraph.

    Attributes:
        due_on: the first day of the period that `due_precision` names.
        doubts: in which of these the languages differ: "verb", "due".
    """

    verb: Verb | None = None
    addressees: tuple[Whom, ...] = ()
    due_on: dt.date | None = None
    due_precision: str = Precision.DAY
    doubts: tuple[str, ...] = ()

    @property
    def anything(self) -> bool:
        """Whether anything was read."""
        return self.verb is not None or self.due_on is not None


@dataclass(frozen=True)
class _Form:
    """A beginning that gives a verb away."""

    words: str
    verb: Verb


@dataclass
class Known:
    """What is recognised, read once for many paragraphs: four questions.

    Attributes:
        forms: by language, the longest first. names: as they stand in folded words, the longest first.
    """

    forms: dict[str, list[_Form]] = field(default_factory=dict)
    names: list[tuple[str, Whom]] = field(default_factory=list)

    @classmethod
    def now(cls, *, on: dt.date) -> "Known":
        """Verbs, parties and bodies as they are known on a day."""
        forms: dict[str, list[_Form]] = {}
        for verb in Verb.objects.order_by("rank", "code"):
            for code, some in verb.forms.items():
                forms.setdefault(code, []).extend(_Form(_plain(one), verb) for one in some)
        for some in forms.values():
            some.sort(key=lambda one: -len(one.words))
        names = {name: whom for name, whom in _names(on) if len(name) > 2}
        return cls(forms, sorted(names.items(), key=lambda pair: -len(pair[0])))


def _plain(words: str) -> str:
    """Words as they are compared: folded, signs as blanks."""
    return " ".join(re.sub(r"[^\w]+", " ", fold(words)).lower().split())


def _names(on: dt.date) -> Iterable[tuple[str, Whom]]:
    """Every name by which somebody may be addressed; what is said of all of a kind comes last, and so counts first."""
    whom = Addressee.Whom
    for party in Party.objects.exclude(kind=Party.Kind.SECRETARIAT).order_by("code"):
        for texts in (party.names, party.short_names):
            yield from ((_plain(name), Whom(whom.PARTY, party=party)) for name in texts.values())
    special = {Body.Function.SECRETARIAT: whom.SECRETARIAT, Body.Function.PRESIDENCY: whom.PRESIDENCY}
    for body in Body.objects.on(on).order_by("rank"):
        kind = special.get(Body.Function(body.function))
        for texts in (body.names, body.short_names):
            for name in texts.values():
                yield _plain(name), Whom(kind) if kind else Whom(whom.BODY, body=body)
    for code in Process.current().languages:
        with override(code):
            generic = {
                # Translators: how texts name them, parted by semicolons; all forms in use.
                whom.MEMBERS: pgettext(
                    "named in a text", "member states; member countries; all members; all states"
                ),
                whom.SECRETARIAT: pgettext("named in a text", "Secretariat"),
                whom.PRESIDENCY: pgettext("named in a text", "Presidency; presiding country"),
                whom.PARTNERS: pgettext(
                    "named in a text", "partners; cooperating agencies; international organisations"
                ),
            }
        for kind, names in generic.items():
            yield from ((_plain(name), Whom(kind)) for name in names.split(";"))


# One paragraph -----------------------------------------------------------------------------------------------------


def recognise(words: Mapping[str, str], known: Known) -> Recognised:
    """What the words say in any of their languages; where the languages differ, that is told."""
    texts = {code: unmarked(said) for code, said in words.items() if said}
    verbs = {code: _verb(_plain(said), known.forms.get(code, ())) for code, said in texts.items()}
    found = [one for one in verbs.values() if one is not None]
    verb = found[0][0].verb if found else None
    dues = [one for code, said in texts.items() if (one := due_in(said, code)) is not None]
    doubts = [
        *(["verb"] if len({one[0].verb.pk for one in found}) > 1 else []),
        *(["due"] if len(set(dues)) > 1 else []),
    ]
    addressees: dict[tuple[object, ...], Whom] = {}
    if verb is not None and verb.asks:
        for code, said in texts.items():
            opening = verbs[code]
            if opening is not None:
                for whom in _addressed(_plain(said)[opening[1] :], known.names):
                    addressees.setdefault(
                        (whom.whom, whom.party and whom.party.pk, whom.body and whom.body.pk), whom
                    )
    on, precision = dues[0] if dues else (None, Precision.DAY)
    return Recognised(verb, tuple(addressees.values()), on, precision, tuple(doubts))


def _verb(plain: str, forms: Sequence[_Form]) -> tuple[_Form, int] | None:
    """The form with which folded words open, or that follows who speaks; and where it ends."""
    for form in forms:
        if plain == form.words or plain.startswith(f"{form.words} "):
            return form, len(form.words)
    head = " ".join(plain.split()[:SUBJECT])
    best: tuple[int, _Form] | None = None
    for form in forms:
        # What stands inside a sentence is a verb there only in a form of its own, not as a noun: "the request of …".
        place = f" {head} ".find(f" {form.words} ")
        if (
            place > 0
            and not re.search(r"\b(?:the|a|an|of|to|el|la|un|una|de|del|al)$", head[: place - 1])
            and (best is None or place < best[0])
        ):
            best = place, form
    return (best[1], best[0] + len(best[1].words)) if best else None


#: What parts whom a verb addresses from what is asked of them.
_ENDS = re.compile(r" (?:to|that|que|de que|a que|(?:a |de |)\w+(?:ar|er|ir)(?:se)?|for|para|by) ")


def _addressed(after: str, names: Sequence[tuple[str, Whom]]) -> list[Whom]:
    """Those named right after the verb, until what is asked of them begins; a name within a longer one is not met again."""
    stretch = f" {after} "
    found: list[tuple[int, Whom]] = []
    for name, whom in names:
        place = stretch.find(f" {name} ")
        if place >= 0:
            found.append((place, whom))
            stretch = stretch.replace(f" {name} ", f" {'_' * len(name)} ")
    # Looked for once names are blotted out: "irregular", "for" and "para" stand in names of bodies too.
    end = _ENDS.search(stretch)
    last = end.start() if end else OBJECT
    return [whom for place, whom in sorted(found, key=lambda one: one[0]) if place < last]


# Until when --------------------------------------------------------------------------------------------------------

#: Words that set a term; those that end before the day they name; the end of a period; what may stand between.
_BY = {
    "en": r"by|until|no later than|not later than|on or before|at the latest (?:by|on|in)|due (?:by|on|in)",
    "es": r"a mas tardar(?: en)?|hasta|con fecha limite|para(?: el mes de)?|al",
    "fr": r"au plus tard(?: en)?|jusqu'?(?:a|au)|d'ici(?: a| au)?|pour",
    "pt": r"ate(?: ao?)?|o mais tardar(?: em)?|no maximo(?: em)?",
}
_BEFORE = {"en": r"before|prior to", "es": r"antes del?|previo al?", "fr": r"avant", "pt": r"antes d[eo]"}
_END = {
    "en": r"(?:the )?end of(?: the)?", "es": r"(?:el |los )?(?:fin|fines|final|finales|termino|cierre) del?",
    "fr": r"(?:la )?fin(?: de)?", "pt": r"(?:o )?(?:fim|final) d[eo]",
}  # fmt: skip
_FILLER = r"(?:\s+(?:the|el|la|los|le|o|dia|day|mes de|month of|ano|year))*\s+"
_ORDINALS = {
    "en": ["first|1st", "second|2nd", "third|3rd", "fourth|last|4th"],
    "es": ["primer|primero|1er|1\\.?", "segundo|2do|2\\.?", "tercer|tercero|3er|3\\.?", "cuarto|ultimo|4to|4\\.?"],
    "fr": ["premier|1er", "deuxieme|second|2e", "troisieme|3e", "quatrieme|dernier|4e"],
    "pt": ["primeiro|1o", "segundo|2o", "terceiro|3o", "quarto|ultimo|4o"],
}  # fmt: skip
_QUARTER = {"en": "quarter", "es": "trimestre", "fr": "trimestre", "pt": "trimestre"}
_HALF = {"en": "half|semester", "es": "semestre", "fr": "semestre", "pt": "semestre"}
_OF = r"(?:\s+(?:of|de|del|do|da|du)(?:\s+(?:the|el|ano|year))*)?,?\s+"
_DURING = {
    "en": r"during|in the course of|within",
    "es": r"durante|en el transcurso del?|en el curso del?",
    "fr": r"au cours de|pendant",
    "pt": r"durante|ao longo de",
}


def due_in(text: str, language: str) -> tuple[dt.date, str] | None:
    """Until when something is asked: (first day of the period, how far it is known); None where no day can be known.

    >>> due_in("to report by 30 June 2027", "en")
    (datetime.date(2027, 6, 30), 'day')
    """
    plain = fold(" ".join(text.split())).lower()
    if language not in _BY:
        return None
    return _quarter(plain, language) or _dated(" ".join(text.split()), language) or _year(plain, language)


def _lead(language: str) -> str:
    return rf"\b(?:(?P<before>{_BEFORE[language]})|(?:{_BY[language]})){_FILLER}(?P<end>{_END[language]}\s+)?(?:\s*(?:el|the|mes de|month of)\s+)*$"


def _quarter(plain: str, language: str) -> tuple[dt.date, str] | None:
    """A quarter or a half of a year, whatever leads to it: "in the first quarter of 2027", "Q2 2027"."""
    for number, names in enumerate(_ORDINALS[language], start=1):
        found = re.search(
            rf"\b(?:{names})\s+(?P<part>{_QUARTER[language]}|{_HALF[language]}){_OF}(?P<year>(?:19|20)\d\d)\b",
            plain,
        )
        if found is None:
            continue
        year, lead = int(found["year"]), re.search(_lead(language), plain[: found.start()].rstrip() + " ")
        before = bool(lead and lead["before"] and not lead["end"])
        if re.fullmatch(_QUARTER[language], found["part"]):
            return _moved(dt.date(year, 3 * number - 2, 1), Precision.QUARTER, before)
        # Half a year ends with a month.
        return (
            _moved(dt.date(year, 6 * min(number, 2), 1), Precision.MONTH, before)
            if number < 3 or number == 4
            else None
        )
    short = re.search(r"\bq([1-4])(?: of|,|/|-)?\s*((?:19|20)\d\d)\b", plain)
    return (dt.date(int(short[2]), 3 * int(short[1]) - 2, 1), Precision.QUARTER) if short else None


def _dated(text: str, language: str) -> tuple[dt.date, str] | None:
    """A day or a month after words that set a term."""
    for start, _end, value in dates_in(text, language):
        lead = re.search(_lead(language), f"{fold(text[:start]).lower().rstrip()} ")
        if lead is None:
            continue
        try:
            on = dt.date.fromisoformat(value if len(value) > 7 else f"{value}-01")
        except ValueError:
            continue
        precision = Precision.DAY if len(value) > 7 else Precision.MONTH
        return _moved(on, precision, bool(lead["before"] and not lead["end"]))
    return None


def _year(plain: str, language: str) -> tuple[dt.date, str] | None:
    """A year after words that set a term, or during which something is done."""
    lead = rf"\b(?:(?P<before>{_BEFORE[language]})|(?:{_BY[language]}|{_DURING[language]})){_FILLER}(?P<end>{_END[language]}\s+)?(?:ano\s+|year\s+)?"
    found = re.search(rf"{lead}(?P<year>20\d\d)\b(?![-/.]\d)", plain)
    if found is None:
        return None
    return _moved(
        dt.date(int(found["year"]), 1, 1), Precision.YEAR, bool(found["before"] and not found["end"])
    )


def _moved(on: dt.date, precision: str, before: bool) -> tuple[dt.date, str]:
    """The period itself, or the one before it where a term ends before it begins."""
    if not before:
        return on, precision
    if precision == Precision.YEAR:
        return on.replace(year=on.year - 1), precision
    day = on - dt.timedelta(days=1)
    if precision == Precision.DAY:
        return day, precision
    months = 3 if precision == Precision.QUARTER else 1
    first = day.month - (day.month - 1) % months
    return day.replace(month=first, day=1), precision
