"""Encrypted attachments: relayed by a hub that cannot read them, refused where a recipient could not."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lienthong.axis.actions.submission import submit_packet
from lienthong.axis.client import AxisClient
from lienthong.axis.connector import Connector, Event, ExchangeFolder
from lienthong.axis.edxml import Attachment, parse_packet
from lienthong.axis.encryption import (
    CertificateNotBelieved,
    NoReadingKey,
    believe,
    decrypt_attachments,
    encrypt_attachments,
    read_keys,
)
from lienthong.axis.models import Packet
from lienthong.axis.tests.factories import (
    AT,
    SECRET,
    World,
    attachment,
    bearer,
    edxml_packet,
    signed,
    stored_counts,
)
from lienthong.directory.public import Agency
from lienthong.kernel.blobs import read_blob
from lienthong.kernel.envelopes import NotForThisKey, ReadingKey
from lienthong.kernel.errors import Refusal
from lienthong.kernel.models import Blob
from lienthong.signing.public import (
    RevocationReason,
    certificates_of,
    encryption_certificates,
    ensure_encryption_certificates,
    issue_encryption_from_request,
    renew_encryption_certificate,
    revoke_certificate,
    root_certificate,
)
from lienthong.signing.tests.factories import end_certificate

MARKER = b"MARKER-4711-that-the-hub-must-never-see"
KEYS = [rsa.generate_private_key(public_exponent=65537, key_size=3072) for _ in range(3)]
PLAIN = attachment(b"%PDF-1.7\n" + MARKER, name="quyết định.pdf", content_type="application/pdf")


def key_of(agency: Agency, key: rsa.RSAPrivateKey) -> ReadingKey:
    """Certify the key, which never leaves the agency's own system, for encryption."""
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    pem = request.public_bytes(Encoding.PEM)
    issued = issue_encryption_from_request(pem, agency_id=agency.pk, at=AT)
    return ReadingKey(x509.load_der_x509_certificate(issued.der), key)


@pytest.fixture
def readers(world: World) -> list[ReadingKey]:
    """Keys of H55, H26 and H01."""
    return [key_of(agency, key) for agency, key in zip(world.recipients, KEYS, strict=True)]


def sealed_for(*readers: ReadingKey, plain: Attachment = PLAIN) -> tuple[Attachment, ...]:
    return encrypt_attachments([plain], [reader.certificate for reader in readers])


def sent(world: World, attachments: Iterable[Attachment], *codes: str) -> Packet:
    packet = edxml_packet(recipients=codes or ("H55", "H26"), attachments=tuple(attachments))
    receipt = submit_packet(signed(packet, world.office), system=world.system, at=AT)
    return Packet.objects.get(pk=receipt.packet_id)


def refused(world: World, attachments: Iterable[Attachment], *codes: str) -> Refusal:
    before = stored_counts()
    with pytest.raises(Refusal) as found:
        sent(world, attachments, *codes)
    assert stored_counts() == before
    return found.value


def test_the_recipients_read_what_was_sent_and_the_hub_does_not(
    world: World, readers: list[ReadingKey]
) -> None:
    packet = sent(world, sealed_for(*readers[:2]))
    [relayed] = parse_packet(read_blob(packet.blob)).attachments
    assert (relayed.name, relayed.content_type) == (
        "quyết định.pdf.p7m",
        "application/pkcs7-mime; smime-type=enveloped-data",
    )
    for reader in readers[:2]:
        [opened] = decrypt_attachments([relayed], [reader])
        assert (opened.name, opened.content_type, opened.content) == (
            PLAIN.name,
            "application/pdf",
            PLAIN.content,
        )
    with pytest.raises(NotForThisKey):
        decrypt_attachments([relayed], readers[2:])


def test_neither_database_nor_blob_store_holds_the_plain_text(
    world: World, readers: list[ReadingKey]
) -> None:
    sent(world, sealed_for(*readers[:2]))
    assert not holding(MARKER)
    sent(world, [PLAIN_TEXT])
    assert holding(PLAIN_TEXT.content)  # the search finds what is there


PLAIN_TEXT = attachment(b"MARKER-in-the-open")


def holding(marker: bytes) -> set[str]:
    """The tables and files in which the marker stands, plain, in hexadecimal or in base64 at any offset."""
    wanted = {marker, marker.hex().encode(), *_base64_of(marker)}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        tables = [name for (name,) in cursor.fetchall()]
        found = set()
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            text = b"\n".join(row.encode() for (row,) in cursor.fetchall())
            found |= {table for each in wanted if each in text}
    blobs = {blob.sha256: read_blob(blob) for blob in Blob.objects.all()}
    return found | {sha256 for sha256, content in blobs.items() for each in wanted if each in content}


def _base64_of(marker: bytes) -> set[bytes]:
    return {base64.b64encode(b"x" * shift + marker)[4:-4] for shift in range(3)}


