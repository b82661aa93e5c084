"""Both languages: no text of the product is missing, empty, doubtful or unused in the catalogue."""

from tools import translations


def test_every_text_is_translated():
    assert [line for language in translations.LANGUAGES for line in translations.findings(language)] == []
