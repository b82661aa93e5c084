"""Decisions are read on the private site: meanings proposed and confirmed at once, paragraphs found, their ancestry followed."""

import datetime as dt
import re

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from puebla.core.verdicts import RefusedError
from puebla.decisions import actions
from puebla.decisions.models import Decision, Link, Provision, Verb
from puebla.decisions.querysets import reading
from puebla.decisions.views.offers import citing
from puebla.members.actions.publishing import publish_who_we_are
from puebla.texts.actions import remove_paragraph
from tests import factories
from tests.decisions import making
from tests.decisions.making import declared, drafted, forwarded, paragraph

pytestmark = pytest.mark.django_db
BEFORE = (
    {"en": "To publish a handbook on the return of migrants by land.", "es": "Publicar un manual sobre el retorno de migrantes por tierra."},
    {"en": "To thank the host country.", "es": "Agradecer al país anfitrión."},
)  # fmt: skip
AFTER = (
    {"en": "To publish every year a handbook on the orderly return of migrants by land.", "es": "Publicar cada año un manual sobre el retorno ordenado de migrantes por tierra."},
)  # fmt: skip


@pytest.fixture
def world():
    made = making.world()
    made.verb = Verb.objects.create(
        code="request", names={"en": "to request", "es": "solicitar"}, asks=True,
        forms={"en": ["to request", "requests"], "es": ["solicitar", "solicita"]},
    )  # fmt: skip
    return made


def adopted(world, blocks, **more):
    done = declared(
        world, drafted(world, blocks=blocks, kind="decision", convening=None, body=world.group, **more)
    )
    return actions.file_decision(decision=done, by=world.keeper, at=world.at)


def test_what_paragraphs_do_is_proposed_for_all_and_what_is_ticked_is_written_in_one_act(world, client):
    decision = drafted(world)
    client.force_login(world.keeper)
    page = f"/en/intranet/decisions/at/{decision.ref}/meanings/"
    assert page in client.get(f"/en/intranet/decisions/{decision.ref}/").content.decode()

    shown = client.get(page).content.decode()

    assert 'name="due-2" value="2040-06-30/day" checked' in shown
    assert (
        re.search(r'name="to-1" value="secretariat:" checked', shown)
        and f'value="{world.verb.pk}" selected' in shown
    )
    before = Provision.objects.count()
    answer = client.post(page, {
        "take-1": "on", "verb-1": world.verb.pk, "to-1": ["secretariat:", "party:CRI"], "asks-1": "on",
        "due-1": "2040-06-30/day",
    })  # fmt: skip
    assert answer.status_code == 302 and Provision.objects.count() == before + 1
    one = Provision.objects.get(paragraph=paragraph(decision))
    assert (one.verb, one.asks, one.due_on) == (world.verb, True, dt.date(2040, 6, 30))
    assert [each.whom for each in one.addressees.order_by("whom")] == ["party", "secretariat"]
    # The other one still waits; what nobody offered writes nothing, and nothing typed is lost.
    refused = client.post(page, {"take-2": "on", "verb-2": world.verb.pk, "to-2": ["party:ZZZ"]})
    assert refused.status_code == 200 and f'value="{world.verb.pk}" selected' in refused.content.decode()
    assert "Nothing was ticked" in client.post(page, {}).content.decode()
    assert Provision.objects.count() == before + 1
    client.force_login(world.people["CRI"])
    client.post(page, {"take-2": "on", "verb-2": world.verb.pk})
    assert Provision.objects.count() == before + 1
    client.force_login(world.observer)
    sealed = forwarded(world, declared(world, decision))
    assert client.get(f"/en/intranet/decisions/at/{sealed.ref}/meanings/").status_code == 404


