"""What a citizen or business was told, and how they want to be told."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from lienthong.identity.public import citizens, visitor_of
from lienthong.kernel.clock import now
from lienthong.notifications import party_queries
from lienthong.notifications.actions import contact, telling_parties
from lienthong.notifications.citizen_forms import ContactForm, ReadForm


@citizens
@require_safe
@never_cache
def list_page(request: HttpRequest) -> HttpResponse:
    """What the party acted for was told: the unread first, then what was read."""
    found = party_queries.notices_of(visitor_of(request), cursor=request.GET.get("cursor", ""))
    return render(request, "notifications/citizen.html", {"found": found, "page": found})


@citizens
@require_GET
@never_cache
def notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """One notice whole; it counts as read from now on, and nobody is told of it by another channel."""
    found = telling_parties.open_notice(visitor_of(request), notice_id, at=now())
    return render(request, "notifications/notice.html", {"notice": party_queries.notice_in_words(found)})


@citizens
@require_POST
def mark(request: HttpRequest) -> HttpResponse:
    """Mark one, or all that the page showed, as read."""
    form = ReadForm(request.POST)
    if form.is_valid():
        one, until = form.cleaned_data["one"], form.cleaned_data["until"] or 0
        number = telling_parties.mark_notices_read(
            visitor_of(request), at=now(), ids=[one] if one else None, until=until
        )
        said = ngettext("%(number)s notice marked as read.", "%(number)s notices marked as read.", number)
        messages.success(request, said % {"number": number})
    return redirect("notifications:citizen")


@citizens
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def contact_page(request: HttpRequest) -> HttpResponse:
    """By which channels, in which order and when the party acted for wants to be told."""
    visitor, offered = visitor_of(request), party_queries.offered_channels()
    form = ContactForm(request.POST or None, choice=party_queries.choice_of(visitor), offered=offered)
    if request.method == "POST" and form.is_valid():
        contact.choose_contact(
            visitor,
            channels=form.channels(),
            quiet_from=form.minutes("quiet_from"),
            quiet_until=form.minutes("quiet_until"),
            language=form.cleaned_data["language"],
            at=now(),
        )
        messages.success(request, _("Your choices were saved."))
        return redirect("notifications:contact")
    context = {"form": form, "offered": offered}
    return render(request, "notifications/contact.html", context, status=422 if form.is_bound else 200)
