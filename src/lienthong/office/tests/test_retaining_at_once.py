"""Several at once on one row of the retention periods: one of them does it, the others are told."""

from __future__ import annotations

import pytest

from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.office.archive.retaining import (
    NotThatState,
    ProposedAlready,
    approve_rule,
    end_rule,
    propose_rule,
)
from lienthong.office.archive.retention_models import RetentionRule
from lienthong.office.tests.factories import NOON
from lienthong.office.tests.test_concurrency import at_once
from lienthong.office.tests.test_retaining import NEW

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_row_is_proposed_approved_and_ended_once() -> None:
    ours = agency()
    clerk, head = viewer_in(ours, Role.CLERK, at=NOON), viewer_in(ours, Role.LEADER, at=NOON)
    proposed = at_once(*(lambda: propose_rule(new=NEW, viewer=clerk, at=NOON),) * 3)
    refused = [type(one) for one in proposed if isinstance(one, Exception)]
    assert refused == [ProposedAlready] * 2
    row = RetentionRule.objects.get()
    approved = at_once(*(lambda: approve_rule(rule_id=row.pk, viewer=head, at=NOON),) * 3)
    assert [type(one) for one in approved if isinstance(one, Exception)] == [NotThatState] * 2
    ended = at_once(*(lambda: end_rule(rule_id=row.pk, reason="Bãi bỏ", viewer=head, at=NOON),) * 3)
    assert [type(one) for one in ended if isinstance(one, Exception)] == [NotThatState] * 2
