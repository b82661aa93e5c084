"""Filters and tags that templates share."""

import datetime as dt

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory, override_settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from hypothesis import given
from hypothesis import strategies as st

from puebla.core.verdicts import ALLOWED, refused
from puebla.theme.templatetags import theme

BOTH = {"en": "Report <1>", "es": "Informe"}


def rendered(source: str, address: str = "/", **context: object) -> str:
    context["request"] = RequestFactory().get(address)
    return Template(source).render(Context(context))


def test_a_text_is_shown_in_the_readers_language_and_escaped():
    assert theme.in_language(BOTH) == "Report &lt;1&gt;"


def test_a_pending_text_is_shown_in_the_other_language_and_marked():
    shown = theme.in_language({"es": "Informe"})

    assert shown == '<span lang="es">Informe</span> <span class="pending">English pending</span>'


def test_a_text_in_no_language_is_only_pending():
    assert theme.in_language({}) == '<span class="pending">English pending</span>'


def test_plain_words_come_without_markup():
    assert theme.words({"es": "Informe"}) == "Informe"
    assert theme.words(None) == ""


@pytest.mark.parametrize(
    ("count", "english", "spanish"),
    [
        (0, "0 B", "0 B"),
        (999, "999 B", "999 B"),
        (412_000, "412 kB", "412 kB"),
        (999_600, "1.0 MB", "1,0 MB"),
        (1_140_000, "1.1 MB", "1,1 MB"),
        (250_000_000, "250 MB", "250 MB"),
    ],
)
def test_a_size_reads_as_people_write_it(count, english, spanish):
    assert theme.size(count) == english
    with translation.override("es"):
        assert theme.size(count) == spanish


@pytest.mark.parametrize(
    ("precision", "english", "spanish"),
    [
        ("day", "9 July 2009", "9 de julio de 2009"),
        ("month", "July 2009", "julio de 2009"),
        ("year", "2009", "2009"),
    ],
)
def test_a_date_says_no_more_than_is_known(precision, english, spanish):
    day = dt.date(2009, 7, 9)

    assert theme.imprecise(day, precision) == english
    with translation.override("es"):
        assert theme.imprecise(day, precision) == spanish


@pytest.mark.parametrize(
    ("precision", "english", "spanish"),
    [
        ("day", "since 9 July 2009", "desde el 9 de julio de 2009"),
        ("month", "since July 2009", "desde julio de 2009"),
        ("year", "since 2009", "desde 2009"),
    ],
)
def test_a_beginning_reads_well_in_both_languages(precision, english, spanish):
    day = dt.date(2009, 7, 9)

    assert theme.since(day, precision) == english
    with translation.override("es"):
        assert theme.since(day, precision) == spanish


@pytest.mark.parametrize(
    ("until", "english", "spanish"),
    [
        (None, "from 9 May 2026", "desde el 9 de mayo de 2026"),
        (dt.date(2027, 5, 8), "9 May 2026 – 8 May 2027", "9 de mayo de 2026 – 8 de mayo de 2027"),
    ],
)
def test_a_tenure_without_end_shows_no_loose_dash(until, english, spanish):
    assert theme.tenure(dt.date(2026, 5, 9), until) == english
    with translation.override("es"):
        assert theme.tenure(dt.date(2026, 5, 9), until) == spanish


@pytest.mark.parametrize(
    ("starts", "ends", "precision", "english", "spanish"),
    [
        ((2019, 11, 13), (2019, 11, 14), "day", "13–14 November 2019", "13–14 de noviembre de 2019"),
        ((2021, 6, 30), (2021, 7, 2), "day", "30 June – 2 July 2021", "30 de junio – 2 de julio de 2021"),
        ((2020, 12, 31), (2021, 1, 1), "day", "31 December 2020 – 1 January 2021",
         "31 de diciembre de 2020 – 1 de enero de 2021"),
        ((2009, 7, 9), (2009, 7, 9), "day", "9 July 2009", "9 de julio de 2009"),
        ((2009, 7, 9), (2009, 7, 11), "month", "July 2009", "julio de 2009"),
        ((2009, 7, 9), None, "day", "9 July 2009", "9 de julio de 2009"),
    ],
)  # fmt: skip
def test_the_days_of_a_meeting_say_nothing_twice(starts, ends, precision, english, spanish):
    first, last = dt.date(*starts), dt.date(*ends) if ends else None

    assert theme.period(first, last, precision) == english
    with translation.override("es"):
        assert theme.period(first, last, precision) == spanish


