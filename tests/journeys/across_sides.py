"""What each of two installations does with a dossier that one hands to the other; run in a process of each.

Each function prints one line of JSON.
"""

from __future__ import annotations

import json

from lienthong.directory.public import Agency
from lienthong.dossiers.actions.across import exchange_dossiers
from lienthong.dossiers.contracts import ResultText
from lienthong.dossiers.public import (
    Dossier,
    DossierTask,
    GivenFile,
    ResultSeen,
    StepDone,
    draft_result,
    finish_step,
    receive_at_counter,
    sign_results,
)
from lienthong.dossiers.tests.factories import intake, offered
from lienthong.identity.public import Account, Role, Viewer, acting_viewer
from lienthong.identity.tests.factories import viewer_in
from lienthong.kernel.blobs import read_blob, store_blob
from lienthong.kernel.clock import now
from lienthong.office.actions.collecting import collect_inbox
from lienthong.procedures.tests.factories import definition, procedure, published
from lienthong.procedures.tests.processes import process, task, way

PROCEDURE = "1.004194"
ABROAD = process(
    task("receive", 15, "desk"),
    task("opinion", 480, "government"),
    task("hand_out", 15, "desk", effects=["result"]),
    ways=[way("begin>receive"), way("receive>opinion"), way("opinion>hand_out"), way("hand_out>end")],
    lanes=[
        {"key": "desk", "name": "Bộ phận Một cửa", "role": "receptionist"},
        {"key": "government", "name": "Văn phòng Chính phủ", "agency": "G22"},
    ],
)
TEXT = ResultText("certificate", "CV", "Về việc cho ý kiến", paragraphs=("Đồng ý.",), place="Hà Nội")


def hand_over(home: str) -> None:
    """Receive a dossier whose next step lies elsewhere, and hand that step over."""
    here = Agency.objects.get(code=home)
    offer = offered(published(procedure(code=PROCEDURE), definition(process=ABROAD, papers=())), here)
    scan = store_blob([b"scan of a certificate"], at=now(), max_bytes=100)
    given = intake(offer, papers=(), files=(GivenFile(scan.sha256, "Giấy chứng sinh", "scan.txt"),))
    desk = viewer_in(here, Role.RECEPTIONIST)
    dossier = receive_at_counter(intake=given, viewer=desk, at=now())
    exchange_dossiers(at=now())
    _say(code=dossier.code, scan=scan.sha256, state=_step(dossier).far.state)


def settle(far: str, leader: str) -> None:
    """Take the step in, settle it with a signed result, and tell."""
    here = Agency.objects.get(code=far)
    published(procedure(code=PROCEDURE), definition(papers=()))
    documents = collect_inbox(at=now()).received
    exchange_dossiers(at=now())
    dossier = Dossier.objects.get(foreign=True)
    scans = [paper.held.blob_id for paper in dossier.papers.select_related("held") if paper.held]
    specialist = viewer_in(here, Role.SPECIALIST)
    result = draft_result(dossier_id=dossier.pk, text=TEXT, viewer=specialist, at=now())
    seen = [ResultSeen(result.pk, result.document_id)]
    sign_results(chosen=seen, viewer=_account(leader), at=now())
    finish_step(done=StepDone(_step(dossier).pk, note="Đồng ý"), viewer=specialist, at=now())
    exchange_dossiers(at=now())
    result.refresh_from_db()
    _say(
        code=dossier.code,
        agency=dossier.agency.code,
        scans=scans,
        result=result.held.blob_id,
        documents=documents,
    )


def hear(code: str) -> None:
    """Take in what came back."""
    exchange_dossiers(at=now())
    dossier = Dossier.objects.get(code=code)
    step = DossierTask.objects.select_related("far").get(dossier=dossier, step="opinion")
    papers = dossier.papers.select_related("held__blob").order_by("pk")
    last = papers.last()
    _say(
        far=[step.far.state, step.far.code, step.far.words],
        step=step.state,
        open=list(dossier.tasks.filter(state="open").values_list("step", flat=True)),
        result=last.held.blob_id,
        pdf=read_blob(last.held.blob)[:5].decode(),
    )


def _say(**said: object) -> None:
    print(json.dumps(said))


def _step(dossier: Dossier) -> DossierTask:
    return DossierTask.objects.get(dossier=dossier, state="open")


def _account(username: str) -> Viewer:
    return acting_viewer(Account.objects.get(username=username), at=now())
