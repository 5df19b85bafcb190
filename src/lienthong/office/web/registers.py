"""Pages of the registers an agency keeps of incoming documents."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lienthong.identity.public import Role, needs, viewer_of
from lienthong.kernel.clock import VIETNAM, now
from lienthong.kernel.errors import Refusal
from lienthong.office import policies, register_queries
from lienthong.office.actions import books as actions
from lienthong.office.actions import printing_registers as printing
from lienthong.office.registering_forms import BookForm, NewBookForm, PrintForm, typical_types

KEEPERS = (Role.CLERK, Role.ADMINISTRATOR)
PRINTERS = (Role.CLERK, Role.LEADER, Role.AUDITOR)
SEERS = (*KEEPERS, Role.LEADER, Role.AUDITOR)


@needs(*SEERS)
@require_GET
def registers(request: HttpRequest) -> HttpResponse:
    """The registers, their rules, and how far this year's numbers have come."""
    return _list(request, NewBookForm())


@needs(*PRINTERS)
@require_GET
def print_register(request: HttpRequest) -> HttpResponseBase:
    """A register of a period as a file."""
    viewer, at = viewer_of(request), now()
    form = PrintForm(request.GET, books=register_queries.books_of(viewer))
    if form.is_valid():
        given = form.cleaned_data
        try:
            file = printing.print_register(
                book_id=given["book"] or None,
                since=given["since"],
                until=given["until"],
                form=given["form"],
                viewer=viewer,
                at=at,
            )
        except Refusal as refusal:
            if refusal.status in {403, 404}:
                raise
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.say())
        else:
            name = f"so-dang-ky-{viewer.agency_code}-{given['since']:%Y%m%d}-{given['until']:%Y%m%d}"
            return FileResponse(file, as_attachment=True, filename=f"{name}.{given['form']}")
    return _list(request, NewBookForm(), print_form=form, status=422)


@needs(*KEEPERS)
@require_POST
def open_register(request: HttpRequest) -> HttpResponse:
    """Keep one more register."""
    form = NewBookForm(request.POST)
    if form.is_valid():
        try:
            code, settings = form.cleaned_data["code"], form.settings()
            actions.open_book(code=code, settings=settings, viewer=viewer_of(request), at=now())
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.say())
        else:
            messages.success(request, _("The register was opened; its numbers begin at 1."))
            return redirect("office:registers")
    return _list(request, form, status=422)


def _list(
    request: HttpRequest, form: NewBookForm, *, print_form: PrintForm | None = None, status: int = 200
) -> HttpResponse:
    viewer, at = viewer_of(request), now()
    today = at.astimezone(VIETNAM).date()
    begin = {"since": today.replace(month=1, day=1), "until": today}
    context: dict[str, Any] = {
        "books": register_queries.books_with_last_number(viewer, at=at),
        "year": at.astimezone(VIETNAM).year,
        "keeps": viewer.has(*policies.BOOK_KEEPERS),
        "form": form,
        "types": typical_types(),
    }
    if viewer.has(*PRINTERS):
        books = context["books"]
        context["print_form"] = print_form or PrintForm(books=books, initial=begin, auto_id="print_%s")
    return render(request, "office/registers.html", context, status=status)


@needs(*KEEPERS)
@require_http_methods(["GET", "POST"])
def register_settings(request: HttpRequest, book_id: int) -> HttpResponse:
    """A register's name, order and rules, and whether it is in use."""
    viewer = viewer_of(request)
    book = register_queries.find_book(viewer, book_id)
    begin = {**vars(book), "types": ", ".join(book.types)}
    form = BookForm(request.POST if request.method == "POST" else None, initial=begin)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_book(book_id=book_id, settings=form.settings(), viewer=viewer, at=now())
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.say())
        else:
            messages.success(request, _("The register was changed."))
            return redirect("office:registers")
    context = {"book": book, "form": form, "types": typical_types()}
    return render(request, "office/register_settings.html", context, status=422 if form.errors else 200)
