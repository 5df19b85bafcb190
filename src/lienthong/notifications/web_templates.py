"""The pages on which operators write the words of notices, with preview, versions and what changed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lienthong.identity.public import NotFound, Role, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.notifications.actions import wordings
from lienthong.notifications.template_forms import DecideForm, RestoreForm, WordsForm
from lienthong.notifications.template_queries import (
    Sheet,
    WordingKey,
    compare,
    preview,
    sheet_of,
    wording_list,
)
from lienthong.notifications.wording import BrokenPlace, UnknownPlace


@needs(Role.OPERATOR, Role.AUDITOR)
@require_safe
def templates(request: HttpRequest) -> HttpResponse:
    """All kinds of notices with their words."""
    return render(request, "notifications/templates.html", {"kinds": wording_list(viewer_of(request))})


@needs(Role.OPERATOR, Role.AUDITOR)
@require_safe
def template(request: HttpRequest, kind: str, language: str, wording: str) -> HttpResponse:
    """The words on invented data, with their versions and what one of them changed."""
    sheet = sheet_of(viewer_of(request), WordingKey(kind, language, wording))
    return _sheet(request, sheet, WordsForm(words=sheet.shown, wording=wording))


@needs(Role.OPERATOR)
@require_POST
def save(request: HttpRequest, kind: str, language: str, wording: str) -> HttpResponse:
    """Keep the words as the draft of the next version; with a fault in them the page says where."""
    viewer, key = viewer_of(request), WordingKey(kind, language, wording)
    sheet = sheet_of(viewer, key)
    form = WordsForm(request.POST, words=sheet.shown, wording=wording)
    if form.is_valid():
        try:
            wordings.save_draft(viewer, key, form.words(), at=now())
        except (wordings.SmsTooLong, UnknownPlace, BrokenPlace) as refusal:
            form.add_error(refusal.field, refusal.say())
        else:
            messages.success(request, _("The draft was saved. It is in force once it is published."))
            return redirect("notifications:template", kind, language, wording)
    return _sheet(request, sheet, form)


@needs(Role.OPERATOR)
@require_POST
def decide(request: HttpRequest, kind: str, language: str, wording: str) -> HttpResponse:
    """Publish the draft, or throw it away."""
    form, key = DecideForm(request.POST), WordingKey(kind, language, wording)
    if not form.is_valid():
        raise wordings.DraftChanged
    written_at = form.cleaned_data["written_at"]
    if form.cleaned_data["act"] == "publish":
        wordings.publish_draft(viewer_of(request), key, written_at=written_at, at=now())
        messages.success(request, _("The words are in force from now on."))
    else:
        wordings.discard_draft(viewer_of(request), key, written_at=written_at, at=now())
        messages.success(request, _("The draft was thrown away."))
    return redirect("notifications:template", kind, language, wording)


@needs(Role.OPERATOR)
@require_POST
def restore(request: HttpRequest, kind: str, language: str, wording: str) -> HttpResponse:
    """Put an earlier version in force again."""
    form, key = RestoreForm(request.POST), WordingKey(kind, language, wording)
    if not form.is_valid():
        raise NotFound
    wordings.restore_version(viewer_of(request), key, form.cleaned_data["version"], at=now())
    messages.success(request, _("The words are in force from now on."))
    return redirect("notifications:template", kind, language, wording)


def _sheet(request: HttpRequest, sheet: Sheet, form: WordsForm) -> HttpResponse:
    changed = _version(request)
    context = {
        "sheet": sheet,
        "form": form,
        "preview": preview(sheet.kind, sheet.shown),
        "changed": changed,
        "changes": compare(sheet, changed) if changed else [],
        "may_operate": viewer_of(request).has(Role.OPERATOR),
    }
    return render(request, "notifications/template.html", context, status=422 if form.is_bound else 200)


def _version(request: HttpRequest) -> int:
    given = request.GET.get("changed", "")
    if not given:
        return 0
    if not given.isascii() or not given.isdigit() or len(given) > 9:
        raise NotFound
    return int(given)
