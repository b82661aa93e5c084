"""The public tracker: copies of what was chosen, never more; open data and a feed; a tombstone where it was withdrawn."""

import json
from decimal import Decimal

import pytest
from django.urls import reverse

from puebla.core.verdicts import RefusedError, StaleError
from puebla.members.models import Audience
from puebla.members.querysets import reach_of
from puebla.plan import actions
from puebla.plan.actions.releasing import release_plan, withdraw_plan
from puebla.plan.querysets.public import chosen_facts, digest_of
from puebla.publications.models import PublicCommitment, PublicDecision
from tests import factories as make
from tests.plan.making import AT, again, commitment, objective_of, paragraph_in, plan, report, secretary, t

pytestmark = pytest.mark.django_db


def release(plan, by, *commitments, money=False, reason=None):
    refs = [one.ref for one in commitments]
    seen = digest_of(chosen_facts(plan, refs, by, reach_of(by, AT), money=money, at=AT))
    return release_plan(
        plan=plan, commitments=refs, money=money, seen=seen, reason=reason or {}, by=by, at=AT
    )


@pytest.fixture
def told():
    """An edition with two commitments, one of them reported on by two countries."""
    by = secretary()
    made = plan(by)
    countries = [make.PartyFactory(code=code) for code in ("CRI", "HND")]
    one = commitment(by, objective=objective_of(made), leads=countries, budget=Decimal(500), currency="USD")
    report(
        one,
        make.focal_point(countries[0]),
        countries[0],
        token="a",
        words={"en": "Open words."},
        opens_to=Audience.PUBLIC,
    )
    report(one, make.focal_point(countries[1]), countries[1], token="b", words={"en": "Closed words."})
    return by, made, one, made.commitments.exclude(pk=one.pk).get()


def test_the_public_reads_what_was_chosen_in_both_languages_and_nothing_else(client, told):
    by, made, one, other = told
    assert client.get("/en/plan/").status_code == 200 and client.get("/en/plan/2010/").status_code == 404

    release(made, by, one)

    page, spanish = client.get("/en/plan/").content.decode(), client.get("/es/plan/2010/").content.decode()
    single = client.get(f"/en/plan/2010/{one.code}/").content.decode()
    assert (
        "Consulates share a protocol" in page
        and "Consulates share a protocol (es)" in spanish
        and "50 %" in page
    )
    assert "Open words." in single and "Closed words." not in single and "500" not in single
    assert client.get(f"/en/plan/2010/{other.code}/").status_code == 404
    rows = json.loads(client.get("/en/plan/2010/?export=json").content)["commitments"]
    assert (
        [row["code"] for row in rows] == [one.code]
        and rows[0]["titles"] == one.titles
        and rows[0]["money"] == {}
    )
    assert one.code in b"".join(client.get("/es/plan/2010/?export=csv").streaming_content).decode()
    assert f"plan/2010/{one.code}" in client.get("/feeds/plan.atom").content.decode()


def test_what_changes_inside_is_public_only_when_it_is_released_anew(client, told):
    by, made, one, _other = told
    release(made, by, one)
    actions.describe_commitment(
        commitment=one, values={"status": "done"}, revision=one.revision, by=by, at=AT
    )
    assert "100 %" not in client.get("/en/plan/2010/").content.decode()

    release(made, by, again(one), money=True)

    shown = client.get(f"/en/plan/2010/{one.code}/").content.decode()
    assert "100 %" in shown and "500" in shown


def test_who_is_chosen_no_more_leaves_a_tombstone_with_its_reason(client, told):
    by, made, one, other = told
    release(made, by, one, other)

    with pytest.raises(RefusedError, match="Say why"):
        release(made, by, other)
    release(made, by, other, reason=t("Entered by mistake"))

    gone = client.get(f"/en/plan/2010/{one.code}/")
    assert gone.status_code == 410 and "Entered by mistake" in gone.content.decode()
    assert (
        PublicCommitment.objects.get(code=one.code).titles == {}
        and "deleted-entry" in client.get("/feeds/plan.atom").content.decode()
    )
    withdraw_plan(plan=made, reason=t("Superseded"), by=by, at=AT)
    assert [
        client.get(address).status_code for address in ("/en/plan/2010/", f"/en/plan/2010/{other.code}/")
    ] == [410, 410]


def test_nothing_becomes_public_unseen_nor_by_anybody_else(client, told):
    by, made, one, _other = told

    with pytest.raises(StaleError):
        release_plan(plan=made, commitments=[one.ref], money=False, seen="", reason={}, by=by, at=AT)
    with pytest.raises(RefusedError, match="done by the secretariat"):
        release(made, make.focal_point(), one)
    client.force_login(make.focal_point())
    assert client.get(reverse("plan:public", args=["2010"])).status_code == 404
    client.force_login(by)
    offered = client.get(reverse("plan:public", args=["2010"]))
    shown = offered.content.decode()
    assert "Open words." in shown and "Closed words." not in shown
    chosen = {"chosen": "1", "commitment": list(offered.context["chosen"])}
    stale = client.post(offered.wsgi_request.path, chosen | {"seen": ""})
    assert "changed since you looked at it" in stale.content.decode()
    client.post(offered.wsgi_request.path, chosen | {"seen": offered.context["seen"]})
    assert PublicCommitment.objects.count() == 2
    fewer = {"chosen": "1", "commitment": [one.ref], "seen": "", "reason_en": "Entered by mistake."}
    refused = client.post(offered.wsgi_request.path, fewer)
    assert ">Entered by mistake.</textarea>" in refused.content.decode()


def test_the_mandate_is_named_once_its_decision_is_public_and_leads_to_its_paragraph(client, told):
    by, made, one, _other = told
    ordered = paragraph_in(made.room, by)
    one = actions.describe_commitment(
        commitment=one,
        values={"paragraph": ordered, "cites": "Decision 1"},
        revision=one.revision,
        by=by,
        at=AT,
    )
    release(made, by, one)
    before = client.get(f"/en/plan/2010/{one.code}/").content.decode()
    PublicDecision.objects.create(
        symbol="RCM/2009/VM/DEC/1", symbol_order="RCM/2009/VM/DEC/1", titles=t("Decision"), kind="decision", body_code="VM", adopted_on=AT.date(),
        year=2026, public_from=AT, released_at=AT,
    )  # fmt: skip

    release(made, by, one)

    after = client.get(f"/en/plan/2010/{one.code}/").content.decode()
    assert "Decision 1" in before and "DEC/1#1" not in before
    assert 'href="/en/decisions/RCM/2009/VM/DEC/1/#1"' in after
