"""A whole province at work for a year, so that speed can be seen at its true size. All of it is invented.

The rows are made by the database itself, in sets of `SET` documents; every document has one file, the same.
Nothing is entered in the ledger but the filling, and the axis is not told: its tables stay as they are.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle
from typing import Any

import pypdf
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from lienthong.demo import province_sql, texts, words
from lienthong.demo.actions.seeds import SEEDER, demo_password
from lienthong.demo.cast import ROLES, THAI_NGUYEN
from lienthong.demo.contracts import Report
from lienthong.directory.public import Agency, Division, Duty, Official, Post, PostHolding, find_agency
from lienthong.identity.public import Account, NewAccount, create_accounts, grant_roles
from lienthong.kernel.blobs import store_blob
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import Subject, record
from lienthong.office.public import IncomingDocument

DOCUMENTS = 1_000_000
RECIPIENTS = 3
OFFICIALS = 20
SET = 50_000
YEAR_SECONDS = 365 * 24 * 3600
FIRST = "province-0"
MARK = Subject("demo.province", THAI_NGUYEN)
GENUINE = {
    "valid": True,
    "code": "valid",
    "sentences": {"vi": "Chữ ký hợp lệ.", "en": "The signature is valid."},
    "signers": [],
}


class ProvinceFilled(Refusal):
    """A second year on top of the first would be twice the province."""

    code, status = "province-filled", 409
    sentence = _(
        "This database holds a generated province already, whole or in part. Start with --reset to make it "
        "anew, or without --scale to use it."
    )


@dataclass(frozen=True)
class Filled:
    """What was made: documents sent, deliveries to their recipients, and the agencies at work."""

    documents: int
    deliveries: int
    agencies: int


def fill_province(*, documents: int = DOCUMENTS, at: datetime, report: Report) -> Filled:
    """Let Thái Nguyên's agencies have sent so many documents in the year before; `prepare_country` first.

    The People's Committee is the busiest: `OFFICIALS` people, one document in 20 comes to it. Numbers run
    without gap in every register and year. `report` is told how many documents are written.

    Raises:
        ProvinceFilled: it was done before, or begun.
    """
    if IncomingDocument.objects.filter(delivery_id=FIRST).exists():
        raise ProvinceFilled
    province = find_agency(THAI_NGUYEN, on=at.astimezone(VIETNAM).date())
    agencies = list(Agency.objects.filter(path__startswith=province.path).values_list("pk", flat=True))
    hire(province, at=at)
    values = _values(documents, at) | {"agencies": agencies, "busiest": province.pk}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.seat, pg_temp.desk, pg_temp.shelf")
        _run(cursor, (province_sql.DESKS, province_sql.BOOKS), values)
        cursor.execute("SELECT count(*) FROM desk")
        values["desks"] = cursor.fetchone()[0]
        for start in range(0, documents, SET):
            until = min(start + SET, documents)
            with transaction.atomic():
                _hurry(cursor)
                _run(cursor, province_sql.SET, values | {"start": start, "until": until})
            report("documents", until, documents)
        for done, table in enumerate(province_sql.TABLES, start=1):
            cursor.execute(f"VACUUM ANALYZE {table}")
            report("statistics", done, len(province_sql.TABLES))
    with transaction.atomic():
        record(actor=SEEDER, verb="demo.fill", subject=MARK, at=at, data={"documents": documents})
    return Filled(documents, documents * RECIPIENTS, values["desks"])


@transaction.atomic
def hire(agency: Agency, *, at: datetime) -> None:
    """Give the agency specialists until it has `OFFICIALS`, and every official an account."""
    today = at.astimezone(VIETNAM).date()
    missing = OFFICIALS - PostHolding.objects.filter(post__agency=agency, valid_to__gt=today).count()
    divisions = cycle(Division.objects.filter(agency=agency).order_by("pk"))
    posts = [Post(agency=agency, division=next(divisions), title="Chuyên viên") for _more in range(missing)]
    names = zip(cycle(words.FAMILIES), cycle(words.GIVEN))
    officials = [Official(full_name=" ".join(next(names))) for _more in range(missing)]
    Post.objects.bulk_create(posts)
    Official.objects.bulk_create(officials)
    PostHolding.objects.bulk_create(
        PostHolding(post=post, official=official, valid_from=today)
        for post, official in zip(posts, officials, strict=True)
    )
    grant_roles([(post.pk, ROLES[Duty.SPECIALIST]) for post in posts])
    held = PostHolding.objects.filter(post__agency=agency, valid_to__gt=today).order_by("pk")
    having = set(Account.objects.exclude(official=None).values_list("official_id", flat=True))
    without = [key for key in held.values_list("official_id", flat=True) if key not in having]
    accounts = [
        NewAccount(f"{agency.code.lower()}.canbo{number:02d}", key)
        for number, key in enumerate(without, start=1)
    ]
    create_accounts(accounts, password=demo_password())


def _values(documents: int, at: datetime) -> dict[str, Any]:
    """What the statements are filled with, the two shared files among it."""
    page = io.BytesIO()
    writer = pypdf.PdfWriter()
    writer.add_blank_page(width=595, height=842)
    writer.write(page)
    with transaction.atomic():
        pdf = store_blob([page.getvalue()], at=at, max_bytes=1 << 20)
        edxml = store_blob([b"<edXML/>\n"], at=at, max_bytes=1 << 20)
    types, abbreviations, names = (list(column) for column in zip(*province_sql.TYPES, strict=True))
    return {
        "at": at, "count": documents, "step": YEAR_SECONDS / documents, "salt": at.isoformat(),
        "types": types, "abbreviations": abbreviations, "type_names": names,
        "verbs": list(words.VERBS), "matters": list(words.MATTERS), "places": list(words.PLACES),
        "rare": words.RARE, "orders": list(words.ORDERS), "sentences": list(words.SENTENCES),
        "body": texts.BODY, "refusal": texts.REFUSAL, "verdict": json.dumps(GENUINE, ensure_ascii=False),
        "pdf": pdf.pk, "edxml": edxml.pk,
    }  # fmt: skip


def _run(cursor: Any, statements: Sequence[str], values: dict[str, Any]) -> None:
    """Run the statements one by one: with values the driver takes one at a time."""
    for statement in statements:
        for part in statement.split(";\n"):
            cursor.execute(part, values)


def _hurry(cursor: Any) -> None:
    """Write without waiting for the disk; skip what holds by construction, where the role may."""
    cursor.execute("SET LOCAL synchronous_commit = off")
    cursor.execute("SET LOCAL gin_pending_list_limit = '256MB'")
    cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
    cursor.execute("SET LOCAL work_mem = '128MB'")
    cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    if cursor.fetchone()[0]:
        cursor.execute("SET LOCAL session_replication_role = replica")
