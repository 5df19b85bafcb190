"""The national portal is told what happens to dossiers, whatever goes wrong on the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lienthong.directory.public import set_day
from lienthong.dossiers.actions.national import (
    MOST_REFUSALS,
    pause_after,
    queue_untold,
    retry_reports,
    send_reports,
)
from lienthong.dossiers.actions.receiving import decline_dossier, register_dossiers
from lienthong.dossiers.actions.recounting import recount
from lienthong.dossiers.actions.signing import sign_result
from lienthong.dossiers.actions.stepping import finish_step
from lienthong.dossiers.actions.supplements import ask_supplement, receive_supplement
from lienthong.dossiers.contracts import CalendarChange, GivenFile, GivenPaper, StepDone, Supplement
from lienthong.dossiers.health import check_national
from lienthong.dossiers.jobs import queue_what_is_untold, tell_national
from lienthong.dossiers.models import Dossier, HeldDocument, NationalDossier, NationalReport
from lienthong.dossiers.national.adapters.fake import FakeNational, FakePortal
from lienthong.dossiers.national.connecting import national_port, portal_access
from lienthong.dossiers.national.wire import spell_time
from lienthong.dossiers.refusals import NationalOff, NothingToRetry
from lienthong.dossiers.states import National
from lienthong.dossiers.tests.factories import (
    LATE,
    NOON,
    intake,
    offered,
    official,
    open_task,
    received,
    receptionist,
    submitted,
)
from lienthong.dossiers.tests.results import drafted, leader_with_key, seen, signing_offer
from lienthong.identity.public import NotAllowed, Party, Role
from lienthong.identity.tests.factories import agency, official_in
from lienthong.kernel.blobs import store_blob
from lienthong.kernel.checks import State
from lienthong.ledger.public import Actor

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@dataclass
class Nation:
    """The portal and the adapter over it."""

    portal: FakePortal
    port: FakeNational

    def send(self, at: datetime) -> int:
        return send_reports(at=at, port=self.port)

    def states(self, dossier: Dossier) -> list[str]:
        return [step["TrangThai"] for step in self.portal.steps[dossier.code]]


@pytest.fixture
def nation(settings: Any) -> Nation:
    portal = FakePortal()
    set_up = {
        "national_url": "https://portal.example",
        "national_user": portal.user,
        "national_password": type(settings.ENV.national_password)(portal.password),
        "national_unit": portal.unit,
    }
    settings.ENV = settings.ENV.model_copy(update=set_up)
    access = portal_access()
    assert access is not None
    return Nation(portal, FakeNational(access, portal))


def everything_sent(nation: Nation, at: datetime) -> None:
    while nation.send(at):
        pass
    assert not NationalReport.objects.exists()


def test_without_a_portal_nothing_is_queued_and_nothing_is_sent() -> None:
    received()
    assert not NationalReport.objects.exists()
    assert national_port() is None
    assert (queue_untold(at=NOON), send_reports(at=NOON)) == (0, 0)
    tell_national(0)
    queue_what_is_untold(0)
    assert not NationalReport.objects.exists()
    with pytest.raises(NationalOff):
        retry_reports(report_id=None, viewer=official(agency(), Role.OPERATOR), at=NOON)


def test_the_portal_is_told_of_a_dossier_from_the_counter_to_the_result_in_order(nation: Nation) -> None:
    dossier = received()
    task = open_task(dossier, "examine")
    done = StepDone(task.pk, choices={"complete": "fee_due"})
    finish_step(done=done, viewer=official(task.agency, Role.SPECIALIST), at=NOON + MINUTE)
    task = open_task(dossier, "sign")
    finish_step(done=StepDone(task.pk), viewer=official(task.agency, Role.LEADER), at=NOON + 2 * MINUTE)
    task = open_task(dossier, "hand_out")
    finish_step(done=StepDone(task.pk), viewer=receptionist(dossier.agency), at=NOON + 3 * MINUTE)
    everything_sent(nation, NOON + 4 * MINUTE)
    assert nation.states(dossier) == ["1", "2", "4", "4", "4", "9", "9", "10"]
    item = nation.portal.records[dossier.code]
    assert (item["TrangThaiHoSo"], item["NgayTra"], item["HinhThuc"]) == ("10", "20260302120300", "0")
    assert (item["ThongTinTra"], item["ChuHoSo"]) == ("Chấp thuận", dossier.applicant_name)
    assert item["TaiLieuNop"] == [], "it has no file"
    on_paper = {"TenGiayTo": "Giấy chứng sinh", "SoLuong": "1", "LoaiGiayTo": "Bản chính"}
    assert item["DanhSachTepDinhKemKhac"] == [on_paper]
    assert nation.portal.calls["Login"] == 1
    known = NationalDossier.objects.get()
    assert (known.state, known.told_at) == (10, NOON + 4 * MINUTE)


def test_papers_fees_supplement_and_results_are_told_as_they_are(nation: Nation) -> None:
    offer = signing_offer()
    scan = store_blob([b"a scan"], at=NOON, max_bytes=100).sha256
    files = (GivenFile(scan, "Ảnh chụp Giấy chứng sinh", "gcs.png"),)
    dossier = received(offer, answers=LATE, files=files)
    worker = official(dossier.agency, Role.SPECIALIST)
    asked = Supplement(("Bản chính Giấy chứng sinh",), "Bản chụp mờ")
    ask_supplement(dossier_id=dossier.pk, asked=asked, viewer=worker, at=NOON)
    desk, next_day = receptionist(dossier.agency), NOON + timedelta(days=1)
    receive_supplement(
        dossier_id=dossier.pk, papers=[GivenPaper("Giấy chứng sinh", originals=1)], viewer=desk, at=next_day
    )
    finish_step(done=StepDone(open_task(dossier, "examine").pk), viewer=worker, at=next_day)
    leader, result = leader_with_key(dossier.agency), drafted(dossier, at=next_day)
    code = sign_result(seen=seen(result), viewer=leader, at=next_day).code
    everything_sent(nation, next_day)
    item = nation.portal.records[dossier.code]
    (file,) = item["TaiLieuNop"]
    assert (file["TenTepDinhKem"], file["TepDinhKemId"]) == (
        "Ảnh chụp Giấy chứng sinh",
        str(HeldDocument.objects.get(blob=scan).pk),
    )
    (fee,) = item["DanhSachLePhi"]
    assert (fee["MaPhiLePhi"], fee["Gia"]) == ("late", "8000")
    (supplement,) = item["DanhSachHoSoBoSung"]
    assert (supplement["NoiDungBoSung"], supplement["TrangThaiBoSung"]) == ("Bản chính Giấy chứng sinh", "1")
    assert [one["TenGiayTo"] for one in supplement["DanhSachGiayToBoSung"]] == ["Giấy chứng sinh"]
    dossier.refresh_from_db()
    assert supplement["NgayHenTraMoi"] == spell_time(dossier.due_at)
    (given,) = item["DanhSachGiayToKetQua"]
    assert (given["MaGiayToKetQua"], given["MaThanhPhanHoSo"]) == (code, "certificate")


def test_a_deadline_counted_again_is_told_at_once(nation: Nation) -> None:
    dossier = received()
    everything_sent(nation, NOON)
    day = date(2026, 3, 3)
    change = CalendarChange(f"{dossier.agency.path}", day, "Nghỉ bão", "Trần Văn Quản", NOON)
    by = Actor(kind="official", id="1", name="Trần Văn Quản")
    set_day(agency=dossier.agency, day=day, works_as=None, name="Nghỉ bão", actor=by, at=NOON)
    assert recount(dossier_ids=[dossier.pk], change=change, at=NOON) == 1
    everything_sent(nation, NOON + MINUTE)
    dossier.refresh_from_db()
    due = spell_time(dossier.due_at)
    assert nation.portal.records[dossier.code]["NgayHenTra"] == due
    last = nation.portal.steps[dossier.code][-1]
    assert (last["NgayKetThucTheoQuyDinh"], last["NoiDungXuLy"][:8]) == (due, "Tính lại")


def test_what_is_undone_is_not_told(nation: Nation) -> None:
    with transaction.atomic():
        received()
        assert NationalReport.objects.exists()
        transaction.set_rollback(True)
    assert not NationalReport.objects.exists()


def test_the_number_of_queries_does_not_grow_with_the_dossiers(nation: Nation) -> None:
    offer = offered()
    viewer = receptionist(offer.agency)

    def queries(number: int, at: datetime) -> tuple[int, int]:
        with CaptureQueriesContext(
            connection,
        ) as acting:
            register_dossiers(intakes=[intake(offer) for _ in range(number)], viewer=viewer, at=at)
        with CaptureQueriesContext(connection) as sending:
            assert nation.send(at) == 2 * number
        return len(acting), len(sending)

    queries(1, NOON)  # what the published version says is read once
    assert queries(1, NOON) == queries(7, NOON)


def test_one_bad_dossier_of_a_batch_is_found_and_the_others_are_taken(nation: Nation) -> None:
    offer = offered()
    viewer = receptionist(offer.agency)
    rows = register_dossiers(intakes=[intake(offer) for _ in range(9)], viewer=viewer, at=NOON)
    bad = rows[4]
    Party.objects.filter(pk=bad.applicant_id).update(telephone="gọi sau")
    assert nation.send(NOON) == 2 * 8
    assert set(nation.portal.records) == {row.code for row in rows} - {bad.code}
    stuck, behind = NationalReport.objects.order_by("id")
    assert (stuck.code, stuck.problem, stuck.refused_at) == ("error-21", "SoDienThoai không hợp lệ", None)
    assert (behind.dossier_id, behind.attempts) == (bad.pk, 0)
    at = NOON
    for attempt in range(1, MOST_REFUSALS):
        at += pause_after(attempt - 1)
        assert nation.send(at - MINUTE / 2) == 0
        nation.send(at)
        stuck.refresh_from_db()
        assert stuck.refusals == attempt + 1
    assert stuck.refused_at == at
    calls = nation.portal.calls.total()
    assert nation.send(at + timedelta(days=30)) == 0
    assert nation.portal.calls.total() == calls
    Party.objects.filter(pk=bad.applicant_id).update(telephone="0912345678")
    admin = official(bad.agency, Role.ADMINISTRATOR)
    assert retry_reports(report_id=stuck.pk, viewer=admin, at=at) == 1
    assert nation.send(at) == 2
    assert not NationalReport.objects.exists()
    with pytest.raises(NothingToRetry):
        retry_reports(report_id=stuck.pk, viewer=admin, at=at)


@pytest.mark.parametrize("how", ["500", "slow", "not-json", "wrong-type", "too-large", "lost"])
def test_a_portal_that_is_away_is_left_alone_ever_longer_and_told_once_all_the_same(
    nation: Nation, how: str
) -> None:
    dossier = submitted()
    nation.portal.failing = [how, how]
    assert nation.send(NOON) == 0
    row = NationalReport.objects.order_by("id").first()
    assert row is not None
    assert (row.attempts, row.refusals, row.next_attempt_at) == (1, 0, NOON + MINUTE)
    other = submitted(at=NOON + MINUTE / 2)
    assert nation.send(NOON + MINUTE / 2) == 0
    assert len(nation.portal.failing) == 1, "nothing is tried while the portal rests, what is new neither"
    assert nation.send(NOON + MINUTE) == 0
    row.refresh_from_db()
    assert (row.attempts, row.next_attempt_at) == (2, NOON + 3 * MINUTE)
    assert nation.send(NOON + 3 * MINUTE) == 4
    assert nation.states(dossier) == nation.states(other) == ["1"]
    assert [pause_after(number) for number in (2, 5, 6, 10**6)] == [
        4 * MINUTE,
        32 * MINUTE,
        timedelta(hours=1),
        timedelta(hours=1),
    ]


def test_a_row_under_way_is_nobody_elses(nation: Nation) -> None:
    dossier = submitted()

    class Looking(FakeNational):
        def tell_records(self, records: Any, *, at: datetime) -> None:
            assert send_reports(at=at, port=nation.port) == 0
            super().tell_records(records, at=at)

    assert send_reports(at=NOON, port=Looking(nation.port.access, nation.portal)) == 2
    assert nation.portal.calls["DongBoHoSoMC"] == 1
    assert nation.states(dossier) == ["1"]


def test_once_switched_on_open_dossiers_are_told_in_batches_and_never_twice(settings: Any) -> None:
    opened = [submitted() for _ in range(3)]
    declined = submitted()
    viewer = receptionist(declined.agency)
    decline_dossier(dossier_id=declined.pk, reason="Không thuộc thẩm quyền", viewer=viewer, at=NOON)
    assert not NationalReport.objects.exists()
    settings.ENV = settings.ENV.model_copy(update={"national_url": "https://portal.example"})
    new = submitted()
    assert queue_untold(at=NOON + MINUTE, batch=2) == 3
    assert queue_untold(at=NOON + MINUTE, batch=2) == 0
    told = NationalReport.objects.filter(service=National.RECORD).values_list("dossier", flat=True)
    assert set(told) == {row.pk for row in [*opened, new]}


def test_who_sees_and_retries_what(nation: Nation) -> None:
    ours, theirs = submitted(), submitted()
    NationalReport.objects.filter(service=National.RECORD).update(
        code="error-99", problem="x", refused_at=NOON
    )
    with pytest.raises(NotAllowed):
        retry_reports(report_id=None, viewer=official(ours.agency, Role.LEADER), at=NOON)
    neighbour = official(theirs.agency, Role.ADMINISTRATOR)
    mine = NationalReport.objects.get(dossier=ours, service=National.RECORD)
    with pytest.raises(NothingToRetry):
        retry_reports(report_id=mine.pk, viewer=neighbour, at=NOON)
    assert retry_reports(report_id=None, viewer=neighbour, at=NOON) == 1
    assert retry_reports(report_id=None, viewer=official(agency(), Role.OPERATOR), at=NOON) == 2


def test_the_page_says_what_did_not_go_through_and_why(nation: Nation, client: Client) -> None:
    offer = offered()
    viewer = receptionist(offer.agency)
    bad, waiting = register_dossiers(intakes=[intake(offer), intake(offer)], viewer=viewer, at=NOON)
    elsewhere = submitted()
    late = {"code": "error-77", "problem": "=Sai <b>mã</b> TTHC", "attempts": 8, "refused_at": NOON}
    NationalReport.objects.filter(dossier=bad, service=National.RECORD).update(**late)
    NationalReport.objects.filter(dossier=waiting).update(code="away-slow", attempts=1)
    client.force_login(official_in(offer.agency, Role.ADMINISTRATOR))
    url = reverse("dossiers:national")

    def page(**query: str) -> str:
        return client.get(url, query).content.decode()

    shown = page()
    assert bad.code in shown
    assert "mã lỗi 77" in shown
    assert "=Sai &lt;b&gt;mã" in shown
    assert waiting.code not in shown
    assert "không trả lời kịp" in page(tab="failing")
    assert bad.code not in page(text="không có ở đâu")
    assert bad.code in page(tab="all", text=bad.code)
    assert elsewhere.code not in page(tab="all")
    export = b"".join(client.get(reverse("dossiers:national_export")).streaming_content).decode()  # type: ignore[attr-defined]
    assert export.count("\n") == 2
    assert "'=Sai" in export
    row = NationalReport.objects.get(code="error-77")
    for sent, left in (("x", 1), ("9" * 30, 1), (str(row.pk), 0), ("", 0)):
        client.post(reverse("dossiers:national_retry"), {"report": sent})
        assert NationalReport.objects.exclude(refused_at=None).count() == left
    assert client.get(url, {"cursor": "x", "tab": "?"}).status_code == 400
    client.force_login(official_in(offer.agency, Role.OPERATOR))
    assert elsewhere.code in page(tab="all")


def test_the_list_costs_the_same_however_long_it_is(nation: Nation, client: Client) -> None:
    first = submitted()
    client.force_login(official_in(first.agency, Role.OPERATOR))

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("dossiers:national"), {"tab": "all"}).status_code == 200
        return len(captured)

    queries()
    few = queries()
    for _ in range(3):
        submitted()
    assert queries() == few


def test_doctor_says_when_what_waits_is_old(nation: Nation, settings: Any) -> None:
    assert check_national().state is State.GOOD
    dossier = submitted()
    found = check_national()
    assert (found.state, "worker" in found.sentence) == (State.BAD, True)
    NationalReport.objects.filter(dossier=dossier).update(code="error-5", problem="Sai", refused_at=NOON)
    assert check_national().state is State.WARNING
    settings.ENV = settings.ENV.model_copy(update={"national_party_kinds": {"citizen": "1"}})
    assert "household" in check_national().sentence
    settings.ENV = settings.ENV.model_copy(
        update={"national_password": type(settings.ENV.national_password)("")}
    )
    assert check_national().state is State.BAD
    settings.ENV = settings.ENV.model_copy(update={"national_url": ""})
    assert check_national().state is State.GOOD
