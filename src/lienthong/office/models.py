"""Incoming and outgoing documents of an agency, its registers, and who works on what."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Concat
from django.utils.functional import Promise

from lienthong.directory.public import Agency, Official, Post, holds_agency, remembers_agency
from lienthong.kernel.identifiers import uuid7
from lienthong.kernel.models import Blob

# Django looks for models here: those imported but not used belong to the app all the same.
from lienthong.office.annex_models import Annex  # noqa: F401
from lienthong.office.asking_models import RequestedChange as RequestedChange
from lienthong.office.copy_models import CopyOfIncoming  # noqa: F401
from lienthong.office.dispatch_models import InsideRecipient  # noqa: F401
from lienthong.office.drafting_models import DraftVersion  # noqa: F401
from lienthong.office.issued_models import IssuedChange  # noqa: F401
from lienthong.office.mail_models import ReceivedMail  # noqa: F401
from lienthong.office.once import ENTERED_ONCE
from lienthong.office.register_models import Register
from lienthong.office.secret_models import SecretMark  # noqa: F401 — Django looks for models here
from lienthong.office.secret_states import SecretState
from lienthong.office.states import (
    CAME_BY_LABELS,
    CHANGE_LABELS,
    CHANGE_STATE_LABELS,
    OUT_STATE_LABELS,
    OVER,
    SOURCE_LABELS,
    STATE_COLORS,
    STATE_LABELS,
    STATUS_LABELS,
    UNREGISTERED,
    URGENCIES,
    OutState,
    SenderKind,
    Source,
    State,
)
from lienthong.office.text_models import ReadText as ReadText
from lienthong.office.text_search import NumberKey, Plain
from lienthong.office.token_models import TokenList  # noqa: F401
from lienthong.tasks.public import Task


class IncomingDocument(models.Model):
    """A document that reached an agency: what its packet says, whether it is authentic, where it stands."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, default=State.ARRIVED)

    source = models.CharField(max_length=5, default=Source.AXIS, db_default=Source.AXIS)
    delivery_id = models.CharField(max_length=64, unique=True, null=True)
    packet_id = models.CharField(max_length=64, blank=True, default="", db_default="")
    edxml = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    arrived_at = models.DateTimeField()

    document_code = models.CharField(max_length=250, blank=True, help_text="edXML DocumentId")
    code = models.CharField(max_length=200, blank=True, help_text="number and notation: 123/QĐ-UBND")
    type_name = models.CharField(max_length=100, blank=True)
    subject = models.TextField(blank=True)
    content = models.TextField(blank=True)
    promulgated_on = models.DateField(null=True)
    place = models.CharField(max_length=150, blank=True)
    signer_name = models.CharField(max_length=250, blank=True)
    signer_position = models.CharField(max_length=250, blank=True)
    sender_code = models.CharField(max_length=40, blank=True)
    sender_name = models.CharField(max_length=250, blank=True)
    sender_kind = models.CharField(max_length=10, default=SenderKind.AGENCY, db_default=SenderKind.AGENCY)
    came_by = models.CharField(max_length=10, blank=True, default="", db_default="", help_text="CameBy")
    pages = models.PositiveSmallIntegerField(null=True)
    duplicate_reason = models.TextField(
        blank=True,
        default="",
        db_default="",
        help_text="why it was entered a second time",
    )
    urgency = models.SmallIntegerField(default=0)
    steering_type = models.SmallIntegerField(default=0)
    asked_by_on = models.DateField(null=True, help_text="the deadline the sender asks for")

    authentic = models.BooleanField(help_text="signature of the packet and of every PDF valid and trusted")
    verdict = models.JSONField(default=dict, help_text="contracts.StoredVerdict of the packet")
    encrypted = models.BooleanField(default=False, db_default=False, help_text="its files arrived encrypted")

    register = models.ForeignKey(Register, null=True, on_delete=models.PROTECT, related_name="+")
    register_number = models.PositiveIntegerField(null=True)
    registered_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True, help_text="why it went back")
    due_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    product_note = models.TextField(blank=True)
    product = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    product_name = models.CharField(max_length=200, blank=True)
    task = models.OneToOneField(
        Task, null=True, on_delete=models.PROTECT, related_name="+", help_text="what a leader directed"
    )
    answers_task = models.ForeignKey(
        Task, null=True, on_delete=models.PROTECT, related_name="+", help_text="the sub-task it replies to"
    )
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(
        max_length=250, blank=True, default="", db_default="", help_text="empty: accepted by the system"
    )

    number_key = models.GeneratedField(
        expression=NumberKey(F("code")), output_field=models.TextField(), db_persist=True
    )
    search_text = models.GeneratedField(
        expression=Plain(Concat(F("subject"), models.Value(" "), F("sender_name"))),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["register", "register_number"], name="register_number_unique"),
            models.CheckConstraint(condition=Q(state__in=list(State)), name="incoming_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=sorted(UNREGISTERED)) | Q(register_number__isnull=False),
                name="incoming_past_arrival_is_registered",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.REFUSED) | ~Q(reason=""), name="incoming_return_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(authentic=True) | Q(state__in=sorted(UNREGISTERED)),
                name="incoming_work_only_on_authentic",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.WITHDRAWN) | Q(edxml=None, withdrawn_at__isnull=False),
                name="incoming_withdrawn_is_destroyed",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.DESTROYED) | Q(edxml=None, content="", register_number=None),
                name="incoming_destroyed_is_empty",
            ),
            models.CheckConstraint(
                condition=Q(source=Source.AXIS, delivery_id__isnull=False)
                | Q(source__in=[Source.PAPER, Source.MAIL], delivery_id=None),
                name="incoming_delivery_of_axis_only",
            ),
            *ENTERED_ONCE,
        ]
        indexes = [
            models.Index(fields=["agency", "state", "-id"], name="incoming_by_state"),
            models.Index(fields=["agency", "-id"], name="incoming_newest"),
            models.Index(fields=["agency", "-arrived_at"], name="incoming_arrived"),
            models.Index(fields=["agency", "-registered_at"], name="incoming_registered"),
            models.Index(fields=["agency", "number_key", "-id"], name="incoming_same_number"),
            GinIndex(F("agency"), OpClass(F("number_key"), "gin_trgm_ops"), name="incoming_agency_number"),
            GinIndex(F("agency"), OpClass(F("search_text"), "gin_trgm_ops"), name="incoming_agency_search"),
            GinIndex(OpClass(Plain(F("signer_name")), "gin_trgm_ops"), name="incoming_signer"),
        ]

    def __str__(self) -> str:
        return self.code or self.subject[:60]

    @property
    def state_label(self) -> Promise:
        """The state in the reader's language."""
        return STATE_LABELS[self.state]

    @property
    def state_color(self) -> str:
        """The colour of the state's tag."""
        return STATE_COLORS.get(self.state, "accent")

    @property
    def urgency_label(self) -> Promise:
        """The urgency in the reader's language."""
        return URGENCIES.get(self.urgency, URGENCIES[0])

    @property
    def destroyed_as_secret(self) -> bool:
        """Whether a clerk found it secret; a query unless `secret_mark` was selected with it."""
        mark = getattr(self, "secret_mark", None)
        return mark is not None and mark.state == SecretState.DESTROYED

    @property
    def waits_as_secret(self) -> bool:
        """Whether a secrecy mark on it waits for a clerk; a query as above."""
        mark = getattr(self, "secret_mark", None)
        return mark is not None and mark.state == SecretState.FOUND

    @property
    def came_by_label(self) -> Promise:
        """How it came, in the reader's language."""
        return CAME_BY_LABELS.get(self.came_by, SOURCE_LABELS[self.source])

    @property
    def open(self) -> bool:
        """Whether something is still to be done."""
        return self.state not in OVER


