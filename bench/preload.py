"""Fills the axis with plausible packets, in sets: the past year of a busy province in a few minutes.

Rows are made by the database itself (`generate_series`), so that nothing travels; their files are not in the
store. Each packet has three deliveries, and each delivery the statuses that led to its state.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection, transaction

from lienthong.axis.public import ConnectedSystem, Serves, connect_system
from lienthong.demo.words import MATTERS, NOTATIONS, PLACES, RARE, VERBS
from lienthong.directory.public import Agency
from lienthong.kernel.clock import now
from lienthong.ledger.public import Actor

SET = 50_000
RECIPIENTS = 3
YEAR_SECONDS = 365 * 24 * 3600
ACTOR = Actor(kind="job", id="bench", name="bench", source="bench")
Report = Callable[[str, int, int], None]


def preload(sender: Agency, count: int, report: Report) -> None:
    """Store `count` packets of the past year, every second one from `sender`, and analyse the tables.

    `report` is told what is done, how far it is, and of how many. May be called again: identifiers are new.
    """
    system = _system_of(sender)
    with connection.cursor() as cursor:
        salt = now().isoformat()
        for start in range(0, count, SET):
            until = min(start + SET, count)
            with transaction.atomic():
                _skip_checks(cursor)
                _fill(cursor, sender, system, salt, start, until, count)
            report("Packets stored", until, count)
    _tidy()


def _system_of(sender: Agency) -> ConnectedSystem:
    found = ConnectedSystem.objects.filter(agency=sender, disabled_at=None).first()
    if found:
        return found
    return connect_system(name="bench", agency=sender, serves=Serves.ALL, actor=ACTOR, at=now())[0]


def _skip_checks(cursor: object) -> None:
    """Skip the look-up of foreign keys, which hold by construction, where the role may."""
    cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")  # type: ignore[attr-defined]
    if cursor.fetchone()[0]:  # type: ignore[attr-defined]
        cursor.execute("SET LOCAL session_replication_role = replica")  # type: ignore[attr-defined]


def _fill(
    cursor: object, sender: Agency, system: ConnectedSystem, salt: str, start: int, until: int, count: int
) -> None:
    facts = {
        "sender": sender.pk, "system": system.pk, "salt": salt, "start": start, "until": until,
        "step": YEAR_SECONDS / count, "count": count, "recipients": RECIPIENTS,
        "verbs": list(VERBS), "matters": list(MATTERS), "places": list(PLACES), "notations": list(NOTATIONS),
        "rare": RARE,
    }  # fmt: skip
    for statement in (
        _MADE,
        _BLOBS,
        _PACKETS,
        _DELIVERIES,
        _ARRIVALS,
        _ENDS,
        "DROP TABLE numbered_agency, made, sent",
    ):
        cursor.execute(statement, facts)  # type: ignore[attr-defined]


def _tidy() -> None:
    with connection.cursor() as cursor:
        for table in ("kernel_blob", "axis_packet", "axis_delivery", "axis_statusevent"):
            cursor.execute(f"VACUUM ANALYZE {table}")


# A UUID version 7 of the time `t` and the number `n`.
_UUID7 = (
    "(lpad(to_hex((extract(epoch FROM {t}) * 1000)::bigint), 12, '0')"
    " || '7' || lpad(to_hex({n} %% 4096), 3, '0') || '8'"
    " || substr(md5({n} || '{kind}' || %(salt)s), 1, 15))::uuid"
)

_MADE = f"""
CREATE TEMP TABLE numbered_agency AS
SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS total
FROM directory_agency WHERE valid_to > current_date;
CREATE TEMP TABLE made AS
WITH numbered AS (
    SELECT n, abs(hashint8(n)::bigint) AS h,
           now() - (%(count)s - n) * %(step)s * interval '1 second' AS t
    FROM generate_series(%(start)s, %(until)s - 1) AS n)
