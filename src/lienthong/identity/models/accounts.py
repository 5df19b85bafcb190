"""Accounts, the roles of posts, and delegation."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce, Greatest, Lower

from lienthong.directory.public import Official, Post
from lienthong.identity.contracts import Assurance, PartyKind, Role
from lienthong.kernel.identifiers import uuid7
from lienthong.kernel.plain import Plain


class AccountManager(BaseUserManager["Account"]):
    """Makes accounts with a hashed password."""

    def create_user(self, username: str, password: str | None = None, **fields: object) -> Account:
        """Store an account; without a password it can sign in only by passkey or single sign-on."""
        account = self.model(username=username, **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """What a person signs in with; an official's account points to the official, a party to a citizen's.

    `must_change_password`: the password was given out by an administrator and serves for one sign-in.
    A citizen signs in with `number`, and `email` or `telephone`; `assurance` says how it is known that the
    number is the person's own (ADR 0074). Who is both an official and a citizen has two accounts.
    """

    username = models.CharField(max_length=150, unique=True)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    official = models.OneToOneField(
        Official, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    language = models.CharField(max_length=2, blank=True)
    last_post = models.ForeignKey(Post, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    must_change_password = models.BooleanField(default=False)
    assurance = models.CharField(max_length=10, blank=True, default="", db_default="")
    number = models.CharField(max_length=12, blank=True, default="", db_default="")
    telephone = models.CharField(max_length=15, blank=True, default="", db_default="")

    objects = AccountManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(username=Lower("username")), name="account_username_lower"),
            models.CheckConstraint(
                condition=Q(number="") | Q(official=None), name="account_of_official_or_citizen"
            ),
            models.CheckConstraint(
                condition=Q(number="", assurance="")
                | Q(number__regex=r"^[0-9]{12}$", assurance__in=[one.value for one in Assurance]),
                name="account_assured",
            ),
            models.UniqueConstraint(
                fields=["number", "email"],
                condition=~Q(number="") & ~Q(email="") & Q(is_active=True),
                name="account_number_email_once",
            ),
            models.UniqueConstraint(
                fields=["number", "telephone"],
                condition=~Q(number="") & ~Q(telephone="") & Q(is_active=True),
                name="account_number_telephone_once",
            ),
        ]

    def __str__(self) -> str:
        return self.username


class RoleGrant(models.Model):
    """A post carries a role."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "role"], name="role_grant_unique"),
            models.CheckConstraint(
                condition=Q(role__in=[role.value for role in Role]), name="role_grant_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post_id}: {self.role}"


class TimeRange(Func):
    """SQL `tstzrange(from, to)`: from included, to excluded."""

    function = "tstzrange"
    output_field = models.Field()


def in_force(at: datetime) -> Q:
    """The delegations under which someone may act at the instant."""
    return Q(Q(ended_at__isnull=True) | Q(ended_at__gt=at), starts_at__lte=at, ends_at__gt=at)


class Delegation(models.Model):
    """The holder of `post` lets another official act in it for a period (ủy quyền).

    It counts until `ended_at` when ended early; one ended before it began counts never.
    """

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    delegator = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+")
    delegate = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=500)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="delegation_ordered"),
            models.CheckConstraint(condition=~Q(delegator=F("delegate")), name="delegation_to_another"),
            ExclusionConstraint(
                name="delegation_once_at_a_time",
                expressions=[
                    (F("post"), RangeOperators.EQUAL),
                    (F("delegator"), RangeOperators.EQUAL),
                    (
                        TimeRange("starts_at", Greatest("starts_at", Coalesce("ended_at", "ends_at"))),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post_id}: {self.delegator_id} → {self.delegate_id}"


class Party(models.Model):
    """A citizen, a business or a household that deals with the State; known by one number.

    `number` is the personal identification number (12 digits) of a citizen, or of a household's head, and
    the tax code of a business (10 digits, or 10-3); empty where a person has none yet, or has only said it
    (ADR 0074). Personal data: kept to receive and settle dossiers (docs/personal-data.md). A party whose
    account is not confirmed has no number, whatever the account says: nothing of another is ever its own.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in PartyKind])
    number = models.CharField(max_length=14, blank=True)
    name = models.CharField(max_length=250)
    born_date = models.DateField(null=True)
    telephone = models.CharField(max_length=30, blank=True)
    email = models.EmailField(blank=True)
    address = models.CharField(max_length=500, blank=True)
    account = models.OneToOneField(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    known_since = models.DateTimeField()
    search_text = models.GeneratedField(
        expression=Plain(F("name")), output_field=models.TextField(), db_persist=True
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in PartyKind]), name="party_kind_known"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="party_has_name"),
            models.CheckConstraint(
                condition=Q(number="")
                | Q(kind=PartyKind.BUSINESS.value, number__regex=r"^[0-9]{10}(-[0-9]{3})?$")
                | Q(~Q(kind=PartyKind.BUSINESS.value), number__regex=r"^[0-9]{12}$"),
                name="party_number_spelled",
            ),
            models.UniqueConstraint(
                fields=["kind", "number"], condition=~Q(number=""), name="party_number_once"
            ),
        ]
        indexes = [
            models.Index(fields=["number"], condition=~Q(number=""), name="party_by_number"),
            GinIndex(OpClass(F("search_text"), "gin_trgm_ops"), name="party_search"),
        ]

    def __str__(self) -> str:
        return self.name
