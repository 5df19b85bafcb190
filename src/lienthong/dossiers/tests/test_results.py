"""A result: drafted from the facts, signed for real, kept for the applicant, handed out once."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models.deletion import ProtectedError
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries

from lienthong.documents.public import OfficialDocument, verify_file
from lienthong.dossiers.actions.ending import stop_dossier
from lienthong.dossiers.actions.handing import hand_out_result
from lienthong.dossiers.actions.results import change_result, draft_result, drop_result
from lienthong.dossiers.actions.signing import sign_result, sign_results
from lienthong.dossiers.actions.stepping import finish_step, finish_steps
from lienthong.dossiers.contracts import Handing, ResultSeen, StepDone
from lienthong.dossiers.models import Dossier, DossierGuest, DossierResult, HandOut, HeldDocument
from lienthong.dossiers.queries import ready_to_sign
from lienthong.dossiers.refusals import (
    DossierNotNow,
    HandedOutAlready,
    NothingToSign,
    ReceiverMissing,
    ReceiverUnknown,
    ResultChanged,
    ResultMissing,
    ResultSignedAlready,
    ResultThere,
    ResultUnknown,
    ResultUnsigned,
    WayUnknown,
)
from lienthong.dossiers.result_text import result_text
from lienthong.dossiers.results import months_after
from lienthong.dossiers.states import DossierState
from lienthong.dossiers.tests.factories import (
    ANSWERS,
    NOON,
    applicant,
    offered,
    official,
    open_task,
    received,
    receptionist,
)
from lienthong.dossiers.tests.results import (
    drafted,
    examined,
    leader_with_key,
    pdf_made_elsewhere,
    seen,
    signing_offer,
    text,
)
from lienthong.identity.public import NotAllowed, NotFound, Role
from lienthong.identity.tests.factories import agency
from lienthong.kernel.blobs import read_blob
from lienthong.ledger.public import timeline
from lienthong.procedures.public import ServiceOffer, definition_of
from lienthong.signing.public import NoCertificate

pytestmark = pytest.mark.django_db
AT = NOON + timedelta(hours=1)
COUNTER = "counter"


@pytest.fixture
def offer() -> ServiceOffer:
    """A commune whose process demands a signed result."""
    return signing_offer()


def words(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_a_certificate_is_drafted_as_what_it_is_or_as_the_version_says(offer: ServiceOffer) -> None:
    dossier = examined(offer)
    says = definition_of(dossier.version)
    whose = dossier.applicant_name
    given = {
        "Giấy khai sinh (bản chính)": ("GKS", whose),
        "Giấy chứng nhận kết hôn": ("GCN", f"Kết hôn – {whose}"),
        "Trích lục khai tử": ("TL", f"Khai tử – {whose}"),
        "Thông báo kết quả": ("TB", f"Thông báo kết quả – {whose}"),
        "Thẻ bảo hiểm y tế": ("QD", f"Về việc cấp thẻ bảo hiểm y tế cho {whose}"),
    }
    for name, expected in given.items():
        drawn = result_text(dossier, says, key="certificate", name=name, agency=dossier.agency.name)
        assert (drawn.type_code, drawn.subject) == expected
    typed = says.results[0].model_copy(update={"document_type": "GXN"})
    changed = says.model_copy(update={"results": (typed,)})
    assert result_text(dossier, changed, key="certificate", name="Thẻ", agency="").type_code == "GXN"
    made = drafted(dossier, type_code="GKS")
    assert made.document is not None
    assert made.document.notation.startswith("GKS-")


def test_a_result_goes_from_the_facts_to_the_hands_of_the_applicant(offer: ServiceOffer) -> None:
    dossier = examined(offer)
    definition = definition_of(dossier.version)
    facts = result_text(
        dossier, definition, key="permit", name="Quyết định công nhận", agency=dossier.agency.name
    )
    assert (facts.type_code, facts.place, facts.authority) == (
        "QD",
        "Ba Đình",
        "TM. ỦY BAN NHÂN DÂN",
    )
    assert any(ANSWERS["child_name"] in line for line in facts.paragraphs)
    assert facts.subject == f"Về việc công nhận đối với {dossier.applicant_name}"
    specialist = official(dossier.agency, Role.SPECIALIST)
    result = draft_result(dossier_id=dossier.pk, text=facts, viewer=specialist, at=AT)
    leader = leader_with_key(dossier.agency)
    assert [row.pk for row in ready_to_sign(leader)] == [result.pk]

    signed = sign_result(seen=seen(result), viewer=leader, at=AT)
    result.refresh_from_db()
    assert result.document is not None
    assert result.held is not None
    assert result.document.pdf is not None
    pdf = read_blob(result.held.blob)
    found = verify_file(io.BytesIO(pdf), size=len(pdf), at=AT, asker="test")
    assert found.verdict.valid
    assert [one.kind for one in found.verdict.signers] == ["official", "agency"]
    assert found.recorded is not None
    assert found.recorded.code == signed.code == result.document.code
    said = words(pdf)
    assert dossier.code in said
    assert ANSWERS["child_name"] in said
    assert signed.code in said

    held = HeldDocument.objects.get()
    assert (held.party, held.issued, held.source, held.valid_until) == (
        dossier.applicant,
        True,
        dossier,
        date(2027, 9, 2),
    )
    assert result.valid_until == held.valid_until
    dossier.refresh_from_db()
    assert (dossier.state, ready_to_sign(leader)) == (DossierState.FINISHED, []), "the step ended with it"

    desk = receptionist(dossier.agency)
    handing = Handing(COUNTER, dossier.applicant_id)
    dossier = hand_out_result(dossier_id=dossier.pk, handing=handing, viewer=desk, at=AT)
    record = dossier.hand_out
    assert (dossier.state, record.received_by, record.authority) == (10, dossier.applicant_name, "")
    assert (record.way, record.handed_at, record.handed_by_id) == (COUNTER, AT, desk.official_id)
    verbs = [event.verb.removeprefix("dossier.") for event in timeline(dossier.ledger_subject)]
    (handed,) = (event for event in timeline(dossier.ledger_subject) if event.verb == "dossier.hand-out")
    assert handed.data == {"to": dossier.applicant_name, "way": COUNTER}
    assert {"draft-result", "sign-result", "hand-out"} <= set(verbs)
    with pytest.raises(HandedOutAlready) as refused:
        hand_out_result(dossier_id=dossier.pk, handing=handing, viewer=desk, at=AT)
    assert desk.name in refused.value.say("en")


def test_a_step_that_demands_a_signed_result_is_not_finished_without(offer: ServiceOffer) -> None:
    dossier = examined(offer)
    leader = leader_with_key(dossier.agency)
    done = StepDone(open_task(dossier, "sign").pk)
    with pytest.raises(ResultMissing):
        finish_step(done=done, viewer=leader, at=AT)
    first, second = drafted(dossier), drafted(dossier, "permit")
    with pytest.raises(ResultMissing):
        finish_step(done=done, viewer=leader, at=AT)
    sign_result(seen=seen(first), viewer=leader, at=AT)
    with pytest.raises(ResultUnsigned):
        finish_step(done=done, viewer=leader, at=AT)
    assert open_task(dossier, "sign").open, "one of two results is not all"
    drop_result(seen=seen(second), viewer=leader, at=AT)
    finish_step(done=done, viewer=leader, at=AT)
    late = drafted(dossier, "permit")
    hand_out = StepDone(open_task(dossier, "hand_out").pk)
    with pytest.raises(ResultUnsigned):
        finish_step(done=hand_out, viewer=receptionist(dossier.agency), at=AT)
    sign_result(seen=seen(late), viewer=leader, at=AT)
    finish_step(done=hand_out, viewer=receptionist(dossier.agency), at=AT)
    assert HandOut.objects.get().received_by == dossier.applicant_name
    assert HeldDocument.objects.filter(party=dossier.applicant, issued=True).count() == 2


def test_what_is_signed_is_what_was_read_and_never_changes(offer: ServiceOffer) -> None:
    dossier = examined(offer)
    leader, specialist = leader_with_key(dossier.agency), official(dossier.agency, Role.SPECIALIST)
    read = drafted(dossier)
    was = seen(read)
    changed = change_result(seen=was, text=text(subject="Về việc khác"), viewer=specialist, at=AT)
    assert not OfficialDocument.objects.filter(pk=was.document_id).exists()
    with pytest.raises(ResultChanged) as refused:
        sign_result(seen=was, viewer=leader, at=AT)
    assert specialist.name in refused.value.say("en")
    for act in (
        lambda: change_result(seen=was, text=text(), viewer=specialist, at=AT),
        lambda: drop_result(seen=was, viewer=specialist, at=AT),
    ):
        with pytest.raises(ResultChanged):
            act()
    sign_result(seen=seen(changed), viewer=leader, at=AT)
    code = OfficialDocument.objects.get().code
    for act in (
        lambda: change_result(seen=seen(changed), text=text(), viewer=specialist, at=AT),
        lambda: drop_result(seen=seen(changed), viewer=specialist, at=AT),
        lambda: sign_result(seen=seen(changed), viewer=leader, at=AT),
    ):
        with pytest.raises(ResultSignedAlready) as refused:
            act()
        assert code in refused.value.say("en")
    with pytest.raises(ProtectedError):
        HeldDocument.objects.get().delete()


def test_a_pdf_made_elsewhere_is_numbered_and_signed_and_stays_while_its_facts_change(
    offer: ServiceOffer,
) -> None:
    dossier = examined(offer)
    leader, specialist = leader_with_key(dossier.agency), official(dossier.agency, Role.SPECIALIST)
    given = text(paragraphs=(), subject="Giấy khai sinh")
    made = draft_result(
        dossier_id=dossier.pk, text=given, viewer=specialist, at=AT, pdf=[pdf_made_elsewhere()]
    )
    kept = text(paragraphs=(), subject="Giấy khai sinh bản chính")
    made = change_result(seen=seen(made), text=kept, viewer=specialist, at=AT)
    assert made.document is not None
    assert made.document.uploaded is not None
    signed = sign_result(seen=seen(made), viewer=leader, at=AT)
    pdf = read_blob(HeldDocument.objects.get().blob)
    assert "Bản chính" in words(pdf)
    assert signed.code in words(pdf)
    assert verify_file(io.BytesIO(pdf), size=len(pdf), at=AT, asker="test").verdict.valid


def test_without_a_certificate_nothing_of_that_result_is_written_and_the_others_are_signed() -> None:
    offer, bare = signing_offer(), agency()
    dossiers = [examined(offer) for _ in range(3)]
    results = [drafted(one) for one in dossiers]
    unsigned = official(offer.agency, Role.LEADER)
    with pytest.raises(NoCertificate):
        sign_result(seen=seen(results[0]), viewer=unsigned, at=AT)
    assert not HeldDocument.objects.exists()
    leader = leader_with_key(offer.agency)
    chosen = [seen(one) for one in results]
    change_result(seen=chosen[1], text=text(), viewer=official(offer.agency, Role.SPECIALIST), at=AT)
    made = sign_results(chosen=[*chosen, chosen[0]], viewer=leader, at=AT)
    assert [bool(one.refusal) for one in made] == [False, True, False]
    assert [one.code.split("/")[0] for one in made] == ["01", "", "02"], "no number was lost"
    states = dict(Dossier.objects.values_list("pk", "state"))
    assert [states[one.pk] for one in dossiers] == [9, 4, 9]
    for several in ([], [ResultSeen(one.result_id, dossiers[0].pk) for one in chosen] * 7 + chosen):
        if len(set(several)) in range(1, 21):
            continue
        with pytest.raises(NothingToSign):
            sign_results(chosen=several, viewer=leader, at=AT)
    with pytest.raises(NotFound):
        sign_results(chosen=chosen, viewer=leader_with_key(bare), at=AT)


def test_a_list_costs_the_same_queries_but_for_what_each_document_itself_takes(
    offer: ServiceOffer, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    leader = leader_with_key(offer.agency)
    results = [drafted(examined(offer)) for _ in range(4)]
    sign_result(seen=seen(results.pop()), viewer=leader, at=AT)
    with django_assert_max_num_queries(21 + 3 * 16):
        sign_results(chosen=[seen(one) for one in results], viewer=leader, at=AT)
    with django_assert_max_num_queries(1):
        ready_to_sign(leader)


def test_only_who_has_to_do_with_the_dossier_makes_its_result(offer: ServiceOffer) -> None:
    dossier = examined(offer)
    result = drafted(dossier)
    neighbour = leader_with_key(agency())
    desk = receptionist(dossier.agency)
    for outsider in (neighbour, official(agency(), Role.SPECIALIST)):
        for act in (
            lambda viewer: draft_result(dossier_id=dossier.pk, text=text("permit"), viewer=viewer, at=AT),
            lambda viewer: change_result(seen=seen(result), text=text(), viewer=viewer, at=AT),
            lambda viewer: drop_result(seen=seen(result), viewer=viewer, at=AT),
        ):
            with pytest.raises(NotFound):
                act(outsider)
    with pytest.raises(NotFound):
        sign_result(seen=seen(result), viewer=neighbour, at=AT)
    with pytest.raises(NotFound):
        hand_out_result(dossier_id=dossier.pk, handing=Handing(COUNTER), viewer=receptionist(agency()), at=AT)
    for viewer in (desk, official(dossier.agency, Role.AUDITOR)):
        with pytest.raises(NotAllowed):
            draft_result(dossier_id=dossier.pk, text=text("permit"), viewer=viewer, at=AT)
    for viewer in (desk, official(dossier.agency, Role.SPECIALIST)):
        with pytest.raises(NotAllowed):
            sign_result(seen=seen(result), viewer=viewer, at=AT)
    with pytest.raises(NotAllowed):
        hand_out_result(
            dossier_id=dossier.pk,
            handing=Handing(COUNTER),
            viewer=official(dossier.agency, Role.LEADER),
            at=AT,
        )
    assert ready_to_sign(neighbour) == ready_to_sign(desk) == []
    drafted(received(offer))
    assert ready_to_sign(leader_with_key(dossier.agency)) == [result], "the other is not with a leader yet"


def test_another_agency_makes_a_result_only_while_a_step_lies_there(offer: ServiceOffer) -> None:
    dossier = examined(offer)
    elsewhere = agency()
    task = open_task(dossier, "sign")
    task.agency = elsewhere
    task.save(update_fields=["agency"])
    DossierGuest.objects.create(dossier=dossier, agency=elsewhere)
    specialist = official(elsewhere, Role.SPECIALIST)
    made = draft_result(dossier_id=dossier.pk, text=text(), viewer=specialist, at=AT)
    assert made.agency_id == elsewhere.pk
    with pytest.raises(NotFound):
        sign_result(seen=seen(made), viewer=leader_with_key(dossier.agency), at=AT)
    with pytest.raises(NotAllowed):
        change_result(seen=seen(made), text=text(), viewer=official(dossier.agency, Role.SPECIALIST), at=AT)
    type(task).objects.filter(pk=task.pk).update(state="dropped", done_at=AT)
    with pytest.raises(NotAllowed):
        draft_result(dossier_id=dossier.pk, text=text("permit"), viewer=specialist, at=AT)


def test_a_result_is_of_a_kind_the_procedure_has_once_and_of_a_dossier_that_goes_on(
    offer: ServiceOffer,
) -> None:
    dossier = examined(offer)
    result = drafted(dossier)
    with pytest.raises(ResultThere):
        drafted(dossier)
    with pytest.raises(ResultUnknown):
        drafted(dossier, "medal")
    assert drafted(dossier, "other").name == "Văn bản trả lời"
    leader = leader_with_key(dossier.agency)
    stop_dossier(dossier_id=dossier.pk, reason="Theo quyết định", viewer=leader, at=AT)
    for act in (
        lambda: drafted(dossier, "permit"),
        lambda: sign_result(seen=seen(result), viewer=leader, at=AT),
    ):
        with pytest.raises(DossierNotNow):
            act()
    other = DossierResult.objects.get(key="other")
    drop_result(seen=seen(other), viewer=leader, at=AT)
    assert not DossierResult.objects.filter(key="other").exists(), "what is left does not hold the agency"
    with pytest.raises(IntegrityError), transaction.atomic():
        DossierResult.objects.filter(pk=result.pk).update(valid_until=date(2027, 1, 1))


def test_a_result_goes_to_whom_the_dossier_names_or_to_another_with_an_authority() -> None:
    offer = offered()
    desk = receptionist(offer.agency)
    acting = applicant()
    dossier = received(offer, representative=acting, mandate="Giấy ủy quyền số 5")
    done = {"examine": {"complete": "refuse"}, "refuse": {}}
    for step, choices in done.items():
        specialist = official(offer.agency, Role.SPECIALIST)
        finish_step(done=StepDone(open_task(dossier, step).pk, choices), viewer=specialist, at=AT)
    given = {"dossier_id": dossier.pk, "viewer": desk, "at": AT}
    stranger = received(offer).applicant_id
    for handing, refusal in (
        (Handing("owl", dossier.applicant_id), WayUnknown),
        (Handing(COUNTER, stranger), ReceiverUnknown),
        (Handing(COUNTER), ReceiverMissing),
        (Handing(COUNTER, received_by="Bà Năm"), ReceiverMissing),
    ):
        with pytest.raises(refusal):
            hand_out_result(handing=handing, **given)  # type: ignore[arg-type]
    party = dossier.parties.get(role="representative").party_id
    handing = Handing("post", party, reference="EA123456789VN")
    made = hand_out_result(handing=handing, **given).hand_out  # type: ignore[arg-type]
    assert (made.received_by, made.authority, made.reference) == (
        acting.name,
        "Giấy ủy quyền số 5",
        "EA123456789VN",
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        HandOut.objects.update(party=None, authority="")


def test_many_are_handed_out_at_once_the_way_they_came(
    offer: ServiceOffer, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    leader = leader_with_key(offer.agency)
    dossiers = [examined(offer) for _ in range(3)]
    sign_results(chosen=[seen(drafted(one)) for one in dossiers], viewer=leader, at=AT)
    all_done = [StepDone(open_task(one, "hand_out").pk) for one in dossiers]
    with django_assert_max_num_queries(24):
        finish_steps(all_done=all_done, viewer=receptionist(offer.agency), at=AT)
    assert list(HandOut.objects.values_list("way", flat=True)) == [COUNTER] * 3


def test_months_end_on_the_last_day_a_month_has() -> None:
    assert months_after(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_after(date(2026, 12, 15), 12) == date(2027, 12, 15)
