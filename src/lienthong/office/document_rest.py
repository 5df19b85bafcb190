"""The API of the office for programs of its own people: lists and searches incoming documents, enters papers.

Whoever calls it is signed in as for the pages, and may do and see what they may there: marks, policies and
queries are the same (ADR 0072).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _
from ninja import Field, File, Form, NinjaAPI, Query, Schema, UploadedFile
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as NinjaError
from ninja.security import SessionAuth
from pydantic import AfterValidator, ConfigDict, TypeAdapter, ValidationError

from lienthong.identity.public import NotSignedIn, Role, viewer_of
from lienthong.kernel.access import Access, mark
from lienthong.kernel.clock import VIETNAM, now
from lienthong.kernel.errors import Refusal
from lienthong.office import queries
from lienthong.office.actions.entering import Answer, Paper, enter_papers
from lienthong.office.contracts import IncomingFilter, PaperFacts
from lienthong.office.models import IncomingDocument
from lienthong.office.policies import READERS
from lienthong.office.scanning import MAX_BYTES
from lienthong.office.states import CameBy, SenderKind, State

MOST = 50  # papers in one call
_SIGNED_IN = Access()
_ACCESS = {
    "list_incoming": Access(roles=frozenset(READERS)),
    "enter_papers": Access(roles=frozenset({Role.CLERK})),
}


class CallInvalid(Refusal):
    """Parameters or body are not of the described form."""

    code, status = "call-invalid", 422
    sentence = _("The request is not of the described form: %(field)s (%(reason)s).")

    @classmethod
    def of(cls, errors: Any) -> CallInvalid:
        """The first of pydantic's errors, with the way to the field."""
        way = [str(part) for part in errors[0]["loc"] if part not in ("query", "form", "body", "wanted")]
        field = "/".join(way) or "documents"
        refusal = cls(field=field, reason=str(errors[0]["msg"])[:200])
        refusal.facts["field"] = field
        return refusal


class TokenMissing(Refusal):
    """A call that writes must prove that it comes from the session's own program."""

    code, status = "csrf-missing", 403
    sentence = _(
        "The CSRF token is missing or wrong. Send the value of the cookie in the header X-CSRFToken."
    )


class FilesDiffer(Refusal):
    """Each document has one file, in the same order."""

    code, status = "files-differ", 422
    sentence = _(
        "The call describes %(documents)s documents and brings %(files)s files; each document has one file, "
        "in the same order, and at most %(most)s go in one call. Nothing was stored."
    )


class CallTooLarge(Refusal):
    """The files of one call have an end."""

    code, status = "call-too-large", 413
    sentence = _(
        "The files of the call are larger than %(megabytes)s MB together. Nothing was stored. "
        "Send them in several calls."
    )


class _Strict(Schema):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


def _printable(text: str) -> str:
    if "\0" in text:
        raise ValueError("a NUL character is no text")
    return text


Text = Annotated[str, AfterValidator(_printable)]  # that the database can hold


class FilterIn(Schema):
    """What the list is narrowed to; `text` searches number, notation, summary and the files' content."""

    tab: Literal["mine", "all"] | State = "all"
    text: Text = Field("", max_length=200)
    urgency: int | None = Field(None, ge=0, le=4)
    sender: Text = Field("", max_length=100)
    signer: Text = Field("", max_length=100)
    overdue: bool = False
    unproven: bool = False
    late: bool = False
    register_book: int | None = Field(None, ge=1, le=2**31 - 1, description="key of the register book")
    since: date | None = None
    until: date | None = None
    cursor: Text = Field("", max_length=400, description="`next` of the page before")

    def wanted(self) -> IncomingFilter:
        """The filter as the pages have it."""
        given = self.model_dump(exclude={"cursor", "register_book"})
        return IncomingFilter(register=self.register_book, **given)


class DocumentOut(Schema):
    """A row of the list."""

    id: UUID
    state: str
    code: str = Field(description="number and notation")
    subject: str
    sender_code: str
    sender_name: str
    arrived_at: datetime
    authentic: bool
    urgency: int
    register_number: int | None
    due_at: datetime | None
    lead_name: str
    change_asked: str = Field(description="kind of the change that waits for an answer; empty for none")


class PageOut(Schema):
    """At most 50 documents; `next` is the cursor of the page after them, empty on the last."""

    documents: list[DocumentOut]
    next: str


class PaperIn(_Strict):
    """What stands on the paper. Either the code of the sender in the directory, or the name."""

    subject: Text = Field(max_length=500)
    sender_name: Text = Field("", max_length=250)
    sender_code: Text = Field("", max_length=40)
    sender_kind: SenderKind = SenderKind.AGENCY
    came_by: CameBy = CameBy.POST
    code: Text = Field("", max_length=200, description="number and notation")
    promulgated_on: date | None = None
    type_name: Text = Field("", max_length=100)
    signer_name: Text = Field("", max_length=250)
    urgency: int = Field(0, ge=0, le=4)
    pages: int | None = Field(None, ge=1, le=9999, description="empty: as many as the file has")
    duplicate_reason: Text = Field("", max_length=500, description="why it is entered a second time")


