"""Addresses of the statistics, below `/<language>/statistics/`; a release's stands for ever."""

from django.urls import path

from puebla.statistics.views import releases

app_name = "statistics"
urlpatterns = [
    path("", releases.dataflows, name="dataflows"),
    path("<slug:dataflow>/", releases.dataflow, name="dataflow"),
    path("<slug:dataflow>/<slug:code>/", releases.release, name="release"),
]
