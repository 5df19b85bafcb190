"""The portal of the province: its name, its coat of arms, and what is told of services."""

from __future__ import annotations

import io
import math

from PIL import Image, ImageDraw

from lienthong.demo.actions.everyday.acting import Days
from lienthong.demo.cast import THAI_NGUYEN
from lienthong.dossiers.public import measure_services
from lienthong.identity.public import Account, acting_viewer
from lienthong.portal.public import save_site

FACTS = {
    "name": "Dịch vụ công tỉnh Thái Nguyên",
    "name_en": "Public services of Thái Nguyên",
    "slug": "thai-nguyen",
    "host": None,
    "intro": "Dịch vụ của các sở, huyện, xã trong tỉnh: nộp hồ sơ tại nhà, theo dõi đến khi có kết quả.",
    "intro_en": "Services of the departments, districts and communes of the province, from your home.",
    "address": "Số 18, đường Nha Trang, thành phố Thái Nguyên",
    "telephone": "0208 3855 555",
}


def province_opens_its_portal(days: Days) -> None:
    """The administrator of the province gives its portal a name and arms; services are measured."""
    at = days.ago(1, 16)
    account = Account.objects.get(username=f"{THAI_NGUYEN.lower()}.quantri")
    save_site(viewer=acting_viewer(account, at=at), facts=FACTS, arms=io.BytesIO(_arms()), at=at)
    measure_services(at=days.at)


def _arms() -> bytes:
    """A golden star on a red shield."""
    size = 256
    picture = Image.new("RGBA", (size, size))
    pen = ImageDraw.Draw(picture)
    shield = [(28, 20), (228, 20), (228, 140), (128, 244), (28, 140)]
    pen.polygon(shield, fill="#a3141a", outline="#d9a520", width=8)
    points = []
    for corner in range(10):
        reach, turn = (70, 28)[corner % 2], math.pi * corner / 5
        points.append((128 + reach * math.sin(turn), 112 - reach * math.cos(turn)))
    pen.polygon(points, fill="#f6c644")
    drawn = io.BytesIO()
    picture.save(drawn, "PNG")
    return drawn.getvalue()
