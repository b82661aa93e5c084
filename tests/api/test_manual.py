"""The manual's page for programs says exactly what the doors for machines do."""

import re
from pathlib import Path

import pytest

from puebla.api.querysets import TOPICS
from puebla.api.views import feeds
from puebla.api.views.oai import formats, protocol, tokens
from puebla.core import registry
from puebla.portal.views.documents import FORMS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "api.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `(/api/v1/[^`]*)` \| [^|]* \| ([^|]*) \|$", PAGE, re.M))


@pytest.fixture
def described(client, db):
    return client.get("/api/v1/openapi.json").json()["paths"]


def test_every_address_of_the_api_stands_in_the_manual_and_no_other(described):
    assert set(ROWS) == set(described)


def test_every_parameter_of_the_api_stands_in_the_manual_and_no_other(described):
    told = {path: set(re.findall(r"`([^`]+)`", parameters)) for path, parameters in ROWS.items()}
    known = {
        path: {one["name"] for one in operations["get"]["parameters"] if one["in"] == "query"}
        for path, operations in described.items()
    }

    assert told == known


def test_every_feed_and_its_filters_stand_in_the_manual():
    told = set(re.findall(r"^\| `/feeds/([^`]+)\.atom`", PAGE, re.M))

    assert told == {
        "documents",
        "decisions",
        *(f"{topic}/<code>" for topic in TOPICS),
        *(name for name, _feed in registry.feeds.items()),
    }
    assert set(feeds.FILTERS) == set(
        re.findall(r"`([a-z]+)`", re.search(r"narrowed by (.*), as the list", PAGE)[1])
    )


def test_formats_sets_and_the_life_of_a_token_stand_in_the_manual():
    assert all(f"`{prefix}` (" in PAGE for prefix in formats.FORMATS)
    assert (
        "Sets: "
        + " and ".join([", ".join(f"`{one}`" for one in protocol.SETS[:-1]), f"`{protocol.SETS[-1]}`"])
        in PAGE
    )
    assert f"good for {tokens.GOOD_FOR.total_seconds() / 3600:g} hours" in PAGE
    assert f"come {protocol.PER_PAGE} records at a time" in PAGE
    assert all(f"`cite.{form}`" in PAGE for form in FORMS)
