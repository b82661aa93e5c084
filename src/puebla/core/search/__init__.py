"""Search whole texts, the same on SQLite and PostgreSQL: words, questions, index tables, ranking, snippets.

Knows nothing of people or papers. A room keeps a table of entries and hands over, for each, its words and the terms that
stand for who may find it; `tables` keeps them in the database's own full-text index, `asking` reads what was typed,
`finding` puts both together, `snippets` cuts what is shown, `citing` knows symbols and people's own ways of citing.
"""
