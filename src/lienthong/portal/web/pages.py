"""The pages of an application's form: one topic each, saved as it is left."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from lienthong.identity.public import NotFound
from lienthong.kernel.access import public_page
from lienthong.kernel.clock import now
from lienthong.portal.actions.drafting import keep_file, save_answers
from lienthong.portal.actions.noticing import note_use
from lienthong.portal.applying import queries, steps
from lienthong.portal.applying.refusals import DraftChangedElsewhere
from lienthong.portal.models import UseEvent
from lienthong.portal.web.applying import WHY
from lienthong.portal.web.holding import forgiving, holder_of, is_stale, take_up
from lienthong.portal.web.sheets import Sheet, address_of_step, kept_file, opened, prefilled, whence
from lienthong.procedures.public import (
    Communes,
    Form,
    Posted,
    answers_from_post,
    asked_pages,
    form_pages,
)


@public_page(WHY)
@never_cache
@require_GET
def draft(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The page at which it goes on: the one that was last open, else the first."""
    found = queries.find_draft(holder_of(request), draft_id, at=now())
    if found.dossier_id is not None:
        return redirect("portal:receipt", found.pk)
    sheet = Sheet(request, found, "", now())
    pages = sheet.steps
    return redirect(address_of_step(found, next((one for one in pages if one.key == found.page), pages[0])))


@public_page(WHY)
@forgiving
@require_http_methods(["GET", "POST"])
@opened
def form_page(sheet: Sheet) -> HttpResponse:
    """One page of the form, drawn; sent, it is saved, and where nothing is wrong the next page follows."""
    form = sheet.definition.form
    page = next((one for one in form.pages if one.key == sheet.key), None) if form else None
    if form is None or page is None:
        raise NotFound
    if not any(one.key == page.key for one in asked_pages(form, sheet.draft.answers)):
        return redirect(address_of_step(sheet.draft, steps.first_wanting(sheet.steps)))
    keys = [one.key for one in page.questions]
    posted = _posted(sheet, form)
    if posted is None:
        return _page(sheet, form, Posted(sheet.draft.answers), new=False)
    if posted.act or sheet.notice:
        return _page(sheet, form, posted)
    try:
        saved = save_answers(
            draft=sheet.draft, answers=posted.answers, keys=keys, saving=sheet.saving, at=sheet.at
        )
    except DraftChangedElsewhere as refusal:
        sheet.notice = refusal.say()
        sheet.saved(queries.find_draft(sheet.holder, sheet.draft.pk, at=sheet.at))
        sheet.elsewhere = _drawn(sheet, form, Posted(sheet.draft.answers))
        return _page(sheet, form, posted, status=409)
    sheet.saved(saved)
    faulty = list(
        dict.fromkeys(f"{page.key}/{one.question}" for one in posted.faults if one.question in keys)
    )
    event, places = (UseEvent.ERROR, faulty) if faulty else (UseEvent.PAGE, [page.key])
    note_use(sheet.draft.version.procedure_id, event, *places, at=sheet.at)
    if faulty or _unseen(form, page.key, posted):
        return _page(sheet, form, posted, status=422)
    return sheet.on_to()


def _posted(sheet: Sheet, form: Form) -> Posted | None:
    """What was sent, or typed before signing in; nothing when the page is only looked at."""
    request, stale = sheet.request, is_stale(sheet.request)
    data: QueryDict | None = request.POST if request.method == "POST" else take_up(request)
    if data is None:
        return None
    if request.method != "POST":
        sheet.notice = _("What you typed before you signed in is here. Press “Save and continue”.")
    return answers_from_post(
        form,
        data,
        on=sheet.on,
        files=request.FILES,
        store=None if stale else lambda upload: stored(sheet, upload),
        may_keep=lambda sha256: sha256 in sheet.files,
        former=sheet.draft.answers,
        places=Communes(),
    )


def stored(sheet: Sheet, upload: UploadedFile[Any]) -> str:
    """A file that was sent, kept for the draft: its SHA-256."""
    row = keep_file(draft=sheet.draft, upload=upload, at=sheet.at)
    sheet.files[row.blob_id] = kept_file(sheet.draft, row.pk, row.blob_id, row.name, upload.size or 0)
    return str(row.blob_id)


def _unseen(form: Form, key: str, posted: Posted) -> bool:
    """Whether the answers lead to questions of the page that were not on it."""
    pages = [one for one in asked_pages(form, posted.answers) if one.key == key]
    asked = {(one.key,) for page in pages for one in page.questions if one.computed is None}
    return bool(asked - posted.seen)


def _drawn(sheet: Sheet, form: Form, posted: Posted, *, new: bool = False) -> Any:
    keys = {one.key for page in form.pages if page.key == sheet.key for one in page.questions}
    return form_pages(
        form,
        posted.answers,
        faults=[fault for fault in posted.faults if fault.question in keys],
        seen=posted.seen if new else None,
        page=sheet.key,
        files=sheet.files,
        places=Communes(),
        autofill=not sheet.draft.on_behalf_id,
        prefilled=prefilled(sheet.draft),
        whence=whence(sheet.draft),
    )


def _page(sheet: Sheet, form: Form, posted: Posted, *, new: bool = True, status: int = 200) -> HttpResponse:
    drawn = _drawn(sheet, form, posted, new=new)
    return sheet.render(
        "portal/apply/page.html", {"drawn": drawn, "page": drawn.pages[0].page}, status=status
    )
