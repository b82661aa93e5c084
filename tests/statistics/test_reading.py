"""What is released is noticed and read: at its hour, once, whole or not at all, and only what a room shows."""

import datetime as dt
import subprocess
import sys

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from puebla.config.operations.health import check_statistics
from puebla.core import journal
from puebla.core.models import JournalEntry, JournalPayload
from puebla.publications.models import Epoch
from puebla.statistics import actions
from puebla.statistics.actions import reading
from puebla.statistics.models import Reading, Release, ReleasedSeries, State, Trend
from puebla.statistics.querysets import cell_at, cells_at, store
from siemmes.release.store import Store
from tests.statistics.making import AT, CELL, KEY, LATER, publish, registered, row

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_store(settings, tmp_path):
    settings.STATISTICS_DIR = tmp_path / "siemmes"


def read(at=LATER):
    with registered(CELL):
        return actions.read_released(at=at)


def entries():
    return JournalEntry.objects.filter(act="statistics.read").count()


def test_a_new_release_moves_the_cell_in_one_entry_and_the_old_one_stays_citable(tmp_path):
    publish(tmp_path, [row("2018", 100), row("2019", 110)])
    read()
    before = cell_at(*CELL)
    publish(tmp_path, [row("2020", 99)], at=AT + dt.timedelta(hours=1))
    epoch = Epoch.objects.get().number

    read()

    after = cell_at(*CELL)
    assert (before.value, before.figure.period, before.release.code) == (110, "2019", "MIG_STOCK-1")
    assert (before.trend, round(before.change)) == (Trend.RISING, 10)
    assert (after.value, after.figure.period, after.release.code) == (99, "2020", "MIG_STOCK-2")
    assert (after.trend, round(after.change)) == (Trend.FALLING, -10)
    assert [one.value for one in after.shown] == [100, 110, 99]
    assert after.unit == {"en": "Persons", "es": "Personas"}
    assert (
        after.names["es"] == "Población migrante residente: Costa Rica, Nicaragua, Nacidos en el extranjero"
    )
    assert (after.edition, after.licence) == ("of 02 March", "CC BY 4.0")
    assert list(Release.objects.values_list("code", "in_force")) == [
        ("MIG_STOCK-2", True),
        ("MIG_STOCK-1", False),
    ]
    assert entries() == 2
    assert JournalPayload.objects.latest("sequence").facts == {"releases": ["MIG_STOCK-2"], "cells": 1}
    assert Epoch.objects.get().number > epoch
    assert list(journal.verify()) == []


def test_reading_again_writes_nothing_and_asks_little(tmp_path):
    publish(tmp_path, [row("2019", 110)])
    read()
    sequence = JournalEntry.objects.latest("sequence").sequence

    with CaptureQueriesContext(connection) as asked:
        again = read()

    assert again == 0
    assert JournalEntry.objects.latest("sequence").sequence == sequence
    assert len(asked) == 2


def test_nothing_of_a_release_is_known_before_its_hour(tmp_path):
    hour = LATER + dt.timedelta(days=7)
    publish(tmp_path, [row("2019", 110)])
    publish(tmp_path, [row("2020", 120)], at=AT + dt.timedelta(hours=1), public_from=hour)
    just_before = hour - dt.timedelta(microseconds=1)

    read(just_before)

    assert cell_at(*CELL).value == 110
    assert not Release.objects.filter(code="MIG_STOCK-2").exists()
    assert store.cell(*CELL, at=just_before).value == 110
    assert store.cell(*CELL, release="MIG_STOCK-2", at=just_before).state == State.NO_RELEASE
    assert [one.value for one in store.series(*CELL, at=just_before)] == [110]
    read(hour)
    assert cell_at(*CELL).value == 120
    assert cell_at(*CELL).release.public_from == hour


def test_going_back_to_an_older_release_shows_its_figure_again_without_reading_it_twice(tmp_path):
    publish(tmp_path, [row("2019", 110)])
    read()
    publish(tmp_path, [row("2019", 130, COMMENT_OBS="recount")], at=AT + dt.timedelta(hours=1))
    read()
    assert cell_at(*CELL).value == 130

    Store(store.folder()).roll_back("MIG_STOCK", "MIG_STOCK-1")
    read()

    assert (cell_at(*CELL).value, cell_at(*CELL).release.code) == (110, "MIG_STOCK-1")
    assert Reading.objects.count() == 2
    assert Release.objects.get(in_force=True).code == "MIG_STOCK-1"


