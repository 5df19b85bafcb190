"""What the axis keeps: who is connected, each packet once, one delivery per recipient, every status."""

from __future__ import annotations

from datetime import date, datetime

from django.contrib.postgres.indexes import BrinIndex, GinIndex, OpClass
from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import models
from django.db.models import F, Func, Q, Value

from lienthong.axis.edxml import Business, Urgency
from lienthong.axis.models.fetching import FailedFetch as FailedFetch
from lienthong.axis.models.receiving import DeliveryNotice as DeliveryNotice
from lienthong.axis.models.receiving import Webhook as Webhook
from lienthong.axis.models.receiving import WebhookMessage as WebhookMessage
from lienthong.axis.models.systems import AccessToken as AccessToken
from lienthong.axis.models.systems import ConnectedSystem as ConnectedSystem
from lienthong.axis.models.systems import Serves as Serves
from lienthong.axis.models.systems import TokenFailure as TokenFailure
from lienthong.axis.models.tallies import Backlog as Backlog
from lienthong.axis.models.tallies import CountedUntil as CountedUntil
from lienthong.axis.models.tallies import Refused as Refused
from lienthong.axis.models.tallies import Tally as Tally
from lienthong.axis.models.uploads import Upload as Upload
from lienthong.axis.models.uploads import UploadPart as UploadPart
from lienthong.axis.states import (
    ENDS,
    UNCOLLECTED,
    UNREGISTERED,
    ChangeKind,
    ChangeState,
    DeliveryState,
)
from lienthong.directory.public import Agency, holds_agency, remembers_agency
from lienthong.kernel.identifiers import uuid7
from lienthong.kernel.models import Blob
from lienthong.kernel.plain import Plain as Plain
from lienthong.ledger.public import Subject

ASKING = frozenset({Business.REVOKE, Business.UPDATE})  # packets that bring no document


class PlainCode(Func):
    """SQL: number and notation as words without marks, each led by a space: a word is found by its start."""

    template = "rtrim(' ' || regexp_replace(plain(%(expressions)s), '[^a-z0-9]+', ' ', 'g'))"
    output_field = models.TextField()


class PlainWords(Func):
    """SQL: the words of several texts, without marks, for full text search."""

    template = "to_tsvector('simple', plain(%(expressions)s))"
    arg_joiner = " || ' ' || "
    output_field = SearchVectorField()


class PacketQuerySet(models.QuerySet["Packet"]):
    """Questions that packets answer in sets."""

    def matching(self, text: str) -> PacketQuerySet:
        """Those whose number and notation, or subject, have the words, with or without marks."""
        return self.filter(_has_words(text))

    def matching_each(self, text: str) -> PacketQuerySet:
        """The same, but each row is looked at in the order asked for: the indexes of words stay unused."""
        return self.filter(IsTrue(_has_words(text)))


def _has_words(text: str) -> Q:
    asked = Value(text.replace("\0", " "))
    words = SearchQuery(Plain(asked), config="simple")
    return Q(search_code__contains=PlainCode(asked)) | Q(search_words=words)


class IsTrue(Func):
    """SQL `condition IS TRUE`, which no index answers."""

    template = "(%(expressions)s) IS TRUE"
    output_field = models.BooleanField()


