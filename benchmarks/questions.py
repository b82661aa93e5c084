"""What is asked of search and of the filters: easy questions and hard ones, in the proportion of neither."""

import random
from itertools import islice, product
from urllib.parse import urlencode

from benchmarks.texts import NOUNS, TOPICS

#: As people ask: a word in every title, words on thousands of pages, without accents, in other forms, in a row, left out,
#: a rare one, a name, a symbol that nearly exists, a beginning, one or the other, nothing at all.
QUESTIONS = (
    {"q": "recommendations"},
    {"q": "migration"},
    {"q": "migracion"},
    {"q": "proteccion consular"},
    {"q": "trafficked persons"},
    {"q": '"human rights of migrants"'},
    {"q": '"condición migratoria"'},
    {"q": "cooperation -smuggling"},
    {"q": "quarantine"},
    {"q": "Gonhersal"},
    {"q": "RCM/2016/VM/DECL/99998"},
    {"q": "repatr*"},
    {"q": "deportation OR deportación"},
    {"q": "derechos humanos de los migrantes", "language": "es"},
    {"q": "labour migration", "page": "40"},
    {"q": "consular", "sort": "newest"},
    {"q": "retorno", "year": "2009"},
    {"q": "xylophone"},
)


def different(total: int) -> list[dict[str, str]]:
    """So many questions of which no two are the same, for a site that remembers its answers."""
    rng = random.Random(3)
    found = []
    for language in TOPICS:
        pairs = list(product(NOUNS[language], TOPICS[language]))
        found += [{"q": pattern.format(*pair)} for pattern in ('{} "{}"', "{} {}", "{}") for pair in pairs]
        single = [*NOUNS[language], *(word for topic in TOPICS[language] for word in topic.split())]
        found += [{"q": word, "year": str(year)} for word in single for year in range(1996, 2026)]
        found += [{"q": f"{one} {other}"} for one, other in product(single, single) if one != other]
    once = [dict(pairs) for pairs in dict.fromkeys(tuple(one.items()) for one in found)]
    rng.shuffle(once)
    return once[:total]


def narrowings(codes: dict[str, list[str]], total: int) -> list[dict[str, str]]:
    """So many sets of filters, no two the same.

    Args:
        codes: name of a filter → its values.
    """
    rng = random.Random(4)
    found: dict[tuple[tuple[str, str], ...], None] = {}
    # Readers narrow step by step: one, two, three filters. Where few differ, fewer are asked.
    for _try in range(3 * total):
        names = sorted(rng.sample(sorted(codes), rng.randint(1, 3)))
        found[tuple((name, rng.choice(codes[name])) for name in names)] = None
    return [dict(pairs) for pairs in islice(found, total)]


def address(path: str, asked: dict[str, str]) -> str:
    """Where this is asked."""
    return f"{path}?{urlencode(asked)}"
