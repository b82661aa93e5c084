"""Makes rows of documents past the acts, for who tests what comes after them."""

from django.utils import timezone

from puebla.documents.models import Document, FileVersion, LanguageEdition


def a_version(document, language="en", number=1):
    """A version whose bytes nobody looks at."""
    edition, _made = LanguageEdition.objects.get_or_create(document=document, language=language)
    version = FileVersion.objects.create(
        edition=edition, number=number, key=f"{document.pk}-{language}-{number}", name="paper.txt", kind="TXT",
        media_type="text/plain", size=1, sha256="0" * 64, filed_at=timezone.now(), reading="done",
    )  # fmt: skip
    languages = ",".join(sorted({*filter(None, document.filed_languages.split(",")), language}))
    Document.objects.filter(pk=document.pk).update(filed_languages=languages)
    document.filed_languages = languages
    return version
