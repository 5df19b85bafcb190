"""The procedure that everything here is measured with, and the 200 bodies that offer it.

Six steps of officials, as `bench dossiers` counts them, with the choice, the supplement and the refusal that
every procedure of the catalogue has; the fee is owed by one dossier in four and waited for by none.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from lienthong.demo.actions.province import hire
from lienthong.demo.actions.seeds import demo_password
from lienthong.directory.public import Agency, Official, Post, PostHolding, find_agency
from lienthong.identity.public import (
    Account,
    NewAccount,
    Role,
    acting_viewer,
    create_accounts,
    grant_roles,
)
from lienthong.kernel.clock import VIETNAM
from lienthong.procedures.actions.versions import publish_version, save_draft, start_draft
from lienthong.procedures.definition import parse_definition
from lienthong.procedures.models import ServiceField
from lienthong.procedures.public import Channel, Procedure, ProcedureVersion, ServiceOffer
from lienthong.procedures.states import VersionState

CODE, BODIES, BUSIEST = "9.000001", 200, "H55"
AUTHOR, PUBLISHER = "g15.thutuc", "g15.lanhdao"
KINDS = ("province", "department", "district", "commune")  # in the order in which they are taken
STEPS = (
    ("receive", "Tiếp nhận, số hóa hồ sơ", "desk", 30),
    ("examine", "Thẩm định hồ sơ", "expert", 480),
    ("draft", "Dự thảo kết quả", "expert", 240),
    ("sign", "Ký kết quả", "leader", 120),
    ("seal", "Đóng dấu, vào sổ", "clerk", 30),
    ("hand_out", "Trả kết quả", "desk", 15),
)
ROLES = {"desk": "receptionist", "expert": "specialist", "leader": "leader", "clerk": "clerk"}
LIMIT = 5 * 480


@dataclass(frozen=True)
class Service:
    """The procedure in force, and its bodies, the busiest first."""

    version: ProcedureVersion
    bodies: list[Agency]


@transaction.atomic
def offered(at: datetime) -> Service:
    """The procedure, published and offered with somebody at each counter; what is there already stays."""
    bodies = _bodies(at)
    version = ProcedureVersion.objects.filter(procedure__code=CODE, state=VersionState.PUBLISHED).first()
    if version is None:
        hire(bodies[0], at=at)
        _staff_counters(bodies, at)
        version = _published(at)
        ServiceOffer.objects.bulk_create(
            ServiceOffer(agency=body, version=version, channel=channel, offered_at=at)
            for body in bodies
            for channel in (Channel.COUNTER, Channel.ONLINE_PART)
        )
    return Service(version, bodies)


def _bodies(at: datetime) -> list[Agency]:
    day = at.astimezone(VIETNAM).date()
    province = find_agency(BUSIEST, on=day)
    found = Agency.objects.valid(day).filter(path__startswith=province.path, kind__in=KINDS)
    return sorted(found, key=lambda row: (KINDS.index(row.kind), row.code))[:BODIES]


def _staff_counters(bodies: list[Agency], at: datetime) -> None:
    """A receptionist at each body; the busiest's has an account, `h55.motcua`."""
    today = at.astimezone(VIETNAM).date()
    posts = [Post(agency=body, title="Cán bộ Bộ phận Một cửa") for body in bodies]
    officials = [Official(full_name=f"Lý Thị Hồng {body.code}") for body in bodies]
    Post.objects.bulk_create(posts)
    Official.objects.bulk_create(officials)
    PostHolding.objects.bulk_create(
        PostHolding(post=post, official=official, valid_from=today)
        for post, official in zip(posts, officials, strict=True)
    )
    grant_roles([(post.pk, Role.RECEPTIONIST) for post in posts])
    create_accounts([NewAccount(f"{BUSIEST.lower()}.motcua", officials[0].pk)], password=demo_password())


def _published(at: datetime) -> ProcedureVersion:
    author, publisher = (
        acting_viewer(Account.objects.get(username=name), at=at) for name in (AUTHOR, PUBLISHER)
    )
    procedure = Procedure.objects.create(
        code=CODE,
        name="Cấp bản sao hồ sơ lưu trữ",
        field=ServiceField.objects.get(code="civil-status"),
        level="commune",
        authority_id=author.agency_id,
    )
    draft = start_draft(procedure_id=procedure.pk, viewer=author, at=at)
    save_draft(version_id=draft.pk, definition=parse_definition(definition()), viewer=author, at=at)
    return publish_version(version_id=draft.pk, viewer=publisher, at=at)


def definition() -> dict[str, Any]:
    """What the procedure says."""
    return {
        "law": ["Nghị định số 61/2018/NĐ-CP"],
        "limit_minutes": LIMIT,
        "papers": [
            {"key": "request", "name": "Đơn đề nghị cấp bản sao"},
            {"key": "identity", "name": "Căn cước của người yêu cầu", "originals": 0, "copies": 1},
        ],
        "fees": [{"key": "copies", "name": "Lệ phí bản sao", "amount": 8000, "when": "copies > 3"}],
        "results": [{"key": "copy", "name": "Bản sao"}],
        "form": {"pages": [{"key": "request", "title": "Yêu cầu", "questions": _questions()}]},
        "process": process(),
    }


def _questions() -> list[dict[str, Any]]:
    return [
        {"key": "full_name", "label": "Họ, chữ đệm, tên", "prefill": "party.full-name"},
        {"key": "matter", "label": "Về việc", "maximum": 500},
        {"key": "copies", "label": "Số bản", "type": "whole-number", "minimum": 1, "maximum": 20},
        {"key": "until", "label": "Cần trước ngày", "type": "date", "required": False},
    ]


def process() -> dict[str, Any]:
    """Its process as JSON: the six steps in a row, and behind the examination the choice."""
    lanes = [{"key": key, "name": key.capitalize(), "role": role} for key, role in ROLES.items()]
    tasks = [
        {"key": key, "name": name, "lane": lane, "minutes": minutes} for key, name, lane, minutes in STEPS
    ]
    tasks[-1]["effects"] = ["result"]
    others = [
        {"key": "begin", "kind": "start"},
        {"key": "complete", "kind": "choice", "name": "Hồ sơ đủ và đúng?"},
        {
            "key": "supplement",
            "name": "Chờ bổ sung",
            "kind": "message",
            "message": "supplement",
            "pauses": True,
        },
        {"key": "refuse", "name": "Thông báo từ chối", "lane": "expert", "minutes": 60},
        {"key": "refused", "kind": "end"},
        {"key": "end", "kind": "end"},
    ]
    row = ["begin", "receive", "examine", "complete", "draft", "sign", "seal", "hand_out", "end"]
    ways: list[dict[str, Any]] = [{"source": one, "target": other} for one, other in itertools.pairwise(row)]
    ways += [
        {"source": "complete", "target": "supplement", "name": "Cần bổ sung"},
        {"source": "supplement", "target": "examine", "returns": True},
        {"source": "complete", "target": "refuse", "name": "Không đủ điều kiện"},
        {"source": "refuse", "target": "refused"},
    ]
    for way in ways:
        if way["target"] == "draft":
            way["name"] = "Đủ và đúng"
    return {"lanes": lanes, "steps": [*others[:1], *tasks, *others[1:]], "transitions": ways}
