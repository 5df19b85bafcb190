"""The other side in the sandbox: its pseudo-agencies, the peer that answers, and the kit file of a system."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.db import transaction

from lienthong.axis import conformance
from lienthong.axis.actions.joining import NotInSandbox, rotate_secret
from lienthong.axis.actions.statuses import report_status
from lienthong.axis.actions.systems import connect_system, disable_system, issue_token
from lienthong.axis.conformance.contracts import KeyPair
from lienthong.axis.contracts import Credentials, StatusReport
from lienthong.axis.models import ConnectedSystem, Delivery, Serves
from lienthong.axis.sandbox import ANSWERING, CLOSED, NAMES, PLAYED, ROOT, answers_to
from lienthong.axis.states import DeliveryState, SystemState
from lienthong.directory.public import Agency, CodeTaken, close_agency, open_agency
from lienthong.ledger.public import Actor, Subject, record
from lienthong.signing.public import RevocationReason, issue_from_request, revoke_certificate

FOUNDED, ENDED = date(2020, 1, 1), date(2021, 1, 1)
SANDBOX = Actor(kind="system", id="sandbox", name="Sandbox")
REASON = "Môi trường thử nghiệm: từ chối theo yêu cầu trong trích yếu"


def ensure_sandbox(*, at: datetime) -> dict[str, Agency]:
    """The pseudo-agencies by their codes, made if they are not there yet; one query if they are."""
    known = {agency.code: agency for agency in Agency.objects.filter(code__in=NAMES)}
    if len(known) == len(NAMES):
        return known
    for code in NAMES.keys() - known.keys():
        with suppress(CodeTaken), transaction.atomic():  # someone else made it at the same time
            agency = open_agency(
                code=code,
                name=NAMES[code],
                short_name=ROOT,
                kind="sandbox",
                parent=None,
                valid_from=FOUNDED,
                actor=SANDBOX,
                at=at,
            )
            if code == CLOSED:
                close_agency(agency=agency, on=ENDED, actor=SANDBOX, at=at)
    return {agency.code: agency for agency in Agency.objects.filter(code__in=NAMES)}


def answer_packet(packet_id: UUID, *, at: datetime) -> int:
    """Report, as the answering peer, every status of a delivery to it that is new; answers how many."""
    delivery = (
        Delivery.objects.select_related("packet")
        .filter(packet=packet_id, packet__sandbox=True, recipient__code=ANSWERING, state=DeliveryState.SENT)
        .first()
    )
    if delivery is None:
        return 0
    system, codes = _answering_system(at), answers_to(delivery.packet.subject)
    for code in codes:
        description = REASON if code == DeliveryState.REFUSED else ""
        report_status(system, delivery.pk, StatusReport(code, at, description), at=at)
    return len(codes)


def make_kit(system: ConnectedSystem, *, actor: Actor, at: datetime) -> conformance.Kit:
    """What a run of the conformance kit for this system needs from the other side, made anew.

    The system of the played agency gets a new secret, so that an earlier kit file ends.

    Raises:
        NotInSandbox: the system is live or disabled.
    """
    if system.state is not SystemState.SANDBOX:
        raise NotInSandbox(name=system.name, state=system.state.label)
    agencies = ensure_sandbox(at=at)
    played = agencies[PLAYED]
    with transaction.atomic():
        partner = _partner(system, played, actor, at)
        rotated = issue_token(partner, at=at).value
        credentials = rotate_secret(partner, overlap=NO_OVERLAP, actor=actor, at=at)
        other, _ = _key_pair(played, at)
        revoked, sha256 = _key_pair(system.agency, at)
        revoke_certificate(sha256, reason=RevocationReason.SUPERSEDED, at=at)
        record(
            actor=actor,
            verb="system.kit",
            subject=Subject("axis.connectedsystem", system.client_id),
            at=at,
            data={"revoked": sha256},
        )
        return conformance.Kit(
            made_at=at,
            sender=system.agency.code,
            recipient=PLAYED,
            bystander=ANSWERING,
            closed=CLOSED,
            partner=conformance.Credentials(credentials.client_id, credentials.client_secret),
            other=other,
            revoked=revoked,
            rotated_token=rotated,
            disabled_token=_disabled_token(system, played, actor, at),
        )


NO_OVERLAP = ENDED - ENDED


def _partner(system: ConnectedSystem, played: Agency, actor: Actor, at: datetime) -> ConnectedSystem:
    found = ConnectedSystem.objects.filter(partner_of=system, disabled_at=None).first()
    return found or _connect_partner(system, played, actor, at)[0]


def _connect_partner(
    system: ConnectedSystem, played: Agency, actor: Actor, at: datetime
) -> tuple[ConnectedSystem, Credentials]:
    return connect_system(
        name=f"{NAMES[PLAYED]} ({system.client_id})",
        agency=played,
        serves=Serves.AGENCY,
        actor=actor,
        at=at,
        sandbox=True,
        partner_of=system,
    )


def _disabled_token(system: ConnectedSystem, played: Agency, actor: Actor, at: datetime) -> str:
    """A token of a system that was disabled after it got it."""
    disabled, _ = _connect_partner(system, played, actor, at)
    token = issue_token(disabled, at=at).value
    disable_system(disabled, actor=actor, at=at)
    return token


def _key_pair(agency: Agency, at: datetime) -> tuple[KeyPair, str]:
    """A key with a certificate of the agency beside those it has, and the certificate's SHA-256."""
    key = ec.generate_private_key(ec.SECP256R1())
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    issued = issue_from_request(
        request.public_bytes(Encoding.PEM), agency_id=agency.pk, replaces=False, at=at
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    certificate = x509.load_der_x509_certificate(issued.der).public_bytes(Encoding.PEM).decode()
    return KeyPair(pem, certificate), issued.sha256


def _answering_system(at: datetime) -> ConnectedSystem:
    """The system of the answering peer; nobody has its secret."""
    system, _ = ConnectedSystem.objects.select_related("agency").get_or_create(
        client_id=f"{ANSWERING.lower()}-answering",
        defaults={
            "name": NAMES[ANSWERING],
            "agency": ensure_sandbox(at=at)[ANSWERING],
            "serves": Serves.AGENCY,
            "secret_hash": "",
            "created_at": at,
            "sandbox": True,
        },
    )
    return system
