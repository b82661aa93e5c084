"""Files from outside, handled as hostile: told apart, examined, read, stored, served and packed.

Kept empty of imports: the reading worker is a process of its own that must start without Django.
"""
