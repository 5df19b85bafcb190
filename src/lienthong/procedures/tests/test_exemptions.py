"""Exemptions are part of a version: proven, stored, frozen, compared; the shipped ones are used."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from lienthong.identity.public import Role
from lienthong.procedures.actions.loading import shipped
from lienthong.procedures.actions.versions import publish_version
from lienthong.procedures.definition import (
    Definition,
    definition_as_data,
    parse_definition,
    prove_definition,
)
from lienthong.procedures.differences import Difference, Kind, differences
from lienthong.procedures.faults import NotWhole
from lienthong.procedures.fees import (
    REASON_LIMIT,
    ExemptionReasonMissing,
    UnknownExemption,
    require_grantable,
)
from lienthong.procedures.models import FeeExemption, ProcedureVersion
from lienthong.procedures.reckoning import GrantedExemptions, reckon
from lienthong.procedures.states import Channel
from lienthong.procedures.stored import definition_of
from lienthong.procedures.tests.factories import (
    LAW,
    NOON,
    definition,
    draft,
    exemption,
    fee,
    officer,
    procedure,
    published,
)

EXEMPTIONS = (
    exemption("child", 100, fee="late", when="age < 6"),
    exemption("near_poor", 50, name_en="Near-poor household"),
)


def said(**fields: Any) -> list[str]:
    """What stands against publishing it."""
    return [str(fault) for fault in prove_definition(definition(**fields))]


@pytest.mark.parametrize(
    "wrong",
    [
        {"fees": [{"key": "a", "name": "A", "amount": -1}]},
        {"exemptions": [{"key": "a", "name": "A", "share": 0, "law": LAW}]},
        {"exemptions": [{"key": "a", "name": "A", "share": 101, "law": LAW}]},
        {"exemptions": [{"key": "a", "name": "A", "share": 12.5, "law": LAW}]},
        {"exemptions": [{"key": "a", "name": "A", "share": 50}]},
        {"exemptions": [{"key": "a", "name": "A", "share": 50, "law": ""}]},
        {"exemptions": [{"key": "a", "name": "A", "share": 50, "law": LAW, "when": "age <"}]},
        {"exemptions": [{"key": "a", "name": "A", "share": 50, "law": LAW, "fee": "Không"}]},
        {"exemptions": [{"key": f"k{n}", "name": "A", "share": 50, "law": LAW} for n in range(31)]},
    ],
)
def test_what_makes_no_sense_is_not_read(wrong: dict[str, Any]) -> None:
    with pytest.raises(NotWhole):
        parse_definition(wrong)


def test_a_condition_that_names_no_question_and_a_fee_that_is_not_there_stand_against_publishing() -> None:
    assert said(exemptions=EXEMPTIONS) == []
    assert len(said(exemptions=(exemption("a", when="poor_household"),))) == 1
    assert len(said(exemptions=(exemption("a", fee="of_another"),))) == 1
    assert len(said(exemptions=(exemption("a"), exemption("a")))) == 1
    # What is known only after the fee was reckoned cannot decide on it.
    assert len(said(exemptions=(exemption("a", when="fee > 0"),))) == 1
    assert len(said(fees=(fee("a", 1, when="supplemented"),))) == 1
    assert said(exemptions=(exemption("a", when=f'channel == "{Channel.COUNTER}"'),)) == []


@pytest.mark.django_db
def test_a_version_says_its_exemptions_is_frozen_with_them_and_followed_with_them() -> None:
    says = definition(exemptions=EXEMPTIONS)
    assert parse_definition(definition_as_data(says)) == says
    made = draft(procedure(), says)
    assert definition_of(ProcedureVersion.objects.get(pk=made.pk)) == says
    version = published(says=says)
    assert definition_of(version) == says
    for breach in (
        lambda: FeeExemption.objects.filter(version=version).update(share=1),
        lambda: FeeExemption.objects.filter(version=version).delete(),
        lambda: FeeExemption.objects.create(version=version, position=9, key="x", name="X", share=1, law=LAW),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            breach()


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"share": 0}, {"share": 101}, {"law": ""}, {"key": "child"}])
def test_the_database_refuses_an_exemption_that_must_not_be(wrong: dict[str, Any]) -> None:
    made = draft(procedure(), definition(exemptions=EXEMPTIONS))
    values = {"position": 5, "key": "new", "name": "X", "share": 50, "law": LAW}
    with pytest.raises(IntegrityError), transaction.atomic():
        FeeExemption.objects.create(version=made, **values | wrong)
    FeeExemption.objects.create(version=made, **values)


@pytest.mark.django_db
def test_an_unsound_exemption_is_not_published() -> None:
    made = draft(procedure(), definition(exemptions=(exemption("a", when="poor_household"),)))
    leader = officer(made.procedure.authority, Role.LEADER)
    with pytest.raises(NotWhole, match="poor_household"):
        publish_version(version_id=made.pk, viewer=leader, at=NOON)


@pytest.mark.django_db
def test_only_what_the_version_leaves_to_officials_is_granted_and_with_a_reason() -> None:
    made = draft(procedure(), definition(exemptions=EXEMPTIONS))

    def grant(*keys: str, reason: str = "GCN số 12") -> None:
        require_grantable(made, GrantedExemptions(frozenset(keys), reason))

    grant()
    grant("near_poor")
    for keys in (("child",), ("of_another_procedure",), ("near_poor", "x")):
        with pytest.raises(UnknownExemption):
            grant(*keys)
    for reason in ("", "  ", "x" * (REASON_LIMIT + 1), "a\0"):
        with pytest.raises(ExemptionReasonMissing):
            grant("near_poor", reason=reason)


def test_what_changed_of_an_exemption_is_told() -> None:
    old, new = (
        definition(exemptions=EXEMPTIONS),
        definition(exemptions=(EXEMPTIONS[0].model_copy(update={"share": 80}), exemption("veteran"))),
    )
    assert differences(old, new) == [
        Difference(Kind.CHANGED, ("exemptions", "child", "share"), "100", "80"),
        Difference(Kind.ADDED, ("exemptions", "veteran"), after="VETERAN"),
        Difference(Kind.REMOVED, ("exemptions", "near_poor"), before="NEAR_POOR"),
    ]


def test_shipped_procedures_have_exemptions_by_law_and_what_applies_by_itself_does() -> None:
    says = {one.listing["code"]: one.definition for one in shipped()}
    with_some = [code for code, one in says.items() if one.exemptions]
    assert len(with_some) >= 8
    record = says["2.000488"]
    assert [(line.tariff, line.amount) for line in reckon(record, {"age": 15})] == [(200_000, 0)]
    assert [line.amount for line in reckon(record, {"age": 30})] == [200_000]
    student = GrantedExemptions(frozenset({"student"}), "Thẻ sinh viên B21")
    assert [line.amount for line in reckon(record, {"age": 20}, granted=student)] == [100_000]
    company = says["2.001583"]
    assert [_sum(company, channel) for channel in Channel.values] == [150_000, 150_000, 100_000, 100_000]


def _sum(says: Definition, channel: str) -> int:
    return sum(line.amount for line in reckon(says, {"channel": channel}))
