"""Addresses of texts, below `/<language>/intranet/texts/`; a paragraph's is its anchor on the text's page."""

from django.urls import path

from puebla.texts.views import changes, comments, exports, importing, paragraphs, texts

app_name = "texts"
urlpatterns = [
    path("", texts.text_list, name="list"),
    path("new/", texts.new, name="new"),
    path("<slug:ref>/", texts.show_text, name="text"),
    path("<slug:ref>/title/", texts.title, name="title"),
    path("<slug:ref>/audience/", texts.audience, name="audience"),
    path("<slug:ref>/at/<int:serial>/", texts.at_serial, name="at"),
    path("<slug:ref>/changes/", changes.compare, name="changes"),
    path("<slug:ref>/history/", changes.history, name="history"),
    path("<slug:ref>/export/<slug:languages>.<slug:form>", exports.export, name="export"),
    path("<slug:ref>/import/", importing.bring, name="import"),
    path("<slug:ref>/add/", paragraphs.add, name="add"),
    path("<slug:ref>/p/<str:anchor>/", paragraphs.paragraph, name="paragraph"),
    path("<slug:ref>/p/<str:anchor>/move/", paragraphs.move, name="move"),
    path("<slug:ref>/p/<str:anchor>/remove/", paragraphs.remove, name="remove"),
    path("<slug:ref>/p/<str:anchor>/restore/", paragraphs.restore, name="restore"),
    path("<slug:ref>/p/<str:anchor>/comment/", comments.make, name="comment"),
    path("<slug:ref>/comments/<slug:comment>/answer/", comments.answer, name="answer"),
]
