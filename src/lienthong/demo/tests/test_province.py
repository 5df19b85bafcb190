"""A generated province holds what a worked one would: its constraints, its numbers, its pages."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from lienthong.demo.public import ProvinceFilled, fill_province
from lienthong.directory.public import Agency, load_country, staff_agencies
from lienthong.identity.public import Account, Role, grant_roles
from lienthong.kernel.clock import VIETNAM, now
from lienthong.office.public import IncomingDocument, OutgoingDocument
from lienthong.tasks.public import Task

DOCUMENTS = 200

GAPS = {
    "outgoing numbers": """
        SELECT 1 FROM documents_officialdocument WHERE number IS NOT NULL GROUP BY agency_id, register, year
        HAVING min(number) <> 1 OR max(number) <> count(*)""",
    "incoming numbers": """
        SELECT 1 FROM office_incomingdocument WHERE register_number IS NOT NULL GROUP BY register_id
        HAVING min(register_number) <> 1 OR max(register_number) <> count(*)""",
    "last outgoing number": """
        SELECT 1 FROM documents_numberseries s WHERE last <> (SELECT max(number)
        FROM documents_officialdocument d WHERE (d.agency_id, d.register, d.year)
            = (s.agency_id, s.register, s.year))""",
    "last incoming number": """
        SELECT 1 FROM office_register r WHERE last_number <> (SELECT count(*)
        FROM office_incomingdocument d WHERE d.register_id = r.id)""",
    "tasks without one lead": """
        SELECT 1 FROM tasks_task t WHERE (SELECT count(*) FROM tasks_taskparty p
        WHERE p.task_id = t.id AND part = 'lead') <> 1""",
    "work of another agency's people": """
        SELECT 1 FROM tasks_task t JOIN tasks_taskparty p ON p.task_id = t.id
        JOIN directory_post o ON o.id = p.post_id WHERE o.agency_id <> t.agency_id""",
    "recipients other than three": """
        SELECT 1 FROM office_recipient GROUP BY document_id HAVING count(DISTINCT agency_id) <> 3""",
    "documents to oneself": """
        SELECT 1 FROM office_outgoingdocument o JOIN office_recipient r ON r.document_id = o.id
        WHERE r.agency_id = o.agency_id""",
}
# Foreign keys are not looked up while the rows are written, so the test does it.
KEYS = """
SELECT conrelid::regclass::text, attname, confrelid::regclass::text, key.attname2
FROM pg_constraint c,
LATERAL (SELECT a.attname, b.attname AS attname2 FROM pg_attribute a, pg_attribute b
         WHERE a.attrelid = conrelid AND a.attnum = conkey[1]
           AND b.attrelid = confrelid AND b.attnum = confkey[1]) key
WHERE contype = 'f' AND conrelid::regclass::text ~ '^(office|tasks|documents)_'
"""


def _rows(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_province_of_200_documents_is_whole_and_its_pages_open() -> None:
    at = now()
    load_country()
    agencies = Agency.objects.filter(code__startswith="H55")
    staff = staff_agencies(agencies, on=at.astimezone(VIETNAM).date())
    roles = {"leader": Role.LEADER, "clerk": Role.CLERK, "specialist": Role.SPECIALIST}
    grant_roles([(post.post_id, roles[post.duty.value]) for post in staff if post.duty.value in roles])
    told: list[tuple[str, int, int]] = []

    filled = fill_province(documents=DOCUMENTS, at=at, report=lambda *said: told.append(said))

    assert (filled.documents, filled.deliveries, filled.agencies) == (200, 600, 989)
    assert ("documents", 200, 200) in told
    assert OutgoingDocument.objects.count() == DOCUMENTS
    assert IncomingDocument.objects.count() == OutgoingDocument.objects.exclude(state="draft").count()
    assert Task.objects.count() == IncomingDocument.objects.exclude(task=None).count() > 100
    for what, statement in GAPS.items():
        assert _rows(statement) == [], what
    for table, column, target, key in _rows(KEYS):
        lost = f"SELECT 1 FROM {table} a LEFT JOIN {target} b ON a.{column} = b.{key}"
        assert _rows(f"{lost} WHERE b.{key} IS NULL AND a.{column} IS NOT NULL LIMIT 1") == [], (
            table,
            column,
        )
    _pages_open()
    with pytest.raises(ProvinceFilled):
        fill_province(documents=DOCUMENTS, at=at, report=lambda *said: None)


def _pages_open() -> None:
    ours = Account.objects.filter(username__startswith="h55.")
    assert ours.count() == 20
    incoming = IncomingDocument.objects.filter(agency__code="H55").exclude(task=None).first()
    sent = OutgoingDocument.objects.filter(agency__code="H55", state="sent").first()
    assert incoming is not None
    assert incoming.task is not None
    assert sent is not None
    lead = incoming.task.lead.official
    assert lead is not None
    client = Client()
    client.force_login(ours.get(official=lead))
    for address, words in (
        (reverse("office:incoming") + "?tab=all", incoming.subject),
        (reverse("office:incoming_detail", args=[incoming.id]), incoming.subject),
        (reverse("tasks:tasks") + "?tab=all", incoming.task.work),
        (reverse("tasks:task_detail", args=[incoming.task.id]), incoming.task.work),
    ):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert words in answer.content.decode(), address
    client.force_login(ours.get(official_id=sent.prepared_by_id))
    for address in (reverse("office:outgoing"), reverse("office:outgoing_detail", args=[sent.id])):
        assert sent.subject in client.get(address).content.decode(), address
