"""The country: administrative units, agencies, divisions, posts, officials and their working time."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from lienthong.directory.contracts import BEGINNING
from lienthong.kernel.plain import Plain as Plain

OPEN_END = date(9999, 12, 31)
CODE_FORM = r"^[A-Z0-9]+(\.[A-Z0-9]+)*$"


class DateRange(Func):
    """SQL `daterange(from, to)`: from included, to excluded, an empty `to` endless."""

    function = "daterange"
    output_field = models.Field()


class Int4Range(Func):
    """SQL `int4range(from, to)`: from included, to excluded."""

    function = "int4range"
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
        verbose_name = _("administrative unit")
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

    `code` is root-first (`H55.05.01`), `old_code` leaf-first (`000.01.05.H55`), empty where that form cannot
    say it; other spellings are aliases. It exists from `valid_from` until the day before `valid_to`. The
    database itself fills `path` (a trigger, which refuses an agency inside itself) and `search_text`.
    """

    code = models.CharField(max_length=40)
    old_code = models.CharField(max_length=40, blank=True, default="")
    name = models.CharField(max_length=250)
    short_name = models.CharField(max_length=50, help_text="as in a document's notation: UBND, VPCP, STTTT")
    kind = models.CharField(
        max_length=20, help_text="ministry, province, department, district, commune, school, …"
    )
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    path = models.CharField(
        max_length=200,
        default="",
        editable=False,
        help_text="ids from the root, '/12/340/', for whole subtrees",
    )
    unit = models.ForeignKey(AdministrativeUnit, null=True, on_delete=models.PROTECT, related_name="agencies")
    address = models.CharField(max_length=250, blank=True)
    email = models.EmailField(blank=True)
    telephone = models.CharField(max_length=30, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(default=OPEN_END)
    search_text = models.GeneratedField(
        expression=Plain(
            Concat("name", Value(" "), "code", Value(" "), "old_code", Value(" "), "short_name")
        ),
        output_field=models.TextField(),
        db_persist=True,
        help_text="name and codes, without marks, lower case",
    )

    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("agency")
        constraints = [
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="agency_validity_ordered"),
            models.CheckConstraint(condition=Q(code__regex=CODE_FORM), name="agency_code_spelled"),
            ExclusionConstraint(
                name="agency_code_unique_while_valid",
                expressions=[
                    (F("code"), RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="agency_old_code_unique_while_valid",
                expressions=[
                    (F("old_code"), RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                condition=~Q(old_code=""),
            ),
        ]
        indexes = [
            models.Index(fields=["code", "valid_to"], name="agency_code"),
            models.Index(fields=["path"], opclasses=["text_pattern_ops"], name="agency_path"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="agency_search"),
        ]

    def __str__(self) -> str:
        return self.name


class AgencyAlias(models.Model):
    """Another spelling of an agency's code, met in systems in service; kept without spaces, in capitals."""

    alias = models.CharField(max_length=40, unique=True)
    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="aliases")

    class Meta:
        verbose_name = _("alias of an agency code")

    def __str__(self) -> str:
        return self.alias


class AgencySuccession(models.Model):
    """One agency was succeeded by another on a day."""

    predecessor = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="successions")
    successor = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="predecessions")
    on_date = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor"], name="agency_succession_unique"),
            models.CheckConstraint(condition=~Q(predecessor=F("successor")), name="agency_succeeds_another"),
        ]


class Division(models.Model):
    """An internal unit of an agency (phòng, ban)."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="divisions")
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=30, help_text="as in a công văn's notation: KT, TTĐT")

    class Meta:
        verbose_name = _("division")
        constraints = [models.UniqueConstraint(fields=["agency", "name"], name="division_unique")]

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """A post in an agency that officials hold: Chủ tịch, Văn thư, Chuyên viên."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="posts")
    division = models.ForeignKey(
        Division, null=True, blank=True, on_delete=models.PROTECT, related_name="posts"
    )
    title = models.CharField(max_length=150)

    class Meta:
        verbose_name = _("post")

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
        verbose_name = _("holder of a post")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__gt=F("valid_from")), name="holding_validity_ordered"
            ),
            ExclusionConstraint(
                name="holding_once_at_a_time",
                expressions=[
                    (F("post"), RangeOperators.EQUAL),
                    (F("official"), RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
            ),
        ]


class WorkingHours(models.Model):
    """The weekly hours of an agency and of all below without any of their own; with no agency, the country's.

    They hold from `valid_from` until the next of the same agency. What arrives after `cut_off` (minutes after
    midnight) counts from the next working day.
    """

    agency = models.ForeignKey(Agency, null=True, on_delete=models.CASCADE, related_name="working_hours")
    valid_from = models.DateField(db_default=BEGINNING)
    reason = models.CharField(max_length=200, db_default="", blank=True)
    cut_off = models.SmallIntegerField(default=16 * 60 + 30)

    class Meta:
        verbose_name = _("working hours")
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "valid_from"], nulls_distinct=False, name="working_hours_once_from_a_day"
            ),
            models.CheckConstraint(condition=Q(cut_off__range=(0, 24 * 60)), name="cut_off_within_the_day"),
        ]


class WorkingSession(models.Model):
    """A stretch of work on a weekday (0 Monday to 6 Sunday), in minutes after midnight."""

    hours = models.ForeignKey(WorkingHours, on_delete=models.CASCADE, related_name="sessions")
    weekday = models.SmallIntegerField()
    starts = models.SmallIntegerField()
    ends = models.SmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(weekday__range=(0, 6)), name="session_weekday_known"),
            models.CheckConstraint(
                condition=Q(starts__gte=0, ends__gt=F("starts"), ends__lte=24 * 60), name="session_ordered"
            ),
            ExclusionConstraint(
                name="sessions_apart",
                expressions=[
                    (F("hours"), RangeOperators.EQUAL),
                    (F("weekday"), RangeOperators.EQUAL),
                    (Int4Range("starts", "ends"), RangeOperators.OVERLAPS),
                ],
            ),
        ]


class CalendarDay(models.Model):
    """A day that differs from its weekday, for an agency and all below it, or without agency for the country.

    `works_as` is the weekday (0 Monday to 6 Sunday) whose sessions hold on it; null is a day off. The nearest
    row up the tree decides.
    """

    agency = models.ForeignKey(Agency, null=True, on_delete=models.CASCADE, related_name="calendar_days")
    day = models.DateField()
    works_as = models.SmallIntegerField(null=True)
    name = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("special day of a calendar")
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "day"], nulls_distinct=False, name="calendar_day_unique"
            ),
            models.CheckConstraint(
                condition=Q(works_as__isnull=True) | Q(works_as__range=(0, 6)),
                name="calendar_day_weekday_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y} {self.name}"
