"""What the portal's apps bring into a process."""

import importlib
import sys

import pytest

from puebla.portal.apps import out_of_sight


def test_what_is_out_of_sight_cannot_be_imported_meanwhile_and_can_be_afterwards(monkeypatch):
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)

    with out_of_sight(["colorsys", "sys"]):
        with pytest.raises(ImportError):
            importlib.import_module("colorsys")
        # What is in use stays.
        assert importlib.import_module("sys") is sys

    assert importlib.import_module("colorsys").rgb_to_hsv
