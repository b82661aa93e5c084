"""What files cost: reading a long PDF beside pypdf, and taking in sixty files at once."""

import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.instance import Instance
from benchmarks.measures import Goal, Measure, measure

EXTRACT, IMPORT = "documents.extract.pages_per_s", "documents.import.files_per_s"
SENTENCE = (
    "The delegations heard the report of the {n}th working session on the protection of migrants, on returns by land and"
    " on the exchange of information, and asked the Technical Secretariat to circulate the figures before the meeting."
)


def extraction(*, pages: int, rounds: int) -> Measure:
    """Pages a second through the product's reader, process and all, beside pypdf's in this process."""
    import pypdf

    from puebla.core.files.kinds import FileKind
    from puebla.core.files.reading import Limits, read

    with tempfile.TemporaryDirectory(prefix="puebla-bench-") as folder:
        path = Path(folder) / "long.pdf"
        path.write_bytes(_pdf(pages))
        count = len(pypdf.PdfReader(path).pages)
        pairs = []
        for _again in range(rounds):
            started = time.perf_counter()
            reading = read(path, FileKind.PDF, limits=Limits(pages=count))
            ours = time.perf_counter() - started
            started = time.perf_counter()
            texts = [page.extract_text() for page in pypdf.PdfReader(path).pages]
            pairs.append((ours, time.perf_counter() - started))
            if len(reading.pages) != len(texts) or not all(page.text for page in reading.pages):
                raise AssertionError("The two readers did not read the same pages.")
    return measure(
        EXTRACT,
        count / statistics.median(ours for ours, _theirs in pairs),
        "pages/s",
        reference=count / statistics.median(theirs for _ours, theirs in pairs),
        ratio=statistics.median(theirs / ours for ours, theirs in pairs),
        goal=Goal(4),
    )


def _pdf(pages: int) -> bytes:
    import typst

    paragraphs = (
        "\n\n".join(SENTENCE.format(n=number * 10 + line) for line in range(9)) for number in range(pages)
    )
    return bytes(typst.compile("\n#pagebreak()\n".join(paragraphs).encode()))


def importing(instance: Instance, *, files: int) -> Measure:
    """Files a second from the drop to the filed record, beside everything that the store holds already."""
    from django.utils import timezone

    from puebla.accounts.models import Person
    from puebla.core.files.reading import Readers
    from puebla.documents.actions import importing as act

    by = Person.objects.get(pk=instance.actors.coordinator_id)
    sources = list(_small_files(files))
    at = timezone.now()
    started = time.perf_counter()
    batch = act.open_batch(defaults={"kind": "NOTE", "body": "RCGM"}, by=by, at=at)
    with Readers() as readers:
        for name, content in sources:
            with tempfile.NamedTemporaryFile() as source:
                source.write(content)
                source.flush()
                act.stage(batch=batch, name=name, source=Path(source.name), readers=readers)
    act.propose(batch=batch)
    rows = act.confirm(batch=batch, by=by, at=at)
    took = time.perf_counter() - started
    refused = [row.refusal for row in rows if row.document is None]
    if refused:
        raise AssertionError(
            f"{len(refused)} of {files} files were not filed: {refused[0] or 'no reason kept'}"
        )
    return measure(IMPORT, files / took, "files/s")


def _small_files(count: int) -> "list[tuple[str, bytes]]":
    """Two languages of each paper; every third pair as PDF, the others as plain text."""
    import typst

    found = []
    for number in range(count):
        pair, language = number // 2 + 1, ("en", "es")[number % 2]
        words = (
            f"Note number {pair} of the Regional Consultation Group\n\nThe group met and heard the reports of its members."
            if language == "en"
            else f"Nota número {pair} del Grupo Regional de Consulta\n\nEl grupo se reunió y escuchó los informes de sus"
            " miembros."
        )
        as_pdf = pair % 3 == 0
        content = bytes(typst.compile(words.encode())) if as_pdf else f"{words}\n".encode()
        found.append((f"RCM-2010-RCGM-NOTE-{9000 + pair}_{language}.{'pdf' if as_pdf else 'txt'}", content))
    return found
