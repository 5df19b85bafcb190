from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from lienthong.directory.public import Official
from lienthong.identity.actions.accounts import (
    AlreadyHasAccount,
    UsernameTaken,
    create_account,
    create_accounts,
    grant_role,
    grant_roles,
)
from lienthong.identity.contracts import NewAccount, Role
from lienthong.identity.models import Account, RoleGrant
from lienthong.identity.tests.factories import PASSWORD, agency, official_in, official_of, post_in

pytestmark = pytest.mark.django_db


def person() -> Official:
    return Official.objects.create(full_name="Hoàng Văn Nam")


class TestCreateAccount:
    def test_stores_it_in_small_letters_with_its_password(self) -> None:
        made = create_account(username=" Nam.Hoang ", official=person(), password=PASSWORD)
        assert (made.username, made.check_password(PASSWORD)) == ("nam.hoang", True)

    def test_a_name_that_is_taken_is_refused(self) -> None:
        official_in(agency(), username="nam")
        with pytest.raises(UsernameTaken):
            create_account(username="NAM", official=person(), password=PASSWORD)
        assert Account.objects.count() == 1

    def test_a_second_account_for_one_official_is_refused(self) -> None:
        account = official_in(agency())
        with pytest.raises(AlreadyHasAccount):
            create_account(username="second", official=official_of(account), password=PASSWORD)

    def test_the_database_refuses_capitals(self) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Account.objects.create(username="Nam")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_want_one_name_at_once_only_one_gets_it() -> None:
    people, together, refused = [person(), person()], Barrier(2), []

    def make(official: Official) -> None:
        together.wait()
        try:
            create_account(username="nam", official=official, password=PASSWORD)
        except UsernameTaken:
            refused.append(official)
        finally:
            connection.close()

    threads = [Thread(target=make, args=[official]) for official in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert Account.objects.count() == 1


class TestInSets:
    def test_thousands_of_accounts_take_one_hash_and_one_statement(
        self, django_assert_max_num_queries: Callable
    ) -> None:
        people = Official.objects.bulk_create([Official(full_name=f"Người {n}") for n in range(3000)])
        rows = [NewAccount(username=f"Demo{n}", official_id=one.pk) for n, one in enumerate(people)]
        with django_assert_max_num_queries(3):
            assert create_accounts(rows, password=PASSWORD) == 3000
        assert Account.objects.values("password").distinct().count() == 1
        assert Account.objects.get(username="demo7").check_password(PASSWORD)

    def test_accounts_that_exist_stay_as_they_are(self) -> None:
        account = official_in(agency(), username="demo")
        create_accounts([NewAccount("demo", person().pk)], password="another-long-password")
        account.refresh_from_db()
        assert account.check_password(PASSWORD)

    def test_roles_are_granted_with_one_statement_and_once(
        self, django_assert_max_num_queries: Callable
    ) -> None:
        posts = [post_in(agency()) for _ in range(3)]
        grant_role(posts[0], Role.CLERK)
        with django_assert_max_num_queries(3):
            grant_roles([(post.pk, Role.CLERK) for post in posts])
        assert RoleGrant.objects.count() == 3

    def test_the_database_knows_no_other_role(self) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            RoleGrant.objects.create(post=post_in(agency()), role="emperor")
