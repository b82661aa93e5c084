"""A decision becomes public: its words and what they do; never a draft, a position, a proposal or a name."""

import csv
import io
import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from puebla.core.verdicts import RefusedError, StaleError
from puebla.decisions import actions
from puebla.decisions.actions import releasing
from puebla.decisions.models import Decision, Provision, Verb
from puebla.members.actions.publishing import publish_who_we_are
from puebla.publications.models import PublicDecision, PublicParagraph
from tests import factories
from tests.decisions import making
from tests.decisions.making import declared, drafted, forwarded, paragraph, positioned, proposed

pytestmark = pytest.mark.django_db


def released(world, decision):
    decision = Decision.objects.get(pk=decision.pk)
    seen = releasing.edition_of(decision).digest
    return releasing.release(decision=decision, seen=seen, by=world.keeper, at=world.at)


def described(world, decision, anchor="1", *, status=None, **meaning):
    verb, _made = Verb.objects.get_or_create(
        code="request", defaults={"names": {"en": "to request", "es": "solicitar"}, "asks": True}
    )
    meant = actions.Meaning(verb=verb, asks=True, **meaning)
    actions.describe(
        decision=decision, meanings={paragraph(decision, anchor): meant}, by=world.keeper, at=world.at
    )


def decided(world):
    """Agreed behind closed doors over a reservation, filed; linked to the recommendation that it came from."""
    recommended = declared(world, drafted(world))
    recommended = actions.file_decision(decision=recommended, by=world.keeper, at=world.at)
    draft = forwarded(world, recommended)
    described(
        world, draft, addressees=[actions.Whom("party", party=world.party["CRI"]), actions.Whom("members")],
        themes=[factories.ThemeFactory(code="HR")],
    )  # fmt: skip
    positioned(world, draft, "MEX", kind="reservation", words={"en": "Sealed words of Mexico."})
    proposed(world, draft, "HND", words={"en": "Proposed aside."})
    actions.end(proposal=draft.proposals.get(), state="withdrawn", by=world.people["HND"], at=world.at)
    done = actions.file_decision(decision=declared(world, draft), by=world.keeper, at=world.at)
    return recommended, done


def everything_public():
    """Every value of every public table, as one text."""
    from django.apps import apps

    models = list(apps.get_app_config("publications").get_models())
    return json.dumps([list(one.objects.values()) for one in models], default=str, ensure_ascii=False)


