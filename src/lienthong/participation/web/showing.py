"""What several pages need: photos as answers, refusals at their field, what this device may come back to."""

from __future__ import annotations

from uuid import UUID

from django.forms import Form
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse

from lienthong.documents.public import require_no_virus
from lienthong.kernel.blobs import open_blob
from lienthong.kernel.errors import Refusal
from lienthong.participation.models import Photo

KNOWN, MOST_KNOWN = "feedback_known", 30


def image_answer(photo: Photo, *, public: bool = False) -> HttpResponseBase:
    """The photo, which was drawn here and so may be shown by a browser; raises `VirusFound`."""
    require_no_virus(photo.blob)
    answer = StreamingHttpResponse(open_blob(photo.blob), content_type="image/jpeg")
    answer["Content-Length"] = str(photo.blob.size)
    answer["Cache-Control"] = "public, max-age=3600" if public else "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def shown_refusal(refusal: Refusal, form: Form, field: str) -> None:
    """Show the refusal at its field, else at the one given."""
    at = refusal.field if refusal.field in form.fields else field
    form.add_error(at if at in form.fields else None, refusal.say())


def known(request: HttpRequest) -> frozenset[UUID]:
    """The feedback this session may come back to: sent from it, or opened by its code."""
    return frozenset(UUID(key) for key in request.session.get(KNOWN, ()))


def remember(request: HttpRequest, feedback_id: UUID) -> None:
    """Let this session come back to the feedback."""
    kept = [key for key in request.session.get(KNOWN, ()) if key != str(feedback_id)]
    request.session[KNOWN] = [*kept, str(feedback_id)][-MOST_KNOWN:]