def test_a_due_date_before_adoption_is_refused_for_all_and_nothing_is_half_written(world, client):
    decision = declared(world, drafted(world))
    client.force_login(world.keeper)

    answer = client.post(f"/en/intranet/decisions/at/{decision.ref}/meanings/", {
        "take-1": "on", "verb-1": world.verb.pk, "take-2": "on", "due-2": "2001-01-01/day",
    })  # fmt: skip

    assert "due before the day of adoption" in answer.content.decode() and not Provision.objects.exists()


def test_where_a_paragraph_was_said_before_is_suggested_linked_and_followed_as_far_as_one_may_see(
    world, client
):
    old, new = adopted(world, BEFORE), adopted(world, AFTER)
    client.force_login(world.keeper)
    page = f"/en/intranet/decisions/at/{new.ref}/p/1/before/"
    target = f"{old.address}#1"
    assert target in client.get(page).content.decode()

    client.post(f"/en/intranet/decisions/at/{new.ref}/p/1/links/", {"target": target, "kind": "supersedes"})

    assert Link.objects.get().kind == "supersedes"
    shown = client.get(page).content.decode()
    assert "Supersedes" in shown and "<ins>orderly</ins>" in re.sub(r"\s+", " ", shown) and "SHA-256" in shown
    assert f"{settings.BASE_URL}/en/intranet/decisions/{new.address}/#1" in shown, (
        "a citation says where it is read"
    )
    back = client.get(f"/en/intranet/decisions/at/{old.ref}/p/1/before/").content.decode()
    assert f"{new.address}#1" in back and "Superseded by" in back
    superseded = client.get(f"/en/intranet/decisions/{old.address}/").content.decode()
    assert "Superseded by" in superseded and f'/{new.address}/#1"' in superseded
    # That it is superseded is offered where somebody may say so, and no more once it was said.
    assert "Say that it was superseded" not in back
    actions.describe(decision=old, meanings={paragraph(old): actions.Meaning()}, by=world.keeper, at=world.at)
    offered = re.search(r'href="([^"]+/status/[^"]+)"', client.get(page).content.decode())[1].replace(
        "&amp;", "&"
    )
    assert f'value="{new.adopted_on}"' in (form := client.get(offered).content.decode())
    assert re.search(r'value="superseded" selected', form)
    client.post(offered, {"status": "superseded", "on": str(new.adopted_on)})
    assert Provision.objects.get().status == "superseded"
    assert "Say that it was superseded" not in client.get(page).content.decode()
    circle = client.post(
        f"/en/intranet/decisions/at/{old.ref}/p/1/links/", {"target": f"{new.address}#1", "kind": "recalls"}, follow=True
    )  # fmt: skip
    assert "in a circle" in circle.content.decode()
    nowhere = client.post(
        f"/en/intranet/decisions/at/{new.ref}/p/1/links/",
        {"target": "RCM/1900/X#9", "kind": "recalls"},
        follow=True,
    )
    assert "no such paragraph" in nowhere.content.decode()
    # A draft behind closed doors that cites it leaves no trace for who is not in there.
    left_out = drafted(world)
    actions.link(
        source=paragraph(left_out, "2"),
        target=paragraph(old),
        kind="implements",
        by=world.keeper,
        at=world.at,
    )
    back = f"/en/intranet/decisions/at/{old.ref}/p/1/before/"
    assert "Carried out by" in client.get(back).content.decode()
    cited = f"{old.text.ref}#1"
    assert len(list(citing(world.keeper, "paragraph", [cited]))) == 2
    remove_paragraph(paragraph=paragraph(left_out, "2"), by=world.keeper, at=world.at)
    assert "Carried out by" not in client.get(back).content.decode()
    assert len(list(citing(world.keeper, "paragraph", [cited]))) == 1
    secret = forwarded(world, declared(world, drafted(world)))
    actions.link(source=paragraph(secret), target=paragraph(old), kind="amends", by=world.keeper, at=world.at)
    client.force_login(world.outsider)
    outside = client.get(f"/en/intranet/decisions/at/{old.ref}/p/1/before/").content.decode()
    assert secret.ref not in outside and "Amended by" not in outside and f"{new.address}#1" in outside
    client.force_login(world.keeper)
    client.post(
        f"/en/intranet/decisions/at/{new.ref}/p/1/links/end/", {"target": target, "kind": "supersedes"}
    )
    assert not Link.objects.filter(kind="supersedes").exists()


