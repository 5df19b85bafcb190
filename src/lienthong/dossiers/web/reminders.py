"""Whom to call today: a list for the counter, with the telephone number and a mark for who was reached."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lienthong.dossiers.actions.reminding import note_call
from lienthong.dossiers.reminders import due_reminders
from lienthong.dossiers.states import ReminderKind
from lienthong.identity.public import Role, needs, viewer_of
from lienthong.kernel.clock import now


@needs(Role.RECEPTIONIST)
@require_http_methods(["GET", "POST"])
def reminders(request: HttpRequest) -> HttpResponse:
    """The list; a button says that somebody was reached, or did not answer."""
    viewer, at = viewer_of(request), now()
    form = CallForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        said = form.cleaned_data
        subject_id: UUID = said["subject"]
        reached = said["act"] == "reached"
        note_call(kind=said["kind"], subject_id=subject_id, reached=reached, viewer=viewer, at=at)
        messages.success(request, _("The call was noted."))
        return redirect("dossiers:reminders")
    rows = due_reminders(viewer, at=at)
    context = {"rows": rows, "left": sum(row.counts for row in rows), "at": at}
    status = 422 if request.method == "POST" else 200
    return render(request, "dossiers/reminders.html", context, status=status)


class CallForm(forms.Form):
    """Which call, and what came of it."""

    kind = forms.ChoiceField(choices=[(kind.value, kind.value) for kind in ReminderKind])
    subject = forms.UUIDField()
    act = forms.ChoiceField(choices=[(act, act) for act in ("reached", "no-answer")])
