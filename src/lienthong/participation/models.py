"""Feedback with its history and photos, who is competent for what, and the marks that slow down floods."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import (
    AdministrativeUnit,
    Agency,
    Official,
    holds_agency,
    remembers_agency,
)
from lienthong.identity.public import Party
from lienthong.kernel.identifiers import uuid7
from lienthong.kernel.models import Blob
from lienthong.kernel.plain import Plain
from lienthong.ledger.public import Subject
from lienthong.participation.rating_models import Rating as Rating
from lienthong.participation.states import (
    KIND_LABELS,
    OPEN,
    REASON_LABELS,
    SHOWN,
    STATE_COLORS,
    STATE_LABELS,
    VERB_LABELS,
    WAITING,
    Kind,
    Reason,
    Source,
    State,
)

# Vietnam with its islands; the outline itself is looked at by `places` (the database has no map).
SOUTH, NORTH, WEST, EAST = 6.0, 23.5, 102.0, 118.0
TEXT_LIMIT, WORDS_LIMIT, ANSWER_LIMIT = 4_000, 300, 10_000


class Category(models.Model):
    """What feedback is about, with the working days a body has to answer. `code` names it for others too."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=150)
    name_en = models.CharField(max_length=150)
    description = models.CharField(max_length=300, blank=True)
    description_en = models.CharField(max_length=300, blank=True)
    days = models.PositiveSmallIntegerField(help_text="working days from when the body is told")
    order = models.PositiveSmallIntegerField(default=50)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["order", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(days__range=(1, 90)), name="feedback_category_days_sane"),
        ]

    def __str__(self) -> str:
        return self.name


class Competence(models.Model):
    """Which body answers what where; without a row the People's Committee of the place does.

    An empty `category` means all of them. The nearest unit up the tree decides, and there a row of the
    category goes before one of all.
    """

    unit = models.ForeignKey(AdministrativeUnit, on_delete=models.PROTECT, related_name="+")
    category = models.ForeignKey(Category, null=True, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("competence for feedback")
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "category"], nulls_distinct=False, name="feedback_competence_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category or '*'} @ {self.unit}"


class ApiClient(models.Model):
    """An application of others that sends feedback by Open311; known by its key, of which a hash is kept."""

    name = models.CharField(max_length=100)
    contact = models.CharField(max_length=200)
    key_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="open311_client_has_name"),
            models.CheckConstraint(condition=Q(key_hash__regex=r"^[0-9a-f]{64}$"), name="open311_key_hashed"),
        ]

    def __str__(self) -> str:
        return self.name


