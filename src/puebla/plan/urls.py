"""Addresses of the Plan of Action, below `/<language>/intranet/plan/`; a commitment's is its edition and its number."""

from django.urls import URLPattern, path

from puebla.plan.views import commitments, comparing, editions, matrix, parts, recalling, releasing, reporting

app_name = "plan"
_ONE = "<slug:plan>/<str:code>/"
urlpatterns: list[URLPattern] = [
    path("", editions.editions, name="list"),
    path("new/", editions.new, name="new"),
    path("<slug:plan>/", editions.edition, name="edition"),
    path("<slug:plan>/edit/", editions.edit, name="edit"),
    path("<slug:plan>/audience/", editions.audience, name="audience"),
    path("<slug:plan>/history/", editions.history, name="history"),
    path("<slug:plan>/matrix/", matrix.matrix, name="matrix"),
    path("<slug:plan>/compare/", comparing.compare, name="compare"),
    path("<slug:plan>/public/", releasing.public, name="public"),
    path("<slug:plan>/public/withdraw/", releasing.withdraw, name="public-withdraw"),
    path("<slug:plan>/structure/", parts.structure, name="structure"),
    path("<slug:plan>/structure/new/", parts.new_pillar, name="pillar-new"),
    path("<slug:plan>/structure/<slug:pillar>/", parts.pillar, name="pillar"),
    path("<slug:plan>/structure/<slug:pillar>/new/", parts.new_objective, name="objective-new"),
    path("<slug:plan>/structure/<slug:pillar>/<int:number>/", parts.objective, name="objective"),
    path("<slug:plan>/add/", commitments.new, name="add"),
    path(_ONE, commitments.commitment, name="commitment"),
    path(f"{_ONE}edit/", commitments.edit, name="commitment-edit"),
    path(f"{_ONE}history/", commitments.history, name="commitment-history"),
    path(f"{_ONE}history/standing/", recalling.standing, name="standing-earlier"),
    path(f"{_ONE}history/report/", recalling.report, name="report-earlier"),
    path(f"{_ONE}report/", reporting.report, name="report"),
    path(f"{_ONE}reports/<slug:party>/", reporting.party_reports, name="reports"),
    path(f"{_ONE}files/<slug:ref>/", reporting.report_file, name="file"),
    path(f"{_ONE}actions/new/", commitments.new_action, name="action-new"),
    path(f"{_ONE}actions/<slug:ref>/", commitments.action, name="action"),
    path(f"{_ONE}indicators/new/", commitments.new_indicator, name="indicator-new"),
    path(f"{_ONE}indicators/<slug:ref>/", commitments.indicator, name="indicator"),
]
