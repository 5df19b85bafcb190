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
from lienthong.signing.contracts import (
    Algorithm,
    CertificateInfo,
    HealthCheck,
    PdfBox,
    PdfSignature,
    RevocationReason,
    SignerVerdict,
    Verdict,
)
from lienthong.signing.errors import NoCertificate, SignatureRefusal, SigningUnavailable
from lienthong.signing.packets import sign_packet, verify_packet
from lienthong.signing.pdf_reading import check_pdf
from lienthong.signing.pdf_signing import sign_pdf
from lienthong.signing.pdf_verifying import verify_pdf
from lienthong.signing.queries import certificate_for_agency, certificates_of, root_certificate
from lienthong.signing.statements import sign_statement, verify_statement
from lienthong.signing.verdicts import require_signed_by, require_valid

__all__ = [
    "Algorithm",
    "CertificateInfo",
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
    "check_health",
    "check_pdf",
    "enrol_agency_certificate",
    "ensure_agency_certificates",
    "ensure_authority",
    "ensure_official_certificates",
    "require_signed_by",
    "require_valid",
    "revoke_certificate",
    "root_certificate",
    "rotate_key",
    "sign_packet",
    "sign_pdf",
    "sign_statement",
    "verify_packet",
    "verify_pdf",
    "verify_statement",
]
