"""The pages of the plan: tree, commitment, matrix in three formats, years compared, keeping it; and who sees them."""

import datetime as dt
import io
import zipfile
from decimal import Decimal

import docx
import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from puebla.core.registry import references
from puebla.core.verdicts import RefusedError, StaleError
from puebla.members.models import Audience
from puebla.plan import actions
from puebla.plan.models import Commitment, Framework, Goal, Indicator, Mark, Plan
from puebla.plan.querysets.comparing import compared
from puebla.plan.querysets.progress import tree_of
from puebla.plan.rules import progress_of
from puebla.texts import actions as texts
from tests import factories as make
from tests.plan.making import AT, again, commitment, objective_of, paragraph_in, plan, report, secretary, t

pytestmark = pytest.mark.django_db
PAGES = ("edition", "matrix", "compare")


def page(client, name, *args, **query):
    return client.get(reverse(f"plan:{name}", args=args), query)


class TestWhatIsSeen:
    def test_a_draft_edition_is_absent_for_everybody_but_who_keeps_it(self, client):
        by = secretary()
        made = plan(by, in_force=False, audience=Audience.SECRETARIAT)
        one = made.commitments.get()
        client.force_login(make.focal_point())

        answers = [page(client, name, "2010") for name in PAGES] + [
            page(client, "commitment", "2010", one.code)
        ]

        assert {answer.status_code for answer in answers} == {404}
        assert "2010" not in page(client, "list").content.decode()
        client.force_login(by)
        assert {page(client, name, "2010").status_code for name in PAGES} == {200}

    def test_the_paragraph_that_ordered_it_is_named_to_who_may_know_of_it_alone(self, client):
        by = secretary()
        made = plan(by)
        ordered = paragraph_in(made.room, by, audience=Audience.MEMBERS)
        one = commitment(by, objective=objective_of(made), paragraph=ordered)
        member, watching = make.focal_point(), make.delegate("observer_state")

        def told(person):
            client.force_login(person)
            shown = [page(client, "commitment", "2010", one.code), page(client, "matrix", "2010")]
            found = page(client, "matrix", "2010", q="DEC/1").context["page"].paginator.count
            return ["RCM/2009/VM/DEC/1#1" in answer.content.decode() for answer in shown], found

        assert told(member) == ([True, True], 0)
        assert told(watching) == ([False, False], 0)
        (cited,) = [
            ref for source in references for ref in source(member, "paragraph", [f"{ordered.text.ref}#1"])
        ]
        assert cited.title.startswith(one.code)
        with pytest.raises(RefusedError):
            texts.remove_paragraph(paragraph=ordered, by=by, at=AT)

    def test_pages_cost_the_same_whatever_stands_in_the_edition(self, client):
        by = secretary()
        made = plan(by)
        country = make.PartyFactory(code="HND")
        person = make.focal_point(country)
        client.force_login(person)
        goal = Goal.objects.create(
            framework=Framework.objects.create(code="GCM", names=t("Compact")), code="8", names=t("Lives")
        )

        def more():
            one = commitment(
                by,
                objective=objective_of(made),
                leads=[country],
                goals=[goal],
                budget=Decimal(10),
                currency="USD",
            )
            report(one, person, country)

        def costs():
            found = []
            for name in PAGES:
                with CaptureQueriesContext(
                    connection,
                ) as asked:
                    page(client, name, "2010")
                found.append(len(asked))
            return found

        more()
        costs()
        few = costs()
        for _number in range(8):
            more()

        assert costs() == few


