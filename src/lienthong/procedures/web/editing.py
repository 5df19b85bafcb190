"""One part of a draft on its page: a form, tables of rows, samples of papers; and how it would look."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, QueryDict
from django.utils.datastructures import MultiValueDict

from lienthong.kernel.errors import Refusal
from lienthong.procedures.actions.samples import NewSample, SampleChanges, take_in
from lienthong.procedures.contracts import Sample
from lienthong.procedures.definition import Definition, Paper, parse_definition
from lienthong.procedures.faults import Fault, NotWhole
from lienthong.procedures.filling import DrawnForm, every_question, form_pages
from lienthong.procedures.form import Page, Question, form_as_data
from lienthong.procedures.forms import TABLES, AboutForm, QuestionsForm
from lienthong.procedures.question_forms import questions_table
from lienthong.procedures.rows import (
    ACT,
    DrawnRow,
    Row,
    Table,
    acted,
    drawn_rows,
    formset_of,
    rows_of,
    written,
)
from lienthong.procedures.states import SampleKind
from lienthong.procedures.stored import Samples

ABOUT, PAPERS, QUESTIONS, JSON = "about", "papers", "questions", "json"
KEPT, SHOWN = "sample-kept", "sample-shown"
Uploads = MultiValueDict[str, "UploadedFile[Any]"]


@dataclass(frozen=True)
class DrawnTable:
    """A table with its rows as they are drawn, and what is wrong with it as a whole."""

    table: Table
    formset: Any
    rows: tuple[DrawnRow, ...]
    errors: tuple[str, ...] = ()

    @property
    def heads(self) -> list[str]:
        """The heads of its columns."""
        return [str(cell.bound.label) for cell in self.rows[0].cells] if self.rows else []

    @property
    def width(self) -> int:
        """How many columns it has, with that of the buttons."""
        return len(self.heads) + 1


@dataclass(frozen=True)
class PaperSamples:
    """The samples of a paper: those there are and whether they stay, and what was refused of those sent."""

    paper: Paper
    kept: tuple[tuple[Sample, bool], ...]
    inputs: tuple[tuple[str, str, tuple[str, ...]], ...]

    @property
    def opened(self) -> bool:
        """Whether something is wrong with what was sent for it."""
        return any(errors for _name, _label, errors in self.inputs)


class Editor:
    """One part of a draft as forms; `errors` are those of no single field.

    `sent` says that it was sent to be saved; a button that only works on the rows saves nothing.
    """

    def __init__(
        self,
        part: str,
        definition: Definition,
        samples: Samples,
        data: QueryDict | None,
        files: Uploads,
        *,
        page: str = "",
        group: str = "",
        at: datetime,
    ) -> None:
        self.part, self.page, self.group = part, page, group
        self._data: dict[str, Any] = definition.model_dump(mode="json")
        self._definition, self._samples, self._at = definition, samples, at
        tables = _tables(part, page, group)
        self.focus, self.errors = "", list[str]()
        self.acted = data is not None and ACT in data
        self.sent = data is not None and not self.acted
        if data is not None and self.acted:
            data, self.focus = acted(data, tables)
        self._post = data
        self.form = self._form(data)
        self.tables = [(table, formset_of(table, data, self._before(table))) for table in tables]
        self._added, self._refused = list[NewSample](), dict[str, list[str]]()
        if self.sent and part == PAPERS:
            self._take_in(files)

    def valid(self) -> bool:
        """Whether every field is as it should be."""
        whole = [formset.is_valid() for _table, formset in self.tables]
        return all(whole) and (self.form is None or self.form.is_valid()) and not self._refused

    def changed(self, *, fit_only: bool = False) -> dict[str, Any]:
        """The definition with this part as it was sent; `fit_only` leaves out rows that cannot be read."""
        data = self._data
        if isinstance(self.form, AboutForm):
            data = data | self.form.part()
        elif isinstance(self.form, QuestionsForm):
            data = data | {"form": self.form.cleaned_data["json"]}
        for table, formset in self.tables:
            rows = rows_of(table, formset, self._before(table), fit_only=fit_only)
            data = _put(data, table.path, rows)
        if self.part == QUESTIONS and not data["form"]["pages"]:
            data = data | {"form": None}
        return data

    def sample_changes(self) -> SampleChanges:
        """What the page does to the samples."""
        if self.part != PAPERS or self._post is None:
            return SampleChanges()
        _table, formset = self.tables[0]
        said = [form.cleaned_data for form in written(formset)]
        return SampleChanges(
            dropped=_ids(self._post, SHOWN) - _ids(self._post, KEPT),
            added=self._added,
            renamed={row["was"]: row["key"] for row in said if row["was"] not in ("", row["key"])},
        )

    def drawn(self, faults: Sequence[Fault]) -> list[DrawnTable]:
        """The tables as they are drawn, with what stands against publishing at its row."""
        found = []
        for table, formset in self.tables:
            rows = drawn_rows(
                table,
                formset,
                focus=self.focus,
                inner=self._inner(table),
                faults=_at_rows(table, faults),
            )
            errors = tuple(map(str, formset.non_form_errors())) if self.sent else ()
            found.append(DrawnTable(table, formset, tuple(rows), errors))
        return found

    def samples(self) -> list[PaperSamples]:
        """Each paper that was saved, with its samples."""
        if self.part != PAPERS:
            return []
        post, kept = self._post, _ids(self._post, KEPT) if self._post is not None else set[int]()
        return [
            PaperSamples(
                paper,
                tuple((one, post is None or one.id in kept) for one in self._samples.get(paper.key, ())),
                tuple(
                    (name := _input(paper, kind), str(kind.label), tuple(self._refused.get(name, ())))
                    for kind in SampleKind
                ),
            )
            for paper in self._definition.papers
        ]

    def look(self) -> DrawnForm | NotWhole | None:
        """The page of the form as whoever applies sees it, with every question; or why it cannot be drawn."""
        if not self.page:
            return None
        try:
            form = parse_definition(self.changed(fit_only=True)).form if self._post else self._definition.form
        except NotWhole as refusal:
            return refusal
        return form_pages(every_question(form), {}, page=self.page) if form else None

    @property
    def page_edited(self) -> Page | None:
        """The page of the form whose questions are edited, as it was saved."""
        pages = self._definition.form.pages if self._definition.form else ()
        return next((one for one in pages if one.key == self.page), None)

    @property
    def group_edited(self) -> Question | None:
        """The group whose questions are edited, as it was saved."""
        questions = self.page_edited.questions if self.page_edited else ()
        return next((one for one in questions if one.key == self.group), None)

    def _form(self, data: Any) -> forms.Form | None:
        if self.part == ABOUT:
            return AboutForm(data, initial=AboutForm.initial_of(self._data))
        if self.part == JSON:
            form = self._definition.form
            shown = json.dumps(form_as_data(form) if form else {"pages": []}, ensure_ascii=False, indent=2)
            return QuestionsForm(data, initial={"json": shown})
        return None

    def _before(self, table: Table) -> list[Row]:
        """The rows as they were saved. Raises `Http404` if the page or group is not there."""
        if (
            table.path[:2] == ("form", "pages")
            and len(table.path) > 2
            and not _at(self._data, table.path[:-1])
        ):
            raise Http404
        return list(_at(self._data, table.path) or ())

    def _inner(self, table: Table) -> dict[str, int]:
        """How many rows hang on each row, where they are edited on a page of their own."""
        if not table.inner or self.group:
            return {}
        whole = self.part == QUESTIONS and not self.page
        rows = (row for row in self._before(table) if whole or row["type"] == "group")
        return {row["key"]: len(row["questions"]) for row in rows}

    def _take_in(self, files: Uploads) -> None:
        """Look at the samples that were sent; what is refused is said at its input."""
        for paper in self._definition.papers:
            for kind in SampleKind:
                name = _input(paper, kind)
                sent: list[UploadedFile[Any]] = files.getlist(name)
                for upload in sent:
                    try:
                        self._added.append(take_in(upload, paper=paper.key, kind=kind, at=self._at))
                    except Refusal as refusal:
                        self._refused.setdefault(name, []).append(f"{upload.name}: {refusal.say()}")


def _tables(part: str, page: str, group: str) -> tuple[Table, ...]:
    """The tables of a part. Raises `Http404` for a part that is none."""
    if page:
        return (questions_table(page, group),)
    if part not in (ABOUT, JSON, *TABLES):
        raise Http404
    return TABLES.get(part, ())


def _input(paper: Paper, kind: SampleKind) -> str:
    return f"sample-{paper.key}-{kind}"


def _ids(data: QueryDict, name: str) -> set[int]:
    return {int(one) for one in data.getlist(name) if one.isascii() and one.isdigit() and len(one) < 19}


def _at(data: Any, path: Sequence[str]) -> Any:
    """What stands at a path: names of members, and keys of rows in lists."""
    for name in path:
        if isinstance(data, list):
            data = next((row for row in data if row["key"] == name), None)
        else:
            data = (data or {}).get(name)
    return data


def _put(data: Any, path: Sequence[str], rows: list[Row]) -> Any:
    """The data with other rows at the path."""
    if not path:
        return rows
    name, rest = path[0], path[1:]
    if isinstance(data, list):
        return [_put(row, rest, rows) if row["key"] == name else row for row in data]
    return {**(data or {}), name: _put((data or {}).get(name), rest, rows)}


def _at_rows(table: Table, faults: Sequence[Fault]) -> dict[str, list[str]]:
    """The faults of each row of a table of the form, by its key; those of what hangs on it, too."""
    found: dict[str, list[str]] = {}
    place = tuple(name for name in table.path[2:] if name != "questions") if table.path[0] == "form" else None
    for fault in faults:
        if place is not None and fault.keys[: len(place)] == place and len(fault.keys) > len(place):
            found.setdefault(fault.keys[len(place)], []).append(fault.said)
    return found
