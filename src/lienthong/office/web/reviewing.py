"""Pages of review: what waits for my opinion, giving it, and who reviews what in the agency."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lienthong.directory.public import Division, Post
from lienthong.documents.public import DOCUMENT_TYPES, GENERAL_TYPES
from lienthong.identity.public import NotFound, Role, Viewer, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.office import policies, reviews
from lienthong.office.actions import reviewing as actions
from lienthong.office.drafting_models import ReviewChain
from lienthong.office.models import OutgoingDocument
from lienthong.office.reviewing_forms import ChainForm, OpinionForm
from lienthong.office.reviews import Member
from lienthong.office.states import REVIEWS_OPEN, OutState

REVIEWERS = (Role.SPECIALIST, Role.CLERK, Role.LEADER)
MOST_PLACES = 500


@needs(*REVIEWERS)
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """The drafts that wait for the viewer's opinion, and the viewer's own that came back."""
    viewer = viewer_of(request)
    context = {
        "page": reviews.waiting_for(viewer, cursor=request.GET.get("cursor", "")),
        "returned": reviews.returned_to(viewer),
    }
    return render(request, "office/reviews.html", context)


@needs(*REVIEWERS)
@require_POST
def submit(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Submit the draft to its review chain."""
    actions.submit_for_review(outgoing_id=document_id, viewer=viewer_of(request), at=now())
    messages.success(request, _("The draft was submitted. It appears in the reviewers' lists."))
    return redirect("office:outgoing_detail", document_id)


@needs(*REVIEWERS)
@require_POST
def opinion(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Give the opinion of the viewer's post."""
    actions.give_opinion(
        outgoing_id=document_id,
        viewer=viewer_of(request),
        opinion=request.POST.get("opinion", ""),
        remarks=request.POST.get("remarks", ""),
        at=now(),
    )
    messages.success(request, _("Your opinion was recorded."))
    return redirect("office:reviews")


@needs(*actions.DEFINERS)
@require_GET
def chains(request: HttpRequest) -> HttpResponse:
    """Which types have a chain of their own, and what holds for the others."""
    own = dict(
        ReviewChain.objects.filter(agency_id=viewer_of(request).agency_id or 0).values_list(
            "type_code", "changed_at"
        )
    )
    rows = [{"code": "", "name": _("All types without a chain of their own"), "changed_at": own.get("")}]
    rows += [
        {"code": kind.code, "name": kind.name, "changed_at": own.get(kind.code)} for kind in DOCUMENT_TYPES
    ]
    return render(request, "office/review_chains.html", {"rows": rows})


@needs(*actions.DEFINERS)
@require_http_methods(["GET", "POST"])
def chain(request: HttpRequest) -> HttpResponse:
    """Who reviews the documents of one type, in which order."""
    viewer, at = viewer_of(request), now()
    type_code = request.GET.get("type", "")
    if type_code not in {"", *GENERAL_TYPES}:
        raise NotFound
    if request.method == "POST" and request.POST.get("action") == "forget":
        actions.forget_chain(viewer=viewer, type_code=type_code, at=at)
        messages.success(request, _("The type follows the general order of review again."))
        return redirect("office:review_chains")
    members, defined = reviews.chain_for(viewer.agency_id or 0, type_code)
    initial = {_key(one): one.step for one in members}
    form = ChainForm(request.POST or None, places=_places(viewer), initial=initial)
    if request.method == "POST" and form.is_valid():
        return _define(request, viewer, type_code, form, at)
    kind = GENERAL_TYPES[type_code].name if type_code else ""
    context = {"form": form, "kind": kind, "defined": defined}
    return render(request, "office/review_chain.html", context, status=422 if form.errors else 200)


def _define(
    request: HttpRequest, viewer: Viewer, type_code: str, form: ChainForm, at: datetime
) -> HttpResponse:
    members = [_member(key, step) for key, step in form.steps().items()]
    actions.define_chain(viewer=viewer, type_code=type_code, members=members, at=at)
    messages.success(request, _("The order of review was saved. It holds for drafts submitted from now on."))
    return redirect("office:review_chains")


def facts_of(viewer: Viewer, draft: OutgoingDocument, *, at: datetime) -> dict[str, Any]:
    """What the page of a document shows of its review: the rounds, the viewer's turn, who will be asked."""
    rounds = reviews.rounds_of(draft)
    facts: dict[str, Any] = {"rounds": rounds, "turn": reviews.open_turn(viewer, rounds), "obstacle": None}
    if facts["turn"]:
        facts["opinion_form"] = OpinionForm(auto_id="opinion_%s")
    if draft.state != OutState.DRAFT:
        return facts
    try:
        actions.require_reviewed(draft, at=at)
    except Refusal as refusal:
        facts["obstacle"] = refusal.say()
        open_round = bool(rounds) and rounds[0].state in REVIEWS_OPEN
        may_submit = policies.SUBMIT in policies.allowed_acts(viewer, draft)
        facts["submits"] = may_submit and not open_round and isinstance(refusal, actions.NotReviewed)
        if facts["submits"]:
            facts["reviewers"] = reviews.reviewers_of(draft, at=at)
    return facts


def _places(viewer: Viewer) -> dict[str, str]:
    """Everybody who can stand in a chain of the viewer's agency, by the form's names."""
    places = {"unit": _("Head of the drafting unit")}
    divisions = Division.objects.filter(agency_id=viewer.agency_id or 0).order_by("name")[:MOST_PLACES]
    places |= {f"division-{one.pk}": _("Head of %(unit)s") % {"unit": one.name} for one in divisions}
    posts = Post.objects.filter(agency_id=viewer.agency_id or 0).select_related("division")
    for post in posts.order_by("division__name", "title", "id")[:MOST_PLACES]:
        places[f"post-{post.pk}"] = reviews.title_of(post)
    return places


def _key(member: Member) -> str:
    if member.post_id is not None:
        return f"post-{member.post_id}"
    return f"division-{member.division_id}" if member.division_id is not None else "unit"


def _member(key: str, step: int) -> Member:
    kind, _dash, number = key.partition("-")
    if kind == "post":
        return Member(step, post_id=int(number))
    return Member(step, division_id=int(number)) if kind == "division" else Member(step)
