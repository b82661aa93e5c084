"""Figures in words and lines, and the pages of releases, in both languages."""

import datetime as dt
import re
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from puebla.statistics import actions
from puebla.statistics.models import Cell, Figure, State, Trend
from puebla.statistics.querysets import cell_at
from puebla.statistics.views import wording
from puebla.statistics.views.sparks import HEIGHT, WIDTH, spark
from tests.factories import process
from tests.statistics.making import AT, CELL, KEY, LATER, publish, registered, row


def cell(*figures, **facts):
    return Cell("RETURN", "A", State.of([Figure(*one) for one in figures], facts.get("period", "")), figures=tuple(Figure(*one) for one in figures), names={"en": "Returns", "es": "Retornos"}, ref="x", **facts)  # fmt: skip


@pytest.mark.parametrize(
    ("period", "english", "spanish"),
    [
        ("2009", "2009", "2009"),
        ("2009-04", "April 2009", "abril de 2009"),
        ("2009-Q1", "first quarter of 2009", "primer trimestre de 2009"),
        ("2009-S2", "second half of 2009", "segundo semestre de 2009"),
        ("2007-10-01/P1Y", "October 2007 – September 2008", "octubre de 2007 – septiembre de 2008"),
        ("1990-01-01/P5Y", "1990–1994", "1990–1994"),
        ("soon", "soon", "soon"),
    ],
)
def test_periods_are_said_as_people_say_them(period, english, spanish):
    assert wording.period(period) == english
    with translation.override("es"):
        assert wording.period(period) == spanish


@pytest.mark.parametrize(
    ("figures", "trend", "english"),
    [
        ([("2018", 100), ("2019", 125)], Trend.RISING, "rising, +25% against 2018 (100)"),
        ([("2018", 1000), ("2019", 991)], Trend.STEADY, "steady, −0.9% against 2018 (1,000)"),
        ([("2018", 100), ("2019", None, "Q"), ("2020", 50)], Trend.FALLING, "falling, −50% against 2018 (100)"),
        ([("2018", 0), ("2019", 7)], Trend.RISING, "rising against 2018 (0)"),
        ([("2018", -10), ("2019", -5)], Trend.RISING, "rising, +50% against 2018 (−10)"),
        ([("2018", 100), ("2019", 90, "B")], Trend.BROKEN, "not comparable: the series was broken"),
        ([("2018", 100), ("2019", 90, "B"), ("2020", 99)], Trend.RISING, "rising, +10% against 2019 (90)"),
        ([("2019-03", 50), ("2019-12", 80), ("2020-03", 60)], Trend.RISING, "rising, +20% against March 2019 (50)"),
        ([("2018", -5), ("2019", -5)], Trend.STEADY, "steady against 2018 (−5)"),
        ([("2019", 5)], Trend.UNKNOWN, "no earlier figure to compare with"),
    ],
)  # fmt: skip
def test_a_trend_compares_with_the_same_part_of_an_earlier_year_and_never_over_a_break(
    figures, trend, english
):
    found = cell(*figures)

    assert (found.trend, wording.trend(found)) == (trend, english)


def test_figures_stand_as_each_language_writes_them():
    found = cell(("2018", 27594), ("2019", 31000.456))

    assert wording.number(27594) == "27,594"
    with translation.override("es"):
        assert wording.number(27594) == "27\xa0594"
        assert wording.number(31000.456) == "31\xa0000,46"
        assert wording.trend(found) == "en aumento, +12\xa0% respecto de 2018 (27\xa0594)"


def test_a_cell_asked_for_an_earlier_period_tells_nothing_of_what_came_after():
    found = cell(("2017", 1), ("2018", 2), ("2019", 8), period="2018")

    assert (found.value, found.change, [one.value for one in found.shown]) == (2, 100, [1, 2])


@given(
    st.lists(st.one_of(st.none(), st.integers(-(10**9), 10**9)), max_size=30),
    st.sampled_from(["en", "es"]),
)
def test_a_spark_line_is_drawing_and_words_whatever_the_figures(values, language):
    found = cell(*((str(1990 + n), value, "B" if n % 7 == 3 else "A") for n, value in enumerate(values)))

    with translation.override(language):
        drawn = spark(found)

    if len(found.shown) < 2:
        assert drawn == ""
        return
    svg = ElementTree.fromstring(drawn)
    places = [float(one) for path in svg.iter("path") for one in re.findall(r"[-\d.]+", path.get("d"))]
    assert svg.get("aria-labelledby") == svg.find("title").get("id")
    assert wording.period(found.shown[-1].period) in svg.find("title").text
    assert all(0 <= one <= WIDTH for one in places[::2])
    assert all(0 <= one <= HEIGHT for one in places[1::2])
    assert "style" not in drawn


def test_a_line_is_cut_where_a_figure_is_hidden_and_where_the_series_was_broken():
    drawn = spark(
        cell(("2014", 1), ("2015", 2), ("2016", None, "Q"), ("2017", 3), ("2018", 4, "B"), ("2019", 5))
    )

    assert drawn.count("<path") == 3


@pytest.mark.django_db
class TestThePages:
    @pytest.fixture(autouse=True)
    def _released(self, settings, tmp_path):
        settings.STATISTICS_DIR = tmp_path / "siemmes"
        process()
        publish(tmp_path, [row("2018", 1000), row("2019", 1100)])
        with registered(CELL):
            actions.read_released(at=LATER)
        self.tmp_path = tmp_path

    def test_a_release_keeps_its_address_when_another_comes_and_names_no_series_of_any_room(self, client):
        first = client.get("/en/statistics/MIG_STOCK/MIG_STOCK-1/").content.decode()
        publish(self.tmp_path, [row("2020", 1210)], at=AT + dt.timedelta(hours=1))
        with registered(CELL):
            actions.read_released(at=LATER)
        after = client.get("/es/statistics/MIG_STOCK/MIG_STOCK-1/").content.decode()

        assert "This release is in force." in first
        assert "http://testserver" not in first
        assert "/en/statistics/MIG_STOCK/MIG_STOCK-1/</dd>" in first
        assert KEY not in first
        assert "Otra publicación está en vigor:" in after
        listed = client.get("/en/statistics/MIG_STOCK/").content.decode()
        assert listed.index("MIG_STOCK-2/") < listed.index("MIG_STOCK-1/")
        assert "/en/statistics/MIG_STOCK/" in client.get("/en/statistics/").content.decode()

    @pytest.mark.parametrize("address", ["NONE/", "MIG_STOCK/MIG_STOCK-9/", "POP/MIG_STOCK-1/"])
    def test_what_was_not_released_is_absent(self, client, address):
        assert client.get(f"/en/statistics/{address}").status_code == 404

    def test_a_cell_shows_figure_trend_line_release_and_all_figures_as_text(self):
        with translation.override("es"):
            shown = re.sub("[ \n]+", " ", render_to_string("statistics/_cell.html", {"cell": cell_at(*CELL)}))

        assert '<b>1\xa0100</b> <span class="meta">Personas · 2019</span>' in shown
        assert "En aumento, +10\xa0% respecto de 2018 (1\xa0000)." in shown
        assert '<svg class="spark" role="img"' in shown
        assert 'href="/es/statistics/MIG_STOCK/MIG_STOCK-1/"' in shown
        assert "Costa Rica, of 02 March, CC BY 4.0" in shown
        assert "2 cifras de la serie" in shown
