"""Django's own commands, for developers; people use `puebla`."""

import sys

from puebla.config.cli import choose_settings

if __name__ == "__main__":
    from django.core.management import execute_from_command_line

    choose_settings()
    execute_from_command_line(sys.argv)
