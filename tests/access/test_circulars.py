"""Every channel tells of a circular to those who see it, and to nobody else: pages, search, desk, inbox, files."""

import io

import pytest
from django.urls import reverse

from puebla.circulars import actions
from puebla.circulars.models import Circular, ReplyFile
from puebla.circulars.urls import urlpatterns
from tests import factories as make
from tests.access.test_channels import client_of
from tests.circulars import making
from tests.circulars.making import AT

pytestmark = pytest.mark.django_db
WORD = "quetzalcoatl"
#: Addresses below a circular, with what follows its symbol.
BELOW = {name.name: () for name in urlpatterns if "<path:address>" in str(name.pattern)}


def world():
    """A sender who sits in a sealed room too; somebody of that room, somebody addressed, and a stranger of another member."""
    by, room = making.secretary(), make.BodyFactory(code="NET", function="network", sealed=True)
    make.SeatFactory(person=by, party=by.seats.get().party, body=room)
    inside, addressed, stranger = make.delegate(body=room), make.delegate(), make.delegate()
    party = addressed.seats.get().party
    titles, texts = {"en": f"About {WORD}"}, {"en": f"A text of {WORD}."}
    asked = [{"kind": "file", "labels": {"en": "A file"}}]

    def named():
        return [making.held(by, name=f"{WORD}.txt")]

    circulars = {
        "draft": making.draft(
            by, titles=titles, texts=texts, addressed={"parties": [party.code]}, files=named()
        ),
        "sealed": making.sent(by, body=room, titles=titles, texts=texts, asked=asked, files=named()),
        "addressed": making.sent(
            by,
            titles=titles,
            texts=texts,
            opens_to=30,
            addressed={"parties": [party.code]},
            asked=asked,
            files=named(),
        ),
    }
    for circular, person in ((circulars["sealed"], inside), (circulars["addressed"], addressed)):
        of = person.seats.get().party
        actions.save_draft(
            circular=circular,
            party=of,
            answers={},
            files={"f1": making.held(person, name=f"{WORD}.txt")},
            by=person,
            at=AT,
        )
        actions.send_reply(circular=circular, party=of, token="t", by=person, at=AT)
    return circulars, {"by": by, "inside": inside, "addressed": addressed, "stranger": stranger}


SEES = {
    "by": {"draft", "sealed", "addressed"},
    "inside": {"sealed"},
    "addressed": {"addressed"},
    "stranger": set(),
}


def named_on(client, address, circulars):
    page = client.get(address, follow=True).text
    return {name for name, one in circulars.items() if f"circulars/{one.address}/" in page}, WORD in page


def test_list_search_desk_and_inbox_name_exactly_what_one_sees():
    circulars, people = world()

    for who, person in people.items():
        client, sees = client_of(person), SEES[who]
        assert set(Circular.objects.visible_to(person)) == {circulars[name] for name in sees}
        assert named_on(client, reverse("circulars:list"), circulars)[0] == sees, who
        found = named_on(client, reverse("intranet:search") + f"?q={WORD}", circulars)
        assert found[0] == sees, f"search of {who}"
        hinted, _word = named_on(client, reverse("intranet:search-suggest") + "?q=quetz", circulars)
        assert hinted <= sees
        for page in ("intranet:desk", "notices:inbox"):
            named, word = named_on(client, reverse(page), circulars)
            assert named <= sees and (sees or not word), (who, page)


def test_every_page_below_a_circular_is_absent_for_who_does_not_see_it():
    circulars, people = world()
    files = {one.reply.circular_id: one for one in ReplyFile.objects.select_related("reply__party")}

    for who, person in people.items():
        client = client_of(person)
        for name, circular in circulars.items():
            file = files.get(circular.pk)
            rest = {
                "party": [file.reply.party.code if file else "X"],
                "withdraw": [file.reply.party.code if file else "X"],
                "file": [file.ref if file else "x"],
                "attachment": [circular.files.get().ref],
            }
            for page in BELOW:
                address = reverse(f"circulars:{page}", args=[circular.address, *rest.get(page, [])])
                status = (
                    client.post(address).status_code
                    if page in {"withdraw", "returned"}
                    else client.get(address).status_code
                )
                if name not in SEES[who]:
                    assert status == 404, (who, name, page)
            if name in SEES[who]:
                assert client.get(reverse("circulars:record", args=[circular.address])).status_code == 200


def test_a_party_sees_neither_others_replies_nor_who_is_missing_nor_who_opened():
    by, one, other = (
        making.secretary(),
        make.delegate(body=making.group()),
        make.delegate(body=making.group()),
    )
    circular = making.sent(by)
    making.reply(circular, one, one.seats.get().party, answers={"f1": "o1", "f2": WORD})
    client = client_of(other)

    pages = [reverse(f"circulars:{name}", args=[circular.address]) for name in ("record", "board", "history")]
    said = "".join(client.get(page).text for page in pages)

    assert WORD not in said and "Opened on the site" not in said
    assert (
        client.get(
            reverse("circulars:party", args=[circular.address, one.seats.get().party.code])
        ).status_code
        == 404
    )
    exported = client.get(pages[1] + "?export=csv")
    assert WORD not in io.BytesIO(b"".join(exported.streaming_content)).getvalue().decode()


def test_who_opened_a_file_of_a_shared_reply_is_told_to_the_openers_own_party_alone():
    by, one, other = making.secretary(), *(make.delegate(body=making.group()) for _each in range(2))
    party = one.seats.get().party
    asked = [{"kind": "file", "labels": {"en": "A file"}}]
    circular = making.sent(by, asked=asked, replies_shared=True)
    actions.save_draft(
        circular=circular, party=party, answers={}, files={"f1": making.held(one)}, by=one, at=AT, token="t"
    )
    ref = actions.send_reply(circular=circular, party=party, token="t", by=one, at=AT).files.get().ref
    client_of(other).get(reverse("circulars:file", args=[circular.address, ref]))

    address = reverse("circulars:history", args=[circular.address])
    told = {person: "opened a file" in client_of(person).get(address).text for person in (by, one, other)}

    assert told == {by: False, one: False, other: True}
