"""Addresses of the repository, below `/<language>/intranet/documents/`.

A symbol contains slashes, so what stands below a document comes first, and the record itself last.
"""

from django.urls import path

from puebla.documents.views import (
    batches,
    comparing,
    files,
    filing,
    kept,
    languages,
    lists,
    records,
    releasing,
    sides,
)

app_name = "documents"
urlpatterns = [
    path("", lists.document_list, name="list"),
    path("suggest/", lists.suggest, name="suggest"),
    path("pack.zip", lists.pack, name="pack"),
    path("languages/", languages.languages, name="languages"),
    path("lists/", kept.lists, name="lists"),
    path("lists/kinds/new/", kept.kind_new, name="kind-new"),
    path("lists/kinds/<str:code>/", kept.kind_edit, name="kind-edit"),
    path("lists/themes/new/", kept.theme_new, name="theme-new"),
    path("lists/themes/<str:code>/", kept.theme_edit, name="theme-edit"),
    path("lists/pattern/", kept.pattern, name="pattern"),
    path("lists/contact/", kept.contact, name="contact"),
    path("new/", filing.new, name="new"),
    path("drop/", batches.drop, name="drop"),
    path("drop/<slug:ref>/", batches.table, name="batch"),
    path("<path:address>/edit/", filing.edit, name="edit"),
    path("<path:address>/upload/", filing.upload, name="upload"),
    path("<path:address>/audience/", filing.audience, name="audience"),
    path("<path:address>/consent/", filing.consent, name="consent"),
    path("<path:address>/share/", filing.share, name="share"),
    path("<path:address>/share/<slug:ref>/end/", filing.end_share, name="end-share"),
    path("<path:address>/relations/", filing.relations, name="relations"),
    path("<path:address>/release/", releasing.release, name="release"),
    path("<path:address>/withdraw/", releasing.withdraw, name="withdraw"),
    path("<path:address>/side-by-side/", sides.side_by_side, name="side-by-side"),
    path("<path:address>/changes/<slug:language>/<int:number>/", comparing.changes, name="changes"),
    path("<path:address>/readers/", records.readers, name="readers"),
    path("<path:address>/history/", records.history, name="history"),
    path("<path:address>/files/<slug:language>/", files.current, name="file"),
    path("<path:address>/files/<slug:language>/<int:number>/", files.version, name="version"),
    path("<path:address>/read/<slug:language>/", files.read, name="read"),
    path("<path:address>/read/<slug:language>/<int:number>/", files.read, name="read-version"),
    path(
        "<path:address>/pictures/<slug:language>/<int:number>/<int:page>.webp", files.picture, name="picture"
    ),
    path("<path:address>/", records.record, name="record"),
]
