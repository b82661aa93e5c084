"""Every command that `puebla` offers exists, says what it does, and shows an example."""

import pytest
from django.core.management import get_commands, load_command_class

from puebla.config.cli import COMMANDS


def help_of(name):
    command = name.replace("-", "_")
    return load_command_class(get_commands()[command], command).create_parser("puebla", command).format_help()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_exists_and_its_help_holds_an_example(name):
    said = help_of(name)

    assert "example" in said
    assert f"puebla {name}" in said.split("example", 1)[1]


def test_no_command_of_the_house_is_kept_from_the_list():
    ours = {name.replace("_", "-") for name, app in get_commands().items() if str(app).startswith("puebla")}
    djangos_own_in_another_order = {"migrate"}

    assert ours == set(COMMANDS) | djangos_own_in_another_order
