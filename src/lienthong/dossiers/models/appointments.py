"""Appointments at the one-stop: how many a queue takes when, and who comes."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise

from lienthong.directory.public import Agency, Official, remembers_agency
from lienthong.dossiers.models.queueing import Queue, Ticket
from lienthong.identity.public import Party
from lienthong.kernel.identifiers import uuid7


class CapacityRule(models.Model):
    """On a weekday (0 Monday), between two times, a queue takes `places` visitors each `minutes`."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="+")
    weekday = models.PositiveSmallIntegerField()
    starts = models.TimeField()
    ends = models.TimeField()
    minutes = models.PositiveSmallIntegerField()
    places = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["weekday", "starts"]
        constraints = [
            models.UniqueConstraint(fields=["queue", "weekday", "starts"], name="capacity_rule_once"),
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="capacity_rule_ends_later"),
            models.CheckConstraint(
                condition=Q(weekday__range=(0, 6), minutes__range=(5, 240), places__range=(1, 50)),
                name="capacity_rule_in_range",
            ),
        ]

    @property
    def weekday_name(self) -> Promise | str:
        """The weekday in the reader's language."""
        return WEEKDAYS[self.weekday]


class Appointment(models.Model):
    """A party comes to a queue at a set time; `place` numbers the places of a slot: none is given twice."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="appointments")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    starts_at = models.DateTimeField()
    place = models.PositiveSmallIntegerField()
    note = models.CharField(max_length=200, blank=True)
    booked_at = models.DateTimeField()
    booked_by = models.ForeignKey(Official, null=True, on_delete=models.PROTECT, related_name="+")
    cancelled_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=500, blank=True)
    ticket = models.OneToOneField(Ticket, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["queue", "starts_at", "place"],
                condition=Q(cancelled_at=None),
                name="appointment_place_once",
            ),
            models.UniqueConstraint(
                fields=["party", "queue", "day"],
                condition=Q(cancelled_at=None),
                name="appointment_one_a_day",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancel_reason="")
                | Q(cancelled_at__isnull=False, ticket=None) & ~Q(cancel_reason=""),
                name="appointment_cancelled_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "day", "starts_at"], name="appointment_of_day"),
            models.Index(fields=["party", "-starts_at"], name="appointment_of_party"),
        ]


remembers_agency(Appointment._meta.label, "agency")