class Packet(models.Model):
    """An edXML packet as received; never changed. Its bytes are the blob, whose key is their SHA-256.

    A packet that revokes, updates or replaces an earlier document has that document's packet in `about`, and
    its place among all changes of it in `sequence`, from 1; any other has neither.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    system = models.ForeignKey(ConnectedSystem, on_delete=models.PROTECT, related_name="+")
    sender = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    document_id = models.CharField(max_length=255)
    business = models.SmallIntegerField(default=Business.NEW)
    about = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    sequence = models.SmallIntegerField(default=0, db_default=0)
    blob = models.OneToOneField(Blob, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=50)
    notation = models.CharField(max_length=100, blank=True)
    type_name = models.CharField(max_length=100, blank=True)
    subject = models.CharField(max_length=500)
    content = models.CharField(max_length=500, blank=True)
    urgency = models.SmallIntegerField(default=Urgency.NORMAL)
    steering = models.SmallIntegerField(default=0)
    place = models.CharField(max_length=150, blank=True)
    promulgated_on = models.DateField()
    due_on = models.DateField(null=True)
    signer_name = models.CharField(max_length=250, blank=True)
    signer_position = models.CharField(max_length=250, blank=True)
    paper_follows = models.BooleanField(default=False)
    attachment_count = models.SmallIntegerField()
    recipient_count = models.IntegerField()
    sandbox = models.BooleanField(default=False, db_default=False)
    received_at = models.DateTimeField()
    receipt_statement = models.BinaryField()
    receipt_signature = models.BinaryField()
    search_code = models.GeneratedField(
        expression=PlainCode(F("number"), Value("/"), F("notation"), arg_joiner=" || "),
        output_field=models.TextField(),
        db_persist=True,
    )
    search_words = models.GeneratedField(
        expression=PlainWords(F("subject"), F("content")), output_field=SearchVectorField(), db_persist=True
    )

    objects = PacketQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sender", "document_id"],
                name="packet_document_once",
                condition=Q(business__in=[Business.NEW, Business.REPLACE]),
            ),
            models.UniqueConstraint(
                fields=["about", "sequence"],
                name="packet_change_in_order",
                condition=Q(about__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(about=None, sequence=0, business=Business.NEW)
                | Q(about__isnull=False, sequence__gt=0) & ~Q(business=Business.NEW),
                name="packet_change_names_document",
            ),
            models.CheckConstraint(condition=Q(recipient_count__gt=0), name="packet_has_recipients"),
            models.CheckConstraint(condition=Q(urgency__range=(0, 4)), name="packet_urgency_known"),
            models.CheckConstraint(condition=Q(business__range=(0, 3)), name="packet_business_known"),
        ]
        indexes = [
            models.Index(fields=["sender", "-id"], name="packet_of_sender"),
            models.Index(fields=["received_at", "id"], name="packet_newest"),
            GinIndex(OpClass("search_code", name="gin_trgm_ops"), name="packet_search_code"),
            GinIndex(fields=["search_words"], name="packet_search_words"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """Number and notation as printed: `7816/VPCP-TTĐT`."""
        return f"{self.number}/{self.notation}" if self.notation else self.number

    @property
    def key(self) -> tuple[int, str, str]:
        """What is unique: sender and document id of a document, the bytes of what only asks."""
        return self.sender_id, self.document_id, self.sha256 if self.only_asks else ""

    @property
    def only_asks(self) -> bool:
        """Whether the packet brings no document but asks something of one: a revocation or an update."""
        return self.business in ASKING

    @property
    def sha256(self) -> str:
        """Hex digest of the packet's bytes."""
        return self.blob_id

    def as_subject(self) -> Subject:
        """This packet as the ledger names it."""
        return Subject("axis.packet", str(self.pk))


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Questions that deliveries answer in sets."""

    def waiting(self) -> DeliveryQuerySet:
        """Those nobody has collected."""
        return self.filter(state__in=UNCOLLECTED)

    def claimable(self, at: datetime) -> DeliveryQuerySet:
        """Those nobody has collected and nobody holds a lease on."""
        return self.waiting().filter(Q(leased_until=None) | Q(leased_until__lte=at))

    def stuck(self, *, uncollected_before: datetime, unregistered_before: datetime) -> DeliveryQuerySet:
        """Those sent before the first time and not collected, or before the second and not registered."""
        return self.filter(
            Q(state=DeliveryState.SENT, sent_at__lt=uncollected_before)
            | Q(state=DeliveryState.ARRIVED, sent_at__lt=unregistered_before),
            state__in=UNREGISTERED,
        )


class Delivery(models.Model):
    """A packet on its way to one recipient."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    packet = models.ForeignKey(Packet, on_delete=models.PROTECT, related_name="deliveries")
    recipient = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=2, choices=DeliveryState, default=DeliveryState.SENT)
    sent_at = models.DateTimeField()
    collected_at = models.DateTimeField(null=True)
    last_status_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    leased_by = models.ForeignKey(
        ConnectedSystem, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["packet", "recipient"], name="delivery_once_per_recipient"),
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="delivery_state_known"),
            models.CheckConstraint(
                condition=Q(leased_until=None, lease_token=None, leased_by=None)
                | Q(leased_until__isnull=False, lease_token__isnull=False, leased_by__isnull=False),
                name="delivery_lease_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="delivery_of_recipient"),
            models.Index(
                fields=["recipient", "id"], name="delivery_waiting", condition=Q(state__in=UNCOLLECTED)
            ),
            models.Index(fields=["id"], name="delivery_waiting_in_order", condition=Q(state__in=UNCOLLECTED)),
            models.Index(fields=["sent_at"], name="delivery_stuck", condition=Q(state__in=UNREGISTERED)),
            models.Index(fields=["state", "sent_at", "packet"], name="delivery_by_state"),
            models.Index(
                fields=["collected_at"], name="delivery_collected", condition=Q(collected_at__isnull=False)
            ),
        ]


