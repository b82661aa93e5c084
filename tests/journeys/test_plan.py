"""A country reports from a phone, a release of statistics moves an indicator, and the matrix goes to the group as a file."""

import io
import subprocess
import sys

import docx
import pytest

from tests.journeys.conftest import choose
from tests.journeys.test_meeting import press

#: Of each language another series and another year, so that both runs see a figure that was not there.
WORDS = {
    "en": {"key": "A.MEX.GTM.REMOVAL.LAND._T._T._T", "area": "GTM", "figure": "7,120", "title": "Monitoring matrix",
           "did": "Twelve consulates opened on Saturdays.", "proof": "Count of Saturdays"},
    "es": {"key": "A.MEX.HND.REMOVAL.LAND._T._T._T", "area": "HND", "figure": "7\N{NO-BREAK SPACE}120", "title": "Matriz de seguimiento",
           "did": "Doce consulados atendieron los sábados.", "proof": "Recuento de sábados"},
}  # fmt: skip
NAMES = {"en": "Returns by land from Mexico to {}", "es": "Retornos por tierra de México a {}"}
FIGURES = """FREQ,REF_AREA,COUNTERPART_AREA,RETURN_TYPE,ROUTE,VULNERABILITY,SEX,AGE,TIME_PERIOD,OBS_VALUE
A,MEX,{area},REMOVAL,LAND,_T,_T,_T,2024,7120
"""


def siemmes(instance, *arguments):
    """What a statistician types."""
    command = [sys.executable, "-c", "from siemmes.cli import main; main()", *arguments]
    done = subprocess.run(
        [*command, "--store", str(instance.folder / "siemmes")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_country_reports_an_indicator_moves_and_the_matrix_goes_to_the_group(
    visit, instance, language, tmp_path
):
    at, words = f"{instance.base}/{language}/intranet", WORDS[language]
    keeper, phone = (
        visit("secretariat", language=language),
        visit("focal.hnd", size="phone", language=language),
    )

    # From its list a country answers what a commitment asks of it, on a phone.
    phone.goto(f"{at}/asks/of/HND/?kind=report")
    press(phone, "main td a.button[href*='/report/']")
    commitment = phone.url.partition("report/")[0]
    phone.check("[name=done][value=under_way]")
    phone.fill(f"[name=words_{language}]", words["did"])
    phone.fill("[name=evidence]", words["proof"])
    assert phone.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    press(phone, "main button[name=send]")
    assert words["did"] in phone.goto(commitment).text()

    # The commitment is measured by a series of which nothing is released; with the release its figure stands there.
    keeper.goto(f"{commitment}indicators/new/")
    for code in ("en", "es"):
        keeper.fill(f"[name=names_{code}]", NAMES[code].format(words["area"]))
    keeper.locator("main form:has([name=names_en]) select[name=dataflow]").select_option("RETURN")
    keeper.fill("[name=key]", words["key"])
    press(keeper, "main form:has([name=names_en]) button[type=submit]")
    measured = keeper.locator("main li", has_text=NAMES[language].format(words["area"]))
    assert words["figure"] not in measured.inner_text()
    sent = tmp_path / "returns.csv"
    sent.write_text(FIGURES.format(area=words["area"]))
    siemmes(
        instance,
        "submit",
        str(sent),
        "--flow",
        "RETURN",
        "--sender",
        "MEX",
        "--say",
        "SOURCE_TYPE=ENFORCE_REG",
    )
    siemmes(instance, "release", "RETURN")
    instance.settle()
    instance.run("from puebla.statistics.actions import read_released\nfrom django.utils import timezone\nread_released(at=timezone.now())")  # fmt: skip
    keeper.goto(commitment)
    assert words["figure"] in measured.inner_text()

    # The matrix is taken as a file and filed for the group's meeting.
    keeper.goto(f"{at}/plan/2010/matrix/")
    with keeper.expect_download() as taken:
        keeper.click("main a[href*='export=docx']")
    matrix = taken.value.path().read_bytes()
    cells = [
        cell.text
        for table in docx.Document(io.BytesIO(matrix)).tables
        for row in table.rows
        for cell in row.cells
    ]
    assert any(words["proof"] in cell for cell in cells)
    keeper.goto(f"{at}/documents/new/")
    keeper.fill(f"[name=title_{language}]", words["title"])
    choose(keeper, "body", "Consult")
    keeper.locator("select[name=kind]").select_option(index=1)
    kind = {"name": "matrix.docx", "mimeType": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "buffer": matrix}  # fmt: skip
    keeper.set_input_files(f"[name=file_{language}]", kind)
    keeper.locator("main form button[type=submit]").last.click()
    keeper.wait_for_url("**/intranet/documents/RCM/**")
    assert words["title"] in keeper.locator("h1").inner_text()
