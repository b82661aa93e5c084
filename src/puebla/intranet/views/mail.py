"""Mail of the demonstration: caught, never sent, and shown to anyone who tries the software."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from puebla.core.models import OutgoingMail

PER_PAGE = 50
View = Callable[..., HttpResponseBase]


def demonstration_only(view: View) -> View:
    """Hide a page outside the demonstration: there, mail is its reader's alone."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def ref_of(message: OutgoingMail) -> str:
    """The address of a message: the part of its Message-ID before the host."""
    return message.message_id.strip("<>").partition("@")[0]


@demonstration_only
def caught_mail(request: HttpRequest) -> HttpResponse:
    """List what would have been sent; open to who has not signed in, since an invitation comes before that."""
    messages = OutgoingMail.objects.defer("body", "html")
    to = request.GET.get("to", "").replace("\x00", "").strip()[:200]
    if to:
        messages = messages.filter(recipient__icontains=to)
    page = Paginator(messages, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "lines": [(ref_of(one), one) for one in page.object_list], "to": to}
    return render(request, "intranet/mail.html", context | _layout(request))


@demonstration_only
def caught_message(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one message as its reader would get it, its links to be followed."""
    message = get_object_or_404(OutgoingMail, message_id__startswith=f"<{ref}@")
    return render(request, "intranet/message.html", {"message": message} | _layout(request))


def _layout(request: HttpRequest) -> dict[str, str]:
    inside = getattr(request, "person", None) is not None
    return {"layout": "theme/intranet.html" if inside else "theme/portal.html"}
