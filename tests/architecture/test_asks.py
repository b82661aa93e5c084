"""Every room says whether it asks something of parties: nothing that is asked is left out of their list by oversight."""

from django.apps import apps

from puebla.core import registry

#: Rooms that ask nothing of a party, and why.
WITHOUT = {
    "core": "keeps the registry",
    "theme": "shows, and keeps nothing",
    "accounts": "asks persons, not parties",
    "publications": "what was released",
    "members": "who sits where; confirmations of contacts come with their room",
    "notices": "tells what others ask",
    "statistics": "shows what was released; statistics due come with submissions",
    "portal": "the public asks nothing",
    "intranet": "gathers what others ask",
    "api": "gives away what others hold",
}


def test_every_room_asks_something_of_parties_or_is_named_as_one_that_does_not():
    rooms = {one.label for one in apps.get_app_configs() if one.name.startswith("puebla.")} - {"config"}
    asking = {source.__module__.split(".")[1] for source in registry.asks}

    assert rooms == asking | (WITHOUT.keys() & rooms)
    assert not asking & WITHOUT.keys()
