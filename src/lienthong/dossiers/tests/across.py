"""Two installations in one database: an agency at home, one elsewhere, and the axis between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from lienthong.axis.public import FakeAxis
from lienthong.directory.public import Agency
from lienthong.dossiers.actions.across import exchange_dossiers
from lienthong.dossiers.contracts import GivenFile
from lienthong.dossiers.models import CompetentBody, Dossier, FarStep, Origin
from lienthong.dossiers.tests.factories import NOON, offered, official, received
from lienthong.dossiers.tests.processes import LANES
from lienthong.identity.public import Role, Viewer
from lienthong.identity.tests.factories import agency
from lienthong.kernel.blobs import store_blob
from lienthong.ledger.public import timeline
from lienthong.procedures.tests.factories import definition, published
from lienthong.procedures.tests.processes import node, process, task, way
from lienthong.signing.public import ensure_agency_certificates

# What the department says is what the desk then chooses by.
PLANNED = process(
    task("receive", 15, "desk"),
    task("plan", 480, "department"),
    node("fits", "choice", name="Phù hợp quy hoạch?", lane="department"),
    task("sign", 120, "leader"),
    task("hand_out", 15, "desk", effects=["result"]),
    ways=[
        way("begin>receive"),
        way("receive>plan"),
        way("plan>fits"),
        way("fits>sign", name="Phù hợp"),
        way("fits>hand_out", name="Không phù hợp"),
        way("sign>hand_out"),
        way("hand_out>end"),
    ],
    lanes=LANES,
)


@dataclass
class Pair:
    """Home and far, each of which speaks for one agency; time goes on by hand."""

    home: Agency
    far: Agency
    axis: FakeAxis = field(default_factory=FakeAxis)
    at: datetime = NOON

    def at_home(self, minutes: int = 1) -> None:
        """A round of the installation at home."""
        self._round(self.far, minutes)

    def over_there(self, minutes: int = 1) -> None:
        """A round of the other one."""
        self._round(self.home, minutes)

    def both(self) -> None:
        """A round of each, and one more at home."""
        self.at_home()
        self.over_there()
        self.at_home()

    def _round(self, away: Agency, minutes: int) -> None:
        self.at += timedelta(minutes=minutes)
        self.axis.away = {away.pk}
        exchange_dossiers(at=self.at, axis=self.axis)

    def worker(self) -> Viewer:
        """A specialist of the other installation."""
        return official(self.far, Role.SPECIALIST)


def pair() -> Pair:
    """Two agencies that can sign."""
    found = Pair(agency(name="Ủy ban nhân dân xã Đại Từ"), agency(name="Sở Xây dựng Thái Nguyên"))
    Agency.objects.filter(pk=found.home.pk).update(kind="province")
    found.home.refresh_from_db()
    ensure_agency_certificates([found.home.pk, found.far.pk], at=NOON)
    return found


def at_the_far_step(two: Pair, **fields: Any) -> Dossier:
    """A dossier at home whose open step lies with the agency elsewhere."""
    version = published(says=definition(process=PLANNED, limit_minutes=5 * 480))
    CompetentBody.objects.get_or_create(
        province=two.home, field=version.procedure.field.code, defaults={"agency": two.far}
    )
    return received(offered(version, two.home), at=two.at, **fields)


def far_of(dossier: Dossier) -> FarStep:
    """The step of the dossier that is settled elsewhere."""
    return FarStep.objects.select_related("task").get(task__dossier=dossier)


def theirs(dossier: Dossier) -> Dossier:
    """The dossier that the other installation opened for it."""
    return Origin.objects.select_related("dossier__agency").get(foreign_code=dossier.code).dossier


def away_of(far: Agency) -> FakeAxis:
    """An axis that only knows who works elsewhere."""
    return FakeAxis(away={far.pk})


def verbs(dossier: Dossier) -> list[str]:
    """What happened to the dossier."""
    return [event.verb.removeprefix("dossier.") for event in timeline(dossier.ledger_subject)]


def scan(two: Pair, name: str = "Giấy chứng sinh") -> GivenFile:
    """A scanned paper."""
    blob = store_blob([f"scan of {name}".encode()], at=two.at, max_bytes=100)
    return GivenFile(blob.sha256, name, "scan.txt")