class TestReleased:
    @pytest.fixture
    def world(self):
        return making.world()

    def test_words_and_meaning_become_public_and_nothing_of_how_they_were_agreed(self, world, client):
        recommended, decision = decided(world)
        draft_ref = decision.drafted.ref

        public = released(world, decision)
        page = client.get(f"/en/decisions/{public.symbol}/")

        text = page.content.decode()
        assert (
            page.status_code == 200
            and "To request the Secretariat" in text
            and "Solicitar a la Secretaría" in text
        )
        assert 'id="1"' in text and "to request → all member states, CRI" in text and public.sha256 in text
        assert "These words are not the ones" not in text
        for hidden in (
            "Sealed words",
            "Proposed aside",
            "reservation",
            draft_ref,
            "Keeper",
            "Chair",
            "Behind doors",
        ):
            assert hidden not in everything_public() and hidden not in text
        # The recommendation is not public: not even its symbol is told.
        assert recommended.text.symbol not in everything_public() and not public.origin
        one = PublicParagraph.objects.get(decision=public, anchor="1")
        assert {each["code"] for each in one.addressees} == {"CRI", "members"}

    def test_what_was_released_later_is_told_by_what_is_public_already(self, world, client):
        recommended, decision = decided(world)
        released(world, decision)

        first = released(world, recommended)

        assert PublicDecision.objects.get(symbol=decision.text.symbol).origin == first.symbol
        assert not releasing.behind(Decision.objects.get(pk=decision.pk))
        text = client.get(f"/en/decisions/{first.symbol}/").content.decode()
        assert f"/en/decisions/{decision.text.symbol}/#1" in text and "Forwarded to" in text

        releasing.withdraw(decision=recommended, reason={"en": "Wrong file."}, by=world.keeper, at=world.at)

        # What came from it leads to it no more, and is not behind for that.
        assert not PublicDecision.objects.get(symbol=decision.text.symbol).origin
        assert not releasing.behind(Decision.objects.get(pk=decision.pk))

    def test_only_the_secretariat_releases_and_only_what_was_adopted_and_filed_outside_sealed_rooms(
        self, world
    ):
        draft = drafted(world)
        with pytest.raises(RefusedError, match="adopted"):
            released(world, draft)
        adopted = declared(world, draft)
        with pytest.raises(RefusedError, match="File it first"):
            released(world, adopted)
        sealed = forwarded(world, adopted)
        with pytest.raises(RefusedError, match="can become public"):
            releasing.release(decision=sealed, seen="", by=seated(world), at=world.at)
        with pytest.raises(RefusedError, match="secretariat"):
            releasing.release(decision=adopted, seen="", by=world.people["CRI"], at=world.at)
        with pytest.raises(RefusedError, match="no such"):
            releasing.release(decision=sealed, seen="", by=world.outsider, at=world.at)

    def test_what_changed_since_it_was_looked_at_does_not_become_public_unseen(self, world):
        decision = actions.file_decision(
            decision=declared(world, drafted(world)), by=world.keeper, at=world.at
        )
        seen = releasing.edition_of(decision).digest
        described(world, decision)

        with pytest.raises(StaleError):
            releasing.release(decision=decision, seen=seen, by=world.keeper, at=world.at)

        assert not PublicDecision.objects.exists()

    def test_a_status_set_after_the_release_is_offered_and_the_superseded_paragraph_leads_to_the_newer(
        self, world, client
    ):
        _recommended, old = decided(world)
        released(world, old)
        new = drafted(world, kind="decision", convening=None, body=world.ministers)
        new = actions.file_decision(decision=declared(world, new), by=world.keeper, at=world.at)
        actions.link(
            source=paragraph(new), target=paragraph(old), kind="supersedes", by=world.keeper, at=world.at
        )
        released(world, new)
        provision = Provision.objects.get(paragraph=paragraph(old))
        assert f"{new.text.symbol}#1" in client.get(f"/en/decisions/{old.text.symbol}/p/1/").content.decode()

        actions.set_status(
            provision=provision, status="superseded", on=old.adopted_on, by=world.keeper, at=world.at
        )

        old.refresh_from_db()
        assert releasing.behind(old)
        client.force_login(world.keeper)
        assert old.text.symbol in client.get("/en/intranet/").content.decode()
        client.logout()
        released(world, old)
        page = client.get(f"/en/decisions/{old.text.symbol}/").content.decode()
        assert (
            "Superseded" in page and f"{new.text.symbol}/#1" in page and "To request the Secretariat" in page
        )
        table = b"".join(client.get("/es/decisions/?export=csv")).decode()
        assert ",sustituido," in table, "open data speaks the reader's language"
        alone = client.get(f"/en/decisions/{old.text.symbol}/p/1/").content.decode()
        assert (
            "Superseded by" in alone
            and f"{new.text.symbol}#1" in alone
            and "To request the Secretariat" in alone
        )

    def test_withdrawn_it_answers_with_its_tombstone_on_every_channel(self, world, client):
        _recommended, decision = decided(world)
        public = released(world, decision)
        feed = "/feeds/decisions.atom?theme=HR"
        assert f"{public.symbol}#1" in client.get("/feeds/decisions.atom?addressee=CRI").content.decode()
        assert public.symbol in client.get(feed).content.decode()

        releasing.withdraw(decision=decision, reason={"en": "Wrong file."}, by=world.keeper, at=world.at)

        assert client.get(f"/api/v1/decisions/{public.symbol}").status_code == 410
        for below in ("", "p/1/", "cite.bib", "text/en.pdf", "canonical.json"):
            gone = client.get(f"/es/decisions/{public.symbol}/{below}")
            assert gone.status_code == 410 and "To request" not in gone.content.decode()
        assert "Wrong file." in client.get(f"/en/decisions/{public.symbol}/", follow=True).content.decode()
        assert "To request the Secretariat" not in everything_public()
        assert public.symbol not in client.get("/sitemap.xml").content.decode()
        assert "deleted-entry" in client.get("/feeds/decisions.atom").content.decode()
        assert not re.search(r'href="/en/decisions/RCM/20', client.get("/en/decisions/").content.decode())

    def test_it_is_taken_as_a_file_cited_with_its_digest_and_tried_with_its_own_bytes(self, world, client):
        import hashlib

        _recommended, decision = decided(world)
        public = released(world, decision)
        below = f"/en/decisions/{public.symbol}/"

        assert client.get(below + "text/en-es.docx").content[:2] == b"PK"
        assert client.get(below + "text/es.pdf").content[:4] == b"%PDF"
        assert client.get(below + "text/fr.pdf").status_code == 404
        assert public.sha256 in client.get(below + "cite.bib").content.decode()
        bytes_shown = client.get(below + "canonical.json").content
        assert hashlib.sha256(bytes_shown).hexdigest() == decision.adopted_hash
        assert client.get(below.lower().replace("/en/decisions", "/en/decisions")).status_code in (200, 301)
        assert client.get(below + "p/99/").status_code == 404


