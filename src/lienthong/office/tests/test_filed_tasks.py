"""Tasks in work files: closed ones only, with their course and product, and proved in the package."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from lxml import etree
from pypdf import PdfReader

from lienthong.directory.public import Agency
from lienthong.identity.public import NotFound, Role, Viewer, acting_viewer
from lienthong.identity.tests.factories import agency, official_in, viewer_in
from lienthong.kernel.blobs import open_blob
from lienthong.office.archive import queries
from lienthong.office.archive.filing import AlreadyInFile, TaskNotClosed, put_document, take_out
from lienthong.office.archive.mets import NAMESPACES
from lienthong.office.archive.models import WorkFile, WorkFileItem
from lienthong.office.archive.moving import close_file, hand_in_file
from lienthong.office.archive.states import Kind
from lienthong.office.archive.verifying import verify_package
from lienthong.office.tests.factories import NOON
from lienthong.office.tests.pages import client_of, text_of
from lienthong.office.tests.work_files import kept_document, package_of, put, stored, work_file, written
from lienthong.signing.public import ensure_agency_certificates
from lienthong.tasks.public import Task, TaskState, start_task
from lienthong.tasks.tests.factories import WORK, task

pytestmark = pytest.mark.django_db
PRODUCT = b"%PDF-1.7 product"


def done_task(ours: Agency) -> tuple[Task, Viewer]:
    """A task that was given, worked on, reported with a product and accepted; and who led it."""
    leader, lead = viewer_in(ours, Role.LEADER, at=NOON), viewer_in(ours, Role.SPECIALIST, at=NOON)
    made = task(leader, lead)
    start_task(task_id=made.id, viewer=lead, at=NOON)
    Task.objects.filter(pk=made.pk).update(
        state=TaskState.ACCEPTED,
        closed_at=NOON,
        finished_at=NOON,
        product=stored(PRODUCT),
        product_name="Kết quả.pdf",
    )
    made.refresh_from_db()
    return made, lead


def put_task(file: WorkFile, made: Task, viewer: Viewer) -> WorkFileItem:
    return put_document(file_id=file.id, kind=Kind.TASK, document_id=made.id, viewer=viewer, at=NOON)


def test_a_task_is_put_in_once_it_is_closed_with_its_course_as_pdf() -> None:
    ours = agency()
    leader, lead = viewer_in(ours, Role.LEADER, at=NOON), viewer_in(ours, Role.SPECIALIST, at=NOON)
    file, running = work_file(lead), task(leader, lead)
    with pytest.raises(TaskNotClosed):
        put_task(file, running, lead)
    made, lead = done_task(ours)
    file = work_file(lead)
    item = put_task(file, made, lead)
    assert item.course is not None
    from_store = b"".join(_content(item))
    said = "".join(page.extract_text() for page in PdfReader(io.BytesIO(from_store)).pages)
    assert "Bắt đầu" in said
    assert "Kết quả.pdf" in said
    assert item.pages == 1
    with pytest.raises(AlreadyInFile):
        put_task(file, made, lead)
    [line] = queries.all_lines(file)
    assert (line.kind, line.subject, line.type_name) == (Kind.TASK, WORK, "Nhiệm vụ")
    take_out(file_id=file.id, position=1, viewer=lead, at=NOON)
    assert not WorkFileItem.objects.exists()


def _content(item: WorkFileItem) -> list[bytes]:
    assert item.course is not None
    return list(open_blob(item.course))


def test_a_task_that_the_keeper_may_not_see_is_not_there() -> None:
    ours = agency()
    made, _lead = done_task(ours)
    stranger = viewer_in(ours, Role.SPECIALIST, at=NOON)
    with pytest.raises(NotFound):
        put_task(work_file(stranger), made, stranger)
    theirs = viewer_in(agency(), Role.CLERK, at=NOON)
    with pytest.raises(NotFound):
        put_task(work_file(theirs), made, theirs)
    assert queries.task_choices(stranger, work_file(stranger)) == []


def test_the_database_keeps_a_task_only_with_its_course() -> None:
    ours = agency()
    made, lead = done_task(ours)
    item = put_task(work_file(lead), made, lead)
    for change in ({"course": None}, {"task": None}, {"incoming": kept_document(ours)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            WorkFileItem.objects.filter(pk=item.pk).update(**change)


def test_a_package_with_a_task_is_whole_and_sealed_and_says_what_happened(tmp_path: Path) -> None:
    ours = agency()
    ensure_agency_certificates([ours.id], at=NOON)
    made, _lead = done_task(ours)
    clerk = viewer_in(ours, Role.CLERK, at=NOON)
    file = work_file(clerk)
    put(file, kept_document(ours), clerk)
    put_task(file, made, clerk)
    close_file(file_id=file.id, viewer=clerk, at=NOON)
    hand_in_file(file_id=file.id, viewer=clerk, at=NOON)
    content = package_of(file, clerk)
    assert package_of(file, clerk) == content
    verdict = verify_package(written(tmp_path, content))
    assert verdict.valid
    assert "documents/00002/01-nhiem-vu.pdf" in [found.path for found in verdict.files]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.read("documents/00002/02-Ket-qua.pdf") == PRODUCT
        mets = etree.fromstring(archive.read("mets.xml"))
    assert mets.xpath("//mets:div[@TYPE='task']/@ORDER", namespaces=NAMESPACES) == ["2"]


def test_the_page_offers_closed_tasks_of_its_documents_first() -> None:
    ours = agency()
    account = official_in(ours, Role.CLERK)
    clerk = acting_viewer(account, at=NOON)
    file, document = work_file(clerk), kept_document(ours)
    put(file, document, clerk)
    made, _lead = done_task(ours)
    Task.objects.filter(pk=made.pk).update(source_kind="office.incoming", source_id=str(document.id))
    later, _lead = done_task(ours)
    assert [row.id for row in queries.task_choices(clerk, file)] == [made.id, later.id]
    client = client_of(account)
    page = reverse("office:work_file", args=[file.id])
    assert "Put the task in" in text_of(client.get(page))
    put_in = reverse("office:put_task_into_work_file", args=[file.id])
    assert "was put in as number 2" in text_of(client.post(put_in, {"task": str(made.id)}, follow=True))
    assert reverse("tasks:task_detail", args=[made.id]) in text_of(client.get(page))
    assert client.post(put_in, {"task": "x"}).status_code == 404