SELECT n, h, t, {_UUID7.format(t="t", n="n", kind="p")} AS id,
       encode(sha256((n || %(salt)s)::bytea), 'hex') AS sha256,
       CASE WHEN n %% 2 = 0 THEN %(sender)s ELSE numbered_agency.id END AS sender,
       (1 + n %% 9999)::text AS number,
       (%(notations)s::text[])[1 + h %% cardinality(%(notations)s::text[])] AS notation,
       'Về việc ' || (%(verbs)s::text[])[1 + h %% cardinality(%(verbs)s::text[])]
       || ' ' || (%(matters)s::text[])[1 + h / 17 %% cardinality(%(matters)s::text[])]
       || ' ' || (%(places)s::text[])[1 + h / 323 %% cardinality(%(places)s::text[])]
       || CASE WHEN n %% 10000 = 77 THEN %(rare)s ELSE '' END AS subject
FROM numbered JOIN numbered_agency ON place = h %% total
"""

_BLOBS = """
INSERT INTO kernel_blob (sha256, size, media_type, created_at)
SELECT sha256, 20000 + h % 400000, 'application/xml', t FROM made
""".replace("%", "%%")

_PACKETS = """
INSERT INTO axis_packet (id, system_id, sender_id, document_id, business, blob_id, number, notation,
    type_name, subject, content, urgency, steering, place, promulgated_on, due_on, signer_name,
    signer_position, paper_follows, attachment_count, recipient_count, received_at, receipt_statement,
    receipt_signature)
SELECT id, %(system)s, sender, sender || ',' || t::date || ',' || sha256, 0, sha256, number, notation,
    'Công văn', subject, '', (CASE WHEN h %% 20 = 0 THEN 1 + h %% 4 ELSE 0 END), 0, 'Hà Nội', t::date, NULL,
    'Nguyễn Văn A', 'Chánh Văn phòng', false, 1, %(recipients)s, t, repeat('x', 400)::bytea,
    repeat('y', 256)::bytea
FROM made ORDER BY n
"""

# Of every hundred deliveries 90 are registered, 5 finished, 3 arrived, 1 returned, and of a thousand 2 wait,
# most of them since today.
_DELIVERIES = f"""
CREATE TEMP TABLE sent AS
SELECT {_UUID7.format(t="t", n="(n * 3 + copy)", kind="d")} AS id, made.id AS packet_id, t,
       numbered_agency.id AS recipient_id,
       (ARRAY['06','06','06','06','06','01','01','01','02'])[1 + (h / 7 + copy) %% 100] AS chosen,
       (h / 11 + copy * 7) %% 1000 < (CASE WHEN n > %(count)s - 2000 THEN 500 ELSE 1 END) AS waits
FROM made CROSS JOIN generate_series(0, %(recipients)s - 1) AS copy
JOIN numbered_agency ON place = (h + copy * 37) %% total;
INSERT INTO axis_delivery (id, packet_id, recipient_id, state, sent_at, collected_at, last_status_at)
SELECT id, packet_id, recipient_id, CASE WHEN waits THEN '00' ELSE coalesce(chosen, '03') END, t,
       CASE WHEN NOT waits THEN t + interval '3 minutes' END,
       CASE WHEN NOT waits THEN t + interval '2 hours' END
FROM sent ORDER BY t, id
"""

_ARRIVALS = f"""
INSERT INTO axis_statusevent (id, delivery_id, system_id, code, at, received_at, description, department,
    staff, mobile, email)
SELECT {_UUID7.format(t="(t + interval '3 minutes')", n="row_number() OVER ()", kind="a")}, id, %(system)s,
       '01', t + interval '3 minutes', t + interval '3 minutes', '', '', '', '', ''
FROM sent WHERE NOT waits AND chosen = '01' ORDER BY t
"""

_ENDS = f"""
INSERT INTO axis_statusevent (id, delivery_id, system_id, code, at, received_at, description, department,
    staff, mobile, email)
SELECT {_UUID7.format(t="(t + hours)", n="row_number() OVER ()", kind="e")}, id, %(system)s, code, t + hours,
       t + hours, CASE WHEN code = '02' THEN 'Không thuộc thẩm quyền' ELSE '' END, 'Văn phòng',
       'Trần Thị B', '', ''
FROM sent,
    LATERAL (VALUES ('02', interval '1 hour'), ('03', interval '2 hours'), ('06', interval '9 hours'))
    AS step (code, hours)
WHERE NOT waits AND (
    code = '02' AND chosen = '02' OR code = '03' AND coalesce(chosen, '03') IN ('03', '06')
    OR code = '06' AND chosen = '06')
ORDER BY t + hours
"""