def test_a_recipient_without_a_key_is_named_before_anything_is_stored(world: World) -> None:
    readers = [key_of(world.recipients[0], KEYS[0])]
    refusal = refused(world, sealed_for(*readers))
    assert (refusal.code, refusal.facts) == ("recipient-without-encryption-key", {"agencies": "H26"})


def test_an_envelope_that_leaves_a_recipient_out_is_refused(world: World, readers: list[ReadingKey]) -> None:
    refusal = refused(world, sealed_for(readers[0], readers[2]))
    assert (refusal.code, refusal.facts["agencies"]) == ("envelope-not-for-recipient", "H26")
    assert refusal.field == "Attachment/quyết định.pdf.p7m"


def test_a_key_revoked_a_moment_ago_is_not_sent_to(world: World, readers: list[ReadingKey]) -> None:
    sealed = sealed_for(*readers[:2])
    given = encryption_certificates([world.recipients[0].pk], at=AT)
    revoke_certificate(given[world.recipients[0].pk].sha256, reason=RevocationReason.KEY_COMPROMISE, at=AT)
    assert refused(world, sealed).code == "envelope-key-revoked"
    key_of(world.recipients[0], rsa.generate_private_key(65537, 3072))
    assert refused(world, sealed).code == "envelope-key-revoked"


def test_an_ended_certificate_is_not_sent_to(world: World, readers: list[ReadingKey]) -> None:
    for row in certificates_of(agency_id=world.recipients[0].pk, at=AT):
        end_certificate(row.sha256, at=AT)
    assert refused(world, sealed_for(*readers[:2])).code == "envelope-key-ended"


def test_what_was_sealed_just_before_a_roll_over_is_still_taken(
    world: World, readers: list[ReadingKey]
) -> None:
    sealed = sealed_for(*readers[:2])
    key_of(world.recipients[0], rsa.generate_private_key(65537, 3072))
    assert sent(world, sealed)


@pytest.mark.parametrize(("content", "code"), [
    (PLAIN.content, "envelope-not-encrypted"),
    (b"MZ a program", "envelope-not-encrypted"),
    (None, "envelope-damaged"),
])  # fmt: skip
def test_what_is_no_envelope_is_refused_under_the_name_of_one(
    world: World, readers: list[ReadingKey], content: bytes | None, code: str
) -> None:
    [sealed] = sealed_for(*readers[:2])
    wrong = attachment(content or sealed.content[:-9], name="a.p7m", content_type="application/octet-stream")
    assert refused(world, [wrong]).code == code


def test_all_attachments_are_encrypted_or_none(world: World, readers: list[ReadingKey]) -> None:
    both = [*sealed_for(*readers[:2]), attachment(content_id="file-2")]
    assert refused(world, both).code == "attachments-partly-encrypted"


def test_encryption_costs_one_query_more_and_nothing_else_costs_any(
    world: World, readers: list[ReadingKey]
) -> None:
    sent(world, [PLAIN_TEXT])  # warms what is read once
    counts = []
    for attachments in ([attachment(b"other words")], sealed_for(*readers[:2])):
        with CaptureQueriesContext(connection) as queries:
            sent(world, attachments)
        counts.append(len(queries))
    assert counts[1] == counts[0] + 1


# The directory


