"""The hall of a one-stop: its queues, its counters, and the tickets that visitors draw."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise

from lienthong.directory.public import Agency, Official, holds_agency, remembers_agency
from lienthong.dossiers.states import TICKET_COLORS, TICKET_LABELS, TicketState
from lienthong.kernel.identifiers import uuid7


class Hall(models.Model):
    """Where an agency's visitors wait. `id` opens the public display, `kiosk_key` the drawing of tickets.

    Whoever knows the kiosk's address can draw: it is opened on the kiosk by an official and shown nowhere.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    agency = models.OneToOneField(Agency, on_delete=models.PROTECT, related_name="+")
    kiosk_key = models.UUIDField(unique=True, default=uuid4, editable=False)


class Queue(models.Model):
    """A group of service fields whose visitors wait in one line, told by a letter.

    `general` takes what no other queue serves; one without fields is chosen by its name, such as for results.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    letter = models.CharField(max_length=1)
    name = models.CharField(max_length=100)
    fields = ArrayField(models.CharField(max_length=40), default=list, help_text="codes of service fields")
    general = models.BooleanField(default=False, db_default=False)
    open = models.BooleanField(default=True)

    class Meta:
        ordering = ["letter"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "letter"], name="queue_letter_once"),
            models.UniqueConstraint(
                fields=["agency"], condition=Q(general=True), name="queue_one_is_general"
            ),
            models.CheckConstraint(condition=Q(letter__regex=r"^[A-Z]$"), name="queue_letter_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.letter} {self.name}"


class Counter(models.Model):
    """A window of the hall, and which queues are called to it."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    queues = models.ManyToManyField(Queue, related_name="counters")
    open = models.BooleanField(default=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "number"], name="counter_number_once"),
            models.CheckConstraint(condition=Q(number__range=(1, 99)), name="counter_number_in_range"),
        ]

    def __str__(self) -> str:
        return str(self.number)


class TicketSequence(models.Model):
    """The last number that a queue gave on a day."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["queue", "day"], name="ticket_sequence_of_day")]


class Ticket(models.Model):
    """A visitor's place: nobody's name, a number without a gap per queue and day, and what it is `about`.

    `drawn_from` numbered it and stays; `queue` is where it waits, another one after a transfer.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    drawn_from = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="+")
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="tickets")
    day = models.DateField()
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, default=TicketState.WAITING)
    first = models.BooleanField(default=False, help_text="called before others: an appointment, a transfer")
    about = models.CharField(max_length=500, blank=True, default="", db_default="")
    drawn_at = models.DateTimeField()
    counter = models.ForeignKey(Counter, null=True, on_delete=models.PROTECT, related_name="+")
    called_at = models.DateTimeField(null=True)
    called_by = models.ForeignKey(Official, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["drawn_from", "day", "number"], name="ticket_number_once"),
            models.UniqueConstraint(
                fields=["counter"], condition=Q(state=TicketState.CALLED), name="ticket_one_at_a_counter"
            ),
            models.CheckConstraint(condition=Q(state__in=list(TicketState)), name="ticket_state_known"),
            models.CheckConstraint(
                condition=Q(state=TicketState.WAITING, counter=None, called_at=None, ended_at=None)
                | Q(state=TicketState.CALLED, counter__isnull=False, called_at__isnull=False, ended_at=None)
                | Q(
                    state__in=[TicketState.SERVED, TicketState.ABSENT],
                    called_at__isnull=False,
                    ended_at__isnull=False,
                ),
                name="ticket_is_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["queue", "day", "-first", "id"],
                condition=Q(state=TicketState.WAITING),
                name="ticket_waiting",
            ),
            models.Index(fields=["agency", "day", "-called_at"], name="ticket_of_day"),
        ]

    def __str__(self) -> str:
        return f"{self.drawn_from.letter}{self.number:03d}"

    @property
    def state_label(self) -> Promise:
        """The state in the reader's language."""
        return TICKET_LABELS[self.state]

    @property
    def state_color(self) -> str:
        """The colour of the state's tag."""
        return TICKET_COLORS[self.state]

    @property
    def waited(self) -> timedelta | None:
        """How long it waited until it was called last."""
        return self.called_at - self.drawn_at if self.called_at else None


def _of_today(day: date) -> Q:
    return Q(state__in=[TicketState.WAITING, TicketState.CALLED], day=day)


holds_agency(Ticket._meta.label, "agency", still=_of_today)
remembers_agency(Hall._meta.label, "agency")
remembers_agency(Queue._meta.label, "agency")
remembers_agency(Counter._meta.label, "agency")
