"""A declaration from its first file to the reader whom the next one reaches: the assistant's day, then the journalist's."""

import datetime as dt
import re

import pytest
import typst

from tests.journeys.conftest import choose
from tests.journeys.test_following import TOMORROW, file_note, letter, link_in, tell

#: Pages of paragraphs. The English has another figure on page 1 and lacks a paragraph of page 2.
SPANISH = [
    [("Los Viceministros de los 11 países, reunidos en sesión plenaria, examinaron el retorno digno, seguro y ordenado de"
     " las personas migrantes por vía terrestre."),
     ("Tomaron nota de los 1.250 retornos por tierra del último año y agradecieron a las redes de funcionarios de enlace"
     " la información que intercambiaron.")],
    [("Acordaron avisar a los consulados 48 horas antes de cada retorno, con la lista de quienes viajan y la hora en que"
     " llegan a la frontera, para que alguien los reciba."),
     ("Pidieron a la Secretaría Técnica un informe anual sobre la aplicación de esta declaración, que se presentará al"
     " Grupo Regional de Consulta en su primera reunión.")],
    [("Las oficinas consulares móviles acompañarán cada retorno hasta la frontera y prestarán ahí mismo los servicios que"
     " las personas necesiten.")],
]  # fmt: skip
ENGLISH = [
    [("The Vice-Ministers of the 11 countries, meeting in plenary session, considered the dignified, safe and orderly"
     " return of migrants by land."),
     ("They took note of the 1,520 returns by land of the past year and thanked the liaison officer networks for the"
     " information that they exchanged.")],
    [("They agreed to tell the consulates 48 hours before each return, with the list of those who travel and the hour at"
     " which they reach the border, so that somebody receives them.")],
    [("Mobile consular offices will accompany each return to the border and will give there the services that people"
     " need.")],
]  # fmt: skip
PHRASE = {"es": "oficinas consulares móviles", "en": "mobile consular offices"}
TITLE = {"es": "Declaración sobre retornos dignos", "en": "Declaration on dignified returns"}

#: The hour of the release comes: it is set to the past, as no test waits for a clock.
THE_HOUR_COMES = """
import datetime as dt
from django.utils import timezone
from puebla.publications.actions import turn_epoch
from puebla.publications.models import PublicDocument, PublicIndexEntry
now = timezone.now()
for rows in (PublicDocument.objects, PublicIndexEntry.objects):
    rows.filter(public_from__year=2099).update(public_from=now - dt.timedelta(minutes=1))
turn_epoch(at=now)
"""


def pdf(name, pages):
    """A file of these pages, as an office writes them."""
    source = "#pagebreak()\n".join("\n\n".join(paragraphs) + "\n" for paragraphs in pages)
    content = typst.compile(source.encode())
    return {"name": name, "mimeType": "application/pdf", "buffer": content}


