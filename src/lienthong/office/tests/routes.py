"""Who may call the routes of the office."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.architecture.routes import Route, World, api, only, public, signed_in

from lienthong.identity.public import Role
from lienthong.kernel.blobs import store_blob
from lienthong.kernel.clock import VIETNAM
from lienthong.office.annex_models import Annex
from lienthong.office.archive.list_models import FileList, PlannedFile
from lienthong.office.archive.retention_models import RetentionRule
from lienthong.office.archive.states import FileState
from lienthong.office.dispatch_models import PaperRecipient
from lienthong.office.drafting_models import DraftVersion, SigningList
from lienthong.office.issued_models import IssuedChange
from lienthong.office.models import IncomingDocument, IncomingFile, OutgoingDocument
from lienthong.office.states import OutState, State
from lienthong.office.tests.factories import copy_of, draft, general_book, incoming_document, led_by
from lienthong.office.tests.mails import received_mail
from lienthong.office.tests.work_files import file_in
from lienthong.tasks.public import Part, TaskState
from lienthong.tasks.tests.factories import task

CLERK, SPECIALIST, LEADER, AUDITOR = Role.CLERK, Role.SPECIALIST, Role.LEADER, Role.AUDITOR
READERS = (CLERK, SPECIALIST, LEADER, AUDITOR)
WORKERS = (CLERK, SPECIALIST, LEADER)
ADMINISTRATOR = Role.ADMINISTRATOR
POST = ("POST",)
BOTH = ("GET", "POST")


def _document(world: World) -> IncomingDocument:
    """A document of ours that the specialist of ours is told of."""
    document = incoming_document(world.ours, at=world.at, state=State.REGISTERED)
    led_by(document, world.viewer(SPECIALIST), part=Part.INFORMED, at=world.at)
    return document


def _incoming(world: World) -> dict[str, object]:
    return {"document_id": _document(world).pk}


def _file(world: World) -> dict[str, object]:
    document = _document(world)
    blob = store_blob([b"%PDF-1.7\n"], at=world.at, max_bytes=100)
    IncomingFile.objects.create(document=document, position=1, name="a.pdf", blob=blob)
    return {"document_id": document.pk, "position": 1}


def _product(world: World) -> dict[str, object]:
    document = _document(world)
    document.product = store_blob([b"words"], at=world.at, max_bytes=100)
    document.product_name = "a.txt"
    document.save()
    return {"document_id": document.pk}


def _book(world: World) -> dict[str, object]:
    return {"book_id": general_book(world.ours).pk}


def _draft(world: World) -> OutgoingDocument:
    """A draft that the specialist of ours prepared."""
    outgoing = draft(world.ours, world.theirs, at=world.at)
    outgoing.prepared_by_id = world.viewer(SPECIALIST).official_id
    outgoing.save()
    return outgoing


def _outgoing(world: World) -> dict[str, object]:
    return {"document_id": _draft(world).pk}


def _issued(world: World) -> dict[str, object]:
    """A document of ours that goes to nobody over the axis."""
    outgoing = _draft(world)
    outgoing.state, outgoing.issued_at = OutState.ISSUED, world.at
    outgoing.save()
    return {"document_id": outgoing.pk}


def _on_paper(world: World) -> dict[str, object]:
    given = _issued(world)
    named = PaperRecipient.objects.create(
        document_id=given["document_id"],
        name="Ông A",
        named_by_id=world.viewer(SPECIALIST).official_id or 0,
        named_at=world.at,
    )
    return {**given, "recipient_id": named.pk}


def _notice(world: World) -> dict[str, object]:
    given = _on_paper(world)
    change = IssuedChange.objects.create(
        document_id=given["document_id"],
        kind="revoke",
        reason="Ban hành nhầm",
        made_by_id=world.viewer(LEADER).official_id or 0,
        made_at=world.at,
    )
    return {**given, "change_id": change.pk}


def _copy(world: World) -> dict[str, object]:
    """A copy of a file that the specialist of ours may see."""
    given = _file(world)
    file = IncomingFile.objects.get(document_id=given["document_id"])
    copy = copy_of(file)
    return {"copy_id": copy.pk}


def _annexed(world: World) -> dict[str, object]:
    outgoing = _draft(world)
    given = store_blob([b"%PDF-1.7\n"], at=world.at, max_bytes=100)
    Annex.objects.create(
        outgoing=outgoing,
        position=1,
        name="Phụ lục I",
        given=given,
        added_by=outgoing.prepared_by,
        added_at=world.at,
    )
    return {"document_id": outgoing.pk, "position": 1}


def _with_pdf(world: World) -> dict[str, object]:
    outgoing = _draft(world)
    document = outgoing.document
    document.uploaded = store_blob([b"%PDF-1.7\n"], at=world.at, max_bytes=100)
    document.save()
    return {"document_id": outgoing.pk}


def _version(world: World) -> dict[str, object]:
    """A version of ours that came with a file."""
    outgoing = _draft(world)
    DraftVersion.objects.create(
        outgoing=outgoing,
        number=2,
        content={},
        uploaded=store_blob([b"%PDF-1.7\n"], at=world.at, max_bytes=100),
        saved_by=outgoing.prepared_by,
        saved_at=world.at,
    )
    return {"document_id": outgoing.pk, "number": 2}


def _list(world: World) -> dict[str, object]:
    """A list of the leader of ours."""
    leader = world.viewer(LEADER)
    return {"list_id": SigningList.objects.create(official_id=leader.official_id, made_at=world.at).pk}


def _work_file(state: FileState) -> Callable[[World], dict[str, object]]:
    """A file with one document that the specialist of ours keeps."""

    def made(world: World) -> dict[str, object]:
        file, _clerk = file_in(world.ours, state, documents=1, at=world.at)
        file.keeper_id = world.viewer(SPECIALIST).official_id or 0
        file.save(update_fields=["keeper"])
        return {"file_id": file.pk}

    return made


def _paper(world: World) -> dict[str, object]:
    return {**_work_file(FileState.OPEN)(world), "paper": "contents"}


def _place(world: World) -> dict[str, object]:
    return {**_work_file(FileState.CLOSED)(world), "position": 1}


def _file_list(*, approved: bool = False) -> Callable[[World], dict[str, object]]:
    """A list of ours with one row."""

    def made(world: World) -> dict[str, object]:
        year = world.at.astimezone(VIETNAM).year
        found, _made = FileList.objects.get_or_create(agency=world.ours, year=year)
        row = {"code": "01.TH", "title": "Hồ sơ A", "retention": "5"}
        PlannedFile.objects.get_or_create(list=found, position=1, defaults=row)
        if approved:
            found.state, found.approved_at, found.approved_by = "approved", world.at, "Thủ trưởng"
            found.save()
        return {"year": year}

    return made


def _entry(world: World) -> dict[str, object]:
    _file_list()(world)
    return {"entry_id": PlannedFile.objects.get(list__agency=world.ours).pk}


def _rule(world: World) -> dict[str, object]:
    """A proposal of ours."""
    row, _made = RetentionRule.objects.get_or_create(
        agency=world.ours,
        group="Hồ sơ A",
        group_key="hồ sơ a",
        defaults={
            "retention": "20",
            "source": "QĐ 1",
            "valid_from": world.at.astimezone(VIETNAM).date(),
            "proposed_by": "Văn thư",
            "proposed_at": world.at,
        },
    )
    return {"rule_id": row.pk}


def _closed_task(world: World) -> dict[str, object]:
    leader = world.viewer(LEADER)
    made = task(leader, world.viewer(SPECIALIST), at=world.at, state=TaskState.ACCEPTED)
    return {"task": str(made.pk)}


def _reason(world: World) -> dict[str, object]:
    return {"reason": "Thiếu văn bản."}


def _filing(world: World) -> dict[str, object]:
    return {"file": str(_work_file(FileState.CLOSED)(world)["file_id"])}


def _filed(world: World) -> dict[str, object]:
    return {**_incoming(world), "kind": "incoming"}


def _mail(world: World) -> dict[str, object]:
    return {"mail_id": received_mail(world.ours, at=world.at).pk}


def _mail_aside(world: World) -> dict[str, object]:
    clerk = world.viewer(CLERK).official_id or 0
    return {"mail_id": received_mail(world.ours, at=world.at, aside_by=clerk).pk}


def _mail_file(world: World) -> dict[str, object]:
    return {**_mail(world), "position": 1}


ROUTES: dict[str, Route] = {
    "office:desk": only(*WORKERS, shared=True),
    "office:incoming": only(*READERS, shared=True),
    "office:incoming_export": only(*READERS, shared=True),
    "office:incoming_detail": only(*READERS, kwargs=_incoming),
    "office:register": only(CLERK, methods=POST, kwargs=_incoming),
    "office:refuse": only(CLERK, methods=POST, kwargs=_incoming),
    "office:assign": only(LEADER, methods=POST, kwargs=_incoming),
    "office:accept_change": only(CLERK, methods=POST, kwargs=_incoming),
    "office:refuse_change": only(CLERK, methods=POST, kwargs=_incoming),
    "office:destroy_secret": only(CLERK, methods=POST, kwargs=_incoming),
    "office:release_marked": only(
        CLERK, methods=POST, kwargs=_incoming, data=lambda world: {"reason": "Không"}
    ),
    "office:incoming_file": only(*READERS, kwargs=_file),
    "office:incoming_product": only(*READERS, kwargs=_product),
    "office:incoming_comment": only(*READERS, methods=POST, kwargs=_incoming),
    "office:register_many": only(CLERK, methods=POST, shared=True),
    "office:save_search": only(*READERS, methods=POST, shared=True),
    "office:delete_search": replace(
        only(*READERS, methods=POST, kwargs=lambda world: {"search_id": 0}, shared=True), personal=True
    ),
    "office:paper": only(CLERK, methods=BOTH, shared=True),
    "office:senders": only(CLERK, shared=True),
    "office:seen_before": only(CLERK, shared=True),
    "office:mails": only(CLERK, shared=True),
    "office:mail": only(CLERK, methods=BOTH, kwargs=_mail),
    "office:mail_aside": only(CLERK, methods=POST, kwargs=_mail, data=_reason),
    "office:mail_back": only(CLERK, methods=POST, kwargs=_mail_aside),
    "office:mail_file": only(CLERK, kwargs=_mail_file),
    "office:registers": only(CLERK, ADMINISTRATOR, LEADER, AUDITOR, shared=True),
    "office:print_register": only(CLERK, LEADER, AUDITOR, shared=True),
    "office:open_register": only(CLERK, ADMINISTRATOR, methods=POST, shared=True),
    "office:register_settings": only(CLERK, ADMINISTRATOR, methods=BOTH, kwargs=_book),
    "office:outgoing": only(*READERS, shared=True),
    "office:outgoing_export": only(*READERS, shared=True),
    "office:outgoing_detail": only(*READERS, kwargs=_outgoing),
    "office:outgoing_progress": only(*READERS, kwargs=_outgoing),
    "office:sign_and_send": only(LEADER, methods=POST, kwargs=_outgoing),
    "office:send_again": only(CLERK, LEADER, methods=POST, kwargs=_outgoing),
    "office:revoke": only(LEADER, methods=POST, kwargs=_outgoing),
    "office:take_back": only(CLERK, LEADER, methods=POST, kwargs=_outgoing),
    "office:dispatch": only(CLERK, LEADER, methods=BOTH, kwargs=_issued),
    "office:paper_record": only(CLERK, methods=BOTH, kwargs=_on_paper),
    "office:paper_notice": only(CLERK, methods=BOTH, kwargs=_notice),
    "office:recipients_export": only(*READERS, kwargs=_outgoing),
    "office:add_annex": only(*WORKERS, methods=POST, kwargs=_outgoing),
    "office:remove_annex": only(*WORKERS, methods=POST, kwargs=_annexed),
    "office:annex_pdf": only(*READERS, kwargs=_annexed),
    "office:outgoing_copies": only(*READERS, methods=("GET",), kwargs=_issued),
    "office:incoming_copies": only(*READERS, methods=("GET",), kwargs=_file),
    "office:copy_register": only(CLERK, LEADER, AUDITOR, shared=True),
    "office:copy_pdf": only(*READERS, kwargs=_copy),
    "office:discard": only(*WORKERS, methods=POST, kwargs=_outgoing),
    "office:revise": only(*WORKERS, methods=BOTH, kwargs=_outgoing),
    "office:outgoing_pdf": only(*READERS, kwargs=_with_pdf),
    "office:outgoing_comment": only(*READERS, methods=POST, kwargs=_outgoing),
    "office:versions": only(*READERS, kwargs=_outgoing),
    "office:version_pdf": only(*READERS, kwargs=_version),
    "office:submit": only(*WORKERS, methods=POST, kwargs=_outgoing),
    "office:opinion": only(*WORKERS, methods=POST, kwargs=_outgoing),
    "office:to_sign": only(LEADER, methods=BOTH, shared=True),
    "office:signing_list": only(LEADER, kwargs=_list),
    "office:sign_next": only(LEADER, methods=POST, kwargs=_list),
    "office:unlock_list": only(LEADER, methods=POST, kwargs=_list),
    "office:to_sign_by_token": only(LEADER, methods=POST, shared=True),
    "office:document-api:openapi-json": signed_in(),
    "office:document-api:api-root": signed_in(personal=True),
    "office:document-api:list_incoming": only(*READERS, shared=True),
    "office:document-api:enter_papers": only(CLERK, methods=POST, shared=True),
    "office:token-api:openapi-json": public(),
    "office:token-api:api-root": Route(roles=None, shared=True, personal=True),
    "office:token-api:ask_next": api(methods=POST),
    "office:token-api:give_signature": api(methods=POST),
    "office:signing_key": only(LEADER, methods=BOTH, shared=True),
    "office:stop_signing": only(LEADER, methods=POST, kwargs=_list),
    "office:reviews": only(*WORKERS, shared=True),
    "office:review_chains": only(Role.ADMINISTRATOR, CLERK, shared=True),
    "office:review_chain": only(Role.ADMINISTRATOR, CLERK, methods=BOTH, shared=True),
    "office:work_files": only(*READERS, shared=True),
    "office:work_files_export": only(*READERS, shared=True),
    "office:this_file_list": only(*READERS, shared=True),
    "office:file_list": only(*READERS, kwargs=_file_list(), shared=True),
    "office:draft_file_list": only(CLERK, methods=POST, kwargs=_file_list(), shared=True),
    "office:add_planned_file": only(CLERK, methods=POST, kwargs=_file_list()),
    "office:import_file_list": only(CLERK, methods=POST, kwargs=_file_list()),
    "office:approve_file_list": only(LEADER, methods=POST, kwargs=_file_list(approved=True)),
    "office:file_list_export": only(*READERS, kwargs=_file_list()),
    "office:change_planned_file": only(CLERK, methods=BOTH, kwargs=_entry),
    "office:remove_planned_file": only(CLERK, methods=POST, kwargs=_entry),
    "office:retention": only(*READERS, shared=True),
    "office:propose_retention": only(CLERK, methods=POST, shared=True),
    "office:withdraw_retention": only(CLERK, methods=POST, kwargs=_rule),
    "office:approve_retention": only(LEADER, methods=POST, kwargs=_rule),
    "office:end_retention": only(LEADER, methods=POST, kwargs=_rule, data=_reason),
    "office:open_work_file": only(*WORKERS, methods=BOTH, shared=True),
    "office:put_into_work_file": only(*WORKERS, methods=POST, kwargs=_filed, data=_filing),
    "office:work_file": only(*READERS, kwargs=_work_file(FileState.OPEN)),
    "office:put_task_into_work_file": only(
        *WORKERS, methods=POST, kwargs=_work_file(FileState.CLOSED), data=_closed_task
    ),
    "office:revise_work_file": only(*WORKERS, methods=POST, kwargs=_work_file(FileState.CLOSED)),
    "office:take_out_of_work_file": only(*WORKERS, methods=POST, kwargs=_place),
    "office:close_work_file": only(*WORKERS, methods=POST, kwargs=_work_file(FileState.CLOSED)),
    "office:reopen_work_file": only(
        *WORKERS, methods=POST, kwargs=_work_file(FileState.ACCEPTED), data=_reason
    ),
    "office:hand_in_work_file": only(*WORKERS, methods=POST, kwargs=_work_file(FileState.ACCEPTED)),
    "office:accept_work_file": only(CLERK, methods=POST, kwargs=_work_file(FileState.HANDED_IN)),
    "office:return_work_file": only(
        CLERK, methods=POST, kwargs=_work_file(FileState.HANDED_IN), data=_reason
    ),
    "office:work_file_paper": only(*READERS, kwargs=_paper),
    "office:work_file_package": only(CLERK, LEADER, AUDITOR, kwargs=_work_file(FileState.HANDED_IN)),
    "office:outgoing_statistics": only(CLERK, LEADER, AUDITOR, shared=True),
    "office:below_statistics": only(CLERK, LEADER, AUDITOR, shared=True),
    "office:statistics": only(CLERK, LEADER, AUDITOR, shared=True),
    "office:statistics_export": only(CLERK, LEADER, AUDITOR, shared=True),
    "office:compose": only(*WORKERS, methods=BOTH, shared=True),
    "office:preview": only(*WORKERS, methods=POST, shared=True),
    "office:inside": only(*WORKERS, shared=True),
    "office:recipients": only(*WORKERS, shared=True),
}
