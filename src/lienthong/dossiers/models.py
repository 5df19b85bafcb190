"""Dossiers: a narrow row each, with its steps, parties, papers, slips, pauses and result.

What happened to a dossier is in the ledger, under the subject "dossiers.dossier".
"""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import Agency, Division, Official, holds_agency, remembers_agency
from lienthong.documents.public import OfficialDocument
from lienthong.dossiers.states import (
    OPEN,
    OUTCOME_LABELS,
    SLIP_LABELS,
    STATE_COLORS,
    STATE_LABELS,
    TIMING_LABELS,
    UNDER_WAY,
    WAITING,
    DossierState,
    Outcome,
    PartyRole,
    SlipKind,
    TaskKind,
    TaskState,
    Timing,
)
from lienthong.identity.public import Party
from lienthong.kernel.identifiers import uuid7
from lienthong.kernel.models import Blob
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
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(ProcedureVersion, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=15, choices=Channel.choices)
    root = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="linked", help_text="itself, unless a part of another"
    )
    state = models.SmallIntegerField(default=DossierState.SUBMITTED)
    outcome = models.CharField(max_length=10, blank=True)
    timing = models.CharField(max_length=10, blank=True)

    applicant = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
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
            GinIndex(OpClass(F("search_text"), "gin_trgm_ops"), name="dossier_search"),
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
    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="tasks")
    step = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, default=TaskKind.WORK)
    state = models.CharField(max_length=10, default=TaskState.OPEN)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    division = models.ForeignKey(Division, null=True, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, blank=True)
    assignee = models.ForeignKey(Official, null=True, on_delete=models.PROTECT, related_name="+")
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


class DossierParty(models.Model):
    """Who stands behind a dossier: the applicant, and who acts for them, with the mandate."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="parties")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    mandate = models.CharField(max_length=500, blank=True, help_text="what the representative acts on")
    mandate_file = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=list(PartyRole)), name="dossier_party_role_known"),
            models.UniqueConstraint(fields=["dossier", "party", "role"], name="dossier_party_once"),
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(role=PartyRole.APPLICANT), name="dossier_one_applicant"
            ),
            models.CheckConstraint(
                condition=~Q(role=PartyRole.REPRESENTATIVE) | ~Q(mandate=""),
                name="dossier_representative_has_mandate",
            ),
        ]


class HeldDocument(models.Model):
    """A document that a party once gave or got, kept to be used again (NĐ 45/2020/NĐ-CP, Đ.25)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="documents")
    name = models.CharField(max_length=500)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    given_at = models.DateTimeField()
    valid_until = models.DateField(null=True)
    issued = models.BooleanField(default=False, help_text="a result of a dossier, not something handed in")
    source = models.ForeignKey(Dossier, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["party", "name", "blob"], name="held_document_once"),
        ]
        indexes = [models.Index(fields=["party", "-id"], name="held_document_of_party")]

    def __str__(self) -> str:
        return self.name


class DossierPaper(models.Model):
    """One paper of a dossier, as the checklist has it; with its file once it was scanned or sent."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="papers")
    key = models.CharField(max_length=40, blank=True, help_text="of the required paper; empty if another")
    name = models.CharField(max_length=500)
    originals = models.PositiveSmallIntegerField(default=0)
    copies = models.PositiveSmallIntegerField(default=0)
    held = models.ForeignKey(HeldDocument, null=True, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    supplement = models.ForeignKey(
        "SupplementRequest", null=True, on_delete=models.PROTECT, related_name="papers"
    )

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["dossier", "id"], name="dossier_paper_of")]


class SupplementRequest(models.Model):
    """What is missing or wrong, told once and whole (NĐ 61/2018/NĐ-CP, Đ.19 k.4); a dossier has one."""

    dossier = models.OneToOneField(Dossier, on_delete=models.CASCADE, related_name="supplement")
    task = models.ForeignKey(DossierTask, null=True, on_delete=models.PROTECT, related_name="+")
    items = models.JSONField(help_text="a list of texts, one each")
    reason = models.TextField()
    asked_by = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="supplement_has_reason"),
            models.CheckConstraint(condition=~Q(items=[]), name="supplement_has_items"),
        ]


class Pause(models.Model):
    """A stretch of time during which a dossier's clock stood, and why."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="pauses")
    reason = models.CharField(max_length=40)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(ended_at=None), name="dossier_one_pause_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("began_at")), name="pause_ends_after_it_began"
            ),
        ]


class Slip(models.Model):
    """A slip that the applicant got, with the facts it was made of; its PDF is drawn when first asked for."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="slips")
    kind = models.CharField(max_length=2)
    facts = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Official, null=True, on_delete=models.PROTECT, related_name="+")
    blob = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(SlipKind)), name="slip_kind_known"),
        ]
        indexes = [models.Index(fields=["dossier", "id"], name="slip_of_dossier")]

    @property
    def label(self) -> Promise:
        """What it is, in the reader's language."""
        return SLIP_LABELS[self.kind]


class DossierResult(models.Model):
    """What the applicant gets: one row for each kind of result, with the signed document."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="results")
    key = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    document = models.OneToOneField(OfficialDocument, null=True, on_delete=models.PROTECT, related_name="+")
    held = models.ForeignKey(HeldDocument, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    valid_until = models.DateField(null=True)
    handed_out_at = models.DateTimeField(null=True)
    handed_to = models.CharField(max_length=250, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dossier", "key"], name="dossier_result_once")]


class DaySequence(models.Model):
    """The last number that an agency gave to a dossier on a day."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "day"], name="dossier_sequence_of_day")]


class CompetentBody(models.Model):
    """Which agency of a province answers for a field: asked where a process names "the department"."""

    province = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    field = models.CharField(max_length=40, help_text="code of the service field")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["province", "field"], name="competent_body_once")]


def _under_way(day: date) -> Q:
    return Q(state__in=sorted(OPEN))


def _still_open(day: date) -> Q:
    return Q(state=TaskState.OPEN)


holds_agency(Dossier._meta.label, "agency", still=_under_way)
holds_agency(DossierTask._meta.label, "agency", still=_still_open)
remembers_agency(DaySequence._meta.label, "agency")
remembers_agency(CompetentBody._meta.label, "province")
remembers_agency(CompetentBody._meta.label, "agency")
