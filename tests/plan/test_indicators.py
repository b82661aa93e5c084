"""A commitment's indicator shows what is released of one cell, and moves when statistics are released."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from puebla.config.operations.working import round_of_chores
from puebla.core.verdicts import RefusedError
from puebla.plan import actions
from puebla.plan.models import Commitment, Indicator
from tests.plan.making import AT, plan, secretary, t
from tests.statistics.making import AT as SENT
from tests.statistics.making import CELL, KEY, publish, row

pytestmark = pytest.mark.django_db
VALUES = {"names": t("Nicaraguans in Costa Rica"), "dataflow": CELL[0], "key": KEY, "direction": "up"}


@pytest.fixture
def kept(settings, tmp_path, client):
    """Who keeps an edition with one commitment, signed in."""
    settings.STATISTICS_DIR = tmp_path / "siemmes"
    by = secretary()
    plan(by)
    client.force_login(by)
    return by


def add(by, **values):
    return actions.add_indicator(commitment=Commitment.objects.get(), values=VALUES | values, by=by, at=AT)


def page(client, name="commitment", language="en"):
    of = Commitment.objects.get()
    address = reverse(f"plan:{name}", args=[of.plan.code, *([of.code] if name == "commitment" else [])])
    answer = client.get(address.replace("/en/", f"/{language}/", 1))
    assert answer.status_code == 200
    return re.sub("[ \n]+", " ", answer.content.decode())


def tick():
    assert [one.error for one in round_of_chores(only=["statistics"], at=SENT + dt.timedelta(days=1))] == [""]


def test_the_indicator_moves_on_both_pages_when_statistics_are_released(
    kept, client, tmp_path, django_capture_on_commit_callbacks
):
    address = reverse("plan:indicator-new", args=["2010", Commitment.objects.get().code])
    typed = {"names_en": "Nicaraguans in Costa Rica", "names_es": "Nicaragüenses en Costa Rica", "dataflow": CELL[0],
             "key": KEY, "direction": "up"}  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address, typed)
    waiting = page(client)
    asked = DBTaskResult.objects.filter(task_path__endswith="read_now").count()
    publish(tmp_path, [row("2019", 1000), row("2020", 1100)])
    tick()
    first, listed = page(client), page(client, "edition")

    publish(tmp_path, [row("2021", 1320)], at=SENT + dt.timedelta(hours=1))
    tick()

    moved, listed_anew, spanish = page(client), page(client, "edition"), page(client, language="es")
    assert "not read yet" in waiting
    assert '<b>1,100</b> <span class="meta">Persons · 2020</span>' in first
    assert "Rising, +10% against 2019 (1,000)." in first
    assert "MIG_STOCK-1" in first
    assert "In the right direction" in first
    assert '<b>1,100</b> <span class="meta">Persons · 2020</span>' in listed
    assert '<b>1,320</b> <span class="meta">Persons · 2021</span>' in moved
    assert "Rising, +20% against 2020 (1,100)." in moved
    assert '<svg class="spark" role="img"' in moved
    assert 'href="/es/statistics/MIG_STOCK/MIG_STOCK-2/"' in spanish
    assert '<b>1\xa0320</b> <span class="meta">Personas · 2021</span>' in spanish
    assert '<b>1,320</b> <span class="meta">Persons · 2021</span>' in listed_anew
    assert asked == 1


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"key": "A.CRI"}, "COUNTERPART_AREA"),
        ({"key": KEY.replace("NIC", "XXQ")}, "COUNTERPART_AREA"),
        ({"key": f"{KEY}._T"}, "more codes"),
        ({"dataflow": "NONE"}, "There is no dataflow “NONE”"),
    ],
)
def test_what_names_no_cell_is_refused_in_words(kept, values, said):
    with pytest.raises(RefusedError, match=said):
        add(kept, **values)

    assert not Indicator.objects.exists()


def test_a_series_is_found_dimension_by_dimension_among_the_codes_that_are_released(kept, client, tmp_path):
    publish(tmp_path, [row("2020", 1100)])
    address = reverse("plan:indicator-new", args=["2010", Commitment.objects.get().code])
    names = (
        "FREQ",
        "REF_AREA",
        "COUNTERPART_AREA",
        "STOCK_BASIS",
        "SEX",
        "AGE",
        "EDUCATION",
        "ACTIVITY",
        "ARRIVAL_PERIOD",
    )

    first = client.get(address).content.decode()
    second = client.get(address, {"dataflow": CELL[0]}).content.decode()
    third = client.get(
        address, {"dataflow": CELL[0], **dict(zip(names, KEY.split("."), strict=True))}
    ).content.decode()
    wrong = client.get(address, {"dataflow": CELL[0], "FREQ": "Z"})

    assert 'name="COUNTERPART_AREA"' not in first
    assert "Nicaragua (NIC)" in second
    assert "Panama (PAN)" not in second
    assert "This field is required" not in second
    assert f'value="{KEY}"' in third
    assert wrong.status_code == 200
    assert f'value="{KEY}"' not in wrong.content.decode()


def test_ten_indicators_cost_the_pages_no_question_more(kept, client, tmp_path):
    publish(tmp_path, [row("2020", 1100)])
    costs = []
    for partners in (["NIC"], ["PAN", "HND", "SLV", "GTM", "MEX", "BLZ", "DOM", "CAN", "USA"]):
        for one in partners:
            add(kept, key=KEY.replace("NIC", one))
        tick()
        for name in ("commitment", "edition"):
            page(client, name)
            with CaptureQueriesContext(connection) as asked:
                page(client, name)
            costs.append(len(asked))

    assert costs[:2] == costs[2:]