class IncomingFile(models.Model):
    """An attachment of an incoming document; a PDF carries the verdict on its signatures.

    Of a withdrawn document only the name is left: nothing names the content any more, so it is collected.
    """

    document = models.ForeignKey(IncomingDocument, on_delete=models.CASCADE, related_name="files")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    blob = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    verdict = models.JSONField(null=True, help_text="contracts.StoredVerdict, of PDFs only")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["document", "position"], name="incoming_file_position")
        ]


class StatusToReport(models.Model):
    """A status the axis is still to be told (or was told), written in the act's own transaction.

    Rows of one document are reported in order of `id`. `delivery_id` is the asking packet's where the status
    answers one; empty it is the document's. `refused` holds the axis' answer when it will never
    take the status; the row then no longer holds up the ones after it.
    """

    document = models.ForeignKey(IncomingDocument, on_delete=models.CASCADE, related_name="statuses")
    delivery_id = models.CharField(max_length=64, blank=True, default="", db_default="")
    code = models.CharField(max_length=2)
    description = models.TextField(blank=True)
    staff = models.CharField(max_length=250, blank=True)
    department = models.CharField(max_length=250, blank=True)
    happened_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    reported_at = models.DateTimeField(null=True)
    refused = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(reported_at__isnull=True, refused=""),
                name="status_waiting",
            ),
            models.Index(fields=["document", "id"], name="status_of_document"),
        ]

    @property
    def label(self) -> Promise:
        """The status in the reader's language."""
        return STATUS_LABELS[self.code]


