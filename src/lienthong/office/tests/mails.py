"""Mails for tests: as they travel, and as they wait here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import Any

from lienthong.directory.public import Agency
from lienthong.kernel.blobs import store_blob
from lienthong.office.mail_models import MailFile, ReceivedMail
from lienthong.office.mail_ports import MailboxSettings
from lienthong.office.mail_states import MailState
from lienthong.office.tests.factories import NOON
from lienthong.office.tests.scans import blank

_numbers = count(1)


def raw_mail(
    files: Mapping[str, bytes] | None = None, *, text: str = "Kính gửi quý cơ quan.", **heads: str
) -> bytes:
    """A mail with these files."""
    message = EmailMessage()
    values = {
        "From": "Công ty Điện lực <vanthu@dienluc.example.vn>",
        "To": "vanthu@ours.example.vn",
        "Subject": "Về việc đề nghị cấp điện",
        "Date": "Mon, 02 Mar 2026 08:00:00 +0700",
        "Message-ID": f"<{next(_numbers)}@dienluc.example.vn>",
        **{name.replace("_", "-"): value for name, value in heads.items()},
    }
    for name, value in values.items():
        message[name] = value
    message.set_content(text)
    for name, content in (files or {}).items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def mailbox_of(place: Agency) -> MailboxSettings:
    """Where the agency's mailbox would be."""
    return MailboxSettings(place.code, "mail.example.vn", "vanthu", Path("none"))


def received_mail(
    place: Agency, *, at: datetime = NOON, aside_by: int | None = None, **fields: Any
) -> ReceivedMail:
    """A mail with a PDF that waits, or was set aside."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "agency": place,
        "uid_validity": 1,
        "uid": number,
        "message_id": f"<{number}@a>",
        "fingerprint": f"{number:064x}",
        "sender_address": "vanthu@dienluc.example.vn",
        "sender_name": "Công ty Điện lực",
        "subject": "Về việc đề nghị cấp điện",
        "text": "Kính gửi quý cơ quan.",
        "received_at": at,
        "size": 1000,
    }
    if aside_by:
        values |= {
            "state": MailState.ASIDE,
            "reason": "Quảng cáo",
            "decided_by_id": aside_by,
            "decided_at": at,
        }
    mail = ReceivedMail.objects.create(**values | fields)
    pdf = blank()
    blob = store_blob([pdf], at=at, max_bytes=10**6)
    MailFile.objects.create(mail=mail, position=1, name="cong-van.pdf", size=len(pdf), blob=blob)
    return mail
