"""Views reach what is restricted by one door, `visible_to(person)`; their own syntax tree is read to see it.

Every other door is listed with its reason, by module, function and model; a reason that is no longer needed fails too.
"""

import ast
from pathlib import Path

from django.apps import apps

SOURCE = Path(__file__).resolve().parents[2] / "src" / "puebla"
#: Restricted, although no queryset of theirs knows `visible_to`.
ALSO = {
    "JournalEntry",
    "JournalPayload",
    "OutgoingMail",
    "ObserverApplication",
    "BreakGlass",
    "Batch",
    "BatchItem",
}
#: Methods that may stand before `visible_to`: they only narrow.
NARROWING = {"effective", "on"}
REASONS = {
    (
        "plan/views/commitments.py",
        "history",
        "JournalEntry",
    ): "of a commitment and of reports that came through the gate; what its keepers did, to them",
    (
        "plan/views/editions.py",
        "_gathered",
        "Involvement",
    ): "which parties to filter by, in an edition that came through the gate",
    ("plan/views/editions.py", "_parts", "Objective"): "of an edition that came through the gate",
    ("plan/views/editions.py", "_parts", "Pillar"): "of an edition that came through the gate",
    (
        "plan/views/editions.py",
        "history",
        "JournalEntry",
    ): "of an edition that came through the gate, to who keeps it",
    (
        "plan/views/panels.py",
        "_parts_of",
        "Involvement",
    ): "the reader's own parties' part in what came through the gate",
    (
        "plan/views/panels.py",
        "_waiting_keys",
        "Report",
    ): "the reader's own parties' of what came through the gate",
    (
        "plan/views/panels.py",
        "ordered_by",
        "Commitment",
    ): "that something cites a paragraph keeps it, whoever asks; what it is passes the gate",
    (
        "meetings/views/delegations.py",
        "_offer",
        "Pack",
    ): "badges of a meeting that came through the gate, found for who convenes it by the digest of what is printed",
    (
        "meetings/views/news.py",
        "_acts",
        "JournalEntry",
    ): "names what happened, without words; every word is fetched through the gate",
    (
        "meetings/views/news.py",
        "_acts",
        "JournalPayload",
    ): "names what happened, without words; every word is fetched through the gate",
    (
        "meetings/views/news.py",
        "_acts",
        "Document",
    ): "names what happened, without words; every word is fetched through the gate",
    (
        "meetings/views/news.py",
        "_opened",
        "Seat",
    ): "the people of the party that an item was opened to, each told through the gate",
    (
        "meetings/views/news.py",
        "_placed",
        "ItemPaper",
    ): "between items and papers that both come through the gate",
    (
        "meetings/views/news.py",
        "taking_part",
        "Delegate",
    ): "who takes part, each told of nothing but through their own gate",
    (
        "decisions/views/ancestry.py",
        "unlink",
        "Link",
    ): "between two paragraphs that both came through the gate",
    (
        "decisions/views/meanings.py",
        "_changed",
        "Provision",
    ): "of paragraphs of a decision that came through the gate",
    (
        "decisions/views/meanings.py",
        "waiting_count",
        "Paragraph",
    ): "of a decision that came through the gate; who keeps it is told how many wait",
    (
        "decisions/views/means.py",
        "_addressees",
        "Addressee",
    ): "of paragraphs of a decision that came through the gate",
    (
        "decisions/views/means.py",
        "_provisions",
        "Provision",
    ): "of paragraphs of a decision that came through the gate",
    (
        "decisions/views/releasing.py",
        "to_release",
        "Provision",
    ): "of decisions that come through the gate",
    ("decisions/views/offers.py", "_on_body", "Addressee"): "of provisions that come through the gate",
    ("decisions/views/silence.py", "offer", "SilenceProcedure"): "`outcomes_for`, the gate of how they ended",
    (
        "decisions/views/silence.py",
        "_ended_of",
        "SilenceProcedure",
    ): "`outcomes_for`, the gate of how they ended",
    (
        "decisions/views/silence_news.py",
        "_that_ask",
        "SilenceParty",
    ): "of procedures that came through the gate",
    (
        "decisions/views/offers.py",
        "citing",
        "Link",
    ): "whatever cites a paragraph keeps it; what the reader may not know of is counted without a name",
    (
        "decisions/views/offers.py",
        "_proposed_for",
        "Proposal",
    ): "a proposal keeps its paragraph, whoever reads it; who may not know of it gets it counted without a name",
    (
        "decisions/views/reading.py",
        "",
        "Paragraph",
    ): "of a decision's text that came through the gate, visible as it is",
    (
        "decisions/views/reading.py",
        "provision",
        "Provision",
    ): "of a paragraph of a decision that came through the gate",
    (
        "decisions/views/reading.py",
        "provisions",
        "Provision",
    ): "of paragraphs of a decision that came through the gate",
    (
        "meetings/views/bilaterals.py",
        "_could_be_asked",
        "Delegate",
    ): "through the gate of the list of participants, of which only the parties are taken",
    (
        "meetings/views/bilaterals.py",
        "bilateral",
        "BilateralNote",
    ): "the reader's own party's, of a meeting that came through the gate",
    (
        "meetings/views/bilaterals.py",
        "bilateral",
        "JournalEntry",
    ): "of a bilateral meeting that came through the gate",
    (
        "meetings/views/bilaterals.py",
        "move",
        "Bilateral",
    ): "through the secretariat's own gate, which reads no subject that is not given",
    (
        "meetings/views/handing_over.py",
        "_chairs_seen",
        "Session",
    ): "`seen_as_lines`, the gate of what is seen as a line",
    ("circulars/views/handing_over.py", "", "Circular"): "through `known_by`, which asks the gate",
    ("documents/views/handing_over.py", "", "Document"): "through `known_by`, which asks the gate",
    ("meetings/views/handing_over.py", "", "AgendaItem"): "through `known_by`, which asks the gate",
    ("meetings/views/handing_over.py", "", "Meeting"): "through `known_by`, which asks the gate",
    ("meetings/views/handing_over.py", "", "Report"): "through `known_by`, which asks the gate",
    ("members/views/handing_over.py", "", "Candidature"): "through `known_by`, which asks the gate",
    (
        "meetings/views/presidency_news.py",
        "taking_part",
        "Seat",
    ): "who is told of candidatures by office, whatever they see",
    ("meetings/views/presidency.py", "", "Seat"): "whether the reader holds a chair's seat at all",
    (
        "circulars/views/handing_over.py",
        "circulars",
        "Circular",
    ): "asked for the hand-over file, whose points lie behind the gate of their records",
    (
        "documents/views/handing_over.py",
        "papers",
        "Document",
    ): "asked for the hand-over file, whose points lie behind the gate of their records",
    (
        "members/views/handing_over.py",
        "candidatures",
        "Candidature",
    ): "asked for the hand-over file, whose points lie behind the gate of their records",
    (
        "members/views/handing_over.py",
        "applications",
        "ObserverApplication",
    ): "asked for the hand-over file, whose points lie behind the gate of their records",
    (
        "members/views/handing_over.py",
        "contacts",
        "Seat",
    ): "asked for the hand-over file, whose points lie behind the gate of their records",
    (
        "meetings/views/handing_over.py",
        "items",
        "AgendaItem",
    ): "asked for the hand-over file, whose points lie behind the gate of their records",
    (
        "meetings/views/handing_over.py",
        "_ahead",
        "Meeting",
    ): "asked for the hand-over file, whose points lie behind the gate of their records",
    (
        "meetings/views/handing_over.py",
        "reports",
        "Report",
    ): "asked for the hand-over file, whose points lie behind the gate of their records",
    (
        "meetings/views/handing_over.py",
        "chairs",
        "Session",
    ): "asked for the hand-over file, whose points lie behind the gate of their records",
    (
        "meetings/views/reports.py",
        "",
        "Report",
    ): "whether a paper that came through the gate was drafted here, which its kind and history say; the draft passes the gate after",
    (
        "intranet/views/desk.py",
        "_changed_and_waiting",
        "Document",
    ): "by keys that came through the gate a moment before",
    (
        "circulars/views/lists.py",
        "desk_panel",
        "Circular",
    ): "by keys that came through the gate a moment before",
    (
        "circulars/views/lists.py",
        "about_a_meeting",
        "Circular",
    ): "by keys that came through the gate a moment before",
    (
        "documents/views/comparing.py",
        "changes",
        "FileVersion",
    ): "of a document that came through the gate; its versions have no other",
    (
        "documents/views/comparing.py",
        "_earlier",
        "FileVersion",
    ): "of a document that came through the gate; its versions have no other",
    (
        "meetings/views/participants.py",
        "who_comes",
        "Delegate",
    ): "the reader's own place, by a key that came through the gate a moment before",
    ("notices/views/inbox.py", "desk_panel", "Notice"): "by keys that came through the gate a moment before",
    (
        "meetings/views/packs.py",
        "packs",
        "Pack",
    ): "found by the digest of what the reader may see at this moment",
    (
        "meetings/views/calendar.py",
        "feed",
        "CalendarAddress",
    ): "by the secret token in its address; what it tells passes its owner's gate",
    (
        "circulars/views/records.py",
        "history",
        "JournalEntry",
    ): "of a circular and replies that came through the gate",
    (
        "circulars/views/searching.py",
        "texts",
        "Circular",
    ): "of entries that came through the gate; shown only with a hit",
    ("circulars/views/lists.py", "rows_of", "Recipient"): "which of the reader's own parties it was sent to",
    ("meetings/views/convening.py", "convening_or_404", "Convening"): "by the key that came through the gate",
    (
        "circulars/views/asks.py",
        "_sent_to",
        "Recipient",
    ): "to which parties circulars went that the reader sees",
    (
        "documents/views/asks.py",
        "_that_lack",
        "LanguageEdition",
    ): "the languages awaited of papers that the reader sees",
    ("intranet/views/asks.py", "_forms", "Seat"): "the people of the reader's own party",
    (
        "documents/views/dates.py",
        "_awaited_languages",
        "LanguageEdition",
    ): "which papers await one, of those that the reader sees",
    ("circulars/views/replying.py", "_people", "Seat"): "the people of the reader's own party",
    ("meetings/views/agenda.py", "edit", "Document"): "an empty form: no document is asked for",
    (
        "meetings/views/agenda.py",
        "revision",
        "AgendaRevision",
    ): "of a meeting that came through the gate; its rows pass it",
    (
        "meetings/views/sessions.py",
        "session",
        "Seat",
    ): "of a session that came through the gate, whose room knows its seats",
    (
        "meetings/views/sessions.py",
        "address_of_room",
        "Session",
    ): "for mail to those who sit in that room: its own address",
    (
        "meetings/views/sessions.py",
        "closed_rooms",
        "Session",
    ): "through seen_as_lines: the hours of closed sessions that the person is shown anyway",
    (
        "meetings/views/sessions.py",
        "_could_sit",
        "Seat",
    ): "asked for the chair of that room alone, of open rooms' seats",
    (
        "meetings/views/interpreting.py",
        "enter",
        "InterpretersLink",
    ): "by the secret token in its address",
    (
        "meetings/views/interpreting.py",
        "_link_or_none",
        "InterpretersLink",
    ): "by the token that the visitor opened; asked anew each time",
    (
        "meetings/views/interpreting.py",
        "by_link",
        "Statement",
    ): "of the session whose link was opened, for interpreters",
    (
        "meetings/views/interpreting.py",
        "file_by_link",
        "Statement",
    ): "of the session whose link was opened, for interpreters",
    (
        "meetings/views/interpreting.py",
        "links",
        "InterpretersLink",
    ): "`known_to`: for who sits in the closed session, without the address; begins at `visible_to`",
    (
        "meetings/views/statements.py",
        "statement_or_404",
        "Statement",
    ): "for acts `listed_for`, whose finds are shown no text; each act asks its rule",
    (
        "meetings/views/statements.py",
        "speakers",
        "Statement",
    ): "`listed_for`: the places in the list for who runs the meeting, without the texts",
    ("texts/views/changes.py", "history", "JournalEntry"): "of a text that came through the gate",
    ("texts/views/changes.py", "versions_of", "ParagraphVersion"): "of paragraphs that came through the gate",
    (
        "texts/views/searching.py",
        "texts",
        "Paragraph",
    ): "of entries that came through the gate; shown only with a hit of it",
    (
        "documents/views/records.py",
        "relations_of",
        "Relation",
    ): "its other ends pass the gate before they are shown",
    (
        "documents/views/records.py",
        "editions_of",
        "LanguageEdition",
    ): "of a document that came through the gate",
    ("documents/views/records.py", "history", "JournalEntry"): "of a document that came through the gate",
    ("intranet/views/desk.py", "_recent", "JournalEntry"): "of papers that came through the gate",
    ("documents/views/sides.py", "_newest", "FileVersion"): "of a document that came through the gate",
    ("documents/views/files.py", "version_or_404", "FileVersion"): "of a document that came through the gate",
    ("documents/views/filing.py", "end_share", "Share"): "of a document that came through the gate",
    ("documents/views/filing.py", "relations", "Relation"): "of a document that came through the gate",
    (
        "intranet/views/saved.py",
        "feed",
        "SavedSearch",
    ): "by the secret key in its address; what it tells passes its owner's gate",
    (
        "documents/views/searching.py",
        "_pages",
        "Page",
    ): "of entries that came through the gate; shown only with a hit of it",
    ("documents/views/searching.py", "_paragraph_url", "Page"): "of a document that came through the gate",
    ("documents/views/batches.py", "drop", "Batch"): "one's own drops only",
    ("documents/views/batches.py", "table", "Batch"): "one's own drops only",
    (
        "documents/views/news.py",
        "_acts",
        "JournalEntry",
    ): "that something happened, without words; told through the gate",
    ("documents/views/news.py", "_acts", "JournalPayload"): "languages and states of the same acts",
    ("documents/views/news.py", "_acts", "Share"): "to be told to the one person it names",
    (
        "documents/views/news.py",
        "_embargoes",
        "Document",
    ): "that an embargo ended, without words; told through the gate",
    (
        "documents/views/news.py",
        "_readings",
        "FileVersion",
    ): "that a text was read, without words; told through the gate",
    ("intranet/views/desk.py", "desk", "Seat"): "one's own seats that wait for confirmation",
    ("intranet/views/desk.py", "_own_seats", "Seat"): "one's own seats",
    (
        "intranet/views/mail.py",
        "caught_mail",
        "OutgoingMail",
    ): "the demonstration's caught mail; elsewhere 404",
    (
        "intranet/views/mail.py",
        "caught_message",
        "OutgoingMail",
    ): "the demonstration's caught mail; elsewhere 404",
    (
        "config/views/technology.py",
        "technology",
        "OutgoingMail",
    ): "`rules.may_operate` first; never its words",
    (
        "members/views/delegation.py",
        "_of_admitted",
        "ObserverApplication",
    ): "of a party whose people the reader manages; its contact person only",
    (
        "members/views/applications.py",
        "applications",
        "ObserverApplication",
    ): "`rules.may_see_applications` first",
    ("members/views/applications.py", "_page", "ObserverApplication"): "`rules.may_see_applications` first",
    ("members/views/applications.py", "review", "ObserverApplication"): "`rules.may_see_applications` first",
    ("members/views/applications.py", "decide", "ObserverApplication"): "`rules.may_see_applications` first",
    (
        "members/views/delegation.py",
        "_without_seat",
        "Seat",
    ): "left out of a list shown to who manages the party",
    ("members/views/rooms.py", "_proposals", "Seat"): "narrowed to the rooms this person chairs",
    ("members/views/rooms.py", "waiting_for", "Seat"): "each asked of `rules.may_confirm_seat`",
    (
        "members/views/rooms.py",
        "openings",
        "BreakGlass",
    ): "narrowed to one's rooms, or `rules.may_open_rooms` first",
    ("members/views/rooms.py", "confirm_opening", "BreakGlass"): "`rules.may_open_rooms` first",
    ("members/views/bodies.py", "openings_of", "BreakGlass"): "of a room whose members alone are shown them",
    ("members/views/bodies.py", "_waiting", "Seat"): "a count, shown to the room's chair alone",
}


