"""Figures, dates, times, ordinals and symbols of a text in one form for every language, so that two texts can be compared.

`1,250`, `1.250` and `1 250` are one figure; so are `2.5 million` and `2 500 000`, `3 May 2010` and `el 3 de mayo de 2010`,
`at 3 p.m.` and `a las 15:00`, `21st` and `XXI`. What is compared is for a person's eye: in doubt nothing is said.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import pairwise

from babel import Locale, UnknownLocaleError

from puebla.core.words import fold

#: What was read in a text, in one form for every language; empty where it says nothing that could be compared.
Reader = Callable[[re.Match[str]], str]
#: What an ordinal is marked with: one language writes 21st where another writes XXI, or the word.
ORDINAL = "º"

# Signs and numbers -----------------------------------------------------------------------------------------------------

# A line may have been broken after a stroke.
_SYMBOL = re.compile(r"\b[A-Z]{2,8}(?:/\s?[A-Z0-9]+){2,6}\b")
_HALF = r"(?:\s*([ap])\.?\s?m\b\.?)"
_TIME = re.compile(rf"\b(\d{{1,2}})[:h](\d{{2}}){_HALF}?(?=[\s,;.)]|$)(?!\.\d)", re.IGNORECASE)
_DOTTED_TIME = re.compile(
    rf"\b(\d{{1,2}})\.(\d{{2}})(?:{_HALF}|\s*(?:h|hs|hrs|horas|hours|heures)\b\.?)", re.IGNORECASE
)
_HOUR = re.compile(rf"\b(\d{{1,2}})(){_HALF}", re.IGNORECASE)
_SPOKEN_HOUR = re.compile(r"\ba las (\d{1,2})()()(?![\d:.]\d)", re.IGNORECASE)
_ORDINAL = re.compile(r"\b(\d+)(?:st|nd|rd|th|\.?[ºª°]|\.?er\b|[eè](?:me)?\b)", re.IGNORECASE)
_ROMAN = re.compile(r"\b(?=[IVXLC]{2})(C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})\b")
_LONE_ROMAN = re.compile(r"\b[IVXLC]{1,7}\b")
_ISO_DATE = re.compile(r"\b(\d{4})-(0\d|1[0-2])-([0-2]\d|3[01])\b")
_SLASHED_DATE = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4})(?![\d/])")
_GROUPED = (
    r"\d{1,3}(?:(?P<group>[.,\u00a0\u202f ])\d{3}(?:(?P=group)\d{3})*)(?:(?!(?P=group))[.,]\d{1,2})?(?!\d)"
)
_NUMBER = re.compile(rf"(?<![\d.,])(?:{_GROUPED}|\d+(?:[.,]\d+)?)|\d+(?:[.,]\d+)?")
#: What a number is multiplied with; the longest words first.
_SCALES = {
    "en": {r"thousand": 3, r"million": 6, r"billion": 9},
    "es": {r"mil\s+millones": 9, r"mil": 3, r"mill(?:ón|on|ones)": 6},
    "fr": {r"mille": 3, r"millions?": 6, r"milliards?": 9},
    "pt": {r"mil\s+milhões": 9, r"mil": 3, r"milh(?:ão|ões)": 6, r"bilh(?:ão|ões)": 9},
}


def figures(text: str, language: str) -> Counter[str]:
    """The figures, dates, times, ordinals and symbols of a text, in one form whatever the language.

    >>> sorted(figures("El 9 de julio de 2009 eran 1.250 (RCM/2009/VM/DEC/1).", "es"))
    ['1250', '2009-07-09', 'RCM/2009/VM/DEC/1']
    """
    found: Counter[str] = Counter()
    text = _turned(text, language)
    for pattern, read in (*_FIRST, *_dates(language), *_slashed(language), *_LAST, *_numbers(language)):
        found.update(value for match in pattern.finditer(text) if (value := read(match)))
        # What was read once is not read again as something less.
        text = pattern.sub(" ; ", text)
    return found


def _time(match: re.Match[str]) -> str:
    hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "").lower()
    if hour > 23 or minute > 59:
        return match[0].strip()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0) if hour <= 12 else hour
    return f"{hour}:{minute:02}"


def _ordinal(match: re.Match[str]) -> str:
    return f"{int(match[1])}{ORDINAL}"


def _roman(match: re.Match[str]) -> str:
    return f"{value_of(match[0])}{ORDINAL}"


_FIRST: tuple[tuple[re.Pattern[str], Reader], ...] = ((_SYMBOL, lambda match: re.sub(r"\s", "", match[0])),)
_LAST: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (_ORDINAL, _ordinal),
    (_ROMAN, _roman),
    (_TIME, _time),
    (_DOTTED_TIME, _time),
    (_HOUR, _time),
    (_SPOKEN_HOUR, _time),
)


@lru_cache(maxsize=20)
def _numbers(language: str) -> tuple[tuple[re.Pattern[str], Reader], ...]:
    """Numbers with the words that multiply them, then bare ones."""
    plain: tuple[re.Pattern[str], Reader] = (_NUMBER, lambda match: _plain(match[0]))
    scales = _SCALES.get(language, {})
    if not scales:
        return (plain,)
    words = "|".join(scales)
    scaled = re.compile(
        rf"(?<![\d.,])(?P<number>{_GROUPED}|\d+(?:[.,]\d+)?)\s+(?P<scale>{words})\b", re.IGNORECASE
    )

    def read(match: re.Match[str]) -> str:
        power = next(p for word, p in scales.items() if re.fullmatch(word, match["scale"], re.IGNORECASE))
        whole, _point, part = _plain(match["number"]).partition(".")
        digits = whole + part.ljust(power, "0")[:power]
        return (digits if len(part) <= power else f"{digits}.{part[power:]}").lstrip("0") or "0"

    return ((scaled, read), plain)


def _plain(number: str) -> str:
    """A number with a point and no groups: `1.234,50` → `1234.50`."""
    grouped = re.fullmatch(_GROUPED, number)
    if grouped is None:
        return number.replace(",", ".")
    whole = re.match(rf"\d{{1,3}}(?:{re.escape(grouped['group'])}\d{{3}})+", number)
    assert whole is not None  # noqa: S101 - a grouped number begins with its groups
    return re.sub(r"\D", "", whole[0]) + number[whole.end() :].replace(",", ".")


def dates_in(text: str, language: str) -> list[tuple[int, int, str]]:
    """Where a text names a day, or a month with its year: (start, end, "2027-06-30" or "2027-06"), in its order.

    A day without a year is left out: nobody can know which is meant.
    """
    found: list[tuple[int, int, str]] = []
    for pattern, read in (*_dates(language), (_ISO_DATE, lambda match: match[0])):
        for match in pattern.finditer(text):
            if all(match.end() <= start or match.start() >= end for start, end, _value in found):
                value = read(match)
                found += [(match.start(), match.end(), value)] if not value.startswith("-") else []
    return sorted(found)


# Dates -----------------------------------------------------------------------------------------------------------------

_FIRST_DAY = {"en": "first", "es": "primero", "fr": "premier", "pt": "primeiro"}
#: Names that the locale does not tell.
_OTHER_NAMES = {"en": {"sept": 9}, "es": {"setiembre": 9, "sep": 9}}


def _turned(text: str, language: str) -> str:
    """Spans with the month first as the others write them: "March 13-14, 1996" as "13-14 March 1996"."""
    names = _months(language, "wide")
    if not names:
        return text
    span = rf"\b({_one_of(names)})\s+(\d{{1,2}})\s*(?:[-–—]|and|to)\s*(\d{{1,2}}),?\s+(\d{{4}})\b"
    return re.sub(span, r"\2-\3 \1 \4", text, flags=re.IGNORECASE)


@lru_cache(maxsize=20)
def _dates(language: str) -> tuple[tuple[re.Pattern[str], Reader], ...]:
    """How a language writes dates: day, month and year in its order, or month and year."""
    wide, short = _months(language, "wide"), _months(language, "abbreviated")
    if not wide:
        return ()
    name, any_name, first = _one_of(wide), _one_of(wide | short), _FIRST_DAY.get(language, "first")
    day = rf"(\d{{1,2}}|{first})(?:st|nd|rd|th|\.?[ºª°]|er)?"

    def read(year: str | None, month: str, day: str) -> str:
        number = 1 if day.lower() == first else int(day)
        return f"{year or '-'}-{(wide | short)[month.lower()]:02}-{number:02}"

    # Spans ("13-14 March 1996", "13 y 14 de marzo de 1996") keep their first day as a figure of its own.
    day_first = rf"\b{day}\s+(?:(?:de|of)\s+)?({any_name})\b\.?(?:,?\s+(?:del?\s+|of\s+)?(\d{{4}})\b)?"
    with_year = rf"\b({any_name})\.?\s+{day},?\s+(\d{{4}})\b"
    # A short name without a year is too often something else: DEC 2.
    month_first = rf"\b({name})\s+{day}\b(?!\d)"
    month_only = rf"\b({name})\s+(?:del?\s+|of\s+)?(\d{{4}})\b"
    return (
        (_compiled(day_first), lambda m: read(m[3], m[2], m[1])),
        (_compiled(with_year), lambda m: read(m[3], m[1], m[2])),
        (_compiled(month_first), lambda m: read(None, m[1], m[2])),
        (_compiled(month_only), lambda m: f"{m[2]}-{wide[m[1].lower()]:02}"),
    )


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _one_of(names: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True))


@lru_cache(maxsize=20)
def _months(language: str, width: str) -> dict[str, int]:
    """The names of the months in small letters, with and without accents, with their numbers."""
    try:
        names = Locale.parse(language).months
    except (UnknownLocaleError, ValueError):
        return {}
    known = {
        name.lower().rstrip("."): number
        for kind in ("format", "stand-alone")
        for number, name in names[kind][width].items()
    } | _OTHER_NAMES.get(language, {})
    return known | {fold(name): number for name, number in known.items()}


def _slashed(language: str) -> tuple[tuple[re.Pattern[str], Reader], ...]:
    """Dates in figures alone. English writes both orders: there the days that could be meant are told as one."""

    def read(match: re.Match[str]) -> str:
        one, other, year = int(match[1]), int(match[2]), match[3]
        if not (1 <= one <= 31 and 1 <= other <= 31) or min(one, other) > 12:
            return match[0]
        if language == "en" and max(one, other) <= 12 and one != other:
            return f"{year}-{min(one, other):02}/{max(one, other):02}"
        month, day = (other, one) if other <= 12 else (one, other)
        return f"{year}-{month:02}-{day:02}"

    return ((_ISO_DATE, lambda match: match[0]), (_SLASHED_DATE, read))


_DAY = re.compile(r"(\d{4}|-)-(\d\d)([-/])(\d\d)")


def _is_same_day(one: str, other: str) -> bool:
    """Whether two days may be one: where a side leaves its year out, or writes it in an order nobody can know."""
    left, right = _DAY.fullmatch(one), _DAY.fullmatch(other)
    if left is None or right is None or (left[1] != right[1] and "-" not in (left[1], right[1])):
        return False
    if left[3] == right[3]:
        return (left[2], left[4]) == (right[2], right[4])
    return sorted((left[2], left[4])) == sorted((right[2], right[4]))


# Numbers in words ------------------------------------------------------------------------------------------------------

_UNITS = {
    "en": "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen",
    "es": "cero|un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|dieciseis|diecisiete|dieciocho|diecinueve",
    "fr": "zero|une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|dix-sept|dix-huit|dix-neuf",
    "pt": "zero|uma?|dois|tres|quatro|cinco|seis|sete|oito|nove|dez|onze|doze|treze|catorze|quinze|dezesseis|dezessete|dezoito|dezenove",
}  # fmt: skip
_TENS = {
    "en": "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety",
    "es": "veinte|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa",
    "fr": "vingt|trente|quarante|cinquante|soixante|soixante-dix|quatre-vingts?|quatre-vingt-dix",
    "pt": "vinte|trinta|quarenta|cinquenta|sessenta|setenta|oitenta|noventa",
}
_JOINS = {"en": "[- ]", "es": " y ", "fr": "(?: et |-)", "pt": " e "}
_HUNDREDS = {
    "en": ["(?:a |one )?hundred", *(f"{unit} hundred" for unit in _UNITS["en"].split("|")[2:10])],
    "es": ["cien(?:to)?", *(f"{stem}ient[oa]s" for stem in ("dosc", "tresc", "cuatroc", "quin", "seisc", "setec", "ochoc", "novec"))],
    "fr": ["cent", *(f"{unit} cents?" for unit in _UNITS["fr"].split("|")[2:10])],
    "pt": ["cem|cento", "duzent[oa]s", "trezent[oa]s", "quatrocent[oa]s", "quinhent[oa]s", "seiscent[oa]s", "setecent[oa]s", "oitocent[oa]s", "novecent[oa]s"],
}  # fmt: skip
_THOUSAND = {"en": "(?:a |one )?thousand", "es": "mil", "fr": "mille", "pt": "mil"}


def _in_words(number: int, language: str) -> str:
    """How a number may be written in words, as a pattern for folded text; empty where that is not known."""
    units, tens = (names.get(language, "").split("|") for names in (_UNITS, _TENS))
    if language not in _UNITS or number > 1000:
        return ""
    if number == 1000:
        return _THOUSAND[language]
    if number >= 100:
        return _HUNDREDS[language][number // 100 - 1] if number % 100 == 0 else ""
    if number < 20:
        return units[number]
    ten, unit = divmod(number, 10)
    if not unit:
        return tens[ten - 2]
    if language == "es" and ten == 2:
        return f"veinti{units[unit]}"
    return f"{tens[ten - 2]}{_JOINS[language]}(?:{units[unit]})"


def _is_said_otherwise(figure: str, text: str, language: str) -> bool:
    """Whether a whole number, or the number of an ordinal, stands in the text in words, in figures or as a Roman one."""
    bare = figure.removesuffix(ORDINAL)
    if not bare.isdecimal() or int(bare) > 1000:
        return False
    number = int(bare)
    if any(value_of(roman) == number for roman in _LONE_ROMAN.findall(text)):
        return True
    if bare != figure:
        return re.search(rf"\b{number}\b", text) is not None
    words = _in_words(number, language)
    # Of "fifty-six" the six is not six.
    return bool(words and re.search(rf"(?<![\w-])(?:{words})(?![\w-])", fold(text)))


def value_of(roman: str) -> int:
    """What a Roman number says."""
    values = [{"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}[sign] for sign in roman]
    return sum(-one if one < after else one for one, after in pairwise([*values, 0]))


# Comparing -------------------------------------------------------------------------------------------------------------


def differing(
    left: Counter[str], right: Counter[str], *, texts: tuple[str, str], languages: tuple[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What stands on one side alone, without what the other side only says otherwise."""
    only_left = [one for one in left - right if not _is_said_otherwise(one, texts[1], languages[1])]
    only_right = [one for one in right - left if not _is_said_otherwise(one, texts[0], languages[0])]
    # An ordinal that the other side has in words is no difference; two that are not the same are one.
    both = all(any(one.endswith(ORDINAL) for one in side) for side in (only_left, only_right))
    return _told(only_left, only_right, both), _told(only_right, only_left, both)


def _told(mine: list[str], theirs: list[str], ordinals: bool) -> tuple[str, ...]:
    return tuple(sorted(
        one for one in mine
        if (ordinals or not one.endswith(ORDINAL)) and not any(_is_same_day(one, other) for other in theirs)
    ))  # fmt: skip
