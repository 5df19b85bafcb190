"""A draft with errors of form is signed only by a leader who says why nevertheless."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from lienthong.documents.public import Finding, check_form
from lienthong.identity.public import Viewer
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import JSON
from lienthong.office.models import OutgoingDocument

MOST_REASON = 500


class FormFaults(Refusal):
    """The document has errors of form, and the signer gave no reason to sign nevertheless."""

    code, status = "form-faults", 409
    sentence = _(
        "The form of the document has %(count)s errors against NĐ 30/2020; the first: %(first)s "
        "Have them corrected, or give a reason of at most 500 characters to sign it nevertheless."
    )


def require_form(draft: OutgoingDocument, *, viewer: Viewer, despite: str, at: datetime) -> dict[str, JSON]:
    """What the ledger is to remember of the form: nothing, or the errors and why they are signed.

    Raises:
        FormFaults: there are errors and `despite` is empty or too long.
    """
    errors = errors_of(check_form(document=draft.document, viewer=viewer, at=at))
    if not errors:
        return {}
    reason = despite.strip()
    if not reason or len(reason) > MOST_REASON:
        raise FormFaults(field="despite", count=len(errors), first=errors[0].sentence)
    return {"form_errors": [finding.code for finding in errors], "reason": reason}


def errors_of(findings: list[Finding]) -> list[Finding]:
    """Those findings that need a reason."""
    return [finding for finding in findings if finding.error]
