"""What has arrived of packets that are sent in parts."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from lienthong.kernel.identifiers import uuid7

METADATA_LENGTH = 1024


class UploadQuerySet(models.QuerySet["Upload"]):
    """Questions that uploads answer in sets."""

    def unfinished(self) -> UploadQuerySet:
        """Those whose parts are still kept, expired ones among them."""
        return self.filter(packet=None, refusal__isnull=True)

    def finished(self) -> UploadQuerySet:
        """Those of which only the outcome is kept."""
        return self.exclude(packet=None, refusal__isnull=True)

    def free(self, at: datetime) -> UploadQuerySet:
        """Those that nobody is writing to."""
        return self.filter(Q(held_until=None) | Q(held_until__lte=at))


class Upload(models.Model):
    """A packet that arrives in parts: its first `offset` bytes of `length` are here.

    `holder` is whoever writes to it, until `held_until`. In the end it has a `packet`, or the `refusal` (a
    problem document) that will be the same whenever it is asked again; then it has no parts any more.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    system = models.ForeignKey("axis.ConnectedSystem", on_delete=models.CASCADE, related_name="uploads")
    length = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    part_count = models.IntegerField(default=0)
    metadata = models.CharField(max_length=METADATA_LENGTH, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    holder = models.UUIDField(null=True)
    held_until = models.DateTimeField(null=True)
    packet = models.ForeignKey(
        "axis.Packet", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    refusal = models.JSONField(null=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(offset__gte=0, offset__lte=F("length"), length__gt=0), name="upload_within_length"
            ),
            models.CheckConstraint(
                condition=Q(holder=None, held_until=None) | Q(holder__isnull=False, held_until__isnull=False),
                name="upload_hold_ends",
            ),
            models.CheckConstraint(
                condition=Q(packet=None, refusal__isnull=True)
                | Q(packet=None, offset=F("length"))
                | Q(refusal__isnull=True, offset=F("length")),
                name="upload_one_end_when_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offset}/{self.length}"


class UploadPart(models.Model):
    """Bytes from `start` of an upload; they lie in the object store under `actions.upload_parts.key_of`."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="parts", db_index=False)
    start = models.BigIntegerField()
    size = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["upload", "start"], name="upload_part_once"),
            models.CheckConstraint(condition=Q(start__gte=0, size__gt=0), name="upload_part_has_bytes"),
            ExclusionConstraint(
                name="upload_parts_apart",
                expressions=[
                    ("upload", RangeOperators.EQUAL),
                    (
                        Func(
                            F("start"),
                            F("start") + F("size"),
                            function="int8range",
                            output_field=BigIntegerRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]
