"""Both languages: no text of the product is missing, empty, doubtful or unused in the catalogue."""

from tools import translations


def test_every_text_is_translated():
    assert [line for language in translations.LANGUAGES for line in translations.findings(language)] == []


def test_a_text_marked_inside_another_string_is_gathered_too(tmp_path):
    (tmp_path / "packs.py").write_text("name = f\"{_('Contents')} {ngettext('page', 'pages', 2)}\"\n")

    found = {message for message, _context, _comments in translations.texts_of(tmp_path / "packs.py")}

    assert found == {"Contents", ("page", "pages")}


def test_a_month_or_weekday_without_a_context_is_refused_since_it_would_change_every_date():
    fine = [("a permission", "May"), (None, "Sunday school"), (None, ("%(n)d day", "%(n)d days"))]
    wrong = [(None, "May"), (None, "Mar"), (None, "Sun"), (None, ("Monday", "Mondays"))]

    assert translations.of_dates([*fine, *wrong]) == wrong
