"""How citizens come in, and for whom they act: codes, sign-ons, representatives, mandates."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from lienthong.directory.public import Official
from lienthong.identity.contracts import Assurance, Channel, Purpose
from lienthong.identity.models.accounts import Account, Party
from lienthong.kernel.identifiers import uuid7

MOST_ATTEMPTS = 5


class OneTimeCode(models.Model):
    """A code of six digits, sent to a person to prove that a mail address or telephone is theirs.

    `code_hash` is keyed by the master key; `sealed` is the code encrypted, until it is sent. `target` and
    `source` are keyed hashes of what is asked for and of the asker's address: they outlive the personal data
    beside them by a day, for throttling. A code for a number without an account has none and never serves.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    purpose = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Purpose])
    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(max_length=4, choices=[(one.value, one.value) for one in Channel])
    address = models.CharField(max_length=254, blank=True)
    language = models.CharField(max_length=2)
    code_hash = models.BinaryField()
    sealed = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    target = models.BinaryField()
    source = models.BinaryField()
    number = models.CharField(max_length=12, blank=True)
    name = models.CharField(max_length=250, blank=True)
    born_date = models.DateField(null=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(attempts__lte=MOST_ATTEMPTS), name="code_attempts_few"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="code_ordered"),
        ]
        indexes = [
            models.Index(fields=["target", "made_at"], name="code_by_target"),
            models.Index(fields=["source", "made_at"], name="code_by_source"),
            models.Index(fields=["made_at"], name="code_by_age"),
        ]


class SignOn(models.Model):
    """Someone known to the national sign-on by `subject` signs in to the account."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    issuer = models.CharField(max_length=300)
    subject = models.CharField(max_length=255)
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="sign_on_once")]


class Representation(models.Model):
    """A person represents a business (người đại diện theo pháp luật), as an official or a sign-on proved."""

    person = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    business = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    proof = models.CharField(max_length=10)
    confirmed_by = models.ForeignKey(Official, null=True, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "business"], condition=Q(ended_at=None), name="representation_once"
            ),
            models.CheckConstraint(condition=~Q(person=F("business")), name="representation_of_another"),
            models.CheckConstraint(
                condition=Q(proof=Assurance.COUNTER.value, confirmed_by__isnull=False)
                | Q(proof=Assurance.NATIONAL.value, confirmed_by=None),
                name="representation_proven",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("since")), name="representation_ordered"
            ),
        ]


class DayRange(Func):
    """SQL `daterange(from, until, '[]')`: both days included."""

    function = "daterange"
    output_field = models.Field()


def live(on: date) -> Q:
    """The mandates on which someone may act that day."""
    return Q(accepted_at__isnull=False, ended_at=None, from_date__lte=on, until_date__gte=on)


class Mandate(models.Model):
    """A party lets a person act for it (ủy quyền), for all procedures or those named.

    It is addressed to a number and a name, known or not; whoever bears both accepts it and is the `holder`
    from then on. Either side ends it at once.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    giver = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    given_by = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    holder_number = models.CharField(max_length=12)
    holder_name = models.CharField(max_length=250)
    holder = models.ForeignKey(Party, null=True, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=500)
    procedures = ArrayField(models.CharField(max_length=30), default=list)
    from_date = models.DateField()
    until_date = models.DateField()
    given_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until_date__gte=F("from_date")), name="mandate_ordered"),
            models.CheckConstraint(
                condition=Q(holder_number__regex=r"^[0-9]{12}$"), name="mandate_number_spelled"
            ),
            models.CheckConstraint(
                condition=~Q(holder_name="") & ~Q(purpose=""), name="mandate_says_whom_and_what"
            ),
            models.CheckConstraint(
                condition=Q(holder=None, accepted_at=None)
                | Q(holder__isnull=False, accepted_at__isnull=False),
                name="mandate_accepted_by_holder",
            ),
            models.CheckConstraint(
                condition=Q(holder=None) | (~Q(holder=F("giver")) & ~Q(holder=F("given_by"))),
                name="mandate_to_another",
            ),
            ExclusionConstraint(
                name="mandate_once_at_a_time",
                expressions=[
                    (F("giver"), RangeOperators.EQUAL),
                    (F("holder_number"), RangeOperators.EQUAL),
                    (DayRange("from_date", "until_date", Value("[]")), RangeOperators.OVERLAPS),
                ],
                condition=Q(ended_at=None),
            ),
        ]
        indexes = [
            models.Index(fields=["holder_number"], condition=Q(ended_at=None), name="mandate_by_number"),
        ]