def test_a_reading_cut_off_leaves_nothing_behind_and_is_done_whole_the_next_time(tmp_path, monkeypatch):
    publish(tmp_path, [row("2019", 110)])

    def killed(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(journal, "record", killed)
        read()

    assert (Release.objects.count(), ReleasedSeries.objects.count(), entries()) == (0, 0, 0)
    assert read() == 1
    assert (cell_at(*CELL).value, entries()) == (110, 1)


def test_what_another_process_has_written_meanwhile_is_not_written_twice(tmp_path):
    publish(tmp_path, [row("2019", 110)])
    with registered(CELL):
        slow = reading._behind(LATER)
    read()

    assert reading._keep(slow, at=LATER) == 0
    assert (Reading.objects.count(), entries()) == (1, 1)


def test_every_reason_for_having_no_figure_is_an_answer(tmp_path):
    other = KEY.replace("NIC", "PAN")
    publish(tmp_path, [row("2018", 100), row("2019", "", OBS_STATUS="L"), row("2017", 3)])
    cells = [CELL, ("MIG_STOCK", other), ("MIG_STOCK", "A.CRI"), ("NONE", "A"), ("RETURN", "A.USA.GTM.REMOVAL._T._T._T._T")]  # fmt: skip
    with registered(*cells):
        actions.read_released(at=LATER)

    assert [one.state for one in cells_at(cells).values()] == [
        State.MISSING, State.NO_SERIES, State.NO_KEY, State.NO_DATAFLOW, State.NO_RELEASE,
    ]  # fmt: skip
    found = ReleasedSeries.objects.select_related("reading__release").get(key=KEY)
    asked = [found.cell(period) for period in ("2017", "2018", "2031")]
    assert [(one.state, one.value) for one in asked] == [(State.HIDDEN, None), (State.RELEASED, 100), (State.NO_PERIOD, None)]  # fmt: skip
    assert [store.cell(*one, at=LATER).state for one in cells] == [
        one.state for one in cells_at(cells).values()
    ]
    assert cell_at("RETURN", "never asked for").state == State.WAITING


def test_a_release_that_cannot_be_read_stops_no_other_and_is_told(tmp_path, caplog):
    publish(tmp_path, [row("2019", 110)])
    broken = store.folder() / "public" / "RETURN"
    (broken / "RETURN-1").mkdir(parents=True)
    (broken / "RETURN-1" / "manifest.json").write_text("{")
    (broken / "CURRENT").write_text("RETURN-1\n")

    read()

    assert cell_at(*CELL).value == 110
    assert "The releases of RETURN cannot be read" in caplog.text
    _name, well, sentence = check_statistics()
    assert not well
    assert "RETURN" in sentence


def test_many_cells_cost_a_page_one_question(tmp_path):
    publish(tmp_path, [row("2019", 110)])
    read()
    few, many = [CELL], [CELL, *((flow, KEY) for flow in ("RETURN", "BORDER", "POP", "ASYLUM"))]

    costs = []
    for asked in (few, many):
        with CaptureQueriesContext(connection) as queries:
            cells_at(asked)
        costs.append(len(queries))

    assert costs == [1, 1]


def test_a_web_process_that_shows_cells_never_loads_what_reads_figures():
    program = (
        "import sys, django; django.setup()\n"
        "from puebla.config import urls\n"
        "from puebla.statistics.models import Cell, Figure, State\n"
        "from puebla.statistics.rules import may_be_shown\n"
        "from puebla.statistics import actions, querysets\n"
        "from puebla.statistics.querysets import store\n"
        "assert may_be_shown('POP', 'A') is not None\n"
        "cell = Cell('POP', 'A', State.RELEASED, figures=(Figure('2019', 1), Figure('2020', 2)))\n"
        "assert cell.change == 100\n"
        "print(sorted({'duckdb', 'pyarrow', 'numpy', 'sqlglot', 'pysdmx'} & set(sys.modules)))\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert done.stdout.strip() == "[]", done.stdout + done.stderr
