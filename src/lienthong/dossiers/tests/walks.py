"""A few one-stops below a province, on which whatever may happen happens, drawn by a seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

from django.db.models import F

from lienthong.directory.public import Agency
from lienthong.dossiers.actions.ending import stop_dossier, withdraw_dossier
from lienthong.dossiers.actions.passing import note_payment
from lienthong.dossiers.actions.receiving import accept_dossiers, decline_dossier, register_dossiers
from lienthong.dossiers.actions.stepping import finish_steps
from lienthong.dossiers.actions.supplements import ask_supplement, receive_supplement
from lienthong.dossiers.contracts import StepDone, Supplement
from lienthong.dossiers.models import Dossier, DossierTask
from lienthong.dossiers.states import OPEN
from lienthong.dossiers.tests.factories import ANSWERS, LATE, NOON, applicant, intake, official
from lienthong.dossiers.tests.processes import BIRTH
from lienthong.identity.public import Role, Viewer
from lienthong.identity.tests.factories import BEGINNING, agency
from lienthong.kernel.errors import Refusal
from lienthong.procedures.public import Channel, ServiceField, ServiceOffer
from lienthong.procedures.tests.factories import definition, procedure, published

CHANNELS = (Channel.COUNTER, Channel.COUNTER, Channel.POST, Channel.ONLINE_PART, Channel.ONLINE_WHOLE)
EXAMINED = ("fee_due", "fee_due", "fee_due", "refuse", "supplement")


class Walk:
    """A province with two communes, two procedures, and time that goes on by hours and days.

    `done` counts which acts were done, so that a test sees that its walk went everywhere.
    """

    def __init__(self, seed: int) -> None:
        self.random, self.at, self.done = Random(seed), NOON, Counter[str]()
        self.province = agency(name="Tỉnh Thử")
        self.communes = [_below(self.province, number) for number in range(2)]
        self.agencies = [self.province, *self.communes]
        says = definition(process=BIRTH, limit_minutes=480)
        land = ServiceField.objects.create(code=f"walk-{self.province.code}", name="Đất đai")
        versions = [published(procedure(), says), published(procedure(field=land), says)]
        self.offers = [
            ServiceOffer.objects.create(agency=one, version=version, channel=channel, offered_at=NOON)
            for one in self.agencies
            for version in versions
            for channel in dict.fromkeys(CHANNELS)
        ]
        self._viewers: dict[tuple[int, Role], Viewer] = {}

    def viewer(self, of: Agency, role: Role) -> Viewer:
        """The one with the role there."""
        key = (of.pk, role)
        return self._viewers.setdefault(key, self._viewers.get(key) or official(of, role))

    def go(self, acts: int) -> None:
        """Do so many acts that are not refused."""
        kinds: list[Callable[[], object]] = [self._register, self._accept, *[self._work] * 6]
        kinds += [self._decline, self._ask, self._supply, self._end, self._pay, self._register]
        while acts:
            self.at += timedelta(minutes=self.random.choice((2, 5, 15, 60, 600)))
            act = self.random.choice(kinds)
            try:
                said = act()
            except Refusal:
                continue
            if said:
                self.done[act.__name__] += 1
                acts -= 1

    def _register(self) -> bool:
        here = self.random.choice(self.agencies)
        offers = [one for one in self.offers if one.agency_id == here.pk]
        chosen = self.random.choices(offers, k=self.random.choice((1, 2, 4)))
        rows = Dossier.objects.filter(agency=here, root=F("pk")).order_by("submitted_at", "code")
        roots = rows.filter(state__in=sorted(OPEN)).select_related("applicant")
        root = self.random.choice([None, None, None, *roots[:2]])
        of_root = {"root_id": root.pk, "applicant": applicant(number=root.applicant.number)} if root else {}
        answers = self.random.choice((ANSWERS, ANSWERS, LATE))
        intakes = [
            intake(one, channel=one.channel, answers=answers, **of_root if place == 0 else {})
            for place, one in enumerate(chosen)
        ]
        register_dossiers(intakes=intakes, viewer=self.viewer(here, Role.RECEPTIONIST), at=self.at)
        return True

    def _accept(self) -> bool:
        found = [self._one(state=1), self._one(state=1)]
        known = [one for one in found if one is not None]
        here = known[0].agency if known else self.province
        chosen = {one.pk for one in known if one.agency_id == here.pk}
        desk = self.viewer(here, Role.RECEPTIONIST)
        return bool(accept_dossiers(dossier_ids=chosen, viewer=desk, at=self.at)) if chosen else False

    def _decline(self) -> object:
        return self._act(decline_dossier, Role.RECEPTIONIST, state=1, reason="Không thuộc thẩm quyền")

    def _ask(self) -> object:
        role = self.random.choice((Role.SPECIALIST, Role.RECEPTIONIST))
        return self._act(ask_supplement, role, state__in=[1, 2, 4], asked=Supplement(("Giấy",), "Thiếu"))

    def _supply(self) -> object:
        return self._act(receive_supplement, Role.RECEPTIONIST, state=5)

    def _end(self) -> object:
        if self.random.random() < 0.5:
            return self._act(withdraw_dossier, Role.RECEPTIONIST, state__in=[1, 2, 4, 5, 6], reason="Đổi ý")
        return self._act(stop_dossier, Role.LEADER, state__in=[2, 4, 5, 6], reason="Theo luật")

    def _pay(self) -> bool:
        found = list(Dossier.objects.filter(agency__in=self.agencies, state=6).values_list("pk", flat=True))
        note_payment(dossier_ids=found, at=self.at)
        return bool(found)

    def _work(self) -> bool:
        tasks = DossierTask.objects.filter(
            state="open", kind__in=["work", "choice"], paused_at=None, agency__in=self.agencies
        )
        tasks = tasks.order_by("opened_at", "dossier__code", "step").select_related("agency")
        chosen = self.random.choice(list(tasks) or [None])
        if chosen is None:
            return False
        same = [one for one in tasks if (one.step, one.agency_id) == (chosen.step, chosen.agency_id)][:3]
        missing = Supplement(("Giấy chứng sinh",), "Thiếu giấy")
        done = [
            StepDone(
                one.pk,
                {"complete": self.random.choice(EXAMINED)} if one.step == "examine" else {},
                supplement=missing,
            )
            for one in same
        ]
        return bool(
            finish_steps(all_done=done, viewer=self.viewer(chosen.agency, Role(chosen.role)), at=self.at)
        )

    def _act(
        self, act: Callable[..., object], role: Role, *, reason: str = "", asked: Any = None, **which: Any
    ) -> object:
        found = self._one(**which)
        if found is None:
            return None
        said = {name: value for name, value in (("reason", reason), ("asked", asked)) if value}
        return act(dossier_id=found.pk, viewer=self.viewer(found.agency, role), at=self.at, **said)

    def _one(self, **which: Any) -> Dossier | None:
        found = Dossier.objects.filter(agency__in=self.agencies, **which).select_related("agency")
        rows = list(found.order_by("submitted_at", "code"))
        return self.random.choice(rows) if rows else None


def _below(province: Agency, number: int) -> Agency:
    return Agency.objects.create(
        code=f"{province.code}.{number + 1:02d}",
        name=f"Xã Thử {number + 1}",
        short_name=f"XT{number + 1}",
        kind="commune",
        parent=province,
        valid_from=BEGINNING,
    )
