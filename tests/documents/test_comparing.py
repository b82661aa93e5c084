"""What changed between two versions of a paper's file, paragraph by paragraph."""

import datetime as dt
import io

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from puebla.core.alignment.versions import paired
from puebla.documents.actions import add_version
from puebla.documents.actions.comparing import changed_since, difference
from puebla.documents.models import FileVersion, Page
from tests import factories

FIRST = "1. The members met in San José.\n\n2. They heard two reports on returns by land.\n\n3. They thanked the host."
SECOND = (
    "1. The members met in San José.\n\n2. They also welcomed Belize.\n\n"
    "3. They heard three reports on returns by land.\n\n4. They thanked the host."
)
WORDS = st.lists(
    st.sampled_from(["one two three", "four five six", "one two six", "", "seven", "eight nine"]), max_size=9
)


@settings(max_examples=60, deadline=None)
@given(before=WORDS, after=WORDS)
def test_every_earlier_paragraph_is_paired_once_at_most_and_what_stands_unchanged_is_paired(before, after):
    found = paired(before, after)

    assert len(found) == len(after)
    taken = [one for one in found if one is not None]
    assert len(taken) == len(set(taken)) and all(0 <= one < len(before) for one in taken)
    for words in set(before) & set(after):
        same = sum(
            one is not None and before[one] == after[place] == words for place, one in enumerate(found)
        )
        assert same == min(before.count(words), after.count(words))


def filed(*texts, reading="done", language="en"):
    """A paper with a version of each of these texts, read already; each filed an hour after the one before."""
    factories.process()
    by, at = factories.secretariat_person(), timezone.now() - dt.timedelta(days=1)
    paper = factories.DocumentFactory(audience=60)
    for number, text in enumerate(texts):
        add_version(document=paper, language=language, source=io.BytesIO(text.encode()), name="paper.txt", by=by,
                    at=at + dt.timedelta(hours=number))  # fmt: skip
    for one, text in zip(FileVersion.objects.order_by("number"), texts, strict=True):
        one.reading = reading
        one.save()
        Page.objects.filter(version=one).delete()
        Page.objects.create(version=one, number=1, text=text)
    paper.refresh_from_db()
    return paper


@pytest.mark.django_db
def test_a_paragraph_that_came_and_one_worded_anew_are_told_and_a_new_number_alone_is_not():
    first, second = FileVersion.objects.filter(edition__document=filed(FIRST, SECOND)).order_by("number")

    found = difference(first, second)

    assert [(one.what, one.before, one.after) for one in found.paragraphs] == [
        ("added", "", "2"), ("worded", "2", "3"),
    ]  # fmt: skip
    assert [(one.kind, one.words) for one in found.paragraphs[1].pieces] == [
        ("same", "They heard"), ("gone", "two"), ("new", "three"), ("same", "reports on returns by land."),
    ]  # fmt: skip


@pytest.mark.django_db
def test_since_an_instant_the_version_that_stood_then_is_compared_with_the_present_one():
    paper = filed(FIRST, FIRST + " Twice.", SECOND)
    second = FileVersion.objects.get(number=2)

    (pair,) = changed_since(paper, second.filed_at, ["es", "en"])

    assert [one.number for one in pair] == [2, 3]
    assert changed_since(paper, FileVersion.objects.get(number=3).filed_at, ["en"]) == []


@pytest.mark.django_db
def test_the_page_tells_what_changed_journals_both_openings_and_is_not_there_for_who_may_not_read_the_paper(
    client,
):
    paper = filed(FIRST, SECOND)
    address = reverse("documents:changes", args=[paper.address, "en", 2])
    observer, stranger = factories.delegate("observer_state"), factories.delegate("civil_society")

    client.force_login(observer)
    text = client.get(address).text
    client.force_login(stranger)

    assert "<del>two</del>" in text and "<ins>three</ins>" in text
    assert openings(paper).count() == 2
    assert client.get(address).status_code == 404


def openings(paper):
    from puebla.core.models import JournalEntry

    return JournalEntry.objects.filter(act="document.opened", subject_ref=paper.ref)


@pytest.mark.django_db
def test_where_a_version_is_no_text_both_files_are_named_with_their_sizes(client):
    paper = filed(FIRST, SECOND, reading="empty")
    client.force_login(factories.delegate("observer_state"))

    text = client.get(reverse("documents:changes", args=[paper.address, "en", 2])).text

    assert "no text to compare" in text
    for number in (1, 2):
        assert reverse("documents:version", args=[paper.address, "en", number]) in text
    assert f"{len(FIRST.encode())} B" in text and f"{len(SECOND.encode())} B" in text