def seated(world):
    """A keeper of the secretariat who sits in the closed session too."""
    return world.keeper


def test_paragraphs_are_found_by_words_of_both_languages_and_every_filter_at_constant_cost(client):
    world = making.world()
    _recommended, decision = decided(world)
    released(world, decision)

    def asked(query):
        page = client.get(f"/en/decisions/?{query}").content.decode()
        return re.findall(rf'href="/en/decisions/{decision.text.symbol}/#([^"]+)"', page)

    assert (
        asked("q=handbooks") == ["1"]
        and asked("q=manuales") == ["1"]
        and asked("q=handbook+-secretariat") == []
    )
    assert (
        asked("theme=HR") == ["1"]
        and asked("addressee=members") == ["1"]
        and asked("verb=request&q=handbook") == ["1"]
    )
    assert (
        asked("status=active") == ["1"]
        and asked("status=superseded") == []
        and asked("theme=HR&verb=zzz") == []
    )
    assert asked(f"addressee=CRI&year={decision.adopted_on.year}&body=VM") == ["1"]
    assert f"{decision.text.symbol}#1" in client.get("/en/search/?q=handbook").content.decode()
    whole = client.get(f"/api/v1/decisions/{decision.text.symbol}").json()
    assert whole["paragraphs"][0]["verb"]["code"] == "request" and whole["sha256"] == decision.adopted_hash
    listed = client.get("/api/v1/decisions?theme=HR&addressee=CRI").json()
    assert [one["symbol"] for one in listed["items"]] == [decision.text.symbol]
    assert client.get("/api/v1/decisions?status=elapsed").json()["total"] == 0
    assert "<mark>handbook</mark>" in client.get("/en/decisions/?q=handbook").content.decode()
    assert client.get(f"/en/decisions/?q={decision.text.symbol.lower()}").status_code == 302

    def cost():
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get("/en/decisions/?verb=request").status_code == 200
        return len(found)

    client.get("/en/decisions/?verb=request")
    few = cost()
    for number in range(4):
        blocks = [
            {"en": f"To request number {n} of {number}.", "es": f"Solicitar {n} de {number}."}
            for n in range(6)
        ]
        more = declared(
            world, drafted(world, kind="decision", convening=None, body=world.ministers, blocks=blocks)
        )
        for n in range(6):
            described(world, more, str(n + 1), addressees=[actions.Whom("members")])
        released(world, actions.file_decision(decision=more, by=world.keeper, at=world.at))
    client.get("/en/decisions/?verb=request")
    assert cost() <= few


