"""What the axis keeps: who is connected, each packet once, one delivery per recipient, every status."""

from __future__ import annotations

from datetime import date, datetime

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import models
from django.db.models import F, Func, Q, Value

from lienthong.axis.edxml import Business, Urgency
from lienthong.axis.states import UNCOLLECTED, UNREGISTERED, DeliveryState, SystemState
from lienthong.directory.public import Agency, holds_agency, remembers_agency
from lienthong.kernel.identifiers import uuid7
from lienthong.kernel.models import Blob
from lienthong.ledger.public import Actor, Subject


class PlainCode(Func):
    """SQL: number and notation as words without marks, each led by a space: a word is found by its start."""

    template = "rtrim(' ' || regexp_replace(plain(%(expressions)s), '[^a-z0-9]+', ' ', 'g'))"
    output_field = models.TextField()


class PlainWords(Func):
    """SQL: the words of several texts, without marks, for full text search."""

    template = "to_tsvector('simple', plain(%(expressions)s))"
    arg_joiner = " || ' ' || "
    output_field = SearchVectorField()


class Serves(models.TextChoices):
    """For which agencies a connected system speaks."""

    AGENCY = "agency", "agency"
    SUBTREE = "subtree", "subtree"
    ALL = "all", "all"


class ConnectedSystem(models.Model):
    """Software that speaks to the axis for an agency, for all below it too, or for everyone."""

    name = models.CharField(max_length=200)
    client_id = models.CharField(max_length=60, unique=True)
    secret_hash = models.CharField(max_length=64)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    serves = models.CharField(max_length=10, choices=Serves, default=Serves.SUBTREE)
    created_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True, blank=True)
    sandbox = models.BooleanField(default=False, db_default=False)
    partner_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="partners")
    previous_secret_hash = models.CharField(max_length=64, default="", db_default="", blank=True)
    previous_secret_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(serves__in=Serves.values), name="system_serves_known"),
            models.CheckConstraint(
                condition=Q(partner_of=None) | Q(sandbox=True), name="system_partner_in_sandbox"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def served(self, agency: str = "") -> Q:
        """The condition that an agency, named by the lookup path `agency`, is one this system speaks for."""
        prefix = f"{agency}__" if agency else ""
        if self.serves == Serves.ALL:
            return Q()
        if self.serves == Serves.SUBTREE and self.agency.path:
            return Q(**{f"{prefix}path__startswith": self.agency.path})
        return Q(**{f"{prefix}pk": self.agency_id})

    def speaks_for(self, agency: Agency) -> bool:
        """Whether this system may send and receive in the agency's name."""
        if self.serves == Serves.SUBTREE and self.agency.path:
            return agency.path.startswith(self.agency.path)
        return self.serves == Serves.ALL or agency.pk == self.agency_id

    @property
    def state(self) -> SystemState:
        """Where it stands between sandbox, live and disabled."""
        if self.disabled_at:
            return SystemState.DISABLED
        return SystemState.SANDBOX if self.sandbox else SystemState.LIVE

    def receives(self) -> Q:
        """The condition that a delivery is one this system may see: the sandbox and the real never meet.

        A partner plays the other side for one system in the sandbox, and sees only what that one sent.
        """
        condition = self.served("recipient") & Q(packet__sandbox=self.sandbox)
        return condition & Q(packet__system=self.partner_of_id) if self.partner_of_id else condition

    def has_sent(self) -> Q:
        """The condition that a packet is one whose state this system may see."""
        return self.served("sender") & (Q(system=self.pk) if self.sandbox else Q())

    def actor(self) -> Actor:
        """This system as the ledger records it."""
        return Actor(
            kind="system",
            id=self.client_id,
            name=self.name,
            agency_id=self.agency_id,
            agency_code=self.agency.code,
        )


class AccessToken(models.Model):
    """A bearer token, known only by its SHA-256."""

    token_hash = models.CharField(primary_key=True, max_length=64)
    system = models.ForeignKey(ConnectedSystem, on_delete=models.CASCADE, related_name="tokens")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)


class TokenFailure(models.Model):
    """A failed attempt to get a token, counted per client and per address to slow guessing."""

    key = models.CharField(max_length=130)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["key", "at"], name="token_failure_key")]


class PacketQuerySet(models.QuerySet["Packet"]):
    """Questions that packets answer in sets."""

    def matching(self, text: str) -> PacketQuerySet:
        """Those whose number and notation, or subject, have the words, with or without marks."""
        asked = Value(text.replace("\0", " "))
        words = SearchQuery(Plain(asked), config="simple")
        return self.filter(Q(search_code__contains=PlainCode(asked)) | Q(search_words=words))


class Plain(Func):
    """SQL `plain(text)`: without marks, in lower case."""

    function = "plain"
    output_field = models.TextField()


class Packet(models.Model):
    """An edXML packet as received; never changed. Its bytes are the blob, whose key is their SHA-256."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    system = models.ForeignKey(ConnectedSystem, on_delete=models.PROTECT, related_name="+")
    sender = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    document_id = models.CharField(max_length=255)
    business = models.SmallIntegerField(default=Business.NEW)
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
    received_at = models.DateTimeField(db_index=True)
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
            models.UniqueConstraint(fields=["sender", "document_id", "business"], name="packet_sent_once"),
            models.CheckConstraint(condition=Q(recipient_count__gt=0), name="packet_has_recipients"),
            models.CheckConstraint(condition=Q(urgency__range=(0, 4)), name="packet_urgency_known"),
            models.CheckConstraint(condition=Q(business__range=(0, 3)), name="packet_business_known"),
        ]
        indexes = [
            models.Index(fields=["sender", "-id"], name="packet_of_sender"),
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
    def key(self) -> tuple[int, str, int]:
        """What is unique: sender, document id, business."""
        return self.sender_id, self.document_id, self.business

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

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["packet", "recipient"], name="delivery_once_per_recipient"),
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="delivery_state_known"),
        ]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="delivery_of_recipient"),
            models.Index(
                fields=["recipient", "id"], name="delivery_waiting", condition=Q(state__in=UNCOLLECTED)
            ),
            models.Index(fields=["sent_at"], name="delivery_stuck", condition=Q(state__in=UNREGISTERED)),
        ]


class StatusEvent(models.Model):
    """A status that a recipient reported. Append-only: the database refuses change and removal."""

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
        ]

    def __str__(self) -> str:
        return self.code


def _is_connected(day: date) -> Q:
    return Q(disabled_at=None)


def _is_under_way(day: date) -> Q:
    return ~Q(state__in=[DeliveryState.REFUSED, DeliveryState.FINISHED])


holds_agency(ConnectedSystem._meta.label, "agency", still=_is_connected)
holds_agency(Delivery._meta.label, "recipient", still=_is_under_way)
remembers_agency(Packet._meta.label, "sender")
