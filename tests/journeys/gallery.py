"""Every component on one page, for the tests of the look; no part of an installation."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.template import engines
from django.test import RequestFactory
from django.utils.translation import override

AT = datetime(2026, 11, 23, 15, 54, tzinfo=UTC)
SUBJECT = "Về việc đẩy mạnh cung cấp dịch vụ công trực tuyến toàn trình tại các xã, phường, thị trấn"


class Filters(forms.Form):
    """Two filters side by side."""

    q = forms.CharField(label="Tìm trong trích yếu", required=False)
    state = forms.ChoiceField(
        label="Trạng thái", choices=[("", "Tất cả"), ("a", "Đã vào sổ")], required=False
    )


class Assignment(forms.Form):
    """One field of each kind."""

    subject = forms.CharField(label="Trích yếu", help_text="Viết ngắn gọn, không quá một câu.")
    body = forms.CharField(label="Nội dung", widget=forms.Textarea(attrs={"rows": 4}), required=False)
    due = forms.DateField(label="Thời hạn", widget=forms.DateInput(attrs={"type": "date"}))
    urgency = forms.ChoiceField(
        label="Mức độ khẩn",
        choices=[("a", "Thường"), ("b", "Khẩn"), ("c", "Hỏa tốc")],
        widget=forms.RadioSelect,
    )
    recipients = forms.MultipleChoiceField(
        label="Nơi nhận",
        choices=[("1", "UBND tỉnh Thái Nguyên"), ("2", "Bộ Tài chính")],
        widget=forms.CheckboxSelectMultiple,
    )
    secret = forms.BooleanField(label="Báo cáo lại khi hoàn thành", required=False)
    file = forms.FileField(label="Tệp đính kèm", required=False)


def render_gallery(language: str, *, scheme: str = "", errors: bool = True) -> str:
    """The page as HTML for someone who is signed in, with a form that has errors."""
    request = RequestFactory().get("/gallery/?cursor=x")
    if scheme:
        request.COOKIES["scheme"] = scheme
    states = [("Mới đến", "info"), ("Đã vào sổ", "accent"), ("Hoàn thành", "success"), ("Từ chối", "danger")]
    context: dict[str, Any] = {
        "user": SimpleNamespace(is_authenticated=True, get_username=lambda: "h55"),
        "viewer": SimpleNamespace(
            name="Nguyễn Thị Minh Khai",
            post_title="Chánh Văn phòng",
            agency_name="Văn phòng UBND tỉnh Thái Nguyên",
            agency_code="H55.01",
            roles={"clerk", "leader", "operator", "administrator", "auditor"},
            acting_for="",
            official_id=None,
        ),
        "crumbs": [
            {"url": "/", "label": "Bàn làm việc"},
            {"url": "#", "label": "Văn bản đến", "current": True},
        ],
        "tabs": [
            {"url": f"#{label}", "label": label, "current": label == "Đang xử lý"}
            for label in ("Mới đến", "Đang xử lý", "Hoàn thành", "Từ chối")
        ],
        "rows": [
            {
                "subject": SUBJECT,
                "number": f"{1200 + place}/VPCP-KSTT",
                "sender": "Văn phòng Chính phủ",
                "state": state,
                "color": color,
                "due": "còn 2 ngày 3 giờ" if place else "quá hạn 1 ngày",
                "due_color": "neutral" if place else "danger",
            }
            for place, (state, color) in enumerate(states)
        ],
        "events": [
            {
                "title": "Phân công xử lý",
                "at": AT,
                "actor": "Trần Văn Bình, Chánh Văn phòng",
                "detail": "Chủ trì: Phòng Hành chính – Tổ chức",
            },
            {"title": "Vào sổ văn bản đến", "at": AT, "actor": "Lê Thị Hoa, văn thư", "color": "success"},
            {"title": "Đã đến cơ quan", "at": AT},
        ],
        "at": AT,
        "page": SimpleNamespace(next="abc"),
        "filters": Filters(),
        "form": Assignment({} if errors else None),
        "messages": [Message(constants.SUCCESS, "Đã vào sổ văn bản đến số 41.")],
    }
    source = (Path(__file__).parent / "gallery.html").read_text()
    with override(language):
        return str(engines["django"].from_string(source).render(context, request))
