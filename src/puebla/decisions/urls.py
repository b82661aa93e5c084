"""Addresses of decisions, below `/<language>/intranet/decisions/`.

A decision's address is its symbol, which contains slashes: what is done with it lies below its reference, and itself comes last.
"""

from django.urls import path

from puebla.decisions.views import (
    ancestry,
    answers,
    consensus,
    decision,
    drafting,
    lists,
    meanings,
    negotiating,
    releasing,
    silence,
)

app_name = "decisions"
urlpatterns = [
    path("", lists.decisions, name="list"),
    path("new/", drafting.new, name="new"),
    path("at/<slug:ref>/declare/", consensus.declare, name="declare"),
    path("at/<slug:ref>/enter/", consensus.enter, name="enter"),
    path("at/<slug:ref>/aside/", consensus.aside, name="aside"),
    path("at/<slug:ref>/forward/", consensus.forward, name="forward"),
    path("at/<slug:ref>/file/", consensus.file, name="file"),
    path("at/<slug:ref>/public/", releasing.public, name="public"),
    path("at/<slug:ref>/public/withdraw/", releasing.withdraw, name="public-withdraw"),
    path("at/<slug:ref>/meanings/", meanings.meanings, name="meanings"),
    path("at/<slug:ref>/p/<str:anchor>/before/", ancestry.before, name="before"),
    path("at/<slug:ref>/p/<str:anchor>/links/", ancestry.link, name="link"),
    path("at/<slug:ref>/p/<str:anchor>/links/end/", ancestry.unlink, name="unlink"),
    path("at/<slug:ref>/propose/", negotiating.propose, name="propose-first"),
    path("at/<slug:ref>/p/<str:anchor>/propose/", negotiating.propose, name="propose"),
    path("at/<slug:ref>/p/<str:anchor>/means/", drafting.means, name="means"),
    path("at/<slug:ref>/p/<str:anchor>/status/", drafting.status, name="status"),
    path("at/<slug:ref>/p/<str:anchor>/answer/", answers.answer, name="answer"),
    path("at/<slug:ref>/proposals/<slug:proposal>/", negotiating.on_proposal, name="proposal"),
    path("at/<slug:ref>/positions/new/", negotiating.position, name="position"),
    path("at/<slug:ref>/positions/<slug:position>/lift/", negotiating.lift, name="lift"),
    path("silence/", silence.procedures, name="silences"),
    path("silence/rules/new/", silence.rule, name="silence-rule-new"),
    path("silence/rules/<slug:ref>/", silence.rule, name="silence-rule"),
    path("silence/<slug:ref>/", silence.procedure, name="silence"),
    path("silence/<slug:ref>/answer/", silence.answer, name="silence-answer"),
    path("silence/<slug:ref>/extend/", silence.extend, name="silence-extend"),
    path("silence/<slug:ref>/stop/", silence.stop, name="silence-stop"),
    path("silence/<slug:ref>/vouch/", silence.vouch, name="silence-vouch"),
    path("silence/<slug:ref>/certificate.pdf", silence.certificate, name="silence-certificate"),
    path("at/<slug:ref>/silence/", silence.open_, name="silence-open"),
    path("<path:address>/", decision.show_decision, name="decision"),
]