class ChangeRequest(models.Model):
    """What a sender asked for a document at one recipient, and the answer.

    `delivery` is that of the document, `asking` that of the packet that asks (none for a take-back). A
    withdrawal of what nobody had collected is accepted at once, by the axis.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="requests")
    asking = models.ForeignKey(Delivery, null=True, on_delete=models.PROTECT, related_name="+")
    recipient = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=ChangeKind)
    sequence = models.SmallIntegerField()
    state = models.CharField(max_length=10, choices=ChangeState, default=ChangeState.PENDING)
    reason = models.CharField(max_length=500, blank=True)
    answer = models.CharField(max_length=500, blank=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["delivery"], name="change_one_pending", condition=Q(state=ChangeState.PENDING)
            ),
            models.UniqueConstraint(fields=["delivery", "sequence"], name="change_in_order"),
            models.CheckConstraint(condition=Q(kind__in=ChangeKind.values), name="change_kind_known"),
            models.CheckConstraint(condition=Q(state__in=ChangeState.values), name="change_state_known"),
            models.CheckConstraint(condition=Q(sequence__gt=0), name="change_follows_document"),
            models.CheckConstraint(
                condition=Q(state=ChangeState.PENDING, answered_at=None)
                | ~Q(state=ChangeState.PENDING) & Q(answered_at__isnull=False),
                name="change_answered_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=ChangeState.REFUSED) | ~Q(answer=""), name="change_refusal_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(kind=ChangeKind.TAKE_BACK, asking=None)
                | ~Q(kind=ChangeKind.TAKE_BACK) & Q(asking__isnull=False),
                name="change_packet_asks",
            ),
        ]
        indexes = [
            models.Index(
                fields=["recipient", "id"], name="change_waiting", condition=Q(state=ChangeState.PENDING)
            )
        ]


class StatusEvent(models.Model):
    """A status that a recipient reported, or 13, which its sender's take-back wrote.

    Append-only: the database refuses change and removal.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="events")
    system = models.ForeignKey(ConnectedSystem, on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(max_length=2)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    description = models.CharField(max_length=500, blank=True)
    department = models.CharField(max_length=250, blank=True)
    staff = models.CharField(max_length=250, blank=True)
    mobile = models.CharField(max_length=250, blank=True)
    email = models.CharField(max_length=250, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["delivery", "code", "at"], name="status_reported_once"),
            models.CheckConstraint(
                condition=Q(code__in=["01", "02", "03", "04", "05", "06", "13", "15", "16"]),
                name="status_code_known",
            ),
            models.CheckConstraint(
                condition=~Q(code="02") | ~Q(description=""), name="status_refusal_has_reason"
            ),
            models.CheckConstraint(
                condition=~Q(code="16") | ~Q(description=""), name="status_declined_has_reason"
            ),
        ]
        indexes = [BrinIndex(fields=["received_at"], name="status_received", autosummarize=True)]

    def __str__(self) -> str:
        return self.code


def _is_connected(day: date) -> Q:
    return Q(disabled_at=None)


def _is_under_way(day: date) -> Q:
    return ~Q(state__in=ENDS)


def _is_unanswered(day: date) -> Q:
    return Q(state=ChangeState.PENDING)


holds_agency(ConnectedSystem._meta.label, "agency", still=_is_connected)
holds_agency(Delivery._meta.label, "recipient", still=_is_under_way)
holds_agency(ChangeRequest._meta.label, "recipient", still=_is_unanswered)
remembers_agency(Packet._meta.label, "sender")
