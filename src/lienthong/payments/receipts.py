"""The receipt for cash, as PDF with a QR code that leads to its proof."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.urls import reverse

from lienthong.documents.public import long_date, qr_svg, render_form
from lienthong.payments.models import Charge, Payment

TEMPLATE = Path(__file__).parent / "typst" / "receipt.typ"


def receipt_pdf(payment: Payment, *, at: datetime) -> bytes:
    """The receipt of a payment that was read with its agency, taker and charges. PDF/A, in milliseconds."""
    charges = list(payment.charges.all())
    address = settings.BASE_URL + reverse("payments:verify_receipt", args=[payment.pk])
    values: dict[str, object] = {
        "agency": payment.agency.name,
        "code": payment.receipt,
        "date": long_date(payment.received_at),
        "payer": charges[0].payer_name,
        "subject": charges[0].subject_code,
        "rows": [[_named(charge), charge.law, grouped(charge.amount)] for charge in charges],
        "total": grouped(payment.amount),
        "words": in_words(payment.amount),
        "taker": payment.taken_by.full_name if payment.taken_by else "",
        "qr": qr_svg(address),
        "hint": address,
    }
    return render_form(TEMPLATE, values, at=at)


def _named(charge: Charge) -> str:
    """What was paid for; where less was asked for, also the full amount, what was taken off, and why."""
    if not charge.share:
        return charge.name
    return (
        f"{charge.name} (mức thu {grouped(charge.tariff)} đồng, giảm {charge.share}%: "
        f"{grouped(charge.reduced)} đồng; {charge.exempt_reason}; căn cứ {charge.exempt_law})"
    )


def grouped(amount: int) -> str:
    """Figures in groups of three, as Vietnamese forms have them."""
    return f"{amount:,}".replace(",", ".")


def in_words(amount: int) -> str:
    """The amount in Vietnamese words, as a receipt must say it: "Tám nghìn đồng"; up to a trillion."""
    if amount == 0:
        return "Không đồng"
    groups = [amount // 1000**place % 1000 for place in range(4, -1, -1)]
    names = ("nghìn tỷ", "tỷ", "triệu", "nghìn", "")
    said: list[str] = []
    for value, name in zip(groups, names, strict=True):
        if value:
            said += [*_three(value, whole=bool(said)), name]
    text = " ".join(filter(None, said))
    return f"{text[0].upper()}{text[1:]} đồng"


_FIGURES = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


def _three(value: int, *, whole: bool) -> list[str]:
    """Up to three figures in words; `whole`: after others, so that the hundreds are said though nought."""
    hundreds, tens, ones = value // 100, value // 10 % 10, value % 10
    said = [_FIGURES[hundreds], "trăm"] if hundreds or whole else []
    if tens == 0:
        return [*said, *(["lẻ"] if said and ones else []), *([_FIGURES[ones]] if ones else [])]
    said += ["mười"] if tens == 1 else [_FIGURES[tens], "mươi"]
    if ones == 1 and tens > 1:
        return [*said, "mốt"]
    return [*said, *(["lăm"] if ones == 5 else [_FIGURES[ones]] if ones else [])]
