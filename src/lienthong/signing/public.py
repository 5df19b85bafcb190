"""The door of `signing`: certificates, signing, and what signatures are worth."""

from lienthong.signing.actions.authority import (
    enrol_agency_certificate,
    ensure_agency_certificates,
    ensure_authority,
    ensure_encryption_certificates,
    ensure_official_certificates,
    renew_encryption_certificate,
    renew_official_key,
    revoke_certificate,
    rotate_key,
)
from lienthong.signing.actions.health import check_health
from lienthong.signing.actions.pins import (
    CARRIED,
    carried_pin,
    carry_pin,
    change_pin,
    drop_carried,
    pin_state,
    set_pin,
    unlock_key,
)
from lienthong.signing.actions.requests import (
    enrol_encryption_certificate,
    issue_encryption_from_request,
    issue_from_request,
)
from lienthong.signing.contracts import (
    Algorithm,
    CertificateInfo,
    ExpiringCertificate,
    HealthCheck,
    PdfBox,
    PdfSignature,
    Pin,
    PinState,
    RevocationReason,
    SignerVerdict,
    UnlockedKey,
    Verdict,
)
from lienthong.signing.encryption import (
    GivenOut,
    KeptKeys,
    KnownReader,
    encryption_certificates,
    known_readers,
    trusted_readers,
)
from lienthong.signing.errors import (
    KeyLocked,
    NoCertificate,
    PinNeeded,
    SignatureRefusal,
    SigningUnavailable,
    WrongPin,
)
from lienthong.signing.evidence import MAX_BYTES as MAX_EVIDENCE
from lienthong.signing.evidence import STAGES as EVIDENCE_STAGES
from lienthong.signing.evidence import (
    EvidenceTooLarge,
    EvidenceUnreadable,
    EvidenceVerdict,
    StatementVerdict,
    looks_like_evidence,
    read_roots,
    verify_evidence,
    verify_evidence_here,
    write_evidence,
)
from lienthong.signing.offline import Sealed, verify_seal
from lienthong.signing.packets import sign_lifted_packet, sign_packet, verify_packet, verify_packets
from lienthong.signing.pdf_reading import check_pdf, count_pages
from lienthong.signing.pdf_signing import sign_pdf
from lienthong.signing.pdf_verifying import verify_pdf
from lienthong.signing.ports import TimestampService
from lienthong.signing.queries import (
    certificate_for_agency,
    certificates_of,
    chain_pem,
    expiring_certificates,
    root_certificate,
)
from lienthong.signing.sealed_secrets import SecretUnreadable, open_secret, seal_secret
from lienthong.signing.stamping import stamp_digest
from lienthong.signing.statements import sign_statement, sign_statements, verify_statement
from lienthong.signing.verdicts import require_signed_by, require_valid

__all__ = [
    "CARRIED",
    "EVIDENCE_STAGES",
    "MAX_EVIDENCE",
    "Algorithm",
    "CertificateInfo",
    "EvidenceTooLarge",
    "EvidenceUnreadable",
    "EvidenceVerdict",
    "ExpiringCertificate",
    "GivenOut",
    "HealthCheck",
    "KeptKeys",
    "KeyLocked",
    "KnownReader",
    "NoCertificate",
    "PdfBox",
    "PdfSignature",
    "Pin",
    "PinNeeded",
    "PinState",
    "RevocationReason",
    "Sealed",
    "SecretUnreadable",
    "SignatureRefusal",
    "SignerVerdict",
    "SigningUnavailable",
    "StatementVerdict",
    "TimestampService",
    "UnlockedKey",
    "Verdict",
    "WrongPin",
    "carried_pin",
    "carry_pin",
    "certificate_for_agency",
    "certificates_of",
    "chain_pem",
    "change_pin",
    "check_health",
    "check_pdf",
    "count_pages",
    "drop_carried",
    "encryption_certificates",
    "enrol_agency_certificate",
    "enrol_encryption_certificate",
    "ensure_agency_certificates",
    "ensure_authority",
    "ensure_encryption_certificates",
    "ensure_official_certificates",
    "expiring_certificates",
    "issue_encryption_from_request",
    "issue_from_request",
    "known_readers",
    "looks_like_evidence",
    "open_secret",
    "pin_state",
    "read_roots",
    "renew_encryption_certificate",
    "renew_official_key",
    "require_signed_by",
    "require_valid",
    "revoke_certificate",
    "root_certificate",
    "rotate_key",
    "seal_secret",
    "set_pin",
    "sign_lifted_packet",
    "sign_packet",
    "sign_pdf",
    "sign_statement",
    "sign_statements",
    "stamp_digest",
    "trusted_readers",
    "unlock_key",
    "verify_evidence",
    "verify_evidence_here",
    "verify_packet",
    "verify_packets",
    "verify_pdf",
    "verify_seal",
    "verify_statement",
    "write_evidence",
]
