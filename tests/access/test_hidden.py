"""What is hidden answers as what is absent: body, headers, number of queries, their text and their plan; on both engines."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from puebla.members.models import Audience
from puebla.publications import actions as publications
from tests import factories as make
from tests.access.test_channels import BELOW, PICTURES
from tests.publications.making import a_meeting_row, a_party_row, a_public_document

pytestmark = pytest.mark.django_db
ABSENT = "RCM/1999/ZZZ/NOTE/1"
ADDRESSES = [
    *((name, *rest) for name, rest in BELOW.items()),
    *(("picture", *rest) for rest in PICTURES.values()),
]


def hidden_from(person):
    """Papers of an open and of a sealed room that this person does not see."""
    sealed = make.BodyFactory(sealed=True)
    return [
        make.DocumentFactory(symbol="RCM/1999/AAA/NOTE/1", audience=Audience.SECRETARIAT),
        make.DocumentFactory(symbol="RCM/1999/BBB/NOTE/1", audience=Audience.ROOM, body=sealed),
    ]


def asked(client, name, symbol, *rest):
    """The answer and the statements behind it, with this symbol and what is random taken out."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(reverse(f"documents:{name}", args=[symbol, *rest]))

    def plain(text):
        return re.sub(r"\d{4}-\d\d-\d\d[ T][\d:.+]+", "AN INSTANT", text.replace(symbol, "A SYMBOL"))

    body = re.sub(r'value="[A-Za-z0-9]{64}"', "", plain(response.text))
    headers = {key: plain(value) for key, value in response.headers.items()}
    return response.status_code, headers, body, [plain(one["sql"]) for one in queries]


@pytest.mark.parametrize("address", ADDRESSES, ids=str)
def test_hidden_and_absent_are_asked_and_answered_alike(address):
    make.process()
    person = make.delegate()
    client = Client()
    client.force_login(person)
    name, *rest = address
    asked(client, name, ABSENT, *rest)

    absent = asked(client, name, ABSENT, *rest)

    assert absent[0] == 404
    for paper in hidden_from(person):
        assert asked(client, name, paper.symbol, *rest) == absent


def plan_of(sql, parameters):
    verb = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN (COSTS OFF)"
    with connection.cursor() as cursor:
        cursor.execute(f"{verb} {sql}", parameters)
        return [str(row[-1]) for row in cursor.fetchall()]


def test_the_database_takes_one_way_to_what_is_hidden_and_to_what_is_not_there():
    from puebla.documents.models import Document

    make.process()
    person = make.delegate()
    symbols = [ABSENT, *(paper.symbol for paper in hidden_from(person))]
    make.DocumentFactory.create_batch(50)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    plans = []
    for symbol in symbols:
        query = Document.objects.visible_to(person).at_address(symbol).query
        plans.append([line.replace(symbol, "A SYMBOL") for line in plan_of(*query.sql_with_params())])

    strip = lambda plan: [re.sub(r"'[^']*'", "", line) for line in plan]  # noqa: E731
    assert strip(plans[0]) == strip(plans[1]) == strip(plans[2])


@pytest.mark.parametrize("method", ["get", "head", "options", "post"])
def test_no_method_tells_hidden_from_absent(method):
    make.process()
    person = make.delegate()
    client = Client()
    client.force_login(person)

    answers = {
        (
            answer.status_code,
            tuple(sorted((k, v) for k, v in answer.headers.items() if k != "Content-Length")),
        )
        for symbol in (ABSENT, *(paper.symbol for paper in hidden_from(person)))
        for answer in [getattr(client, method)(reverse("documents:record", args=[symbol]))]
    }

    assert len(answers) == 1


def test_the_portal_reads_the_public_copies_and_the_process_alone(client):
    """Whatever page of the portal: the statements themselves are looked at, not only the imports."""
    make.process()
    make.DocumentFactory(audience=Audience.PUBLIC)
    at = timezone.now()
    publications.publish_meetings([a_meeting_row()], at=at)
    publications.publish_parties([a_party_row()], at=at)
    document = a_public_document(themes=[("HR", {"en": "Rights"})], meeting_symbol=a_meeting_row()["symbol"])
    gone = a_public_document()
    publications.withdraw_document(symbol=gone.symbol, reason={"en": "Wrong."}, at=at)
    pages = ["", "documents/", "documents/?q=note&kind=NOTE&theme=HR&year=2009&language=en", "documents/?export=xlsx",
             f"documents/{document.symbol}/", f"documents/{document.symbol}/files/en/", f"documents/{document.symbol}/read/en/",
             f"documents/{gone.symbol}/", "documents/NO/1/", "meetings/", f"meetings/{a_meeting_row()['symbol']}/",
             "members/", "presidency/", "journal/"]  # fmt: skip

    touched = set()
    for page in pages:
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(f"/en/{page}")
            b"".join(answer.streaming_content) if answer.streaming else answer.content
        for one in queries:
            touched |= set(re.findall(r'(?:FROM|JOIN|INTO|UPDATE) "?([a-z_]+)"?', one["sql"]))

    # The CMS's own tables hold edited pages, which are public by definition, and no people.
    known = ("publications_", "portal_", "wagtail")
    assert {table for table in touched if not table.startswith(known)} <= {"core_process"}


@pytest.mark.parametrize(
    "query", ["year=0000", "year=9999", "q=%00", "audience=99999999999999999999", "page=0"]
)
def test_an_odd_question_to_the_list_is_answered(query):
    make.process()
    client = Client()
    client.force_login(make.secretariat_person())

    assert client.get(reverse("documents:list") + f"?{query}").status_code == 200
    assert client.get(reverse("documents:suggest") + f"?{query}").status_code == 200
    assert client.get(reverse("documents:pack") + f"?symbol=%00&{query}").status_code == 200


def test_an_address_with_a_nul_is_not_found():
    make.process()
    client = Client()
    client.force_login(make.secretariat_person())

    assert client.get("/en/intranet/documents/%00/").status_code == 404
