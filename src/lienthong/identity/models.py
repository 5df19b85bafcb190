"""Accounts, the roles of posts, and delegation."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce, Greatest, Lower

from lienthong.directory.public import Official, Post
from lienthong.identity.contracts import Role


class AccountManager(BaseUserManager["Account"]):
    """Makes accounts with a hashed password."""

    def create_user(self, username: str, password: str | None = None, **fields: object) -> Account:
        """Store an account; without a password it can sign in only by passkey or single sign-on."""
        account = self.model(username=username, **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """What a person signs in with; an official's account points to the official.

    `must_change_password`: the password was given out by an administrator and serves for one sign-in.
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

    objects = AccountManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(username=Lower("username")), name="account_username_lower"),
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
