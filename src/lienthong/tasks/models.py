"""Tasks, who has a part in them, what happened to them, and the time asked for."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Concat
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import Agency, Division, Official, Post, holds_agency, remembers_agency
from lienthong.kernel.identifiers import uuid7
from lienthong.kernel.models import Blob
from lienthong.kernel.plain import Plain as Plain
from lienthong.tasks.contracts import Source
from lienthong.tasks.states import (
    CLOSED,
    EXTENSION_LABELS,
    OPEN,
    PART_LABELS,
    STATE_COLORS,
    STATE_LABELS,
    UNDER_WAY,
    VERB_COLORS,
    VERB_LABELS,
    ExtensionState,
    Part,
    TaskState,
)

DEEPEST = 8


class Task(models.Model):
    """Work given inside an agency, or by it to another: what, by whom, until when, and what came of it.

    Its source is named, not pointed to, so that documents, conclusions and reports share this table. Its
    parties are rows of `TaskParty`; that exactly one leads is held by the database.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, default=TaskState.GIVEN)
    work = models.TextField()

    source_kind = models.CharField(max_length=40, blank=True)
    source_id = models.CharField(max_length=64, blank=True)
    source_label = models.CharField(max_length=250, blank=True)

    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    root = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="+", help_text="itself, at the top"
    )
    depth = models.PositiveSmallIntegerField(default=0)

    given_by = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+")
    given_post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    giver_title = models.CharField(max_length=150, blank=True)
    given_at = models.DateTimeField()
    due_at = models.DateTimeField()
    needs_acceptance = models.BooleanField(default=True)

    product = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    product_name = models.CharField(max_length=200, blank=True)
    product_note = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True, help_text="when the lead reported it as done")
    closed_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True, help_text="why it was sent back or called off")

    search_text = models.GeneratedField(
        expression=Plain(Concat(F("work"), models.Value(" "), F("source_label"))),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("task")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(TaskState)), name="task_state_known"),
            models.CheckConstraint(condition=~Q(work=""), name="task_says_what"),
            models.CheckConstraint(
                condition=Q(state__in=sorted(CLOSED), closed_at__isnull=False)
                | Q(~Q(state__in=sorted(CLOSED)), closed_at__isnull=True),
                name="task_closed_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[TaskState.RETURNED, TaskState.CANCELLED]) | ~Q(reason=""),
                name="task_back_or_off_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(parent=None, depth=0, root=F("id"))
                | Q(~Q(root=F("id")), parent__isnull=False, depth__range=(1, DEEPEST)),
                name="task_stands_in_its_tree",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "due_at", "id"], name="task_by_due"),
            models.Index(fields=["given_by", "due_at", "id"], name="task_given_by_due"),
            models.Index(
                fields=["agency", "due_at", "id"],
                condition=Q(state__in=sorted(OPEN)),
                name="task_open_by_due",
            ),
            models.Index(
                fields=["agency", "id"], condition=Q(state__in=sorted(UNDER_WAY)), name="task_under_way"
            ),
            models.Index(fields=["root"], condition=Q(depth__gt=0), name="task_below_root"),
            GinIndex(OpClass(F("search_text"), "gin_trgm_ops"), name="task_search"),
        ]

    def __str__(self) -> str:
        return self.work[:80]

    @property
    def source(self) -> Source:
        """What the task comes from."""
        return Source(self.source_kind, self.source_id, self.source_label)

    @property
    def state_label(self) -> Promise:
        """The state in the reader's language."""
        return STATE_LABELS[self.state]

    @property
    def state_color(self) -> str:
        """The colour of the state's tag."""
        return STATE_COLORS[self.state]

    @property
    def open(self) -> bool:
        """Whether something is still to be done."""
        return self.state in OPEN

    @property
    def lead(self) -> TaskParty:
        """Who leads; reads the prefetched parties."""
        return next(party for party in self.parties.all() if party.part == Part.LEAD)

    @property
    def running(self) -> bool:
        """Whether the deadline still runs: what is reported as done waits for the giver, not for the lead."""
        return self.state in UNDER_WAY or self.state == TaskState.RETURNED


class TaskParty(models.Model):
    """A division's, an official's or, through the axis, an agency's part in a task."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="parties")
    part = models.CharField(max_length=20)
    official = models.ForeignKey(
        Official, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    division = models.ForeignKey(Division, null=True, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task"], condition=Q(part=Part.LEAD), name="task_one_lead"),
            models.UniqueConstraint(fields=["task", "official"], name="task_official_once"),
            models.UniqueConstraint(fields=["task", "division"], name="task_division_once"),
            models.UniqueConstraint(fields=["task", "agency"], name="task_agency_once"),
            models.CheckConstraint(condition=Q(part__in=list(Part)), name="task_part_known"),
            models.CheckConstraint(
                condition=Q(official__isnull=False, post__isnull=False, division=None, agency=None)
                | Q(official=None, post=None, division__isnull=False, agency=None)
                | Q(official=None, post=None, division=None, agency__isnull=False),
                name="task_party_is_one",
            ),
        ]
        # With all that is asked of an official's years of parts, so that their rows are not read.
        indexes = [models.Index(fields=["official", "task"], include=["part"], name="party_of_official")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The party's name; of rows read with their official, division and agency."""
        named = self.official or self.division or self.agency
        return str(named)

    @property
    def label(self) -> Promise:
        """The part in the reader's language."""
        return PART_LABELS[self.part]


class TaskStep(models.Model):
    """One act in a task's history. Rows are only added; the database refuses to change or remove them."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="steps")
    verb = models.CharField(max_length=20)
    text = models.TextField(blank=True)
    actor_name = models.CharField(max_length=250)
    actor_title = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField()
    link_kind = models.CharField(max_length=40, blank=True, help_text="a document that belongs to the act")
    link_id = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["id"]

    @property
    def label(self) -> Promise | str:
        """What was done, in the reader's language."""
        return VERB_LABELS.get(self.verb, self.verb)

    @property
    def color(self) -> str:
        """The colour of the act in a timeline."""
        return VERB_COLORS.get(self.verb, "")


class Extension(models.Model):
    """More time asked for by the lead; whoever gave the task decides."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="extensions")
    asked_by = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    former_due_at = models.DateTimeField()
    due_at = models.DateTimeField()
    reason = models.TextField()
    state = models.CharField(max_length=10, default=ExtensionState.PENDING)
    decided_by = models.ForeignKey(Official, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["task"], condition=Q(state=ExtensionState.PENDING), name="extension_one_pending"
            ),
            models.CheckConstraint(condition=Q(state__in=list(ExtensionState)), name="extension_state_known"),
            models.CheckConstraint(condition=Q(due_at__gt=F("former_due_at")), name="extension_is_later"),
            models.CheckConstraint(condition=~Q(reason=""), name="extension_has_reason"),
            models.CheckConstraint(
                condition=~Q(state=ExtensionState.REFUSED) | ~Q(answer=""), name="extension_no_has_reason"
            ),
        ]

    @property
    def label(self) -> Promise:
        """What became of it, in the reader's language."""
        return EXTENSION_LABELS[self.state]


def _is_open(day: date) -> Q:
    return Q(state__in=sorted(OPEN))


holds_agency(Task._meta.label, "agency", still=_is_open)
remembers_agency(TaskParty._meta.label, "agency")
