"""Numbers are computed, anchors are given once: whatever is put in, moved or removed."""

from types import SimpleNamespace

from hypothesis import given, settings
from hypothesis import strategies as st

from puebla.texts.models import tree


class Model:
    """A text in memory, edited as the actions do it."""

    def __init__(self):
        self.every, self.removed = [], set()

    def living(self):
        return tree.in_order(one for one in self.every if one.pk not in self.removed)

    def add(self, kind, choice):
        living = self.living()
        places = tree.targets(living, kind)
        if not places:
            return
        node = places[choice % len(places)]
        parent, place = tree.place_after(node, kind, living)
        one = SimpleNamespace(
            pk=len(self.every) + 1, serial=len(self.every) + 1, kind=kind, function="operative", place=place, anchor="",
            parent_id=parent.paragraph.pk if parent else None,
        )  # fmt: skip
        placed = tree.in_order([*(each.paragraph for each in living), one])
        mine = next(each for each in placed if each.paragraph is one)
        before = [each for each in placed[: placed.index(mine)] if each.parent is mine.parent and each.number]
        taken = {each.anchor for each in self.every}
        one.anchor = tree.anchor_for(mine, before[-1].paragraph.anchor if before else "", taken)
        self.every.append(one)

    def move(self, which, choice):
        living = self.living()
        if not living:
            return
        node = living[which % len(living)]
        places = tree.targets(living, node.paragraph.kind, node)
        if places:
            parent, place = tree.place_after(
                places[choice % len(places)], node.paragraph.kind, living, moved=node.paragraph.pk
            )
            node.paragraph.parent_id, node.paragraph.place = parent.paragraph.pk if parent else None, place

    def remove(self, which):
        living = self.living()
        if living:
            going = living[which % len(living)]
            self.removed |= {node.paragraph.pk for node in living if tree.is_within(node, going)}


NUMBER = st.integers(0, 30)
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.sampled_from(["heading", "paragraph", "paragraph", "item"]), NUMBER),
        st.tuples(st.just("move"), NUMBER, NUMBER),
        st.tuples(st.just("remove"), NUMBER),
    ),
    max_size=40,
)


@settings(max_examples=40)
@given(ACTS)
def test_no_sequence_of_acts_gives_an_anchor_twice_or_changes_one(acts):
    model, given_before = Model(), {}
    for act, *how in acts:
        getattr(model, act)(*how)

        anchors = [one.anchor for one in model.every]
        assert len(set(anchors)) == len(anchors)
        assert {one.pk: one.anchor for one in model.every if one.pk in given_before} == given_before
        given_before = {one.pk: one.anchor for one in model.every}


@settings(max_examples=40)
@given(ACTS)
def test_every_living_paragraph_is_read_once_and_numbers_count_without_gaps(acts):
    model = Model()
    for act, *how in acts:
        getattr(model, act)(*how)

    nodes = model.living()
    assert sorted(node.paragraph.pk for node in nodes) == sorted(
        one.pk for one in model.every if one.pk not in model.removed
    )
    assert [int(node.number) for node in nodes if node.paragraph.kind == "paragraph"] == [
        *range(1, 1 + sum(node.paragraph.kind == "paragraph" for node in nodes))
    ]
    assert all(tree.may_hold(node.parent, node.paragraph.kind) for node in nodes)
    assert len({node.number for node in nodes if node.number}) == sum(bool(node.number) for node in nodes)


@settings(max_examples=40)
@given(ACTS, NUMBER)
def test_what_is_put_after_where_it_stands_stays_there(acts, which):
    model = Model()
    for act, *how in acts:
        getattr(model, act)(*how)
    nodes = model.living()
    if not nodes:
        return
    node = nodes[which % len(nodes)]
    order = [one.paragraph.pk for one in nodes]
    standing = tree.standing_after(node, nodes)

    if standing is not None:
        parent, place = tree.place_after(standing, node.paragraph.kind, nodes, moved=node.paragraph.pk)
        node.paragraph.parent_id, node.paragraph.place = parent.paragraph.pk if parent else None, place

    assert [one.paragraph.pk for one in model.living()] == order


@given(st.integers(1, 20_000))
def test_letters_count_and_are_read_again(rank):
    assert tree.rank_of(tree.letters(rank)) == rank


PLACES = st.lists(st.integers(0, 40), min_size=1, max_size=150)


@given(PLACES)
def test_there_is_always_room_between_two_places(choices):
    places = []
    for choice in choices:
        at = choice % (len(places) + 1)
        low, high = places[at - 1] if at else "", places[at] if at < len(places) else ""
        places.insert(at, tree.between(low, high))

    assert places == sorted(set(places))
    assert not any(place.endswith("0") for place in places)


def test_four_hundred_paragraphs_keep_short_places():
    place = ""
    for _ in range(400):
        place = tree.between(place, "")

    assert len(place) < 8


def test_what_comes_in_between_is_named_as_law_books_do():
    model = Model()
    for _ in range(3):
        model.add("paragraph", len(model.living()))
    model.add("paragraph", 1)
    model.add("paragraph", 1)
    model.add("item", 0)

    assert [(node.number, node.paragraph.anchor) for node in model.living()] == [
        ("1", "1"), ("1(a)", "1.a"), ("2", "1B"), ("3", "1A"), ("4", "2"), ("5", "3"),
    ]  # fmt: skip
