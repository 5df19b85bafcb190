"""The public page of verification, and the download of a document's PDF."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from lienthong.documents.contracts import RecordedFacts
from lienthong.documents.forms import VerifyForm
from lienthong.documents.queries import find_document, recorded_facts
from lienthong.documents.verification import (
    MAX_BYTES,
    FileMissing,
    Verification,
    verify_evidence_file,
    verify_file,
)
from lienthong.identity.public import NotFound, address_of, signed_in, viewer_of
from lienthong.kernel.access import public_page
from lienthong.kernel.blobs import FileTooLarge, open_blob
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.signing.public import EvidenceVerdict, SignerVerdict
from lienthong.ui.public import wants_problem

_HASH = re.compile(r"[0-9a-f]{64}")
FORM_OVERHEAD = 64 * 1024


@public_page("anyone may check who signed a document and whether it was changed")
@csrf_exempt  # it changes nothing, and a program that sends a file has no cookie
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """The form; what is recorded of `?document=` or `?sha256=`; the verdict on a file posted."""
    if request.method != "POST":
        return _answer(request, VerifyForm(initial={"document": request.GET.get("document", "")}))
    try:
        _require_size(request)
        form = VerifyForm({"document": request.POST.get("document", "")}, request.FILES)
        if not form.is_valid():
            raise FileMissing(field="file")
        at = now()
        evidence = _evidence(request, form, at)
        if evidence is not None:
            return _answer_evidence(request, evidence)
        found = _verified(request, form, at)
    except Refusal as refusal:
        return _refused(request, refusal)
    return _answer(request, VerifyForm(initial={"document": form.cleaned_data["document"]}), found=found)


@signed_in
@require_GET
def pdf(request: HttpRequest, document_id: UUID) -> HttpResponseBase:
    """The issued PDF of a document of one's own agency, as a file to keep."""
    document = find_document(document_id, viewer=viewer_of(request))
    if document.pdf is None:
        raise NotFound
    name = re.sub(r"[^\w.-]+", "-", document.code) + ".pdf"
    headers = {
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
        "Content-Length": str(document.pdf.size),
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-cache",
        "ETag": f'"{document.sha256}"',
    }
    return StreamingHttpResponse(open_blob(document.pdf), content_type="application/pdf", headers=headers)


def _require_size(request: HttpRequest) -> None:
    """Refuse before anything of the file is read."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES + FORM_OVERHEAD:
        raise FileTooLarge(field="file", megabytes=MAX_BYTES // 1024 // 1024)


def _evidence(request: HttpRequest, form: VerifyForm, at: datetime) -> EvidenceVerdict | None:
    upload = form.cleaned_data["file"]
    return verify_evidence_file(upload.file, size=upload.size, at=at, asker=address_of(request))


def _answer_evidence(request: HttpRequest, found: EvidenceVerdict) -> HttpResponse:
    """The page with a line per statement, or the same facts as JSON."""
    if wants_problem(request):
        return JsonResponse(_evidence_as_json(found))
    facts = {"form": VerifyForm(), "evidence": found, "good": sum(one.valid for one in found.statements)}
    return render(request, "documents/verify.html", facts)


def _verified(request: HttpRequest, form: VerifyForm, at: datetime) -> Verification:
    upload = form.cleaned_data["file"]
    return verify_file(
        upload.file,
        size=upload.size,
        at=at,
        asker=address_of(request),
        document_id=form.cleaned_data["document"],
    )


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    if wants_problem(request):
        return JsonResponse(refusal.problem(), status=refusal.status, content_type="application/problem+json")
    form = VerifyForm({})
    form.errors.clear()
    form.add_error("file", refusal.say())
    return _answer(request, form, status=refusal.status)


def _answer(
    request: HttpRequest, form: VerifyForm, *, found: Verification | None = None, status: int = 200
) -> HttpResponse:
    """The page, or the same facts as JSON for a program."""
    asked = bool(request.GET.get("document") or request.GET.get("sha256"))
    recorded = found.expected or found.recorded if found else _recorded(request)
    if wants_problem(request):
        return JsonResponse(_as_json(found, recorded), status=status)
    facts = {"form": form, "found": found, "recorded": recorded, "asked": asked}
    return render(request, "documents/verify.html", facts, status=status)


def _recorded(request: HttpRequest) -> RecordedFacts | None:
    """The issued document that the address names, by id or by hash."""
    try:
        if document := request.GET.get("document"):
            return recorded_facts(document_id=UUID(document))
    except ValueError:
        return None
    sha256 = request.GET.get("sha256", "").lower()
    return recorded_facts(sha256=sha256) if _HASH.fullmatch(sha256) else None


def _as_json(found: Verification | None, recorded: RecordedFacts | None) -> dict[str, object]:
    return {
        "verdict": found
        and {
            "valid": found.verdict.valid,
            "code": found.verdict.code,
            "sentence": str(found.verdict.sentence),
            "signers": [_signer_as_json(signer) for signer in found.verdict.signers],
        },
        "sha256": found.sha256 if found else None,
        "matches": found.matches if found else None,
        "recorded": recorded
        and {
            "document": str(recorded.document_id),
            "code": recorded.code,
            "promulgated_on": recorded.promulgated_on.isoformat(),
            "agency_name": recorded.agency_name,
            "agency_code": recorded.agency_code,
            "sha256": recorded.sha256,
            "copy": recorded.copy and asdict(recorded.copy),
        },
    }


def _evidence_as_json(found: EvidenceVerdict) -> dict[str, object]:
    return {
        "evidence": {
            "valid": found.valid,
            "complete": found.complete,
            "packet": {"id": found.packet_id, "sha256": found.sha256},
            "roots": [{"sha256": root.sha256, "name": root.name} for root in found.roots],
            "statements": [
                {
                    "sequence": one.sequence,
                    "stage": one.stage,
                    "by": one.by,
                    "at": one.at.isoformat() if one.at else None,
                    "timestamped_at": one.timestamped_at.isoformat() if one.timestamped_at else None,
                    "pending": one.pending or None,
                    "valid": one.valid,
                    "fault": one.fault or None,
                    "reason": str(one.reason),
                }
                for one in found.statements
            ],
        }
    }


def _signer_as_json(signer: SignerVerdict) -> dict[str, object]:
    return {
        "name": signer.name,
        "agency_name": signer.agency_name,
        "agency_code": signer.agency_code,
        "signed_at": signer.signed_at.isoformat() if signer.signed_at else None,
        "timestamped": signer.timestamped,
        "trusted": signer.trusted,
        "whole_document": signer.whole_document,
        "weak": signer.weak,
        "reason": str(signer.reason),
    }
