"""A form: pages of questions with conditions, read from JSON, held as frozen values.

`when` is a condition over earlier questions (inside a group: over its own). A question that is not asked
has no answer. Computed questions are filled from others, prefilled ones from what the State holds; both say
so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from lienthong.procedures.conditions import Condition, parse_condition
from lienthong.procedures.faults import NotWhole, faults_of, require_shallow
from lienthong.procedures.process import ConditionText, Frozen, Key, MaybeName, Name

MOST_PAGES, MOST_QUESTIONS, MOST_OPTIONS, MOST_ENTRIES = 40, 60, 300, 50


class QuestionType(StrEnum):
    """What kind of answer is asked for."""

    TEXT = "text"
    LONG_TEXT = "long-text"
    WHOLE_NUMBER = "whole-number"
    AMOUNT = "amount"
    DATE = "date"
    YES_NO = "yes-no"
    CHOICE = "choice"
    CHOICES = "choices"
    IDENTIFICATION_NUMBER = "identification-number"
    TELEPHONE = "telephone"
    EMAIL = "email"
    PLACE = "place"
    FILE = "file"
    GROUP = "group"


class Prefill(StrEnum):
    """Where a prefilled answer comes from: the applicant's own record, or a register that the State keeps."""

    FULL_NAME = "party.full-name"
    IDENTIFICATION_NUMBER = "party.identification-number"
    BIRTH_DATE = "party.birth-date"
    SEX = "party.sex"
    TELEPHONE = "party.telephone"
    EMAIL = "party.email"
    RESIDENCE = "party.residence"
    BUSINESS_NAME = "business.name"
    BUSINESS_CODE = "business.code"
    BUSINESS_ADDRESS = "business.address"


class Option(Frozen):
    """One of the answers to choose from."""

    value: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    label: Name
    label_en: MaybeName = ""


class Computation(Frozen):
    """How a computed answer is found: a sum, a product or a count of other answers, or full years up to a
    day.

    `years` takes the day from which and, as the second, the day up to which; with one, the day of filling in.
    """

    do: Literal["sum", "product", "count", "years"]
    of: Annotated[tuple[Key, ...], Field(min_length=1, max_length=20)]


class Question(Frozen):
    """One question. `minimum` and `maximum` bound a number, a length of a text, or a number of
    entries or files.
    """

    key: Key
    type: QuestionType = QuestionType.TEXT
    label: Name
    label_en: MaybeName = ""
    hint: Annotated[str, Field(max_length=500)] = ""
    hint_en: Annotated[str, Field(max_length=500)] = ""
    required: bool = True
    when: ConditionText = ""
    options: Annotated[tuple[Option, ...], Field(max_length=MOST_OPTIONS)] = ()
    minimum: Annotated[int | None, Field(ge=0, le=10**15)] = None
    maximum: Annotated[int | None, Field(ge=0, le=10**15)] = None
    computed: Computation | None = None
    prefill: Prefill | None = None
    questions: Annotated[tuple[Question, ...], Field(max_length=MOST_QUESTIONS)] = ()

    @property
    def condition(self) -> Condition | None:
        """When it is asked; `None` always."""
        return parse_condition(self.when) if self.when else None


class Page(Frozen):
    """One topic: what is asked together. A page that is new in a draft holds no question yet."""

    key: Key
    title: Name
    title_en: MaybeName = ""
    intro: Annotated[str, Field(max_length=1000)] = ""
    intro_en: Annotated[str, Field(max_length=1000)] = ""
    when: ConditionText = ""
    questions: Annotated[tuple[Question, ...], Field(max_length=MOST_QUESTIONS)] = ()

    @property
    def condition(self) -> Condition | None:
        """When it is shown; `None` always."""
        return parse_condition(self.when) if self.when else None


class Form(Frozen):
    """The whole: pages in order."""

    pages: Annotated[tuple[Page, ...], Field(min_length=1, max_length=MOST_PAGES)]

    @cached_property
    def question(self) -> Mapping[str, Question]:
        """Each question of the top level by its key."""
        return {question.key: question for question in self.questions}

    @property
    def questions(self) -> Iterator[Question]:
        """The questions of the top level, in order."""
        return (question for page in self.pages for question in page.questions)


def parse_form(data: Any) -> Form:
    """Read a form. Raises `NotWhole` with what is wrong and where; whether it holds together is
    proven elsewhere.
    """
    require_shallow(data)
    try:
        return Form.model_validate(data)
    except ValidationError as error:
        raise NotWhole(faults_of(error)) from None


def form_as_data(form: Form) -> dict[str, Any]:
    """The form as JSON, without what is said by default."""
    data: dict[str, Any] = form.model_dump(mode="json", exclude_defaults=True)
    return data
