"""Own portals of provinces, ministries and others from one installation."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from lienthong.directory.public import Agency, remembers_agency
from lienthong.kernel.models import Blob
from lienthong.ledger.public import Subject

SLUG_FORM = r"^[a-z0-9](-?[a-z0-9])*$"
HOST_FORM = r"^[a-z0-9](-?[a-z0-9])*(\.[a-z0-9](-?[a-z0-9])*)+$"


class Site(models.Model):
    """The portal of an agency and all below it, found by host name or under /at/<slug>/.

    Without one the national portal serves; no agency needs one. The coat of arms is a picture that was drawn
    anew here, never a file as it came.
    """

    agency = models.OneToOneField(Agency, on_delete=models.PROTECT, related_name="+")
    slug = models.CharField(max_length=40, unique=True)
    host = models.CharField(max_length=200, null=True, blank=True, unique=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    intro = models.CharField(max_length=400, blank=True)
    intro_en = models.CharField(max_length=400, blank=True)
    address = models.CharField(max_length=250, blank=True)
    telephone = models.CharField(max_length=30, blank=True)
    arms = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(slug__regex=SLUG_FORM), name="site_slug_spelled"),
            models.CheckConstraint(
                condition=Q(host=None) | Q(host__regex=HOST_FORM), name="site_host_spelled"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="site_is_named"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def ledger_subject(self) -> Subject:
        """This portal as the ledger names it."""
        return Subject("portal.site", str(self.pk))


remembers_agency(Site._meta.label, "agency")
