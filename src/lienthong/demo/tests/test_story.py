"""The weeks of work and the whole story on a whole province, through every part but the browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.db.models import Count, F, Q
from django.test import Client

from lienthong.axis.public import ConnectedSystem, Serves, open_uploads
from lienthong.demo.actions.everyday.hall import CAME
from lienthong.demo.cast import COMMUNE
from lienthong.demo.public import (
    already_played,
    fill_morning,
    fill_pages,
    logins,
    play_story,
    prepare_country,
)
from lienthong.directory.public import Agency
from lienthong.dossiers.public import Dossier, DossierState, Queue
from lienthong.identity.public import Account
from lienthong.kernel.clock import now
from lienthong.office.public import IncomingDocument, OutgoingDocument, OutState, State
from lienthong.payments.public import Charge
from lienthong.tasks.public import Extension, Task, TaskState

CLERK, LEADER, HEAD, SPECIALIST = "h55.vanthu", "h55.lanhdao", "h55.truongphong", "h55.chuyenvien"
ADMINISTRATOR, OPERATOR, RECEPTIONIST = "h55.quantri", "truc.vanhanh", "xa.motcua"
# Where each of them must find something, and a few words of it.
PAGES = [
    (CLERK, "/office/", "Chờ vào sổ (5)"),
    (CLERK, "/office/", "Nơi gửi đề nghị thay đổi (1)"),
    (CLERK, "/office/incoming/?tab=all", "Văn bản khẩn"),
    (CLERK, "/office/reviews/", "Kiểm tra việc gửi, nhận văn bản điện tử"),
    (CLERK, "/office/registers/", "Sổ đăng ký đơn, thư"),
    (CLERK, "/office/copies/", "TrS-UBND"),
    (CLERK, "/office/work-files/", "Đã nộp lưu"),
    (LEADER, "/office/to-sign/", "Phân công trực cơ quan"),
    (LEADER, "/office/incoming/", "Kiến nghị tháo gỡ vướng mắc"),
    (LEADER, "/tasks/", "Tham mưu kế hoạch hỗ trợ xuất khẩu chè"),
    (LEADER, "/office/statistics/", "Phòng Kinh tế"),
    (LEADER, "/notifications/", "Chưa đọc"),
    (HEAD, "/office/reviews/", "Lễ hội Trà"),
    (HEAD, "/acting/", "Phó Chủ tịch"),
    (SPECIALIST, "/office/", "Bồi dưỡng kỹ năng số"),
    (SPECIALIST, "/office/work-files/", "Vĩnh viễn"),
    (ADMINISTRATOR, "/axis/mine/", "RSA3072"),
    (OPERATOR, "/axis/dead-letters/", "01/UBND-TH"),
    (OPERATOR, "/axis/stuck/", "Sở Y tế"),
    ("g22.chuyenvien", "/tasks/", "Tổng hợp báo cáo cải cách hành chính"),
    ("h26.vanthu", "/office/", "giao thông trọng điểm"),
    (RECEPTIONIST, "/dossiers/", "Hồ sơ chờ xử lý"),
    (RECEPTIONIST, "/dossiers/all/", "Đã trả kết quả"),
    (RECEPTIONIST, "/payments/", "Còn phải thu"),
    (RECEPTIONIST, "/dossiers/queue/", "Nhận kết quả"),
    (RECEPTIONIST, "/dossiers/reminders/", "Hồ sơ còn thiếu phần bổ sung"),
    (f"{COMMUNE.lower()}.chuyenvien", "/dossiers/", "còn"),
]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_sender_sees_every_state_come_back_from_63_provinces() -> None:
    stages: set[str] = set()
    prepare_country(at=now(), report=lambda stage, done, total: stages.add(stage))
    assert Agency.objects.filter(path__startswith=Agency.objects.get(code="H55").path).count() == 989
    assert {"units", "agencies", "officials", "certificates"} <= stages

    fill_pages(at=now(), report=lambda stage, done, total: stages.add(stage))
    assert "offices" in stages
    before = _counted()
    fill_pages(at=now(), report=lambda *_: None)
    assert _counted() == before, "a second time nothing is done"
    _assert_states()

    for later, tickets in ((0, 0), (1, len(CAME)), (1, 0)):
        came = _tickets()
        fill_morning(at=now() + timedelta(days=later))
        assert _tickets() - came == tickets, "once on every day after the first"

    assert not already_played()
    scenes = list(play_story(clock=now))
    assert already_played()

    assert [sum(scene.counts.values()) for scene in scenes] == [63] * 8
    last = list(scenes[-1].counts.values())
    assert sorted(last) == [1, 1, 9, 15, 37], "returned, finished, assigned, registered, arrived"

    before = Account.objects.count()
    prepare_country(at=now(), report=lambda *_: None)
    assert Account.objects.count() == before, "a second start changes nothing"

    shown = logins()
    assert len(shown) == 13
    assert {len(login.password) for login in shown} == {14}
    assert (settings.ENV.var / "secrets" / "demo_password").stat().st_mode & 0o077 == 0

    for username, path, words in PAGES:
        client = Client(headers={"accept-language": "vi"})
        client.force_login(Account.objects.get(username=username))
        page = client.get(path).content.decode()  # capitals at the beginning are set by the style sheet
        assert words.casefold() in page.casefold(), (username, path, words)


def _tickets() -> int:
    """How many visitors drew a ticket by themselves on any day, without those who came for an appointment."""
    return Queue.objects.aggregate(number=Count("tickets", filter=Q(tickets__first=False)))["number"]


def _counted() -> list[int]:
    return [model.objects.count() for model in (IncomingDocument, OutgoingDocument, Task, ConnectedSystem)]


def _assert_states() -> None:
    """Documents and tasks stand in every state that a few weeks bring."""
    assert set(Task.objects.values_list("state", flat=True)) == set(TaskState)
    assert Extension.objects.filter(state="pending").count() == 1
    assert set(IncomingDocument.objects.values_list("state", flat=True)) == set(State) - {
        State.REFUSED,
        State.DESTROYED,
    }
    registered = IncomingDocument.objects.filter(agency__code="H55", register_number__gt=0)
    days = list(registered.order_by("register", "register_number").values_list("register", "registered_at"))
    assert days == sorted(days), "numbers follow the days"
    assert set(OutgoingDocument.objects.values_list("state", flat=True)) == {OutState.DRAFT, OutState.SENT}
    assert ConnectedSystem.objects.filter(serves=Serves.ALL).count() == 1
    assert open_uploads().count == 1
    seen = set(Dossier.objects.values_list("state", flat=True))
    assert seen >= {
        DossierState.IN_PROGRESS,
        DossierState.SUPPLEMENT_REQUESTED,
        DossierState.PAYMENT_REQUESTED,
        DossierState.WITHDRAWN,
        DossierState.HANDED_OUT,
    }
    assert Dossier.objects.filter(due_at__lt=now(), finished_at=None).exists(), "somebody is late"
    assert Charge.objects.filter(share=100).exists(), "somebody is exempt"
    roots = Dossier.objects.exclude(root=F("pk")).values("root")
    linked = set(Dossier.objects.filter(pk__in=roots).values_list("state", flat=True))
    assert linked == {DossierState.IN_PROGRESS, DossierState.HANDED_OUT}, "of groups of linked procedures"
    portal = Client()
    portal.cookies["place"] = COMMUNE
    told = {
        "/at/thai-nguyen/": ("Dịch vụ công tỉnh Thái Nguyên", "Được yêu cầu nhiều nhất"),
        "/at/thai-nguyen/services/?q=giay khai sinh": ("Đăng ký khai sinh",),
        "/services/1.001193/": ("Thời gian thực tế", "hồ sơ gần nhất của cơ quan này"),
    }
    for address, words in told.items():
        page = portal.get(address).content.decode()
        assert [word for word in words if word not in page] == [], address
