"""Meetings: convened, held in sessions along an agenda."""

import datetime as dt
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puebla.core import registry
from puebla.core.guards import ALWAYS, guard
from puebla.core.operations import Chore

#: How the journal says each act to readers.
PHRASES = {
    "agenda.item_added": gettext_lazy("added an item to the agenda"),
    "agenda.item_closed": gettext_lazy("took back an observer's exception for an item"),
    "agenda.item_described": gettext_lazy("changed an item of the agenda"),
    "agenda.item_moved": gettext_lazy("moved an item of the agenda"),
    "agenda.item_opened": gettext_lazy("opened an item to an observer"),
    "agenda.item_removed": gettext_lazy("took an item off the agenda"),
    "agenda.paper_placed": gettext_lazy("put a document under an item"),
    "agenda.paper_removed": gettext_lazy("took a document from under an item"),
    "agenda.revised": gettext_lazy("made a revision of the agenda"),
    "bilateral.agreed": gettext_lazy("agreed to a bilateral meeting"),
    "bilateral.asked": gettext_lazy("asked for a bilateral meeting"),
    "bilateral.declined": gettext_lazy("declined a bilateral meeting"),
    "bilateral.moved": gettext_lazy("moved a bilateral meeting"),
    "bilateral.noted": gettext_lazy("kept notes of a bilateral meeting"),
    "bilateral.proposed": gettext_lazy("proposed another time for a bilateral meeting"),
    "bilateral.subject_given": gettext_lazy("let the secretariat read the subject"),
    "bilateral.subject_kept": gettext_lazy("keeps the subject from the secretariat"),
    "bilateral.withdrawn": gettext_lazy("withdrew a bilateral meeting"),
    "bilaterals.closed": gettext_lazy("closed a slot for bilateral meetings"),
    "bilaterals.opened": gettext_lazy("opened slots for bilateral meetings"),
    "bilaterals.reopened": gettext_lazy("opened a slot for bilateral meetings again"),
    "calendar.closed": gettext_lazy("ended the address of their calendar"),
    "calendar.opened": gettext_lazy("opened an address of their calendar"),
    "convening.begun": gettext_lazy("began to prepare the meeting"),
    "convening.closed": gettext_lazy("closed the meeting"),
    "convening.convened": gettext_lazy("convened the meeting"),
    "convening.described": gettext_lazy("changed how the meeting is held"),
    "convening.in_session": gettext_lazy("opened the meeting"),
    "chairnote.changed": gettext_lazy("changed a chairing note"),
    "chairnote.kept": gettext_lazy("took back a chairing note that was handed over"),
    "chairnote.offered": gettext_lazy("handed a chairing note over"),
    "chairnote.written": gettext_lazy("wrote a chairing note"),
    "handover.completed": gettext_lazy("closed the hand-over file of the Presidency"),
    "handover.made": gettext_lazy("the hand-over file of the Presidency was made"),
    "handover.point_added": gettext_lazy("added a point to the hand-over file"),
    "handover.point_mended": gettext_lazy("mended a point of the hand-over file"),
    "handover.signed": gettext_lazy("signed points of the hand-over file"),
    "report.adopted": gettext_lazy("adopted the minutes or the report"),
    "report.comments_ended": gettext_lazy("ended the time for comments on the report"),
    "report.drafted": gettext_lazy("began the minutes or the report"),
    "report.filed": gettext_lazy("filed the minutes or the report"),
    "report.sent_for_comments": gettext_lazy("sent the report for comments"),
    "delegate.accredited": gettext_lazy("accredited a delegate"),
    "delegate.badge_reissued": gettext_lazy("gave a badge another code"),
    "delegate.check_in_undone": gettext_lazy("took a check-in back"),
    "delegate.checked_in": gettext_lazy("checked a delegate in"),
    "delegate.consent_withdrawn": gettext_lazy("took back that a delegate's name may be published"),
    "delegate.consented": gettext_lazy("let a delegate's name be published"),
    "delegate.described": gettext_lazy("changed what is known of a delegate"),
    "delegate.nominated": gettext_lazy("nominated a delegate"),
    "delegate.photo_opened": gettext_lazy("looked at a delegate's photograph"),
    "delegate.photographed": gettext_lazy("gave a photograph for a badge"),
    "delegate.refused": gettext_lazy("refused a delegate"),
    "delegate.registered": gettext_lazy("registered a delegate"),
    "delegate.reviewed": gettext_lazy("reviewed the nomination of an observer or of civil society"),
    "delegate.withdrawn": gettext_lazy("withdrew a delegate"),
    "delegates.purged": gettext_lazy("the personal data of a meeting's delegates were deleted"),
    "delegation.invited": gettext_lazy("invited a party to the meeting, or set its places"),
    "delegation.letter_checked": gettext_lazy("checked a letter of credentials"),
    "delegation.letter_opened": gettext_lazy("opened a letter of credentials"),
    "delegation.letter_received": gettext_lazy("handed in a letter of credentials"),
    "interpreting.confirmed": gettext_lazy("confirmed a link for interpreters into a closed session"),
    "interpreting.ended": gettext_lazy("ended a link for interpreters"),
    "interpreting.issued": gettext_lazy("made a link for interpreters"),
    "interpreting.opened": gettext_lazy("a statement's file was opened by a link for interpreters"),
    "interpreting.used": gettext_lazy("a link for interpreters was opened"),
    "programme.released": gettext_lazy("released the programme of the meeting to the public"),
    "programme.withdrawn": gettext_lazy("withdrew the programme of the meeting from the public"),
    "session.cancelled": gettext_lazy("cancelled a session"),
    "session.reinstated": gettext_lazy("reinstated a cancelled session"),
    "session.changed": gettext_lazy("changed a session"),
    "session.held": gettext_lazy("added a session"),
    "statement.delivered": gettext_lazy("noted that a statement was delivered"),
    "statement.filed": gettext_lazy("filed a statement as a paper"),
    "statement.moved": gettext_lazy("moved somebody in the list of speakers"),
    "statement.opened": gettext_lazy("opened a statement's file"),
    "statement.publishing_said": gettext_lazy("said whether a statement may be published"),
    "statement.put_back": gettext_lazy("put a withdrawn statement back"),
    "statement.revised": gettext_lazy("changed a statement"),
    "statement.sent": gettext_lazy("asked for the floor or sent a statement"),
    "statement.undelivered": gettext_lazy("took back that a statement was delivered"),
    "statement.withdrawn": gettext_lazy("withdrew a statement"),
    "statement.worded": gettext_lazy("wrote the text of a statement as delivered"),
}


