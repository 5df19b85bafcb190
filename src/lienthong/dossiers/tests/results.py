"""Offers whose process demands a signed result, leaders with keys, and drafts, for tests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lienthong.directory.public import Agency
from lienthong.documents.public import DocumentText, render_pdf
from lienthong.dossiers.actions.results import draft_result
from lienthong.dossiers.actions.stepping import finish_step
from lienthong.dossiers.contracts import ResultSeen, ResultText, StepDone
from lienthong.dossiers.models import Dossier, DossierResult
from lienthong.dossiers.tests.factories import NOON, offered, official, open_task, received
from lienthong.dossiers.tests.processes import LANES
from lienthong.identity.public import Role, Viewer
from lienthong.identity.tests.factories import agency
from lienthong.procedures.public import ServiceOffer
from lienthong.procedures.tests.factories import definition, published
from lienthong.procedures.tests.processes import process, task, way
from lienthong.signing.public import ensure_agency_certificates, ensure_official_certificates

SIGNED = process(
    task("receive", 15, "desk"),
    task("examine", 240),
    task("sign", 120, "leader", effects=["signed_result"]),
    task("hand_out", 15, "desk", effects=["result"]),
    ways=[
        way("begin>receive"),
        way("receive>examine"),
        way("examine>sign"),
        way("sign>hand_out"),
        way("hand_out>end"),
    ],
    lanes=LANES[:3],
)
RESULTS = (
    {"key": "certificate", "name": "Giấy khai sinh"},
    {"key": "permit", "name": "Quyết định công nhận", "months": 18},
)


def signing_offer(at_agency: Agency | None = None, *, at: datetime = NOON) -> ServiceOffer:
    """A commune with a seal offers a procedure whose signing step demands a signed result."""
    of = at_agency or agency(name="Ủy ban nhân dân phường Ba Đình")
    ensure_agency_certificates([of.pk], at=at)
    says = definition(process=SIGNED, limit_minutes=2 * 480, results=RESULTS)
    return offered(published(says=says), of)


def leader_with_key(of: Agency, *, at: datetime = NOON) -> Viewer:
    """A leader of the agency who can sign."""
    viewer = official(of, Role.LEADER, at=at)
    ensure_official_certificates([int(viewer.official_id or 0)], at=at)
    return viewer


def examined(offer: ServiceOffer, *, at: datetime = NOON, **fields: Any) -> Dossier:
    """A dossier that lies with the leader."""
    dossier = received(offer, at=at, **fields)
    specialist = official(dossier.agency, Role.SPECIALIST)
    return finish_step(done=StepDone(open_task(dossier, "examine").pk), viewer=specialist, at=at)


def text(key: str = "certificate", **fields: Any) -> ResultText:
    """What a specialist writes."""
    values: dict[str, Any] = {
        "key": key,
        "type_code": "QD",
        "subject": "Về việc công nhận kết quả",
        "paragraphs": ("Căn cứ Luật Hộ tịch;", "Điều 1. Công nhận."),
        "place": "Ba Đình",
    }
    return ResultText(**values | fields)


def drafted(
    dossier: Dossier, key: str = "certificate", *, at: datetime = NOON, **fields: Any
) -> DossierResult:
    """A draft of a result of the dossier's owner."""
    specialist = official(dossier.agency, Role.SPECIALIST)
    return draft_result(dossier_id=dossier.pk, text=text(key, **fields), viewer=specialist, at=at)


def seen(result: DossierResult) -> ResultSeen:
    """The draft as it is now."""
    assert result.document_id is not None
    return ResultSeen(result.pk, result.document_id)


def pdf_made_elsewhere() -> bytes:
    """A certificate printed by another system."""
    said = DocumentText("TB", "", "UBND", "", "Ba Đình", "", "Giấy khai sinh", ("Bản chính",), "", "", "")
    return render_pdf(said, at=NOON).pdf
