"""A province with a commune, their bodies, and feedback in any state."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from PIL import Image

from lienthong.directory.public import AdministrativeUnit, Agency
from lienthong.dossiers.public import Dossier, DossierState
from lienthong.dossiers.tests.factories import offered, received
from lienthong.identity.public import STRANGER, Party, Role, Viewer, Visitor
from lienthong.identity.tests.factories import agency, at_noon, viewer_in
from lienthong.participation.actions.returning import reopen
from lienthong.participation.actions.sending import send_feedback
from lienthong.participation.actions.working import approve, draft_answer, refuse, take
from lienthong.participation.contracts import Answer, NewFeedback, Place, Sender
from lienthong.participation.models import Category, Feedback, Photo
from lienthong.participation.photos import store_photo
from lienthong.participation.states import Kind, Reason, State

NOON = at_noon()
ANSWER = Answer("Đã vá mặt đường sáng nay.", publish=True, public_text="Ổ gà trên đường liên thôn.")
_numbers = count(1)


@dataclass(frozen=True)
class Country:
    """A province and a commune in it, with the People's Committee of each."""

    province: AdministrativeUnit
    commune: AdministrativeUnit
    above: Agency
    body: Agency


def country(body: Agency | None = None) -> Country:
    """A province at Thái Nguyên's place on the map of 2024, and a commune; `body` answers for the commune."""
    number = next(_numbers)
    unit = AdministrativeUnit.objects.create
    province = AdministrativeUnit.objects.filter(edition=2024, level=1, code="19").first() or unit(
        edition=2024, level=1, code="19", kind="Tỉnh", name="Tỉnh Thái Nguyên", latitude=21.6, longitude=105.8
    )
    commune = unit(
        edition=2024,
        level=3,
        code=f"{number:05d}",
        kind="Xã",
        name=f"Xã Thử {number}",
        parent=province,
        latitude=21.6,
        longitude=105.8,
    )
    above = Agency.objects.filter(kind="province", unit=province).first() or _committee(
        agency(), "province", province
    )
    return Country(province, commune, above, _committee(body or agency(), "commune", commune))


def _committee(of: Agency, kind: str, unit: AdministrativeUnit) -> Agency:
    of.kind, of.unit = kind, unit
    of.save()
    return of


def category(code: str = "road", days: int = 10) -> Category:
    """The category of the migration; made again where a test that commits has emptied the table."""
    made, _new = Category.objects.get_or_create(
        code=code, defaults={"name": "Đường sá", "name_en": "Roads", "days": days}
    )
    return made


def new(where: Country, **fields: Any) -> NewFeedback:
    """A hole in the road, from nobody in particular."""
    values: dict[str, Any] = {
        "kind": Kind.REFLECTION,
        "category": category().code,
        "text": "Ổ gà lớn trước nhà ông Ba, xe đi rất nguy hiểm.",
        "place": Place(where.commune.pk, "trước nhà văn hóa"),
        "sender": Sender(name="Nguyễn Văn Ba", telephone="0912 345 678"),
        "wants_public": True,
    }
    return NewFeedback(**values | fields)


def sent(where: Country, *, visitor: Visitor = STRANGER, at: datetime = NOON, **fields: Any) -> Feedback:
    """Feedback that lies with its body."""
    if visitor.for_id is not None:
        fields.setdefault("sender", Sender(party_id=visitor.for_id))
    return send_feedback(new=new(where, **fields), actor=visitor.actor(), at=at, limit=None)


def worker(of: Agency) -> Viewer:
    """A specialist of the body."""
    return viewer_in(of, Role.SPECIALIST, at=NOON)


def leader(of: Agency) -> Viewer:
    """A leader of the body."""
    return viewer_in(of, Role.LEADER, at=NOON)


def in_state(
    where: Country, state: State, *, answer: Answer = ANSWER, at: datetime = NOON, **fields: Any
) -> Feedback:
    """Feedback brought to the state by the acts that lead there."""
    feedback = sent(where, at=at, **fields)
    official, chief = worker(where.body), leader(where.body)
    if state == State.REFUSED:
        return refuse(feedback_id=feedback.pk, why=Reason.SPAM, reason="Quảng cáo.", viewer=chief, at=at)
    steps = {
        State.IN_PROGRESS: lambda: take(feedback_id=feedback.pk, viewer=official, at=at),
        State.DRAFTED: lambda: draft_answer(feedback_id=feedback.pk, answer=answer, viewer=official, at=at),
        State.ANSWERED: lambda: approve(feedback_id=feedback.pk, viewer=chief, at=at),
        State.REOPENED: lambda: reopen(
            feedback_id=feedback.pk, reason="Chưa vá.", visitor=STRANGER, known={feedback.pk}, at=at
        ),
    }
    for reached, step in steps.items():
        if state == State.ROUTED:
            break
        step()
        if reached == state:
            break
    return Feedback.objects.get(pk=feedback.pk)


def picture(
    size: tuple[int, int] = (40, 30), *, kind: str = "JPEG", exif: Image.Exif | None = None
) -> io.BytesIO:
    """A photo."""
    made = io.BytesIO()
    options = {"exif": exif} if exif is not None else {}
    Image.new("RGB", size, (120, 160, 80)).save(made, kind, **options)
    made.seek(0)
    made.name = f"anh.{kind.lower()}"
    return made


def with_photo(feedback: Feedback, *, public: bool = False) -> Photo:
    """A photo of the feedback."""
    blob, width, height = store_photo(picture(), name="anh.jpg", at=NOON)
    return Photo.objects.create(feedback=feedback, blob=blob, width=width, height=height, public=public)


def finished(party: Party, *, of: Agency | None = None) -> Dossier:
    """A dossier of the party that was settled and handed out, as it stands in the table."""
    dossier = received(offered(at_agency=of) if of is not None else None)
    row = dossier.parties.get(role="applicant")
    row.party = party
    row.save()
    Dossier.objects.filter(pk=dossier.pk).update(
        state=DossierState.FINISHED,
        outcome="granted",
        timing="on-time",
        finished_at=NOON,
        closed_at=NOON,
        tokens=[],
    )
    return Dossier.objects.get(pk=dossier.pk)