def test_what_addresses_all_members_is_found_under_each_of_them_on_every_channel_and_inside_alike(client):
    world = making.world()
    whom = [
        [actions.Whom("party", party=world.party["CRI"])], [actions.Whom("members")], [actions.Whom("body", body=world.group)],
        [actions.Whom("presidency")], [actions.Whom("secretariat")], [actions.Whom("partners", names={"en": "Agencies"})],
    ]  # fmt: skip
    blocks = [{"en": f"To request number {n}.", "es": f"Solicitar {n}."} for n, _whom in enumerate(whom)]
    decision = declared(
        world, drafted(world, kind="decision", convening=None, body=world.ministers, blocks=blocks)
    )
    for anchor, addressees in enumerate(whom, start=1):
        described(world, decision, str(anchor), addressees=addressees)
    decision = actions.file_decision(decision=decision, by=world.keeper, at=world.at)
    publish_who_we_are(at=world.at)
    released(world, decision)
    symbol = decision.text.symbol
    client.force_login(world.keeper)

    def asked(code):
        page = client.get(f"/en/decisions/?addressee={code}").content.decode()
        inside = client.get(f"/en/intranet/decisions/?addressee={code}").content.decode()
        feed = client.get(f"/feeds/decisions.atom?addressee={code}").content.decode()
        table = b"".join(client.get(f"/en/decisions/?export=csv&addressee={code}")).decode()
        return {
            "page": re.findall(rf'href="/en/decisions/{symbol}/#([^"]+)"', page),
            "inside": re.findall(rf">{symbol}#(\w+)<", inside),
            "feed": re.findall(rf"<id>tag:[^<]*/{symbol}/(\w+)</id>", feed),
            "export": [row["Paragraph"] for row in csv.DictReader(io.StringIO(table.lstrip("\ufeff")))],
        }  # fmt: skip

    for code, anchors in {
        "CRI": ["1", "2", "3"], "HND": ["2", "3"], world.gtm.code: ["2", "3", "4"], "members": ["2"], "RCGM": ["3"], "presidency": ["4"],
        "secretariat": ["5"], "partners": ["6"],
    }.items():  # fmt: skip
        assert asked(code) == dict.fromkeys(("page", "inside", "feed", "export"), anchors), code
        assert client.get(f"/api/v1/decisions?addressee={code}").json()["total"] == 1
    # An observer is no member.
    assert asked(world.observer.seats.first().party.code)["page"] == []
    assert '<option value="MEX">MEX (2)</option>' in client.get("/en/decisions/").content.decode()


@pytest.mark.parametrize(
    "query", ["addressee=ZZ", "theme=ZZ", "body=ZZ", "kind=ZZ", "status=ZZ", "verb=zz", "year=19", "theme=HR&addressee=ZZ"]
)  # fmt: skip
def test_a_code_that_nobody_knows_is_told_on_every_channel_and_never_an_empty_list(client, query):
    world = making.world()
    publish_who_we_are(at=world.at)
    _recommended, decision = decided(world)
    released(world, decision)
    name = query.split("&")[-1].partition("=")[0]

    feed = client.get(f"/feeds/decisions.atom?{query}&lang=es")
    assert feed.status_code == 404 and f"«{name}»" in feed.content.decode()
    if name != "year":
        assert "debe ser" in feed.content.decode()
        told = client.get(f"/api/v1/decisions?{query}")
        assert told.status_code == 404 and told.json()["field"] == name
        assert told["Content-Type"].startswith("application/problem+json")
    public = client.get(f"/es/decisions/?{query}").content.decode()
    assert "Ningún párrafo público" in public and f"#{decision.text.symbol}" not in public
    client.force_login(world.keeper)
    inside = client.get(f"/es/intranet/decisions/?{query}").content.decode()
    assert "Ningún párrafo que usted pueda ver" in inside and "decisions.atom" not in inside


def test_what_nobody_asks_for_yet_has_a_feed_that_begins_empty_and_an_unknown_state_is_told(client):
    world = making.world()
    publish_who_we_are(at=world.at)
    released(world, decided(world)[1])

    for query in ("addressee=HND", "body=RCGM", "status=elapsed", "kind=declaration", "year=2029"):
        assert client.get(f"/feeds/decisions.atom?{query}").status_code == 200, query
        if "year" not in query:
            assert client.get(f"/api/v1/decisions?{query}").status_code == 200
    client.force_login(world.keeper)
    listed = client.get("/es/intranet/decisions/?state=zz").content.decode()
    assert "No existe el estado «zz»" in listed and "<table" not in listed
    assert client.get("/es/intranet/decisions/?state=zz%00").status_code == 200
