"""How long groups of files are kept: proposed, approved, ended; whose row holds; what the forms offer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from lienthong.directory.public import Agency
from lienthong.identity.public import NotAllowed, NotFound, Role, Viewer
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.kernel.clock import VIETNAM, now
from lienthong.ledger.public import Subject, timeline
from lienthong.office.archive.filing import UnknownRetention, revise_file
from lienthong.office.archive.planning import Entry, add_entry, draft_list
from lienthong.office.archive.retaining import (
    EndReasonMissing,
    NewRule,
    NotThatState,
    PeriodImpossible,
    ProposedAlready,
    RuleIncomplete,
    StartsTooEarly,
    approve_rule,
    end_rule,
    propose_rule,
    withdraw_rule,
)
from lienthong.office.archive.retention_models import RetentionRule
from lienthong.office.archive.retention_queries import Rule, periods_on, rules_on, shipped_rules
from lienthong.office.tests.factories import NOON
from lienthong.office.tests.pages import client_as, text_of
from lienthong.office.tests.work_files import TITLE, work_file

pytestmark = pytest.mark.django_db
DAY = NOON.astimezone(VIETNAM).date()
NEW = NewRule(group="Hồ sơ đất đai", years=30, source="QĐ 12/QĐ-UBND", article="Điều 3", valid_from=DAY)


def people(ours: Agency) -> tuple[Viewer, Viewer]:
    return viewer_in(ours, Role.CLERK, at=NOON), viewer_in(ours, Role.LEADER, at=NOON)


def ruled(ours: Agency, **fields: Any) -> RetentionRule:
    clerk, head = people(ours)
    row = propose_rule(new=replace(NEW, **fields), viewer=clerk, at=NOON)
    return approve_rule(rule_id=row.pk, viewer=head, at=NOON)


def rule_of(place: Agency, group: str, *, on: date = DAY) -> Rule | None:
    return next((rule for rule in rules_on(place.pk, on=on) if rule.group == group), None)


def test_the_shipped_table_is_whole_and_has_no_owner() -> None:
    rules = shipped_rules()
    assert len({rule.group for rule in rules}) == len(rules) > 10
    assert all(rule.kept.years is None or 2 <= rule.kept.years <= 70 for rule in rules)
    assert all(rule.source and not rule.owner for rule in rules)
    assert rules_on(agency().pk, on=DAY)[0].retention == "permanent"


def test_a_row_holds_once_approved_and_until_it_is_ended_with_a_reason() -> None:
    ours = agency()
    clerk, head = people(ours)
    row = propose_rule(new=NEW, viewer=clerk, at=NOON)
    assert rule_of(ours, NEW.group) is None
    with pytest.raises(NotAllowed):
        approve_rule(rule_id=row.pk, viewer=clerk, at=NOON)
    approve_rule(rule_id=row.pk, viewer=head, at=NOON)
    found = rule_of(ours, NEW.group)
    assert found is not None
    assert (found.retention, found.basis, found.own) == ("30", "Điều 3, QĐ 12/QĐ-UBND", True)
    assert rule_of(ours, NEW.group, on=DAY - timedelta(days=1)) is None
    with pytest.raises(NotThatState):
        withdraw_rule(rule_id=row.pk, viewer=clerk, at=NOON)
    with pytest.raises(EndReasonMissing):
        end_rule(rule_id=row.pk, reason=" ", viewer=head, at=NOON)
    later = NOON + timedelta(days=2)
    end_rule(rule_id=row.pk, reason="Thông tư mới", viewer=head, at=later)
    assert rule_of(ours, NEW.group, on=DAY + timedelta(days=1)) is not None
    assert rule_of(ours, NEW.group, on=DAY + timedelta(days=2)) is None
    with pytest.raises(NotThatState):
        end_rule(rule_id=row.pk, reason="Lại", viewer=head, at=later)
    verbs = [event.verb for event in timeline(Subject("office.retention-rule", str(row.pk)))]
    assert verbs == ["retention-rule.propose", "retention-rule.approve", "retention-rule.end"]


def test_a_row_replaces_the_one_of_its_group_from_its_first_day() -> None:
    ours = agency()
    clerk, head = people(ours)
    first = ruled(ours)
    start = DAY + timedelta(days=10)
    new = replace(NEW, group=" HỒ SƠ  đất đai", years=None, valid_from=start)
    second = propose_rule(new=new, viewer=clerk, at=NOON)
    with pytest.raises(ProposedAlready):
        propose_rule(new=NEW, viewer=clerk, at=NOON)
    approve_rule(rule_id=second.pk, viewer=head, at=NOON)
    first.refresh_from_db()
    assert first.valid_to == start
    assert first.ended_reason == "Điều 3, QĐ 12/QĐ-UBND"
    for day, period in ((DAY, "30"), (start, "permanent")):
        same = [rule for rule in rules_on(ours.pk, on=day) if rule.group.casefold() == "hồ sơ đất đai"]
        assert [rule.retention for rule in same] == [period]
    between = replace(NEW, valid_from=DAY + timedelta(days=5))
    earlier = propose_rule(new=between, viewer=clerk, at=NOON)
    with pytest.raises(StartsTooEarly):
        approve_rule(rule_id=earlier.pk, viewer=head, at=NOON)


def test_rows_from_above_hold_below_unless_the_agency_has_its_own_and_a_shipped_row_gives_way() -> None:
    province, ours, beside = agency(), agency(), agency()
    Agency.objects.filter(pk=ours.pk).update(parent=province)
    shipped = shipped_rules()[-1]
    ruled(province, group=shipped.group, years=7)
    found = rule_of(ours, shipped.group)
    assert found is not None
    assert (found.retention, found.owner, found.own) == ("7", province.name, False)
    ruled(ours, group=shipped.group, years=9)
    found_in = [rule_of(one, shipped.group) for one in (ours, province, beside)]
    assert [rule and rule.retention for rule in found_in] == ["9", "7", shipped.retention]
    row = RetentionRule.objects.get(agency=province)
    with pytest.raises(NotFound):
        end_rule(rule_id=row.pk, reason="Không", viewer=people(ours)[1], at=NOON)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"group": " "}, RuleIncomplete),
        ({"source": ""}, RuleIncomplete),
        ({"years": 71}, PeriodImpossible),
        ({"years": 1}, PeriodImpossible),
        ({"valid_from": DAY - timedelta(days=1)}, StartsTooEarly),
    ],
)
def test_a_row_that_says_nothing_or_reaches_back_is_refused(
    fields: dict[str, Any], refusal: type[Exception]
) -> None:
    clerk, head = people(agency())
    with pytest.raises(refusal):
        propose_rule(new=replace(NEW, **fields), viewer=clerk, at=NOON)
    with pytest.raises(NotAllowed):
        propose_rule(new=NEW, viewer=head, at=NOON)


def test_a_period_is_given_while_a_row_has_it_and_what_was_given_stays() -> None:
    ours = agency()
    clerk, head = people(ours)
    with pytest.raises(UnknownRetention):
        work_file(clerk, retention="30")
    row = ruled(ours)
    file = work_file(clerk, retention="30")
    draft_list(year=DAY.year, copied=False, viewer=clerk, at=NOON)
    add_entry(year=DAY.year, entry=Entry("01", "Hồ sơ", "30"), viewer=clerk, at=NOON)
    end_rule(rule_id=row.pk, reason="Bãi bỏ", viewer=head, at=NOON)
    assert "30" not in periods_on(ours.pk, on=DAY)
    with pytest.raises(UnknownRetention):
        add_entry(year=DAY.year, entry=Entry("02", "Hồ sơ", "30"), viewer=clerk, at=NOON)
    revise_file(file_id=file.id, title="Tên khác", retention="30", viewer=clerk, at=NOON)
    file.refresh_from_db()
    assert (file.retention, file.title) == ("30", "Tên khác")
    other = work_file(clerk, retention="10")
    with pytest.raises(UnknownRetention):
        revise_file(file_id=other.id, title=TITLE, retention="30", viewer=clerk, at=NOON)


def test_the_database_holds_one_row_a_day_and_a_reason_for_an_end() -> None:
    row = ruled(agency())
    for change in ({"valid_to": DAY}, {"approved_by": ""}, {"retention": "0"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            RetentionRule.objects.filter(pk=row.pk).update(**change)
    row.pk = None
    with pytest.raises(IntegrityError, match="retention_one_a_day"), transaction.atomic():
        row.save(force_insert=True)


def test_the_page_proposes_approves_ends_and_tells_what_is_to_be_confirmed() -> None:
    ours = agency()
    clerk, head = client_as(Role.CLERK, ours), client_as(Role.LEADER, ours)
    page, today = reverse("office:retention"), now().astimezone(VIETNAM).date()
    assert "to be confirmed" in text_of(clerk.get(page))
    assert "Propose a row" not in text_of(head.get(page))
    values = {"group": "Hồ sơ đất đai", "years": "30", "source": "QĐ 1", "article": "", "valid_from": today}
    propose = reverse("office:propose_retention")
    assert clerk.post(propose, {**values, "years": "99"}).status_code == 422
    assert "Proposed." in text_of(clerk.post(propose, values, follow=True))
    row = RetentionRule.objects.get()
    approved = head.post(reverse("office:approve_retention", args=[row.pk]), follow=True)
    assert "keep the period they have" in text_of(approved)
    form = text_of(clerk.get(reverse("office:open_work_file")))
    assert "Hồ sơ đất đai – 30 years" in form
    value = form.partition("Hồ sơ đất đai – 30 years")[0].rpartition('value="')[2].partition('"')[0]
    opened = clerk.post(reverse("office:open_work_file"), {"title": "A", "retention": value, "code": ""})
    assert "30 years" in text_of(clerk.get(opened.headers["Location"]))
    end = reverse("office:end_retention", args=[row.pk])
    assert head.post(end, {"reason": ""}).status_code == 422
    assert "Bãi bỏ" in text_of(head.post(end, {"reason": "Bãi bỏ"}, follow=True))
    assert "30 years (as it stands)" in text_of(clerk.get(opened.headers["Location"]))
    assert "Hồ sơ đất đai – 30 years" not in text_of(clerk.get(reverse("office:open_work_file")))


@pytest.mark.parametrize("count", [1, 200])
def test_the_page_takes_as_many_queries_for_many_rows_as_for_few(
    count: int, django_assert_max_num_queries: Any
) -> None:
    ours = agency()
    rows = [
        RetentionRule(
            agency=ours,
            group=f"Nhóm {number}",
            group_key=f"nhóm {number}",
            retention="10",
            source="QĐ 1",
            valid_from=DAY,
            proposed_by="A",
            proposed_at=NOON,
            approved_by="B",
            approved_at=NOON,
        )
        for number in range(count)
    ]
    RetentionRule.objects.bulk_create(rows)
    client = client_as(Role.LEADER, ours)
    client.get(reverse("office:retention"))
    with django_assert_max_num_queries(6):  # session, account, posts, bell; rows that hold, own rows
        client.get(reverse("office:retention"))
