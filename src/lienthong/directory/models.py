"""The country: administrative units, agencies, divisions, posts, officials and their working time."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q

OPEN_END = date(9999, 12, 31)


class DateRange(Func):
    """SQL `daterange(from, to)`: from included, to excluded, an empty `to` endless."""

    function = "daterange"
    output_field = models.Field()


class AdministrativeUnit(models.Model):
    """A province, district or commune of one edition of the country's map (2024 or 2025)."""

    edition = models.SmallIntegerField()
    level = models.SmallIntegerField()
    code = models.CharField(max_length=5)
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=100)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "level", "code"], name="unit_unique")]

    def __str__(self) -> str:
        return self.name


class UnitSuccession(models.Model):
    """A unit of 2024 went into a unit of 2025; `is_default` marks the main successor of a divided one."""

    old = models.ForeignKey(AdministrativeUnit, on_delete=models.PROTECT, related_name="successions")
    new = models.ForeignKey(AdministrativeUnit, on_delete=models.PROTECT, related_name="predecessions")
    is_default = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["old", "new"], name="succession_unique")]


class AgencyQuerySet(models.QuerySet["Agency"]):
    """Questions that agencies answer in sets."""

    def valid(self, on: date) -> AgencyQuerySet:
        """Those that exist on the day."""
        return self.filter(valid_from__lte=on, valid_to__gt=on)


class Agency(models.Model):
    """Any body with an agency code: ministry, people's committee, department, commune, school, clinic.

    `code` is root-first (`H55.05.01`), `old_code` leaf-first (`000.01.05.H55`); other spellings are aliases.
    It exists from `valid_from` until the day before `valid_to`.
    """

    code = models.CharField(max_length=40)
    old_code = models.CharField(max_length=40, db_index=True)
    name = models.CharField(max_length=250)
    short_name = models.CharField(max_length=50, help_text="as in a document's notation: UBND, VPCP, STTTT")
    kind = models.CharField(max_length=20, help_text="ministry, province, department, district, commune, school, …")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    path = models.CharField(max_length=200, help_text="ids from the root, '/12/340/', for whole subtrees")
    unit = models.ForeignKey(AdministrativeUnit, null=True, on_delete=models.PROTECT, related_name="agencies")
    address = models.CharField(max_length=250, blank=True)
    email = models.EmailField(blank=True)
    telephone = models.CharField(max_length=30, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(default=OPEN_END)
    search_text = models.TextField(help_text="name and codes, unaccented and lower-case", default="")

    objects = AgencyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="agency_validity_ordered"),
            ExclusionConstraint(
                name="agency_code_unique_while_valid",
                expressions=[
                    (F("code"), RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [
            models.Index(fields=["path"], opclasses=["text_pattern_ops"], name="agency_path"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="agency_search"),
        ]

    def __str__(self) -> str:
        return self.name


class AgencyAlias(models.Model):
    """Another spelling of an agency's code, met in systems in service."""

    alias = models.CharField(max_length=40, unique=True)
    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="aliases")


class AgencySuccession(models.Model):
    """One agency was succeeded by another on a day."""

    predecessor = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="successions")
    successor = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="predecessions")
    on_date = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["predecessor", "successor"], name="agency_succession_unique")]


class Division(models.Model):
    """An internal unit of an agency (phòng, ban)."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="divisions")
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=30, help_text="as in a công văn's notation: KT, TTĐT")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "name"], name="division_unique")]

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """A post in an agency that officials hold: Chủ tịch, Văn thư, Chuyên viên."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="posts")
    division = models.ForeignKey(Division, null=True, blank=True, on_delete=models.PROTECT, related_name="posts")
    title = models.CharField(max_length=150)

    def __str__(self) -> str:
        return f"{self.title}, {self.agency}"


class Official(models.Model):
    """A person in the service of the State; may hold several posts."""

    full_name = models.CharField(max_length=150)
    email = models.EmailField(blank=True)
    telephone = models.CharField(max_length=30, blank=True)

    def __str__(self) -> str:
        return self.full_name


class PostHolding(models.Model):
    """An official holds a post for a time."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="holdings")
    official = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="holdings")
    valid_from = models.DateField()
    valid_to = models.DateField(default=OPEN_END)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="holding_validity_ordered"),
            ExclusionConstraint(
                name="holding_once_at_a_time",
                expressions=[
                    (F("post"), RangeOperators.EQUAL),
                    (F("official"), RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
