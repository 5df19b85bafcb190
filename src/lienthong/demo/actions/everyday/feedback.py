"""Citizens speak: a dozen reports around the commune in every state, and what they say of its one-stop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import cycle
from uuid import UUID

from PIL import Image, ImageDraw

from lienthong.demo.actions.everyday.acting import Days, agency, official
from lienthong.demo.cast import COMMUNE, THAI_NGUYEN
from lienthong.demo.words import FAMILIES, GIVEN
from lienthong.directory.public import Duty
from lienthong.dossiers.public import Dossier
from lienthong.identity.public import STRANGER, Visitor
from lienthong.participation.public import (
    Answer,
    Feedback,
    Kind,
    NewFeedback,
    Photo,
    Place,
    Point,
    Reason,
    Sender,
    Stage,
    State,
    accept,
    answer_rating,
    approve,
    draft_answer,
    rate,
    refuse,
    reopen,
    reroute,
    save_draft,
    send_feedback,
    store_photo,
    take,
)

ASPHALT, SOIL, SKY, GRASS, WASTE = "#5d6167", "#3b332b", "#bcd3e6", "#7f9d62", "#8a6f4d"


@dataclass(frozen=True)
class Said:
    """What one citizen says, so many working days ago, and how far it has come."""

    days: int
    category: str
    text: str
    place: str
    state: State
    kind: Kind = Kind.REFLECTION
    public: str = ""
    answer: str = ""
    picture: str = ""


SAID = (
    Said(
        18,
        "road",
        "Mặt đường liên thôn trước nhà văn hóa có ổ gà lớn, hôm qua cháu tôi ngã xe ở đó.",
        "Trước nhà văn hóa thôn 3",
        State.ANSWERED,
        public="Đường liên thôn trước nhà văn hóa có ổ gà lớn.",
        answer="Ủy ban nhân dân xã đã vá ổ gà ngày hôm qua và sẽ kiểm tra lại sau mưa.",
        picture="road",
    ),
    Said(
        16,
        "waste",
        "Bãi rác tự phát cạnh chợ, bốc mùi, mấy hôm nay không ai dọn.",
        "Cạnh chợ trung tâm xã",
        State.CLOSED,
        public="Bãi rác tự phát cạnh chợ bốc mùi.",
        answer="Tổ vệ sinh đã thu gom, đặt biển cấm đổ rác và hẹn lịch thu gom hai ngày một lần.",
        picture="waste",
    ),
    Said(
        15,
        "lighting",
        "Ba bóng đèn đường liền nhau bị hỏng, tối đi lại nguy hiểm.",
        "Đoạn từ trường học đến cầu",
        State.ANSWERED,
        public="Ba bóng đèn đường bị hỏng gần trường học.",
        answer="Đã thay ba bóng đèn. Cảm ơn người dân đã báo.",
        picture="lamp",
    ),
    Said(
        12,
        "water",
        "Cống thoát nước bị tắc, mưa là ngập sân mấy nhà.",
        "Ngõ sau trạm y tế",
        State.REOPENED,
        public="Cống thoát nước sau trạm y tế bị tắc.",
        answer="Đã thông cống ngày đầu tuần.",
        picture="road",
    ),
    Said(
        11,
        "order",
        "Quán hát mở loa to đến nửa đêm, trẻ con không ngủ được.",
        "Gần ngã ba",
        State.ANSWERED,
        answer="Công an xã đã lập biên bản nhắc nhở; chủ quán cam kết tắt loa sau 22 giờ.",
    ),
    Said(
        9,
        "service",
        "Tôi đến nộp giấy phải chờ gần hai tiếng mới được gọi số.",
        "Bộ phận Một cửa",
        State.DRAFTED,
        kind=Kind.COMPLAINT,
        answer="Ủy ban xin lỗi. Từ tuần này, buổi sáng có thêm một quầy.",
    ),
    Said(
        8,
        "road",
        "Đường tỉnh qua xã bị sụt một bên lề, xe tải đi rất nguy hiểm.",
        "Đường tỉnh, gần cầu sắt",
        State.SENT,
        picture="road",
    ),
    Said(
        6,
        "traffic",
        "Đề nghị kẻ vạch sang đường trước cổng trường tiểu học.",
        "Cổng trường tiểu học",
        State.IN_PROGRESS,
        kind=Kind.PROPOSAL,
    ),
    Said(5, "other", "Cần bán đất nền giá rẻ, liên hệ ngay.", "", State.REFUSED),
    Said(3, "building", "Nhà hàng xóm xây lấn ra lối đi chung.", "Thôn 5", State.ROUTED),
    Said(
        2,
        "waste",
        "Người lạ đổ phế thải xây dựng xuống bờ suối ban đêm.",
        "Bờ suối thôn 2",
        State.ROUTED,
        picture="waste",
    ),
    Said(
        1,
        "danger",
        "Cây to đổ vào dây điện sau trận gió đêm qua.",
        "Đầu thôn 4",
        State.IN_PROGRESS,
        picture="lamp",
    ),
)
RATED = (
    (5, "Cán bộ hướng dẫn rõ."),
    (4, ""),
    (5, "Nhanh hơn giấy hẹn."),
    (2, "Chờ lâu, phải đi lại hai lần."),
    (5, ""),
    (3, ""),
)


def citizens_speak(days: Days) -> None:
    """Reports come in, are routed and answered; parties rate their dossiers, and a low rating is answered."""
    people = zip(cycle(FAMILIES), cycle(GIVEN), strict=False)
    for number, said in enumerate(SAID):
        feedback = _sent(said, " ".join(next(people)), number, days)
        _worked(feedback, said, days)
    _rated(days)


def _sent(said: Said, name: str, number: int, days: Days) -> Feedback:
    at = days.ago(said.days, 8, number)
    unit = agency(COMMUNE, at).unit
    assert unit is not None
    point = None
    if unit.latitude is not None and unit.longitude is not None:
        point = Point(unit.latitude + (number % 4 - 1.5) * 0.004, unit.longitude + (number % 3 - 1) * 0.006)
    new = NewFeedback(
        kind=said.kind,
        category=said.category,
        text=said.text,
        place=Place(unit.pk, said.place, point),
        sender=Sender(None, name, f"0912{number:06d}"),
        wants_public=bool(said.public),
        photos=_photo(said.picture, at),
    )
    return send_feedback(new=new, actor=STRANGER.actor(), at=at, limit=None)


def _worked(feedback: Feedback, said: Said, days: Days) -> None:
    """The body's officials bring it where the story has it."""
    if said.state == State.ROUTED:
        return
    when = [days.ago(max(0, said.days - later), 9 + later, 20) for later in (1, 2, 3, 4)]
    when = [min(one, days.just_now(30 - place)) for place, one in enumerate(when)]
    specialist, leader = (official(COMMUNE, duty, when[0]) for duty in (Duty.SPECIALIST, Duty.LEADER))
    if said.state == State.REFUSED:
        refuse(
            feedback_id=feedback.pk, why=Reason.SPAM, reason="Nội dung quảng cáo.", viewer=leader, at=when[0]
        )
        return
    take(feedback_id=feedback.pk, viewer=specialist, at=when[0])
    if said.state == State.SENT:  # begins anew elsewhere
        above = agency(THAI_NGUYEN, when[1]).pk
        reason = "Đường tỉnh do tỉnh quản lý."
        reroute(feedback_id=feedback.pk, agency_id=above, reason=reason, viewer=specialist, at=when[1])
    if said.answer:
        photos = tuple(feedback.photos.values_list("pk", flat=True)) if said.public else ()
        answer = Answer(said.answer, bool(said.public), said.public, bool(said.public), photos)
        draft_answer(feedback_id=feedback.pk, answer=answer, viewer=specialist, at=when[1])
        if said.state != State.DRAFTED:
            approve(feedback_id=feedback.pk, viewer=leader, at=when[2])
    known = {feedback.pk}
    if said.state == State.REOPENED:
        reason = "Mưa hôm qua vẫn ngập như cũ."
        reopen(feedback_id=feedback.pk, reason=reason, visitor=STRANGER, known=known, at=when[3])
    if said.state == State.CLOSED:
        accept(feedback_id=feedback.pk, visitor=STRANGER, known=known, at=when[3])