def restricted():
    """Models with the gate, models that hang on one of these, and those listed."""
    ours = [one for one in apps.get_models() if one.__module__.startswith("puebla.")]
    gated = {one for one in ours if hasattr(one._default_manager.all(), "visible_to")}
    while True:
        hanging = {
            one
            for one in ours
            if one not in gated
            and any(field.is_relation and field.many_to_one and field.related_model in gated
                    and not field.null for field in one._meta.get_fields() if field.concrete)
        }  # fmt: skip
        if not hanging:
            return {one.__name__ for one in gated} | ALSO
        gated |= hanging


def chain_of(name, parents):
    """The names called on after a name: `Document.objects.visible_to(…).count()` → objects, visible_to, count."""
    chain, node = [], name
    while True:
        parent = parents.get(node)
        if isinstance(parent, ast.Attribute):
            chain.append(parent.attr)
        elif not (isinstance(parent, ast.Call) and parent.func is node):
            return chain, parent
        node = parent


def doors_of(path, models):
    """Every place where a view's module asks a restricted model past the gate: (function, model)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Name) and node.id in models):
            continue
        chain, parent = chain_of(node, parents)
        if chain[:1] in (["objects"], ["_default_manager"], ["_base_manager"]):
            rest = [one for one in chain[1:] if one not in NARROWING]
            if rest[:1] != ["visible_to"]:
                yield function_of(node, parents), node.id
        elif not chain and isinstance(parent, ast.Call) and "404" in ast.unparse(parent.func):
            # get_object_or_404(Document, …) asks the model itself.
            yield function_of(node, parents), node.id


def function_of(node, parents):
    while not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
        node = parents[node]
    return getattr(node, "name", "")


def views():
    return [
        path
        for path in sorted(SOURCE.rglob("*.py"))
        if path.name == "views.py" or ("views" in path.parts and path.name != "__init__.py")
    ]


def all_doors():
    models = restricted()
    return {
        (path.relative_to(SOURCE).as_posix(), *door) for path in views() for door in doors_of(path, models)
    }


def test_what_hangs_on_a_document_counts_as_restricted():
    assert {"Document", "LanguageEdition", "FileVersion", "Page", "Share", "Relation", "Seat"} <= restricted()


def test_views_ask_restricted_models_through_the_gate_or_with_a_reason_listed():
    assert sorted(all_doors() - set(REASONS)) == []


def test_no_reason_outlives_its_door():
    assert sorted(set(REASONS) - all_doors()) == []


def test_a_view_past_the_gate_is_noticed(tmp_path):
    module = tmp_path / "views.py"
    module.write_text(
        "def a(request):\n    return Document.objects.filter(pk=1)\n"
        "def b(request):\n    return get_object_or_404(Document, pk=1)\n"
        "def c(request):\n    return Document.objects.visible_to(request.person).filter(pk=1)\n"
        "def d(request):\n    return Document.objects.filter(pk=1).visible_to(request.person)\n"
    )

    assert {function for function, _model in doors_of(module, {"Document"})} == {"a", "b", "d"}


def test_the_portal_names_no_restricted_model():
    models = restricted()
    named = {
        (path.name, node.id)
        for path in sorted((SOURCE / "portal").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name) and node.id in models
    }

    assert named == set()
