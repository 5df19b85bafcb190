"""The cases of the good path: a document from the sender to the recipient, and its states back."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta

from lienthong.axis.client import AxisRefused
from lienthong.axis.conformance.contracts import Case, Failed
from lienthong.axis.conformance.run import Run, accepted
from lienthong.axis.contracts import InboxItem, Receipt, StatusReport
from lienthong.axis.edxml import Party
from lienthong.kernel.clock import now

CLOCK = timedelta(minutes=5)
PAGES = 50
STEPS = ("01", "03", "04", "05", "06")
UNKNOWN = "X77"


def _submit(run: Run) -> str:
    sent = run.send()
    receipt = sent.receipt
    statement = json.loads(base64.b64decode(receipt.statement))
    facts = {
        "sha256": hashlib.sha256(sent.edxml).hexdigest(),
        "document_id": sent.packet.document_id,
        "recipients": [run.kit.recipient],
        "packet_id": str(receipt.packet_id),
    }
    _same("statement", {name: statement.get(name) for name in facts}, facts)
    _same("receipt", (receipt.sha256, receipt.document_id), (facts["sha256"], facts["document_id"]))
    if not base64.b64decode(receipt.signature):
        raise Failed("the receipt has no signature")
    return f"receipt {receipt.packet_id}"


def _submit_again(run: Run) -> str:
    sent = run.send()
    again = accepted(run.axis, sent.edxml)
    if not again.repeated:
        raise Failed("202 again: taken as a new packet")
    _same("second receipt", again, sent.receipt)
    return "200 with the first receipt"


def _clock(run: Run) -> str:
    ahead = run.send().receipt.received_at - now()
    if abs(ahead) > CLOCK:
        raise Failed(f"the receipt's time is {ahead.total_seconds():.0f} s ahead of this machine's clock")
    return f"{abs(ahead.total_seconds()):.0f} s apart"


def _state(run: Run) -> str:
    sent = run.send(recipients=(Party(organ_id=run.kit.recipient), Party(organ_id=run.kit.bystander)))
    state = run.axis.packet_state(sent.receipt.packet_id)
    _same("sha256", state.sha256, sent.receipt.sha256)
    named = {found.recipient.code for found in state.recipients}
    _same("recipients", named, {run.kit.recipient, run.kit.bystander})
    return f"{len(state.recipients)} recipients"


def _inbox(run: Run) -> str:
    sent = run.send()
    found = waiting(run).get(sent.packet.document_id)
    if found is None:
        raise Failed("the packet is not in the recipient's inbox")
    _same("inbox item", (found.sha256, found.subject), (sent.receipt.sha256, sent.packet.subject))
    run.report(found.delivery_id, "01")
    if sent.packet.document_id in waiting(run):
        raise Failed("still in the inbox after status 01")
    return "in the inbox until status 01"


def _collect(run: Run) -> str:
    sent = run.send()
    got = b"".join(run.partner.packet_of_delivery(run.delivery_of(sent)))
    _same("sha256", hashlib.sha256(got).hexdigest(), sent.receipt.sha256)
    return f"{len(got)} bytes, the hash fits"


def _statuses(run: Run) -> str:
    sent = run.send()
    delivery = run.delivery_of(sent)
    reached = [run.report(delivery, code) for code in STEPS]
    _same("states", reached, list(STEPS))
    timeline = run.axis.packet_state(sent.receipt.packet_id).timeline
    _same("timeline", [entry.code for entry in timeline], list(STEPS))
    run.finished_packet = str(sent.receipt.packet_id)
    return " ".join(reached)


def _status_again(run: Run) -> str:
    sent, at = run.send(), now()
    delivery = run.delivery_of(sent)
    run.report(delivery, "01", at=at)
    run.report(delivery, "01", at=at)
    timeline = run.axis.packet_state(sent.receipt.packet_id).timeline
    _same("timeline", [entry.code for entry in timeline], ["01"])
    return "recorded once"


def _status_returned(run: Run) -> str:
    sent = run.send()
    run.report(run.delivery_of(sent), "02", description="Gửi nhầm nơi nhận")
    state = run.axis.packet_state(sent.receipt.packet_id)
    told = [(entry.code, entry.description) for entry in state.timeline]
    _same("timeline", told, [("02", "Gửi nhầm nơi nhận")])
    return "02 with its reason"


def _bulk(run: Run) -> str:
    packets = [run.packet(), run.packet(recipients=(Party(organ_id=UNKNOWN),)), run.packet()]
    edxmls = [run.signed(packet) for packet in packets]
    run.refused.add(packets[1].document_id)
    answers = run.axis.submit_packets([*edxmls, edxmls[0]])
    if len(answers) != 4:
        raise Failed(f"{len(answers)} answers to 4 packets")
    first, unknown, third, again = answers
    if not isinstance(unknown, AxisRefused) or unknown.code != "unknown-recipient":
        raise Failed(f"the second packet got {unknown}")
    for answer, packet in ((first, packets[0]), (third, packets[2]), (again, packets[0])):
        if not isinstance(answer, Receipt) or answer.document_id != packet.document_id:
            raise Failed(f"{packet.document_id} got {answer}")
    if not isinstance(again, Receipt) or not again.repeated:
        raise Failed("the first packet again was not told apart")
    return "2 receipts, 1 refusal, 1 repetition"


def _many_statuses(run: Run) -> str:
    delivery, at = run.delivery_of(run.send()), now()
    codes = ("01", "06", "03", "01")
    answers = run.partner.report_statuses([(delivery, StatusReport(code, at)) for code in codes])
    got = [answer.code if isinstance(answer, AxisRefused) else answer for answer in answers]
    _same("answers", got, ["01", "status-out-of-order", "03", "03"])
    return "2 states, 1 refusal, 1 repetition"


def _agencies(run: Run) -> str:
    cursor, seen = "", 0
    for _page in range(PAGES * 20):
        page = run.axis.agencies(after=cursor, limit=1000)
        seen += len(page.items)
        if any(item.code == run.kit.recipient for item in page.items):
            return f"{run.kit.recipient} is listed"
        cursor = page.next
        if not cursor:
            break
    raise Failed(f"{run.kit.recipient} is not among {seen} agencies")


def waiting(run: Run) -> dict[str, InboxItem]:
    """What waits for the recipient of the kit, by document id."""
    found: dict[str, InboxItem] = {}
    cursor = ""
    for _page in range(PAGES):
        page = run.partner.inbox(after=cursor, limit=200)
        found |= {item.document_id: item for item in page.items}
        cursor = page.next
        if not cursor:
            break
    return found


def _same(what: str, got: object, wanted: object) -> None:
    if got != wanted:
        raise Failed(f"{what}: {got}, not {wanted}")


GOOD_PATH = (
    Case("submit", "Gửi gói tin", "A packet is sent", "202, signed receipt", _submit),
    Case(
        "submit-again",
        "Gửi lại đúng gói tin đó",
        "The same packet again",
        "200 with the first receipt",
        _submit_again,
    ),
    Case(
        "clock",
        "Đồng hồ hai bên lệch không quá 5 phút",
        "Both clocks within 5 minutes",
        "a receipt of now",
        _clock,
    ),
    Case("state", "Trạng thái theo nơi nhận", "The state per recipient", "each recipient once", _state),
    Case("inbox", "Hộp đến của nơi nhận", "The recipient's inbox", "listed until status 01", _inbox),
    Case("collect", "Nhận gói tin, đúng mã băm", "Collecting, with its hash", "the bytes as sent", _collect),
    Case(
        "status-order", "Các trạng thái lần lượt", "Statuses in order", "01 03 04 05 06, told back", _statuses
    ),
    Case(
        "status-again",
        "Báo lại đúng trạng thái đó",
        "The same status again",
        "recorded once",
        _status_again,
    ),
    Case(
        "status-returned",
        "Trả lại, có lý do",
        "Returned with a reason",
        "the sender is told why",
        _status_returned,
    ),
    Case("bulk", "Gửi nhiều gói tin một lần", "Several packets in one call", "an answer to each", _bulk),
    Case("agencies", "Danh mục cơ quan", "The list of agencies", "the recipient is listed", _agencies),
    Case(
        "statuses-bulk",
        "Báo nhiều trạng thái một lần",
        "Several statuses in one call",
        "an answer to each, in order",
        _many_statuses,
    ),
)