def menu_entry(_person: Any) -> tuple[str, str]:
    """Meetings, in the private site's menu."""
    return _("Meetings"), "meetings:list"


def purge_delegates(at: dt.datetime) -> int:
    """The chore that forgets what is personal of delegates, so long after a meeting as it said."""
    from puebla.meetings.actions.delegations import purge

    return purge(at)


def files_in_use(keys: list[str]) -> set[str]:
    """Which of these stored files are a letter of credentials or a photograph."""
    from puebla.meetings.models import Delegate, Delegation

    letters = Delegation.objects.filter(letter_key__in=keys).order_by().values_list("letter_key", flat=True)
    photos = Delegate.objects.filter(photo_key__in=keys).order_by().values_list("photo_key", flat=True)
    return {*letters, *photos}


def files_of_statements(keys: list[str]) -> set[str]:
    """Which of these stored files are a statement's."""
    from puebla.meetings.models import StatementText

    held = StatementText.objects.filter(file_key__in=keys).order_by()
    return set(held.values_list("file_key", flat=True))


def make_packs(at: dt.datetime) -> int:
    """The chore that has packs of near meetings made before anybody asks, and throws away what nobody asked for."""
    from puebla.meetings.actions import packs

    return packs.make_ahead(at=at) + packs.forget_packs(at=at)


def seat_chairs(at: dt.datetime) -> int:
    """The chore that seats who chairs for the Presidency in closed sessions to come."""
    from puebla.meetings.actions.sessions import seat_coming_chairs

    return seat_coming_chairs(at=at)


def make_handovers(at: dt.datetime) -> int:
    """The chore that makes the hand-over file of the Presidency ahead, and keeps it true until it is frozen."""
    from puebla.meetings.actions.handovers import make_ahead

    return make_ahead(at=at)


def guard_handovers() -> None:
    """Keep signatures as they were given, and a frozen file as it was signed, in the database itself."""
    guard("meetings_signature_kept", table="meetings_handoversignature", event="UPDATE", refuses_when=ALWAYS,
          sentence="a signature stays as it was given")  # fmt: skip
    frozen = (
        "NEW.room_cap >= 50 AND EXISTS (SELECT 1 FROM meetings_handover WHERE id = NEW.handover_id"
        " AND completed_at IS NOT NULL)"
    )
    for event in ("INSERT", "UPDATE"):
        guard(f"meetings_point_frozen_{event.lower()}", table="meetings_handoverpoint", event=event, refuses_when=frozen,
              sentence="a frozen hand-over file stays")  # fmt: skip
    guard("meetings_handover_frozen", table="meetings_handover", event="UPDATE", refuses_when="OLD.completed_at IS NOT NULL",
          sentence="a frozen hand-over file stays")  # fmt: skip


def files_of_packs(keys: list[str]) -> set[str]:
    """Which of these stored files a pack still uses."""
    from puebla.meetings.actions import packs

    return packs.known_files(keys)


def delegations_to_name(person: Any, reach: Any) -> dict[str, object] | None:
    """The desk's panel of who names delegations, and of who accredits them."""
    from puebla.meetings.views.panels import delegations

    return delegations(person, reach)


