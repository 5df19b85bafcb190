"""The catalogue: procedures, their versions with papers, fees and results, forms, processes, and who offers
them.
"""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.utils.functional import Promise

from lienthong.directory.public import Agency, Official, holds_agency, remembers_agency
from lienthong.kernel.identifiers import uuid7
from lienthong.kernel.models import Blob
from lienthong.kernel.plain import Plain as Plain
from lienthong.ledger.public import Subject
from lienthong.procedures.states import STATE_COLORS, Audience, Channel, Level, SampleKind, VersionState

MOST_AMOUNT = 10**12  # đồng
CODE_FORM = r"^[0-9]+(\.[0-9]+)+(\.[A-Z0-9]+)*$"


class ServiceField(models.Model):
    """A field of the State's work that procedures belong to (lĩnh vực).

    Civil status, land, construction, …
    """

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Procedure(models.Model):
    """An administrative procedure under its national code (1.001193); what it says is in its versions."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=500)
    name_en = models.CharField(max_length=500, blank=True)
    field = models.ForeignKey(ServiceField, on_delete=models.PROTECT, related_name="procedures")
    level = models.CharField(max_length=10, choices=Level.choices)
    audience = models.CharField(max_length=10, choices=Audience.choices, default=Audience.CITIZEN)
    authority = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="+", help_text="who publishes its versions"
    )
    search_text = models.GeneratedField(
        expression=Plain(Concat(F("name"), Value(" "), F("code"), Value(" "), F("name_en"))),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=CODE_FORM), name="procedure_code_spelled"),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="procedure_level_known"),
            models.CheckConstraint(
                condition=Q(audience__in=Audience.values), name="procedure_audience_known"
            ),
        ]
        indexes = [
            models.Index(fields=["field", "id"], name="procedure_of_field"),
            GinIndex(OpClass(F("search_text"), "gin_trgm_ops"), name="procedure_search"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def ledger_subject(self) -> Subject:
        """This procedure as the ledger names it."""
        return Subject("procedures.procedure", str(self.pk))


class LinkedPart(models.Model):
    """A procedure that is settled as a part of another in one application (liên thông), in this order."""

    whole = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="linked_parts")
    part = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["whole", "part"], name="linked_part_once"),
            models.UniqueConstraint(fields=["whole", "position"], name="linked_part_in_order"),
            models.CheckConstraint(condition=~Q(whole=F("part")), name="linked_part_is_another"),
        ]


class FormVersion(models.Model):
    """A form as data with its compiled schema; once `frozen_at` is set a trigger refuses every change."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    definition = models.JSONField(help_text="form.Form")
    schema = models.JSONField(help_text="JSON Schema 2020-12 of the answers")
    frozen_at = models.DateTimeField(null=True)


class ProcessVersion(models.Model):
    """A process as data; once `frozen_at` is set a trigger refuses every change."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    definition = models.JSONField(help_text="process.Process")
    minutes = models.IntegerField(help_text="working minutes of the longest way")
    frozen_at = models.DateTimeField(null=True)


class ProcedureVersion(models.Model):
    """What a procedure says from a day on. A draft is changed; a published one is only followed
    or withdrawn.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=VersionState.choices, default=VersionState.DRAFT)
    law = models.JSONField(default=list, help_text="the legal bases, one text each")
    conditions = models.TextField(blank=True)
    conditions_en = models.TextField(blank=True)
    limit_minutes = models.IntegerField(null=True, help_text="the legal time limit in working minutes")
    form = models.ForeignKey(FormVersion, null=True, on_delete=models.PROTECT, related_name="+")
    process = models.ForeignKey(ProcessVersion, null=True, on_delete=models.PROTECT, related_name="+")
    changes = models.PositiveIntegerField(default=0, help_text="how often the draft was saved")
    drafted_by = models.ForeignKey(Official, null=True, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    published_by = models.ForeignKey(Official, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["procedure", "number"], name="version_number_unique"),
            models.UniqueConstraint(
                fields=["procedure"], condition=Q(state=VersionState.DRAFT), name="version_one_draft"
            ),
            models.UniqueConstraint(
                fields=["procedure"], condition=Q(state=VersionState.PUBLISHED), name="version_one_in_force"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="version_from_one"),
            models.CheckConstraint(
                condition=Q(limit_minutes=None) | Q(limit_minutes__gte=1), name="version_limit_positive"
            ),
            models.CheckConstraint(
                condition=Q(state=VersionState.DRAFT, published_at=None, ended_at=None)
                | Q(
                    state=VersionState.PUBLISHED,
                    published_at__isnull=False,
                    ended_at=None,
                    form__isnull=False,
                    process__isnull=False,
                )
                | Q(
                    state__in=[VersionState.SUPERSEDED, VersionState.WITHDRAWN],
                    published_at__isnull=False,
                    ended_at__isnull=False,
                    form__isnull=False,
                    process__isnull=False,
                ),
                name="version_state_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state=VersionState.WITHDRAWN) | ~Q(end_reason=""),
                name="version_withdrawn_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure.code} v{self.number}"

    @property
    def state_label(self) -> Promise | str:
        """The state in the reader's language."""
        return VersionState(self.state).label

    @property
    def state_color(self) -> str:
        """The colour of the state's tag."""
        return STATE_COLORS[self.state]


class RequiredPaper(models.Model):
    """A paper that a version asks for."""

    version = models.ForeignKey(ProcedureVersion, on_delete=models.CASCADE, related_name="papers")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=40)
    name = models.CharField(max_length=500)
    name_en = models.CharField(max_length=500, blank=True)
    originals = models.PositiveSmallIntegerField(default=1)
    copies = models.PositiveSmallIntegerField(default=0)
    when = models.CharField(max_length=500, blank=True)
    held_by_state = models.BooleanField(default=False, help_text="the State has it already and does not ask")

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="paper_once")]


