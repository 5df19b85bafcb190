"""Work files: filled in order, closed over what they hold, opened again only for a reason."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from lienthong.directory.public import Division
from lienthong.identity.public import NotAllowed, NotFound, Role, Viewer, acting_viewer
from lienthong.identity.tests.factories import agency, official_in, viewer_in
from lienthong.ledger.public import timeline
from lienthong.office.actions.changes import accept_change
from lienthong.office.archive import policies, queries
from lienthong.office.archive.filing import (
    AlreadyInFile,
    CodeTaken,
    NothingToFile,
    TextDoesNotFit,
    TitleMissing,
    UnknownRetention,
    put_document,
    revise_file,
    take_out,
)
from lienthong.office.archive.models import WorkFile, WorkFileItem
from lienthong.office.archive.moving import (
    NothingFiled,
    WhyMissing,
    accept_file,
    close_file,
    hand_in_file,
    reopen_file,
    return_file,
)
from lienthong.office.archive.policies import FileClosed, FileNotNow
from lienthong.office.archive.states import MOVES, FileState, Kind
from lienthong.office.models import RequestedChange
from lienthong.office.states import State
from lienthong.office.tests.factories import NOON, draft, incoming_document, led_by
from lienthong.office.tests.work_files import file_in, kept_document, put, work_file
from lienthong.signing.public import NoCertificate, ensure_agency_certificates
from lienthong.tasks.public import Part

pytestmark = pytest.mark.django_db


def test_without_a_code_it_gets_the_next_number_that_no_given_code_has() -> None:
    ours = agency()
    clerk = viewer_in(ours, Role.CLERK, at=NOON)
    given = work_file(clerk, code=f"02.{ours.short_name}")
    codes = [work_file(clerk).code for _ in range(3)]
    assert codes == [f"01.{ours.short_name}", f"03.{ours.short_name}", f"04.{ours.short_name}"]
    assert work_file(clerk, at=NOON + timedelta(days=366)).code == f"01.{ours.short_name}"
    with pytest.raises(CodeTaken):
        work_file(clerk, code=given.code)
    other = agency()
    assert work_file(viewer_in(other, Role.CLERK, at=NOON), code=given.code).code == given.code


def test_the_code_names_the_division_of_its_keeper() -> None:
    ours = agency()
    division = Division.objects.create(agency=ours, name="Phòng Kinh tế", short_name="KT")
    account = official_in(ours, Role.SPECIALIST, division=division)
    file = work_file(acting_viewer(account, at=NOON))
    assert (file.code, file.division) == ("01.KT", division)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"title": "  "}, TitleMissing),
        ({"title": "x" * 501}, TextDoesNotFit),
        ({"title": "bell\x07"}, TextDoesNotFit),
        ({"code": "x" * 51}, TextDoesNotFit),
        ({"retention": "11"}, UnknownRetention),
        ({"retention": ""}, UnknownRetention),
    ],
)
def test_a_file_is_named_and_kept_as_the_list_has_it(
    fields: dict[str, str], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        work_file(viewer_in(agency(), Role.CLERK, at=NOON), **fields)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR, Role.OPERATOR])
def test_who_keeps_no_files_opens_none(role: Role) -> None:
    with pytest.raises(NotAllowed):
        work_file(viewer_in(agency(), role, at=NOON))


def test_documents_are_numbered_in_order_and_what_is_taken_out_leaves_no_gap() -> None:
    ours = agency()
    clerk = viewer_in(ours, Role.CLERK, at=NOON)
    file = work_file(clerk)
    documents = [kept_document(ours) for _ in range(4)]
    for document in documents:
        put(file, document, clerk)
    with pytest.raises(AlreadyInFile):
        put(file, documents[0], clerk)
    take_out(file_id=file.id, position=2, viewer=clerk, at=NOON)
    rows = list(WorkFileItem.objects.filter(file=file).values_list("position", "incoming_id"))
    assert rows == [(1, documents[0].id), (2, documents[2].id), (3, documents[3].id)]
    put(file, documents[1], clerk)
    assert WorkFileItem.objects.get(file=file, incoming=documents[1]).position == 4
    with pytest.raises(NotFound):
        take_out(file_id=file.id, position=9, viewer=clerk, at=NOON)
    verbs = [event.verb for event in timeline(file.as_subject())]
    assert verbs == ["work-file.open", *["work-file.put"] * 4, "work-file.take-out", "work-file.put"]


def test_a_document_may_stand_in_several_files() -> None:
    ours = agency()
    clerk = viewer_in(ours, Role.CLERK, at=NOON)
    document = kept_document(ours)
    files = [work_file(clerk) for _ in range(2)]
    for file in files:
        put(file, document, clerk)
    assert {file.id for file in queries.files_with(clerk, Kind.INCOMING, document.id)} == {
        file.id for file in files
    }
    assert queries.is_filed(Kind.INCOMING, document.id)


def test_what_the_viewer_may_not_see_cannot_be_put_in() -> None:
    ours = agency()
    specialist = viewer_in(ours, Role.SPECIALIST, at=NOON)
    file = work_file(specialist)
    hidden, known, foreign = kept_document(ours), kept_document(ours), kept_document(agency())
    led_by(known, specialist)
    for document in (hidden, foreign):
        with pytest.raises(NotFound):
            put(file, document, specialist)
    put(file, known, specialist)
    assert file.items.count() == 1


def test_drafts_and_what_is_not_kept_cannot_be_put_in() -> None:
    ours = agency()
    clerk = viewer_in(ours, Role.CLERK, at=NOON)
    file = work_file(clerk)
    for state in (State.ARRIVED, State.REFUSED, State.DESTROYED):
        with pytest.raises(NothingToFile):
            put(file, incoming_document(ours, state=state, reason="x"), clerk)
    outgoing = draft(ours, agency())
    with pytest.raises(NothingToFile):
        put_document(file_id=file.id, kind=Kind.OUTGOING, document_id=outgoing.id, viewer=clerk, at=NOON)


def test_a_closed_file_takes_nothing_gives_nothing_and_opens_for_a_reason_only() -> None:
    ours = agency()
    file, clerk = file_in(ours, FileState.CLOSED)
    assert file.cover is not None
    assert file.contents is not None
    with pytest.raises(FileClosed):
        put(file, kept_document(ours), clerk)
    with pytest.raises(FileClosed):
        take_out(file_id=file.id, position=1, viewer=clerk, at=NOON)
    with pytest.raises(FileClosed):
        revise_file(file_id=file.id, title="x", retention="5", viewer=clerk, at=NOON)
    for reason in ("", "  ", "x" * 501):
        with pytest.raises(WhyMissing):
            reopen_file(file_id=file.id, viewer=clerk, reason=reason, at=NOON)
    file = reopen_file(file_id=file.id, viewer=clerk, reason="Thiếu một công văn.", at=NOON)
    assert (file.state, file.closed_on, file.cover, file.contents) == (FileState.OPEN, None, None, None)
    put(file, kept_document(ours), clerk)
    assert timeline(file.as_subject())[-2].data["reason"] == "Thiếu một công văn."


def test_an_empty_file_is_not_closed() -> None:
    clerk = viewer_in(agency(), Role.CLERK, at=NOON)
    with pytest.raises(NothingFiled):
        close_file(file_id=work_file(clerk).id, viewer=clerk, at=NOON)


def test_the_archive_returns_with_a_reason_and_then_accepts() -> None:
    ours = agency()
    file, clerk = file_in(ours, FileState.HANDED_IN)
    with pytest.raises(WhyMissing):
        return_file(file_id=file.id, viewer=clerk, reason=" ", at=NOON)
    file = return_file(file_id=file.id, viewer=clerk, reason="Tiêu đề chưa đúng.", at=NOON)
    assert (file.state, file.seal) == (FileState.RETURNED, "")
    file = hand_in_file(file_id=file.id, viewer=clerk, at=NOON)
    file = accept_file(file_id=file.id, viewer=clerk, at=NOON)
    assert (file.state, file.accepted_by) == (FileState.ACCEPTED, clerk.name)
    for move in MOVES.values():
        with pytest.raises(FileNotNow):
            policies.require_move(clerk, file, move)


def test_every_move_is_made_from_its_states_only() -> None:
    ours = agency()
    clerk = viewer_in(ours, Role.CLERK, at=NOON)
    file = WorkFile(agency=ours, keeper_id=clerk.official_id)
    for state in FileState:
        file.state = state
        expected = [move for move in MOVES.values() if state in move.sources]
        assert policies.allowed_moves(clerk, file) == expected


def _division(ours: object, name: str) -> Division:
    return Division.objects.create(agency=ours, name=name, short_name=name)  # type: ignore[misc]


def test_who_sees_a_file_is_its_keeper_the_head_of_its_division_and_those_of_the_whole_agency() -> None:
    ours = agency()
    own, other = _division(ours, "KT"), _division(ours, "VX")

    def viewer(role: Role, division: Division | None = None) -> Viewer:
        return acting_viewer(official_in(ours, role, division=division), at=NOON)

    keeper = viewer(Role.SPECIALIST, own)
    file = work_file(keeper)
    sees = {
        "keeper": keeper,
        "head": viewer(Role.LEADER, own),
        "head of division": viewer(Role.HEAD, own),
        "leader": viewer(Role.LEADER),
        "clerk": viewer(Role.CLERK),
        "auditor": viewer(Role.AUDITOR),
    }
    blind = {
        "colleague": viewer(Role.SPECIALIST, own),
        "other head": viewer(Role.LEADER, other),
        "head of another division": viewer(Role.HEAD, other),
        "head of none": viewer(Role.HEAD),
        "administrator": viewer(Role.ADMINISTRATOR),
        "elsewhere": viewer_in(agency(), Role.CLERK, at=NOON),
    }
    assert {name for name, who in (sees | blind).items() if file in queries.files_of(who)} == set(sees)
    answering = {name for name, who in (sees | blind).items() if policies.answers_for(who, file)}
    assert answering == {"keeper", "head", "leader"}
    for who in blind.values():
        with pytest.raises(NotFound):
            close_file(file_id=file.id, viewer=who, at=NOON)
    for name in ("clerk", "auditor"):
        with pytest.raises(NotAllowed):
            close_file(file_id=file.id, viewer=sees[name], at=NOON)


def test_only_the_archivist_accepts_and_returns() -> None:
    ours = agency()
    file, _clerk = file_in(ours, FileState.HANDED_IN)
    for role in (Role.LEADER, Role.AUDITOR):
        who = viewer_in(ours, role, at=NOON)
        with pytest.raises(NotAllowed):
            accept_file(file_id=file.id, viewer=who, at=NOON)
        with pytest.raises(NotAllowed):
            return_file(file_id=file.id, viewer=who, reason="x", at=NOON)


def test_a_document_that_its_sender_withdrew_stays_in_the_table_as_destroyed() -> None:
    ours = agency()
    clerk = viewer_in(ours, Role.CLERK, at=NOON)
    file = work_file(clerk)
    document = kept_document(ours)
    put(file, document, clerk)
    RequestedChange.objects.create(
        document=document, request_id=str(uuid4()), kind="revoke", sequence=1, asked_at=NOON, authentic=True
    )
    accept_change(document_id=document.id, viewer=clerk, at=NOON)
    [line] = queries.list_lines(clerk, file)[0]
    assert (line.destroyed, line.code) == ("Đã hủy theo yêu cầu thu hồi", document.code)
    assert line.subject == document.subject


def test_lines_are_links_only_for_who_may_open_the_document() -> None:
    ours = agency()
    specialist, clerk = viewer_in(ours, Role.SPECIALIST, at=NOON), viewer_in(ours, Role.CLERK, at=NOON)
    file, document = work_file(specialist), kept_document(ours)
    part = led_by(document, specialist, part=Part.COOPERATING)
    put(file, document, specialist)
    part.delete()
    assert [line.readable for line in queries.list_lines(specialist, file)[0]] == [False]
    assert [line.readable for line in queries.list_lines(clerk, file)[0]] == [True]


def test_the_database_itself_refuses_what_must_not_be() -> None:
    ours = agency()
    file, _clerk = file_in(ours, FileState.ACCEPTED)
    wrong: list[dict[str, object]] = [
        {"seal": ""},
        {"contents": None},
        {"state": "lost"},
        {"retention": "0"},
        {"state": "returned", "accepted_at": None, "reason": ""},
        {"closed_on": file.opened_on - timedelta(days=1)},
        {"item_count": 0},
        {"title": ""},
    ]
    for change in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            WorkFile.objects.filter(pk=file.pk).update(**change)
    item = file.items.get(position=1)
    for change in ({"position": 2}, {"position": 0}, {"incoming": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            WorkFileItem.objects.filter(pk=item.pk).update(**change)


def test_without_the_agencys_key_nothing_is_handed_in() -> None:
    ours = agency()
    clerk = viewer_in(ours, Role.CLERK, at=NOON)
    file = work_file(clerk)
    put(file, kept_document(ours), clerk)
    close_file(file_id=file.id, viewer=clerk, at=NOON)
    with pytest.raises(NoCertificate):
        hand_in_file(file_id=file.id, viewer=clerk, at=NOON)
    assert WorkFile.objects.get().state == FileState.CLOSED
    ensure_agency_certificates([ours.id], at=NOON)
    assert hand_in_file(file_id=file.id, viewer=clerk, at=NOON).state == FileState.HANDED_IN