class OutgoingDocument(models.Model):
    """An official document on its way out: prepared, signed, sent, and what became of it.

    `edxml` is the signed packet from the moment of issue, so that sending again sends the same bytes.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    document = models.OneToOneField("documents.OfficialDocument", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, default=OutState.DRAFT)
    prepared_by = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+")
    prepared_post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    place = models.CharField(max_length=100, blank=True)
    due_on = models.DateField(null=True)
    encrypted = models.BooleanField(default=False, db_default=False)
    steering_type = models.SmallIntegerField(default=0)

    replaces = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    corrects = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    withdrawn_at = models.DateTimeField(null=True, help_text="declared to all, by an IssuedChange")
    paper_waits_since = models.DateTimeField(null=True, help_text="somebody on paper is not told yet")
    edxml = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    packet_id = models.CharField(max_length=64, blank=True, db_index=True)
    task = models.ForeignKey(
        Task, null=True, on_delete=models.PROTECT, related_name="+", help_text="what it directs or reports on"
    )
    document_code = models.CharField(max_length=250, blank=True, db_default="", help_text="edXML DocumentId")
    issued_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    # Copied from the official document, so that a list is searched in this table's own indexes.
    subject = models.TextField()
    code = models.CharField(max_length=200, blank=True)
    urgency = models.SmallIntegerField(default=0)
    number_key = models.GeneratedField(
        expression=NumberKey(F("code")), output_field=models.TextField(), db_persist=True
    )
    search_text = models.GeneratedField(
        expression=Plain(F("subject")), output_field=models.TextField(), db_persist=True
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(OutState)), name="outgoing_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=[OutState.DRAFT, OutState.ISSUED]) | Q(edxml__isnull=False),
                name="outgoing_issued_has_packet",
            ),
            models.CheckConstraint(
                condition=~Q(state=OutState.SENT) | ~Q(packet_id=""), name="outgoing_sent_has_id"
            ),
            models.CheckConstraint(
                condition=Q(replaces=None) | Q(corrects=None), name="outgoing_one_predecessor"
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "state", "-id"], name="outgoing_by_state"),
            models.Index(fields=["agency", "-id"], name="outgoing_newest"),
            models.Index(fields=["agency", "-issued_at"], name="outgoing_issued"),
            models.Index(
                fields=["next_attempt_at"], condition=Q(state=OutState.WAITING), name="outgoing_waiting"
            ),
            models.Index(
                fields=["document_code"], condition=Q(task__isnull=False), name="outgoing_task_code"
            ),
            models.Index(
                fields=["agency", "paper_waits_since"],
                condition=Q(paper_waits_since__isnull=False),
                name="outgoing_paper_waits",
            ),
            GinIndex(F("agency"), OpClass(F("number_key"), "gin_trgm_ops"), name="outgoing_agency_number"),
            GinIndex(F("agency"), OpClass(F("search_text"), "gin_trgm_ops"), name="outgoing_agency_search"),
        ]

    @property
    def state_label(self) -> Promise:
        """The state in the reader's language."""
        return STATE_LABELS[State.WITHDRAWN] if self.withdrawn_at else OUT_STATE_LABELS[self.state]


class Recipient(models.Model):
    """An agency a document goes to, and the last status its system reported."""

    document = models.ForeignKey(OutgoingDocument, on_delete=models.CASCADE, related_name="recipients")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=2, blank=True)
    status_at = models.DateTimeField(null=True)
    description = models.TextField(blank=True)
    staff = models.CharField(max_length=250, blank=True)
    group = models.CharField(max_length=20, blank=True, help_text="the group that named it, groups.Group")
    uncollected_since = models.DateTimeField(null=True, help_text="set once the axis said nobody collects it")
    change_kind = models.CharField(
        max_length=10, blank=True, default="", db_default="", help_text="the last one asked"
    )
    change_state = models.CharField(max_length=10, blank=True, default="", db_default="")
    change_note = models.TextField(blank=True, default="", db_default="")
    task = models.OneToOneField(
        Task, null=True, on_delete=models.PROTECT, related_name="+", help_text="the sub-task given to it"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "agency"], name="recipient_once")]

    @property
    def change_label(self) -> str:
        """The last change asked of this recipient and what became of it; empty if none was."""
        if not self.change_kind:
            return ""
        return f"{CHANGE_LABELS[self.change_kind]}: {CHANGE_STATE_LABELS[self.change_state]}"

    @property
    def status_label(self) -> Promise:
        """The status in the reader's language."""
        return STATUS_LABELS.get(self.status, STATUS_LABELS[""])


def _work_is_open(day: date) -> Q:
    return ~Q(state__in=sorted(OVER))


def _is_not_sent(day: date) -> Q:
    return Q(state__in=[OutState.DRAFT, OutState.WAITING])


holds_agency(IncomingDocument._meta.label, "agency", still=_work_is_open)
holds_agency(OutgoingDocument._meta.label, "agency", still=_is_not_sent)
remembers_agency(Recipient._meta.label, "agency")