def day_of_meetings(person: Any, reach: Any) -> dict[str, object] | None:
    """What leads the desk while a meeting lasts: its day."""
    from puebla.meetings.views.days import desk_panel

    return desk_panel(person, reach)


def calendar_entry(_person: Any) -> tuple[str, str]:
    """The calendar, in the private site's menu."""
    return _("Calendar"), "meetings:calendar"


#: Who writes past the acts cannot agree on what no room and no party was held for.
guard("meetings_bilateral_held", table="meetings_bilateral", event="UPDATE", sentence="an agreed meeting holds its room and both parties",
      refuses_when="NEW.state = 'agreed' AND (SELECT COUNT(*) FROM meetings_bilateralhold WHERE bilateral_id = NEW.id) < 3")  # fmt: skip
guard("meetings_bilateral_asked_first", table="meetings_bilateral", event="INSERT", sentence="a meeting is asked for before it is agreed",
      refuses_when="NEW.state = 'agreed'")  # fmt: skip


class MeetingsConfig(AppConfig):
    """Meetings, their sessions and agendas."""

    name = "puebla.meetings"
    label = "meetings"

    def ready(self) -> None:
        """Declare guards and fill the registries."""
        guard_handovers()
        for act, words in PHRASES.items():
            registry.journal_phrases.add(act, lambda _facts, words=words: str(words))
        from puebla.meetings.views import sessions
        from puebla.meetings.views.reports import offer

        registry.sealed_rooms.add("meetings", sessions.closed_rooms)
        registry.room_addresses.add("meetings", sessions.address_of_room)
        registry.page_offers.add("meetings.reports", offer)
        registry.menu.add("meetings", menu_entry, rank=10)
        registry.kept_files.add("meetings.packs", files_of_packs)
        hourly = Chore("meetings.packs", make_packs, every=dt.timedelta(hours=1))
        registry.chores.add("meetings.packs", hourly, rank=60)
        chairs = Chore("meetings.chairs", seat_chairs, every=dt.timedelta(hours=1))
        registry.chores.add("meetings.chairs", chairs, rank=52)
        registry.kept_files.add("meetings.delegations", files_in_use)
        registry.kept_files.add("meetings.statements", files_of_statements)
        registry.desk_panels.add("meetings.today", day_of_meetings, rank=0)
        registry.desk_panels.add("meetings.delegations", delegations_to_name, rank=12)
        daily = Chore("meetings.purged", purge_delegates, every=dt.timedelta(days=1))
        registry.chores.add("meetings.purged", daily, rank=88)
        registry.menu.add("meetings.calendar", calendar_entry, rank=11)
        from puebla.meetings.views import dates, news
        from puebla.meetings.views.asks import asks

        registry.asks.add("meetings", asks, rank=15)
        for name, source in news.SOURCES.items():
            registry.news_sources.add(name, source, rank=30)
        for name, followable in news.FOLLOWABLES.items():
            registry.followables.add(name, followable, rank=30)
        registry.taking_part.add(news.KIND, news.taking_part)
        registry.mail_kinds.add(news.KIND, news.label)
        from puebla.meetings.actions import delegation_mail

        registry.mail_kinds.add(delegation_mail.KIND, news.label_of_delegations)
        registry.mail_now.add("delegate", delegation_mail.mail_now)
        registry.gatherings.add("meetings", news.gatherings)
        from puebla.core.asks import KINDS as ASKED
        from puebla.core.calendars import KINDS
        from puebla.meetings.actions import bilateral_mail
        from puebla.meetings.views import bilateral_asks, bilateral_news

        KINDS["bilateral"] = ASKED["bilateral"] = gettext_lazy("bilateral meeting")
        registry.asks.add(bilateral_mail.SOURCE, bilateral_asks.asks, rank=17)
        registry.news_sources.add(bilateral_mail.SOURCE, bilateral_news.SOURCE, rank=25)
        registry.mail_kinds.add(bilateral_mail.SOURCE, lambda: _("bilateral meetings"))
        registry.mail_now.add("bilateral", bilateral_mail.mail_now)
        from puebla.meetings.views import handing_over, presidency, presidency_news

        for name, source in presidency_news.SOURCES.items():
            registry.news_sources.add(name, source, rank=35)
        registry.followables.add("meetings.presidency", presidency_news.FOLLOWABLE, rank=35)
        registry.taking_part.add(presidency_news.TOPIC, presidency_news.taking_part)
        registry.mail_kinds.add(presidency_news.TOPIC, presidency_news.label)
        for name, section in handing_over.SOURCES.items():
            registry.handover_sections.add(f"meetings.{name}", section)
        handover = Chore("meetings.handover", make_handovers, every=dt.timedelta(hours=1))
        registry.chores.add("meetings.handover", handover, rank=53)
        registry.desk_panels.add("meetings.presidency", presidency.desk_panel, rank=3)
        registry.page_offers.add("meetings.presidency", presidency.offer)
        registry.calendar.add("meetings", dates.entries, rank=10)
