"""Commitments among what search finds: by words of either language, for who sees the edition alone."""

import pytest
from django.urls import reverse

from puebla.members.models import Audience
from puebla.plan import actions
from puebla.plan.actions.indexing import behind
from puebla.plan.models import Commitment
from tests import factories as make
from tests.plan.making import AT, commitment, objective_of, plan, secretary

pytestmark = pytest.mark.django_db


def found(client, words, language="en"):
    page = client.get(f"/{language}/intranet/search/", {"q": words})
    return [str(row) for row in page.context["rows"]]


def test_a_commitment_is_found_by_what_it_says_in_either_language_once_its_edition_is_open(client):
    by = secretary()
    made = plan(by, audience=Audience.SECRETARIAT)
    one = commitment(
        by, objective=objective_of(made), titles={"en": "Shelters for minors", "es": "Albergues para menores"},
        texts={"en": "Trained guardians receive them.", "es": "Tutores capacitados los reciben."},
    )  # fmt: skip
    reader = make.focal_point()
    client.force_login(reader)
    assert found(client, "guardian") == []

    made = actions.set_audience(plan=made, audience=Audience.MEMBERS, by=by, at=AT)

    for words in ("guardian", "tutor", "albergue"):
        (row,) = found(client, words)
        assert reverse("plan:commitment", args=["2010", one.code]) in row
    client.force_login(make.delegate("observer_state"))
    assert found(client, "guardian") == []


def test_what_is_found_follows_each_act_and_what_search_lost_is_known(client):
    by = secretary()
    made = plan(by)
    one = commitment(by, objective=objective_of(made), titles={"en": "Shelters", "es": "Albergues"})
    client.force_login(by)
    values = {"titles": {"en": "Homes", "es": "Hogares"}}
    one = actions.describe_commitment(commitment=one, values=values, revision=one.revision, by=by, at=AT)
    actions.add_action(commitment=one, values={"titles": {"en": "Rent", "es": "Alquilar"}}, by=by, at=AT)
    part = made.pillars.get()
    actions.describe_pillar(pillar=part, values={"names": {"en": "Seafaring", "es": "Navegación"}}, revision=1, by=by, at=AT)  # fmt: skip

    assert found(client, "shelters") == [] and len(found(client, "homes")) == 1
    assert len(found(client, "seafaring")) == Commitment.objects.count()
    assert behind() == []
    Commitment.objects.filter(pk=one.pk).update(revision=99)
    assert behind() == [one.pk]
