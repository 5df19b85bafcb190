"""The door of `signing`: certificates, signing, and what signatures are worth."""

from lienthong.signing.actions.authority import (
    enrol_agency_certificate,
    ensure_agency_certificates,
    ensure_authority,
    ensure_official_certificates,
    revoke_certificate,
    rotate_key,
)
from lienthong.signing.actions.health import check_health
from lienthong.signing.actions.requests import issue_from_request
from lienthong.signing.contracts import (
    Algorithm,
    CertificateInfo,
    ExpiringCertificate,
    HealthCheck,
    PdfBox,
    PdfSignature,
    RevocationReason,
    SignerVerdict,
    Verdict,
)
from lienthong.signing.errors import NoCertificate, SignatureRefusal, SigningUnavailable
from lienthong.signing.packets import sign_packet, verify_packet, verify_packets
from lienthong.signing.pdf_reading import check_pdf
from lienthong.signing.pdf_signing import sign_pdf
from lienthong.signing.pdf_verifying import verify_pdf
from lienthong.signing.queries import (
    certificate_for_agency,
    certificates_of,
    chain_pem,
    expiring_certificates,
)
from lienthong.signing.statements import sign_statement, sign_statements, verify_statement
from lienthong.signing.verdicts import require_signed_by, require_valid

__all__ = [
    "Algorithm",
    "CertificateInfo",
    "ExpiringCertificate",
    "HealthCheck",
    "NoCertificate",
    "PdfBox",
    "PdfSignature",
    "RevocationReason",
    "SignatureRefusal",
    "SignerVerdict",
    "SigningUnavailable",
    "Verdict",
    "certificate_for_agency",
    "certificates_of",
    "chain_pem",
    "check_health",
    "check_pdf",
    "enrol_agency_certificate",
    "ensure_agency_certificates",
    "ensure_authority",
    "ensure_official_certificates",
    "expiring_certificates",
    "issue_from_request",
    "require_signed_by",
    "require_valid",
    "revoke_certificate",
    "rotate_key",
    "sign_packet",
    "sign_pdf",
    "sign_statement",
    "sign_statements",
    "verify_packet",
    "verify_packets",
    "verify_pdf",
    "verify_statement",
]
