"""Two people's changes of one text: joined by words, and no word of either lost."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from puebla.core.alignment.merging import changes, merged

WORD = st.sampled_from(
    ["the", "members", "take", "note", "of", "report", "and", "thank", "presidency", "for", "hosting"]
)


def edited(base, letter):
    """A text made of the base by taking words out and putting new ones in, each marked by who wrote it."""
    return st.lists(
        st.one_of(
            st.sampled_from([True, True, True, False]), st.integers(0, 9).map(lambda n: f"{letter}{n}")
        ),
        max_size=len(base) + 6,
    ).map(lambda acts: _applied(base, acts))


def _applied(base, acts):
    words, rest = [], list(base)
    for act in acts:
        if isinstance(act, str):
            words.append(act)
        elif rest:
            word = rest.pop(0)
            if act:
                words.append(word)
    return [*words, *rest]


SIDES = st.lists(WORD, max_size=20).flatmap(
    lambda base: st.tuples(st.just(base), edited(base, "t"), edited(base, "y"))
)


@given(SIDES)
def test_no_word_that_either_wrote_is_lost(sides):
    base, theirs, yours = (" ".join(one) for one in sides)

    proposal = Counter(merged(base, theirs, yours).proposal.replace("[", " ").replace("]", " ").split())

    assert not Counter(one for one in theirs.split() if one[1:].isdigit()) - proposal
    assert not Counter(one for one in yours.split() if one[1:].isdigit()) - proposal


@given(st.lists(WORD, max_size=20).flatmap(lambda base: st.tuples(st.just(base), edited(base, "t"))))
def test_who_changed_nothing_stands_in_nobodys_way(sides):
    base, theirs = (" ".join(one) for one in sides)

    assert merged(base, theirs, base).proposal == theirs
    assert merged(base, base, theirs).proposal == theirs
    assert merged(base, theirs, theirs).overlaps == 0


@given(st.lists(WORD, max_size=20), st.lists(WORD, max_size=20))
def test_changes_tell_both_texts_whole(before, after):
    found = changes(" ".join(before), " ".join(after))

    assert " ".join(one.words for one in found if one.kind != "new") == " ".join(before)
    assert " ".join(one.words for one in found if one.kind != "gone") == " ".join(after)


def test_the_same_words_changed_by_both_stand_in_brackets():
    merge = merged(
        "reports by 1 May to the RCGM", "reports by 30 May to the RCGM", "reports by 2 June to the RCGM"
    )

    assert merge.proposal == "reports by [30 May] [2 June] to the RCGM"
    assert merge.overlaps == 1