def test_paragraphs_are_found_by_words_and_filters_only_by_who_sees_them_at_constant_cost(
    world, client, monkeypatch
):
    old = adopted(world, BEFORE)
    actions.describe(
        decision=old, by=world.keeper, at=world.at,
        meanings={paragraph(old): actions.Meaning(
            verb=world.verb, addressees=[actions.Whom("party", party=world.party["CRI"]), actions.Whom("members")],
            themes=[factories.ThemeFactory(code="HR")],
        )},
    )  # fmt: skip
    forwarded(world, declared(world, drafted(world)))
    client.force_login(world.outsider)

    def asked(query):
        page = client.get(f"/en/intranet/decisions/?{query}").content.decode()
        return sorted(set(re.findall(rf">{re.escape(old.address)}#(\w+)<", page)))

    assert (
        asked("q=handbooks") == ["1"]
        and asked("q=manuales+retorno") == ["1"]
        and asked("q=handbook+thank") == []
    )
    # Where more is found than is remembered, all of it is found all the same, and no more remembered.
    with monkeypatch.context() as fewer:
        fewer.setattr(reading, "MOST_KEPT", 1)
        reading._kept.clear()
        assert asked("q=handbooks") == ["1"] and len(reading._kept) == 1
    assert asked("q=host") == ["2"] and asked("theme=HR") == asked("addressee=CRI") == asked(
        "addressee=members"
    ) == ["1"]
    assert asked(f"verb=request&status=active&year={old.adopted_on.year}&body=RCGM") == ["1"]
    assert asked("theme=ZZ") == asked("year=19") == asked("status=elapsed") == []
    assert client.get(f"/en/intranet/decisions/?q={old.address.lower()}").status_code == 302
    # A bare anchor is no symbol, however many drafts have none yet.
    drafted(world, convening=None, body=world.group, audience=50)
    assert Decision.objects.visible_to(world.outsider).filter(text__symbol="").exists()
    assert client.get("/en/intranet/decisions/?q=%231").status_code == 200
    with pytest.raises(RefusedError):
        actions.link(
            source=paragraph(old), target=paragraph(old), kind="recalls", by=world.keeper, at=world.at
        )

    def cost():
        with CaptureQueriesContext(connection) as found:
            assert client.get("/en/intranet/decisions/?q=handbook").status_code == 200
        return len(found)

    cost()
    few = cost()
    for number in range(3):
        more = adopted(
            world,
            [{"en": f"A handbook {n} of {number}.", "es": f"Un manual {n} de {number}."} for n in range(5)],
        )
        themes = [factories.ThemeFactory(code=f"T{number}")]
        meaning = actions.Meaning(verb=world.verb, addressees=[actions.Whom("members")], themes=themes)
        actions.describe(
            decision=more, meanings={paragraph(more, str(n + 1)): meaning for n in range(5)}, by=world.keeper, at=world.at
        )  # fmt: skip
    # What all paragraphs have is gathered once after each change.
    cost()
    assert cost() <= few
    # Of what a reader may not know of no filter offers a value, chosen or not; decisions are narrowed as paragraphs are.
    publish_who_we_are(at=world.at)
    listed = client.get(
        f"/en/intranet/decisions/?state=adopted&body=RCGM&year={old.adopted_on.year}"
    ).content.decode()
    assert f"/{old.address}/" in listed and 'value="HR">' in listed and "Atom feed" in listed
    client.force_login(world.observer)
    blind = client.get("/en/intranet/decisions/?theme=HR").content.decode()
    assert 'value="HR"' not in blind and old.address not in blind and 'value="request"' not in blind
