"""The first administrator of an agency."""

import pytest

from lienthong.config.cli.beginning import appoint
from lienthong.directory.public import Official, Post, UnknownAgency
from lienthong.directory.tests.factories import make_agency
from lienthong.identity.public import Account, Role, acting_viewer
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("operator", [False, True])
def test_the_first_administrator_may_administer_and_must_change_the_password(operator: bool) -> None:
    agency = make_agency()
    password = appoint(agency.code, name="Nguyễn Văn A", username="nva", operator=operator, at=now())
    account = Account.objects.get(username="nva")
    viewer = acting_viewer(account, at=now())
    assert viewer.agency_id == agency.pk
    assert viewer.roles == ({Role.ADMINISTRATOR, Role.OPERATOR} if operator else {Role.ADMINISTRATOR})
    assert account.must_change_password
    assert account.check_password(password)


def test_a_user_name_that_is_taken_leaves_nothing_behind() -> None:
    agency = make_agency()
    appoint(agency.code, name="Nguyễn Văn A", username="nva", operator=False, at=now())
    before = (Post.objects.count(), Official.objects.count(), Account.objects.count())
    with pytest.raises(Refusal):
        appoint(agency.code, name="Nguyễn Văn B", username="NVA", operator=False, at=now())
    assert (Post.objects.count(), Official.objects.count(), Account.objects.count()) == before


def test_an_unknown_agency_is_refused() -> None:
    with pytest.raises(UnknownAgency):
        appoint("X99", name="Nguyễn Văn A", username="nva", operator=False, at=now())
