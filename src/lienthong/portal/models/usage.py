"""How services are used on the pages: counts of a day, of nobody in particular."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lienthong.procedures.public import Procedure


class UseEvent(models.TextChoices):
    """What happened with a service."""

    VIEWED = "viewed", _("Page of the service viewed")
    STARTED = "started", _("Application begun")
    PAGE = "page", _("Page of the form saved")
    ERROR = "error", _("Question answered wrongly")
    SUBMITTED = "submitted", _("Application sent")
    COUNTER = "counter", _("Finished at the counter instead")
    LEFT = "left", _("Left without sending")
    RESULT_READ = "result-read", _("Result opened")


class ServiceUse(models.Model):
    """How often something happened on a day. `place` is a page, or "page/question"; nothing of who it was.

    Our own events alone, counted by the server: no script, no cookie, no address (Law 91/2025/QH15).
    """

    day = models.DateField()
    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="+", db_index=False)
    event = models.CharField(max_length=12, choices=UseEvent.choices)
    place = models.CharField(max_length=130, blank=True)
    times = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["procedure", "day", "event", "place"], name="service_use_once_a_day"
            ),
            models.CheckConstraint(condition=models.Q(event__in=UseEvent.values), name="service_use_known"),
        ]
        indexes = [models.Index(fields=["day"], name="service_use_by_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.procedure_id}: {self.event} {self.place}"
