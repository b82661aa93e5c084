"""Pages of what was released: dataflows, a dataflow's releases, and the permanent address of each."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from puebla.publications.views import address
from puebla.statistics.models import Release


def dataflows(request: HttpRequest) -> HttpResponse:
    """What statistics there are: each dataflow with its release in force."""
    found = Release.objects.filter(in_force=True).order_by("dataflow")
    return render(request, "statistics/dataflows.html", {"releases": found})


def dataflow(request: HttpRequest, dataflow: str) -> HttpResponse:
    """All releases of a dataflow, the newest first."""
    found = list(Release.objects.filter(dataflow=dataflow))
    if not found:
        raise Http404
    return render(request, "statistics/dataflow.html", {"about": found[0], "releases": found})


def release(request: HttpRequest, dataflow: str, code: str) -> HttpResponse:
    """One release: when and out of what it was made. Which series a room shows is that room's own to tell."""
    found = Release.objects.filter(dataflow=dataflow, code=code).first()
    if found is None:
        raise Http404
    current = Release.objects.filter(dataflow=dataflow, in_force=True).first()
    facts = {
        "release": found, "current": current,
        "address": address("statistics:release", found.dataflow, found.code),
    }  # fmt: skip
    return render(request, "statistics/release.html", facts)