class TestMatrix:
    @pytest.fixture
    def told(self):
        """A matrix with a commitment that two countries reported on."""
        by = secretary()
        made = plan(by)
        countries = [make.PartyFactory(code=code) for code in ("CRI", "HND")]
        one = commitment(
            by, objective=objective_of(made), leads=countries[:1], partners=countries[1:], cites="=Decision & 3 <b>",
            from_on=dt.date(2010, 1, 1), until_on=dt.date(2012, 1, 1), budget=Decimal("1000.50"), currency="USD",
        )  # fmt: skip
        for country in countries:
            report(one, make.focal_point(country), country, token=country.code)
        return by, made, one

    def test_the_page_the_spreadsheet_and_the_word_file_tell_the_same_in_both_languages(self, client, told):
        by, _made, one = told
        client.force_login(by)
        for language, title, half in (("en", "Consulates share a protocol", "first half of 2026"),
                                      ("es", "Consulates share a protocol (es)", "primer semestre de 2026")):  # fmt: skip
            address = f"/{language}/intranet/plan/2010/matrix/"
            shown = client.get(address).content.decode()
            book = openpyxl.load_workbook(io.BytesIO(client.get(address, {"export": "xlsx"}).getvalue()))
            word = docx.Document(io.BytesIO(client.get(address, {"export": "docx"}).getvalue()))

            rows = list(book.active.iter_rows(values_only=True))
            cells = [cell.text for row in word.tables[0].rows for cell in row.cells]
            assert rows[-1][0] == one.code and rows[-1][3] == title and rows[-1][13] == 1000.5
            assert half in rows[-1][11] and "HND" in rows[-1][6]
            assert any(title in cell and "=Decision & 3 <b>" in cell for cell in cells)
            assert title in shown and half in shown and any(half in cell for cell in cells)

    def test_a_word_file_of_many_rows_is_written_in_pieces_and_whole(self, client, told):
        by, made, _one = told
        objective = objective_of(made)
        Commitment.objects.bulk_create(
            Commitment(plan=made, objective=objective, code=f"1.1.{n}", code_order=f"{n:06}", titles=t(f"Number {n}"),
                       progress=0, created_at=AT, changed_at=AT)
            for n in range(10, 1250)
        )  # fmt: skip
        client.force_login(by)

        made_file = page(client, "matrix", "2010", export="docx").getvalue()

        document = zipfile.ZipFile(io.BytesIO(made_file)).read("word/document.xml").decode()
        assert document.count("<w:tr>") == Commitment.objects.count() + 2
        assert "Number 1249" in document

    def test_reports_that_a_reader_may_not_know_of_leave_no_trace(self, client, told):
        _by, _made, one = told
        client.force_login(make.delegate("observer_state"))

        shown = page(client, "matrix", "2010").content.decode()

        assert "first half of 2026" not in shown and one.code in shown


class TestProgress:
    @pytest.mark.parametrize(
        ("status", "states", "percent"),
        [
            ("planned", [], 0), ("under_way", [], 50), ("done", ["planned"], 100), ("dropped", ["done"], None),
            ("under_way", ["done", "planned", "dropped"], 50), ("needs_funding", ["under_way"], 50), ("on_hold", ["dropped"], 0),
        ],
    )  # fmt: skip
    def test_it_is_counted_by_the_stated_rule(self, status, states, percent):
        assert progress_of(status, states) == percent

    def test_an_action_moves_its_commitment_and_years_are_compared_by_what_was_kept(self, client):
        by = secretary()
        made = plan(by)
        one = commitment(by, objective=objective_of(made), status="planned")
        step = actions.add_action(commitment=one, values={"titles": t("Draft it")}, by=by, at=AT)
        later = AT + dt.timedelta(days=400)
        actions.describe_action(
            action=step, values={"state": "done"}, revision=step.revision, by=by, at=later
        )

        found = compared(Commitment.objects.all(), AT.date(), later.date())

        assert again(one).progress == 100
        assert [(moved.commitment, moved.step) for moved in found.moved] == [(one, 100)]
        assert (found.before.progress, found.after.progress, found.same) == (25, 75, 1)
        assert Mark.objects.filter(commitment=one).count() == 2
        client.force_login(by)
        shown = page(client, "compare", "2010", **{"from": "2026-1", "to": "2027-1"})
        assert shown.status_code == 200 and "first half of 2026" in shown.content.decode()
        for half in ("0001-1", "9999-2", "2026-3"):
            assert page(client, "compare", "2010", **{"from": half}).status_code == 200
            assert page(client, "compare", "2010", to=half).status_code == 200


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)])
def test_what_one_commitment_has_too_much_fills_no_other_ones_gap(order):
    by = secretary()
    made = plan(by)
    amounts = [(100, 400, "USD"), (300, None, "USD"), (None, 50, "USD")]
    for place in order:
        budget, funded, currency = amounts[place]
        commitment(by, objective=objective_of(made), budget=budget, funded=funded, currency=currency)

    whole = tree_of(Commitment.objects.filter(plan=made)).whole.amounts

    assert whole == [{"currency": "USD", "budget": 400, "funded": 450, "gap": 300}]