def _rated(days: Days) -> None:
    """The parties of the first dossiers that were settled."""
    settled = Dossier.objects.filter(agency__code=COMMUNE, finished_at__isnull=False).order_by("pk")
    for (score, words), dossier in zip(RATED, settled, strict=False):
        at = days.ago(1, 19)
        party = dossier.applicant_id
        visitor = Visitor(party_id=party, party_name=dossier.applicant_name, for_id=party)
        stage = Stage.PROCESSING
        given = rate(dossier_id=dossier.pk, stage=stage, score=score, text=words, visitor=visitor, at=at)
        if given.due_at is not None:
            clerk = official(COMMUNE, Duty.CLERK, at)
            text = "Ủy ban xin lỗi; từ nay giấy tờ còn thiếu được báo một lần."
            answer_rating(rating_id=given.pk, text=text, viewer=clerk, at=days.just_now(60))


def _photo(kind: str, at: datetime) -> tuple[UUID, ...]:
    if not kind:
        return ()
    drawn = BytesIO()
    _DRAWINGS[kind]().save(drawn, "PNG")
    drawn.seek(0)
    blob, width, height = store_photo(drawn, name=f"{kind}.png", at=at)
    draft = save_draft(draft_id=None, said={}, at=at)
    return (Photo.objects.create(draft=draft, blob=blob, width=width, height=height).pk,)


def _landscape() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    picture = Image.new("RGB", (640, 480), SKY)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 220, 640, 480), fill=GRASS)
    draw.polygon(((250, 220), (390, 220), (600, 480), (40, 480)), fill=ASPHALT)
    return picture, draw


def _road() -> Image.Image:
    picture, draw = _landscape()
    draw.ellipse((220, 350, 400, 420), fill=SOIL)
    draw.ellipse((250, 362, 370, 405), fill="#241f1a")
    return picture


def _waste() -> Image.Image:
    picture, draw = _landscape()
    for place in range(9):
        left, top = 380 + place * 24, 330 + place % 3 * 28
        draw.ellipse((left, top, left + 70, top + 48), fill=(WASTE, "#c9c4b8", "#4f6d7a")[place % 3])
    return picture


def _lamp() -> Image.Image:
    picture, draw = _landscape()
    draw.rectangle((500, 60, 512, 380), fill="#44484d")
    draw.line((506, 64, 430, 84), fill="#44484d", width=10)
    draw.ellipse((404, 78, 440, 104), fill="#20242a")
    return picture


_DRAWINGS = {"road": _road, "waste": _waste, "lamp": _lamp}