class PaperSample(models.Model):
    """A file that shows what a required paper looks like; with its version it is frozen by a trigger.

    `paper` is the key of a required paper of the version: the database refuses any other (ADR 0066).
    """

    version = models.ForeignKey(ProcedureVersion, on_delete=models.CASCADE, related_name="samples")
    paper = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=SampleKind.choices)
    name = models.CharField(max_length=200)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["paper", "kind", "id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "paper", "blob"], name="sample_once"),
            models.CheckConstraint(condition=Q(kind__in=SampleKind.values), name="sample_kind_known"),
            models.CheckConstraint(condition=~Q(name=""), name="sample_is_named"),
        ]

    def __str__(self) -> str:
        return self.name


class FeeRule(models.Model):
    """A fee in đồng that is owed if its condition holds."""

    version = models.ForeignKey(ProcedureVersion, on_delete=models.CASCADE, related_name="fees")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    amount = models.BigIntegerField()
    when = models.CharField(max_length=500, blank=True)
    law = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="fee_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="fee_not_negative"),
        ]


class FeeExemption(models.Model):
    """How many percent of a fee, or of every fee, are not asked for: by itself if its condition holds.

    Without a condition an official chooses it.
    """

    version = models.ForeignKey(ProcedureVersion, on_delete=models.CASCADE, related_name="exemptions")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    share = models.PositiveSmallIntegerField(help_text="percent")
    fee = models.CharField(max_length=40, blank=True, help_text="key of the fee; empty is every fee")
    when = models.CharField(max_length=500, blank=True)
    law = models.CharField(max_length=200)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="exemption_once"),
            models.CheckConstraint(condition=Q(share__range=(1, 100)), name="exemption_share_is_percent"),
            models.CheckConstraint(condition=~Q(law=""), name="exemption_has_law"),
        ]


class ResultKind(models.Model):
    """What the applicant gets."""

    version = models.ForeignKey(ProcedureVersion, on_delete=models.CASCADE, related_name="results")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    months = models.PositiveSmallIntegerField(null=True, help_text="how long it is valid")
    document_type = models.CharField(
        max_length=10, blank=True, db_default="", help_text="a type of `documents`; empty: by its name"
    )

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="result_once")]


class ServiceOffer(models.Model):
    """An agency offers a version through a channel, until it stops."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(ProcedureVersion, on_delete=models.PROTECT, related_name="offers")
    channel = models.CharField(max_length=15, choices=Channel.choices)
    offered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "version", "channel"], condition=Q(ended_at=None), name="offer_once"
            ),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="offer_channel_known"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("offered_at")),
                name="offer_ends_after_it_began",
            ),
        ]
        indexes = [models.Index(fields=["version", "agency"], name="offer_of_version")]


class OfferFee(models.Model):
    """What an agency asks from a day on for a fee of the procedure, itself and below it; rows are only added.

    Without an amount it is again what stands above the agency: another agency's amount, or the version's.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="+", db_index=False)
    fee = models.CharField(max_length=40, help_text="key of the fee, in every version of the procedure")
    amount = models.BigIntegerField(null=True)
    law = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=500)
    valid_from = models.DateField()
    set_by = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+", db_index=False)
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__range=(0, MOST_AMOUNT)), name="offer_fee_amount_sane"
            ),
            models.CheckConstraint(condition=Q(amount=None) | ~Q(law=""), name="offer_fee_has_law"),
            models.CheckConstraint(condition=~Q(reason=""), name="offer_fee_has_reason"),
        ]
        indexes = [models.Index(fields=["procedure", "agency"], name="offer_fee_of_procedure")]


remembers_agency(Procedure._meta.label, "authority")
remembers_agency(OfferFee._meta.label, "agency")
holds_agency(ServiceOffer._meta.label, "agency", still=lambda day: Q(ended_at=None))
