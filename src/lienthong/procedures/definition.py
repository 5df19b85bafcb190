"""What a version of a procedure says, as one value: law, conditions, papers, fees, results, form and process.

It is what a draft is saved as, what two versions are compared by, and what goes in and out as a file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from pydantic import Field, ValidationError

from lienthong.documents.public import TYPES
from lienthong.procedures.conditions import names_in, parse_condition
from lienthong.procedures.faults import Fault, NotWhole, faults_of, require_shallow
from lienthong.procedures.form import Form
from lienthong.procedures.form_proof import prove_form
from lienthong.procedures.process import ConditionText, Frozen, Key, MaybeName, Name, Process, StepKind
from lienthong.procedures.proof import prove

WORKING_DAY = 8 * 60  # minutes (NĐ 61/2018/NĐ-CP: a working day of eight hours)

# Facts that are not answered in a form: what the dossier itself knows when a choice is made.
FACTS = frozenset({"fee", "channel", "supplemented"})
# Of these, what is known when the fees are reckoned: before the fee itself, before any choice of an official.
FACTS_OF_FEES = frozenset({"channel"})

Text = Annotated[str, Field(max_length=5_000)]


class Paper(Frozen):
    """A paper that is asked for, with how many originals and copies, and only if the condition holds."""

    key: Key
    name: Annotated[str, Field(min_length=1, max_length=500)]
    name_en: Annotated[str, Field(max_length=500)] = ""
    originals: Annotated[int, Field(ge=0, le=20)] = 1
    copies: Annotated[int, Field(ge=0, le=20)] = 0
    when: ConditionText = ""
    held_by_state: bool = False


class Fee(Frozen):
    """A fee in đồng that is owed if the condition holds."""

    key: Key
    name: Name
    name_en: MaybeName = ""
    amount: Annotated[int, Field(ge=0, le=10**12)]
    when: ConditionText = ""
    law: MaybeName = ""


class Exemption(Frozen):
    """How many percent of a fee are not asked for, by which law; without a `fee` it is of every fee.

    With a condition it applies by itself; without one an official chooses it at the counter, with a reason.
    """

    key: Key
    name: Name
    name_en: MaybeName = ""
    share: Annotated[int, Field(ge=1, le=100)]
    fee: Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]{0,39})?$")] = ""
    when: ConditionText = ""
    law: Name

    @property
    def by_hand(self) -> bool:
        """Whether an official chooses it."""
        return not self.when


class Result(Frozen):
    """What the applicant gets, and how many months it is valid; empty for ever.

    `document_type` is that of its draft, a code of `documents`; empty: the one its name begins with.
    """

    key: Key
    name: Name
    name_en: MaybeName = ""
    months: Annotated[int | None, Field(ge=1, le=1200)] = None
    document_type: Annotated[str, Field(max_length=10)] = ""


class Definition(Frozen):
    """The whole of a version. `limit_minutes` is the legal time limit in working minutes, if the
    law sets one.
    """

    law: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=500)], ...], Field(max_length=30)] = ()
    conditions: Text = ""
    conditions_en: Text = ""
    limit_minutes: Annotated[int | None, Field(ge=1, le=1_000_000)] = None
    papers: Annotated[tuple[Paper, ...], Field(max_length=60)] = ()
    fees: Annotated[tuple[Fee, ...], Field(max_length=30)] = ()
    exemptions: Annotated[tuple[Exemption, ...], Field(max_length=30)] = ()
    results: Annotated[tuple[Result, ...], Field(max_length=20)] = ()
    form: Form | None = None
    process: Process = Process()


_TWICE = _("the key “%(key)s” is there twice")
_NO_LAW = _("no law is named")
_NO_RESULT = _("it does not say what the applicant gets")
_NO_FORM = _("there is no form")
_NO_FEE = _("the exemption is of a fee with the key “%(key)s”, which is not there")
_UNKNOWN_TYPE = _("the result “%(key)s” has a type of document that there is not: “%(type)s”")
_UNKNOWN_FACT = _("the condition asks for “%(name)s”, which is neither a question of the form nor a fact")


def parse_definition(data: Any) -> Definition:
    """Read a definition. Raises `NotWhole`."""
    require_shallow(data)
    try:
        return Definition.model_validate(data)
    except ValidationError as error:
        raise NotWhole(faults_of(error)) from None


def definition_as_data(definition: Definition) -> dict[str, Any]:
    """The definition as JSON, without what is said by default."""
    data: dict[str, Any] = definition.model_dump(mode="json", exclude_defaults=True)
    return data


def prove_definition(definition: Definition) -> list[Fault]:
    """Everything that stands against publishing; empty when it may be published."""
    faults = list(_listed(definition))
    if definition.form is None:
        faults.append(Fault("", _NO_FORM))
    else:
        faults += prove_form(definition.form)
    faults += prove(definition.process, limit_minutes=definition.limit_minutes).faults
    faults += _facts(definition)
    return faults


def keys_twice(definition: Definition) -> Iterator[Fault]:
    """Papers, fees, exemptions and results that have the key of another: not even a draft can hold them."""
    for rows in (definition.papers, definition.fees, definition.exemptions, definition.results):
        keys = [row.key for row in rows]
        for key in sorted({key for key in keys if keys.count(key) > 1}):
            yield Fault("", _TWICE, {"key": key})


def _listed(definition: Definition) -> Iterator[Fault]:
    if not definition.law:
        yield Fault("", _NO_LAW)
    if not definition.results:
        yield Fault("", _NO_RESULT)
    fees = {fee.key for fee in definition.fees}
    for exemption in definition.exemptions:
        if exemption.fee and exemption.fee not in fees:
            yield Fault(exemption.name, _NO_FEE, {"key": exemption.fee})
    for one in definition.results:
        if one.document_type and one.document_type not in TYPES:
            yield Fault(one.name, _UNKNOWN_TYPE, {"key": one.key, "type": one.document_type})
    yield from keys_twice(definition)


def _facts(definition: Definition) -> Iterator[Fault]:
    """Conditions of papers, fees, exemptions and choices that ask for what nobody answers."""
    choices = {step.key for step in definition.process.steps if step.kind is StepKind.CHOICE}
    questions = frozenset(definition.form.question if definition.form else ())
    anything, of_fees = questions | FACTS | choices, questions | FACTS_OF_FEES
    asked = [(paper.name, paper.when, anything) for paper in definition.papers]
    asked += [(fee.name, fee.when, of_fees) for fee in definition.fees]
    asked += [(one.name, one.when, of_fees) for one in definition.exemptions]
    asked += [(way.name or way.target, way.when, anything) for way in definition.process.transitions]
    for place, text, known in asked:
        if text:
            for name in sorted(names_in(parse_condition(text)) - known):
                yield Fault(place, _UNKNOWN_FACT, {"name": name})
