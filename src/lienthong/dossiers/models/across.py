"""Steps that another installation settles, dossiers that came from one, and what is still to be said."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from lienthong.directory.public import Agency, remembers_agency
from lienthong.dossiers.models.dossier import Dossier, DossierTask
from lienthong.kernel.identifiers import uuid7
from lienthong.kernel.models import Blob

STATES = ["waiting", "sent", "received", "in-progress", "supplement", "finished", "refused"]
KINDS = ["hand-over", "supply", "recall", "state"]


class FarStep(models.Model):
    """A step of a dossier that another installation settles: how far it is there, as it said last.

    `heard` is the number of its last word, so that an older one that comes later changes nothing.
    `settled_at`: nothing is to be done for it here any more.
    """

    task = models.OneToOneField(DossierTask, primary_key=True, on_delete=models.CASCADE, related_name="far")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=20, help_text="whose step it would be here")
    state = models.CharField(max_length=12, default="waiting")
    code = models.CharField(max_length=60, blank=True, help_text="of the dossier there")
    words = models.TextField(blank=True)
    heard = models.PositiveIntegerField(default=0)
    heard_at = models.DateTimeField(null=True)
    said = models.PositiveIntegerField(default=0, help_text="how much was said to it")
    asked_items = models.JSONField(default=list, help_text="the supplement asked for there, one text each")
    asked_reason = models.TextField(blank=True)
    asked_at = models.DateTimeField(null=True)
    supplied_at = models.DateTimeField(null=True)
    results = models.PositiveSmallIntegerField(default=0, help_text="how many documents came back")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="far_step_state_known"),
            models.CheckConstraint(
                condition=Q(asked_at=None, asked_reason="")
                | Q(asked_at__isnull=False) & ~Q(asked_reason="") & ~Q(asked_items=[]),
                name="far_step_asked_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(supplied_at=None) | Q(asked_at__isnull=False), name="far_step_supplied_was_asked"
            ),
        ]
        indexes = [
            models.Index(fields=["task"], condition=Q(settled_at=None), name="far_step_unsettled"),
        ]

    def __str__(self) -> str:
        return f"{self.task_id}: {self.state}"


class Origin(models.Model):
    """Where a dossier came from: the step of another installation's dossier that it settles.

    `told` is the dossier's version that was told last, `told_state` what was said of it.
    """

    dossier = models.OneToOneField(Dossier, primary_key=True, on_delete=models.CASCADE, related_name="origin")
    sender = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    handover = models.UUIDField(help_text="the sender's key of the step")
    foreign_code = models.CharField(max_length=60, help_text="the sender's code of the dossier")
    procedure_version = models.PositiveSmallIntegerField(help_text="the sender's")
    step = models.CharField(max_length=40)
    step_name = models.CharField(max_length=200, blank=True)
    due_at = models.DateTimeField(null=True, help_text="by the sender's clock, when it was sent")
    heard = models.PositiveIntegerField(default=1)
    said = models.PositiveIntegerField(default=0)
    told = models.IntegerField(default=-1)
    told_state = models.CharField(max_length=12, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sender", "handover"], name="origin_step_once"),
            models.UniqueConstraint(
                fields=["sender", "foreign_code", "step"],
                condition=Q(ended_at=None),
                name="origin_open_step_once",
            ),
        ]
        indexes = [models.Index(fields=["dossier"], condition=Q(ended_at=None), name="origin_open")]

    def __str__(self) -> str:
        return self.foreign_code


class AcrossLetter(models.Model):
    """What is still to be said to another installation; the row goes once it was taken there.

    It belongs to a step (`far`) or to a dossier that came (`origin`). What it says is read when the packet is
    made; `signed` are its bytes, so that what is sent again is the same. `packet_id` is the axis'.
    """

    key = models.UUIDField(unique=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10)
    far = models.ForeignKey(FarStep, null=True, on_delete=models.CASCADE, related_name="letters")
    origin = models.ForeignKey(Origin, null=True, on_delete=models.CASCADE, related_name="letters")
    version = models.IntegerField(default=0, help_text="of the dossier that the packet tells of")
    told_state = models.CharField(max_length=12, blank=True)
    signed = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    packet_id = models.CharField(max_length=40, blank=True)
    made_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    problem = models.CharField(max_length=500, blank=True)
    refused_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="across_letter_kind_known"),
            models.CheckConstraint(
                condition=Q(far=None, origin__isnull=False, kind="state")
                | Q(far__isnull=False, origin=None) & ~Q(kind="state"),
                name="across_letter_of_one",
            ),
            models.CheckConstraint(
                condition=Q(refused_at=None) | ~Q(problem=""), name="across_letter_refused_says_why"
            ),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(refused_at=None), name="across_letter_due"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class AcrossArrival(models.Model):
    """A packet that had its effect, or was refused: what the axis is told of it, again if need be."""

    packet_id = models.UUIDField(primary_key=True)
    sender = models.ForeignKey(Agency, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, blank=True)
    arrived_at = models.DateTimeField()
    refusal = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return str(self.packet_id)


remembers_agency(FarStep._meta.label, "agency")
remembers_agency(Origin._meta.label, "sender")
remembers_agency(AcrossArrival._meta.label, "sender")