def test_a_mention_tells_its_language_and_nothing_more():
    assert theme.marked({"es": "Informe <1>"}) == '<span lang="es">Informe &lt;1&gt;</span>'
    assert theme.marked({"en": "Report", "es": "Informe"}) == "Report"
    assert theme.marked("RCM/1") == "RCM/1"


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("America/Costa_Rica", "Costa Rica (UTC−6)"),
        ("Asia/Kathmandu", "Kathmandu (UTC+5:45)"),
        ("UTC", "UTC (UTC+0)"),
    ],
)
def test_the_pages_say_whose_time_they_tell(zone, words):
    with timezone.override(zone):
        assert theme.clock() == words


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36", "Chrome, Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/128.0 Safari/537.36 Edg/128.0", "Edge, Windows"),
        ("curl/8.5", "curl/8.5"),
    ],
)  # fmt: skip
def test_a_browser_is_named_as_its_user_knows_it(sent, words):
    assert theme.browser(sent) == words


def test_meetings_carry_roman_numbers():
    assert [theme.roman(n) for n in (1, 4, 9, 14, 29, 40, 1996)] == [
        "I",
        "IV",
        "IX",
        "XIV",
        "XXIX",
        "XL",
        "MCMXCVI",
    ]


def test_what_has_no_roman_form_stays_as_it_is():
    assert [theme.roman(n) for n in (0, -1, 4000, None)] == ["0", "-1", "4000", ""]


@given(st.integers(1, 3999))
def test_every_roman_number_leads_back_to_its_figure(number):
    values = {sign: value for value, sign in theme.ROMAN}
    written, total = theme.roman(number), 0
    while written:
        sign = written[:2] if written[:2] in values else written[:1]
        total, written = total + values[sign], written[len(sign) :]

    assert total == number


def test_a_query_keeps_the_other_parameters_and_drops_the_empty():
    shown = rendered('{% query page=3 year="" %}', "/?q=a%26b&year=2009&theme=HR&theme=DEV")

    assert shown == "?q=a%26b&amp;theme=HR&amp;theme=DEV&amp;page=3"


def test_the_pager_leads_on_and_keeps_the_filters():
    page = Paginator(range(100), 10).page(2)

    shown = rendered("{% pager page %}", "/?q=x&page=2", page=page)

    assert 'href="?q=x" rel="prev"' in shown
    assert 'href="?q=x&amp;page=3" rel="next"' in shown
    assert 'aria-current="page"' in shown


def test_one_page_needs_no_pager():
    assert rendered("{% pager page %}", page=Paginator([1], 10).page(1)).strip() == ""


def test_a_refused_act_is_greyed_and_says_why():
    shown = rendered('{% act "Save" verdict=verdict %}', verdict=refused("Not <yours>."))

    assert "disabled" in shown
    assert "Not &lt;yours&gt;." in shown


def test_an_allowed_act_is_a_plain_button():
    shown = rendered('{% act "Save" verdict kind="danger" name="go" value="1" %}', verdict=ALLOWED)

    assert shown == '<button type="submit" class="button danger" name="go" value="1">Save</button>'


def test_an_act_that_nobody_judged_is_allowed():
    assert "disabled" not in rendered('{% act "Save" %}')


def test_missing_languages_are_pending_chips():
    shown = rendered(
        '{% languages_chips editions languages "Report" %}', editions={"es": "/x"}, languages=["en", "es"]
    )

    assert '<span class="chip pending">EN pending</span>' in shown
    assert 'href="/x" hreflang="es" aria-label="ES (Report, Spanish)"' in shown


@override_settings(ROOT_URLCONF="tests.theme.pages")
def test_a_menu_has_no_dead_entry_and_marks_where_one_is():
    shown = rendered(
        '{% entry "portal:documents" "Documents" %}{% entry "portal:nowhere" "X" %}', "/documents/RCM/"
    )

    assert shown == '<li><a href="/documents/" aria-current="true">Documents</a></li>'


def test_a_short_date_is_written_as_each_language_writes_its_months():
    shown = {}
    for code in ("en", "es"):
        with translation.override(code):
            shown[code] = date_format(dt.date(2026, 11, 26), "SHORT_DATE_FORMAT")

    assert shown == {"en": "26 Nov 2026", "es": "26 nov 2026"}
