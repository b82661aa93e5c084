"""The rules that a submission is judged by (V1-V15), in the order in which they are asked.

A rule looks at the tables of a `Judgement` and gives findings, or SQL that selects them
(`message, row, column, value, a, b, c`). Rules work on sets: what is rare is looked for among distinct values first.
"""

from siemmes.intake.rules import alone, arithmetic, history

#: V1-V5, V11-V13, V15 look at the file alone; V6-V8 add it up; V7, V9, V10, V14 look at what is published.
RULES = (*alone.RULES, *arithmetic.RULES, *history.RULES)
