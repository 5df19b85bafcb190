"""A dossier, what was applied for, and its steps."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import Agency, Division, Official, holds_agency
from lienthong.dossiers.states import (
    OPEN,
    OUTCOME_LABELS,
    STATE_COLORS,
    STATE_LABELS,
    TIMING_LABELS,
    UNDER_WAY,
    WAITING,
    DossierState,
    Outcome,
    TaskKind,
    TaskState,
    Timing,
)
from lienthong.identity.public import Party
from lienthong.kernel.identifiers import uuid7
from lienthong.kernel.plain import Plain as Plain
from lienthong.ledger.public import Subject
from lienthong.procedures.public import Channel, ProcedureVersion

ENDED = [DossierState.FINISHED, DossierState.HANDED_OUT]


class Dossier(models.Model):
    """A request that one procedure be settled for a party, pinned to the version in force when it came.

    `tokens` is where its process stands (places in the table of transitions). `due_at` is the legal deadline
    and stays empty while the clock stands: then `minutes_left` says what is left of it. `promised_at` is
    the day an apology promised; the deadline of the law stays what it was.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=60, unique=True)
    # Where a foreign key has no index of its own, another begins with its column (ADR 0060).
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.ForeignKey(ProcedureVersion, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=15, choices=Channel.choices)
    root = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="linked", help_text="itself, unless a part of another"
    )
    foreign = models.BooleanField(
        default=False,
        db_default=False,
        db_column="is_foreign",
        help_text="another installation handed it over (`Origin`)",
    )
    state = models.SmallIntegerField(default=DossierState.SUBMITTED)
    outcome = models.CharField(max_length=10, blank=True)
    timing = models.CharField(max_length=10, blank=True)

    applicant = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+", db_index=False)
    applicant_name = models.CharField(max_length=250, help_text="as it was then")
    summary = models.CharField(max_length=500, blank=True)

    submitted_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    counted_from_at = models.DateTimeField(
        null=True, help_text="when the clock began: after the cut-off hour"
    )
    limit_minutes = models.IntegerField(null=True, help_text="working minutes, by the law at acceptance")
    due_at = models.DateTimeField(null=True)
    promised_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    minutes_left = models.IntegerField(null=True, help_text="working minutes, while the clock stands")
    finished_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    tokens = ArrayField(models.SmallIntegerField(), default=list)
    bodies = models.JSONField(
        default=dict, help_text="which agency (id) works in each lane; set at acceptance"
    )
    fee_owed = models.BigIntegerField(default=0, help_text="đồng; kept by the events of payments")
    supplemented = models.BooleanField(default=False)
    lock_version = models.PositiveIntegerField(default=0)
    # Triggers on papers and results keep these two (ADR 0071); no act writes them on a dossier that is there.
    papers_filed = models.BooleanField(
        null=True, help_text="whether all its papers are kept as files; empty without papers"
    )
    result_signed = models.BooleanField(
        default=False, db_default=False, help_text="whether a result of it is signed electronically"
    )

    search_text = models.GeneratedField(
        expression=Plain(Concat(F("code"), Value(" "), F("applicant_name"), Value(" "), F("summary"))),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("dossier")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(DossierState)), name="dossier_state_known"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="dossier_channel_known"),
            models.CheckConstraint(
                condition=Q(state__in=ENDED, outcome__in=list(Outcome), finished_at__isnull=False)
                | Q(~Q(state__in=ENDED), outcome="", finished_at=None),
                name="dossier_finished_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ENDED, timing__in=list(Timing)) | Q(~Q(state__in=ENDED), timing=""),
                name="dossier_timing_is_whole",
            ),
            # A dossier whose supplement was asked for before it was accepted has no clock yet.
            models.CheckConstraint(
                condition=~Q(state__in=sorted(UNDER_WAY - {DossierState.SUPPLEMENT_REQUESTED}))
                | Q(accepted_at__isnull=False, counted_from_at__isnull=False),
                name="dossier_under_way_was_accepted",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None, due_at=None, minutes_left=None, paused_at=None)
                | Q(accepted_at__isnull=False, paused_at=None, minutes_left=None, due_at__isnull=False)
                | Q(
                    accepted_at__isnull=False,
                    paused_at__isnull=False,
                    minutes_left__isnull=False,
                    due_at=None,
                ),
                name="dossier_clock_runs_or_stands",
            ),
            models.CheckConstraint(
                condition=Q(paused_at=None) | Q(state__in=sorted(UNDER_WAY)),
                name="dossier_ended_clock_is_off",
            ),
            models.CheckConstraint(condition=Q(fee_owed__gte=0), name="dossier_fee_not_negative"),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("submitted_at")),
                name="dossier_ends_after_start",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "-id"], name="dossier_of_agency"),
            models.Index(fields=["agency", "state", "-id"], name="dossier_of_state"),
            models.Index(
                fields=["agency", "due_at", "id"],
                condition=Q(state__in=sorted(OPEN)),
                name="dossier_open_by_due",
            ),
            models.Index(
                fields=["agency", "finished_at"],
                condition=Q(state=DossierState.FINISHED),
                name="dossier_to_hand_out",
            ),
            models.Index(fields=["applicant", "-id"], name="dossier_of_applicant"),
            models.Index(fields=["root"], condition=~Q(root=F("id")), name="dossier_linked"),
            GinIndex(F("agency"), OpClass(F("search_text"), "gin_trgm_ops"), name="dossier_agency_search"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def ledger_subject(self) -> Subject:
        """This dossier as the ledger names it."""
        return Subject("dossiers.dossier", str(self.pk))

    @property
    def state_label(self) -> Promise:
        """The state in the reader's language."""
        return STATE_LABELS[self.state]

    @property
    def state_color(self) -> str:
        """The colour of the state's tag."""
        return STATE_COLORS[self.state]

    @property
    def outcome_label(self) -> Promise | str:
        """How it was decided, in the reader's language."""
        return OUTCOME_LABELS.get(self.outcome, "")

    @property
    def timing_label(self) -> Promise | str:
        """Whether it was in time, in the reader's language."""
        return TIMING_LABELS.get(self.timing, "")

    @property
    def under_way(self) -> bool:
        """Whether it was accepted and is not finished."""
        return self.state in UNDER_WAY

    @property
    def waits_for_applicant(self) -> bool:
        """Whether the next word is the applicant's, so that the clock stands."""
        return self.state in WAITING


class Application(models.Model):
    """What the applicant answered: the answers to the form of the dossier's version. Personal data."""

    dossier = models.OneToOneField(
        Dossier, primary_key=True, on_delete=models.CASCADE, related_name="application"
    )
    answers = models.JSONField(default=dict)


class DossierTask(models.Model):
    """One open step of a dossier: where it lies, until when, and who did it.

    `role` and `assignee` are empty where nobody works but something is waited for. While the clock stands
    `minutes_left` says what is left until it is due. `asked_of` belongs to an opinion: the question.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="tasks", db_index=False)
    step = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, default=TaskKind.WORK)
    state = models.CharField(max_length=10, default=TaskState.OPEN)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    division = models.ForeignKey(
        Division, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    role = models.CharField(max_length=20, blank=True)
    assignee = models.ForeignKey(
        Official, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    minutes = models.IntegerField(default=0, help_text="working minutes allowed")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    minutes_left = models.IntegerField(null=True)
    pause_reason = models.CharField(max_length=40, blank=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(Official, null=True, on_delete=models.PROTECT, related_name="+")
    minutes_used = models.IntegerField(
        null=True, help_text="working minutes from opening to end, less pauses"
    )
    question = models.TextField(blank=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "step", "agency"],
                condition=Q(state=TaskState.OPEN),
                name="dossier_task_open_once",
            ),
            models.CheckConstraint(condition=Q(kind__in=list(TaskKind)), name="dossier_task_kind_known"),
            models.CheckConstraint(
                condition=Q(state=TaskState.OPEN, done_at=None)
                | Q(done_at__isnull=False) & Q(state__in=[TaskState.DONE, TaskState.DROPPED]),
                name="dossier_task_done_has_time",
            ),
            models.CheckConstraint(
                condition=Q(paused_at=None, minutes_left=None)
                | Q(paused_at__isnull=False, minutes_left__isnull=False, due_at=None),
                name="dossier_task_clock_runs_or_stands",
            ),
            models.CheckConstraint(condition=Q(minutes__gte=0), name="dossier_task_minutes_not_negative"),
        ]
        indexes = [
            models.Index(fields=["dossier", "id"], name="dossier_task_of"),
            # The inbox of an agency's role, the soonest due first; what is waited for is in nobody's inbox.
            models.Index(
                fields=["agency", "role", "due_at", "id"],
                condition=Q(state=TaskState.OPEN) & ~Q(role=""),
                name="dossier_task_inbox",
            ),
            models.Index(
                fields=["assignee", "due_at", "id"],
                condition=Q(state=TaskState.OPEN) & Q(assignee__isnull=False),
                name="dossier_task_mine",
            ),
            models.Index(
                fields=["due_at"],
                condition=Q(state=TaskState.OPEN, kind=TaskKind.TIMER),
                name="dossier_task_timers",
            ),
            models.Index(fields=["agency", "dossier"], name="dossier_task_by_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id}: {self.step}"

    @property
    def open(self) -> bool:
        """Whether something is still to be done."""
        return self.state == TaskState.OPEN


def _under_way(day: date) -> Q:
    return Q(state__in=sorted(OPEN))


def _still_open(day: date) -> Q:
    return Q(state=TaskState.OPEN)


holds_agency(Dossier._meta.label, "agency", still=_under_way)
holds_agency(DossierTask._meta.label, "agency", still=_still_open)
