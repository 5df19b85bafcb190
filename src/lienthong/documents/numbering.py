"""Numbers and notations of official documents (NĐ 30/2020/NĐ-CP, article 15 and annex I, II.3)."""

from __future__ import annotations

from django.db import connection

from lienthong.directory.public import Agency, Division
from lienthong.documents.contracts import DocumentType

TAKE = """
INSERT INTO documents_numberseries AS series (agency_id, register, year, last) VALUES (%s, %s, %s, 1)
ON CONFLICT (agency_id, register, year) DO UPDATE SET last = series.last + 1
RETURNING last
"""


class NumberOutsideTransaction(RuntimeError):
    """A number was taken outside the transaction that uses it, so it could be lost."""


def take_number(*, agency: Agency, register: str, year: int) -> int:
    """The next number of the agency's register in that year, from 1.

    The series stays locked until the surrounding transaction ends: others wait, and when it is undone the
    number goes back. So there is no gap and no number twice.

    Raises:
        NumberOutsideTransaction: there is no surrounding transaction.
    """
    if not connection.in_atomic_block:
        raise NumberOutsideTransaction
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [agency.pk, register, year])
        return int(cursor.fetchone()[0])


def notation_of(kind: DocumentType, agency: Agency, division: Division | None = None) -> str:
    """What follows the number: "QĐ-UBND"; of a công văn agency and drafting unit, "UBND-KT"."""
    if kind.abbreviation:
        return f"{kind.abbreviation}-{agency.short_name}"
    return f"{agency.short_name}-{division.short_name}" if division else agency.short_name
