"""Documents that only their recipients can read: sent so, opened on arrival, or not opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import connection
from django.test import Client

from lienthong.axis.public import EncryptionCertificate, edxml, encrypt_attachments
from lienthong.directory.public import Agency
from lienthong.identity.public import Role, Viewer
from lienthong.identity.tests.factories import agency, official_in, viewer_in
from lienthong.kernel.blobs import read_blob
from lienthong.kernel.errors import Refusal
from lienthong.kernel.models import Blob
from lienthong.office.actions.collecting import Collected, collect_inbox
from lienthong.office.actions.encrypting import KeysUnavailable, RecipientsWithoutKey
from lienthong.office.actions.outgoing import compose, sign_and_send
from lienthong.office.adapters.fake import FakeAxis
from lienthong.office.models import IncomingDocument, OutgoingDocument
from lienthong.office.states import State
from lienthong.office.tests.factories import NOON, composition
from lienthong.office.tests.packets import packet, sent_packet, text_file
from lienthong.signing.public import (
    RevocationReason,
    encryption_certificates,
    ensure_encryption_certificates,
    ensure_official_certificates,
    issue_encryption_from_request,
    renew_encryption_certificate,
    revoke_certificate,
)
from lienthong.signing.public import ensure_agency_certificates as ensure_seals

pytestmark = pytest.mark.django_db
MARKER = b"MARKER-0815 that only the recipient reads"
ELSEWHERE = rsa.generate_private_key(public_exponent=65537, key_size=3072)


def key_kept_here(*agencies: Agency) -> None:
    ensure_encryption_certificates([one.pk for one in agencies], at=NOON)


def key_kept_elsewhere(one: Agency) -> None:
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    pem = request.sign(ELSEWHERE, hashes.SHA256()).public_bytes(Encoding.PEM)
    issue_encryption_from_request(pem, agency_id=one.pk, at=NOON)


def certificate_of(one: Agency) -> x509.Certificate:
    return x509.load_pem_x509_certificate(encryption_certificates([one.pk], at=NOON)[one.pk].pem)


def told(axis: FakeAxis, *agencies: Agency) -> FakeAxis:
    """The axis gives out what the agencies have."""
    given = encryption_certificates([one.pk for one in agencies], at=NOON)
    for one in agencies:
        if one.pk in given:
            row = given[one.pk]
            axis.certificates[one.old_code] = EncryptionCertificate(
                one.old_code, row.sha256, row.valid_to, row.pem.decode()
            )
    return axis


def arrived(
    axis: FakeAxis, ours: Agency, *readers: Agency, file: edxml.Attachment | None = None
) -> IncomingDocument:
    plain = file or text_file(MARKER)
    sealed = encrypt_attachments([plain], [certificate_of(one) for one in readers or (ours,)])
    return collected(axis, ours, *sealed)


def collected(axis: FakeAxis, ours: Agency, *files: edxml.Attachment) -> IncomingDocument:
    packet_id = sent_packet(axis, ours, files=files)
    collect_inbox(at=NOON, port=axis)
    return IncomingDocument.objects.get(packet_id=packet_id, agency=ours)


def page_of(document: IncomingDocument, language: str = "en") -> str:
    client = Client()
    client.cookies["django_language"] = language
    client.force_login(official_in(document.agency, Role.CLERK))
    return client.get(f"/office/incoming/{document.id}/").content.decode()


# Receiving


def test_what_arrives_encrypted_is_stored_as_it_was_before() -> None:
    ours = agency()
    key_kept_here(ours)
    document = arrived(FakeAxis(), ours)
    file = document.files.get()
    assert (file.name, read_blob(file.blob), file.verdict) == ("phu-luc.txt", MARKER, None)
    assert (document.encrypted, document.authentic, document.state) == (True, True, State.ARRIVED)
    assert "Arrived encrypted" in page_of(document)


def test_an_old_key_still_opens_what_was_encrypted_for_it() -> None:
    ours = agency()
    key_kept_here(ours)
    sealed = encrypt_attachments([text_file(MARKER)], [certificate_of(ours)])
    renew_encryption_certificate(ours.pk, at=NOON + timedelta(seconds=1))
    assert read_blob(collected(FakeAxis(), ours, *sealed).files.get().blob) == MARKER


def test_without_the_key_the_file_waits_as_it_came_and_the_page_says_what_to_do() -> None:
    ours = agency()
    key_kept_elsewhere(ours)
    document = arrived(FakeAxis(), ours)
    file = document.files.get()
    assert file.name == "phu-luc.txt.p7m"
    assert MARKER not in read_blob(file.blob)
    assert file.verdict["code"] == "envelope-key-not-held"
    assert (document.encrypted, document.authentic, document.state) == (True, False, State.ARRIVED)
    assert list(document.statuses.values_list("code", flat=True)) == ["01"]
    page = page_of(document)
    assert "is encrypted for a key that is not kept here" in page
    assert f"/office/incoming/{document.id}/files/1" in page


def test_enveloped_for_someone_else_is_told_as_that() -> None:
    ours, other = agency(), agency()
    key_kept_here(ours, other)
    document = arrived(FakeAxis(), ours, other)
    assert document.files.get().verdict["code"] == "envelope-key-not-held"


@pytest.mark.parametrize(("spoil", "code"), [
    (lambda sealed: sealed[:-7], "envelope-damaged"),
    (lambda sealed: sealed[:-1] + bytes([sealed[-1] ^ 1]), "envelope-unopened"),
    (lambda sealed: MARKER, "envelope-not-encrypted"),
    (lambda sealed: b"\x30\x84\x7f\xff\xff\xff" + sealed[4:], "envelope-damaged"),
])  # fmt: skip
def test_what_does_not_open_is_told_here_and_not_answered_to_its_sender(
    spoil: Callable[[bytes], bytes], code: str
) -> None:
    """Answering by itself would let a forger ask, byte after byte, what decrypts."""
    ours = agency()
    key_kept_here(ours)
    [sealed] = encrypt_attachments([text_file(MARKER)], [certificate_of(ours)])
    wrong = edxml.Attachment(
        name="a.p7m", content_type="", content=spoil(sealed.content), content_id=sealed.content_id
    )
    document = collected(FakeAxis(), ours, wrong)
    assert document.files.get().verdict["code"] == code
    assert (document.state, document.authentic) == (State.ARRIVED, False)
    assert list(document.statuses.values_list("code", flat=True)) == ["01"]
    assert "Not decrypted" in page_of(document)


def test_a_broken_pdf_inside_is_found_after_opening_and_not_answered_either() -> None:
    ours = agency()
    key_kept_here(ours)
    document = arrived(FakeAxis(), ours, file=text_file(b"%PDF-1.7 broken", "a.pdf", "application/pdf"))
    file = document.files.get()
    assert (file.name, file.verdict["code"]) == ("a.pdf", "pdf-broken")
    assert (document.state, document.authentic) == (State.ARRIVED, False)
    assert list(document.statuses.values_list("code", flat=True)) == ["01"]


def test_an_unsigned_packet_goes_back_even_if_encrypted() -> None:
    """The seal is checked before anything is opened, and proves nothing about what is inside."""
    ours, axis = agency(), FakeAxis()
    key_kept_here(ours)
    sealed = encrypt_attachments([text_file(MARKER)], [certificate_of(ours)])
    axis.submit(packet(agency(), ours, files=sealed), at=NOON)
    assert collect_inbox(at=NOON, port=axis) == Collected(received=1, returned=1)


def test_a_key_that_cannot_be_reached_now_leaves_the_packet_in_the_inbox() -> None:
    ours, axis = agency(), FakeAxis()
    key_kept_here(ours)
    sealed = encrypt_attachments([text_file(MARKER)], [certificate_of(ours)])
    sent_packet(axis, ours, files=sealed)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE signing_sealedkey RENAME COLUMN id TO away")
        cursor.execute("ALTER TABLE signing_sealedkey ADD COLUMN id uuid")
        assert collect_inbox(at=NOON, port=axis) == Collected()
        cursor.execute("ALTER TABLE signing_sealedkey DROP COLUMN id")
        cursor.execute("ALTER TABLE signing_sealedkey RENAME COLUMN away TO id")
    assert collect_inbox(at=NOON, port=axis) == Collected(received=1)


# Sending


def draft(sender: Agency, *recipients: Agency, axis: FakeAxis) -> OutgoingDocument:
    viewer = viewer_in(sender, Role.SPECIALIST, at=NOON)
    return compose(composition=composition(*recipients, encrypted=True), viewer=viewer, at=NOON, port=axis)


def signing(sender: Agency) -> Viewer:
    leader = viewer_in(sender, Role.LEADER, at=NOON)
    ensure_seals([sender.pk], at=NOON)
    ensure_official_certificates([leader.official_id], at=NOON)
    return leader


def test_a_document_goes_out_encrypted_and_its_recipient_reads_the_signed_pdf() -> None:
    sender, ours = agency(), agency()
    key_kept_here(sender, ours)
    axis = told(FakeAxis(), ours)
    outgoing = sign_and_send(
        outgoing_id=draft(sender, ours, axis=axis).id, viewer=signing(sender), at=NOON, port=axis
    )
    assert outgoing.edxml is not None
    pdf = read_blob(outgoing.document.pdf)
    [relayed] = edxml.parse_packet(read_blob(outgoing.edxml)).attachments
    assert relayed.name.endswith(".pdf.p7m")
    assert pdf[:200] not in relayed.content
    assert collect_inbox(at=NOON, port=axis) == Collected(received=1)
    file = IncomingDocument.objects.get(agency=ours).files.get()
    assert read_blob(file.blob) == pdf
    assert file.verdict["valid"]
    assert Blob.objects.filter(sha256=file.blob.sha256).count() == 1


def test_whoever_has_no_key_is_named_when_the_draft_is_saved_and_when_it_is_signed() -> None:
    sender, one, two = agency(), agency(), agency(name="Sở Không Khóa")
    key_kept_here(one)
    axis = told(FakeAxis(), one)
    with pytest.raises(RecipientsWithoutKey, match="Sở Không Khóa"):
        draft(sender, one, two, axis=axis)
    assert not OutgoingDocument.objects.exists()
    saved = draft(sender, one, axis=axis)
    axis.certificates.clear()
    with pytest.raises(RecipientsWithoutKey):
        sign_and_send(outgoing_id=saved.id, viewer=signing(sender), at=NOON, port=axis)
    saved.refresh_from_db()
    assert (saved.state, saved.edxml) == ("draft", None)


def test_an_axis_that_lies_about_a_key_is_not_believed() -> None:
    """It gives out another agency's certificate, then one that was revoked."""
    sender, one, spy = agency(), agency(), agency()
    key_kept_here(one, spy)
    axis = told(FakeAxis(), one, spy)
    saved, leader, real = draft(sender, one, axis=axis), signing(sender), axis.certificates[one.old_code]
    lie = replace(axis.certificates[spy.old_code], agency=one.old_code)
    axis.certificates[one.old_code] = lie
    expect_disbelief(saved, leader, axis)
    axis.certificates[one.old_code] = real
    revoke_certificate(real.sha256, reason=RevocationReason.KEY_COMPROMISE, at=NOON)
    expect_disbelief(saved, leader, axis)


def expect_disbelief(saved: OutgoingDocument, leader: Viewer, axis: FakeAxis) -> None:
    with pytest.raises(Refusal) as found:
        sign_and_send(outgoing_id=saved.id, viewer=leader, at=NOON, port=axis)
    assert found.value.code == "encryption-certificate-untrusted"
    saved.refresh_from_db()
    assert saved.state == "draft"
    assert not axis.packets


def test_an_axis_that_is_away_is_told_and_nothing_is_signed() -> None:
    sender, one = agency(), agency()
    key_kept_here(one)
    axis = told(FakeAxis(), one)
    saved, axis.failures = draft(sender, one, axis=axis), 1
    with pytest.raises(KeysUnavailable):
        sign_and_send(outgoing_id=saved.id, viewer=signing(sender), at=NOON, port=axis)
    saved.refresh_from_db()
    assert saved.state == "draft"
