"""Addresses of circulars, below `/<language>/intranet/circulars/`.

A symbol contains slashes, so what stands below a circular comes first, and the record itself last.
"""

from django.urls import URLPattern, path

from puebla.circulars.views import board, handling, lists, records, replying, writing

app_name = "circulars"
urlpatterns: list[URLPattern] = [
    path("", lists.circular_list, name="list"),
    path("new/", writing.new, name="new"),
    path("<path:address>/edit/", writing.edit, name="edit"),
    path("<path:address>/recipients/", writing.recipients, name="recipients"),
    path("<path:address>/send/", writing.send, name="send"),
    path("<path:address>/sent-to/", records.recipients_list, name="sent-to"),
    path("<path:address>/returned/", handling.returned, name="returned"),
    path("<path:address>/extend/", handling.extend, name="extend"),
    path("<path:address>/remind/", handling.remind, name="remind"),
    path("<path:address>/close/", handling.close, name="close"),
    path("<path:address>/cancel/", handling.cancel, name="cancel"),
    path("<path:address>/language/", handling.language, name="language"),
    path("<path:address>/observers/", handling.observers, name="observers"),
    path("<path:address>/history/", records.history, name="history"),
    path("<path:address>/reply/", replying.reply, name="reply"),
    path("<path:address>/replies/", board.board, name="board"),
    path("<path:address>/replies/<slug:party>/", replying.party_replies, name="party"),
    path("<path:address>/replies/<slug:party>/withdraw/", replying.withdraw, name="withdraw"),
    path("<path:address>/attachments/<slug:ref>/", records.attachment, name="attachment"),
    path("<path:address>/files/<slug:ref>/", replying.reply_file, name="file"),
    path("<path:address>/", records.record, name="record"),
]