@pytest.mark.parametrize(("language", "other"), [("es", "en"), ("en", "es")])
def test_a_declaration_is_filed_translated_compared_released_at_an_hour_found_cited_and_followed_by_the_next(
    visit, instance, language, other
):
    office, at = visit("assistant", language=language), f"{instance.base}/{language}"
    title = {code: f"{words} {language.upper()}" for code, words in TITLE.items()}

    # Filed in Spanish ...
    office.goto(f"{at}/intranet/documents/new/")
    office.fill("[name=title_es]", title["es"])
    choose(office, "body", "inistr" if language == "es" else "Vice-Minister")
    choose(office, "kind", "Declara")
    office.set_input_files("[name=file_es]", pdf("declaracion.pdf", SPANISH))
    office.locator("main form button[type=submit]").last.click()
    office.wait_for_url("**/intranet/documents/RCM/**")
    record = office.url.partition("?")[0]
    symbol = office.locator("main .symbol").first.inner_text()

    # ... the English is asked for on the board of languages, by a day ...
    office.goto(f"{at}/intranet/documents/languages/?language=en")
    row = office.locator("tbody tr", has_text=symbol)
    row.locator("summary").click()
    row.locator("[name=expected_on]").fill("2099-03-01")
    row.locator("form button").first.click()
    row = office.locator("tbody tr", has_text=symbol)
    assert "2099" in row.inner_text()

    # ... filed from there with its title, and both are read side by side.
    row.locator("summary").click()
    row.locator("a.button").click()
    office.set_input_files("[name=file]", pdf("declaration.pdf", ENGLISH))
    office.locator("main form button[type=submit]").last.click()
    office.goto(f"{record}edit/")
    office.fill("[name=title_en]", title["en"])
    office.locator("main form button[type=submit]").last.click()
    instance.settle()
    office.goto(f"{record}side-by-side/")
    found = office.locator("tr.found")
    assert office.locator("table.sides tbody tr").count() == 5
    assert found.count() == 2
    assert "1520" in found.nth(0).locator("td").nth(0).locator(".meta").inner_text()
    assert "1250" in found.nth(0).locator("td").nth(1).locator(".meta").inner_text()
    assert "informe anual" in found.nth(1).inner_text()
    assert found.nth(1).locator("td").nth(0).locator("[lang]").count() == 0

    # Released at an hour: nobody reads it before, everybody after.
    office.goto(f"{record}release/")
    office.fill("[name=public_from]", "2099-03-13T10:00")
    office.locator("main form button[type=submit]").last.click()
    office.wait_for_url("**/intranet/documents/RCM/**")
    reader = visit(size="phone", language=other)
    there = f"{instance.base}/{other}"
    public = f"{there}/documents/{symbol}/"
    assert reader.goto(public).status == 404
    reader.goto(f"{there}/search/?q={symbol}")
    assert reader.locator(f"main a[href$='/{symbol}/']").count() == 0
    instance.run(THE_HOUR_COMES)

    # A journalist finds a phrase that stands on page 3, and opens that page ...
    reader.goto(f"{there}/")
    reader.fill("main [name=q]", f"“{PHRASE[other]}”")
    reader.press("main [name=q]", "Enter")
    hit = reader.locator(".hit", has_text=symbol)
    assert PHRASE[other] in hit.locator(".snippet").inner_text().lower()
    hit.locator(".meta a", has_text="3").click()
    reader.wait_for_url("**/read/**")
    assert PHRASE[other] in reader.locator("section:has(:target), :target").first.inner_text().lower()

    # ... cites it ...
    reader.goto(public)
    cited = reader.locator("section[aria-labelledby=cite]")
    assert title[other] in cited.inner_text()
    assert f"({symbol})" in cited.inner_text()
    assert public in cited.inner_text()
    for ending, line in (("bib", "@"), ("ris", "TY  - ")):
        taken = reader.request.get(cited.locator(f"a[href$='cite.{ending}']").evaluate("one => one.href"))
        assert taken.text().startswith(line)
        assert symbol in taken.text()

    # ... subscribes to declarations, and confirms by mail ...
    email = f"reporter.{language}@example.org"
    reader.goto(f"{there}/documents/?kind=DECL")
    reader.click("main a[href*='/subscribe/']")
    assert reader.is_checked("input[value='kind:DECL']")
    reader.fill("[name=email]", email)
    reader.click("main form button[type=submit]")
    reader.wait_for_url("**/subscribe/asked/**")
    mail = visit()
    reader.goto(
        link_in(letter(mail, instance, email, "RCM" if other == "en" else "CRM"), instance, "confirm")
    )
    reader.click("main form button")
    reader.wait_for_url("**/subscribe/manage/**")

    # ... is told of the next, and stops with one click.
    colleague = visit("secretariat")
    after = file_note(colleague, instance, f"The next declaration ({language})", kind="Declaration")
    colleague.click("text=Release to the public")
    colleague.locator("main form button[type=submit]").last.click()
    tell(instance, TOMORROW + dt.timedelta(days=1 if language == "es" else 2))
    told = letter(mail, instance, email, "released" if other == "en" else "publicados")
    assert after in told
    assert symbol not in told
    reader.goto(re.search(rf"{re.escape(instance.base)}/{other}/documents/\S+", told)[0])
    assert after in reader.inner_text("main")
    reader.goto(link_in(told, instance, "stop"))
    reader.click("main form button")
    assert email not in reader.inner_text("main")
    mail.goto(f"{instance.base}/en/intranet/mail/?to={email}")
    assert email not in mail.inner_text("main")
