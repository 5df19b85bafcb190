"""The pages of an application beside its form: the papers, who applies, the review, and the receipt."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lienthong.dossiers.public import HeldDocument
from lienthong.identity.public import Party
from lienthong.kernel.access import public_page
from lienthong.kernel.errors import Refusal
from lienthong.portal.actions.drafting import save_part, submit_draft
from lienthong.portal.actions.noticing import note_use
from lienthong.portal.applying import queries, steps
from lienthong.portal.applying.refusals import DraftChangedElsewhere, DraftSubmitted
from lienthong.portal.applying.steps import StepKind
from lienthong.portal.forms import ContactForm, OtherForm, StrangerForm
from lienthong.portal.models import UseEvent
from lienthong.portal.web.applying import WHY
from lienthong.portal.web.holding import forgiving, is_stale
from lienthong.portal.web.pages import stored
from lienthong.portal.web.sheets import Sheet, address_of_step, at_step, opened
from lienthong.procedures.public import (
    Communes,
    FeeLine,
    KeptFile,
    Paper,
    Prefill,
    fees_owed,
    form_pages,
    own_amounts,
    said_for,
    samples_of,
)

MOST_PAGES = 20  # files of one paper
PAGES = "pages"  # the button that keeps what was chosen and stays


@public_page(WHY)
@forgiving
@require_http_methods(["GET", "POST"])
@opened
@at_step(StepKind.PAPERS)
def papers_page(sheet: Sheet) -> HttpResponse:
    """The papers: pictures or files of each, or a document that is held already."""
    draft, request = sheet.draft, sheet.request
    asked = steps.papers_of(sheet.definition, draft.answers, draft.offer.channel)
    held = queries.held_documents(sheet.holder.visitor, on=sheet.on)
    faults: dict[str, list[str]] = {}
    if request.method != "POST" or is_stale(request):
        return _papers(sheet, asked, held, faults)
    said = {key: value for key, value in draft.papers.items() if key not in {one.key for one in asked}}
    for paper in asked:
        said[paper.key], refused = _sent(sheet, paper.key, {str(one.pk) for one in held})
        if refused:
            faults[paper.key] = refused
    try:
        sheet.saved(save_part(draft=draft, part="papers", value=said, saving=sheet.saving, at=sheet.at))
    except DraftChangedElsewhere as refusal:
        sheet.saved(queries.find_draft(sheet.holder, draft.pk, at=sheet.at))
        sheet.notice = refusal.say()
        return _papers(sheet, asked, held, faults, status=409)
    stays = request.POST.get("form-act") == PAGES
    if not stays:
        for paper in steps.missing_papers(sheet.definition, draft.answers, said, draft.offer.channel):
            faults.setdefault(paper.key, [_("Photograph this paper or choose a file.")])
    return (
        _papers(sheet, asked, held, faults, status=422 if faults else 200)
        if stays or faults
        else sheet.on_to()
    )


def _sent(sheet: Sheet, key: str, held: set[str]) -> tuple[dict[str, Any], list[str]]:
    """What was sent of one paper, and what was refused of it."""
    request, refused = sheet.request, list[str]()
    kept = [one for one in request.POST.getlist(f"kept-{key}")[:MOST_PAGES] if one in sheet.files]
    for upload in request.FILES.getlist(f"file-{key}")[: MOST_PAGES - len(kept)]:
        try:
            kept.append(stored(sheet, upload))
        except Refusal as refusal:
            refused.append(f"{(upload.name or '')[-60:]}: {refusal.say()}")
    chosen = request.POST.get(f"held-{key}", "")
    return {"files": list(dict.fromkeys(kept)), "held": chosen if chosen in held else ""}, refused


def _papers(
    sheet: Sheet,
    asked: list[Paper],
    held: list[HeldDocument],
    faults: dict[str, list[str]],
    *,
    status: int = 200,
) -> HttpResponse:
    samples, rows = samples_of(sheet.draft.version), []
    for paper in asked:
        said = sheet.draft.papers.get(paper.key) or {}
        files = [sheet.files[one] for one in said.get("files", ()) if one in sheet.files]
        # What is called like the paper stands first.
        fitting = sorted(held, key=lambda one, name=paper.name: one.name.casefold() != name.casefold())  # type: ignore[misc]
        rows.append(
            {
                "paper": paper,
                "files": files,
                "held": [(str(one.pk), _held_in_words(one)) for one in fitting],
                "chosen": said.get("held", ""),
                "faults": faults.get(paper.key, ()),
                "samples": samples.get(paper.key, ()),
            }
        )
    whole = sheet.draft.offer.channel == "online-whole"
    return sheet.render("portal/apply/papers.html", {"rows": rows, "whole": whole}, status=status)


def _held_in_words(document: HeldDocument) -> str:
    day = date_format(timezone.localtime(document.given_at), "d/m/Y")
    facts = {"name": document.name, "day": day}
    if document.issued:
        return _("%(name)s: result given on %(day)s") % facts
    return _("%(name)s: handed in on %(day)s") % facts


@public_page(WHY)
@forgiving
@require_http_methods(["GET", "POST"])
@opened
@at_step(StepKind.PERSON)
def person_page(sheet: Sheet) -> HttpResponse:
    """Who applies, how they are reached, and for whom."""
    draft, sent = sheet.draft, sheet.request.method == "POST" and not is_stale(sheet.request)
    data = sheet.request.POST if sheet.request.method == "POST" else None
    before = draft.person.get("other") or {}
    form = _own_form(sheet, data)
    other = OtherForm(data, prefix="other", initial={**before, "mandate": before.get("mandate_key", "")})
    scan, refused = str(before.get("scan", "")), list[str]()
    if sent:
        scans, refused = _sent(sheet, "mandate", set())
        scan = next(iter(scans["files"]), "")
        if _keep_person(sheet, form, other, scan, refused):
            return sheet.on_to()
    context = {
        "form": form,
        "other": None if draft.on_behalf_id else other,
        "open": other.filled or bool(other.errors) or bool(before),
        "scan": sheet.files.get(scan),
        "refused": refused,
        "visitor": sheet.holder.visitor,
        "faulty": _faulty(form, other),
    }
    return sheet.render("portal/apply/person.html", context, status=422 if sent else 200)


def _keep_person(sheet: Sheet, form: ContactForm, other: OtherForm, scan: str, refused: list[str]) -> bool:
    """Save what was said, also what is not whole yet; whether the next page follows."""
    acting = bool(sheet.draft.on_behalf_id)
    right = [form.is_valid(), acting or other.is_valid(), not refused]
    said = {key: value for key, value in sheet.draft.person.items() if key not in ("whole", "other")}
    said = form.said() if all(right) else {**said, **form.said()}
    if not acting and not other.errors and other.filled:
        said["other"] = other.said() | ({"scan": scan} if scan else {})
    said["whole"] = all(right)
    try:
        kept = save_part(draft=sheet.draft, part="person", value=said, saving=sheet.saving, at=sheet.at)
    except DraftChangedElsewhere as refusal:
        sheet.saved(queries.find_draft(sheet.holder, sheet.draft.pk, at=sheet.at))
        sheet.notice = refusal.say()
        return False
    sheet.saved(kept)
    return all(right)


def _faulty(*forms_: forms.Form) -> list[forms.BoundField]:
    return [field for form in forms_ if form.is_bound for field in form if field.errors]


def _own_form(sheet: Sheet, data: Any) -> ContactForm:
    """The facts of who fills in: of the account, or as said in the form so far."""
    draft, visitor = sheet.draft, sheet.holder.visitor
    if visitor.party_id is not None:
        party = Party.objects.get(pk=visitor.party_id)
        known = {key: getattr(party, key) for key in ("telephone", "email", "address")}
        return ContactForm(data, initial=known | draft.person)
    said = said_for(sheet.definition.form, draft.answers)
    initial = {
        "name": said.get(Prefill.FULL_NAME, ""),
        "number": said.get(Prefill.IDENTIFICATION_NUMBER, ""),
        "telephone": said.get(Prefill.TELEPHONE, ""),
        "email": said.get(Prefill.EMAIL, ""),
    }
    return StrangerForm(data, initial=initial | draft.person)


@public_page(WHY)
@forgiving
@require_http_methods(["GET", "POST"])
@opened
@at_step(StepKind.REVIEW)
def review_page(sheet: Sheet) -> HttpResponse:
    """Everything on one page, each with a way to change it; sent, it is handed in."""
    draft, refused = sheet.draft, ""
    if sheet.request.method == "POST" and not is_stale(sheet.request):
        try:
            submit_draft(draft_id=draft.pk, visitor=sheet.holder.visitor, at=sheet.at)
            note_use(draft.version.procedure_id, UseEvent.SUBMITTED, at=sheet.at)
            return redirect("portal:receipt", draft.pk)
        except DraftSubmitted:
            return redirect("portal:receipt", draft.pk)
        except Refusal as refusal:
            refused = refusal.say()
    context = reviewed(sheet) | {"refused": refused, "signers": list(draft.signers.order_by("pk"))}
    return sheet.render("portal/apply/review.html", context, status=422 if refused else 200)


# What a co-signer reads too: nothing that opens a page or file of the draft's owner.
REVIEWED = frozenset({"sections", "papers", "person", "fees"})


def reviewed(sheet: Sheet) -> dict[str, Any]:
    """Everything that was filled in, page by page, and what is missing of it."""
    draft, form = sheet.draft, sheet.definition.form
    drawn = form_pages(form, draft.answers, files=sheet.files, places=Communes()) if form else None
    pages = {one.key: one for one in sheet.steps}
    asked = steps.papers_of(sheet.definition, draft.answers, draft.offer.channel)
    return {
        "sections": [
            (one, pages[one.page.key].wanting, address_of_step(draft, pages[one.page.key]))
            for one in (drawn.pages if drawn else ())
        ],
        "papers": [(one, _paper_said(sheet, one)) for one in asked],
        "papers_wanting": StepKind.PAPERS in pages and pages[StepKind.PAPERS].wanting,
        "person": draft.person,
        "visitor": sheet.holder.visitor,
        "person_wanting": pages[StepKind.PERSON].wanting,
        "scan": sheet.files.get((draft.person.get("other") or {}).get("scan", "")),
        "fees": _fees(sheet),
        "ready": not any(one.wanting for one in pages.values()),
        "first": address_of_step(draft, steps.first_wanting(list(pages.values()))),
    }


def _paper_said(sheet: Sheet, paper: Paper) -> list[KeptFile]:
    """The files of a paper, and the held document as one without an address."""
    said = sheet.draft.papers.get(paper.key) or {}
    found = [sheet.files[one] for one in said.get("files", ()) if one in sheet.files]
    held = queries.held_documents(sheet.holder.visitor, on=sheet.on) if said.get("held") else []
    return found + [KeptFile("", _held_in_words(one)) for one in held if str(one.pk) == said["held"]]


def _fees(sheet: Sheet) -> list[FeeLine]:
    """What is to be paid by the answers so far. One query, none without fees."""
    draft = sheet.draft
    if not sheet.definition.fees:
        return []
    key = (draft.offer.agency_id, draft.version.procedure_id)
    own = own_amounts([(draft.offer.agency, draft.version.procedure_id)], on=sheet.on).get(key, {})
    return fees_owed(draft.version, {**draft.answers, "channel": draft.offer.channel}, own=own)
