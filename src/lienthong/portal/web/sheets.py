"""One page of an application that is open: whose it is, where it stands, what its page shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import cached_property, wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lienthong.identity.public import NotFound, address_of
from lienthong.kernel.clock import VIETNAM, now
from lienthong.portal.actions.drafting import ACCOUNT, Saving, claim_draft, follow_offer
from lienthong.portal.applying import queries, steps
from lienthong.portal.applying.steps import Step, StepKind
from lienthong.portal.applying.throttling import count_try
from lienthong.portal.models import Draft
from lienthong.portal.web.holding import holder_of, is_stale, lay_aside
from lienthong.procedures.public import Definition, KeptFile, definition_of

REVIEW = "review"
MOST_LAID_ASIDE = 60  # pages of one address in ten minutes: each is kept in a session
ROUTES = {
    StepKind.PAPERS: "portal:papers",
    StepKind.PERSON: "portal:person",
    StepKind.REVIEW: "portal:review",
}


class Sheet:
    """A page of a draft, drawn or sent."""

    def __init__(self, request: HttpRequest, draft: Draft, key: str, at: datetime) -> None:
        self.request, self.draft, self.key, self.at = request, draft, key, at
        self.holder = holder_of(request)
        self.definition: Definition = definition_of(draft.version)
        self.notice = ""
        self.elsewhere: Any = None

    @property
    def on(self) -> date:
        """The day in Vietnam."""
        return self.at.astimezone(VIETNAM).date()

    @cached_property
    def files(self) -> dict[str, KeptFile]:
        """The files sent for the draft, by their SHA-256. One query."""
        rows = self.draft.files.select_related("blob")
        return {
            row.blob_id: kept_file(self.draft, row.pk, row.blob_id, row.name, row.blob.size) for row in rows
        }

    @property
    def steps(self) -> list[Step]:
        """The pages of the application as it stands."""
        draft = self.draft
        return steps.steps_of(
            self.definition,
            channel=draft.offer.channel,
            answers=draft.answers,
            papers=draft.papers,
            person=draft.person,
        )

    @property
    def then(self) -> str:
        """Where the page was opened from: "review" when something was to be changed."""
        found = self.request.POST.get("then") or self.request.GET.get("then", "")
        return REVIEW if found == REVIEW else ""

    @property
    def saving(self) -> Saving:
        """The page as it is saved."""
        seen = self.request.POST.get("seen", "")
        version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else 0
        return Saving(self.key, self.holder.device, version)

    def saved(self, draft: Draft) -> None:
        """The draft as it is kept now."""
        self.draft = draft

    def on_to(self) -> HttpResponse:
        """The page after this one, or after a change the review, or what is missing before it."""
        pages = self.steps
        here = next((one for one in pages if one.key == self.key), pages[0])
        target = steps.first_wanting(pages) if self.then else steps.after(pages, here)
        query = f"?then={REVIEW}" if self.then and target.kind is not StepKind.REVIEW else ""
        return redirect(address_of_step(self.draft, target) + query)

    def render(self, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        """The page with what every page of an application shows."""
        pages = self.steps
        place = next((place for place, one in enumerate(pages) if one.key == self.key), 0)
        previous = steps.before(pages, pages[place])
        back = reverse("portal:review", args=[self.draft.pk]) if self.then else ""
        if not back and previous is not None:
            back = address_of_step(self.draft, previous)
        common = {
            "draft": self.draft,
            "procedure": self.draft.version.procedure,
            "agency": self.draft.offer.agency,
            "step": pages[place],
            "number": place + 1,
            "of": len(pages),
            "back": back or reverse("portal:drafts"),
            "then": self.then,
            "notice": self.notice,
            "elsewhere": self.elsewhere,
            "places_url": "",
        }
        return render(self.request, template, common | context, status=status)


def opened(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open the draft for a page: the view is given a `Sheet`.

    A draft that the visitor may not open is not found; but a page that was typed when the session ended is
    kept until its owner has signed in. One that was sent shows its receipt.
    """

    @wraps(view)
    def open_it(request: HttpRequest, draft_id: UUID, key: str = "") -> HttpResponse:
        at, holder = now(), holder_of(request)
        try:
            draft = queries.find_draft(holder, draft_id, at=at)
        except NotFound:
            if request.method == "POST" and not holder.visitor.signed_in:
                source = address_of(request, trusted=settings.TRUSTED_PROXIES)
                count_try("lay-aside", source, most=MOST_LAID_ASIDE, minutes=10, at=at)
                lay_aside(request)
                return redirect(f"{sign_in_address()}?{urlencode({'next': request.path})}")
            raise
        if draft.dossier_id is not None:
            return redirect("portal:receipt", draft.pk)
        if draft.offer.ended_at is not None:
            draft = follow_offer(draft=draft, at=at)
            messages.info(
                request, _("The procedure has changed since you began. Look at your answers again.")
            )
        sent = request.method == "POST" and not is_stale(request)
        if sent and holder.visitor.signed_in and draft.party_id is None:
            claim_draft(draft=draft, visitor=holder.visitor)
        sheet = Sheet(request, draft, key or str(getattr(view, "step", "")), at)
        if is_stale(request):
            sheet.notice = _(
                "This page was open for a long time, so it was not saved yet. Nothing is lost: press “Save "
                "and continue” again."
            )
        return view(sheet)

    return open_it


def at_step(kind: StepKind) -> Callable[[Callable[[Sheet], HttpResponse]], Callable[[Sheet], HttpResponse]]:
    """Name the step that a page without a key of its own is."""

    def name(view: Callable[[Sheet], HttpResponse]) -> Callable[[Sheet], HttpResponse]:
        view.step = kind  # type: ignore[attr-defined]
        return view

    return name


def address_of_step(draft: Draft, step: Step) -> str:
    """Where a page of the draft is."""
    if step.kind is StepKind.FORM:
        return reverse("portal:form_page", args=[draft.pk, step.key])
    return reverse(ROUTES[step.kind], args=[draft.pk])


def kept_file(draft: Draft, file_id: int, sha256: str, name: str, size: int) -> KeptFile:
    """A file of the draft, with where it is opened."""
    return KeptFile(sha256, name, reverse("portal:draft_file", args=[draft.pk, file_id]), size)


def whence(draft: Draft) -> dict[str, str]:
    """Where each answer that was filled in beforehand is from, in words."""
    found = {}
    for key, (_value, source) in draft.prefilled.items():
        if source == ACCOUNT:
            found[key] = _("From your account")
        else:
            day = date_format(date.fromisoformat(source), "d/m/Y")
            found[key] = _("From your dossier of %(day)s") % {"day": day}
    return found


def prefilled(draft: Draft) -> dict[str, Any]:
    """The answers that were filled in beforehand."""
    return {key: value for key, (value, _source) in draft.prefilled.items()}


def sign_in_address() -> str:
    """Where citizens sign in."""
    try:
        return reverse("citizen_sign_in")
    except NoReverseMatch:
        return resolve_url(settings.LOGIN_URL)
