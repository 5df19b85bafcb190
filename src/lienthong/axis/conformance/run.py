"""What all cases of one run share: the two systems, the sender's key, and the making of packets."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import httpx

from lienthong.axis.client import AxisClient, AxisRefused, AxisUnreachable
from lienthong.axis.conformance.contracts import Credentials, Failed, Kit
from lienthong.axis.conformance.files import pdf, pdf_attachment
from lienthong.axis.conformance.sealing import Seal
from lienthong.axis.contracts import Receipt, StatusReport
from lienthong.axis.edxml import EdxmlPacket, Party, Signer, build_packet, document_id_of
from lienthong.kernel.clock import VIETNAM, now

NOTATION = "KIT-TN"
SUBJECT = "Về việc kiểm tra kết nối trục liên thông"
ATTEMPTS, TIMEOUT = 2, 60.0


@dataclass(frozen=True)
class Sent:
    """A packet that was accepted."""

    packet: EdxmlPacket
    edxml: bytes
    receipt: Receipt


class Run:
    """One run against one installation. `transport` replaces the network in tests."""

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        kit: Kit,
        seal: Seal,
        *,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.url, self.credentials, self.kit, self.seal = url.rstrip("/"), credentials, kit, seal
        self._transport = transport
        self.axis, self.partner = self._client(credentials), self._client(kit.partner)
        self.other = Seal.from_pem(kit.other.key.encode(), kit.other.certificate.encode())
        self.revoked = Seal.from_pem(kit.revoked.key.encode(), kit.revoked.certificate.encode())
        self.refused: set[str] = set()
        self.finished_packet = ""

    def _client(self, credentials: Credentials) -> AxisClient:
        return AxisClient(
            self.url,
            credentials.client_id,
            credentials.client_secret,
            attempts=ATTEMPTS,
            timeout=TIMEOUT,
            transport=self._transport,
        )

    def close(self) -> None:
        """End the connections."""
        self.axis.close()
        self.partner.close()

    def http(self) -> httpx.Client:
        """A client for calls without, or with foreign, credentials."""
        return httpx.Client(base_url=f"{self.url}/axis/v1/", timeout=TIMEOUT, transport=self._transport)

    def packet(self, **changes: object) -> EdxmlPacket:
        """A small good packet with a number of its own, from the sender to the recipient of the kit."""
        today, number = now().astimezone(VIETNAM).date(), str(10**8 + secrets.randbelow(9 * 10**8))
        packet = EdxmlPacket(
            sender=Party(organ_id=self.kit.sender),
            recipients=(Party(organ_id=self.kit.recipient),),
            number=number,
            notation=NOTATION,
            promulgated_on=today,
            subject=SUBJECT,
            document_id=document_id_of(self.kit.sender, today, f"{number}/{NOTATION}"),
            place="Hà Nội",
            type_name="Công văn",
            signer=Signer(full_name="Nguyễn Văn Thử"),
            attachments=(pdf_attachment(pdf()),),
        )
        return replace(packet, **changes)  # type: ignore[arg-type]

    def signed(self, packet: EdxmlPacket, *changes: tuple[str, str], seal: Seal | None = None) -> bytes:
        """The packet on the wire. `changes` replace text that the strict writer would not write."""
        xml = build_packet(packet)
        for old, new in changes:
            if old.encode() not in xml:
                raise ValueError(f"{old} is not in the packet")
            xml = xml.replace(old.encode(), new.encode())
        return (seal or self.seal).sign(xml)

    def send(self, **changes: object) -> Sent:
        """Send a good packet; raises `Failed` if it is not taken."""
        packet = self.packet(**changes)
        edxml = self.signed(packet)
        return Sent(packet, edxml, accepted(self.axis, edxml))

    def refuses(self, edxml: bytes, status: int, code: str, *, document_id: str = "") -> str:
        """Send what must be refused, and answer how it was; raises `Failed` if it was taken or otherwise."""
        if document_id:
            self.refused.add(document_id)
        try:
            receipt = self.axis.submit_packet(edxml)
        except AxisRefused as refused:
            return expect_refusal(refused, status, code)
        raise Failed(f"accepted as {receipt.packet_id}")

    def delivery_of(self, sent: Sent, recipient: str = "") -> UUID:
        """The delivery of the packet to the recipient, as its sender sees it."""
        state = self.axis.packet_state(sent.receipt.packet_id)
        for found in state.recipients:
            if found.recipient.code == (recipient or self.kit.recipient):
                return found.delivery_id
        raise Failed(f"the state of {state.packet_id} names no recipient {recipient or self.kit.recipient}")

    def report(self, delivery: UUID, code: str, *, at: datetime | None = None, description: str = "") -> str:
        """Report a status as the recipient; answers the state."""
        return self.partner.report_status(delivery, StatusReport(code, at or now(), description))

    def refuses_status(
        self, delivery: UUID, code: str, status: int, problem: str, *, at: datetime | None = None
    ) -> str:
        """Report a status that must be refused, and answer how it was."""
        try:
            state = self.report(delivery, code, at=at)
        except AxisRefused as refused:
            return expect_refusal(refused, status, problem)
        raise Failed(f"taken; the state is {state}")


def accepted(axis: AxisClient, edxml: bytes) -> Receipt:
    """The receipt of a packet that must be taken."""
    try:
        return axis.submit_packet(edxml)
    except (AxisRefused, AxisUnreachable) as error:
        raise Failed(f"a good packet was not taken: {error}") from error


def expect_refusal(refused: AxisRefused, status: int, code: str) -> str:
    """What came, if it is the problem that must come with its sentence in both languages."""
    got = f"{refused.status} {refused.code}".strip()
    if (refused.status, refused.code) != (status, code):
        raise Failed(got)
    if not all(refused.sentences.get(language) for language in ("vi", "en")):
        raise Failed(f"{got}, without a sentence in both languages")
    return got
