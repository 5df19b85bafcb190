"""Agencies, officials and documents for tests."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from lienthong.directory.public import Agency, Official, Post
from lienthong.documents.adapters.clamd import EICAR as EICAR
from lienthong.documents.adapters.clamd import NEWCOMER as NEWCOMER
from lienthong.documents.adapters.clamd import FakeScanner as FakeScanner
from lienthong.documents.models import OfficialDocument
from lienthong.documents.rescanning import scan_again as scan_again
from lienthong.documents.scan_models import FileToScan as FileToScan
from lienthong.documents.scanning import scan_later as scan_later
from lienthong.documents.tests.clamd import ClamdDouble as ClamdDouble
from lienthong.identity.public import Role, Viewer
from lienthong.kernel.clock import now

numbers = count(1)


def make_agency(**fields: Any) -> Agency:
    """A provincial people's committee, valid since 2020."""
    n = next(numbers)
    values = {
        "code": f"X{n:03d}",
        "old_code": f"000.00.00.X{n:03d}",
        "name": "Ủy ban nhân dân tỉnh Thái Nguyên",
        "short_name": "UBND",
        "kind": "province",
        "path": "/",
        "valid_from": date(2020, 1, 1),
    }
    return Agency.objects.create(**values | fields)


def make_official(name: str = "Trịnh Việt Hùng") -> Official:
    return Official.objects.create(full_name=name)


def make_viewer(
    agency: Agency, *roles: Role, title: str = "Chủ tịch", name: str = "Trịnh Việt Hùng"
) -> Viewer:
    """An official with a post in the agency that carries the roles."""
    official = make_official(name)
    post = Post.objects.create(agency=agency, title=title)
    return Viewer(
        official_id=official.pk,
        name=name,
        post_id=post.pk,
        post_title=title,
        agency_id=agency.pk,
        agency_code=agency.code,
        agency_name=agency.name,
        roles=frozenset(roles),
    )


def make_document(**fields: Any) -> OfficialDocument:
    """A draft decision."""
    values = {
        "type": "QD",
        "notation": "QĐ-UBND",
        "subject": "Về việc ban hành Quy chế làm việc",
        "body": [
            "Căn cứ Luật Tổ chức chính quyền địa phương;",
            "Điều 1. Ban hành kèm theo Quyết định này Quy chế.",
        ],
        "place": "Thái Nguyên",
        "recipients": ["Như Điều 3", "Lưu: VT"],
        "authority": "TM. ỦY BAN NHÂN DÂN",
        "position": "CHỦ TỊCH",
        "drafted_at": now(),
    }
    if "agency" not in fields:
        fields["agency"] = make_agency()
    return OfficialDocument.objects.create(**values | fields)
