"""What the facade's description leaves open, and every word and code of it, as tables of data.

The calls, their headers and parameters, the status words and the error codes are those of the provincial
platforms. Nothing public fixes the following, so it is decided here, once:

* The envelope has both spellings of the outcome: `status` (OK, FAIL) and `errorCode` (a string of digits),
  and both of the sentence: `errorDesc` in Vietnamese, `message` in English. A refusal adds `problem` (our
  stable code) and `field`.
* HTTP says what the envelope says: a refusal has its own status of 4xx, never 200, so that a client that
  reads only the status does not take a refused document for a sent one.
* `docId` is the delivery's id for a receiver and the packet's id for a sender.
* `getEdoc` answers the packet itself; only its errors have the envelope.
* `messageType` is `edoc` where it is left out. The days of `fromDate` and `toDate` are Vietnam's, both
  included, and either may be left out. `syncReceivedEdocList` lists what is not yet reported as arrived,
  oldest first, at most 200 at a time; `next` is given back as `cursor` for the rest. `getAgenciesList`
  answers all agencies unless it is asked for a `limit`.
* `done` or `processing` straight after `inbox` skips the registration (03), which the national order requires
  in between: the axis fills it in and says so in its description.
* A refusal needs a reason (NĐ 30/2020, Đ.21). The call has no place for one, so `reason` may be added;
  without it a sentence of `UNEXPLAINED` stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum

from lienthong.axis.edxml import Business, EdxmlRefusal
from lienthong.kernel.errors import Refusal
from lienthong.signing.public import SignatureRefusal

SYSTEM_HEADER, SECRET_HEADER = "X-SystemId", "X-SecretKey"
# The names under which a login's JSON body may bring them; the first that is there counts.
SYSTEM_FIELDS, SECRET_FIELDS = ("systemId", SYSTEM_HEADER), ("secretKey", SECRET_HEADER)
FILE_FIELD, TYPE_FIELD = "edocFile", "messageType"
DAY = "%Y/%m/%d"
MOMENT = "%Y/%m/%d %H:%M:%S"
SUCCESS = ("Thành công", "Success")


class MessageType(StrEnum):
    """The kinds of packets."""

    EDOC = "edoc"
    REPLACEMENT = "replacement"
    REVOCATION = "revocation"
    UPDATE = "update"


BUSINESS: Mapping[MessageType, Business] = {
    MessageType.EDOC: Business.NEW,
    MessageType.REVOCATION: Business.REVOKE,
    MessageType.UPDATE: Business.UPDATE,
    MessageType.REPLACEMENT: Business.REPLACE,
}
KIND_OF = {business: kind for kind, business in BUSINESS.items()}


class Word(StrEnum):
    """What a receiver's system says it has done."""

    INBOX = "inbox"
    ACCEPTANCE = "acceptance"
    REJECTION = "rejection"
    PROCESSING = "processing"
    DONE = "done"
    FAIL = "fail"


# `fail`: the receiving system could not take the document in, so it goes back to the sender.
STATUS_CODES: Mapping[Word, str] = {
    Word.INBOX: "01",
    Word.ACCEPTANCE: "03",
    Word.REJECTION: "02",
    Word.PROCESSING: "05",
    Word.DONE: "06",
    Word.FAIL: "02",
}
UNEXPLAINED: Mapping[Word, str] = {
    Word.REJECTION: "Đơn vị nhận từ chối; hệ thống của đơn vị không nêu lý do.",
    Word.FAIL: "Hệ thống của đơn vị nhận báo lỗi khi tiếp nhận.",
}
FILLED_IN = "Trục ghi thay vì hệ thống của đơn vị nhận không báo bước này."


class ErrorCode(IntEnum):
    """The facade's error codes."""

    OK = 0
    BAD_FILE = 10
    BAD_CREDENTIALS = 15
    RECEIVER_UNKNOWN = 18
    SENDER_UNREGISTERED = 19
    SYSTEM = 20
    FILE_PROCESSING = 21
    BAD_EDXML = 22
    RECEIVER_LOCKED = 23


_E = ErrorCode
ERROR_CODES: Mapping[str, ErrorCode] = {
    "packet-empty": _E.BAD_FILE,
    "packet-too-large": _E.BAD_FILE,
    "packet-not-utf8": _E.BAD_FILE,
    "unsupported-media-type": _E.BAD_FILE,
    "body-cut-short": _E.BAD_FILE,
    "body-too-slow": _E.BAD_FILE,
    "bad-multipart": _E.BAD_FILE,
    "token-invalid": _E.BAD_CREDENTIALS,
    "credentials-wrong": _E.BAD_CREDENTIALS,
    "too-many-attempts": _E.BAD_CREDENTIALS,
    "unknown-recipient": _E.RECEIVER_UNKNOWN,
    "unknown-sender": _E.SENDER_UNREGISTERED,
    "closed-sender": _E.SENDER_UNREGISTERED,
    "sender-not-served": _E.SENDER_UNREGISTERED,
    "signature-of-another-agency": _E.FILE_PROCESSING,
    "attachment-executable": _E.FILE_PROCESSING,
    "attachment-empty": _E.FILE_PROCESSING,
    "attachment-not-base64": _E.FILE_PROCESSING,
    "attachment-zip-bomb": _E.FILE_PROCESSING,
    "attachment-zip-damaged": _E.FILE_PROCESSING,
    "message-type-differs": _E.BAD_EDXML,
    "unknown-document": _E.BAD_EDXML,
    "several-documents": _E.BAD_EDXML,
    "not-a-recipient": _E.BAD_EDXML,
    "already-withdrawn": _E.BAD_EDXML,
    "withdrawal-pending": _E.BAD_EDXML,
    "document-id-reused": _E.BAD_EDXML,
    "closed-recipient": _E.RECEIVER_LOCKED,
}
# For refusals without a line of their own, by family.
FAMILIES: tuple[tuple[type[Refusal], ErrorCode], ...] = (
    (SignatureRefusal, _E.FILE_PROCESSING),
    (EdxmlRefusal, _E.BAD_EDXML),
)


def error_code_of(refusal: Refusal) -> ErrorCode:
    """The facade's code for one of our refusals; 20 for what it has no code for."""
    if refusal.code in ERROR_CODES:
        return ERROR_CODES[refusal.code]
    return next((code for family, code in FAMILIES if isinstance(refusal, family)), ErrorCode.SYSTEM)