def test_the_directory_gives_certificates_and_names_who_has_none(
    world: World, readers: list[ReadingKey], client: Client
) -> None:
    path = "/axis/v1/encryption-certificates?agencies=H55,G12,X99"
    answer = client.get(path, headers=bearer(world.system))
    body = answer.json()
    assert [item["agency"] for item in body["items"]] == ["H55"]
    assert (body["missing"], body["unknown"]) == (["G12"], ["X99"])
    chain = x509.load_pem_x509_certificates(body["items"][0]["pem"].encode())
    assert (chain[0], len(chain)) == (readers[0].certificate, 2)
    again = client.get(path, headers={**bearer(world.system), "If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    key_of(world.recipients[0], rsa.generate_private_key(65537, 3072))
    changed = client.get(path, headers={**bearer(world.system), "If-None-Match": answer["ETag"]})
    assert changed.status_code == 200


def test_the_directory_answers_connected_systems_only_and_so_many_agencies(
    world: World, client: Client
) -> None:
    path = "/axis/v1/encryption-certificates?agencies="
    assert client.get(f"{path}H55").status_code == 401
    many = ",".join(f"X{number}" for number in range(201))
    answer = client.get(path + many, headers=bearer(world.system))
    assert (answer.status_code, answer.json()["title"]) == (422, "too-many-agencies")


@pytest.mark.usefixtures("one_connection")
def test_the_client_asks_for_many_at_once(world: World, readers: list[ReadingKey]) -> None:
    with client_of(world.system.client_id) as client:
        found = client.encryption_certificates(["H55", *(f"X{number}" for number in range(300)), "H26"])
    assert [item.agency for item in found.items] == ["H55", "H26"]
    assert len(found.unknown) == 300


def client_of(client_id: str) -> AxisClient:
    transport = httpx.WSGITransport(app=get_wsgi_application())
    return AxisClient("http://127.0.0.1", client_id, SECRET, transport=transport, attempts=1)


def given_for(agency: Agency) -> bytes:
    return encryption_certificates([agency.pk], at=AT)[agency.pk].pem


def test_a_client_believes_only_what_its_own_root_vouches_for(
    world: World, readers: list[ReadingKey]
) -> None:
    """A lying hub: another's certificate, one it made up, one for signing, one that has ended."""
    pem, root = given_for(world.recipients[0]), root_certificate()
    assert believe(pem, code="H55", roots=[root], at=AT) == readers[0].certificate
    made_up = forged(readers[0].certificate)
    lies = {
        "another agency's": (given_for(world.recipients[1]), [root], AT),
        "made up": (made_up.public_bytes(Encoding.PEM) + pem, [root], AT),
        "its own root beside": (made_up.public_bytes(Encoding.PEM) + pem, [root_certificate()], AT),
        "not yours to trust": (pem, [], AT),
        "ended": (pem, [root], AT + timedelta(days=4 * 365)),
        "no certificate": (b"", [root], AT),
    }
    for lie, (given, roots, at) in lies.items():
        with pytest.raises(CertificateNotBelieved):
            print(lie, believe(given, code="H55", roots=roots, at=at))


def forged(real: x509.Certificate) -> x509.Certificate:
    """The same in everything, with another key, signed by it."""
    return (
        x509.CertificateBuilder(extensions=list(real.extensions))
        .subject_name(real.subject)
        .issuer_name(real.issuer)
        .serial_number(real.serial_number)
        .public_key(KEYS[2].public_key())
        .not_valid_before(real.not_valid_before_utc)
        .not_valid_after(real.not_valid_after_utc)
        .sign(KEYS[2], hashes.SHA256())
    )


def test_nothing_is_encrypted_for_a_certificate_that_signs(world: World) -> None:
    [seal] = certificates_of(agency_id=world.office.pk, at=AT)
    with pytest.raises(ValueError, match="Văn phòng"):
        encrypt_attachments([PLAIN], [x509.load_der_x509_certificate(seal.der)])


def test_the_longest_name_keeps_its_ending(readers: list[ReadingKey]) -> None:
    [sealed] = sealed_for(readers[0], plain=attachment(name="á" * 196 + ".pdf"))
    assert len(sealed.name) == 200
    assert sealed.name.endswith(".pdf.p7m")


# The connector


def pem_of(*readers: ReadingKey) -> bytes:
    return b"".join(
        part
        for reader in readers
        for part in (
            reader.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
            reader.certificate.public_bytes(Encoding.PEM),
        )
    )


@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize(("place", "names", "detail"), [
    (0, ["quyết định.pdf"], "1 attachments"),
    (2, ["quyết định.pdf.p7m"], "1 attachments, 1 not decrypted: envelope-key-not-held"),
])  # fmt: skip
def test_the_connector_unpacks_decrypted_what_its_key_opens(
    world: World, readers: list[ReadingKey], tmp_path: Path, place: int, names: list[str], detail: str
) -> None:
    packet = sent(world, sealed_for(*readers[:2]))
    folder, events = ExchangeFolder(tmp_path / "exchange"), list[Event]()
    folder.prepare()
    keys = read_keys(pem_of(readers[place]))
    with client_of(world.receiver.client_id) as client, folder.locked():
        Connector(folder, client, events.append, unpacks=True, keys=keys).work()
    [unpacked] = [path for path in folder.inbox.iterdir() if path.is_dir()]
    assert [path.name for path in unpacked.iterdir()] == names
    assert events[-1].detail == detail
    assert (folder.inbox / f"{unpacked.name}.edxml").read_bytes() == read_blob(packet.blob)


def test_a_key_file_holds_several_keys_with_their_certificates(readers: list[ReadingKey]) -> None:
    assert {held.certificate for held in read_keys(pem_of(*readers))} == {one.certificate for one in readers}
    for wrong in (b"", b"no key", readers[0].certificate.public_bytes(Encoding.PEM)):
        with pytest.raises(NoReadingKey):
            read_keys(wrong)


def test_a_key_kept_here_is_renewed_without_losing_the_old(world: World) -> None:
    ids = [world.recipients[0].pk]
    ensure_encryption_certificates(ids, at=AT)
    first = given_for(world.recipients[0])
    renew_encryption_certificate(ids[0], at=AT)
    assert given_for(world.recipients[0]) != first
