"""Which figures must not be shown: small ones, confidential and embargoed ones, dominated amounts, groups in one cell.

Sources: minimum frequency, dominance and group disclosure as in the *Handbook on Statistical Disclosure Control* (Hundepool
and others, Eurostat 2010), sections 4.2 and 5.2.
"""

from collections.abc import Iterator, Mapping, Sequence

from siemmes.cube.layout import literal
from siemmes.disclosure.coverage import WHEN
from siemmes.disclosure.relations import Block
from siemmes.model.structures import VALUE, Structure

#: A group under so many times the threshold whose people all lie in one of its cells is not shown as such.
GROUP = 2


def reason(about: Structure, threshold: str) -> str:
    """SQL: why a row's figure must be hidden; empty where it need not.

    Args:
        threshold: SQL of the threshold that holds for the row.
    """
    size = f"abs({VALUE})" if about.value == "balance" else VALUE
    small = f"WHEN {size} > 0 AND {size} < {threshold} THEN 'small' " if about.value != "amount" else ""
    return (
        "CASE WHEN coalesce(\"CONF_STATUS\", 'F') = 'E' THEN 'embargo' "
        "WHEN coalesce(\"CONF_STATUS\", 'F') <> 'F' THEN 'confidential' "
        f"WHEN {VALUE} IS NULL AND \"OBS_STATUS\" = 'Q' THEN 'sender' {small}ELSE '' END"
    )


def threshold(about: Structure, own: Mapping[str, int], *, sent: bool) -> str:
    """SQL: the strictest of the flow's threshold, the sender's and that of the country the figures are of.

    Args:
        own: thresholds by sender.
        sent: whether rows say which submission they came with.
    """
    base = about.protection.threshold
    if not own:
        return str(base)
    listed = [(literal(name), int(number)) for name, number in sorted(own.items())]
    area = " ".join(f"WHEN {name} THEN {number}" for name, number in listed)
    found = [str(base), f'CASE "REF_AREA" {area} ELSE 0 END']
    if sent:
        sender = f"regexp_extract(\"SUBMISSION\", '^{about.id}-(.*)-[0-9]+$', 1)"
        found.append(f"CASE {sender} {area} ELSE 0 END")
    return f"greatest({', '.join(found)})"


def dominated(contributions: Sequence[float], n: int, share: float) -> bool:
    """Whether the n largest contributors make up more than the share of an amount.

    Args:
        contributions: what each contributor gave, in the amount's own unit, in any order.

    >>> dominated([90, 5, 5], 1, 0.8)
    True
    >>> dominated([40, 30, 30], 1, 0.8)
    False
    """
    total = sum(contributions)
    return total > 0 and sum(sorted(contributions, reverse=True)[:n]) > share * total


def grouped(block: Block, threshold: float) -> Iterator[int]:
    """Places of figures that tell of a small group that all of it is in one cell: that cell, and one empty beside it.

    Totals from the threshold up to twice of it are looked at. Smaller ones are hidden anyway, and of larger groups one cell is
    no secret of anybody's. A cell that nobody sent is not a reported zero.
    """
    for line in block.every:
        total = block.values[line.whole] or 0
        if line.exact and line.by != WHEN and len(line.parts) > 1 and threshold <= total < GROUP * threshold:
            filled = [part for part in line.parts if block.values[part]]
            empty = [part for part in line.parts if block.values[part] == 0 and part < block.sent]
            if len(filled) == 1 and empty and filled[0] < block.sent:
                yield filled[0]
                yield min(empty, key=lambda place: block.keys[place])