class AnswerOut(Schema):
    """What came of one document: its id, or the problem for which it was not entered."""

    status: int
    id: UUID | None = None
    problem: dict[str, Any] | None = None


class AnswersOut(Schema):
    """The answers in the order of the documents."""

    answers: list[AnswerOut]


class Session(SessionAuth):
    """The session of the pages; a call that writes needs the CSRF token, too."""


api = NinjaAPI(
    title="Liên Thông: documents of the office",
    version="1",
    description="Incoming documents, as the pages show them to whoever is signed in.",
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="office:document-api",
    auth=Session(),
)
_PAPERS: TypeAdapter[list[PaperIn]] = TypeAdapter(Annotated[list[PaperIn], Field(min_length=1)])


@api.get("/incoming", response=PageOut, operation_id="list_incoming", url_name="list_incoming")
def list_incoming(request: HttpRequest, wanted: Query[FilterIn]) -> HttpResponse:
    """A page of the documents that the caller may see, newest first; of a search the exact ones first."""
    page = queries.list_incoming(viewer_of(request), wanted.wanted(), at=now(), cursor=wanted.cursor)
    # Written at once: django-ninja would read each row back through the schema, which takes as long again.
    out = PageOut.model_construct(documents=[_row(row) for row in page.rows], next=page.next)
    return HttpResponse(out.__pydantic_serializer__.to_json(out), content_type="application/json")


@api.post("/incoming/papers", response=AnswersOut, operation_id="enter_papers", url_name="enter_papers")
def send_papers(
    request: HttpRequest,
    documents: Annotated[str, Form(max_length=500_000, description="JSON: an array of PaperIn")],
    files: Annotated[list[UploadedFile], File()],
) -> AnswersOut:
    """Enter up to 50 documents that came on paper or by mail, one file (PDF or photo) each, in their order.

    Each is answered as it would be alone; what one is refused for keeps no other back.
    """
    facts = _facts(documents)
    if len(facts) != len(files) or len(files) > MOST:
        raise FilesDiffer(field="files", documents=len(facts), files=len(files), most=MOST)
    if sum(file.size or 0 for file in files) > MAX_BYTES:
        raise CallTooLarge(field="files", megabytes=MAX_BYTES // 2**20)
    papers = [
        Paper(file.name or "", cast(Any, file.file), PaperFacts(**said.model_dump()))
        for file, said in zip(files, facts, strict=True)
    ]
    answers = enter_papers(papers=papers, viewer=viewer_of(request), at=now())
    return AnswersOut(answers=[_answer(answer) for answer in answers])


def api_urls() -> tuple[list[URLPattern], str, str]:
    """The addresses for `path("api/v1/", api_urls())`, each with its mark; built once, at start."""
    patterns, app_name, namespace = api.urls
    own = [pattern for pattern in patterns if isinstance(pattern, URLPattern)]
    for pattern in own:
        pattern.callback = mark(pattern.callback, _ACCESS.get(pattern.name or "", _SIGNED_IN))
    return own, app_name, namespace


def _row(row: IncomingDocument) -> DocumentOut:
    annotated: Any = row
    return DocumentOut.model_construct(
        id=row.id,
        state=row.state,
        code=row.code,
        subject=row.subject,
        sender_code=row.sender_code,
        sender_name=row.sender_name,
        arrived_at=row.arrived_at.astimezone(VIETNAM),
        authentic=row.authentic,
        urgency=row.urgency,
        register_number=row.register_number,
        due_at=row.due_at and row.due_at.astimezone(VIETNAM),
        lead_name=annotated.lead_name or "",
        change_asked=annotated.asked or "",
    )


def _facts(documents: str) -> list[PaperIn]:
    try:
        return _PAPERS.validate_json(documents)
    except ValidationError as error:
        raise CallInvalid.of(error.errors()) from error


def _answer(answer: Answer) -> AnswerOut:
    if isinstance(answer, Refusal):
        return AnswerOut(status=answer.status, problem=answer.problem())
    return AnswerOut(status=201, id=answer.id)


def _said(refusal: Refusal) -> HttpResponse:
    return JsonResponse(refusal.problem(), status=refusal.status, content_type="application/problem+json")


@api.exception_handler(Refusal)
def _refused(request: HttpRequest, refusal: Any) -> HttpResponse:
    return _said(refusal)


@api.exception_handler(AuthenticationError)
def _nobody(request: HttpRequest, error: Any) -> HttpResponse:
    return _said(NotSignedIn())


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: Any) -> HttpResponse:
    if error.status_code == 403:
        return _said(TokenMissing())
    return _said(CallInvalid.of([{"loc": ("body",), "msg": str(error)}]))


@api.exception_handler(NinjaError)
def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    return _said(CallInvalid.of(error.errors))
