"""Addresses of meetings, below `/<language>/intranet/meetings/`.

A symbol contains slashes, so what stands deeper below a meeting comes first, and the meeting itself last.
"""

from django.urls import path

from puebla.meetings.views import (
    agenda,
    calendar,
    checkin,
    convening,
    delegations,
    packs,
    participants,
    reports,
    sessions,
)

app_name = "meetings"
urlpatterns = [
    path("", convening.meetings, name="list"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/address/", calendar.address, name="calendar-address"),
    path("new/<slug:code>/", convening.new, name="new"),
    path("<path:symbol>/sessions/new/", sessions.new, name="session-new"),
    path("<path:symbol>/sessions/<slug:ref>/edit/", sessions.edit, name="session-edit"),
    path("<path:symbol>/sessions/<slug:ref>/cancel/", sessions.cancel, name="session-cancel"),
    path("<path:symbol>/sessions/<slug:ref>/", sessions.session, name="session"),
    path("<path:symbol>/reports/new/", reports.new, name="report-new"),
    path("<path:symbol>/reports/<slug:ref>/comments/", reports.comments, name="report-comments"),
    path("<path:symbol>/reports/<slug:ref>/end/", reports.end, name="report-end"),
    path("<path:symbol>/reports/<slug:ref>/adopt/", reports.adopt, name="report-adopt"),
    path("<path:symbol>/reports/<slug:ref>/file/", reports.file, name="report-file"),
    path("<path:symbol>/packs/", packs.packs, name="packs"),
    path("<path:symbol>/packs/<slug:language>/<slug:form>/", packs.take, name="pack"),
    path("<path:symbol>/agenda/", agenda.agenda, name="agenda"),
    path("<path:symbol>/agenda/new/", agenda.new, name="item-new"),
    path("<path:symbol>/agenda/revise/", agenda.revise, name="agenda-revise"),
    path("<path:symbol>/agenda/revisions/<int:number>/", agenda.revision, name="agenda-revision"),
    path("<path:symbol>/agenda/<slug:ref>/move/", agenda.move, name="item-move"),
    path("<path:symbol>/agenda/<slug:ref>/papers/", agenda.papers, name="item-papers"),
    path("<path:symbol>/agenda/<slug:ref>/open/", agenda.opening, name="item-open"),
    path("<path:symbol>/agenda/<slug:ref>/remove/", agenda.remove, name="item-remove"),
    path("<path:symbol>/agenda/<slug:ref>/", agenda.edit, name="item"),
    path("<path:symbol>/delegations/", delegations.all_delegations, name="delegations"),
    path("<path:symbol>/delegations/<slug:code>/", delegations.delegation, name="delegation"),
    path("<path:symbol>/delegations/<slug:code>/nominate/", delegations.nominate, name="nominate"),
    path("<path:symbol>/delegations/<slug:code>/letter/", delegations.letter, name="letter"),
    path("<path:symbol>/delegations/<slug:code>/badges.pdf", delegations.badges, name="badges"),
    path("<path:symbol>/invite/", delegations.invite, name="invite"),
    path("<path:symbol>/quotas/", delegations.quotas, name="quotas"),
    path("<path:symbol>/accreditation/", delegations.accreditation, name="accreditation"),
    path("<path:symbol>/delegates/<slug:ref>/", delegations.delegate, name="delegate"),
    path("<path:symbol>/delegates/<slug:ref>/act/", delegations.act, name="delegate-act"),
    path("<path:symbol>/delegates/<slug:ref>/edit/", delegations.edit, name="delegate-edit"),
    path("<path:symbol>/delegates/<slug:ref>/register/", delegations.register, name="delegate-register"),
    path("<path:symbol>/delegates/<slug:ref>/photo/", delegations.photo, name="delegate-photo"),
    path("<path:symbol>/delegates/<slug:ref>/badge.pdf", delegations.badge, name="delegate-badge"),
    path("<path:symbol>/participants/", participants.participants, name="participants"),
    path("<path:symbol>/door/", checkin.door, name="door"),
    path("<path:symbol>/door/check-in/", checkin.check_in, name="check-in"),
    path("<path:symbol>/door/undo/", checkin.undo, name="check-in-undo"),
    path("<path:symbol>/hold/", convening.hold, name="hold"),
    path("<path:symbol>/edit/", convening.edit, name="edit"),
    path("<path:symbol>/copy/", convening.copy, name="copy"),
    path("<path:symbol>/state/", convening.state, name="state"),
    path("<path:symbol>/", convening.page, name="page"),
]
