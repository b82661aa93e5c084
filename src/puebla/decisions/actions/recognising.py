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
from puebla.texts.models import Function

Precision = Provision.Precision
#: Words before the verb in which whoever speaks is named: "The Vice-Ministers request …".
SUBJECT = 7
#: The verb of what somebody is bound to do, where the edition has it.
DUTY = "shall"
#: Signs after the verb in which whom it addresses is looked for where nothing ends them earlier.
OBJECT = 160


@dataclass(frozen=True)
class Recognised:
    """What was read of a paragraph.

    Attributes:
        due_on: the first day of the period that `due_precision` names.
        asks: whether somebody is bound to do something: by the verb, or since they "shall".
        doubts: in which of these the languages differ: "verb", "due".
    """

    verb: Verb | None = None
    asks: bool = False
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
        duties: by language, words that say what somebody is bound to do ("shall"); no opening, but of the verb DUTY.
        on: the day; what was due in a year before it is no term.
    """

    on: dt.date = dt.date.min
    forms: dict[str, list[_Form]] = field(default_factory=dict)
    duties: dict[str, list[_Form]] = field(default_factory=dict)
    names: list[tuple[str, Whom]] = field(default_factory=list)

    @classmethod
    def now(cls, *, on: dt.date) -> "Known":
        """Verbs, parties and bodies as they are known on a day."""
        forms: dict[str, list[_Form]] = {}
        duties: dict[str, list[_Form]] = {}
        for verb in Verb.objects.order_by("rank", "code"):
            for code, some in verb.forms.items():
                into = duties if verb.code == DUTY else forms
                into.setdefault(code, []).extend(_Form(_plain(one), verb) for one in some)
        for some in forms.values():
            some.sort(key=lambda one: -len(one.words))
        names = {name: whom for name, whom in _names(on) if len(name) > 2}
        return cls(on, forms, duties, sorted(names.items(), key=lambda pair: -len(pair[0])))


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
    bound = {
        code: one
        for code, said in texts.items()
        if (one := _bound(said, code, verbs[code], known)) is not None
    }
    verb = found[0][0].verb if found else None
    if verb is not None and verb.function != Function.OPERATIVE:
        bound = {}
    asks = bool(bound) or (verb is not None and verb.asks)
    since = known.on if asks else None
    dues = [term for code, said in texts.items() if (term := due_in(said, code, since=since)) is not None]
    # Who is bound by nobody's name, and until no day, is perhaps not bound at all: "This decision shall enter into force."
    if verb is None and not dues:
        bound = {code: one for code, one in bound.items() if one[1]}
    if verb is None and bound:
        verb = next(iter(bound.values()))[0]
    asks = verb is not None and (verb.asks or bool(bound))
    doubts = [
        *(["verb"] if len({one[0].verb.pk for one in found}) > 1 else []),
        *(["due"] if len(set(dues)) > 1 else []),
    ]
    addressees: dict[tuple[object, ...], Whom] = {}
    for code, said in texts.items() if asks else ():
        opening = verbs[code]
        named = list(bound[code][1]) if code in bound else []
        if opening is not None and opening[0].verb.asks:
            named += _addressed(_plain(said)[opening[1] :], known.names)
        for whom in named:
            addressees.setdefault((whom.whom, whom.party and whom.party.pk, whom.body and whom.body.pk), whom)
    on, precision = dues[0] if dues else (None, Precision.DAY)
    return Recognised(verb, asks, tuple(addressees.values()), on, precision, tuple(doubts))


# Who is bound --------------------------------------------------------------------------------------------------------

#: Words between the beginning of a sentence and what says that somebody is bound.
BEFORE_DUTY = 25
#: What is to come, said of who does it: with accents, since without them it would be what was wished in the past.
_TO_COME = {
    "en": re.compile(r"\bwill(?! be\b)\b"),
    "es": re.compile(r"\b(?!podr|ser[áa]|habr|estar)\w*(?:[aei]r|[dbr]r)án?\b"),
}
_RELATIVE = re.compile(r"\b(?:that|which|who|whom|que|quien|quienes|cual|cuales)\b")
_AGENT = {"en": " by ", "es": " por "}


def _bound(
    said: str, language: str, opening: tuple[_Form, int] | None, known: Known
) -> tuple[Verb, list[Whom]] | None:
    """Who is to do something by words like "shall", or by the future where nothing else opens the paragraph; with DUTY."""
    duties = known.duties.get(language, ())
    if not duties:
        return None
    for number, sentence in enumerate(re.split(r"[.;:]\s+", said)):
        plain, opens = _plain(sentence), opening if number == 0 else None
        for form in duties:
            place = f" {plain} ".find(f" {form.words} ")
            before, after = plain[: max(place, 0)], plain[max(place, 0) + len(form.words) :]
            if place > 0 and len(before.split()) <= BEFORE_DUTY:
                subject = re.sub(r"^(?:that|que)\b", "", before[opens[1] :].strip()) if opens else before
                named = [] if _RELATIVE.search(subject) else _named_in(subject, known.names)
                return form.verb, named or _agents(after, language, known.names)
        coming = _TO_COME.get(language)
        met = coming.search(sentence.lower()) if coming and opening is None else None
        if met is not None:
            subject = " ".join(plain.split()[: len(_plain(sentence[: met.start()]).split())])
            named = [] if _RELATIVE.search(subject) else _named_in(subject, known.names)
            if named:
                return duties[0].verb, named
    return None


def _agents(after: str, language: str, names: Sequence[tuple[str, Whom]]) -> list[Whom]:
    """By whom something shall be done."""
    _before, sign, rest = f" {after} ".partition(_AGENT.get(language, "\0"))
    named = [(rest.find(f"{name} "), whom) for name, whom in names]
    return [whom for place, whom in named if sign and 0 <= place <= len("the ")][:1]


#: After these a word is a noun, or what somebody shall or may do: "the request of …", "shall support".
_NO_VERB = re.compile(
    r"\b(?:the|a|an|of|to|el|la|un|una|de|del|al"
    r"|shall|must|will|should|may|might|can|could|would|not|deberan?|deben?|podran?|pueden?|podrian?)$"
)


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
        if place > 0 and not _NO_VERB.search(head[: place - 1]) and (best is None or place < best[0]):
            best = place, form
    return (best[1], best[0] + len(best[1].words)) if best else None


#: What parts whom a verb addresses from what is asked of them.
_ENDS = re.compile(r" (?:to|that|que|de que|a que|(?:a |de |)\w+(?:ar|er|ir)(?:se)?|for|para|by) ")


def _addressed(after: str, names: Sequence[tuple[str, Whom]]) -> list[Whom]:
    """Those named right after the verb, until what is asked of them begins."""
    found, rest = _met(after, names)
    # Looked for once names are blotted out: "irregular", "for" and "para" stand in names of bodies too.
    end = _ENDS.search(rest)
    last = end.start() if end else OBJECT
    return [whom for place, whom in found if place < last]


def _named_in(words: str, names: Sequence[tuple[str, Whom]]) -> list[Whom]:
    """All who are named there."""
    return [whom for _place, whom in _met(words, names)[0]]


def _met(words: str, names: Sequence[tuple[str, Whom]]) -> tuple[list[tuple[int, Whom]], str]:
    """The names with their places, and the words without them; a name within a longer one is not met again."""
    stretch = f" {words} "
    found: list[tuple[int, Whom]] = []
    for name, whom in names:
        place = stretch.find(f" {name} ")
        if place >= 0:
            found.append((place, whom))
            stretch = stretch.replace(f" {name} ", f" {'_' * len(name)} ")
    return sorted(found, key=lambda one: one[0]), stretch


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


def due_in(text: str, language: str, *, since: dt.date | None = None) -> tuple[dt.date, str] | None:
    """Until when something is asked: (first day of the period, how far it is known); None where no day can be known.

    Args:
        since: where somebody is asked to do something: then a bare "in 2028" is a term too, unless it was over on this day.

    >>> due_in("to report by 30 June 2027", "en")
    (datetime.date(2027, 6, 30), 'day')
    """
    plain = fold(" ".join(text.split())).lower()
    if language not in _BY:
        return None
    text = " ".join(text.split())
    found = _quarter(plain, language) or _dated(text, language) or _year(plain, language)
    return found or (_bare(text, plain, language, since) if since is not None else None)


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


#: What leads to a period in which something is to be done; what stands before it where it tells when something was, or will be held.
_IN = {
    "en": r"in|throughout", "es": r"en|a lo largo del?", "fr": r"en|courant", "pt": r"em|ao longo d[eo]",
}  # fmt: skip
_PART = {
    "en": r"(?:early|mid|late)[ -]", "es": r"(?:a )?(?:principios|mediados|finales|fines) del? ", "fr": r"(?:debut|fin) ",
    "pt": r"(?:inicio|meados|fins?) de ",
}  # fmt: skip
_TOLD = re.compile(
    r"\b(?:\w+ed|held|made|taken|begun|given|set|sent|done|known|written|was|were|met|born|began|took"
    r"|\w+[aeiou]d[oa]s?|hech[oa]s?|suscrit[oa]s?|escrit[oa]s?|\w+(?:aron|ieron)|fue|fueron|era|eran|tuvo|celebrar(?:a|an|se)?)$"
)
#: What may follow a year: a figure ("in 2028 cases") is followed by what is counted.
_AFTER = (
    r"(?=\s*(?:[.,;:)]|$)|\s+(?:the|an?|its|their|to|and|or|on|at|for|with|by|which|as|el|los?|las?|una?|sus?|y|o|para|con|por|de"
    r"|del|al|que|como|le|les|une?|et|ou|pour|avec|os?|e|um|uma|com)\b)(?!\s*(?:and|y|et|e|to|a|-|–)\s*(?:19|20)\d\d)"
)


def _bare(text: str, plain: str, language: str, since: dt.date) -> tuple[dt.date, str] | None:
    """A month or a year to come in which something is to be done: "in June 2028", "en 2028"."""
    lead = rf"\b(?:{_IN[language]}){_FILLER}(?:{_PART[language]})?(?:ano\s+|year\s+)?"
    for start, _end, value in dates_in(text, language):
        before = fold(text[:start]).lower()
        led = re.search(rf"{lead}$", f"{before.rstrip()} ") if len(value) == len("2028-06") else None
        if led and not _TOLD.search(before[: led.start()].rstrip()) and value >= since.isoformat()[:7]:
            return dt.date.fromisoformat(f"{value}-01"), Precision.MONTH
    for found in re.finditer(rf"{lead}(?P<year>20\d\d)\b(?![-/.]\d){_AFTER}", plain):
        if not _TOLD.search(plain[: found.start()].rstrip()) and int(found["year"]) >= since.year:
            return dt.date(int(found["year"]), 1, 1), Precision.YEAR
    return None


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
