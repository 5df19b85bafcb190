"""The two decisions about a secrecy mark that was found on a document."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lienthong.identity.public import Role, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.office.actions import deciding_secrecy as actions
from lienthong.office.forms import NotSecretForm
from lienthong.office.web.incoming import detail_page


@needs(Role.CLERK)
@require_POST
def destroy(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """It is secret: destroy the files here."""
    actions.destroy_secret(document_id=document_id, viewer=viewer_of(request), at=now())
    messages.success(
        request,
        _(
            "The files were destroyed. Keep the paper, enter it in the paper register of secret documents, "
            "and handle it outside this system."
        ),
    )
    return redirect("office:incoming_detail", document_id)


@needs(Role.CLERK)
@require_POST
def release(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """It is not secret, for a reason: open the files again."""
    form = NotSecretForm(request.POST, auto_id="secret_%s")
    if not form.is_valid():
        return detail_page(request, document_id, secret_form=form, status=422)
    reason = form.cleaned_data["reason"]
    actions.release_marked(document_id=document_id, reason=reason, viewer=viewer_of(request), at=now())
    messages.success(request, _("The files are open again. Your reason was recorded."))
    return redirect("office:incoming_detail", document_id)
