"""Addresses below `/<language>/intranet/`."""

from django.urls import URLPattern, path

from puebla.members.views import applications, bodies, candidatures, delegation, lists, people, rooms

app_name = "members"
urlpatterns: list[URLPattern] = [
    path("people/", people.directory, name="directory"),
    path("people/<slug:ref>/", people.person, name="person"),
    path("people/<slug:ref>/card.vcf", people.vcard, name="vcard"),
    path("people/<slug:ref>/retire/", delegation.retire, name="retire"),
    path("bodies/", bodies.bodies, name="bodies"),
    path("bodies/new/", lists.body_new, name="body-new"),
    path("bodies/<slug:code>/", bodies.body, name="body"),
    path("bodies/<slug:code>/edit/", lists.body_edit, name="body-edit"),
    path("bodies/<slug:code>/meetings/new/", lists.meeting_new, name="meeting-new"),
    path("records/<path:symbol>/edit/", lists.meeting_edit, name="meeting-edit"),
    path("parties/", bodies.parties, name="parties"),
    path("parties/new/", lists.party_new, name="party-new"),
    path("parties/<slug:code>/", bodies.party, name="party"),
    path("parties/<slug:code>/edit/", lists.party_edit, name="party-edit"),
    path("parties/<slug:code>/standing/", lists.standing, name="standing"),
    path("roles/", lists.roles, name="roles"),
    path("roles/<slug:code>/", lists.role_edit, name="role-edit"),
    path("delegation/", delegation.delegation, name="delegation"),
    path("delegation/invite/", delegation.invite, name="invite"),
    path(
        "delegation/invitations/<slug:ref>/withdraw/",
        delegation.withdraw_invitation,
        name="invitation-withdraw",
    ),
    path("delegation/invitations/<slug:ref>/send/", delegation.resend_invitation, name="invitation-send"),
    path("delegation/seat/<slug:ref>/", delegation.seat, name="seat"),
    path("delegation/unseat/<slug:ref>/", delegation.unseat, name="unseat"),
    path("confirmations/", rooms.confirmations, name="confirmations"),
    path("confirmations/<slug:ref>/confirm/", rooms.confirm, name="confirm"),
    path("confirmations/<slug:ref>/refuse/", rooms.refuse, name="refuse"),
    path("presidency/", bodies.presidency, name="presidency"),
    path("presidency/set/", lists.presidency_set, name="presidency-set"),
    path("presidency/candidatures/new/", candidatures.new, name="candidature-new"),
    path("presidency/candidatures/<slug:ref>/", candidatures.candidature, name="candidature"),
    path("presidency/candidatures/<slug:ref>/agree/", candidatures.agree, name="candidature-agree"),
    path("presidency/candidatures/<slug:ref>/withdraw/", candidatures.withdraw, name="candidature-withdraw"),
    path("presidency/candidatures/<slug:ref>/seat/", candidatures.seat, name="candidature-seat"),
    path("presidency/<slug:body>/<str:starts_on>/", lists.presidency_correct, name="presidency-correct"),
    path("applications/", applications.applications, name="applications"),
    path("applications/<slug:ref>/", applications.application, name="application"),
    path("applications/<slug:ref>/review/", applications.review, name="application-review"),
    path("applications/<slug:ref>/decide/", applications.decide, name="application-decide"),
    path("openings/", rooms.openings, name="openings"),
    path("openings/<slug:ref>/confirm/", rooms.confirm_opening, name="opening-confirm"),
]
