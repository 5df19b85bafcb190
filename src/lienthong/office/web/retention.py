"""The page of retention periods: which hold today, what is proposed, what ended and why."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lienthong.identity.public import Role, needs, viewer_of
from lienthong.kernel.clock import VIETNAM, now
from lienthong.kernel.errors import Refusal
from lienthong.office.archive import policies, retaining
from lienthong.office.archive.retention_queries import MOST_TOLD, own_rows, rules_on
from lienthong.office.archive.states import retention_of
from lienthong.office.retention_forms import RuleForm
from lienthong.office.work_file_forms import WhyForm

READERS = (Role.CLERK, Role.SPECIALIST, Role.LEADER, Role.AUDITOR)


@needs(*READERS)
@require_http_methods(["GET"])
def retention(request: HttpRequest) -> HttpResponse:
    """The table as it holds today, with the agency's own proposals and ended rows."""
    return _page(request)


def _page(request: HttpRequest, form: RuleForm | None = None) -> HttpResponse:
    viewer, today = viewer_of(request), now().astimezone(VIETNAM).date()
    own = list(own_rows(viewer)[:MOST_TOLD])
    drafts = policies.drafts_lists(viewer)
    context = {
        "rules": rules_on(viewer.agency_id or 0, on=today),
        "waiting": [(row, retention_of(row.retention)) for row in own if row.approved_at is None],
        "coming": [
            (row, retention_of(row.retention))
            for row in own
            if row.approved_at and row.valid_from > today and row.valid_to is None
        ],
        "ended": [(row, retention_of(row.retention)) for row in own if row.valid_to],
        "drafts": drafts,
        "approves": policies.approves_lists(viewer),
        "form": (form or RuleForm(initial={"valid_from": today})) if drafts else None,
    }
    return render(request, "office/retention.html", context, status=422 if form else 200)


@needs(Role.CLERK)
@require_POST
def propose_retention(request: HttpRequest) -> HttpResponse:
    """Propose a row."""
    form = RuleForm(request.POST)
    if form.is_valid():
        try:
            retaining.propose_rule(new=form.new_rule(), viewer=viewer_of(request), at=now())
        except Refusal as refusal:
            if refusal.field not in form.fields:
                raise
            form.add_error(refusal.field, refusal.say())
        else:
            messages.success(request, _("Proposed. The row holds once the head of the agency approves it."))
            return redirect("office:retention")
    return _page(request, form)


@needs(Role.CLERK)
@require_POST
def withdraw_retention(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Take a proposal back."""
    retaining.withdraw_rule(rule_id=rule_id, viewer=viewer_of(request), at=now())
    messages.success(request, _("The proposal was withdrawn."))
    return redirect("office:retention")


@needs(Role.LEADER)
@require_POST
def approve_retention(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Approve a proposal."""
    retaining.approve_rule(rule_id=rule_id, viewer=viewer_of(request), at=now())
    messages.success(request, _("Approved. Files that are open or closed already keep the period they have."))
    return redirect("office:retention")


@needs(Role.LEADER)
@require_POST
def end_retention(request: HttpRequest, rule_id: int) -> HttpResponse:
    """End a row, with a reason."""
    why = WhyForm(request.POST)
    reason = why.cleaned_data["reason"] if why.is_valid() else ""
    retaining.end_rule(rule_id=rule_id, reason=reason, viewer=viewer_of(request), at=now())
    messages.success(request, _("The row has ended."))
    return redirect("office:retention")
