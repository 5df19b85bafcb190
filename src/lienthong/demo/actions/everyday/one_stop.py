"""The one-stop of a commune at work: two weeks of dossiers, paid for, supplemented, withdrawn or late."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import cycle, islice
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from lienthong.demo import office_texts as texts
from lienthong.demo.actions.everyday.acting import Days, agency, printed
from lienthong.demo.cast import COMMUNE, WORDS
from lienthong.demo.words import FAMILIES, GIVEN
from lienthong.directory.public import Duty
from lienthong.dossiers.public import (
    Dossier,
    DossierState,
    DossierTask,
    GivenFile,
    GivenPaper,
    Intake,
    ResultSeen,
    StepDone,
    Supplement,
    TaskKind,
    TaskState,
    ask_supplement,
    demands_result,
    draft_result,
    finish_steps,
    hand_choices,
    note_payment,
    process_for,
    receive_at_counter,
    receive_supplement,
    result_text,
    sign_results,
    withdraw_dossier,
)
from lienthong.identity.public import Account, PartyFacts, PartyKind, Role, Viewer, acting_viewer
from lienthong.kernel.blobs import store_blob
from lienthong.payments.public import Charge, ChargeState, take_cash
from lienthong.procedures.public import (
    Channel,
    Definition,
    GrantedExemptions,
    LinkedPart,
    Prefill,
    QuestionType,
    ServiceOffer,
    answer_faults,
    definition_of,
    grantable,
    invented_answers,
    prefilled_answers,
)

DAYS, A_DAY = 12, 3
# Before these days: from how many to how many days ago, until when something came in, and for whom.
BEFORE, LAST_IN, FIRST_LATER = (23, 12), 16, 200
ASKED_FOR_MOST = ("1.001193", "2.000815", "1.004873")
# How many days ago parents came with all that a newborn child needs, in one application: a group of linked
# procedures. The first has gone its way, the second is under way.
BIRTHS = (11, 2)
# Which of the dossiers, in the order they came, do not simply go their way.
SUPPLEMENTED, ANSWERED, WITHDRAWN, LEFT, UNPAID = (7, 25), (7,), (10, 31), (2, 14, 20, 29), (26, 32)
RECEPTIONIST = "xa.motcua"
POOR = "Giấy chứng nhận hộ nghèo số 27/2026"
SCAN_MOST = 1 << 20


def dossiers_are_settled(days: Days) -> None:
    """Three a day come in at the counter; the officials of the commune and others do what lies with them."""
    came: list[Dossier] = []
    offers, persons = _offers(days.ago(DAYS)), people()
    services = _services(offers, days.ago(DAYS))
    linked: list[Dossier] = []
    for day in range(DAYS, 0, -1):
        for hour in range(8, 8 + A_DAY):
            at = days.ago(day, hour, 20)
            came.append(receive_at_counter(intake=next(services)(next(persons), at), viewer=desk(at), at=at))
        if day in BIRTHS:
            linked += _linked(offers, next(persons), days.ago(day, 10, 50))
        others = [dossier.pk for dossier in linked]
        _pay([*_but(came, UNPAID), *others], days.ago(day, 11))
        _not_as_usual(came, days, day)
        _work([*_but(came, LEFT), *others], days.ago(day, 15))
    at = days.just_now(90)
    receive_at_counter(intake=next(services)(next(persons), at), viewer=desk(at), at=at)


def everyday_services_are_settled(days: Days) -> None:
    """In the weeks before, what is asked for most went its usual way: how long it took is told to anyone."""
    offers, persons = _offers(days.ago(BEFORE[0])), islice(people(), FIRST_LATER, None)
    usual = [offer for offer in offers if offer.code in ASKED_FOR_MOST]
    came: list[UUID] = []
    for day in range(*BEFORE, -1):
        for number, service in enumerate(usual if day > LAST_IN else ()):
            at = days.ago(day, 9 + number, 30)
            came.append(receive_at_counter(intake=service(next(persons), at), viewer=desk(at), at=at).pk)
        _pay(came, days.ago(day, 14))
        _work(came, days.ago(day, 15))


def _but(came: Sequence[Dossier], some: Sequence[int]) -> list[UUID]:
    return [dossier.pk for number, dossier in enumerate(came) if number not in some]


def _linked(offers: Sequence[_Service], person: PartyFacts, at: datetime) -> list[Dossier]:
    """One application for a group of linked procedures, received with all of them."""
    of = {offer.procedure_id: offer for offer in offers}
    group = next((offer for offer in offers if offer.grouped), None)
    parts = (
        LinkedPart.objects.filter(whole=group.procedure_id).values_list("part", flat=True) if group else ()
    )
    if group is None or not all(part in of for part in parts):
        return []
    first, *others = [one(person, at) for one in (group, *(of[part] for part in parts))]
    root = receive_at_counter(intake=first, linked=others, viewer=desk(at), at=at)
    return list(Dossier.objects.filter(root=root).order_by("pk"))


def desk(at: datetime) -> Viewer:
    """The receptionist of the commune."""
    return _who(RECEPTIONIST, at)


def _who(username: str, at: datetime) -> Viewer:
    return acting_viewer(Account.objects.get(username=username), at=at, source="demo")


def people() -> Iterator[PartyFacts]:
    """Citizens, each with a number of their own."""
    for number, (family, given) in enumerate(zip(cycle(FAMILIES), cycle(GIVEN), strict=False), start=1):
        yield PartyFacts(
            kind=PartyKind.CITIZEN,
            name=f"{family} {given}",
            number=f"019085{number:06d}",
            telephone=f"0912{number:06d}",
            address="Phường Quan Triều, tỉnh Thái Nguyên",
        )


class _Service:
    """What the commune offers at its counter; with invented answers, and a scan where one is asked for."""

    def __init__(self, offer: ServiceOffer, scan: str) -> None:
        self._offer, self._says, self._scan = offer, definition_of(offer.version), scan
        self.procedure_id, self.grouped = offer.version.procedure_id, self._says.process.waits_for_parts
        self.code = offer.version.procedure.code

    def __call__(self, person: PartyFacts, at: datetime) -> Intake:
        answers = _answers(self._says, person, self._scan, at)
        files = [
            GivenFile(self._scan, question.label, "ban-chup.pdf")
            for question in (self._says.form.questions if self._says.form else ())
            if question.type is QuestionType.FILE and question.key in answers
        ]
        papers = [
            GivenPaper(paper.name, paper.key, originals=1) for paper in self._says.papers if not paper.when
        ]
        return Intake(
            agency_id=self._offer.agency_id,
            version_id=self._offer.version_id,
            channel=Channel.COUNTER,
            applicant=person,
            answers=answers,
            papers=tuple(papers),
            files=tuple(files),
            granted=self._granted(person),
        )

    def _granted(self, person: PartyFacts) -> GrantedExemptions:
        """Now and then somebody shows that the household is poor."""
        poor = frozenset(one.key for one in grantable(self._offer.version) if one.key == "poor")
        shown = poor and int(person.number) % 4 == 0
        return GrantedExemptions(poor, POOR) if shown else GrantedExemptions()

    def sound(self, person: PartyFacts, at: datetime) -> bool:
        """Whether invented answers are enough for its form: some ask for what only people can know."""
        form = self._says.form
        return form is None or not answer_faults(form, _answers(self._says, person, self._scan, at))


def _offers(at: datetime) -> list[_Service]:
    place = agency(COMMUNE, at)
    offers = ServiceOffer.objects.filter(agency=place, channel=Channel.COUNTER, ended_at=None)
    scan = store_blob([printed(texts.SCANNED, at)], at=at, max_bytes=SCAN_MOST).sha256
    return [
        _Service(offer, scan)
        for offer in offers.select_related("version__procedure").order_by("version__procedure")
    ]


def _services(offers: Sequence[_Service], at: datetime) -> Iterator[_Service]:
    """What is asked for by itself, one after the other."""
    someone = next(people())
    return cycle([service for service in offers if not service.grouped and service.sound(someone, at)])


def _answers(says: Definition, person: PartyFacts, scan: str, at: datetime) -> dict[str, Any]:
    if says.form is None:
        return {}
    known = {
        Prefill.FULL_NAME: person.name,
        Prefill.IDENTIFICATION_NUMBER: person.number,
        Prefill.TELEPHONE: person.telephone,
        Prefill.RESIDENCE: person.address,
    }
    given = invented_answers(says.form, on=at.date())
    said = {key: value for key, value in prefilled_answers(says.form, known).items() if key in given}
    scans = {
        one.key: [scan] for one in says.form.questions if one.type is QuestionType.FILE and one.key in given
    }
    return given | said | scans


def _pay(paying: Sequence[UUID], at: datetime) -> None:
    """Who owes something pays it in cash."""
    owed = Charge.objects.filter(subject_id__in=paying, state=ChargeState.OWED)
    for subject in sorted(set(owed.values_list("subject_id", flat=True))):
        charges = list(owed.filter(subject_id=subject).values_list("pk", flat=True))
        take_cash(viewer=desk(at), charge_ids=charges, at=at)
        note_payment(dossier_ids=[subject], at=at)


def _not_as_usual(came: Sequence[Dossier], days: Days, day: int) -> None:
    """Something is missing; the applicant changes their mind; a delay is foreseen and said in time."""
    today = range(len(came) - A_DAY, len(came))
    at = days.ago(day, 14)
    for number in today:
        key = came[number].pk
        if number in SUPPLEMENTED:
            task = _open_tasks([key]).first()
            if task is not None:
                asked = Supplement((texts.MISSING_PAPER,), texts.MISSING_REASON)
                ask_supplement(dossier_id=key, asked=asked, viewer=_worker(task, at), at=at)
        if number in WITHDRAWN:
            withdraw_dossier(dossier_id=key, reason=texts.WITHDRAWN_REASON, viewer=desk(at), at=at)
    for number in ANSWERED:
        if number == today.start - A_DAY:
            receive_supplement(dossier_id=came[number].pk, viewer=desk(at), at=at)


def _work(usual: Sequence[UUID], at: datetime) -> None:
    """Everybody ends the steps that have lain with them since the morning.

    The results of one application go out together, once its main dossier is decided.
    """
    by: dict[str, list[DossierTask]] = {}
    for task in _open_tasks(usual).filter(opened_at__lte=at - timedelta(hours=1)):
        if task.dossier.state != DossierState.FINISHED or task.dossier.root.state == DossierState.FINISHED:
            by.setdefault(_username(task), []).append(task)
    there = set(Account.objects.filter(username__in=by).values_list("username", flat=True))
    for username in sorted(there):
        viewer = _who(username, at)
        due = [task for task in by[username] if demands_result(process_for(task.dossier), task)]
        done = [StepDone(task.pk, _usual_ways(task)) for task in by[username] if task not in due]
        if due:
            _sign(due, viewer, at)
        finish_steps(all_done=done, viewer=viewer, at=at)


def _sign(tasks: Sequence[DossierTask], leader: Viewer, at: datetime) -> None:
    """A specialist of the agency drafts each result; the leader signs them together, which ends the steps."""
    drafts = []
    for task in tasks:
        dossier, says = task.dossier, definition_of(task.dossier.version)
        kind = says.results[0]
        text = result_text(dossier, says, key=kind.key, name=kind.name, agency=task.agency.name)
        writer = _who(f"{task.agency.code.lower()}.{WORDS[Duty.SPECIALIST]}", at)
        made = draft_result(dossier_id=dossier.pk, text=text, viewer=writer, at=at)
        assert made.document_id is not None
        drafts.append(ResultSeen(made.pk, made.document_id))
    sign_results(chosen=drafts, viewer=leader, at=at)


def _open_tasks(dossiers: Sequence[UUID]) -> QuerySet[DossierTask]:
    """Their open steps that somebody can work on."""
    working = DossierTask.objects.filter(
        dossier__in=dossiers,
        state=TaskState.OPEN,
        kind__in=(TaskKind.WORK, TaskKind.CHOICE),
        paused_at=None,
    )
    return working.exclude(role="").select_related(
        "agency", "dossier__version__procedure", "dossier__application", "dossier__root"
    )


def _usual_ways(task: DossierTask) -> dict[str, str]:
    """Of each choice that the official makes, the way that stands last: all is there and in order."""
    return {choice: way.target for choice, way in hand_choices(process_for(task.dossier), task)}


def _worker(task: DossierTask, at: datetime) -> Viewer:
    return _who(_username(task), at)


def _username(task: DossierTask) -> str:
    """Who does it at the agency; nobody may have the name, where the agency has no such post."""
    if task.role == Role.RECEPTIONIST and task.agency.code == COMMUNE:
        return RECEPTIONIST
    return f"{task.agency.code.lower()}.{_WORDS.get(task.role, task.role)}"


_WORDS: dict[str, str] = {
    Role.SPECIALIST: WORDS[Duty.SPECIALIST],
    Role.LEADER: WORDS[Duty.LEADER],
    Role.CLERK: WORDS[Duty.CLERK],
}
