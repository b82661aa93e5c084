"""What others read: the writers of every format, structure messages, and SDMX's grammars."""
