"""The life of a procedure's version, through which channels it is offered, and the one table of moves."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class VersionState(models.TextChoices):
    """Where a version stands: worked on, in force, followed by another, no longer offered."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("In force")
    SUPERSEDED = "superseded", _("Superseded")
    WITHDRAWN = "withdrawn", _("No longer offered")


class Level(models.TextChoices):
    """At which level of the State a procedure is settled."""

    MINISTRY = "ministry", _("Ministry")
    PROVINCE = "province", _("Province")
    DISTRICT = "district", _("District")
    COMMUNE = "commune", _("Commune")


class Audience(models.TextChoices):
    """Who asks for it."""

    CITIZEN = "citizen", _("Citizens")
    BUSINESS = "business", _("Businesses")
    BOTH = "both", _("Citizens and businesses")


class Channel(models.TextChoices):
    """How a dossier comes in (NĐ 45/2020/NĐ-CP; NĐ 42/2022/NĐ-CP, Đ.4 for the two online ones)."""

    COUNTER = "counter", _("At the counter")
    POST = "post", _("By post")
    ONLINE_PART = "online-part", _("Online in part")
    ONLINE_WHOLE = "online-whole", _("Online from beginning to end")


class SampleKind(models.TextChoices):
    """What a sample of a required paper shows."""

    BLANK = "blank", _("Blank form")
    FILLED = "filled", _("Filled-in example")


@dataclass(frozen=True)
class Move:
    """One thing that may be done with a version; `article` is the rule it follows."""

    verb: str
    source: VersionState
    target: VersionState | None
    article: str
    label: Promise


SAVE = Move("save", VersionState.DRAFT, VersionState.DRAFT, "NĐ 63/2010, Đ.8", _("Edit it"))
PUBLISH = Move("publish", VersionState.DRAFT, VersionState.PUBLISHED, "NĐ 63/2010, Đ.15", _("Publish"))
DISCARD = Move("discard", VersionState.DRAFT, None, "NĐ 63/2010, Đ.8", _("Throw the draft away"))
WITHDRAW = Move(
    "withdraw", VersionState.PUBLISHED, VersionState.WITHDRAWN, "NĐ 63/2010, Đ.15", _("Stop offering it")
)
MOVES: dict[str, Move] = {move.verb: move for move in (SAVE, PUBLISH, DISCARD, WITHDRAW)}

STATE_COLORS: dict[str, str] = {
    VersionState.DRAFT: "warning",
    VersionState.PUBLISHED: "success",
    VersionState.SUPERSEDED: "neutral",
    VersionState.WITHDRAWN: "danger",
}
