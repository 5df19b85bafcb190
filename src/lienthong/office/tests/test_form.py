"""An uploaded draft with errors of form: seen by who signs, signed only with a reason, and remembered."""

from __future__ import annotations

import io

import pypdf
import pytest
from django.urls import reverse

from lienthong.directory.public import Agency
from lienthong.identity.public import Account, Role, acting_viewer
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.kernel.clock import now
from lienthong.ledger.public import Subject, timeline
from lienthong.office.actions import outgoing as actions
from lienthong.office.actions.form import FormFaults
from lienthong.office.adapters.fake import FakeAxis
from lienthong.office.models import OutgoingDocument
from lienthong.office.states import OutState
from lienthong.office.tests.factories import composition
from lienthong.office.tests.pages import client_of, signer_in, text_of
from lienthong.signing.public import ensure_agency_certificates

pytestmark = pytest.mark.django_db


def _letter_paper() -> bytes:
    """One empty page of a paper that is not A4."""
    writer, file = pypdf.PdfWriter(), io.BytesIO()
    writer.add_blank_page(612, 792)
    writer.write(file)
    return file.getvalue()


@pytest.fixture
def uploaded() -> tuple[OutgoingDocument, Agency, Account]:
    """A faulty upload, its agency and the leader who can sign it."""
    ours = agency()
    ensure_agency_certificates([ours.id], at=now())
    clerk = viewer_in(ours, Role.CLERK)
    draft = actions.compose(
        composition=composition(agency(), body=""), pdf=[_letter_paper()], viewer=clerk, at=now()
    )
    return draft, ours, signer_in(ours)


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_with_errors_nothing_is_signed_without_a_reason(
    uploaded: tuple[OutgoingDocument, Agency, Account], reason: str
) -> None:
    draft, _ours, signer = uploaded
    viewer = acting_viewer(signer, at=now())
    with pytest.raises(FormFaults) as refusal:
        actions.sign_and_send(outgoing_id=draft.id, viewer=viewer, at=now(), port=FakeAxis(), despite=reason)
    assert "210 × 297" in refusal.value.say("en")
    draft.refresh_from_db()
    assert (draft.state, draft.document.number) == (OutState.DRAFT, None)


def test_with_a_reason_it_is_signed_and_reason_and_errors_are_remembered(
    uploaded: tuple[OutgoingDocument, Agency, Account],
) -> None:
    draft, _ours, signer = uploaded
    viewer = acting_viewer(signer, at=now())
    sent = actions.sign_and_send(
        outgoing_id=draft.id, viewer=viewer, at=now(), port=FakeAxis(), despite="Phụ lục bản vẽ."
    )
    assert sent.code
    issued = next(
        event
        for event in timeline(Subject("office.outgoing", str(draft.id)))
        if event.verb == "outgoing.issue"
    )
    assert (issued.data["form_errors"], issued.data["reason"]) == (["page-size"], "Phụ lục bản vẽ.")


def test_the_page_names_every_fault_with_its_rule_and_asks_the_signer_for_a_reason(
    uploaded: tuple[OutgoingDocument, Agency, Account],
) -> None:
    draft, _ours, signer = uploaded
    page = text_of(client_of(signer).get(reverse("office:outgoing_detail", args=[draft.id])))
    assert "Set the paper to A4" in page
    assert "(annex I, I.1)" in page
    assert 'name="despite"' in page


def test_a_text_laid_out_here_is_not_asked_about() -> None:
    ours = agency()
    draft = actions.compose(composition=composition(agency()), viewer=viewer_in(ours, Role.CLERK), at=now())
    page = text_of(client_of(signer_in(ours)).get(reverse("office:outgoing_detail", args=[draft.id])))
    assert "Sign and send now" in page
    assert 'name="despite"' not in page
