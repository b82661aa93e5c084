"""Addresses of the private site's own pages, below `/<language>/intranet/`."""

from django.urls import path

from puebla.intranet.views import access, asks, desk, journal, mail, saved, search

app_name = "intranet"
urlpatterns = [
    path("", desk.desk, name="desk"),
    path("search/", search.search, name="search"),
    path("search/suggest/", search.suggest, name="search-suggest"),
    path("search/save/", saved.save, name="save-search"),
    path("search/saved/", saved.searches, name="saved-searches"),
    path("search/saved/<slug:ref>/", saved.saved_search, name="saved-search"),
    path("search/saved/<slug:ref>/act/", saved.act, name="saved-search-act"),
    path("asks/", asks.asks, name="asks"),
    path("asks/all/", asks.board, name="asks-board"),
    path("asks/of/<slug:code>/", asks.party_asks, name="asks-party"),
    path("asks/of/<slug:code>/<slug:source>/<path:ref>/", asks.one_ask, name="ask"),
    path("access/", access.access, name="access"),
    path("journal/", journal.journal, name="journal"),
    path("mail/", mail.caught_mail, name="caught-mail"),
    path("mail/<slug:ref>/", mail.caught_message, name="caught-message"),
]