class TestKeeping:
    def test_who_keeps_the_plan_enters_a_commitment_with_all_that_belongs_to_it(self, client):
        by = secretary()
        made = plan(by)
        country = make.PartyFactory(code="HND")
        paragraph_in(made.room, by)
        client.force_login(by)
        typed = {"objective": objective_of(made).pk, "titles_en": "Visas are compared", "leads": [country.code], "status": "planned",
                 "since": "2010", "until": "2012-06", "budget": "5000", "funded": "1200", "currency": "usd",
                 "ordered_by": "rcm/2009/vm/dec/1#1"}  # fmt: skip

        wrong = client.post(
            reverse("plan:add", args=["2010"]), typed | {"ordered_by": "RCM/1/X#9", "until": "soon"}
        )
        client.post(reverse("plan:add", args=["2010"]), typed)

        assert "There is no paragraph" in wrong.content.decode() and "is not a date" in wrong.content.decode()
        one = Commitment.objects.get(code="1.1.2")
        assert (one.currency, one.paragraph.anchor, one.until_precision) == ("USD", "1", "month")
        shown = page(client, "commitment", "2010", "1.1.2").content.decode()
        assert "3,800" in shown and "RCM/2009/VM/DEC/1#1" in shown and "HND" in shown

    def test_two_who_edit_at_once_do_not_overwrite_each_other_and_an_end_before_the_beginning_is_refused(
        self,
    ):
        by = secretary()
        one = plan(by).commitments.get()
        change = lambda revision, **values: actions.describe_commitment(  # noqa: E731
            commitment=one, values=values, revision=revision, by=by, at=AT
        )
        change(1, status="done")

        with pytest.raises(StaleError):
            change(1, status="dropped")
        with pytest.raises(RefusedError, match="end before it begins"):
            change(2, from_on=dt.date(2012, 1, 1), until_on=dt.date(2010, 1, 1))
        with pytest.raises(RefusedError, match="which currency"):
            change(2, budget=Decimal(5))

    def test_nobody_else_keeps_it_and_a_closed_edition_stays_as_it_was(self, client):
        by = secretary()
        made = plan(by)
        one = made.commitments.get()
        client.force_login(make.focal_point())
        assert page(client, "commitment-edit", "2010", one.code).status_code == 404
        assert page(client, "add", "2010").status_code == page(client, "structure", "2010").status_code == 404

        made = Plan.objects.get()
        actions.describe_plan(plan=made, values={"state": "closed"}, revision=made.revision, by=by, at=AT)

        with pytest.raises(RefusedError, match="closed"):
            actions.describe_commitment(commitment=one, values={"status": "done"}, revision=1, by=by, at=AT)

    def test_every_page_of_who_keeps_it_opens(self, client):
        by = secretary()
        made = plan(by)
        one = made.commitments.get()
        step = actions.add_action(commitment=one, values={"titles": t("Draft it")}, by=by, at=AT)
        client.force_login(by)
        for name, *args in (
            ("list",), ("new",), ("edit", "2010"), ("audience", "2010"), ("history", "2010"), ("structure", "2010"),
            ("pillar-new", "2010"), ("pillar", "2010", "HR"), ("objective-new", "2010", "HR"), ("objective", "2010", "HR", 1),
            ("commitment-edit", "2010", one.code), ("commitment-history", "2010", one.code), ("action-new", "2010", one.code),
            ("action", "2010", one.code, step.ref), ("indicator-new", "2010", one.code),
        ):  # fmt: skip
            assert page(client, name, *args).status_code == 200, name
        client.post(reverse("plan:indicator-new", args=["2010", one.code]), {
            "names_en": "Returns", "dataflow": "RETURN", "key": "A.USA.GTM.REMOVAL._T._T._T._T", "direction": "down"})  # fmt: skip
        assert Indicator.objects.get().key == "A.USA.GTM.REMOVAL._T._T._T._T"
