"""Who is connected, and the tokens they come with."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from lienthong.axis.states import SystemState
from lienthong.directory.public import Agency
from lienthong.ledger.public import Actor


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
    last_seen_at = models.DateTimeField(null=True, editable=False)

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

    def meets(self, packet: str = "packet") -> Q:
        """The condition that a packet, named by its lookup path, is on this system's side of the sandbox.

        A partner plays the other side for one system in the sandbox, and sees only what that one sent.
        """
        condition = Q(**{f"{packet}__sandbox": self.sandbox})
        return condition & Q(**{f"{packet}__system": self.partner_of_id}) if self.partner_of_id else condition

    def receives(self) -> Q:
        """The condition that a delivery is one this system may see: the sandbox and the real never meet."""
        return self.served("recipient") & self.meets()

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


# SQL of `ConnectedSystem.receives` for `system`, the agency `served` by it, `packet`, and `recipient`.
RECEIVES = """
packet.sandbox = system.sandbox
AND (system.partner_of_id IS NULL OR packet.system_id = system.partner_of_id)
AND (
    system.serves = 'all' OR recipient.id = served.id
    OR (system.serves = 'subtree' AND served.path <> '' AND starts_with(recipient.path, served.path))
)
"""


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