class Feedback(models.Model):
    """Something a person says to the State, and what became of it.

    Personal data: what the sender says of themselves, and whatever `text` and `place` tell; read by the body
    that answers and by the sender, who may come back with the secret `code` (docs/personal-data.md).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True)
    kind = models.CharField(max_length=10)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+", db_index=False)
    text = models.TextField()
    unit = models.ForeignKey(AdministrativeUnit, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=WORDS_LIMIT, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    source = models.CharField(max_length=10, default=Source.PORTAL)
    client = models.ForeignKey(ApiClient, null=True, on_delete=models.PROTECT, related_name="+")
    media_url = models.CharField(max_length=500, blank=True, help_text="a picture elsewhere, never fetched")

    party = models.ForeignKey(Party, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    sender_name = models.CharField(max_length=250, blank=True)
    telephone = models.CharField(max_length=30, blank=True)
    email = models.EmailField(blank=True)
    wants_public = models.BooleanField()
    forgotten_at = models.DateTimeField(null=True, help_text="when what tells of the sender was removed")

    agency = models.ForeignKey(Agency, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=12, default=State.SENT)
    sent_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    handler = models.ForeignKey(
        Official, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    warned_at = models.DateTimeField(null=True, help_text="when its body was told that it is nearly late")

    answer = models.TextField(blank=True)
    publish = models.BooleanField(default=False)
    public_text = models.TextField(blank=True)
    shows_place = models.BooleanField(default=False)
    answered_at = models.DateTimeField(null=True)
    in_time = models.BooleanField(null=True, help_text="whether the first word of the body came in time")
    published_at = models.DateTimeField(null=True)
    reopened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=15, blank=True)
    forwarded_to = models.CharField(max_length=250, blank=True)
    search_text = models.GeneratedField(
        expression=Plain(F("public_text")), output_field=models.TextField(), db_persist=True
    )

    class Meta:
        verbose_name = _("feedback")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(State)), name="feedback_state_known"),
            models.CheckConstraint(condition=Q(kind__in=list(Kind)), name="feedback_kind_known"),
            models.CheckConstraint(condition=Q(source__in=list(Source)), name="feedback_source_known"),
            models.CheckConstraint(
                condition=Q(state=State.SENT, agency=None, due_at=None)
                | Q(~Q(state=State.SENT), agency__isnull=False, due_at__isnull=False),
                name="feedback_routed_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__range=(SOUTH, NORTH), longitude__range=(WEST, EAST)),
                name="feedback_point_in_vietnam",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted([*SHOWN, State.REOPENED]))
                | Q(answered_at__isnull=False) & ~Q(answer=""),
                name="feedback_answered_has_answer",
            ),
            models.CheckConstraint(
                condition=Q(state=State.REFUSED, refusal__in=list(Reason))
                | Q(~Q(state=State.REFUSED), refusal=""),
                name="feedback_refused_has_reason",
            ),
            # Nothing becomes public that its sender did not agree to, nor without words made for the public.
            models.CheckConstraint(
                condition=Q(published_at=None)
                | Q(wants_public=True, answered_at__isnull=False) & ~Q(public_text=""),
                name="feedback_public_as_agreed",
            ),
            models.CheckConstraint(
                condition=Q(client=None, source=Source.PORTAL)
                | Q(client__isnull=False, source=Source.OPEN311),
                name="feedback_client_by_source",
            ),
            models.CheckConstraint(
                condition=Q(state=State.CLOSED, closed_at__isnull=False)
                | Q(~Q(state=State.CLOSED), closed_at=None),
                name="feedback_closed_is_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["agency", "due_at", "id"],
                condition=Q(state__in=sorted(OPEN)),
                name="feedback_open_by_due",
            ),
            models.Index(fields=["agency", "-id"], name="feedback_of_agency"),
            models.Index(fields=["agency", "sent_at"], name="feedback_counted"),
            models.Index(fields=["party", "-id"], condition=Q(party__isnull=False), name="feedback_of_party"),
            models.Index(
                fields=["handler", "due_at"], condition=Q(state__in=sorted(OPEN)), name="feedback_of_handler"
            ),
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=sorted(OPEN), warned_at=None),
                name="feedback_to_warn",
            ),
            models.Index(fields=["answered_at"], condition=Q(state=State.ANSWERED), name="feedback_to_lapse"),
            models.Index(
                fields=["published_at", "id"],
                condition=Q(published_at__isnull=False),
                name="feedback_public",
            ),
            models.Index(
                fields=["unit", "published_at"],
                condition=Q(published_at__isnull=False),
                name="feedback_public_of_unit",
            ),
            GinIndex(
                OpClass(F("search_text"), "gin_trgm_ops"),
                condition=Q(published_at__isnull=False),
                name="feedback_public_search",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What people call it, which opens nothing: "PA-A5C27F4193"."""
        return f"PA-{self.id.hex[-10:].upper()}"

    @property
    def shown_code(self) -> str:
        """The secret code in groups of four."""
        return "-".join(self.code[start : start + 4] for start in range(0, len(self.code), 4))

    @property
    def ledger_subject(self) -> Subject:
        """This feedback as the ledger names it."""
        return Subject("participation.feedback", str(self.pk))

    @property
    def state_label(self) -> Promise:
        """The state in the reader's language."""
        return STATE_LABELS[self.state]

    @property
    def state_color(self) -> str:
        """The colour of the state's tag."""
        return STATE_COLORS[self.state]

    @property
    def kind_label(self) -> Promise:
        """The kind in the reader's language."""
        return KIND_LABELS[self.kind]

    @property
    def refusal_label(self) -> Promise | str:
        """Why it was refused, in the reader's language."""
        return REASON_LABELS.get(self.refusal, "")

    @property
    def is_open(self) -> bool:
        """Whether its body owes an answer."""
        return self.state in OPEN

    @property
    def waits(self) -> bool:
        """Whether nobody has taken it."""
        return self.state in WAITING


class Step(models.Model):
    """What happened to feedback; rows are only added."""

    feedback = models.ForeignKey(Feedback, on_delete=models.CASCADE, related_name="steps")
    verb = models.CharField(max_length=20)
    text = models.TextField(blank=True)
    agency = models.ForeignKey(Agency, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    official_name = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    @property
    def verb_label(self) -> Promise | str:
        """What was done, in the reader's language."""
        return VERB_LABELS.get(self.verb, self.verb)


class Draft(models.Model):
    """Feedback that is being written, page by page, by whoever has its key in their session."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    said = models.JSONField(default=dict)
    saved_at = models.DateTimeField(db_index=True)


class Photo(models.Model):
    """A picture of feedback, or of one being written: drawn anew, without what the camera wrote into it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    feedback = models.ForeignKey(Feedback, null=True, on_delete=models.CASCADE, related_name="photos")
    draft = models.ForeignKey(Draft, null=True, on_delete=models.CASCADE, related_name="photos")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    public = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(feedback=None, draft__isnull=False, public=False)
                | Q(feedback__isnull=False, draft=None),
                name="feedback_photo_of_one",
            ),
        ]


class RateMark(models.Model):
    """That somebody did something of which not everything is let through; `key` is a hash of who and what."""

    key = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["key", "at"], name="rate_mark")]


holds_agency(Feedback._meta.label, "agency", still=lambda day: Q(state__in=sorted(OPEN)))
holds_agency(Competence._meta.label, "agency", still=lambda day: Q())
remembers_agency(Step._meta.label, "agency")
remembers_agency(Rating._meta.label, "agency")
