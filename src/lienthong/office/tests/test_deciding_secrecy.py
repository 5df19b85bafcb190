"""A secrecy mark found after arrival: closed, destroyed or open again; at once, late, by the rule."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import DjangoAssertNumQueries

from lienthong.directory.public import Agency
from lienthong.documents.public import ElectronicCopy
from lienthong.identity.public import NotAllowed, NotFound, Role, Viewer
from lienthong.identity.tests.factories import agency, official_in, viewer_in
from lienthong.kernel.blobs import remove_unnamed, store_blob
from lienthong.kernel.clock import VIETNAM, now
from lienthong.kernel.models import Blob
from lienthong.ledger.public import Subject, timeline
from lienthong.office import queries
from lienthong.office.actions import deciding_secrecy as actions
from lienthong.office.actions.changes import accept_change
from lienthong.office.actions.copying import find_copy
from lienthong.office.actions.reading import order_reading, read_texts
from lienthong.office.actions.registering import register_incoming, register_set
from lienthong.office.adapters.ocr import FakeOcr
from lienthong.office.archive.holdings import holdings_of
from lienthong.office.archive.queries import all_lines, list_lines
from lienthong.office.contracts import IncomingFilter
from lienthong.office.desk import desk_of
from lienthong.office.health import check_secrecy_marks
from lienthong.office.jobs import remove
from lienthong.office.models import IncomingDocument, IncomingFile, RequestedChange
from lienthong.office.policies import NotNow
from lienthong.office.secrecy import FileClosed, MarkDecided, NoMark
from lienthong.office.secret_models import SecretMark
from lienthong.office.secret_states import SecretState
from lienthong.office.states import Reading, Source, State
from lienthong.office.tests.factories import NOON, copy_of, incoming_document, led_by
from lienthong.office.tests.mails import received_mail
from lienthong.office.tests.pages import client_as, client_of, text_of
from lienthong.office.tests.scans import blank
from lienthong.office.tests.test_concurrency import at_once
from lienthong.office.tests.work_files import put, work_file
from lienthong.office.text_models import ReadText

SECRET = "ỦY BAN NHÂN DÂN\nTỐI MẬT\nKế hoạch phòng thủ khu vực"
VERDICT = {"valid": True, "code": "valid", "sentences": {}}


def _marked(ours: Agency, *, at: datetime = NOON, **fields: Any) -> IncomingDocument:
    """A document of two pages on whose scan OCR found a mark."""
    values = {"source": Source.PAPER, "delivery_id": None, "pages": 2, "at": at, **fields}
    document = incoming_document(ours, **values)
    blob = store_blob([blank()], at=at, max_bytes=10**6)
    IncomingFile.objects.create(document=document, position=1, name="a.pdf", blob=blob, verdict=VERDICT)
    order_reading([document], at=at)
    read_texts(at=at, port=FakeOcr(SECRET))
    return document


def _clerk(ours: Agency) -> Viewer:
    return viewer_in(ours, Role.CLERK, at=NOON)


def _verbs(document: IncomingDocument) -> list[str]:
    return [event.verb for event in timeline(Subject("office.incoming", str(document.id)))]


def _mark(document: IncomingDocument) -> SecretMark:
    return SecretMark.objects.get(document=document)


@pytest.mark.django_db
def test_from_the_moment_it_is_found_only_clerks_open_the_file_also_of_what_is_directed() -> None:
    ours = agency()
    document = _marked(ours, state=State.REGISTERED)
    lead = viewer_in(ours, Role.SPECIALIST, at=NOON)
    led_by(document, lead)
    copy = copy_of(IncomingFile.objects.get(document=document))
    mark = _mark(document)
    assert (mark.state, mark.mark, mark.pages) == (SecretState.FOUND, "TỐI MẬT", 2)
    assert mark.due_at == datetime(2026, 3, 5, 11, 30, tzinfo=VIETNAM)  # Monday noon and 24 working hours
    for role in (Role.LEADER, Role.AUDITOR):
        with pytest.raises(FileClosed):
            queries.find_file(viewer_in(ours, role, at=NOON), document.id, 1)
    for act in (
        lambda: queries.find_file(lead, document.id, 1),
        lambda: find_copy(viewer_in(ours, Role.LEADER, at=NOON), copy.pk),
    ):
        with pytest.raises(FileClosed):
            act()
    with pytest.raises(NotFound):
        queries.find_file(_clerk(agency()), document.id, 1)
    assert queries.find_file(_clerk(ours), document.id, 1).name == "a.pdf"
    assert _verbs(document) == ["incoming.secret-found"]


@pytest.mark.django_db
def test_destroyed_nothing_of_the_content_is_left_and_who_decided_is() -> None:
    ours = agency()
    clerk, document = _clerk(ours), _marked(ours)
    file = IncomingFile.objects.get(document=document)
    sha256, copy = file.blob_id or "", copy_of(file)
    mail = received_mail(ours)
    mail.state, mail.document, mail.decided_by_id, mail.decided_at = (
        "taken",
        document,
        clerk.official_id,
        NOON,
    )
    mail.save()
    actions.destroy_secret(document_id=document.id, viewer=clerk, at=NOON)
    document.refresh_from_db()
    mark = _mark(document)
    assert (mark.state, mark.decided_by_id, mark.decided_at, mark.pages) == (
        SecretState.DESTROYED,
        clerk.official_id,
        NOON,
        2,
    )
    assert not IncomingFile.objects.filter(document=document).exclude(blob=None).exists()
    assert not mail.files.exclude(blob=None).exists()
    assert not ReadText.objects.filter(document=document).exists()
    assert ElectronicCopy.objects.get(pk=copy.pk).pdf is None
    assert document.subject == actions.GONE
    assert "incoming.secret-destroyed" in _verbs(document)
    with pytest.raises(NotFound):
        queries.find_file(clerk, document.id, 1)
    job = ProcrastinateJob.objects.get(task_name="office.remove_blobs")
    assert sha256 in job.args["sha256s"]
    assert len(job.args["sha256s"]) == 1  # the copy and the mail are of the same content
    remove(**job.args)
    assert not Blob.objects.filter(pk=sha256).exists()


@pytest.mark.django_db
def test_the_content_stays_where_another_row_names_it() -> None:
    ours = agency()
    document = _marked(ours)
    sha256 = IncomingFile.objects.get(document=document).blob_id or ""
    other = incoming_document(ours)
    IncomingFile.objects.create(document=other, position=1, name="b.pdf", blob_id=sha256)
    actions.destroy_secret(document_id=document.id, viewer=_clerk(ours), at=NOON)
    assert remove_unnamed([sha256], at=NOON) == 0
    assert Blob.objects.filter(pk=sha256).exists()


@pytest.mark.django_db
def test_two_letters_without_number_are_both_destroyed() -> None:
    ours = agency()
    clerk = _clerk(ours)
    for subject in ("Thư thứ nhất", "Thư thứ hai"):
        document = _marked(ours, code="", subject=subject)
        actions.destroy_secret(document_id=document.id, viewer=clerk, at=NOON)
    assert SecretMark.objects.filter(state=SecretState.DESTROYED).count() == 2


@pytest.mark.django_db
def test_destroyed_before_it_had_a_number_it_leaves_what_is_to_be_registered_and_says_so() -> None:
    ours = agency()
    clerk, document, other = _clerk(ours), _marked(ours), incoming_document(ours, at=NOON)
    numbered = _marked(ours, state=State.REGISTERED)
    for one in (document, numbered):
        actions.destroy_secret(document_id=one.id, viewer=clerk, at=NOON)
    assert _verbs(document)[-2:] == ["incoming.secret-destroyed", "incoming.secret-unregistered"]
    numbered.refresh_from_db()
    assert (numbered.state, _verbs(numbered)[-1]) == (State.REGISTERED, "incoming.secret-destroyed")
    arrived = queries.list_incoming(clerk, IncomingFilter(tab=State.ARRIVED), at=NOON)
    assert [row.id for row in arrived.rows] == [other.id]
    assert [row.url for row in desk_of(clerk, at=NOON, kind="register").rows] == [
        reverse("office:incoming_detail", args=[other.id])
    ]
    with pytest.raises(NotNow):
        register_incoming(document_id=document.id, viewer=clerk, at=NOON)
    secret, open_one = register_set(document_ids=[document.id, other.id], viewer=clerk, at=NOON)
    assert type(secret.refusal) is NotNow
    assert open_one.document is not None
    assert open_one.document.register_number == 2
    row = IncomingDocument.objects.filter(id=document.id)
    assert row.get().state == State.DESTROYED
    with pytest.raises(IntegrityError, match="not registered"), transaction.atomic():
        row.update(state=State.REGISTERED, register_number=2, registered_at=NOON)
    with pytest.raises(IntegrityError, match="incoming_destroyed_is_empty"), transaction.atomic():
        row.update(content="x")
    page = text_of(client_of(official_in(ours, Role.CLERK)).get(f"/office/incoming/{document.id}/"))
    assert "It had no number yet" in page
    for act in ("register", "refuse"):
        assert reverse(f"office:{act}", args=[document.id]) not in page


@pytest.mark.django_db
def test_the_sender_over_the_axis_is_told_that_what_had_no_number_was_not_kept() -> None:
    ours = agency()
    paper, sent = _marked(ours), _marked(ours, source=Source.AXIS, delivery_id="d-9")
    for document in (paper, sent):
        actions.destroy_secret(document_id=document.id, viewer=_clerk(ours), at=NOON)
    assert [(row.code, row.description) for row in sent.statuses.all()] == [("02", actions.NOT_KEPT)]
    assert not paper.statuses.exists()


@pytest.mark.django_db
def test_not_secret_for_a_reason_it_is_open_again_and_read_for_the_search() -> None:
    ours = agency()
    clerk, document = _clerk(ours), _marked(ours)
    with pytest.raises(actions.WhyNotSecret):
        actions.release_marked(document_id=document.id, reason=" ", viewer=clerk, at=NOON)
    actions.release_marked(document_id=document.id, reason="Là tên đơn vị", viewer=clerk, at=NOON)
    assert queries.find_file(viewer_in(ours, Role.LEADER, at=NOON), document.id, 1).blob is not None
    read_texts(at=NOON, port=FakeOcr(SECRET))
    read = ReadText.objects.get(document=document)
    assert (read.state, read.text) == (Reading.DONE, SECRET)
    assert _mark(document).state == SecretState.RELEASED
    assert _verbs(document)[-1] == "incoming.secret-released"


class DecidedMeanwhile(FakeOcr):
    """While it reads the second file, a clerk releases the first."""

    def __init__(self, viewer: Viewer) -> None:
        super().__init__(SECRET)
        self._viewer = viewer

    def read(self, pdf: Path) -> str:
        for mark in SecretMark.objects.filter(state=SecretState.FOUND):
            actions.release_marked(document_id=mark.pk, reason="Không", viewer=self._viewer, at=NOON)
        return super().read(pdf)


@pytest.mark.django_db
def test_what_is_decided_while_the_rest_of_the_batch_is_read_stays_decided() -> None:
    ours = agency()
    documents = [incoming_document(ours) for _number in range(2)]
    for document in documents:
        blob = store_blob([blank()], at=NOON, max_bytes=10**6)
        IncomingFile.objects.create(document=document, position=1, name="a.pdf", blob=blob)
    order_reading(documents, at=NOON)
    read_texts(at=NOON, port=DecidedMeanwhile(_clerk(ours)))
    assert set(SecretMark.objects.values_list("state", flat=True)) == {"found", "released"}
    assert set(ReadText.objects.values_list("state", flat=True)) == {Reading.MARKED, Reading.WAITING}


@pytest.mark.django_db
def test_only_a_clerk_of_the_agency_decides_and_only_what_was_found() -> None:
    ours = agency()
    document = _marked(ours)
    for viewer, refusal in (
        (viewer_in(ours, Role.LEADER, at=NOON), NotAllowed),
        (_clerk(agency()), NotFound),
    ):
        with pytest.raises(refusal):
            actions.destroy_secret(document_id=document.id, viewer=viewer, at=NOON)
        with pytest.raises(refusal):
            actions.release_marked(document_id=document.id, reason="x", viewer=viewer, at=NOON)
    with pytest.raises(NoMark):
        actions.destroy_secret(document_id=incoming_document(ours).id, viewer=_clerk(ours), at=NOON)


@pytest.mark.django_db
def test_in_a_work_file_and_its_package_nothing_of_it_is_until_it_is_not_secret(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    ours = agency()
    clerk = _clerk(ours)
    file = work_file(clerk, at=NOON)
    kept, gone = (_marked(ours, state=State.REGISTERED) for _number in range(2))
    for document in (kept, gone):
        put(file, document, clerk, at=NOON)
    assert [(held.destroyed, len(held.parts)) for held in holdings_of(file).documents] == [("", 0)] * 2
    actions.release_marked(document_id=kept.id, reason="Không", viewer=clerk, at=NOON)
    actions.destroy_secret(document_id=gone.id, viewer=clerk, at=NOON)
    held = [(held.destroyed, len(held.parts)) for held in holdings_of(file).documents]
    why = "Đã hủy do có dấu chỉ độ mật"
    assert held == [("", 1), (why, 0)]
    with django_assert_num_queries(2):
        lines = list_lines(clerk, file)[0]
    assert [line.destroyed for line in lines] == ["", why]
    assert [line.destroyed for line in all_lines(file)] == ["", why]


@pytest.mark.django_db
def test_a_withdrawal_takes_the_mark_along() -> None:
    ours = agency()
    clerk, document = _clerk(ours), _marked(ours, source=Source.AXIS, delivery_id="d-1")
    RequestedChange.objects.create(
        document=document,
        request_id="r-1",
        kind="take-back",
        sequence=1,
        sender_name="A",
        asked_at=NOON,
        authentic=True,
    )
    accept_change(document_id=document.id, viewer=clerk, at=NOON)
    assert not SecretMark.objects.exists()
    assert "secret" not in [row.kind.code for row in desk_of(clerk, at=NOON).rows]


@pytest.mark.django_db(transaction=True)
def test_of_two_clerks_who_decide_at_once_one_is_told_that_the_other_was_faster() -> None:
    ours = agency()
    for _round in range(3):
        document = _marked(ours)
        first, second = _clerk(ours), _clerk(ours)
        answers = at_once(
            lambda key=document.id, who=first: actions.destroy_secret(document_id=key, viewer=who, at=NOON),
            lambda key=document.id, who=second: actions.release_marked(
                document_id=key, reason="Không", viewer=who, at=NOON
            ),
        )
        assert sorted(type(answer) is MarkDecided for answer in answers) == [False, True]
        kept = IncomingFile.objects.get(document=document).blob_id is not None
        assert kept == (_mark(document).state == SecretState.RELEASED)
        decided = {"incoming.secret-destroyed", "incoming.secret-released"}
        assert sum(verb in decided for verb in _verbs(document)) == 1


@pytest.mark.django_db
def test_the_database_keeps_a_destroyed_document_empty_and_a_decision_someones() -> None:
    ours = agency()
    clerk, document = _clerk(ours), _marked(ours)
    rows, files = SecretMark.objects.filter(document=document), IncomingFile.objects.filter(document=document)
    sha256 = files.get().blob_id
    decided = {"decided_name": "A", "decided_at": NOON, "decided_by": clerk.official_id}
    wrong: list[dict[str, Any]] = [
        {"state": "destroyed", **decided},  # its file is still there
        {"state": "released", "reason": "x"},
        {"state": "released", **decided},
        {"state": "released", **decided, "decided_by": None, "reason": "x"},
        {"state": "found", **decided},
        {"state": "other", **decided},
    ]
    for values in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**values)
    actions.destroy_secret(document_id=document.id, viewer=clerk, at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        files.update(blob_id=sha256)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(decided_name="")
    with pytest.raises(IntegrityError), transaction.atomic():
        IncomingFile.objects.create(document=document, position=2, name="b.pdf", blob_id=sha256)


@pytest.mark.django_db
def test_undecided_it_stands_overdue_on_the_clerks_desk_and_in_doctor_and_stays_closed(settings: Any) -> None:
    ours = agency()
    document, clerk = _marked(ours), _clerk(ours)
    rows = [row for row in desk_of(clerk, at=NOON).rows if row.kind.code == "secret"]
    assert [(row.late, row.url) for row in rows] == [(False, f"/office/incoming/{document.id}/#secret")]
    later = NOON + timedelta(days=30)
    assert [row.late for row in desk_of(clerk, at=later).rows if row.kind.code == "secret"] == [True]
    assert "secret" not in [
        row.kind.code for row in desk_of(viewer_in(ours, Role.LEADER, at=NOON), at=later).rows
    ]
    SecretMark.objects.update(due_at=now() + timedelta(hours=1))
    assert check_secrecy_marks().sentence == "1 documents wait for a clerk's decision, none overdue"
    SecretMark.objects.update(due_at=now() - timedelta(hours=1))
    assert "1 documents with a secrecy mark are overdue" in check_secrecy_marks().sentence
    SecretMark.objects.update(due_at=NOON + timedelta(days=3))
    assert actions.destroy_overdue(at=later) == 0
    assert _mark(document).state == SecretState.FOUND
    settings.ENV = settings.ENV.model_copy(update={"secret_destroy_overdue": True})
    assert actions.destroy_overdue(at=NOON) == 0
    assert actions.destroy_overdue(at=later) == 1
    mark = _mark(document)
    assert (mark.state, mark.decided_by, mark.decided_name) == (
        SecretState.DESTROYED,
        None,
        "office.destroy_overdue",
    )
    assert actions.destroy_overdue(at=later) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "vi"])
def test_the_page_is_closed_to_others_and_leads_the_clerk_through_both_decisions(language: str) -> None:
    ours = agency()
    document = _marked(ours, at=now())
    page, file = f"/office/incoming/{document.id}/", f"/office/incoming/{document.id}/files/1/"
    leader = client_as(Role.LEADER, ours, language)
    seen = text_of(leader.get(page))
    assert {"en": "Closed: a secrecy mark", "vi": "Đã khóa"}[language] in seen
    assert file not in seen
    assert reverse("office:destroy_secret", args=[document.id]) not in seen
    assert leader.get(file).status_code == 403
    clerk = client_of(official_in(ours, Role.CLERK), language)
    seen = text_of(clerk.get(page))
    assert file in seen
    assert reverse("office:destroy_secret", args=[document.id]) in seen
    assert clerk.post(reverse("office:release_marked", args=[document.id]), {"reason": ""}).status_code == 422
    done = text_of(clerk.post(reverse("office:destroy_secret", args=[document.id]), follow=True))
    assert {"en": "Keep the paper", "vi": "Giữ bản giấy"}[language] in done
    assert document.subject not in done
    assert clerk.get(file).status_code == 404
    assert clerk.post(reverse("office:destroy_secret", args=[document.id])).status_code == 409
