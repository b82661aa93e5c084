"""Statistics as the secretariat shows them: released figures of SIEMMES, kept where pages read them.

The only room that asks the engine (`siemmes`), and it imports what reads figures inside functions alone: a web worker that
shows an indicator asks the database.
"""
